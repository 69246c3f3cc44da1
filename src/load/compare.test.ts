import { describe, expect, test } from "bun:test";
import type { CompareSettings, CompareVerdict, Pair } from "./compare.ts";
import { comparePairs, compareRuns, overall } from "./compare.ts";
import type { Random } from "./random.ts";
import { randomFrom } from "./random.ts";
import { rankSumP } from "./statistics.ts";
import type { Interval } from "./summary.ts";
import { turnsOf } from "./turns.ts";

const slice = (p50Ms: number, change: Partial<Interval> = {}): Interval => ({
  startMs: 0,
  durationMs: 500,
  requests: 100,
  answered: 100,
  sent: 100,
  heat: [],
  errors: 0,
  p50Ms,
  p95Ms: p50Ms * 2,
  p99Ms: p50Ms * 3,
  ...change,
});

const settings = (change: Partial<CompareSettings> = {}): CompareSettings => ({
  minEffect: 0.05,
  closedLoop: false,
  clientBound: false,
  random: randomFrom(1),
  resamples: 300,
  ...change,
});

/** Standard normal, by Box and Muller. */
const normal = (random: Random): number => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** A machine that drifts: each slice is mostly as slow as the one before it. */
const drifting = (random: Random) => {
  let drift = normal(random);
  return (factor: number): Interval => {
    drift = 0.95 * drift + Math.sqrt(1 - 0.95 ** 2) * normal(random);
    return slice(10 * factor * Math.exp(0.15 * drift + 0.03 * normal(random)));
  };
};

/** One comparison as it is measured: turn by turn on the same drifting machine. */
const trialOf = (factor: number, random: Random): readonly Pair[] => {
  const next = drifting(random);
  const pairs = turnsOf(10_000, 50, random).pairs.map((sides) =>
    Object.fromEntries(sides.map((side) => [side, next(side === "second" ? factor : 1)])),
  );
  return pairs.flatMap(({ first, second, again }) => (first && second ? [{ first, second, again }] : []));
};

const verdicts = (factor: number, trials: number, seed: number): Readonly<Record<CompareVerdict, number>> => {
  const random = randomFrom(seed);
  const counts = { slower: 0, faster: 0, same: 0, inconclusive: 0 };
  for (let i = 0; i < trials; i++) {
    const compared = comparePairs(trialOf(factor, random), settings({ random }));
    counts[overall(compared.filter(({ metric }) => metric === "p50"))]++;
  }
  return counts;
};

describe("a study on a machine that drifts by 15 %", () => {
  const trials = 150;
  test("identical services are rarely called different", () => {
    const { slower, faster } = verdicts(1, trials, 3);
    expect((slower + faster) / trials).toBeLessThan(0.05);
  });
  test("one that is 15 % slower, or 15 % faster, is nearly always found", () => {
    expect(verdicts(1.15, trials, 4).slower / trials).toBeGreaterThan(0.8);
    expect(verdicts(1 / 1.15, trials, 5).faster / trials).toBeGreaterThan(0.8);
  });
  test("signed ranks alone hold their 5 %, where one run after the other is called different every other time", () => {
    const random = randomFrom(6);
    let [paired, sequential] = [0, 0];
    for (let i = 0; i < 400; i++) {
      const [one] = comparePairs(trialOf(1, random), settings({ random, resamples: 1 }));
      if ((one?.p ?? 1) < 0.05) paired++;
      const next = drifting(random);
      const run = (): readonly number[] => Array.from({ length: 20 }, () => next(1).p50Ms);
      if (rankSumP(run(), run()) < 0.05) sequential++;
    }
    expect(paired / 400).toBeLessThan(0.08);
    expect(sequential / 400).toBeGreaterThan(0.3);
  });
});

