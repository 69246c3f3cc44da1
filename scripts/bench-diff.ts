// `npm run bench:diff`: what a diff of a large schema costs: server to file and file to file, first and warm, beside other tools in turn;
// reading a catalog beside `pg_dump -s`. Each tool's answer is applied to a real server and judged: the time of a wrong one is worth nothing.
//
//   bun run scripts/bench-diff.ts [--tables 300] [--rounds 5] [--peers FOLDER] [--server FOLDER]
//
// Peers are taken from FOLDER/node_modules/.bin and the PATH; those that are not there are named and left out. --server names a folder with
// the bin/postgres of another version, since pg_dump reads none that is newer than itself.
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { TestServer } from "../src/testing/postgres-server.ts";
import { runSql, startServer, testServer } from "../src/testing/postgres-server.ts";
import { schemaAfter, schemaBefore } from "./diff-bench/large-schema.ts";
import { schemaText } from "./diff-bench/schema-text.ts";

const { values } = parseArgs({
  options: {
    tables: { type: "string", default: "300" },
    rounds: { type: "string", default: "5" },
    peers: { type: "string", default: "" },
    server: { type: "string" },
  },
});
const [tables, rounds] = [Number(values.tables), Number(values.rounds)];
const root = new URL("..", import.meta.url).pathname;
const binary = join(root, "dist/senior");
const folder = await mkdtemp(join(tmpdir(), "senior-bench-"));

interface Run {
  readonly wallMs: number;
  readonly cpuMs: number;
  readonly output: string;
}

interface Tool {
  readonly name: string;
  readonly command: readonly string[];
  /** Before each run, outside of its time. */
  readonly before?: () => Promise<void>;
  /** Statuses that are no failure. */
  readonly exits?: readonly number[];
}

const limitMs = 180_000;

const once = async ({ name, command, before, exits = [0] }: Tool): Promise<Run> => {
  await before?.();
  const begun = Bun.nanoseconds();
  const child = Bun.spawn([...command], {
    cwd: folder,
    stdout: "pipe",
    stderr: "pipe",
    timeout: limitMs,
    env: { HOME: folder, PATH: process.env["PATH"] ?? "" },
  });
  const [output, errors] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()]);
  const status = await child.exited;
  if (!exits.includes(status)) throw new Error(`${name} ended with ${status}: ${errors.slice(-400)}`);
  const cpuMs = Number(child.resourceUsage()?.cpuTime.total ?? 0) / 1e3;
  return { wallMs: (Bun.nanoseconds() - begun) / 1e6, cpuMs, output };
};

const median = (list: readonly number[]): number => {
  const sorted = list.toSorted((a, b) => a - b);
  return ((sorted[(sorted.length - 1) >> 1] ?? 0) + (sorted[sorted.length >> 1] ?? 0)) / 2;
};

/** A 95 % interval of the median ratio, by resampling the pairs; the generator is fixed, so that a report can be made again. */
const intervalOf = (ratios: readonly number[]): readonly [number, number] => {
  let state = 12345;
  const next = (): number => (state = (state * 1103515245 + 12345) % 2147483648) / 2147483648;
  const medians = Array.from({ length: 2000 }, () =>
    median(ratios.map(() => ratios[Math.floor(next() * ratios.length)] ?? 1)),
  ).sort((a, b) => a - b);
  return [medians[50] ?? 0, medians[1949] ?? 0];
};

/** Tools in turn, A B C A B C …, so that a drifting machine hits all alike. Those that fail are named and left out. */
const compare = async (tools: readonly Tool[]): Promise<ReadonlyMap<string, readonly Run[]>> => {
  const runs = new Map<string, Run[]>();
  const failed = new Set<string>();
  for (let round = 0; round < rounds; round++) {
    for (const tool of tools.filter(({ name }) => !failed.has(name))) {
      try {
        const run = await once(tool);
        runs.set(tool.name, [...(runs.get(tool.name) ?? []), run]);
      } catch (error) {
        failed.add(tool.name);
        console.log(`  ${tool.name}: ${error instanceof Error ? error.message : String(error)}`);
      }
    }
  }
  return runs;
};

const show = (title: string, runs: ReadonlyMap<string, readonly Run[]>, base: string): void => {
  console.log(`\n${title} (${rounds} rounds in turn, medians)`);
  const ours = runs.get(base) ?? [];
  for (const [name, own] of runs) {
    const ratios = own.map((run, i) => run.wallMs / (ours[i]?.wallMs ?? run.wallMs));
    const [low, high] = intervalOf(ratios);
    const ratio = `${median(ratios).toFixed(2)} (${low.toFixed(2)}–${high.toFixed(2)})`;
    const [wall, cpu] = [median(own.map(({ wallMs }) => wallMs)), median(own.map(({ cpuMs }) => cpuMs))];
    console.log(
      `  ${name.padEnd(34)} ${(wall / 1000).toFixed(2).padStart(7)} s wall ${(cpu / 1000).toFixed(2).padStart(7)} s cpu   ${name === base ? "" : `${ratio} × ${base}`}`,
    );
  }
};

