// `bun scripts/json-schema-table.ts FOLDER`: the JSON Schema Test Suite's cases through generated validators, directly and over HTTP, and through peers.
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { validator } from "@exodus/schemasafe";
import Ajv2020 from "ajv/dist/2020.js";
import { z } from "zod";
import { express } from "../plugins/express.ts";
import { emitKit } from "../src/api/kit.ts";
import { readDocument } from "../src/api/read-document.ts";
import { readOpenApi } from "../src/api/read-openapi.ts";
import { fileSet } from "../src/kernel/fileset.ts";
import { casesDocument } from "../src/testing/schema-cases.ts";
import type { SchemaCase } from "../src/testing/schema-cases.ts";

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** A folder whose node_modules holds json-schema-to-zod, ajv-draft-04 and @hyperjump/json-schema. */
    peers: { type: "string", default: "" },
    keywords: { type: "boolean", default: false },
  },
});

/** True or false, or undefined where the contender cannot read the schema. */
type Verdict = boolean | undefined;
type Contender = (one: SchemaCase) => Verdict | Promise<Verdict>;

const drafts = [
  { name: "draft2020-12", openapi: "3.1.1", uri: "https://json-schema.org/draft/2020-12/schema" },
  { name: "draft4", openapi: "3.0.3", uri: "http://json-schema.org/draft-04/schema#" },
] as const;
type Draft = (typeof drafts)[number];

const modules = Bun.resolveSync("zod/package.json", import.meta.dir).replace(/\/zod\/package\.json$/, "");
const peer = (name: string): Promise<Record<string, unknown>> =>
  import(Bun.resolveSync(name, flags.peers)) as Promise<Record<string, unknown>>;

/** Judges made once for each schema. */
const perSchema = (make: (schema: unknown) => (data: unknown) => boolean): Contender => {
  const judges = new Map<string, ((data: unknown) => boolean) | undefined>();
  return ({ gid, schema, data }) => {
    if (!judges.has(gid)) {
      try {
        judges.set(gid, make(structuredClone(schema)));
      } catch {
        judges.set(gid, undefined);
      }
    }
    try {
      return judges.get(gid)?.(data);
    } catch {
      return undefined;
    }
  };
};

interface Service extends AsyncDisposable {
  readonly folder: string;
  readonly url: string;
}

const freePort = async (): Promise<number> => {
  const { promise, resolve } = Promise.withResolvers<number>();
  const probe = createServer().listen(0, "127.0.0.1", () => {
    const address = probe.address();
    const port = address !== null && typeof address === "object" ? address.port : 0;
    probe.close(() => resolve(port));
  });
  return promise;
};

