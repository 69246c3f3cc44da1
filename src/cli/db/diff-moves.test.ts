// What rows see of db diff's files on a real server: tables that move are the same tables, counters go on where they stood, and back.
import { describe, expect, test } from "bun:test";
import postgres from "postgres";
import { judge } from "../../../scripts/judge/judge.ts";
import type { Tool } from "../../../scripts/judge/tools.ts";
import { dbmateParts } from "../../../scripts/judge/tools.ts";
import { mergePlugins } from "../../registry.ts";
import { reporters } from "../../report/index.ts";
import { memoryIo } from "../../testing/memory-io.ts";
import { testServer } from "../../testing/postgres-server.ts";
import { fixturePair, proven } from "../../testing/schema-pair.ts";
import { runSenior } from "../run.ts";

const server = await testServer();
const registry = mergePlugins([{ sdk: 1, name: "senior", provides: [...reporters] }]);

const run = async (old: string, next: string, ...words: readonly string[]) => {
  const io = memoryIo({ files: { "/project/old.sql": old, "/project/new.sql": next } });
  const args = [
    "db",
    "diff",
    "old.sql",
    "--compare",
    "new.sql",
    "--output",
    "m",
    "--accept-data-loss",
    "--json",
    ...words,
  ];
  const outcome = await runSenior(args, io, () => Promise.resolve(registry));
  const files = [...io.disk].filter(([path]) => path.startsWith("/project/m/")).sort(([a], [b]) => (a < b ? -1 : 1));
  return { ...outcome, files: files.map(([, text]) => text) };
};

/** Our own command on the two files; a second comparison is of the new file with itself. */
const asFiles = (): Tool => {
  let asked = 0;
  return async (old, next) => {
    const { exit, stderr, files } = await run(asked++ === 0 ? old.sql : next.sql, next.sql);
    if (exit !== 0) return { kind: "refused", reason: stderr };
    const parts = files.map(dbmateParts);
    return { kind: "migration", up: parts.map(({ up }) => up), down: parts.map(({ down }) => down).reverse() };
  };
};

const moves: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ["moved-to-another-schema", { "public.customer": "crm.customer", "public.invoice": "crm.invoice" }],
  ["names-change-hands", { "public.orders": "public.orders_old", "public.orders_new": "public.orders" }],
  ["schema-renamed", { "billing.invoice": "accounts.invoice", "billing.line": "accounts.line" }],
];

test("columns change names, in a circle too, and only once", async () => {
  const old = "CREATE TABLE pair (id integer PRIMARY KEY, new_id bigint, a text, b integer);";
  const next = `CREATE TABLE pair (
    old_id integer NOT NULL, -- @renamed from=id
    id bigint PRIMARY KEY, -- @renamed from=new_id
    b text, -- @renamed from=a
    a integer -- @renamed from=b
  );`;
  const { files } = await run(old, next);
  expect(
    files
      .join("\n")
      .match(/RENAME COLUMN .*/g)
      ?.slice(0, 5),
  ).toEqual([
    "RENAME COLUMN id TO old_id;",
    "RENAME COLUMN new_id TO id;",
    "RENAME COLUMN a TO a__before;",
    "RENAME COLUMN b TO a;",
    "RENAME COLUMN a__before TO b;",
  ]);
  const plain = next.replaceAll(/-- @renamed.*/g, "");
  expect((await run(plain, next)).files).toEqual([]);
  const { stdout } = await run(old, plain);
  expect(stdout).toContain("--rename public.pair.id=public.pair.old_id --rename public.pair.new_id=public.pair.id");
});

describe.skipIf(server === undefined)("files that leave something to whoever runs them", () => {
  test("rights of the runner", async () => {
    if (server === undefined) return;
    const verdict = await judge(server, 180000, fixturePair("rights-of-the-runner"), asFiles());
    expect(verdict).toMatchObject(proven);
  });
});

describe.skipIf(server === undefined)("objects that move to another schema, on a real server with rows", () => {
  for (const [id, moved] of moves)
    test(id.replaceAll("-", " "), async () => {
      if (server === undefined) return;
      const verdict = await judge(server, 180000, fixturePair(id, moved), asFiles());
      expect(verdict).toMatchObject(proven);
      expect(verdict.rows).toBeGreaterThan(3);
    });
});

