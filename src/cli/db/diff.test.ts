// db diff on real servers: every fixture pair forth and back, judged from outside; and what the command itself promises.
import { describe, expect, test } from "bun:test";
import { judge } from "../../../scripts/judge/judge.ts";
import { cheat, planner } from "../../../scripts/judge/tools.ts";
import type { Cache } from "../../io/cache.ts";
import { renamesSaid } from "../../pg/diff/annotations.ts";
import { mergePlugins } from "../../registry.ts";
import { reporters } from "../../report/index.ts";
import { memoryIo } from "../../testing/memory-io.ts";
import { testServer } from "../../testing/postgres-server.ts";
import { fixturePair, fixturePairs, proven } from "../../testing/schema-pair.ts";
import { runSenior } from "../run.ts";

const server = await testServer();

describe.skipIf(server === undefined)("the way from one schema to another, on a real server with rows", () => {
  for (const id of fixturePairs()) {
    test(id.replaceAll("-", " "), async () => {
      if (server === undefined) return;
      const verdict = await judge(server, 180000, fixturePair(id), planner);
      expect(verdict).toMatchObject(proven);
    });
  }

  test("a tool that builds everything anew does not pass", async () => {
    if (server === undefined) return;
    const verdict = await judge(server, 180000, fixturePair("circles"), cheat);
    expect(verdict.recreated).toContain("public.x");
  });
});

const registry = mergePlugins([{ sdk: 1, name: "senior", provides: [...reporters] }]);

const run = async (
  files: Readonly<Record<string, string>>,
  ...given: readonly (string | { readonly cache: Cache })[]
) => {
  const words = given.filter((one) => typeof one === "string");
  const extra = given.find((one) => typeof one === "object");
  const paths = Object.fromEntries(Object.entries(files).map(([name, text]) => [`/project/${name}`, text]));
  const io = { ...memoryIo({ files: paths }), ...extra };
  const outcome = await runSenior(["db", "diff", "old.sql", "--compare", "new.sql", "--json", ...words], io, () =>
    Promise.resolve(registry),
  );
  return { ...outcome, io, json: JSON.parse(outcome.stdout) as { readonly data: Readonly<Record<string, unknown>> } };
};

