// The embedded SQL parser: places in text of several bytes a character, its own errors, and input that is hard on it.
import { describe, expect, test } from "bun:test";
import { prepareSchema } from "../pg/prepare.ts";
import { loadSqlParser } from "./sql-parser.ts";

const parse = await loadSqlParser();
const statements = (sql: string): readonly string[] => {
  const parsed = parse(sql);
  return parsed.kind === "error" ? [] : parsed.statements.map(({ start, end }) => sql.slice(start, end));
};

describe("statements", () => {
  test("have their place in text with characters of one to four bytes", () => {
    expect(statements("select 'é€😀';\r\n-- ü\n/* 😀 */ select 2 ; ;\n select '😀'")).toEqual([
      "select 'é€😀'",
      "select 2 ",
      "select '😀'",
    ]);
  });

  test("nothing, comments and semicolons are no statements", () => {
    expect(["", " ", "-- c", ";;", "/**/;"].map((sql) => statements(sql))).toEqual([[], [], [], [], []]);
  });

  test("an error points at the word, after characters of several bytes", () => {
    const sql = "select 'ü😀',\n  frm x y;";
    expect(parse(sql)).toEqual({ kind: "error", message: 'syntax error at or near "y"', index: sql.indexOf("y;") });
  });

  test("nesting without end is refused, and the parser goes on working", () => {
    const deep = parse(`select ${"(".repeat(200_000)}1${")".repeat(200_000)}`);
    expect(deep.kind).toBe("error");
    expect(statements("select 1")).toEqual(["select 1"]);
  });
});

describe("preparing", () => {
  const prepare = (text: string) => prepareSchema([{ path: "x.sql", text }], parse);

  test("transaction control and maintenance are left out, with a note each", () => {
    const { statements: kept, notes } = prepare(
      "begin;\ncreate table t (a int);\ncommit;\nvacuum t;\nreindex table t;\nrollback;",
    );
    expect(kept.map(({ sql }) => sql)).toEqual(["create table t (a int)"]);
    expect(notes.map(({ message, at }) => [message.split(":")[0], at])).toEqual([
      ["left out transaction control (3 statements)", { kind: "file", path: "x.sql", line: 1, column: 1 }],
      ["left out VACUUM and ANALYZE (1 statement)", { kind: "file", path: "x.sql", line: 4, column: 1 }],
      ["left out REINDEX (1 statement)", { kind: "file", path: "x.sql", line: 5, column: 1 }],
    ]);
  });

  test("CONCURRENTLY is blanked out where it is the keyword alone", () => {
    const { statements: kept } = prepare(
      `create index /* concurrently */ concurrently "concurrently" on t (a);\ndrop index concurrently x;\nalter table p detach partition c concurrently;`,
    );
    expect(kept.map(({ sql }) => sql.replace(/ +/g, " ").trim())).toEqual([
      'create index /* concurrently */ "concurrently" on t (a)',
      "drop index x",
      "alter table p detach partition c",
    ]);
  });

  test("roles that are named and not made are wanted", () => {
    const { roles } =
      prepare(`create role made; grant select on t to reader, public, current_user, made; alter table t owner to owner1;
      create policy p on t to member; grant "Group" to made; set role switched; create schema s authorization builder;
      alter default privileges for role giver grant select on tables to taker; revoke all on t from pg_monitor;`);
    expect(roles).toEqual(["Group", "builder", "giver", "member", "owner1", "reader", "switched", "taker"]);
  });

  test("extensions are wanted with their place", () => {
    expect(prepare('create extension if not exists "uuid-ossp";\n create extension citext cascade').extensions).toEqual(
      [
        { name: "uuid-ossp", at: { kind: "file", path: "x.sql", line: 1, column: 1 } },
        { name: "citext", at: { kind: "file", path: "x.sql", line: 2, column: 2 } },
      ],
    );
  });

  test.each([
    ["copy t to program 'curl x'", "COPY TO PROGRAM"],
    ["copy t from program 'cat /etc/passwd'", "COPY FROM PROGRAM"],
    ["copy t from '/etc/passwd'", "COPY FROM a file"],
    ["copy t to '/tmp/x'", "COPY TO a file"],
    ["create subscription s connection 'host=x' publication p", "CREATE SUBSCRIPTION"],
    ["alter subscription s disable", "ALTER SUBSCRIPTION"],
    ["load 'x'", "LOAD"],
    ["alter system set fsync = off", "ALTER SYSTEM"],
    ["create database d", "CREATE DATABASE"],
    ["drop database d", "DROP DATABASE"],
    ["create tablespace t location '/x'", "CREATE TABLESPACE"],
    ["select dblink_exec('host=x', 'y')", "dblink_exec()"],
    ["insert into t select pg_read_file('/etc/passwd')", "pg_read_file()"],
  ])("%s is refused with its place", (sql, words) => {
    expect(() => prepare(`select 'ü';\r\n  ${sql};`)).toThrow(
      expect.objectContaining({
        code: "input.refused",
        message: expect.stringContaining(words) as string,
        at: { kind: "file", path: "x.sql", line: 2, column: 3 },
      }) as Error,
    );
  });
});
