// Chains of every runner's layout: recognised, ordered, told apart into ways and segments, with findings at their places.
import { describe, expect, test } from "bun:test";
import { loadSqlParser } from "../../io/sql-parser.ts";
import { locationText } from "../../kernel/finding.ts";
import { flywayChecksum } from "./checksum.ts";
import type { Tool } from "./model.ts";
import { readChain } from "./read-chain.ts";
import { segmentsOf } from "./segments.ts";

const parse = await loadSqlParser();

const chainOf = (files: Readonly<Record<string, string>>, format?: Tool) =>
  readChain(
    Object.entries(files).map(([path, text]) => ({ path: `db/${path}`, text })),
    { root: "db", parse, ...(format === undefined ? {} : { format }) },
  );

const short = (files: Readonly<Record<string, string>>, format?: Tool) => {
  const { tool, migrations, findings } = chainOf(files, format);
  return [
    tool,
    ...migrations.map(
      ({ version, name, up, down }) =>
        `${version} ${name} ${up.statements.length}/${down === undefined ? "-" : down.statements.length}`,
    ),
    ...findings.map(({ rule, at }) => `${rule} ${locationText(at)}`),
  ];
};

const a = "create table a (id int);";
const b = "drop table a;";

describe("layouts", () => {
  test.each<readonly [string, Readonly<Record<string, string>>, readonly string[]]>([
    [
      "dbmate",
      {
        "20240102_b.sql":
          "-- migrate:up transaction:false\ncreate index concurrently i on a (id);\n-- migrate:down\ndrop index i;",
        "20240101_a.sql": `-- migrate:up\n${a}\n\n-- migrate:down\n${b}`,
      },
      ["dbmate", "20240101 a 1/1", "20240102 b 1/1"],
    ],
    [
      "goose",
      {
        "00010_b.sql": `-- +goose NO TRANSACTION\n-- +goose Up\n${a}`,
        "00002_a.sql": `-- +goose Up\n-- +goose StatementBegin\n${a}\n-- +goose StatementEnd\n-- +goose Down\n${b}`,
      },
      ["goose", "00002 a 1/1", "00010 b 1/-", "migration/no-way-back db/00010_b.sql:1:1"],
    ],
    [
      "sql-migrate",
      { "1_a.sql": `-- +migrate Up\n${a}\n-- +migrate Down\n${b}`, "2_b.sql": a },
      [
        "sql-migrate",
        "1_a.sql a 1/1",
        "2_b.sql b 1/-",
        "migration/no-way-back db/2_b.sql:1:1",
        "migration/marks db/2_b.sql:1:1",
      ],
    ],
    [
      "plain, with names that end like a direction",
      { "1_roll_down.sql": a, "1_roll_down.down.sql": b, "2_undo.sql": a, "2_undo.down.sql": b },
      ["plain", "1 roll_down 1/1", "2 undo 1/1"],
    ],
    [
      "golang-migrate",
      { "10_b.up.sql": a, "10_b.down.sql": b, "2_a.up.sql": a, "3_c.down.sql": b },
      [
        "golang-migrate",
        "2 a 1/-",
        "10 b 1/1",
        "migration/no-way-back db/2_a.up.sql:1:1",
        "migration/no-way-forward db/3_c.down.sql:1:1",
      ],
    ],
    [
      "flyway",
      { "R__views.sql": a, "V2_10__b.sql": a, "V2.9__c_d.sql": a, "sub/V2__a.sql": "select '${x}';", "U2__a.sql": b },
      [
        "flyway",
        "2 a 1/1",
        "2.9 c d 1/-",
        "2.10 b 1/-",
        "views views 1/-",
        "migration/no-way-back db/V2.9__c_d.sql:1:1",
        "migration/no-way-back db/V2_10__b.sql:1:1",
        "migration/placeholder db/sub/V2__a.sql:1:9",
      ],
    ],
    [
      "flyway that fills nothing in",
      { "V1__a.sql": "select '${x}';", "V1__a.sql.conf": "placeholderReplacement=false" },
      ["flyway", "1 a 1/-"],
    ],
    [
      "prisma",
      { "20240101000000_a/migration.sql": a, "20240102000000_b/migration.sql": a, "migration_lock.toml": "" },
      ["prisma", "20240101000000_a a 1/-", "20240102000000_b b 1/-"],
    ],
    [
      "drizzle",
      {
        "meta/_journal.json":
          '{"entries":[\n{"tag":"0000_a","when":5},\n{"tag":"0001_b","when":4},\n{"tag":"0003_d","when":9}]}',
        "0000_a.sql": `${a}\n--> statement-breakpoint\n${b}`,
        "0001_b.sql": a,
        "0002_c.sql": a,
      },
      [
        "drizzle",
        "0000_a a 2/-",
        "0001_b b 1/-",
        "migration/journal db/meta/_journal.json:3",
        "migration/journal db/meta/_journal.json:4",
        "migration/journal db/meta/_journal.json",
      ],
    ],
    [
      "node-pg-migrate",
      { "1_a.sql": `-- Up Migration\n${a}\n-- Down Migration\n${b}`, "2_x.js": "" },
      ["node-pg-migrate", "1_a a 1/1", "migration/not-sql db"],
    ],
    ["knex pairs", { "sqls/2020_a-up.sql": a, "sqls/2020_a-down.sql": b }, ["knex", "2020 a 1/1"]],
    [
      "diesel",
      {
        "2019-02-26-002946_a_b/up.sql": a,
        "2019-02-26-002946_a_b/down.sql": b,
        "00000000000000_setup/up.sql": a,
        "00000000000000_setup/down.sql": "",
      },
      [
        "diesel",
        "00000000000000 setup 1/0",
        "20190226002946 a_b 1/1",
        "migration/no-way-back db/00000000000000_setup/down.sql:1:1",
      ],
    ],
    ["plain", { "20240101_a.sql": a, "20240101_a.down.sql": b }, ["plain", "20240101 a 1/1"]],
    ["one file of any name", { "fix.sql": a, "fix.down.sql": b }, ["plain", "fix fix 1/1"]],
    [
      "a dump among others",
      { "1_a.sql": a, "1_a.down.sql": b, "structure.sql": a },
      ["plain", "1 a 1/1", "migration/schema-dump db/structure.sql:1:1"],
    ],
    [
      "branches and gaps",
      {
        "1_a.sql": a,
        "1_a.down.sql": b,
        "2_a.sql": a,
        "2_a.down.sql": b,
        "2_b.sql": a,
        "5_c.sql": a,
        "5_c.down.sql": b,
      },
      [
        "plain",
        "1 a 1/1",
        "2 a 1/1",
        "2 b 1/1",
        "5 c 1/1",
        "migration/duplicate-version db/2_b.sql:1:1",
        "migration/gap db/5_c.sql:1:1",
      ],
    ],
  ])("%s", (_, files, expected) => {
    expect(short(files)).toEqual([...expected]);
  });

  test("--format wins over what is recognised", () => {
    expect(short({ "1_a.up.sql": a, "1_a.down.sql": b }, "knex")[0]).toBe("knex");
  });
});

