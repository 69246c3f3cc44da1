// Schema files in the embedded server: the same catalog as a real server's, exact places of errors, and containment.
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { Fault } from "../../kernel/fault.ts";
import type { Catalog } from "../../pg/catalog.ts";
import { parseConnection, targetOf } from "../../pg/connection.ts";
import { readCatalogWith } from "../../pg/read-catalog.ts";
import { hashOf, verifyDataDirectory } from "../../../scripts/pgdata.ts";
import { testServer } from "../../testing/postgres-server.ts";
import { withSession } from "../postgres/session.ts";
import type { LoadedSchema } from "./shadow.ts";
import { loadSchema } from "./load-schema.ts";

const server = await testServer();
const signal = new AbortController().signal;

const load = (text: string, deadlineMs = 60_000): Promise<LoadedSchema> =>
  loadSchema([{ path: "x.sql", text }], { schemas: [], deadlineMs, signal });

const faultOf = async (work: Promise<unknown>): Promise<Fault> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof Fault) return error;
  throw error instanceof Error ? error : new Error("no fault");
};

const tablesOf = ({ reading }: LoadedSchema): readonly string[] =>
  reading.catalog.tables.map(({ schema, name }) => `${schema}.${name}`);

test("the data directory is the one whose hash is pinned", async () => {
  await verifyDataDirectory();
  expect(hashOf(new Uint8Array())).toBe("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
});

describe("the catalog", () => {
  const fixture = Bun.file(join(import.meta.dirname, "../../pg/fixtures/catalog/one-of-everything.sql"));

  test("of one of everything", async () => {
    expect((await load(await fixture.text())).reading.catalog).toMatchSnapshot();
  });

  test.skipIf(server === undefined)("is the same from the embedded and a real server", async () => {
    const text = await fixture.text();
    const database = await server!.createDatabase(text);
    const target = targetOf([parseConnection(server!.url(database))], { osUser: "x", defaultHost: "localhost" });
    const real = await withSession(target, { deadlineMs: 30_000, signal }, (ask) =>
      readCatalogWith(ask, "server", { schemas: [], loader: "postgres" }),
    );
    const extensions = real.catalog.extensions.map(({ name, schema, comment }) => ({ name, schema, comment }));
    expect((await load(text)).reading.catalog).toEqual({ ...real.catalog, extensions } as Catalog);
    expect(real.statistics.map(({ name }) => name)).toContain("parent");
  });

  test("holds only the schemas asked for", async () => {
    const files = [
      { path: "x.sql", text: "create schema a; create schema b; create table a.x (i int); create table b.y (i int);" },
    ];
    const { reading } = await loadSchema(files, { schemas: ["b"], deadlineMs: 60_000, signal });
    expect([reading.catalog.schemas.map(({ name }) => name), reading.catalog.tables.map(({ name }) => name)]).toEqual([
      ["b"],
      ["y"],
    ]);
  });
});

describe("files load", () => {
  test("in the order given, in one transaction", async () => {
    const files = [
      { path: "1.sql", text: "begin; create table a (id int primary key); commit;" },
      { path: "2.sql", text: "create index concurrently on a (id); create table b (a_id int references a);" },
    ];
    expect(tablesOf(await loadSchema(files, { schemas: [], deadlineMs: 60_000, signal }))).toEqual([
      "public.a",
      "public.b",
    ]);
  });

  test("in the order that they need each other, when their names have no numbers", async () => {
    const files = [
      { path: "a.sql", text: "create view va as select id from b;" },
      { path: "b.sql", text: "create table b (id int primary key, c_id int references c);" },
      { path: "c.sql", text: "create table c (id int primary key);" },
    ];
    const loading = (some: typeof files) => loadSchema(some, { schemas: [], deadlineMs: 60_000, signal });
    expect(tablesOf(await loading(files))).toEqual(["public.b", "public.c"]);
    const fault = await faultOf(loading(files.slice(0, 2)));
    expect([fault.at, fault.message]).toEqual([
      { kind: "file", path: "a.sql", line: 1, column: 34 },
      'PostgreSQL refused this statement: relation "b" does not exist (SQLSTATE 42P01)',
    ]);
  });

  test("with roles that nobody made, named in statements or only when they run", async () => {
    const loaded = await load(`create table t (a int); grant select on t to "Reader one"; alter table t owner to boss;
      do $$ begin execute 'grant insert on t to hidden_one'; execute 'grant insert on t to hidden_two'; end $$;`);
    expect(tablesOf(loaded)).toEqual(["public.t"]);
  });

  test("with contrib extensions, whose objects are not the user's", async () => {
    const loaded =
      await load(`create schema ext; create extension "uuid-ossp" schema ext; create extension pg_trgm; create extension hstore;
      create extension earthdistance cascade; create extension pgcrypto;
      create table t (id uuid default ext.uuid_generate_v4(), h hstore, n text); create index on t using gin (n gin_trgm_ops);`);
    expect([loaded.reading.catalog.schemas.map(({ name }) => name), tablesOf(loaded)]).toEqual([
      ["ext", "public"],
      ["public.t"],
    ]);
  });

  test("with pgvector, and with shells of extensions that are not bundled", async () => {
    const { reading, notes } =
      await load(`create extension vector; create extension postgis version '3.4.2'; create extension pg_cron; create extension our_own;
      create table t (id int primary key, at geometry( point , 4326) not null, way geometry, e vector(3));
      create index on t using gist (at); create index on t using hnsw (e vector_cosine_ops) with (m = 8);
      create view v as select id, way::geometry(LineString,4326) from t where st_dwithin(at, st_setsrid(st_makepoint(1, 2), 4326), 5);
      do $$ begin execute 'create extension if not exists postgres_fdw'; end $$;
      create server s foreign data wrapper postgres_fdw options (host 'x'); select cron.schedule('x', '* * * * *', 'select 1');`);
    const { tables, views, extensions, unmodelled } = reading.catalog;
    expect(tables.map(({ columns }) => columns.map(({ type }) => type.text))).toEqual([
      ["integer", "public.geometry(Point,4326)", "public.geometry", "public.vector(3)"],
    ]);
    expect(views[0]?.definition).toContain("(way)::public.geometry(LineString,4326)");
    expect(extensions.map(({ name, version, opaque }) => [name, version, opaque])).toEqual([
      ["our_own", undefined, true],
      ["pg_cron", undefined, true],
      ["postgis", "3.4.2", true],
      ["postgres_fdw", undefined, true],
      ["vector", undefined, undefined],
    ]);
    expect(unmodelled).toEqual([]);
    expect(notes.map(({ severity, message }) => [severity, message.slice(0, 24)])).toEqual([
      ["info", 'the extension "postgis" i'.slice(0, 24)],
      ["info", 'the extension "pg_cron" i'.slice(0, 24)],
      ["warning", 'the extension "our_own" i'.slice(0, 24)],
    ]);
  });

  test("as dumps are, with psql's lines and rows", async () => {
    const loaded = await load(
      "\\restrict x\nselect pg_catalog.set_config('search_path', '', false);\ncreate table public.t (a text);\nCOPY public.t (a) FROM stdin;\nit's\n\\.\n\\unrestrict x\n",
    );
    expect(tablesOf(loaded)).toEqual(["public.t"]);
    expect(loaded.notes.map(({ message, severity }) => [severity, message])).toEqual([
      ["info", "left out 2 lines for psql alone: \\restrict and \\unrestrict"],
      ["info", "left out the rows of 1 COPY statement"],
    ]);
  });

  test("as dumps of old servers are, which create the language and the schema that every database has", async () => {
    const loaded = await load(
      "create schema public;\ncreate procedural language plpgsql;\ncreate function f() returns int language plpgsql as $$ begin return 1; end $$;",
    );
    expect(loaded.notes).toEqual([]);
    expect(loaded.reading.catalog.routines.map(({ name }) => name)).toEqual(["f"]);
  });

  test("whatever session settings they leave behind", async () => {
    const loaded = await load(
      "create schema s; create table s.t (a text default 'x'::text); set search_path = s; create role low; set role low; set session statement_timeout = 1; set datestyle = 'SQL';",
    );
    expect(loaded.reading.catalog.tables[0]?.columns[0]?.default).toBe("'x'::text");
  });

  test("know where each table, index and constraint stands", async () => {
    const text = "-- ü😀\ncreate table a (id int primary key);\r\ncreate table b (\r\n  'x'".replace(
      "'x'",
      "a_id int constraint b_fk references a\n);\ncreate index b_ix on b (a_id);",
    );
    const { origins } = await load(text);
    expect(
      Object.fromEntries(
        [...origins()].map(([key, at]) => [key.replaceAll("\0", " "), at.kind === "file" ? at.line : 0]),
      ),
    ).toEqual({
      "table public a": 2,
      "table public b": 3,
      "constraint public b.b_fk": 4,
      "index public b_ix": 6,
    });
  });
});

describe("what PostgreSQL refuses", () => {
  test("names message, SQLSTATE, line and column, after characters of several bytes and CRLF", async () => {
    const fault = await faultOf(load("create table a (i int);\r\n-- ü€😀\r\nselect 'ü😀',\r\n  missing from a;\r\n"));
    expect([fault.code, fault.message, fault.at]).toEqual([
      "input.invalid",
      'PostgreSQL refused this statement: column "missing" does not exist (SQLSTATE 42703)',
      { kind: "file", path: "x.sql", line: 4, column: 3 },
    ]);
    expect(fault.frame).toContain("> 4 |   missing from a;\n    |   ^");
  });

  test("a syntax error is found before anything runs", async () => {
    const fault = await faultOf(load("create table a (i int);\n\ncreate tabel b (i int);"));
    expect([fault.code, fault.at]).toEqual(["input.syntax", { kind: "file", path: "x.sql", line: 3, column: 8 }]);
  });

  test("without a position the statement is named, with PostgreSQL's detail and hint", async () => {
    const fault = await faultOf(load("create table a (i int primary key);\n  insert into a values (1), (1);"));
    expect(fault.message).toContain("duplicate key value");
    expect(fault.message).toContain("Key (i)=(1) already exists.");
    expect(fault.at).toEqual({ kind: "file", path: "x.sql", line: 2, column: 3 });
  });

  test("inside a function, with its call stack", async () => {
    const fault = await faultOf(load("do $$\nbegin\n  perform 1 / 0;\nend $$;"));
    expect(fault.message).toContain("PL/pgSQL function inline_code_block line 3");
  });

  test("a second file is named", async () => {
    const files = [
      { path: "a.sql", text: "create table a (i int);" },
      { path: "b.sql", text: "\ncreate table a (i int);" },
    ];
    const fault = await faultOf(loadSchema(files, { schemas: [], deadlineMs: 60_000, signal }));
    expect(fault.at).toEqual({ kind: "file", path: "b.sql", line: 2, column: 1 });
  });

  test("an extension whose name is misspelt", async () => {
    const fault = await faultOf(load("select 1;\ncreate extension uuid_ossp;"));
    expect([fault.code, fault.at]).toEqual(["input.unsupported", { kind: "file", path: "x.sql", line: 2, column: 1 }]);
    expect(fault.message).toContain('did you mean "uuid-ossp"?');
  });
});

describe("what never ends", () => {
  test.each([
    ["select pg_sleep(1e9)"],
    ["with recursive r as (select 1 x union all select x + 1 from r) select count(*) from r"],
    ["do $$ begin loop begin perform 1 / 0; exception when others then null; end; end loop; end $$"],
  ])("%s is ended at the deadline, and named", async (sql) => {
    const fault = await faultOf(load(`create table a (i int);\n${sql};`, 3000));
    expect([fault.code, fault.at]).toEqual(["input.timeout", { kind: "file", path: "x.sql", line: 2, column: 1 }]);
  });

  test("an interrupt ends it too", async () => {
    const controller = new AbortController();
    const loading = loadSchema([{ path: "x.sql", text: "select pg_sleep(1e9);" }], {
      schemas: [],
      deadlineMs: 60_000,
      signal: controller.signal,
    });
    setTimeout(() => controller.abort(130), 50);
    expect(loading).rejects.toThrow("interrupted");
    await loading.catch(() => undefined);
  });
});

test("the process ends by itself once a schema is loaded, and after a deadline", async () => {
  const script = `
    import { loadSchema } from ${JSON.stringify(join(import.meta.dirname, "load-schema.ts"))};
    const signal = new AbortController().signal;
    const load = (text, deadlineMs) => loadSchema([{ path: "x.sql", text }], { schemas: [], deadlineMs, signal });
    console.log((await load("create table t (a int)", 60000)).reading.catalog.tables.length);
    await load("select pg_sleep(1e9)", 2000).catch((fault) => console.log(fault.code));`;
  const child = Bun.spawn([process.execPath, "-e", script], { stdout: "pipe", stderr: "inherit" });
  expect(await new Response(child.stdout).text()).toBe("1\ninput.timeout\n");
  expect(await child.exited).toBe(0);
});
