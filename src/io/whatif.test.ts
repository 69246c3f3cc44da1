// The clone against a real server: its plans are the server's, with indexes that are there and with one that is really built.
import { describe, expect, test } from "bun:test";
import postgres from "postgres";
import { readCatalogWith } from "../pg/read-catalog.ts";
import { Clone } from "../pg/whatif/clone.ts";
import { indexesIn, planOf, signature } from "../pg/whatif/plan.ts";
import { readStatistics } from "../pg/whatif/read-statistics.ts";
import { redact } from "../pg/whatif/statistics.ts";
import { memoryIo } from "../testing/memory-io.ts";
import { testServer } from "../testing/postgres-server.ts";
import { withEmbeddedServer } from "./embedded/server.ts";
import { loadSqlParser } from "./sql-parser.ts";
import { resolveTarget } from "./postgres/resolve.ts";
import { withSession } from "./postgres/session.ts";

const server = await testServer();

const schema = `create type mood as enum ('sad', 'ok', 'glad');
create table "Odd ""name""" (id int primary key, body text);
create table maker (id int primary key, name text not null, mood mood not null);
create table thing (id int primary key, gone int, maker_id int not null references maker, at timestamptz not null, kind text not null, tags text[], doc jsonb, price numeric(10,2));
alter table thing drop column gone;
create index thing_at on thing (at);
create table part (id int, at date not null) partition by range (at);
create table part_1 partition of part for values from ('2024-01-01') to ('2024-07-01');
create table part_2 partition of part for values from ('2024-07-01') to ('2025-01-01');
create index part_at on part (at);
alter table thing set (autovacuum_enabled = off);
alter table maker set (autovacuum_enabled = off);
alter table part_1 set (autovacuum_enabled = off);
alter table part_2 set (autovacuum_enabled = off);
alter table "Odd ""name""" set (autovacuum_enabled = off);
create statistics thing_stat (ndistinct, dependencies) on maker_id, kind from thing;
create view glad as select t.* from thing t join maker m on m.id = t.maker_id where m.mood = 'glad';
select setseed(0.5);
insert into maker select i, 'maker ' || i, (array['sad','ok','ok','glad'])[1 + i % 4]::mood from generate_series(1, 2000) i;
insert into thing select i, 1 + (power(random(), 2) * 1999)::int, timestamptz '2024-01-01' + i * interval '1 minute',
  (array['a','b','c','rare'])[1 + least(3, (random() * 3.03)::int)], array['t' || i % 7, 't' || i % 50], jsonb_build_object('n', i % 100), random() * 100
  from generate_series(1, 60000) i;
insert into part select i, date '2024-01-01' + i % 366 from generate_series(1, 20000) i;
insert into "Odd ""name""" select i, md5(i::text) from generate_series(1, 3000) i;
vacuum analyze;`;

const queries = [
  "select * from thing where id = 7",
  "select * from thing where maker_id = 17 and kind = 'rare'",
  "select * from thing where at > '2024-02-11' order by at limit 10",
  "select count(*) from thing where at < '2024-01-03'",
  "select m.name, count(*) from thing t join maker m on m.id = t.maker_id where m.mood = 'sad' group by 1",
  "select * from glad where price > 99",
  "select maker_id, kind, count(*) from thing group by 1, 2",
  "select * from part where at = '2024-03-03'",
  "select * from thing where tags @> array['t3']",
  "select * from thing where kind like 'r%' order by price desc limit 5",
  `select * from "Odd ""name""" where id < 10`,
  "update thing set kind = 'b' where maker_id = 3",
];

const read = async (url: string) => {
  const target = await resolveTarget(memoryIo({}), url);
  return withSession(target, { deadlineMs: 60_000, signal: new AbortController().signal }, async (ask, attempt) => {
    const reading = await readCatalogWith(ask, "server", { schemas: [] });
    const options = { version: reading.server.version, now: new Date(0), redact: false };
    return { reading, statistics: await readStatistics(ask, attempt, options) };
  });
};

describe.skipIf(server === undefined)("a clone of a server's statistics", () => {
  test("plans as the server does, before an index and with it", async () => {
    if (server === undefined) return;
    const database = await server.createDatabase();
    const client = postgres(server.url(database), { max: 1, ssl: false, onnotice: () => undefined, prepare: false });
    for (const statement of schema.split(";")) await client.unsafe(statement);
    await client.unsafe("set max_parallel_workers_per_gather = 0");
    const explain = async (sql: string) =>
      planOf(
        JSON.stringify(
          (await client.unsafe<Record<string, unknown>[]>(`explain (format json) ${sql}`))[0]?.["QUERY PLAN"],
        ),
      );
    const source = await read(server.url(database));
    const settings = { ...source.statistics.settings, max_parallel_workers_per_gather: "0" };
    const statistics = { ...source.statistics, settings };
    expect(statistics.gaps).toEqual([]);
    expect(JSON.stringify(redact(statistics))).not.toMatch(/rare|2024-0[1-9]/);
    await withEmbeddedServer({ deadlineMs: 60_000, signal: new AbortController().signal }, async (embedded) => {
      const clone = await Clone.of(embedded, { ...source, statistics }, await loadSqlParser());
      expect(clone.notes).toEqual([]);
      const asked = queries.map((sql) => ({ sql, generic: false }));
      const mine = async () =>
        (await clone.explain(asked)).map((one) =>
          one.kind === "plan" ? `${signature(one.plan)} ${one.plan.rows}` : one.reason,
        );
      const theirs = async () => {
        const plans = [];
        for (const sql of queries) {
          const plan = await explain(sql);
          plans.push(plan === undefined ? "" : `${signature(plan)} ${plan.rows}`);
        }
        return plans;
      };
      const before = await mine();
      expect(before).toEqual(await theirs());
      const definition = "on public.thing using btree (maker_id, kind)";
      const tried = await clone.add({ schema: "public", table: "thing", name: "try_1", definition });
      await client.unsafe(`create index try_1 ${definition}`);
      const [size] = await client.unsafe<{ readonly b: number }[]>("select pg_relation_size('try_1')::int / 8192 b");
      expect(await mine()).toEqual(await theirs());
      expect(typeof tried === "string" ? tried : tried.blocks / (size?.b ?? 1)).toBeWithin(0.7, 1.4);
      await clone.show(new Set());
      expect(await mine()).toEqual(before);
      await clone.show(new Set(["try_1"]));
      const [, second] = await clone.explain(asked);
      expect(second?.kind === "plan" && indexesIn(second.plan).has("try_1")).toBe(true);
      const [generic] = await clone.explain([{ sql: "select * from thing where maker_id = $1", generic: true }]);
      expect(generic?.kind).toBe("plan");
    });
    await client.end();
  }, 120_000);
});
