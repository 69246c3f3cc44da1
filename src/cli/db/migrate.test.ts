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
    expect(dry.findings.map(({ message }) => message).join()).toContain("it ran on a copy of the schema");
    const wrong = { ...two, "2_b.sql": "vacuum a;\nalter table a add column w nope;" };
    expect((await runOn(database, wrong, "migrate", "m", "--dry-run")).stderr).toContain(
      'm/2_b.sql:2:28: on a copy of the schema: migration 2 stopped: type "nope" does not exist',
    );
    expect(await query(database, "select count(*)::text from pg_class where relname in ('a', 'migrations')")).toEqual([
      "0",
    ]);
    expect((await runOn(database, two, "migrate", "m/1_a.sql")).exit).toBe(0);
    expect(await history(database)).toEqual(["1 applied 1/1"]);
    expect((await runOn(database, two, "migrate", "m")).exit).toBe(0);
    expect(await history(database)).toEqual(["1 applied 1/1", "2 applied 3/3"]);
    const alone = await runOn(database, two, "migrate", "m/2_b.sql");
    expect([alone.exit, alone.findings]).toEqual([0, []]);
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

describe.skipIf(server === undefined)("db rollback, status, baseline", () => {
  const fresh = (sql = ""): Promise<string> => server?.createDatabase(sql) ?? Promise.resolve("");
  const rules = ({ findings }: Run): readonly string[] => findings.map(({ rule }) => rule).toSorted();

  test("undoes by the recorded ways back, without the files, in order, and only what may be lost", async () => {
    const database = await fresh();
    await runOn(database, two, "migrate", "m");
    const dry = await runOn(database, {}, "rollback", "--to", "0", "--dry-run");
    expect([dry.exit, await history(database)]).toEqual([0, ["1 applied 1/1", "2 applied 3/3"]]);
    const refused = await runOn(database, {}, "rollback", "--to", "1");
    expect([refused.exit, refused.findings[0]?.rule]).toEqual([0, undefined]);
    expect(await history(database)).toEqual(["1 applied 1/1"]);
    await query(database, "insert into a values (1)");
    const lossy = await runOn(database, {}, "rollback");
    expect([lossy.exit, lossy.data["losses"]]).toEqual([
      5,
      [{ what: "table public.a", rows: 1, at: "m/1_a.down.sql:1:1" }],
    ]);
    expect((await runOn(database, {}, "rollback", "--accept-data-loss")).exit).toBe(0);
    expect(await history(database)).toEqual([]);
    expect(
      await query(
        database,
        "select string_agg(event || ' ' || version, ', ' order by id) from senior.migration_events where event <> 'part'",
      ),
    ).toEqual(["applied 1, applied 2, undone 2, undone 1"]);
  });

  test("a way back that is missing or fails in its middle", async () => {
    const database = await fresh();
    const files = {
      "1_a.sql": "create table a (v int); create table b ();",
      "1_a.down.sql": "drop table b;\nvacuum a;\ndrop table nope;",
      "2_b.sql": "select 1;",
    };
    await runOn(database, files, "migrate", "m");
    expect((await runOn(database, files, "rollback")).stderr).toContain("migration 2 has no way back");
    const failed = await runOn(database, { ...files, "2_b.down.sql": "select 2;" }, "rollback", "m", "--to", "0");
    expect(failed.stderr).toContain("m/1_a.down.sql:3:1: the way back of migration 1 stopped");
    expect(await history(database)).toEqual(["1 undoing 2/3"]);
    const status = await runOn(database, files, "status", "m");
    expect([status.exit, rules(status)]).toEqual([1, ["migrate/halfway"]]);
    const mended = await runOn(
      database,
      { ...files, "1_a.down.sql": "drop table b;\nvacuum a;\ndrop table a;" },
      "rollback",
      "m",
    );
    expect([mended.exit, await history(database)]).toEqual([0, []]);
  });

  test("status names what is edited, missing, invalid, drifted and pending; and only reads", async () => {
    const database = await fresh();
    const untouched = await runOn(database, two, "status", "m");
    expect([untouched.exit, untouched.data["pending"]]).toEqual([0, ["1", "2"]]);
    expect(await query(database, "select count(*)::text from pg_namespace where nspname = 'senior'")).toEqual(["0"]);
    await runOn(database, { ...two, "3_c.sql": "select 3;", "3_c.down.sql": "select 1;" }, "migrate", "m");
    await query(database, "alter table a add column sneaky int; insert into a (id) values (11), (12)");
    await query(database, "create unique index concurrently bad on a ((id * 0))").catch(() => undefined);
    const status = await runOn(
      database,
      { ...two, "1_a.sql": "create table a (id int);", "4_d.sql": "select 4;" },
      "status",
      "m",
    );
    expect(status.data).toMatchObject({
      edited: ["1"],
      missing: ["3"],
      invalidIndexes: ["public.bad"],
      pending: ["4"],
      drift: [
        "ALTER TABLE public.a ADD COLUMN sneaky integer",
        "CREATE UNIQUE INDEX bad ON public.a USING btree (((id * 0)))",
      ],
    });
    expect(status.exit).toBe(1);
    const strict = await runOn(database, { ...two, "3_c.sql": "select 3;" }, "migrate", "m", "--fail-on-drift");
    expect([strict.exit, strict.findings[0]?.rule]).toEqual([5, "fault/guard-history"]);
  });

  test("a baseline records and runs nothing", async () => {
    const database = await fresh("create table a (id int primary key, v text);");
    const based = await runOn(database, two, "baseline", "m", "--to", "1");
    expect([based.exit, based.data["recorded"]]).toEqual([0, ["1"]]);
    expect((await runOn(database, two, "migrate", "m")).exit).toBe(0);
    expect(await history(database)).toEqual(["1 applied 0/0", "2 applied 3/3"]);
  });

  test("dbmate's history is taken over, kept up, and believed when it has undone something", async () => {
    const database = await fresh(
      "create table schema_migrations (version varchar primary key); insert into schema_migrations values ('1'); create table a ();",
    );
    const files = {
      "1_a.sql": "-- migrate:up\ncreate table a ();\n-- migrate:down\n",
      "2_b.sql": "-- migrate:up\ncreate table b ();\n-- migrate:down\ndrop table b;",
    };
    const first = await runOn(database, files, "migrate", "m");
    expect([first.exit, rules(first)]).toEqual([0, ["migrate/adopted", "migration/no-way-back"]]);
    const book = "select string_agg(version, ',' order by version) from schema_migrations";
    expect(await query(database, book)).toEqual(["1,2"]);
    await query(database, "drop table b; delete from schema_migrations where version = '2'");
    expect((await runOn(database, files, "migrate", "m")).exit).toBe(0);
    expect([await query(database, "select count(*)::text from b"), await query(database, book)]).toEqual([
      ["0"],
      ["1,2"],
    ]);
    await runOn(database, files, "rollback");
    expect(await query(database, book)).toEqual(["1"]);
  });

  test("golang-migrate's history: its version, its dirty flag", async () => {
    const database = await fresh(
      "create table schema_migrations (version bigint primary key, dirty boolean not null); insert into schema_migrations values (2, true);",
    );
    const files = {
      "1_a.up.sql": "select 1;",
      "2_b.up.sql": "select 2;",
      "3_c.up.sql": "select 3;",
      "3_c.down.sql": "select 3;",
    };
    const dirty = await runOn(database, files, "migrate", "m");
    expect([dirty.exit, dirty.findings[0]?.rule]).toEqual([5, "fault/guard-lock"]);
    await query(database, "update schema_migrations set dirty = false");
    expect((await runOn(database, files, "migrate", "m")).data["applied"]).toMatchObject([{ version: "3" }]);
    const book = "select version || ' ' || dirty from schema_migrations";
    expect(await query(database, book)).toEqual(["3 false"]);
    await runOn(database, files, "rollback");
    expect(await query(database, book)).toEqual(["2 false"]);
  });

  test("Flyway's history: baseline, checksums, repeatables", async () => {
    const database =
      await fresh(`create table flyway_schema_history (installed_rank int primary key, version varchar(50), description varchar(200) not null, type varchar(20) not null,
      script varchar(1000) not null, checksum int, installed_by varchar(100) not null, installed_on timestamp not null default now(), execution_time int not null, success boolean not null);
      insert into flyway_schema_history values (1, '1', 'base', 'BASELINE', 'base', null, 'x', now(), 0, true), (2, '2', 'b', 'SQL', 'V2__b.sql', 12345, 'x', now(), 0, true)`);
    const files = {
      "V1__a.sql": "select 1;",
      "V2__b.sql": "select 2;",
      "V2.1__c.sql": "create table c ();",
      "R__v.sql": "create or replace view v as select 1 as x;",
    };
    const edited = await runOn(database, files, "migrate", "m");
    expect([edited.exit, edited.data["edited"]]).toEqual([5, ["2"]]);
    expect((await runOn(database, files, "migrate", "m", "--accept-edited")).exit).toBe(0);
    const again = await runOn(
      database,
      { ...files, "R__v.sql": "create or replace view v as select 1 as x, 2 as y;" },
      "migrate",
      "m",
    );
    expect(again.data["applied"]).toMatchObject([{ version: "v" }]);
    expect(
      await query(
        database,
        "select installed_rank || ' ' || script from flyway_schema_history where installed_rank > 2 order by 1",
      ),
    ).toEqual(["3 V2.1__c.sql", "4 R__v.sql", "5 R__v.sql"]);
  });
});
