// db diff on a server that a platform shares with the application: what is the platform's is never touched, and need not be said.
import { expect, test } from "bun:test";
import { mergePlugins } from "../../registry.ts";
import { reporters } from "../../report/index.ts";
import { memoryIo } from "../../testing/memory-io.ts";
import { runSql, testServer } from "../../testing/postgres-server.ts";
import { runSenior } from "../run.ts";

const server = await testServer();
const registry = mergePlugins([{ sdk: 1, name: "senior", provides: [...reporters] }]);

const roles = ["supabase_admin", "anon", "authenticated"]
  .map((name) => `do $$ begin create role ${name}; exception when duplicate_object then null; end $$;`)
  .join("\n");

const platform = `${roles}
create schema auth authorization supabase_admin;
create schema extensions;
create extension "uuid-ossp" schema extensions;
create table auth.users (id uuid primary key default extensions.uuid_generate_v4(), email text, secret text);
create function auth.uid() returns uuid language sql stable as 'select null::uuid';
create function extensions.watch() returns event_trigger language plpgsql as 'begin end';
create event trigger watch on ddl_command_end execute function extensions.watch();
create publication supabase_realtime;
alter default privileges in schema public grant select on tables to anon;
grant usage on schema public, auth to anon;`;

const profiles = (columns: string): string => `
create table public.profiles (id uuid primary key references auth.users on delete cascade${columns});
alter table public.profiles enable row level security;
create policy own on public.profiles to authenticated using (auth.uid() = id);
create view public.people as select p.*, u.email from public.profiles p join auth.users u using (id);`;

const diff = async (database: string, file: string) => {
  const io = memoryIo({ files: { "/project/new.sql": file }, env: { DATABASE_URL: server?.url(database) } });
  const words = ["db", "diff", "--compare", "new.sql", "--json"];
  const { stdout, stderr, exit } = await runSenior(words, io, () => Promise.resolve(registry));
  if (exit !== 0) throw new Error(stderr);
  const { data } = JSON.parse(stdout) as {
    readonly data: {
      readonly empty: boolean;
      readonly migrations: readonly { readonly up: string; readonly down: string }[];
    };
  };
  return data;
};

test.skipIf(server === undefined)(
  "what a platform keeps is left alone, and a file may refer to it unsaid",
  async () => {
    const database = (await server?.createDatabase(platform)) ?? "";
    const run = (sql: string): Promise<void> =>
      server === undefined ? Promise.resolve() : runSql(server, database, sql);
    await run(profiles(""));
    const { migrations } = await diff(database, profiles(", bio text"));
    expect(migrations).toHaveLength(1);
    const up = migrations[0]?.up ?? "";
    expect(up).toContain("ADD COLUMN bio text");
    expect(up).not.toMatch(/DROP (EVENT|PUBLICATION|SCHEMA|EXTENSION|TABLE)|REVOKE|auth\.users \(/);
    await run(`begin; ${up}; commit`);
    // What the file makes of the platform's to be complete is not compared either.
    const stub =
      "create schema auth; create table auth.users (id uuid primary key, email text); create function auth.uid() returns uuid language sql stable as 'select null::uuid';";
    expect((await diff(database, stub + profiles(", bio text"))).empty).toBe(true);
    await run(`begin; ${migrations[0]?.down ?? ""}; commit`);
    expect((await diff(database, profiles(""))).empty).toBe(true);
  },
);

test.skipIf(server === undefined)(
  "a schema of that name is the application's own where there is no platform",
  async () => {
    const database =
      (await server?.createDatabase("create schema auth; create table auth.users (id int primary key);")) ?? "";
    const { migrations } = await diff(
      database,
      "create schema auth; create table auth.users (id int primary key, mail text);",
    );
    expect(migrations[0]?.up).toContain("ALTER TABLE auth.users ADD COLUMN mail text");
  },
);
