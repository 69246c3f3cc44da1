// db backfill on a real server: every row once, in key order, with locks in the way, killed connections, and odd tables.
import { describe, expect, test } from "bun:test";
import postgres from "postgres";
import { mergePlugins } from "../../registry.ts";
import { reporters } from "../../report/index.ts";
import { memoryIo } from "../../testing/memory-io.ts";
import { testServer } from "../../testing/postgres-server.ts";
import { runSenior } from "../run.ts";

const server = await testServer();
const registry = mergePlugins([{ sdk: 1, name: "senior", provides: [...reporters] }]);

const fill = async (database: string, statement: string, ...words: readonly string[]) => {
  const io = memoryIo({ env: { DATABASE_URL: server?.url(database) } });
  const argv = ["db", "backfill", statement, "--pause", "0", "--json", ...words];
  const { stdout, stderr } = await runSenior(argv, io, () => Promise.resolve(registry));
  const json = JSON.parse(stdout) as { readonly exit: number; readonly data: Readonly<Record<string, unknown>> };
  return { ...json, stderr, notes: io.notes.join("\n") };
};

const query = async (database: string, sql: string): Promise<readonly unknown[]> => {
  const client = postgres(server?.url(database) ?? "", { max: 1, onnotice: () => undefined });
  try {
    return (await client.unsafe(sql)).map((row) => Object.values(row as object)[0] as unknown);
  } finally {
    await client.end();
  }
};

describe.skipIf(server === undefined)("db backfill", () => {
  const fresh = (sql = ""): Promise<string> => server?.createDatabase(sql) ?? Promise.resolve("");

  test("looks at every row once, along keys of any type and name", async () => {
    const database = await fresh(`
      create table "T 1" ("Key" text, "or""der" numeric, v int default 0, primary key ("Key", "or""der"));
      insert into "T 1" select chr(97 + n % 7), n / 3.0 from generate_series(1, 700) n;
      create table p (id timestamptz primary key, v int) partition by range (id);
      create table p1 partition of p for values from ('2026-01-01') to ('2026-01-02');
      create table p2 partition of p for values from ('2026-01-02') to ('2027-01-01');
      insert into p select timestamptz '2026-01-01' + n * interval '1.000001 min', 0 from generate_series(1, 3000) n;`);
    const first = await fill(
      database,
      'update "T 1" set v = v + 1 where "or""der" > 10 or "Key" = \'a\' -- both',
      "--batch",
      "70",
    );
    expect(first).toMatchObject({ exit: 0, data: { finished: true, scanned: 700 } });
    expect(
      await query(database, `select count(*)::text from "T 1" where v <> (("or""der" > 10 or "Key" = 'a')::int)`),
    ).toEqual(["0"]);
    const second = await fill(database, "update public.p x set v = v + 1", "--batch", "100");
    expect(second).toMatchObject({ data: { finished: true, scanned: 3000, updated: 3000 } });
    expect(await query(database, "select min(v) || ' ' || max(v) from p")).toEqual(["1 1"]);
  });

  test("a dry run changes nothing and leaves nothing; a finished one is not run again", async () => {
    const database = await fresh(
      "create table t (id int primary key, v int); insert into t select n from generate_series(1, 5000) n;",
    );
    const dry = await fill(database, "update t set v = id", "--dry-run");
    expect(dry).toMatchObject({ exit: 0, data: { batch: { scanned: 1000, updated: 1000 } } });
    expect(await query(database, "select count(*)::text from t where v is not null")).toEqual(["0"]);
    expect(await query(database, "select count(*)::text from pg_namespace where nspname = 'senior'")).toEqual(["0"]);
    expect((await fill(database, "update t set v = id")).exit).toBe(0);
    expect((await fill(database, "update  t set v = id")).exit).toBe(5);
    expect((await fill(database, "update t set v = id", "--restart")).exit).toBe(0);
  });

  test("a row that others hold is waited for in smaller batches, and no row is left out", async () => {
    const database = await fresh(
      "create table t (id int primary key, v int); insert into t select n from generate_series(1, 3000) n;",
    );
    const other = postgres(server?.url(database) ?? "", { max: 1 });
    await other.unsafe("begin; update t set v = 0 where id = 1500");
    const running = fill(database, "update t set v = coalesce(v, 0) + 1", "--lock-timeout", "100ms");
    await Bun.sleep(700);
    await other.unsafe("commit");
    await other.end();
    expect((await running).data["retries"]).toBeGreaterThan(0);
    expect(await query(database, "select min(v) || ' ' || max(v) from t")).toEqual(["1 1"]);
  });

  test("connections that are ended in the middle cost no row and count none twice", async () => {
    const database = await fresh(
      "create table t (id int primary key, v int default 0); insert into t select n from generate_series(1, 20000) n;",
    );
    const running = fill(
      database,
      "update t set v = v + 1",
      "--batch-time",
      "20ms",
      "--batch",
      "200",
      "--max-batch",
      "400",
    );
    const batches = "select batches from senior.backfills where batches > 2";
    while ((await query(database, batches).catch(() => [])).length === 0) await Bun.sleep(20);
    for (let n = 0; n < 3; n++) {
      await Bun.sleep(150);
      await query(
        "postgres",
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${database}' and application_name = 'senior'`,
      );
    }
    const ended = await running;
    expect([ended.exit, ended.notes]).toEqual([0, expect.stringContaining("connecting again") as string]);
    expect(await query(database, "select min(v) || ' ' || max(v) from t")).toEqual(["1 1"]);
  });

  test.each([
    ["no unique key", "update k set v = 1", 3, "no primary key"],
    ["the key itself", "update t set id = id + 1", 3, "changes id"],
    ["not an UPDATE", "delete from t", 3, "one UPDATE"],
    ["two statements", "update t set v = 1; update t set v = 2", 3, "one UPDATE"],
    ["RETURNING", "update t set v = 1 returning id", 3, "RETURNING"],
    ["no such table", "update nope set v = 1", 3, "no table"],
    ["a value that does not fit", "update t set v = 1 / 0", 4, "division by zero"],
    ["an unknown key", "update t set v = 1 where id > 0", 3, "no unique index on exactly x"],
  ])("refuses %s", async (name, statement, exit, words) => {
    const database = await fresh(
      "create table t (id int primary key, v int); insert into t values (1); create table k (v int);",
    );
    const refused = await fill(database, statement, ...(name === "an unknown key" ? ["--key", "x"] : []));
    expect([refused.exit, refused.stderr.includes(words)]).toEqual([exit, true]);
  });
});
