// db migrate on a real server: records that commit with what they record, faults in the middle, other tools' histories.
import { describe, expect, test } from "bun:test";
import postgres from "postgres";
import { mergePlugins } from "../../registry.ts";
import { reporters } from "../../report/index.ts";
import type { MemoryIo } from "../../testing/memory-io.ts";
import { memoryIo } from "../../testing/memory-io.ts";
import { runSql, testServer } from "../../testing/postgres-server.ts";
import { runSenior } from "../run.ts";

const server = await testServer();
const registry = mergePlugins([{ sdk: 1, name: "senior", provides: [...reporters] }]);

interface Envelope {
  readonly exit: number;
  readonly findings: readonly { readonly rule: string; readonly message: string; readonly help?: string }[];
  readonly data: Readonly<Record<string, unknown>>;
}

interface Run extends Envelope {
  readonly io: MemoryIo;
  readonly stderr: string;
}

type Texts = Readonly<Record<string, string>>;

const runOn = async (database: string, files: Texts, ...words: readonly string[]): Promise<Run> => {
  const paths = Object.fromEntries(Object.entries(files).map(([name, text]) => [`/project/m/${name}`, text]));
  const io = memoryIo({ files: paths, env: { DATABASE_URL: server?.url(database) } });
  const outcome = await runSenior(["db", ...words, "--json"], io, () => Promise.resolve(registry));
  return { ...(JSON.parse(outcome.stdout) as Envelope), io, stderr: outcome.stderr };
};

const query = async (database: string, sql: string): Promise<readonly unknown[]> => {
  const client = postgres(server?.url(database) ?? "", { max: 1, onnotice: () => undefined });
  try {
    return (await client.unsafe(sql)).map((row) => Object.values(row as object)[0] as unknown);
  } finally {
    await client.end();
  }
};

const history = (database: string): Promise<readonly unknown[]> =>
  query(
    database,
    "select version || ' ' || state || ' ' || done || '/' || segments from senior.migrations order by position",
  );

const two: Texts = {
  "1_a.sql": "create table a (id int primary key, v text);",
  "1_a.down.sql": "drop table a;",
  "2_b.sql":
    "insert into a select n, 'v' || n from generate_series(1, 10) n;\ncreate index concurrently a_v on a (v);\nalter table a add column w int;",
  "2_b.down.sql": "alter table a drop column w;\ndrop index concurrently a_v;\ndelete from a;",
};

