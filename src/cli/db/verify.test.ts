// senior db verify and db lint on folders of several runners: what is found, where, and what is let alone.
import { describe, expect, test } from "bun:test";
import type { Finding } from "../../kernel/finding.ts";
import { mergePlugins } from "../../registry.ts";
import { reporters } from "../../report/index.ts";
import { memoryIo } from "../../testing/memory-io.ts";
import { runSenior } from "../run.ts";

const registry = mergePlugins([{ sdk: 1, name: "senior", provides: [...reporters] }]);

interface Json {
  readonly findings: readonly Finding[];
  readonly data: Readonly<Record<string, unknown>>;
}

const senior = async (files: Readonly<Record<string, string>>, ...words: readonly string[]) => {
  const paths = Object.fromEntries(Object.entries(files).map(([name, text]) => [`/project/${name}`, text]));
  const outcome = await runSenior(["db", ...words, "--json"], memoryIo({ files: paths }), () =>
    Promise.resolve(registry),
  );
  const json = (outcome.stdout === "" ? { findings: [], data: {} } : JSON.parse(outcome.stdout)) as Json;
  const places = json.findings.map(
    ({ rule, at }) => `${rule} ${at.kind === "file" ? `${at.path}:${at.line ?? 0}` : ""}`,
  );
  return { ...outcome, json, places };
};

const dbmate = (up: string, down: string): string => `-- migrate:up\n${up}\n-- migrate:down\n${down}\n`;

const chain = {
  "m/1_users.sql": dbmate("create table users (id bigint primary key, name text not null);", "drop table users;"),
  "m/2_half.sql": dbmate(
    "alter table users add column a int;\ncreate index users_a on users (a);",
    "drop index users_a;",
  ),
  "m/3_wrong.sql": dbmate("alter table users add column b int;", "alter table users drop column c;"),
  "m/4_gone.sql": dbmate(
    "alter table users drop column name;",
    "alter table users add column name text;\nalter table users alter name set not null;",
  ),
  "m/5_required.sql": dbmate(
    "alter table users add column needed text not null;",
    "alter table users drop column needed;",
  ),
  "m/6_fine.sql": dbmate(
    "alter table users add column d int;\nupdate users set d = 7;",
    "alter table users drop column d;",
  ),
  "m/7_lost.sql": dbmate("alter table users drop column d;", "alter table users add column d int;"),
};

describe("db verify", () => {
  test("tells what fails by itself, where, and goes on", async () => {
    const { places, exit } = await senior(chain, "verify", "m");
    expect(exit).toBe(1);
    expect(places).toEqual(
      [
        "verify/up-again-refused m/2_half.sql:2",
        "verify/not-restored m/2_half.sql:5",
        "verify/down-refused m/3_wrong.sql:4",
        "verify/rows-refused m/5_required.sql:2",
        "verify/values-lost m/7_lost.sql:4",
        "verify/rows-refused m/4_gone.sql:5",
      ].toSorted((one, other) => places.indexOf(one) - places.indexOf(other)),
    );
  }, 60_000);

  test("passes a chain that is right, enums and concurrent builds among it, and unwinds it", async () => {
    const right = {
      "m/1_kinds.up.sql": "create type kind as enum ('a');\ncreate table t (id bigint primary key, k kind);",
      "m/1_kinds.down.sql": "drop table t;\ndrop type kind;",
      "m/2_index.up.sql": "create index concurrently t_k on t (k);",
      "m/2_index.down.sql": "drop index concurrently t_k;",
      "m/3_view.up.sql": "create view v as select id from t;\ncomment on view v is 'ids';",
      "m/3_view.down.sql": "drop view v;",
    };
    const { places, exit, json } = await senior(right, "verify", "m");
    expect([exit, places]).toEqual([0, []]);
    expect(json.data["tool"]).toBe("golang-migrate");
    expect(JSON.stringify(json.data["unwind"])).not.toContain('refused":"');
  }, 60_000);

  test("knows what is printed otherwise through a rename elsewhere, at the migration that does it", async () => {
    const named = {
      "m/1_a.sql": dbmate(
        "create type state as enum ('a', 'b');\ncreate table t (id bigint primary key, s state default 'a', \"Odd name\" int);\ncreate view v as select id, s from t where s = 'a';",
        "drop view v;\ndrop table t;\ndrop type state;",
      ),
      "m/2_label.sql": dbmate("alter type state rename value 'a' to 'c';", "alter type state rename value 'c' to 'a';"),
      "m/3_half.sql": dbmate("alter type state rename value 'b' to 'd';", "select 1;"),
      "m/4_table.sql": dbmate("alter table t rename to u;", "alter table u rename to t;"),
      "m/5_odd.sql": dbmate('alter table u rename "Odd name" to odd;', 'alter table u rename odd to "Odd name";'),
      "m/6_fine.sql": dbmate("create index u_s on u (s);", "drop index u_s;"),
    };
    const { places } = await senior(named, "verify", "m");
    expect(places).toEqual(["verify/up-again-refused m/3_half.sql:2", "verify/not-restored m/3_half.sql:4"]);
  }, 60_000);

  test("reads a folder that is called like a file, and files that ask for no transaction", async () => {
    const odd = {
      "m/1_init/migration.sql": "create table t (id int);",
      "m/2_add.sql/migration.sql": "alter table t add c int;",
    };
    expect((await senior(odd, "verify", "m")).json.data["migrations"]).toHaveLength(2);
    const none = { "m/1_a.sql": "-- postgres-migrations disable-transaction\ndo $$ begin perform 1; commit; end $$;" };
    expect((await senior(none, "verify", "m")).exit).toBe(0);
  }, 60_000);

  test("refuses what reaches outside of the database, with its place", async () => {
    const { stderr, exit } = await senior({ "m/1_a.sql": "select 1;\ncopy t from program 'id';" }, "verify", "m");
    expect(exit).toBe(3);
    expect(stderr).toContain("m/1_a.sql:2:1: COPY FROM PROGRAM runs a command of the operating system; it was not run");
  }, 60_000);
});

