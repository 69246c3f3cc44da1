// Findings that differ in the partition's name alone are one; what only looks alike stays.
import { expect, test } from "bun:test";
import { loadSchema } from "../io/embedded/load-schema.ts";
import { runRules } from "../kernel/rule.ts";
import { togetherInPartitions } from "./partition-findings.ts";
import { databaseRules } from "./rules/index.ts";

const sql = `create table parent (id int primary key);
create table event (id int, parent_id int, at date) partition by range (at);
create table event_1 partition of event for values from ('2024-01-01') to ('2024-02-01');
create table event_2 partition of event for values from ('2024-02-01') to ('2024-03-01');
create table event_3 partition of event for values from ('2024-03-01') to ('2024-04-01');
alter table event_1 add foreign key (parent_id) references parent;
alter table event_2 add foreign key (parent_id) references parent;
alter table event_3 add foreign key (id) references parent;
create table plain (parent_id int references parent, id int primary key);`;

test("partitions speak with one voice", async () => {
  const { reading } = await loadSchema([{ path: "schema.sql", text: sql }], {
    schemas: [],
    deadlineMs: 60_000,
    signal: new AbortController().signal,
  });
  const found = togetherInPartitions(runRules(databaseRules, reading), reading.catalog);
  const keys = found.filter(({ rule }) => rule === "db/foreign-key-without-index");
  expect(keys.map(({ message }) => message.replace(/^.* of public\.(\w+) .*?(?=;|$)/, "$1")).sort()).toEqual([
    "event_1; the same in 1 other partition of public.event",
    "event_3",
    "plain",
  ]);
  const [first] = keys;
  expect(first?.fix?.kind === "sql" ? first.fix.up.split("\n") : []).toHaveLength(2);
});