const service = async (cases: readonly SchemaCase[], { openapi }: Draft): Promise<Service> => {
  const folder = await mkdtemp(join(tmpdir(), "senior-table-"));
  const { api } = readOpenApi(readDocument("cases.json", casesDocument(cases, openapi)));
  for (const { path, text } of fileSet(".", await express.emit(api, emitKit)).files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  await symlink(modules, join(folder, "node_modules"));
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  const port = await freePort();
  const server = Bun.spawn([process.execPath, "server.ts"], {
    cwd: folder,
    env: { ...process.env, PORT: String(port) },
    stdout: "ignore",
    stderr: "ignore",
  });
  const url = `http://127.0.0.1:${port}`;
  for (let tries = 0; tries < 400; tries++) {
    if (
      await fetch(url).then(
        () => true,
        () => false,
      )
    )
      break;
    await Bun.sleep(25);
  }
  return {
    folder,
    url,
    async [Symbol.asyncDispose]() {
      server.kill();
      await server.exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const indexes = (cases: readonly SchemaCase[]): ReadonlyMap<string, number> =>
  new Map([...new Set(cases.map(({ gid }) => gid))].map((gid, index) => [gid, index]));

const ours = async (cases: readonly SchemaCase[], { folder, url }: Service): Promise<[string, Contender][]> => {
  const number = indexes(cases);
  const validators = (await import(join(folder, "middleware/validators.ts"))) as Record<
    string,
    { safeParse(value: unknown): { success: boolean } }
  >;
  const post: Contender = async ({ gid, data }) => {
    const init = { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(data) };
    const { status } = await fetch(`${url}/${number.get(gid) ?? ""}`, init);
    return status === 501 ? true : status === 400 ? false : undefined;
  };
  return [
    ["senior", ({ gid, data }) => validators[`case${number.get(gid) ?? ""}Body`]?.safeParse(data).success],
    ["senior, over HTTP in Express", post],
  ];
};

type Loose = Record<string, unknown>;

const peersOf = async ({ name, uri }: Draft): Promise<[string, Contender][]> => {
  const withDraft = (schema: unknown): unknown =>
    typeof schema === "object" && schema !== null ? { ...schema, $schema: uri } : schema;
  const safe = perSchema(
    (schema) =>
      validator(withDraft(schema) as Parameters<typeof validator>[0], {
        mode: "lax",
        $schemaDefault: uri,
        allowUnusedKeywords: true,
        allowUnreachable: true,
        formatAssertion: false,
      }) as unknown as (data: unknown) => boolean,
  );
  const zod = perSchema((schema) => {
    const made = z.fromJSONSchema(withDraft(schema) as Parameters<typeof z.fromJSONSchema>[0]);
    return (data) => made.safeParse(data).success;
  });
  const found: [string, Contender][] = [
    ["@exodus/schemasafe (oracle)", safe],
    ["z.fromJSONSchema, zod 4", zod],
  ];
  if (name === "draft2020-12") {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    found.push(["ajv 8", perSchema((schema) => ajv.compile(schema as Loose))]);
  }
  if (flags.peers === "") return found;
  if (name === "draft4") {
    const { default: Ajv4 } = (await peer("ajv-draft-04")) as { default: typeof Ajv2020 };
    const ajv = new Ajv4({ strict: false, validateFormats: false });
    found.push(["ajv-draft-04", perSchema((schema) => ajv.compile(schema as Loose))]);
  }
  const { jsonSchemaToZod } = (await peer("json-schema-to-zod")) as { jsonSchemaToZod: (schema: unknown) => string };
  // The peer gives code as text: running it is what is measured.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-unsafe-call
  const evaluate = (code: string): z.ZodType => new Function("z", `return ${code}`)(z) as z.ZodType;
  const generated = perSchema((schema) => {
    const made = evaluate(jsonSchemaToZod(schema));
    return (data) => made.safeParse(data).success;
  });
  found.push(["json-schema-to-zod", generated]);
  return found;
};

interface Score {
  right: number;
  wrongAccept: number;
  wrongReject: number;
  unreadable: number;
}

const score = async (cases: readonly SchemaCase[], contender: Contender): Promise<ReadonlyMap<string, Score>> => {
  const scores = new Map<string, Score>();
  for (const one of cases) {
    const own = scores.get(one.keyword) ?? { right: 0, wrongAccept: 0, wrongReject: 0, unreadable: 0 };
    const verdict = await contender(one);
    if (verdict === undefined) own.unreadable++;
    else if (verdict === one.valid) own.right++;
    else if (verdict) own.wrongAccept++;
    else own.wrongReject++;
    scores.set(one.keyword, own);
  }
  return scores;
};

const percent = (part: number, whole: number): string => `${((part / whole) * 100).toFixed(1)} %`;

/** Half of it for what must be accepted, half for what must be refused: accepting everything gives 50 %. */
const balanced = async (cases: readonly SchemaCase[], contender: Contender): Promise<string> => {
  const rate = async (valid: boolean): Promise<number> => {
    const own = cases.filter((one) => one.valid === valid);
    let right = 0;
    for (const one of own) if ((await contender(one)) === valid) right++;
    return right / own.length;
  };
  return percent(((await rate(true)) + (await rate(false))) / 2, 1);
};

for (const draft of drafts) {
  const file = join(positionals[0] ?? ".", `${draft.name}.jsonl`);
  if (!existsSync(file)) continue;
  const lines = (await Bun.file(file).text()).trim().split("\n");
  const cases = lines.map((line) => JSON.parse(line) as SchemaCase);
  await using running = await service(cases, draft);
  console.log(`\n${draft.name}: ${cases.length} cases`);
  for (const [name, contender] of [...(await ours(cases, running)), ...(await peersOf(draft))]) {
    const scores = await score(cases, contender);
    const sum = (key: keyof Score): number => [...scores.values()].reduce((all, one) => all + one[key], 0);
    const figures = [
      `right ${sum("right")} (${percent(sum("right"), cases.length)})`,
      `wrong accept ${sum("wrongAccept")}`,
      `wrong reject ${sum("wrongReject")}`,
      `unreadable ${sum("unreadable")}`,
      `balanced ${await balanced(cases, contender)}`,
    ];
    console.log(`  ${name.padEnd(30)} ${figures.join(" · ")}`);
    const bad = [...scores].filter(
      ([, { right, ...rest }]) => right >= 0 && Object.values(rest).some((count) => count > 0),
    );
    const shown = bad
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([keyword, one]) => {
        const all = one.right + one.wrongAccept + one.wrongReject + one.unreadable;
        return `${keyword} ${one.right}/${all}`;
      });
    if (flags.keywords && shown.length > 0) console.log(`    ${shown.join(", ")}`);
  }
}
