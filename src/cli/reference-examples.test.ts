// Every example in the references, executed: SQL on a real server, commands against a real service, TypeScript
// type-checked, documents read. What cannot run is marked in its fence, with the reason: ```sql not-run: …
import { describe, expect, test } from "bun:test";
import { parse } from "libpg-query";
import postgres from "postgres";
import ts from "typescript";
import { codeBlocks } from "../kernel/markdown.ts";
import { mergePlugins } from "../registry.ts";
import { reporters } from "../report/index.ts";
import { behaviours, faultServer, limitedTo } from "../testing/fault-server.ts";
import { memoryIo } from "../testing/memory-io.ts";
import { testServer } from "../testing/postgres-server.ts";
import { readDocument } from "./document.ts";
import { references } from "./references.ts";
import { runSenior } from "./run.ts";

interface Example {
  /** Topic and line. */
  readonly name: string;
  readonly topic: string;
  readonly language: string;
  /** Why it is not run as it stands; undefined when it is. */
  readonly unless: string | undefined;
  readonly text: string;
}

const examples: readonly Example[] = references.flatMap(({ topic, markdown }) =>
  codeBlocks(markdown).map(({ language: info, line, text }) => {
    const [, language = "", unless] = /^(\S+)(?: (?:not-run|planned-only): (.+))?$/.exec(info) ?? [];
    return { name: `${topic}:${line}`, topic, language, unless, text };
  }),
);

const inLanguage = (language: string): readonly Example[] => examples.filter((one) => one.language === language);

test("every example is in a language that is executed here, or says why not", () => {
  const executed = ["http", "json", "sh", "sql", "ts", "yaml"];
  expect(examples.filter(({ language, unless }) => !executed.includes(language) && unless === undefined)).toEqual([]);
  expect(examples.length).toBeGreaterThan(45);
});

describe("JSON, YAML and HTTP", () => {
  test.each(inLanguage("json"))("$name is JSON, a document a line where it is short", ({ text }) => {
    for (const line of text.startsWith("{\n") ? [text] : text.split("\n")) JSON.parse(line);
  });

  test.each(inLanguage("yaml"))(
    "$name is an OpenAPI document without a fault, and scaffolds",
    async ({ name, text }) => {
      readDocument(text, name);
      const { default: express } = await import("../../plugins/express.ts");
      const io = memoryIo({ files: { "/project/api.yaml": text } });
      const registry = mergePlugins([{ sdk: 1, name: "senior", provides: reporters }, express]);
      const { stdout, exit } = await runSenior(["scaffold", "api.yaml", "--dry-run", "--json"], io, () =>
        Promise.resolve(registry),
      );
      expect([exit, (JSON.parse(stdout) as { findings: unknown }).findings]).toEqual([0, []]);
    },
  );

  test.each(inLanguage("http"))("$name holds request lines that a URL parser takes", ({ text }) => {
    for (const line of text.split("\n")) {
      const [, method = "", target = ""] = /^([A-Z]+) +(\/\S*)(?: {2,}\S.*)?$/.exec(line) ?? [];
      expect(["GET", "POST", "PUT", "PATCH", "DELETE"]).toContain(method);
      expect(new URL(target.replace(/[{}]/g, ""), "http://127.0.0.1").pathname).not.toBe("/");
    }
  });
});

test("the TypeScript type-checks under strict", () => {
  const files = new Map(
    inLanguage("ts").map(({ name, text }, i) => [
      `${import.meta.dir}/example-${i}.ts`,
      { name, source: `${text}\nexport {};\n` },
    ]),
  );
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    noUncheckedIndexedAccess: true,
    exactOptionalPropertyTypes: true,
    esModuleInterop: true,
    target: ts.ScriptTarget.ESNext,
    module: ts.ModuleKind.Preserve,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    types: ["bun"],
  };
  const host = ts.createCompilerHost(options);
  const disk = { ...host };
  host.readFile = (path) => files.get(path)?.source ?? disk.readFile(path);
  host.fileExists = (path) => files.has(path) || disk.fileExists(path);
  host.getSourceFile = (path, ...rest) => {
    const own = files.get(path);
    return own === undefined ? disk.getSourceFile(path, ...rest) : ts.createSourceFile(path, own.source, rest[0]);
  };
  const program = ts.createProgram([...files.keys()], options, host);
  const problems = ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
    const line = file === undefined || start === undefined ? 0 : file.getLineAndCharacterOfPosition(start).line;
    return `${files.get(file?.fileName ?? "")?.name ?? "?"}+${line + 1}: ${ts.flattenDiagnosticMessageText(messageText, " ")}`;
  });
  expect(problems).toEqual([]);
  expect(files.size).toBeGreaterThan(8);
}, 60_000);

const server = await testServer();