describe.skipIf(server === undefined)("counters, on a real server with rows", () => {
  test("go on where they stood, as serial or identity columns, in other steps and within other bounds, forth and back", async () => {
    if (server === undefined) return;
    const { old, new: next } = fixturePair("identity-options", {});
    const { files } = await run(old, next);
    const client = postgres(server.url(await server.createDatabase(old)), { max: 1, onnotice: () => undefined });
    const tables = ["a", "b", "c", "d", "e", "f", "g", "h"];
    const insert = async (): Promise<readonly unknown[]> => {
      const found: unknown[] = [];
      for (const table of tables) {
        await client.unsafe(`insert into ${table} default values; insert into ${table} default values`);
        const [row] = await client.unsafe(`select string_agg(id::text, ' ' order by ctid) as ids from ${table}`);
        found.push(row?.["ids"]);
      }
      return found;
    };
    const parts = files.map(dbmateParts);
    await insert();
    for (const { up } of parts) await client.unsafe(`begin;\n${up.sql};\ncommit`);
    expect(await insert()).toEqual([
      ...["1 2 3 4", "10 15 22 29", "1 2 3 4", "1 2 3 4", "1 2 3 4", "-1 -2 5 6", "1 2 5 8", "1 2 3 4"],
    ]);
    for (const { down } of parts.reverse()) await client.unsafe(`begin;\n${down.sql};\ncommit`);
    for (const ids of await insert()) expect(new Set(String(ids).split(" ")).size).toBe(6);
    await client.end();
  });
});

const sqlOf = (files: readonly string[]): readonly string[] =>
  (files[0] ?? "").split("-- migrate:down")[0]?.match(/^(?!SET|--)\S.*$/gm) ?? [];

describe("moves", () => {
  const old = "create schema a; create schema b; create table a.t (id int primary key, note text);";
  test("a new name in a new place is said, or asked for", async () => {
    const next = "create schema a; create schema b; create table b.entry (id int primary key, note text);";
    const said = await run(old, next, "--rename", "a.t=b.entry");
    expect([said.stderr, said.exit]).toEqual(["", 0]);
    expect(sqlOf(said.files)).toEqual([
      "ALTER TABLE a.t SET SCHEMA b;",
      "ALTER TABLE b.t RENAME TO entry;",
      "ALTER TABLE b.entry RENAME CONSTRAINT t_pkey TO entry_pkey;",
    ]);
    const noted = await run(old, next.replace("entry (", "entry ( -- @renamed from=a.t\n"));
    expect(sqlOf(noted.files)).toEqual(sqlOf(said.files));
    const slip = await run(old, next, "--rename", "a.tt=b.entry");
    expect(slip.exit).toBe(2);
    expect(slip.stderr).toContain("the old side has no a.tt");
  });

  test("two places that are as near are a question", async () => {
    const next =
      "create schema a; create schema b; create schema c; create table b.t (id int primary key, note text); create table c.t (id int primary key, note text);";
    const { exit, stdout } = await run(old, next);
    expect(exit).toBe(3);
    expect((JSON.parse(stdout) as { data: { candidates: readonly unknown[] } }).data.candidates).toHaveLength(2);
  });

  test("a table whose values could not be those of the other one has not moved", async () => {
    const { exit, stdout } = await run(
      "create table t (id int primary key, name text, note text, at int);",
      "create schema s; create table s.t (id int primary key, name text, note text, at timestamptz);",
    );
    expect(exit).toBe(0);
    expect((JSON.parse(stdout) as { readonly data: unknown }).data).toMatchObject({ renames: [] });
  });

  test("are not a thing that expands", async () => {
    const next = "create schema a; create schema b; create table b.t (id int primary key, note text);";
    const { exit, stderr } = await run(old, next, "--expand");
    expect(exit).toBe(3);
    expect(stderr).toContain("CREATE VIEW a.t AS SELECT * FROM b.t");
  });

  test("names that are taken at the new place are passed by", async () => {
    const before = `${old} create table b.u (id int constraint t_pkey primary key); create sequence b.t_id_seq; alter table a.t alter id add generated always as identity;`;
    const next =
      "create schema a; create schema b; create table b.u (id int constraint t_pkey primary key); create sequence b.t_id_seq; create table b.t (id int generated always as identity (sequence name b.own_seq) constraint own_key primary key, note text);";
    const { exit, stderr, files } = await run(before, next);
    expect([stderr, exit]).toEqual(["", 0]);
    expect(sqlOf(files)).not.toContainEqual(expect.stringMatching(/^(DROP|CREATE) /));
  });
});