describe.skipIf(server === undefined)("db migrate", () => {
  const fresh = (sql = ""): Promise<string> => server?.createDatabase(sql) ?? Promise.resolve("");

  test("applies what is pending, part by part, once; one file alone; a dry run leaves nothing", async () => {
    const database = await fresh();
    const dry = await runOn(database, two, "migrate", "m", "--dry-run");
    expect([dry.exit, dry.data["notTried"]]).toEqual([0, ["2"]]);
    expect(await query(database, "select count(*)::text from pg_class where relname in ('a', 'migrations')")).toEqual([
      "0",
    ]);
    expect((await runOn(database, two, "migrate", "m/1_a.sql")).exit).toBe(0);
    expect(await history(database)).toEqual(["1 applied 1/1"]);
    expect((await runOn(database, two, "migrate", "m")).exit).toBe(0);
    expect(await history(database)).toEqual(["1 applied 1/1", "2 applied 3/3"]);
    expect(await query(database, "select count(*)::text from a")).toEqual(["10"]);
    const again = await runOn(database, two, "migrate", "m");
    expect([again.exit, again.data["applied"]]).toEqual([0, []]);
  });

  test("a refused statement is named by its place, and what was in stays recorded", async () => {
    const database = await fresh();
    const broken = { ...two, "2_b.sql": two["2_b.sql"]?.replace("add column w int", "add column w nope") ?? "" };
    const failed = await runOn(database, broken, "migrate", "m");
    expect(failed.exit).toBe(4);
    expect(failed.stderr).toContain('m/2_b.sql:3:28: migration 2 stopped: type "nope" does not exist (SQLSTATE 42704)');
    expect(failed.stderr).toContain("2 of its 3 parts are in and recorded");
    expect(await history(database)).toEqual(["1 applied 1/1", "2 failed 2/3"]);
    const changed = await runOn(database, two, "migrate", "m");
    expect([changed.exit, changed.findings[0]?.rule]).toEqual([5, "fault/guard-history"]);
    expect((await runOn(database, two, "migrate", "m", "--accept-edited")).exit).toBe(0);
    expect(await history(database)).toEqual(["1 applied 1/1", "2 applied 3/3"]);
    expect(await query(database, "select count(*)::text from a")).toEqual(["10"]);
  });

  test("a transaction that fails leaves nothing, and a file that cannot be parsed stops all before anything runs", async () => {
    const database = await fresh();
    const failed = await runOn(
      database,
      { "1_a.sql": "create table a (id int);\ninsert into a values (1 / 0);" },
      "migrate",
      "m",
    );
    expect(failed.stderr).toContain("nothing of it was kept");
    expect(await history(database)).toEqual([]);
    expect(await query(database, "select count(*)::text from pg_class where relname = 'a'")).toEqual(["0"]);
    const wrong = await runOn(database, { ...two, "3_c.sql": "create tabel c;" }, "migrate", "m");
    expect([wrong.exit, await history(database)]).toEqual([3, []]);
  });

  test("an INVALID index of an attempt before is dropped and built again; a refused build leaves none", async () => {
    const database = await fresh("create table a (v int); insert into a values (1), (1);");
    const files = { "1_i.sql": "create unique index concurrently a_v on a (v);" };
    const failed = await runOn(database, files, "migrate", "m");
    expect([failed.exit, await query(database, "select count(*)::text from pg_index where not indisvalid")]).toEqual([
      4,
      ["0"],
    ]);
    expect(await history(database)).toEqual([]);
    await runSql(server ?? { port: 0, socket: "" }, database, "create unique index concurrently a_v on a (v)").catch(
      () => undefined,
    );
    expect(await query(database, "select count(*)::text from pg_index where not indisvalid")).toEqual(["1"]);
    await query(database, "delete from a");
    const mended = await runOn(database, files, "migrate", "m");
    expect(mended.exit).toBe(0);
    expect(mended.io.notes.join()).toContain("finishing what an interrupted attempt left");
    expect(await query(database, "select indisvalid from pg_index where indexrelid = 'a_v'::regclass")).toEqual([true]);
  });

  test("rows that would be lost are counted, and must be accepted", async () => {
    const database = await fresh(
      "create table a (v int, w int); insert into a values (1, null), (2, 2); create table empty ();",
    );
    const files = { "1_a.sql": "drop table empty;\nalter table a drop column w;" };
    const refused = await runOn(database, files, "migrate", "m");
    expect([refused.exit, refused.data["losses"]]).toEqual([
      5,
      [{ what: "column public.a.w", rows: 1, at: "m/1_a.sql:2:1" }],
    ]);
    expect((await runOn(database, files, "migrate", "m", "--accept-data-loss")).exit).toBe(0);
  });

  test("a server elsewhere needs names, and a profile its roles; neither is contacted before", async () => {
    const elsewhere = async (...words: readonly string[]): Promise<Run> =>
      runOn("", two, "migrate", "m", "--connection", "postgres://u@db.invalid/x", ...words);
    expect((await elsewhere()).findings[0]?.rule).toBe("fault/guard-approval");
    const half = await elsewhere("--profile", "node-express", "--approved-by", "tech lead=Ada");
    expect([half.exit, half.findings[0]?.help]).toEqual([5, '--approved-by "on-call=<name>"']);
    expect((await elsewhere("--approved-by", "Ada")).exit).toBe(4);
  });

  test("edited, missing and late migrations", async () => {
    const database = await fresh();
    await runOn(database, { "1_a.sql": "select 1;", "3_c.sql": "select 3;" }, "migrate", "m");
    const edited = await runOn(database, { "1_a.sql": "select 2;", "3_c.sql": "select 3;" }, "migrate", "m");
    expect([edited.exit, edited.data["edited"]]).toEqual([5, ["1"]]);
    const late = await runOn(
      database,
      { "2_b.sql": "select 2;", "3_c.sql": "select 3;" },
      "migrate",
      "m",
      "--no-out-of-order",
    );
    expect(late.exit).toBe(5);
    const allowed = await runOn(
      database,
      { "2_b.sql": "select 2;", "3_c.sql": "-- other comment\nselect 3;" },
      "migrate",
      "m",
    );
    for (const rule of ["migrate/missing", "migrate/late"] as const)
      expect(allowed.findings.map((one) => one.rule)).toContain(rule);
    expect(await history(database)).toEqual(["1 applied 1/1", "3 applied 1/1", "2 applied 1/1"]);
  });

  test("a dry run's checksum binds the run to what was tried", async () => {
    const database = await fresh();
    const dry = await runOn(database, two, "migrate", "m", "--dry-run");
    const checksum = String(dry.data["checksum"]);
    const changed = await runOn(
      database,
      { ...two, "1_a.sql": "create table a (id int, v text);" },
      "migrate",
      "m",
      "--checksum",
      checksum,
    );
    expect(changed.exit).toBe(5);
    expect((await runOn(database, two, "migrate", "m", "--checksum", checksum)).exit).toBe(0);
  });

  test("a dry run names the strongest lock on each relation that stood before, and none on what it makes itself", async () => {
    const database = await fresh("create table old (id int primary key, v text); create table other (id int)");
    const files = {
      "1_a.sql": "create table made (id int references old); alter table old alter column v type int using 0;",
    };
    const dry = await runOn(database, files, "migrate", "m", "--dry-run");
    expect(dry.data["tried"]).toMatchObject([{ locks: ["ACCESS EXCLUSIVE old"] }]);
  });

  test("two runners at once: each migration runs once", async () => {
    const database = await fresh();
    const files = Object.fromEntries(
      Array.from({ length: 8 }, (_, n) => [
        `${n}_x.sql`,
        `${n === 0 ? "create table log (n int);" : ""}select pg_sleep(0.02); insert into log values (${n});`,
      ]),
    );
    const runs = await Promise.all([1, 2, 3].map(() => runOn(database, files, "migrate", "m")));
    expect(runs.map(({ exit }) => exit)).toEqual([0, 0, 0]);
    expect(await query(database, "select string_agg(n::text, '' order by n) from log")).toEqual(["01234567"]);
  });

  test("a lock that others hold is tried again, and they are named", async () => {
    const database = await fresh("create table a (v int);");
    const other = postgres(server?.url(database) ?? "", { max: 1 });
    await other.unsafe("begin; lock table a in share mode");
    const files = { "1_a.sql": "alter table a add column w int;" };
    const given = await runOn(database, files, "migrate", "m", "--lock-timeout", "600ms", "--lock-retries", "0");
    expect(given.exit).toBe(4);
    expect(given.stderr).toContain("in the way: process");
    const late = runOn(database, files, "migrate", "m", "--lock-timeout", "300ms");
    await Bun.sleep(400);
    await other.unsafe("commit");
    await other.end();
    expect((await late).exit).toBe(0);
  });

  test("ended by an administrator in the middle: found out, recorded, gone on with", async () => {
    const database = await fresh();
    const files = { ...two, "2_b.sql": `${two["2_b.sql"] ?? ""}\nselect pg_sleep(3);` };
    const running = runOn(database, files, "migrate", "m");
    await Bun.sleep(1000);
    await query(
      database,
      "select pg_terminate_backend(pid) from pg_stat_activity where query like '%pg_sleep(3)%' and pid <> pg_backend_pid()",
    );
    const ended = await running;
    expect([ended.exit, ended.data["done"]]).toEqual([4, 2]);
    expect(ended.io.notes.join()).toContain("terminating connection due to administrator command");
    const on = await runOn(database, files, "migrate", "m");
    expect([on.exit, await history(database)]).toEqual([0, ["1 applied 1/1", "2 applied 3/3"]]);
    expect(await query(database, "select count(*)::text from a")).toEqual(["10"]);
  });

  test("read-only transactions and missing rights stop before anything runs", async () => {
    const database = await fresh();
    await query(database, `alter database ${database} set default_transaction_read_only = on`);
    const readonly = await runOn(database, two, "migrate", "m");
    expect(readonly.exit).toBe(4);
    expect(readonly.stderr).toContain("read-only");
    await query(
      "postgres",
      `alter database ${database} reset default_transaction_read_only; create role nobody_${database} login`,
    );
    const poor = await runOn(
      database,
      two,
      "migrate",
      "m",
      "--connection",
      `host=${server?.socket ?? ""} port=${server?.port ?? 0} dbname=${database} user=nobody_${database}`,
    );
    expect(poor.exit).toBe(4);
    expect(poor.stderr).toContain("create schema senior authorization");
  });

  test("roles, settings and search paths of one migration reach neither the record nor the next", async () => {
    const database = await fresh("create schema s;");
    const role = `r_${database}`;
    await query(database, `create role ${role}; grant usage, create on schema s to ${role}`);
    const files = {
      "1_a.sql": `set role ${role}; set search_path = s; set standard_conforming_strings = off; create table a ();`,
      "2_b.sql": "create table b ();",
    };
    expect((await runOn(database, files, "migrate", "m")).exit).toBe(0);
    expect(
      await query(
        database,
        "select schemaname || '.' || tablename || ' ' || tableowner from pg_tables where tablename in ('a', 'b') order by 1",
      ),
    ).toEqual(["public.b postgres", `s.a ${role}`]);
  });
});