describe("db verify on Rails' structure.sql", () => {
  const dump = (...lines: readonly string[]) =>
    [
      "create table public.users (id bigint primary key);",
      "create table public.schema_migrations (version character varying not null primary key);",
      "set search_path to public;",
      'insert into "schema_migrations" (version) values',
      ...lines,
    ].join("\n");
  const ruby = (...names: readonly string[]) => Object.fromEntries(names.map((name) => [`db/${name}.rb`, "class"]));

  test("holds the versions that it lists against the files, zeros in front of them aside", async () => {
    const files = {
      "db/structure.sql": dump("('20240103000000'),", "('20240102000000'),", "('12'),", "('3');"),
      ...ruby("migrate/012_a", "migrate/20240102000000_b", "post_migrate/20240101000000_c", "other_migrate/1_d"),
    };
    for (const path of ["db/migrate", "."]) {
      const { places, exit } = await senior(files, "verify", path);
      expect([exit, ...places]).toEqual([
        1,
        "verify/structure-behind db/post_migrate/20240101000000_c.rb:1",
        "verify/structure-ahead db/structure.sql:5",
        "verify/structure-ahead db/structure.sql:8",
      ]);
    }
  }, 60_000);

  test("names the line that PostgreSQL refuses, a merge's second line and a mark of it among them", async () => {
    const twice = await senior(
      { "db/structure.sql": dump("('2'),", "('2');"), ...ruby("migrate/2_a") },
      "verify",
      "db",
    );
    expect(twice.places).toEqual(["verify/structure-refused db/structure.sql:6"]);
    const merged = await senior({ "db/structure.sql": dump("<<<<<<< HEAD", "('2');") }, "verify", "db");
    expect(merged.places).toEqual(["verify/structure-refused db/structure.sql:5"]);
    const broken = await senior({ "db/structure.sql": `select 1;\nalter table gone add a int;` }, "verify", "db");
    expect([broken.exit, ...broken.places]).toEqual([1, "verify/structure-refused db/structure.sql:2"]);
  }, 60_000);
});

describe("db lint", () => {
  const files = {
    "m/1_users.sql": "create table users (id bigint primary key, name text, team bigint);",
    "m/2_next.sql": [
      "set lock_timeout = '2s';",
      "-- senior:allow index-blocks-writes: the table has ten rows",
      "create index users_name on users (name);",
      "create table teams (id bigint primary key);",
      "create index on teams (id);",
      "-- senior:allow drop-column",
      "alter table users drop column team;",
      "-- senior:allow rename: nothing is renamed here",
      "select 1;",
    ].join("\n"),
  };

  test("measures one file after those before it; follows suppressions with a reason, and names the others", async () => {
    const { places, json, exit } = await senior(files, "lint", "m/2_next.sql");
    expect(places).toEqual([
      "lint/allow-without-reason m/2_next.sql:6",
      "lint/drop-column m/2_next.sql:7",
      "lint/unused-allow m/2_next.sql:8",
    ]);
    expect(exit).toBe(0);
    expect(json.data["allowed"]).toMatchObject([
      { rule: "lint/index-blocks-writes", reason: "the table has ten rows" },
    ]);
  }, 60_000);

  test("says in SARIF and GitHub's annotations where a finding is", async () => {
    const one = {
      "m/1_a.sql": "create table t (id bigint primary key, n int);",
      "m/2_b.sql": "\nalter table t\n  alter n type bigint;",
    };
    const paths = Object.fromEntries(Object.entries(one).map(([name, text]) => [`/project/${name}`, text]));
    const io = memoryIo({ files: paths });
    const { stdout, exit } = await runSenior(["db", "lint", "m/2_b.sql", "--reporter", "github"], io, () =>
      Promise.resolve(registry),
    );
    expect(exit).toBe(1);
    expect(stdout).toContain(
      "::error file=m/2_b.sql,line=2,col=1,title=lint/type-change-rewrites::ACCESS EXCLUSIVE on public.t",
    );
  }, 60_000);
});
