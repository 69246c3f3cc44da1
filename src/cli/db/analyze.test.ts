// db analyze as people type it: files, folders, servers, and everything that can be wrong with them.
import { describe, expect, test } from "bun:test";
import { mergePlugins } from "../../registry.ts";
import { reporters } from "../../report/index.ts";
import { memoryIo } from "../../testing/memory-io.ts";
import { runSql, testServer } from "../../testing/postgres-server.ts";
import type { Outcome } from "../run.ts";
import { runSenior } from "../run.ts";

const server = await testServer();

const schema = `create table author (id int primary key);
create table book (
  id int primary key,
  author_id int references author
);
create table log (line text);
create index book_id on book (id);
`;

interface Setup {
  readonly files?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
}

interface Ran extends Outcome {
  readonly notes: readonly string[];
}

const analyze = async (argv: readonly string[], { files = {}, env = {} }: Setup = {}): Promise<Ran> => {
  const io = memoryIo({ files, env });
  const registry = mergePlugins([{ sdk: 1, name: "senior", provides: [...reporters] }]);
  const outcome = await runSenior(["db", "analyze", ...argv], io, () => Promise.resolve(registry));
  return { ...outcome, notes: io.notes };
};

interface Envelope {
  readonly exit: number;
  readonly findings: readonly {
    readonly rule: string;
    readonly message: string;
    readonly severity: string;
    readonly at: object;
  }[];
  readonly data: {
    readonly server: { readonly kind: string };
    readonly counts: object;
    readonly fixes: readonly { readonly up: string }[];
  };
}

const json = async (argv: readonly string[], setup?: Setup): Promise<Envelope> =>
  JSON.parse((await analyze([...argv, "--json"], setup)).stdout) as Envelope;

describe("a schema file", () => {
  test("gives a page with findings at their lines and the SQL in one piece", async () => {
    const { stdout, stderr, exit } = await analyze(["schema.sql"], { files: { "/project/schema.sql": schema } });
    expect([stderr, exit]).toEqual(["", 0]);
    expect(stdout.replace(/PostgreSQL 18\.\d+/, "PostgreSQL 18")).toMatchSnapshot();
  });

  test("gives JSON with places, fixes and counts", async () => {
    const { findings, data, exit } = await json(["schema.sql"], { files: { "/project/schema.sql": schema } });
    expect(exit).toBe(0);
    expect(findings.map(({ rule, at }) => [rule, at])).toEqual([
      ["db/foreign-key-without-index", { kind: "file", path: "schema.sql", line: 4, column: 17 }],
      ["db/table-without-primary-key", { kind: "file", path: "schema.sql", line: 6, column: 1 }],
      ["db/duplicate-index", { kind: "file", path: "schema.sql", line: 7, column: 1 }],
    ]);
    expect(data.counts).toEqual({ schemas: 1, tables: 3, columns: 4, foreignKeys: 1, indexes: 3, views: 0, enums: 0 });
    expect(data.fixes.map(({ up }) => up)).toEqual([
      "CREATE INDEX CONCURRENTLY book_author_id_idx ON public.book (author_id);",
      "ALTER TABLE public.log ADD COLUMN id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY;",
      "DROP INDEX CONCURRENTLY public.book_id;",
    ]);
  });

  test("fails a pipeline only when asked to", async () => {
    const files = { "/project/schema.sql": schema };
    expect((await analyze(["schema.sql", "--fail-on", "warning"], { files })).exit).toBe(1);
    expect((await analyze(["schema.sql", "--fail-on", "error"], { files })).exit).toBe(0);
  });

  test("that PostgreSQL refuses: message, place, frame, exit 3", async () => {
    const { stdout, stderr, exit } = await analyze(["x.sql"], {
      files: { "/project/x.sql": "create table a (\n  i integr\n);" },
    });
    expect([stdout, exit]).toEqual(["", 3]);
    expect(stderr).toContain(
      'x.sql:2:5: PostgreSQL refused this statement: type "integr" does not exist (SQLSTATE 42704)',
    );
    expect(stderr).toContain("> 2 |   i integr");
  });

  test("that is empty, and one that is not there", async () => {
    expect((await json(["x.sql"], { files: { "/project/x.sql": "-- nothing\n" } })).findings).toEqual([]);
    const { stderr, exit } = await analyze(["nowhere.sql"]);
    expect([stderr.split("\n")[0], exit]).toEqual(["error: cannot read nowhere.sql: no such file", 3]);
  });
});

