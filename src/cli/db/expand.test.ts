// db diff --expand on a real server: two releases write at once between expand and contract, and nothing of either is lost.
import { describe, expect, test } from "bun:test";
import postgres from "postgres";
import { mergePlugins } from "../../registry.ts";
import { reporters } from "../../report/index.ts";
import { memoryIo } from "../../testing/memory-io.ts";
import { testServer } from "../../testing/postgres-server.ts";
import { runSenior } from "../run.ts";

const server = await testServer();
const registry = mergePlugins([{ sdk: 1, name: "senior", provides: [...reporters] }]);

const old = `create table person (id int generated always as identity primary key, name text not null default 'nobody', score int check (score >= 0), unique (name));
create index person_score on person (score) where score > 10;
create view best as select id, score from person where score > 100;`;

const next = old
  .replace("name text", "full_name text")
  .replace("unique (name)", "unique (full_name)")
  .replaceAll("score int", "score bigint")
  .replace("id int", "id bigint");

describe.skipIf(server === undefined)("db diff --expand", () => {
  test("carries a rename and new types of key and column over while both releases write, forth and back", async () => {
    if (server === undefined) return;
    const database = await server.createDatabase(
      `${old}\ninsert into person (name, score) select 'p' || n, n from generate_series(1, 500) n;`,
    );
    const client = postgres(server.url(database), { max: 1, onnotice: () => undefined, prepare: false });
    const ask = async (sql: string): Promise<readonly unknown[]> =>
      (await client.unsafe(sql)).map((row) => Object.values(row as object)[0] as unknown);
    const io = memoryIo({
      files: { "/project/old.sql": old, "/project/new.sql": next },
      env: { DATABASE_URL: server.url(database) },
    });
    const senior = async (...words: readonly string[]) => {
      const outcome = await runSenior(["db", ...words, "--json"], io, () => Promise.resolve(registry));
      return { ...outcome, data: (JSON.parse(outcome.stdout) as { data: Readonly<Record<string, unknown>> }).data };
    };

    const diff = await senior(
      "diff",
      "old.sql",
      ...["--compare", "new.sql", "--rename", "person.name=full_name", "--expand", "--output", "m"],
    );
    expect([diff.stderr, diff.exit]).toEqual(["", 0]);
    const [backfill] = diff.data["backfills"] as readonly string[];
    const update = /^senior db backfill '(.*)'$/.exec(backfill ?? "")?.[1] ?? "";

    const versions = [...io.disk.keys()].flatMap((path) => /m\/(\d+)_/.exec(path)?.[1] ?? []).sort();
    const last = versions.at(-2) ?? "";
    // Without the backfill the gate refuses; the expansion before it is in.
    const early = await senior("migrate", "m", "--to", last);
    expect(early.stderr).toContain("rows of public.person are not carried over yet; run: senior db backfill");
    const write = async (name: string, value: string) =>
      ask(`insert into person (${name}, score) values ('${value}', 7) returning id`);
    await write("name", "old release");
    await write("full_name", "new release");
    await ask("update person set full_name = 'renamed by new' where id = 3");
    await ask("update person set name = 'renamed by old' where id = 4");
    await ask("insert into person default values");
    expect((await senior("backfill", update)).exit).toBe(0);
    const upTo = await senior("migrate", "m", "--to", last);
    expect([upTo.stderr, upTo.exit]).toEqual(["", 0]);
    expect(await ask("select count(*)::int from best")).toEqual([400]);
    expect(await ask("select count(*)::int from person where name = full_name and id = id_new")).toEqual([503]);
    const refused = await senior("migrate", "m");
    expect(refused.stderr).toContain("--accept-data-loss");
    const done = await senior("migrate", "m", "--accept-data-loss");
    expect([done.stderr, done.exit]).toEqual(["", 0]);

    expect(await ask("select full_name from person where id in (3, 4, 501, 502, 503) order by id")).toEqual([
      "renamed by new",
      "renamed by old",
      "old release",
      "new release",
      "nobody",
    ]);
    expect(await ask("insert into person (full_name) values ('after') returning id::text")).toEqual(["504"]);
    const same = await senior("diff", "--compare", "new.sql");
    expect(same.data["empty"]).toBe(true);

    const back = await senior("rollback", "m", "--to", "0", "--accept-data-loss");
    expect([back.stderr, back.exit]).toEqual(["", 0]);
    expect(await ask("select count(*)::int from person where name is not null")).toEqual([504]);
    const origin = await senior("diff", "--compare", "old.sql");
    expect(origin.data["empty"]).toBe(true);
    await client.end();
  }, 120_000);

  test("makes new types first, and takes what was said of a column forth and back", async () => {
    const files = {
      "/project/old.sql":
        "create table event (id int primary key, at timestamp not null, kind text not null default 'a', n int);",
      "/project/new.sql":
        "create type kind as enum ('a', 'b'); create table event (id int primary key, at timestamptz not null, kind kind not null default 'a', n jsonb);",
    };
    const io = memoryIo({ files });
    const using = "event.at=at AT TIME ZONE 'UTC'";
    const words = [
      "diff",
      "old.sql",
      "--compare",
      "new.sql",
      "--expand",
      "--using",
      using,
      "--output",
      "m",
      "--accept-data-loss",
    ];
    const { stderr, exit } = await runSenior(["db", ...words], io, () => Promise.resolve(registry));
    expect([stderr, exit]).toEqual(["", 0]);
    const written = [...io.disk].filter(([path]) => path.includes("/m/")).sort(([a], [b]) => (a < b ? -1 : 1));
    const texts = written.map(([, text]) => text);
    expect(texts[0]).toContain("CREATE TYPE public.kind AS ENUM ('a', 'b');");
    expect(texts[1]).toContain("(at AT TIME ZONE 'UTC') INTO NEW.at_new");
    expect(texts[1]).toContain("NEW.n_new := to_jsonb(NEW.n);");
    expect(texts.at(-1)).toContain("at = at_new AT TIME ZONE 'UTC'");
    expect(texts.at(-1)).toContain("n = n_new::integer");
  }, 120_000);
});