describe("ways", () => {
  test("keep the places of the file, and marks inside strings are none", () => {
    const text =
      "-- migrate:up\ncreate function f() returns text language sql as $$ select '\n-- migrate:down\n' $$;\n-- migrate:down\nselect é;\n\nsyntax error here;";
    const [migration] = chainOf({ "1_a.sql": text }).migrations;
    expect(migration?.up.statements).toHaveLength(1);
    expect(migration?.up.text).toHaveLength(text.length);
    expect(migration?.down?.error).toEqual({
      message: 'syntax error at or near "syntax"',
      index: text.indexOf("syntax"),
    });
  });

  test("what does not change what runs does not change the checksum", () => {
    const sums = ["select 1,\n  '  x';", "-- note\nselect 1, '  x' ;", "select 1, ' x';"].map(
      (text) => chainOf({ "1_a.sql": text }).migrations[0]?.checksum,
    );
    expect(sums[0]).not.toBe(sums[2]);
    expect(sums[0]).toBe(sums[1]);
    expect(chainOf({ "1_a.sql": "select 1, '  x';\r\n" }).migrations[0]?.checksum).toBe(sums[0] ?? "");
  });

  test("Flyway's own checksum", () => {
    // From a schema history that Flyway wrote.
    expect(flywayChecksum("")).toBe(0);
    expect(flywayChecksum("a\r\nb\n")).toBe(flywayChecksum("a\nb"));
    expect(flywayChecksum("123456789")).toBe(0xcbf43926 | 0);
  });
});

describe("segments", () => {
  const kinds = (text: string, format?: Tool): readonly string[] => {
    const way = chainOf({ "1_a.sql": text }, format).migrations[0]?.up;
    if (way === undefined) return [];
    return segmentsOf(way).map(
      ({ kind, statements, begin }) => `${kind} ${statements.length}${begin === undefined ? "" : " begin"}`,
    );
  };

  test.each([
    ["one transaction", `${a}${b}`, ["transaction 2"]],
    ["BEGIN and COMMIT of the file", `begin;${a}${b}commit;select 1;`, ["transaction 2", "transaction 1"]],
    ["an isolation level", `begin isolation level serializable;${a}commit;`, ["transaction 1 begin"]],
    [
      "what runs alone",
      `${a}create index concurrently i on a (id);vacuum a;${b}`,
      ["transaction 1", "alone 1", "alone 1", "transaction 1"],
    ],
    ["analyze is no vacuum", "analyze a; reindex table a; reindex index concurrently i;", ["transaction 2", "alone 1"]],
    [
      "an enum value that is used at once",
      "alter type e add value 'x';alter type e add value 'y';insert into t values ('x');",
      ["transaction 2", "transaction 1"],
    ],
    ["an enum value that is not", "alter type e add value 'x';select 1;", ["transaction 2"]],
    ["a partition detached", "alter table p detach partition q concurrently;", ["alone 1"]],
    [
      "no transaction asked for",
      `-- migrate:up transaction:false\nset lock_timeout = 1;${a}call p();${b}`,
      ["transaction 2", "alone 1", "transaction 1"],
    ],
  ])("%s", (_, text, expected) => {
    expect(kinds(text)).toEqual(expected);
  });
});
