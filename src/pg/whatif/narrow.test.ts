// Which tables a clone needs for some statements: those named, those behind views, partitions with their parents.
import { expect, test } from "bun:test";
import { loadSchema } from "../../io/embedded/load-schema.ts";
import { narrowCatalog } from "./narrow.ts";

const sql = `create table a (id int primary key, b_id int);
create table b (id int primary key);
alter table a add foreign key (b_id) references b;
create table "Odd name" (id int);
create table behind (id int);
create view front as select * from behind;
create view far as select * from front;
create table event (at date) partition by range (at);
create table event_1 partition of event for values from ('2024-01-01') to ('2025-01-01');
create table left_out (id int);
create function rows_of() returns setof left_out language sql as 'select * from left_out';
create function count_b() returns bigint language sql as 'select count(*) from b';`;

test.each([
  ["select * from A", ["a"]],
  ["select * from a join b on b.id = a.b_id", ["a", "b"]],
  ['update "Odd name" set id = 1', ["Odd name"]],
  ["select * from far", ["behind"]],
  ["select count(*) from event_1", ["event", "event_1"]],
  ["select * from event", ["event", "event_1"]],
  ["select count_b()", ["b"]],
])("%s", async (statement, tables) => {
  const { reading } = await loaded;
  const narrow = narrowCatalog(reading.catalog, [statement]);
  expect(narrow.tables.map(({ name }) => name).sort()).toEqual([...tables].sort());
  expect(narrow.routines.map(({ name }) => name)).toEqual(["count_b"]);
  expect(JSON.stringify(narrow.tables).includes("foreign-key")).toBe(tables.includes("a") && tables.includes("b"));
});

const loaded = loadSchema([{ path: "schema.sql", text: sql }], {
  schemas: [],
  deadlineMs: 60_000,
  signal: new AbortController().signal,
});
