// What is undone for older planners: columns that an index skips through, and contradictions that would be folded away.
import { expect, test } from "bun:test";
import { loadSqlParser } from "../../io/sql-parser.ts";
import type { IndexKeys } from "./older-planner.ts";
import { settingsBefore, skippedColumns, withoutContradictions } from "./older-planner.ts";
import type { PlanNode } from "./plan.ts";

const parse = await loadSqlParser();

const scan = (condition: string): PlanNode => ({
  type: "Index Scan",
  schema: "public",
  relation: "t",
  index: "i",
  cost: 1,
  startup: 0,
  rows: 1,
  width: 4,
  conditions: { "Index Cond": condition },
  sortKey: [],
  groupKey: [],
  output: [],
  children: [],
});

const keys: readonly IndexKeys[] = [{ schema: "public", table: "t", name: "i", keys: ["a", "B c", "d"] }];

test.each([
  ["(t.a = 1)", []],
  ["((t.a = 1) AND (t.\"B c\" > 'x AND y'::text))", []],
  ['(t."B c" = 2)', ["a"]],
  ["((t.a > 5) AND (t.d = ANY ('{1,2}'::integer[])))", ["a", "B c"]],
  ["((t.a IS NULL) AND (t.d < 3))", ["B c"]],
  ["((a)::text = 'x'::text)", []],
])("%s skips %j", (condition, columns) => {
  expect(skippedColumns(scan(condition), keys).map(({ column }) => column)).toEqual(columns);
});

test.each([
  [
    "select * from t where a = 1 and b > 2 and a = 3",
    "select * from t where a = 1 and b > 2 and (a is null) is true and $1 is not distinct from 3",
  ],
  [
    "delete from t where t.a = $1 and t.b = 'é' and t.b = 'ü'",
    "delete from t where t.a = $1 and t.b = 'é' and (t.b is null) is true and $2 is not distinct from 'ü'",
  ],
  ["select * from t where a = 1 and a = 1", undefined],
  ["select * from t, u where t.a = 1 and t.a = 2", undefined],
  ["select * from t where a = $1 and a = $2", undefined],
])("%s", (sql, rewritten) => {
  expect(withoutContradictions(sql, parse)).toBe(rewritten);
});

test("what came later is switched off", () => {
  expect(settingsBefore(180000)).toEqual({});
  expect(Object.keys(settingsBefore(150000))).toHaveLength(4);
});