describe("verdicts", () => {
  const around = (p50Ms: number, change: Partial<Interval> = {}): readonly Interval[] =>
    Array.from({ length: 20 }, (_, i) => slice(p50Ms * (1 + (((i * 7) % 11) - 5) / 1000), change));
  const paired = (first: readonly Interval[], second: readonly Interval[]): readonly Pair[] =>
    first.flatMap((one, i) => (second[i] === undefined ? [] : [{ first: one, second: second[i] }]));
  const of = (second: readonly Interval[], change: Partial<CompareSettings> = {}, first = around(10)) =>
    Object.fromEntries(comparePairs(paired(first, second), settings(change)).map((one) => [one.metric, one.verdict]));

  test("a difference must exceed the minimum effect", () => {
    expect(of(around(10.3))).toEqual({ p50: "same", errors: "same" });
    expect(of(around(10.3), { minEffect: 0.01 })).toMatchObject({ p50: "slower" });
    expect(of(around(9), { minEffect: 0.01 })).toMatchObject({ p50: "faster" });
  });
  test("tails are compared only where slices hold enough requests", () =>
    expect(Object.keys(of(around(10, { requests: 2000 }), {}, around(10, { requests: 2000 })))).toEqual([
      "p50",
      "p95",
      "p99",
      "errors",
    ]));
  test("in a closed loop fewer answers a second are slower", () =>
    expect(of(around(10, { answered: 80 }), { closedLoop: true })).toMatchObject({ rate: "slower" }));
  test("more errors are slower, whatever the latency", () => {
    expect(of(around(10, { errors: 5 }))).toMatchObject({ p50: "same", errors: "slower" });
  });
  test("a change within what identical slices differ by is not believed", () => {
    const pairs = paired(around(10), around(12.5)).map((pair) => ({ ...pair, again: slice(11.9) }));
    const [p50] = comparePairs(pairs, settings());
    expect(p50).toMatchObject({ verdict: "inconclusive", p: expect.closeTo(0, 3) as number });
    expect(p50?.noise).toBeGreaterThan(0.15);
  });
  test("where the client was bound, the same says nothing", () =>
    expect(of(around(10), { clientBound: true })).toEqual({ p50: "inconclusive", errors: "inconclusive" }));
  test("five pairs are too few", () =>
    expect(of(around(20).slice(0, 5), {}, around(10).slice(0, 5))).toMatchObject({ p50: "inconclusive" }));
  test("slices without an answer are left out, and nothing at all is inconclusive", () => {
    expect(of(around(10).map((one, i) => (i === 3 ? slice(0) : one)))).toMatchObject({ p50: "same" });
    expect(overall(comparePairs([], settings()))).toBe("inconclusive");
  });
  test("worse outweighs better", () =>
    expect(overall(comparePairs(paired(around(10), around(8, { errors: 5 })), settings()))).toBe("slower"));
  test("two runs, not paired: values and change are the medians'", () => {
    const [p50] = compareRuns(around(10), around(12), settings());
    expect(p50).toMatchObject({ metric: "p50", verdict: "slower", noise: null });
    expect(p50?.change).toBeCloseTo(0.2, 2);
    expect(overall(compareRuns(around(10), around(10), settings()))).toBe("same");
  });
});

test("turns: every pair has both in an order of its own, every second one the first again; the time is as asked", () => {
  const { sliceMs, pairs } = turnsOf(4800, 100, randomFrom(2));
  expect([sliceMs, pairs.length, pairs.flat().length]).toEqual([240, 20, 50]);
  expect(new Set(pairs.map((pair) => pair.join())).size).toBeGreaterThan(3);
  expect(pairs.every((pair) => pair.includes("first") && pair.includes("second"))).toBe(true);
  expect([1000, 100, 30_000, 3_600_000].map((ms) => turnsOf(ms, 400, randomFrom(2)).pairs.length)).toEqual([
    10, 1, 100, 100,
  ]);
});

test("slices are as short as their percentiles allow", () => {
  const ms = (perSecond: number) => turnsOf(10_000, perSecond, randomFrom(2)).sliceMs;
  expect([5, 20, 400, 1000, 5000, 50_000].map((rate) => Math.round(ms(rate)))).toEqual([
    5000, 1250, 100, 222, 222, 100,
  ]);
});