/** Values to run a statement with, by the type that the server found for its parameter. */
const samples: Readonly<Record<string, string>> = {
  bigint: "1",
  "bigint[]": "{1,2}",
  integer: "1",
  numeric: "1",
  text: "x",
  uuid: "0198c6f0-0000-7000-8000-000000000000",
  "timestamp with time zone": "2026-01-01T00:00:00Z",
};

/** The statements of a text, as PostgreSQL's own parser cuts them. */
const statementsOf = async (sql: string): Promise<readonly string[]> => {
  const bytes = Buffer.from(sql);
  const { stmts = [] } = await parse(sql);
  return stmts.map(({ stmt_location: from = 0, stmt_len: length }) =>
    bytes
      .subarray(from, length === undefined ? undefined : from + length)
      .toString()
      .trim(),
  );
};

/** Runs one statement; one with parameters through PREPARE, with a sample for each. */
const execute = async (sql: postgres.Sql, statement: string): Promise<void> => {
  if (!/\$\d/.test(statement)) {
    await sql.unsafe(statement);
    return;
  }
  await sql.unsafe(`PREPARE example AS ${statement}`);
  const [prepared] = await sql<{ types: string[] }[]>`
    SELECT parameter_types::text[] AS types FROM pg_prepared_statements WHERE name = 'example'`;
  const values = (prepared?.types ?? []).map((type) => {
    expect(Object.keys(samples)).toContain(type);
    return `'${samples[type] ?? ""}'`;
  });
  await sql.unsafe(`EXECUTE example(${values.join(", ")})`);
  await sql.unsafe("DEALLOCATE example");
};

describe.skipIf(server === undefined)("SQL on a real server", () => {
  const topics = [...new Set(inLanguage("sql").map(({ topic }) => topic))];

  test.each(topics)("%s: every statement runs, in the order of the document", async (topic) => {
    const setup = await Bun.file(new URL("fixtures/references/setup.sql", import.meta.url)).text();
    const database = await server!.createDatabase(setup);
    const sql = postgres(server!.url(database), { max: 1, onnotice: () => undefined });
    try {
      await sql.unsafe("SET statement_timeout = '20s'");
      let count = 0;
      for (const { name, text, topic: own, unless } of inLanguage("sql")) {
        if (own !== topic) continue;
        for (const statement of await statementsOf(text)) {
          count++;
          await execute(sql, unless === undefined ? statement : `EXPLAIN ${statement}`).catch((error: unknown) => {
            throw new Error(`${name}: ${String(error)}\n${statement}`);
          });
        }
      }
      expect(count).toBeGreaterThan(0);
    } finally {
      await sql.end();
    }
  });
});

/** Words of a shell line; single quotes hold one together. */
const wordsOf = (line: string): readonly string[] =>
  [...line.matchAll(/'([^']*)'|(\S+)/g)].map((match) => match[1] ?? match[2] ?? "");

const bundled = mergePlugins([{ sdk: 1, name: "senior", provides: [...reporters, ...references] }]);

describe("commands", () => {
  const shell = inLanguage("sh").map(({ name, text }) => [name, text.split("\n")] as const);

  test.each(shell)("%s runs against a service", async (_, lines) => {
    const text = lines.join("\n");
    const refusal = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
    using service = faultServer(
      text.includes("--expect-status 400")
        ? ({ send }) => send(refusal)
        : text.includes("--expect-rate-limit")
          ? limitedTo(20, 60_000, ["Retry-After: 60"])
          : behaviours.ok,
    );
    const io = memoryIo();
    for (const line of lines) {
      const [program, ...argv] = wordsOf(line);
      expect(program).toBe("senior");
      const short = argv.map((word, i) =>
        argv[i - 1] === "--duration"
          ? "500ms"
          : argv[i - 1] === "--warmup"
            ? "200ms"
            : word.replace(/^30s:/, "300ms:").replace(/^http:\/\/127\.0\.0\.1:3000/, service.url.replace(/\/$/, "")),
      );
      const { stderr, stdout, exit } = await runSenior(short, io, () => Promise.resolve(bundled));
      expect(stderr).toBe("");
      expect(stdout).toContain(service.url.replace(/\/$/, ""));
      // Limits may be missed on a busy machine; what is expected of the answers is met, or it would be named.
      expect([0, 1]).toContain(exit);
      expect(stdout).not.toMatch(/load\/(errors|unreached|rate-limit-missing) /);
    }
  });

  const said = references.flatMap(({ topic, markdown }) =>
    [...markdown.matchAll(/`(senior reference [^`A-Z]+)`/g)].map((match) => [topic, match[1] ?? ""] as const),
  );

  test.each(said)("%s: %s prints something", async (_, line) => {
    const { stdout, exit } = await runSenior(wordsOf(line).slice(1), memoryIo(), () => Promise.resolve(bundled));
    expect(exit).toBe(0);
    expect(stdout.length).toBeGreaterThan(100);
  });
});
