// Reading a running server's health: what it sees, what it locks and writes (nothing), and what it says it could not see.
import { describe, expect, test } from "bun:test";
import { withSession } from "../../io/postgres/session.ts";
import { runSql, testServer } from "../../testing/postgres-server.ts";
import { parseConnection, targetOf } from "../connection.ts";
import type { Ask } from "../read-catalog.ts";
import type { Health } from "./model.ts";
import { settingOf } from "./measures.ts";
import { readHealth } from "./read-health.ts";

const server = await testServer();
const signal = new AbortController().signal;

const session = <T>(url: string, work: (ask: Ask, attempt: Ask) => Promise<T>): Promise<T> =>
  withSession(
    targetOf([parseConnection(url)], { osUser: "nobody", defaultHost: "localhost" }),
    { deadlineMs: 10_000, signal },
    work,
  );

const read = (url: string): Promise<Health> => session(url, (_, attempt) => readHealth(attempt, 180000));

const schema = `
  create table customer (id serial primary key, name text);
  create table wide (id int generated always as identity primary key, big bigint, note text);
  create table "odd "" name" (id bigint generated always as identity primary key);
  create index "odd . index" on customer (name);
  insert into customer (name) select 'n' || n from generate_series(1, 1000) n;
  insert into wide (big, note) select n, repeat('x', 200) from generate_series(1, 60000) n;
  create sequence lone as smallint maxvalue 100 cycle;
  vacuum analyze`;

describe.skipIf(server === undefined)("health", () => {
  test("is sizes, counters, sequences and settings", async () => {
    const database = await server!.createDatabase();
    for (const statement of schema.split(";\n")) await runSql(server!, database, statement);
    const health = await read(server!.url(database));
    expect(health.relations.map(({ name, rows }) => [name, rows])).toEqual(
      [
        ["customer", 1000],
        ['odd " name', 0],
        ["wide", 60000],
      ].map(([name, rows]) => [name, rows === 0 ? undefined : rows]),
    );
    expect(health.relations[2]?.widths?.map(({ name, width }) => [name, width])).toEqual([
      ["id", 4],
      ["big", 8],
      ["note", 204],
    ]);
    expect(health.sequences.map(({ name, last, column }) => [name, last, column?.name])).toEqual([
      ["customer_id_seq", "1000", "id"],
      ["lone", undefined, undefined],
      ["wide_id_seq", "60000", "id"],
    ]);
    expect(health.indexes.map(({ name, valid }) => [name, valid])).toContainEqual(["odd . index", true]);
    expect(settingOf(health, "max_connections")).toMatchObject({ value: "50", source: "command line" });
    expect(health.gaps).toEqual([]);
  });

  test("takes no lock that outlives a query, and writes nothing", async () => {
    const database = await server!.createDatabase("create table t (id serial primary key)");
    const locks = `select coalesce(string_agg(distinct mode, ' ' order by mode), '') from pg_catalog.pg_locks
      where pid = pg_catalog.pg_backend_pid() and locktype = 'relation' and relation >= 16384`;
    const left = await session(server!.url(database), async (ask, attempt) => {
      await readHealth(attempt, 180000);
      return [
        ...(await ask(locks)),
        ...(await ask("select coalesce(pg_catalog.pg_current_xact_id_if_assigned()::text, 'no transaction id')")),
      ];
    });
    expect(left).toEqual(["", "no transaction id"]);
  });

  test("says what a user with few rights cannot see, and goes on", async () => {
    const database = await server!.createDatabase(`
      create table t (id serial primary key, note text);
      insert into t (note) select repeat('x', 300) from generate_series(1, 40000);
      analyze;
      do $$ begin create role health_guest login password 'p'; exception when duplicate_object then null; end $$`);
    const url = server!.url(database).replace(/\/\/[^@]*@/, "//health_guest:p@");
    const health = await read(url);
    expect(health.relations).toMatchObject([{ name: "t" }]);
    const gaps = health.gaps.map(({ what }) => what);
    expect(gaps).toContain("how far 1 sequence got");
    expect(gaps).toContain("the bloat of 1 table (public.t)");
  });

  test("survives a query that is refused", async () => {
    const answers = await session(server!.url(), async (ask, attempt) => {
      const refused = await attempt("select 1 / 0").then(
        () => "answered",
        (error: unknown) => (error as Error).message,
      );
      return [refused, ...(await ask("select 'alive'"))];
    });
    expect(answers).toEqual(["division by zero", "alive"]);
  });
});