test("a folder is loaded in the order people number files, without the ways back", async () => {
  const files = {
    "/project/m/2_b.sql": "create table b (a_id int references a);",
    "/project/m/10_c.sql": "alter table b add primary key (a_id);",
    "/project/m/1_a.up.sql": "create table a (id int primary key);",
    "/project/m/1_a.down.sql": "drop table a;",
    "/project/m/README.md": "not SQL",
  };
  const { findings, data } = await json(["m"], { files });
  expect([findings, data.counts]).toMatchObject([[], { tables: 2 }]);
  expect((await analyze(["e"], { files: { "/project/e/README.md": "" } })).stderr).toContain("no .sql file in e");
});

describe.skipIf(server === undefined)("a server", () => {
  test("gives the same findings, on objects, with sizes", async () => {
    const database = await server!.createDatabase(schema);
    await runSql(server!, database, "insert into log select n::text from generate_series(1, 5000) n; analyze");
    const { findings, data } = await json(["--connection", server!.url(database)]);
    // The test server runs without fsync, and says so.
    expect(findings[0]?.at).toEqual({ kind: "object", type: "setting", name: "fsync" });
    const inSchema = findings.filter(({ at }) => "schema" in at);
    expect(inSchema.map(({ severity, at }) => [severity, at])).toEqual([
      ["warning", { kind: "object", type: "index", schema: "public", name: "book_id" }],
      ["warning", { kind: "object", type: "table", schema: "public", name: "log" }],
    ]);
    expect(findings.map(({ at }) => at)).toContainEqual({ kind: "object", type: "schema", name: "public" });
    expect(data.server.kind).toBe("server");
    expect(inSchema[1]).toMatchObject({ evidence: { data: [{ name: "log", rows: 5000 }] } });
  });

  test("leaves out what a platform keeps for itself, and says so, unless it is asked for", async () => {
    const database = await server!.createDatabase(
      "create schema auth; create table auth.log (line text); create schema senior; create table senior.migrations (version text)",
    );
    const about = async (...argv: readonly string[]): Promise<readonly string[]> => {
      const { findings } = await json(["--connection", server!.url(database), ...argv]);
      return findings.flatMap(({ at, message }) =>
        "schema" in at && at.schema === "auth" ? ["auth"] : message.includes("not looked at: auth") ? ["told"] : [],
      );
    };
    expect(await about()).toEqual(["told"]);
    expect(await about("--schema", "auth")).toEqual(["auth"]);
  });

  test("comes from DATABASE_URL, a named variable or PGHOST, and never shows its password", async () => {
    const url = server!.url(await server!.createDatabase(schema));
    const { hostname, port, pathname } = new URL(url);
    const environments = [
      [[], { DATABASE_URL: url }],
      [["--connection-env", "SHOP"], { SHOP: url }],
      [
        [],
        {
          PGHOST: hostname,
          PGPORT: port,
          PGUSER: "postgres",
          PGPASSWORD: server!.password,
          PGDATABASE: pathname.slice(1),
        },
      ],
    ] as const;
    for (const [argv, env] of environments) {
      const { stdout, notes, exit } = await analyze([...argv, "--fail-on", "never"], { env });
      expect([exit, notes]).toEqual([0, []]);
      expect(stdout).toContain(`postgres://postgres:***@127.0.0.1:${port}${pathname}`);
    }
  });

  test("with a password on the command line works, and warns", async () => {
    const { exit, notes, stdout, stderr } = await analyze(["--connection", server!.url(), "--fail-on", "never"]);
    expect([exit, notes.length]).toEqual([0, 1]);
    expect(`${stdout}${stderr}${notes.join("")}`).not.toContain(encodeURIComponent(server!.password));
  });
});

describe("wrong usage", () => {
  test.each([
    [[], "nothing to analyze", 2],
    [["a.sql", "--connection", "postgres://h"], "both given", 2],
    [["--connection-env", "NOWHERE"], "the environment variable NOWHERE is not set", 2],
    [
      ["--connection", "postgres://u:s3cret@127.0.0.1:1/d"],
      "cannot connect to 127.0.0.1 port 1 as u: connection refused",
      4,
    ],
    [["--connection", "mysql://u:s3cret@h"], "neither a URL nor key=value pairs", 2],
    [["schema.sql", "--schema", "nowhere"], 'there is no schema "nowhere" in schema.sql', 2],
  ] as const)("%p", async (argv, message, exit) => {
    const ran = await analyze(argv, { files: { "/project/schema.sql": schema, "/project/a.sql": "" } });
    expect(ran.stderr).toContain(message);
    expect(ran.stderr).not.toContain("s3cret");
    expect(ran.exit).toBe(exit);
  });

  test("a file wins over DATABASE_URL", async () => {
    const ran = await json(["schema.sql"], {
      files: { "/project/schema.sql": schema },
      env: { DATABASE_URL: "postgres://127.0.0.1:1" },
    });
    expect(ran.data.server.kind).toBe("embedded");
  });
});
