// Changes of type that stand side by side, and what they become.
import { expect, test } from "bun:test";
import { gathered, retypedColumn, withOneRewrite } from "./one-rewrite.ts";

const step = (...statements: readonly string[]) => ({ statements });

test("neighbours on one table become one statement, with the last of them; others stay", () => {
  const steps = withOneRewrite([
    step('ALTER TABLE public."a b" ALTER COLUMN c TYPE bigint'),
    step(`ALTER TABLE public."a b" ALTER COLUMN "d e" TYPE text COLLATE "C" USING "d e"::text`),
    step("ALTER TABLE public.b ALTER COLUMN c TYPE bigint"),
    step("ALTER TABLE public.b ALTER COLUMN c SET DEFAULT 1"),
    step("ALTER TABLE public.b ALTER COLUMN d TYPE bigint"),
  ]);
  expect(steps.map(({ statements }) => statements)).toEqual([
    [],
    [
      'ALTER TABLE public."a b"\n  ALTER COLUMN c TYPE bigint,\n  ALTER COLUMN "d e" TYPE text COLLATE "C" USING "d e"::text',
    ],
    ["ALTER TABLE public.b ALTER COLUMN c TYPE bigint"],
    ["ALTER TABLE public.b ALTER COLUMN c SET DEFAULT 1"],
    ["ALTER TABLE public.b ALTER COLUMN d TYPE bigint"],
  ]);
});

test("a refusal is about the column that PostgreSQL names, or the one whose type it names", () => {
  const sql = "ALTER TABLE t\n  ALTER COLUMN a TYPE bigint,\n  ALTER COLUMN b TYPE date,\n  ALTER COLUMN c TYPE point";
  expect(retypedColumn(sql, 'column "c" cannot be cast automatically to type point')).toEqual({
    table: "t",
    column: "c",
  });
  expect(retypedColumn(sql, "cannot cast type integer to date")).toEqual({ table: "t", column: "b" });
  expect(retypedColumn("DROP TABLE t", "no")).toBeUndefined();
});

test("changes of type come together as far down as the last, unless something between waits for one", () => {
  const unit = (id: string, statement: string, before: readonly string[] = [], ...more: readonly string[]) => ({
    id,
    statements: [statement, ...more],
    before: new Set(before),
  });
  const type = (name: string): string => `ALTER TABLE t ALTER COLUMN ${name} TYPE bigint`;
  const ids = gathered([
    unit("a", type("a")),
    unit("view", "DROP VIEW v"),
    unit("b", type("b"), ["view"], "ALTER TABLE t ALTER COLUMN b SET MAXVALUE 9"),
    unit("c", type("c")),
    unit("index", "CREATE INDEX ON t (c)", ["c"]),
    unit("default", "ALTER TABLE t ALTER COLUMN d DROP DEFAULT"),
    unit("d", type("d"), ["default"]),
    unit("other", "ALTER TABLE u ALTER COLUMN a TYPE bigint"),
  ]).map(({ id }) => id);
  expect(ids).toEqual(["view", "c", "index", "default", "a", "d", "b", "other"]);
});
