import { expect, test } from "bun:test";
import { Fault } from "../kernel/fault.ts";
import { caps, expectedStatuses, graceMs, refuseExcess } from "./plan.ts";
import { scheduleOf } from "./schedule.ts";

const open = (rate: number, durationMs: number, requests?: number) =>
  scheduleOf({ pace: { kind: "open", rate }, durationMs, ...(requests === undefined ? {} : { requests }) });

test("an open schedule holds rate times duration, at equal distances", () => {
  const schedule = open(100, 10_000);
  expect(schedule.total).toBe(1000);
  expect([0, 1, 999].map((index) => schedule.take(index, Infinity))).toEqual([0, 1e7, 9.99e9]);
  expect(schedule.take(1000, Infinity)).toBe(-1);
});

test("rates and durations that binary fractions cannot hold give whole counts", () => {
  expect(open(0.1, 30_000).total).toBe(3);
  expect(open(33.3, 10_000).total).toBe(333);
  expect(open(7, 300).total).toBe(3);
  expect(open(1e-3, 1000).total).toBe(1);
});

test("a request can be taken from its due time on, not before", () => {
  const schedule = open(1000, 1000);
  expect(schedule.take(5, 4_999_999)).toBe(-1);
  expect(schedule.take(5, 5_000_000)).toBe(5_000_000);
  expect(schedule.take(5, 9_000_000)).toBe(5_000_000);
});

test("the number of requests ends a schedule earlier, and its span with it", () => {
  expect(open(100, 10_000, 50)).toMatchObject({ total: 50, spanNs: 0.5e9 });
  const closed = scheduleOf({ pace: { kind: "closed" }, durationMs: 1000, requests: 3 });
  expect([0, 2, 3].map((index) => closed.take(index, 7))).toEqual([7, 7, -1]);
});

test("in a closed loop a request is due whenever it is asked for, until the duration is over", () => {
  const closed = scheduleOf({ pace: { kind: "closed" }, durationMs: 1000 });
  expect(closed.take(12_345, 999_999_999)).toBe(999_999_999);
  expect(closed.take(12_345, 1_000_000_000)).toBe(-1);
});

test("the grace period is short for a dead server, long for a slow one, never longer than the timeout", () => {
  expect(graceMs(30_000, 3)).toBe(2000);
  expect(graceMs(30_000, 8000)).toBe(16_000);
  expect(graceMs(10_000, 8000)).toBe(10_000);
  expect(graceMs(500, 3)).toBe(500);
});

test("expected statuses: single ones, classes and lists", () => {
  const right = (given: readonly string[]) =>
    [200, 301, 400, 404, 500].filter((status) => expectedStatuses(given)[status]);
  expect(right([])).toEqual([200, 301]);
  expect(right(["400"])).toEqual([400]);
  expect(right(["4xx", "200"])).toEqual([200, 400, 404]);
  expect(right(["2XX, 500"])).toEqual([200, 500]);
  for (const wrong of ["", "abc", "99", "6xx", "2x", "200-299"]) expect(() => expectedStatuses([wrong])).toThrow(Fault);
});

test("what exceeds a cap is named, all of it", () => {
  const excess = { concurrency: 1e9, durationMs: caps.durationMs * 2, pace: { kind: "open", rate: 1e6 } } as const;
  expect(() => refuseExcess(excess)).toThrow(/1,000,000,000 connections.*one hour.*1000000 requests a second/);
  expect(() =>
    refuseExcess({ concurrency: caps.concurrency, durationMs: caps.durationMs, pace: { kind: "closed" } }),
  ).not.toThrow();
});
