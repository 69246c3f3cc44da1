// What is measured is what a real server shows: every kind of statement, its locks and its work, side by side.
import { describe, expect, test } from "bun:test";
import { measureEach } from "../../testing/lock-measure.ts";
import { lintFixture, lintStatements, observe } from "../../testing/lock-oracle.ts";
import { testServer } from "../../testing/postgres-server.ts";

const server = await testServer();

describe.skipIf(server === undefined)("measuring", () => {
  test("shows the locks, rewrites, scans and builds that PostgreSQL 18 shows", async () => {
    const statements = await lintStatements();
    const state = await lintFixture("state");
    const database = await server!.createDatabase(state);
    const theirs = await observe(server!, database, statements);
    const ours = await measureEach(state, statements);
    const beside = (all: typeof ours) => statements.map((statement, i) => ({ statement, ...all[i]! }));
    expect(beside(ours)).toEqual(beside(theirs));
    expect(statements.length).toBeGreaterThan(100);
  }, 60_000);
});