describe("db diff", () => {
  test("writes a dated file with both ways, and nothing when nothing differs", async () => {
    const old = "create table t (id int primary key);";
    const { exit, io } = await run(
      { "old.sql": old, "new.sql": "create table t (id int primary key, name text);" },
      "--output",
      "migrations",
    );
    expect(exit).toBe(0);
    const text = io.disk.get("/project/migrations/20260102_add_name_to_t.sql") ?? "";
    expect(text).toContain("-- migrate:up\n");
    expect(text).toContain("ALTER TABLE public.t ADD COLUMN name text;");
    expect(text).toContain("ALTER TABLE public.t DROP COLUMN name;");
    const again = await run({ "old.sql": old, "new.sql": old }, "--output", "migrations", "--check");
    expect([again.exit, again.json.data["empty"]]).toEqual([0, true]);
    const checked = await run({ "old.sql": old, "new.sql": "" }, "--output", "migrations", "--check");
    expect([checked.exit, JSON.stringify(checked.json).includes("diff/differs")]).toEqual([1, true]);
    expect([...checked.io.disk.keys()].filter((path) => path.includes("migrations"))).toEqual([]);
    expect([...again.io.disk.keys()].filter((path) => path.includes("migrations"))).toEqual([]);
  });

  test("a renamed table takes all that it has along, under new names where they are new", async () => {
    const old = `create table users (id serial primary key, email text unique, org int not null);
create index users_org_idx on users (org);
create table posts (id int primary key, author int references users);`;
    const { exit, io } = await run(
      { "old.sql": old, "new.sql": old.replaceAll("users", '"Accounts"').replaceAll('"Accounts"_org', "accounts_org") },
      "--rename=users=Accounts",
      "--output=migrations",
    );
    expect(exit).toBe(0);
    const files = [...io.disk].filter(([path]) => path.includes("migrations"));
    expect(files).toHaveLength(1);
    const [up = ""] = (files[0]?.[1] ?? "").split("-- migrate:down");
    expect(up.match(/^(?!SET|--)\S.*$/gm)).toEqual([
      'ALTER TABLE public.users RENAME TO "Accounts";',
      'ALTER TABLE public."Accounts" RENAME CONSTRAINT users_email_key TO "Accounts_email_key";',
      'ALTER TABLE public."Accounts" RENAME CONSTRAINT users_pkey TO "Accounts_pkey";',
      "ALTER INDEX public.users_org_idx RENAME TO accounts_org_idx;",
      'ALTER SEQUENCE public.users_id_seq RENAME TO "Accounts_id_seq";',
    ]);
  });

  test("an index that is replaced steps aside, and takes its name again on the way back", async () => {
    const old = "create table t (id int primary key, a int, b int); create index i on t (a);";
    const { exit, io } = await run({ "old.sql": old, "new.sql": old.replace("(a)", "(a, b)") }, "--output=m");
    expect(exit).toBe(0);
    const files = [...io.disk].filter(([path]) => path.includes("/m/"));
    expect(files.map(([path]) => path.replace(/^.*?_/, ""))).toEqual([
      "set_aside_index_i.sql",
      "add_index_i.sql",
      "drop_old_index_i.sql",
    ]);
    expect(files.map(([, text]) => text.match(/^(?:ALTER|CREATE|DROP) .*;$/gm))).toEqual([
      ["ALTER INDEX public.i RENAME TO i__before;", "ALTER INDEX public.i__before RENAME TO i;"],
      ["CREATE INDEX CONCURRENTLY i ON public.t USING btree (a, b);", "DROP INDEX CONCURRENTLY public.i;"],
      ["DROP INDEX CONCURRENTLY public.i__before;", "CREATE INDEX CONCURRENTLY i__before ON public.t USING btree (a);"],
    ]);
  });

  test("a new value of an enum serves in an index of the same change", async () => {
    const old = "create type state as enum ('todo', 'done'); create table jobs (id int primary key, s state not null);";
    const { exit } = await run({
      "old.sql": `${old} create index open_jobs on jobs (id) where s = 'todo';`,
      "new.sql": `${old.replace("'done'", "'done', 'failed'")} create index open_jobs on jobs (id) where s in ('todo', 'failed');`,
    });
    expect(exit).toBe(0);
  });

  test("values of new columns are such as their checks and domains let in, and their keys on the way back", async () => {
    const full = `create domain mail as text check (value like '%@%');
create table t (id int primary key, quantity int not null check (quantity > 0), kind text not null check (kind in ('a', 'b')),
  code text not null check (length(code) = 3), post mail not null, token text not null);
create unique index tokens on t (token);`;
    const files = { "old.sql": "create table t (id int primary key);", "new.sql": full };
    const up = await run(files, "--output=migrations");
    expect(up.exit).toBe(0);
    const text = [...up.io.disk].map(([path, one]) => (path.includes("migrations") ? one : "")).join("\n");
    expect(
      [...text.matchAll(/ADD COLUMN (\w+) \S+ DEFAULT (\S+)/g)].map(([, name, value]) => `${name} ${value}`),
    ).toEqual([
      ...["quantity 1", "kind 'a'", "code 'xxx'", "post '%@%'"],
      "token pg_catalog.nextval('public.t_token_fill')::text",
    ]);
    const down = await run({ "old.sql": full, "new.sql": files["old.sql"] }, "--output=migrations");
    expect([down.exit, JSON.stringify(down.json.data).includes("for new rows only")]).toEqual([0, false]);
    const back = [...down.io.disk].map(([path, one]) => (path.includes("migrations") ? one : "")).join("\n");
    expect(back).toContain("ADD COLUMN token text DEFAULT pg_catalog.nextval('public.t_token_fill')::text NOT NULL");
  });

  test("a primary key that moves to other columns goes before the column that it was over", async () => {
    const { exit } = await run({
      "old.sql": "create table t (id bigserial primary key, version int not null);",
      "new.sql":
        "create table t (version int not null, line text not null, constraint t_pkey1 primary key (line, version));",
    });
    expect(exit).toBe(0);
  });

  test("rows that make room on the rehearsal leave none that refer to them: all references are back as they were", async () => {
    const tables = (more: string): string => `create table workers (id int primary key check (id < 100)${more});
create table events (id int primary key check (id > 100), job int not null);
create table jobs (id int primary key, worker int not null references workers);`;
    const { exit, json } = await run({
      "old.sql": `${tables(", n int")} alter table events add foreign key (job) references jobs;`,
      "new.sql": `${tables("")} alter table workers add foreign key (id) references events;`,
    });
    expect([exit, JSON.stringify(json.data).includes("for new rows only")]).toEqual([0, false]);
  });

  test("an extension that does not move is taken along when its schema is called otherwise", async () => {
    const schema = (name: string): string =>
      `create schema ${name}; create extension postgis schema ${name}; create table places (at ${name}.geometry);`;
    const { exit, json } = await run({ "old.sql": schema("gis"), "new.sql": schema("maps") }, "--no-guess-renames");
    expect([exit, JSON.stringify(json.data).includes("ALTER SCHEMA gis RENAME TO maps")]).toEqual([0, true]);
  });

  test("tables that are all alike, and sequences of theirs, are not taken for each other", async () => {
    const log = (name: string) =>
      `create table log_${name} (id serial primary key, item_id int, event text, whodunnit text, object json, at timestamp);`;
    const common = log("orders") + log("contacts");
    const { json } = await run({
      "old.sql": common + log("keyrelays"),
      "new.sql": common + log("registrant_verifications"),
    });
    expect(json.data["renames"]).toEqual([]);
  });

  test("nothing that is made again is missing between two migrations, and scans come before locks", async () => {
    const texts = {
      "old.sql": fixturePair("rebuilt-without-a-gap").old,
      "new.sql": fixturePair("rebuilt-without-a-gap").new,
    };
    const { exit, io } = await run(texts, "--output=m");
    expect(exit).toBe(0);
    const ups = [...io.disk]
      .filter(([path]) => path.includes("/m/"))
      .map(([, text]) => text.split("-- migrate:down")[0] ?? "");
    const named = (verb: string) => (text: string) =>
      [...text.matchAll(new RegExp(`^${verb} (VIEW|POLICY|TRIGGER|RULE) (?:public[.])?(\\w+)`, "gm"))]
        .map(([, , name]) => name)
        .sort();
    expect(ups.map(named("DROP"))).toEqual(ups.map(named("CREATE")));
    expect(ups.flatMap(named("DROP"))).toContain("per_person");
    const late = ups.find((text) => text.includes("DROP CONSTRAINT people_pkey")) ?? "";
    expect(late.lastIndexOf(" VALIDATE CONSTRAINT ")).toBeLessThan(late.indexOf(" SET NOT NULL"));
    expect(late).toContain("ADD CONSTRAINT people_pkey PRIMARY KEY USING INDEX people_pkey__after");
    expect(late).toMatch(/ADD CONSTRAINT visits_person_fkey FOREIGN KEY .* NOT VALID;/);
    expect(ups.at(-1)).toContain("VALIDATE CONSTRAINT visits_person_fkey");
  });

  test("a sequence that goes over to another table is its owner's then", async () => {
    const table = (name: string) => `create table ${name} (number bigint primary key default nextval('numbers'));
alter table ${name} owner to boss; alter sequence numbers owned by ${name}.number;`;
    const head = "create role boss; create role clerk; create sequence numbers; alter sequence numbers owner to boss;";
    const other = "create table batches (n bigint); alter table batches owner to clerk;";
    const [old, next] = [`${head}${other}${table("blocks")}`, `${head}${other}${table("rounds")}`];
    expect((await run({ "old.sql": old, "new.sql": next }, "--no-guess-renames")).exit).toBe(0);
    const there = `${head.replaceAll("to boss", "to clerk")}${other} alter sequence numbers owned by batches.n;`;
    expect((await run({ "old.sql": old, "new.sql": there }, "--no-guess-renames")).exit).toBe(0);
  });

  test("asks by exit status when renames cannot be told apart", async () => {
    const { exit, json } = await run({
      "old.sql": "create table t (id int primary key, user_name text, user_mail text);",
      "new.sql": "create table t (id int primary key, user_names text, user_namer text);",
    });
    expect(exit).toBe(3);
    expect(json.data["candidates"]).toBeArray();
  });

  test("refuses to lose values, and conversions that nobody can invent", async () => {
    const narrow = { "old.sql": "create table t (n numeric(10,3));", "new.sql": "create table t (n numeric(10,2));" };
    expect((await run(narrow)).exit).toBe(5);
    expect((await run(narrow, "--accept-data-loss")).exit).toBe(0);
    const strange = { "old.sql": "create table t (n bigint);", "new.sql": "create table t (n timestamp);" };
    const refused = await run(strange);
    expect(refused.exit).toBe(3);
    expect(refused.stderr).toContain("--using");
    expect((await run(strange, "--using", "t.n=to_timestamp(n)::timestamp", "--accept-data-loss")).exit).toBe(0);
  });

  test("what was rehearsed once is taken from the cache, for the same schemas and wishes alone", async () => {
    const kept = new Map<string, string>();
    const cache: Cache = {
      read: (key) => Promise.resolve(kept.get(key)),
      write: (key, text) => Promise.resolve(void kept.set(key, text)),
    };
    const files = {
      "old.sql": "create table t (id int primary key, name text);",
      "new.sql": "create table t (id int primary key, title text, n int not null default 1);",
    };
    const again = (...words: readonly string[]) => run(files, { cache }, "--output", "m", ...words);
    const [first, second] = [await again("--rename", "t.name=title"), await again("--rename", "t.name=title")];
    expect(kept.size).toBe(3);
    expect(second.stdout).toBe(first.stdout);
    expect([...second.io.disk]).toEqual([...first.io.disk]);
    expect((await again("--no-guess-renames")).stdout).toContain("DROP COLUMN name");
    expect(kept.size).toBe(4);
  });

  test("an expansion keeps the old column's type as long as the column, and brings it back first", async () => {
    const { exit, io } = await run(
      {
        "old.sql": "create type a as enum ('x', 'y'); create table t (id int primary key, role a not null);",
        "new.sql": "create type b as enum ('x', 'z', 'y'); create table t (id int primary key, role b not null);",
      },
      ...["--expand", "--no-guess-renames", "--output=migrations"],
    );
    expect(exit).toBe(0);
    const files = [...io.disk]
      .filter(([path]) => path.includes("migrations"))
      .sort(([one], [two]) => (one < two ? -1 : 1));
    const [up = "", down = ""] = (files.at(-1)?.[1] ?? "").split("-- migrate:down");
    expect(up.indexOf("DROP TYPE public.a;")).toBeGreaterThan(up.indexOf("DROP COLUMN role;"));
    expect(down.indexOf("ADD COLUMN role public.a;")).toBeGreaterThan(down.indexOf("CREATE TYPE public.a"));
  });

  test("a dropped column waits for the contract", async () => {
    const { json } = await run(
      { "old.sql": "create table t (id int, gone text);", "new.sql": "create table t (id int, more int);" },
      "--no-guess-renames",
    );
    const migrations = json.data["migrations"] as readonly { readonly kind: string; readonly up: string }[];
    expect(migrations.map(({ kind }) => kind)).toEqual(["main", "contract"]);
    expect(migrations[1]?.up).toContain("DROP COLUMN gone");
  });
});

test("renames are read from comments beside what they name", () => {
  const sql =
    'CREATE TABLE "New T" ( -- @renamed from=old_t\n  full_name text, -- @renamed from=name\n  x int\n);\nCREATE INDEX i2 /* @renamed from=i1 */ ON t (x);';
  expect(renamesSaid(sql)).toEqual([
    { from: "old_t", to: "New T" },
    { from: "name", to: "New T.full_name" },
    { from: "i1", to: "i2" },
  ]);
});