const peer = (name: string): string | undefined => {
  const own = join(values.peers, "node_modules/.bin", name);
  return values.peers !== "" && existsSync(own) ? own : (Bun.which(name) ?? undefined);
};

const server: TestServer | undefined =
  values.server === undefined ? await testServer() : await startServer(values.server);
if (server === undefined) throw new Error("there is no server package for this platform");
const [before, after] = [schemaBefore(tables), schemaAfter(tables)];
await Bun.write(join(folder, "before.sql"), before);
await Bun.write(join(folder, "after.sql"), after);
const [oldDatabase, newDatabase] = [await server.createDatabase(before), await server.createDatabase(after)];
const [oldUrl, newUrl] = [server.url(oldDatabase), server.url(newDatabase)];
// What a catalog looks like, told by a server's own functions: nothing of any tool has a part in it.
const wanted = await schemaText(newUrl);

/** Applies an answer to a fresh copy of the old side, statement files in turn, and says how far it is from the new one. */
const judge = async (name: string, scripts: readonly string[]): Promise<void> => {
  const database = await server.createDatabase(before);
  try {
    for (const sql of scripts) await runSql(server, database, sql);
  } catch (error) {
    console.log(`  ${name.padEnd(34)} wrong: it does not apply: ${String(error).split("\n")[0] ?? ""}`);
    return;
  }
  const got = await schemaText(server.url(database));
  const missing = wanted.filter((line) => !got.includes(line));
  const extra = got.filter((line) => !wanted.includes(line));
  const verdict =
    missing.length + extra.length === 0
      ? "right: it leads to the target"
      : `wrong: ${missing.length} differences, as ${(missing[0] ?? extra[0] ?? "").slice(0, 110)}`;
  console.log(`  ${name.padEnd(34)} ${verdict}`);
};

interface Envelope {
  readonly data: { readonly migrations: readonly { readonly up: string }[] };
}

const ownScripts = (output: string): readonly string[] =>
  (JSON.parse(output) as Envelope).data.migrations.map(({ up }) => up);

const kept = join(folder, ".cache");
const forget = (): Promise<void> => rm(kept, { recursive: true, force: true });
const fromFile = [binary, "db", "diff", "before.sql", "--compare", "after.sql", "--json"];
const fromServer = [binary, "db", "diff", "--connection", oldUrl, "--compare", "after.sql", "--json"];
const migra = peer("migra");
const migraTool: readonly Tool[] =
  migra === undefined
    ? []
    : [{ name: "@pgkit/migra, server → server", command: [migra, "run", oldUrl, newUrl, "--unsafe"], exits: [0, 2] }];
const apgdiff = peer("apgdiff");
const apgdiffTool: readonly Tool[] =
  apgdiff === undefined ? [] : [{ name: "apgdiff, file → file", command: [apgdiff, "before.sql", "after.sql"] }];

console.log(`A schema of ${tables} tables, ${before.split("\n").length} lines; two dozen changes`);
for (const name of ["migra", "apgdiff", "pg_dump", "pg-schema-diff", "pgschema", "psqldef"])
  if (peer(name) === undefined) console.log(`  ${name} is not here and is left out`);

const base = "senior, server → file, first";
const warm = "senior, server → file, warm";
const tools: readonly Tool[] = [
  { name: base, command: fromServer, before: forget },
  { name: warm, command: fromServer },
  ...migraTool,
  { name: "senior, file → file, first", command: fromFile, before: forget },
  { name: "senior, file → file, warm", command: fromFile },
  ...apgdiffTool,
  { name: "senior, file → file, on a server", command: [...fromFile, "--shadow", server.url()] },
];
const diffs = await compare(tools);
show("Diff", diffs, base);
console.log("\nAnswers, applied to the old side on a real server");
for (const [name, runs] of diffs) {
  const output = runs[0]?.output ?? "";
  await judge(name, name.startsWith("senior") ? ownScripts(output) : [output]);
}

const reader = join(folder, "read.ts");
await Bun.write(
  reader,
  `import { withSession } from ${JSON.stringify(join(root, "src/io/postgres/session.ts"))};
import { parseConnection } from ${JSON.stringify(join(root, "src/pg/connection.ts"))};
import { targetOf } from ${JSON.stringify(join(root, "src/pg/connection.ts"))};
import { readCatalogWith } from ${JSON.stringify(join(root, "src/pg/read-catalog.ts"))};
const target = targetOf([parseConnection(${JSON.stringify(oldUrl)})], { osUser: "postgres", defaultHost: "127.0.0.1" });
const options = { deadlineMs: 60000, signal: new AbortController().signal };
const reading = await withSession(target, options, (ask) => readCatalogWith(ask, "server", { schemas: [] }));
console.log(reading.catalog.tables.length);
`,
);
const pgDump = peer("pg_dump");
const reading = await compare([
  ...(pgDump === undefined ? [] : [{ name: "pg_dump -s", command: [pgDump, "-s", oldUrl] }]),
  { name: "senior reads the catalog", command: [process.execPath, reader] },
]);
show("Reading a catalog, start of the process included", reading, "pg_dump -s");
await rm(folder, { recursive: true, force: true });
process.exit(0);
