// An analysis held against an earlier one: by place and rule, whatever the figures in the words are.
import { describe, expect, test } from "bun:test";
import type { Finding } from "../kernel/finding.ts";
import { baselineOf, compareBaseline } from "./baseline.ts";

const finding = (rule: string, name: string, severity: Finding["severity"], message = "m"): Finding => ({
  rule: `db/${rule}`,
  severity,
  message,
  at: { kind: "object", type: "table", schema: "public", name },
});

describe("a baseline", () => {
  const statement = { queryId: "1", text: "select $1", calls: 100, totalMs: 5000 };
  const report = {
    command: "db analyze",
    findings: [
      finding("bloat", "a", "warning", "40 % is air"),
      finding("bloat", "b", "info"),
      finding("bloat", "c", "info"),
      finding("bloat", "d", "warning"),
    ],
    data: { statements: [statement] },
  };

  test("tells what is gone, milder, worse, new and as before", () => {
    const before = baselineOf(JSON.parse(JSON.stringify(report)))!;
    const now = [
      finding("bloat", "a", "info", "20 % is air"),
      finding("bloat", "b", "error"),
      finding("bloat", "c", "info", "other words"),
      finding("bloat", "e", "info"),
    ];
    const { gone, improved, worsened, added, same } = compareBaseline(before, now, []);
    const names = (findings: readonly Pick<Finding, "at">[]): readonly string[] =>
      findings.map(({ at }) => (at.kind === "object" ? at.name : ""));
    expect([names(gone), names(improved), names(worsened), names(added), same]).toEqual([
      ["d"],
      ["a"],
      ["b"],
      ["e"],
      1,
    ]);
  });

  test("compares a statement's calls since then with those before; a reset begins anew", () => {
    const before = baselineOf(report)!;
    const since = (calls: number, totalMs: number) =>
      compareBaseline(before, [], [{ ...statement, calls, totalMs }]).statements.map(({ beforeMs, sinceMs }) => [
        beforeMs,
        sinceMs,
      ]);
    expect(since(200, 5100)).toEqual([[50, 1]]);
    expect(since(10, 2000)).toEqual([[50, 200]]);
    expect(since(200, 10_000)).toEqual([]);
    expect(since(102, 5001)).toEqual([]);
  });

  test("is a report of db analyze, and nothing else", () => {
    for (const other of [null, 5, {}, { command: "db diff", findings: [] }]) expect(baselineOf(other)).toBeUndefined();
  });
});
