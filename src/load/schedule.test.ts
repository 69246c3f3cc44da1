import { describe, expect, test } from "bun:test";
import { Fault } from "../kernel/fault.ts";
import type { Pace } from "./plan.ts";
import { caps, expectedStatuses, graceMs, refuseExcess } from "./plan.ts";
import type { Schedule } from "./schedule.ts";
import { scheduleOf, warmupSchedule } from "./schedule.ts";

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

describe("stages", () => {
  const staged = (rate: number, stages: readonly (readonly [seconds: number, rate: number])[], requests?: number) =>
    scheduleOf({
      pace: { kind: "open", rate, stages: stages.map(([s, to]) => ({ durationMs: s * 1000, rate: to })) },
      durationMs: stages.reduce((sum, [s]) => sum + s * 1000, 0),
      ...(requests === undefined ? {} : { requests }),
    });
  const dues = (schedule: Schedule) => Array.from({ length: schedule.total }, (_, i) => schedule.take(i, Infinity));
  const within = (list: readonly number[], from: number, to: number) =>
    list.filter((due) => due >= from * 1e9 && due < to * 1e9).length;

  test("a ramp from 0 sends the area under it: half of what its end rate would", () => {
    const schedule = staged(0, [[10, 100]]);
    expect(schedule.total).toBe(500);
    // Until half of the time a quarter has come due.
    expect(within(dues(schedule), 0, 5)).toBe(125);
    expect(schedule.spanNs).toBe(10e9);
  });

  test("a stage at the rate before it holds it, down-ramps end in silence, 0 seconds is a jump", () => {
    const schedule = staged(0, [
      [0, 100],
      [10, 100],
      [10, 0],
      [5, 0],
    ]);
    expect(schedule.total).toBe(1500);
    const list = dues(schedule);
    expect([within(list, 0, 10), within(list, 10, 15), within(list, 15, 20), within(list, 20, 25)]).toEqual([
      1000, 375, 125, 0,
    ]);
    expect(list.slice(0, 3).map(Math.round)).toEqual([0, 1e7, 2e7]);
  });

  test("due times never go back, and lie where the rate's area reaches their number", () => {
    const list = dues(
      staged(3, [
        [7, 41],
        [2, 41],
        [3, 0.5],
        [1, 200],
      ]),
    );
    expect(list).toEqual(list.toSorted((a, b) => a - b));
    const area = (s: number): number => {
      const knots = [
        [0, 3],
        [7, 41],
        [9, 41],
        [12, 0.5],
        [13, 200],
      ] as const;
      return knots.slice(1).reduce((sum, [end, to], i) => {
        const [start, from] = knots[i] ?? [0, 0];
        const length = Math.max(0, Math.min(s, end) - start);
        return sum + from * length + (((to - from) / (end - start)) * length * length) / 2;
      }, 0);
    };
    for (const [i, due] of list.entries()) expect(area(due / 1e9)).toBeCloseTo(i, 6);
  });

  test("a number of requests ends them earlier", () => {
    const schedule = staged(0, [[10, 100]], 125);
    expect(schedule.total).toBe(125);
    expect(schedule.spanNs).toBeCloseTo(5e9, 0);
    expect(schedule.take(125, Infinity)).toBe(-1);
  });
});

test("a warm-up goes at the rate that the run begins with, or at its first stage's", () => {
  const of = (pace: Pace) => warmupSchedule({ pace, warmupMs: 2000 }).total;
  expect(of({ kind: "open", rate: 50 })).toBe(100);
  expect(of({ kind: "open", rate: 0, stages: [{ durationMs: 1000, rate: 20 }] })).toBe(40);
  expect(of({ kind: "closed" })).toBe(Infinity);
});
