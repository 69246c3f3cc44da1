import { describe, expect, test } from "bun:test";
import { LiveHistory, leftText, liveLines } from "./live.ts";
import { expectedStatuses } from "./plan.ts";
import type { Moment } from "./sampler.ts";
import { Tally } from "./tally.ts";

const moment = (change: Partial<Moment> = {}): Moment => ({
  elapsedMs: 1000,
  answersPerSecond: 250,
  p50Ms: 4,
  p99Ms: 40,
  errors: 0,
  sent: 250,
  underWay: 3,
  answered: 60,
  heat: [[36, 60]],
  ...change,
});
const facts = {
  title: "GET http://127.0.0.1/",
  durationMs: 10_000,
  rate: 250,
  expected: expectedStatuses([]),
};
const look = { columns: 80, rows: 24, unicode: true, paint: (_: string, text: string) => text };

const drawn = (count: number, change: Partial<typeof look> = {}, last: Partial<Moment> = {}, tally = new Tally()) => {
  const history = new LiveHistory();
  for (let i = 1; i <= count; i++) {
    history.add(moment({ elapsedMs: i * 250, heat: [[30 + (i % 12), 60]], p99Ms: i === 3 ? 900 : 40 }));
  }
  return liveLines(moment({ elapsedMs: count * 250, ...last }), history, tally, facts, { ...look, ...change });
};

test("rate, percentiles, errors and the time that is left", () => {
  const lines = drawn(8);
  expect(lines[0]).toBe("GET http://127.0.0.1/  3 under way");
  expect(lines[1]).toMatch(/^━+─+ {2}2\.0 s, 8 s left$/);
  expect(lines[2]).toMatch(/^answered +250\/s {2}█{8} {2}of 250\/s$/);
  expect(lines[4]).toMatch(/^p99 +40\.0 ms {2}▁▁█▁▁▁▁▁$/);
  expect(lines[5]).toContain("none");
});

test("errors are told by kind", () => {
  const tally = new Tally();
  for (let i = 0; i < 5; i++) tally.addStatus(503);
  tally.addStatus(200);
  tally.addFailure("reset");
  const line = drawn(8, {}, { errors: 6 }, tally)[5];
  expect(line).toMatch(/^errors +6 {2}5 × status 503, 1 × connection reset before the answer began$/);
});

test("a silence leaves a gap", () => {
  const history = new LiveHistory();
  for (const [i, answered] of [60, 0, 60].entries()) {
    history.add(moment({ elapsedMs: (i + 1) * 250, answered, heat: answered === 0 ? [] : [[36, 60]] }));
  }
  expect(liveLines(moment(), history, new Tally(), facts, look)[3]).toEndWith("█ █");
});

describe("whatever the window and however long the run", () => {
  test.each([
    [80, 24, 40],
    [120, 50, 1000],
    [40, 12, 5000],
    [200, 8, 100_000],
  ])("%d columns, %d rows, %d looks: the picture fits", (columns, rows, count) => {
    const lines = drawn(count, { columns, rows });
    expect(lines.length).toBeLessThanOrEqual(Math.max(6, rows - 1));
    for (const line of lines.slice(1)) expect(Bun.stringWidth(line)).toBeLessThanOrEqual(columns);
  });
  test("without block characters there are none", () =>
    expect(drawn(20, { unicode: false }).join("")).toMatch(/^[\x20-\x7e]*$/));
});

test("at the end it says what it waits for", () => {
  expect(leftText(moment({ elapsedMs: 10_001, underWay: 1 }), facts)).toBe("waiting for 1 answer");
  expect(leftText(moment(), { ...facts, requests: 1000 })).toBe("250 of 1,000 requests");
});
