// --shadow: schemas run on a real server, in a database of their own of which nothing is left.
import { describe, expect, test } from "bun:test";
import postgres from "postgres";
import { mergePlugins } from "../../registry.ts";
import { reporters } from "../../report/index.ts";
import { memoryIo } from "../../testing/memory-io.ts";
import { runSql, testServer } from "../../testing/postgres-server.ts";
import { runSenior } from "../run.ts";

const server = await testServer();
const registry = mergePlugins([{ sdk: 1, name: "senior", provides: [...reporters] }]);

const urlAs = (user: string, database: string): string => {
  const url = new URL(server?.url(database) ?? "");
  url.username = user;
  url.password = "x";
  return url.href;
};

const diff = async (old: string, next: string, ...words: readonly string[]) => {
  const io = memoryIo({ files: { "/project/old.sql": old, "/project/new.sql": next } });
  const argv = ["db", "diff", ...(words.includes("--connection") ? [] : ["old.sql"]), "--compare", "new.sql", ...words];
  const { exit, stdout, stderr } = await runSenior([...argv, "--json"], io, () => Promise.resolve(registry));
  return { exit, text: stdout + stderr };
};

const ask = async (sql: string): Promise<readonly string[]> => {
  const client = postgres(server?.url() ?? "", { max: 1, onnotice: () => undefined });
  try {
    return (await client.unsafe(sql)).map((row) => String(Object.values(row as object)[0]));
  } finally {
    await client.end();
  }
};

const shadows = (): Promise<readonly string[]> =>
  ask("select datname from pg_database where datname like 'senior_shadow_%' order by 1");

const old = "create table t (id int primary key); alter table t owner to shadow_app;";
const next =
  "create table t (id int primary key, n int not null default 3 check (n > 0)); alter table t owner to shadow_app;";

describe.skipIf(server === undefined)("a shadow on a real server", () => {
  test("has its extensions, and leaves neither database nor role behind", async () => {
    const extension = "create extension postgres_fdw; create server far foreign data wrapper postgres_fdw;";
    const wrong = `${extension} alter server far options (add nonsense 'x');`;
    const { exit, text } = await diff(extension + old, extension + next, "--shadow", server?.url() ?? "");
    expect(text).toContain("ADD COLUMN n integer DEFAULT 3 NOT NULL");
    expect(exit).toBe(0);
    // Only the real extension knows its options.
    const refused = await diff(extension + old, wrong, "--shadow", server?.url() ?? "");
    expect(refused.text).toContain('invalid option \\"nonsense\\"');
    expect(refused.exit).toBe(3);
    expect(await shadows()).toEqual([]);
    expect(await ask("select rolname from pg_roles where rolname = 'shadow_app' or rolname like 'senior%'")).toEqual(
      [],
    );
  });

  test("is never the database that is compared", async () => {
    const database = (await server?.createDatabase("create table t (id int primary key)")) ?? "";
    const url = server?.url(database) ?? "";
    const { exit, text } = await diff("", next, "--connection", url, "--shadow", url);
    expect(text).toContain("is the database that is compared");
    expect(exit).toBe(5);
    const other = await diff("", next, "--connection", url, "--shadow", server?.url() ?? "");
    expect(other.text).toContain("ADD COLUMN n integer");
    expect(other.exit).toBe(0);
    expect(await shadows()).toEqual([]);
  });

  test("without the right to make databases it works in an empty one, where everything is undone", async () => {
    if (server === undefined) return;
    const empty = await server.createDatabase("create role plain login password 'x'; create role shadow_app");
    const full = await server.createDatabase("create table precious (id int)");
    await runSql(server, empty, `grant create on schema public to plain; grant shadow_app to plain`);
    const { exit, text } = await diff(old, next, "--shadow", urlAs("plain", full));
    expect(text).toContain("plain may not create databases");
    expect(exit).toBe(5);
    const own = (sql: string) => sql.replace(/alter .*/, "");
    const worked = await diff(own(old), own(next), "--shadow", urlAs("plain", empty));
    expect(worked.text).toContain("ADD COLUMN n integer");
    expect(worked.exit).toBe(0);
    const missing = await diff(old.replace("shadow_app", "nobody"), own(next), "--shadow", urlAs("plain", empty));
    expect(missing.text).toContain("roles that the shadow does not have: nobody");
    expect(missing.exit).toBe(4);
    await runSql(server, empty, "drop owned by plain; drop role plain; drop role shadow_app");
  });

  test("verifies migrations there, with rows, and takes roles away again", async () => {
    const files = {
      "/project/m/1_a.sql": `-- migrate:up
create role made_here; create table t (id int primary key, n int not null); grant select on t to made_here; grant select on t to named_here;
-- migrate:down
drop table t; drop role made_here;`,
      "/project/m/2_b.sql": `-- migrate:up
create extension postgres_fdw; create server far foreign data wrapper postgres_fdw options (host 'x'); alter table t add m int default 1;
-- migrate:down
alter table t drop m; drop server far; drop extension postgres_fdw;`,
    };
    const io = memoryIo({ files });
    const argv = ["db", "verify", "m", "--shadow", server?.url() ?? "", "--json"];
    const { exit, stdout } = await runSenior(argv, io, () => Promise.resolve(registry));
    expect(stdout).toContain('"exit": 0');
    expect(exit).toBe(0);
    const strange = memoryIo({ files: { "/project/m/1_a.sql": "-- migrate:up\ncreate extension not_there_at_all;" } });
    const refused = await runSenior(argv, strange, () => Promise.resolve(registry));
    expect(refused.stderr).toContain('does not have the extension "not_there_at_all"');
    expect(await shadows()).toEqual([]);
    expect(await ask("select rolname from pg_roles where rolname like '%_here' or rolname like 'senior%'")).toEqual([]);
  });

  test("sweeps up what killed runs left, and only that; endless statements are ended", async () => {
    if (server === undefined) return;
    const comment = "A throw-away database of senior; it may be dropped whenever nobody is connected to it.";
    for (const name of ["senior_shadow_1_0000000a", "senior_shadow_1_0000000b", "senior_shadow_1_0000000c"]) {
      await runSql(server, "postgres", `create database ${name} strategy file_copy`);
      // The third is not marked: somebody else's.
      const mark = `${comment} Its roles: ["of_${name.slice(-1)}"]`;
      if (!name.endsWith("c"))
        await runSql(server, "postgres", `comment on database ${name} is '${mark}'; create role of_${name.slice(-1)}`);
    }
    const used = postgres(server.url("senior_shadow_1_0000000b"), { max: 1 });
    await used`select 1`;
    const endless = await diff("select pg_sleep(1000);", next, "--shadow", server.url(), "--deadline", "500ms");
    expect(endless.text).toContain("still running after 500 ms");
    expect(endless.exit).toBe(3);
    expect(await shadows()).toEqual(["senior_shadow_1_0000000b", "senior_shadow_1_0000000c"]);
    await used.end();
    expect(await ask("select rolname from pg_roles where rolname like 'of__'")).toEqual(["of_b"]);
    await runSql(server, "postgres", "drop role of_b");
    for (const name of await shadows()) await runSql(server, "postgres", `drop database ${name}`);
  });
});
