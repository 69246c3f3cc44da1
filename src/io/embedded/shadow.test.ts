// The shadow: several schemas in one server without a trace of each other, and work inside a database of its own.
import { expect, test } from "bun:test";
import { Fault } from "../../kernel/fault.ts";
import { withShadow } from "./load-schema.ts";
import type { LoadedSchema } from "./shadow.ts";

const options = { deadlineMs: 60_000, signal: new AbortController().signal };
const everything = { schemas: [] };

test("one server holds schema after schema, and a database to work in", async () => {
  const sql =
    "create extension hstore; create table t (a int); alter table t owner to boss; create table u (h hstore);";
  await withShadow(options, async (shadow) => {
    const first = await shadow.load([{ path: "a.sql", text: sql }], everything);
    const broken = await shadow
      .load([{ path: "b.sql", text: "create table t (a nothing);" }], everything)
      .catch((error: unknown) => error);
    expect(broken).toBeInstanceOf(Fault);
    const again = await shadow.load([{ path: "a.sql", text: sql }], everything);
    expect(again.reading.catalog).toEqual(first.reading.catalog);

    await shadow.within({ roles: ["boss"], extensions: ["hstore"] }, async (scratch) => {
      expect(await scratch.run(sql.split(";").slice(0, -1))).toEqual({ done: 4 });
      const before = await scratch.read();
      expect(before.catalog).toEqual(first.reading.catalog);
      await scratch.aside(async () => {
        expect(await scratch.run(["insert into t values (1), (2)", "alter table t add b int"])).toEqual({ done: 2 });
        expect(await scratch.rows("select count(*)::text from t")).toEqual(["2"]);
        expect((await scratch.run(["select 1 / 0"])).error?.sqlstate).toBe("22012");
      });
      expect(await scratch.rows("select count(*)::text from t")).toEqual(["0"]);
      expect((await scratch.read()).catalog).toEqual(before.catalog);
    });
    const empty = await shadow.load([], everything);
    expect(empty.reading.catalog.schemas.map(({ name }) => name)).toEqual(["public"]);
    expect([empty.reading.catalog.tables, empty.reading.catalog.dependencies]).toEqual([[], []]);
  });
});

const start = [
  "create type mood as enum ('ok')",
  "create schema app",
  "set search_path = app, public",
  "create table t (a int)",
];

/** What two schemas begin with is run once: neither must show it. */
test.each([
  ["set search_path = public; create table u (m mood); create role one", "create view v as select a from t"],
  ["alter table t add b text; set role pg_monitor", "alter table t add b int; create index on t (b)"],
  // A value that is new inside a transaction within a transaction cannot be used there.
  ["alter type mood add value 'new'; create table u (m mood default 'new')", "alter type mood add value 'other'"],
  ["drop table t", "create table u (a nothing)"],
  ["create table u (a nothing)", "alter type mood add value 'new'; create table u (m mood default 'new')"],
  ["", ""],
])("what begins alike and goes on with %s, then with %s", async (one, other) => {
  const [first, second] = [one, other].map((rest, at) => [
    { path: `${at}.sql`, text: [...start, ...rest.split("; ")].join(";\n") },
  ]) as [{ path: string; text: string }[], { path: string; text: string }[]];
  const outcome = (loading: Promise<LoadedSchema>): Promise<unknown> =>
    loading.then(
      ({ reading: { catalog } }) => catalog,
      (error: unknown) => (error instanceof Fault ? [error.message, error.at] : error),
    );
  const [alone, together] = await withShadow(options, async (shadow) => [
    [await outcome(shadow.load(first, everything)), await outcome(shadow.load(second, everything))],
    [
      await outcome(shadow.load(first, { ...everything, next: second })),
      await outcome(shadow.load(second, everything)),
    ],
  ]);
  expect(together).toEqual(alone);
});
