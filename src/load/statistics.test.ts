import { describe, expect, test } from "bun:test";
import { randomFrom, shuffled } from "./random.ts";
import { bootstrapOf, holm, mean, median, normalTail, rankSumP, signedRankP } from "./statistics.ts";

// Published values: Hollander & Wolfe, "Nonparametric Statistical Methods" (depression scores; tritiated water), as R's
// wilcox.test documents them.
const before = [1.83, 0.5, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.3];
const afterwards = [0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29];
const term = [0.8, 0.83, 1.89, 1.04, 1.45, 1.38, 1.91, 1.64, 0.73, 1.46];
const early = [1.15, 0.88, 0.9, 0.74, 1.21];

describe("signed ranks", () => {
  test("the published example: V = 40, p = 0.03906", () =>
    expect(signedRankP(before.map((value, i) => value - (afterwards[i] ?? 0)))).toBeCloseTo(0.0390625, 9));
  test("the smallest p of n pairs is 2^(1-n)", () => {
    expect(signedRankP([1, 2, 3, 4, 5])).toBe(0.0625);
    expect(signedRankP([-1, -2, -3, -4, -5, -6])).toBe(0.03125);
  });
  test("zeros say nothing, and nothing is no evidence", () => {
    expect(signedRankP([0, 0, 1, 2, 3, 4, 5])).toBe(0.0625);
    expect(signedRankP([0, 0])).toBe(1);
    expect(signedRankP([])).toBe(1);
  });
  test("with ties, the normal approximation is near the exact value without them", () => {
    const exact = signedRankP(Array.from({ length: 30 }, (_, i) => (i % 4 === 0 ? -1 : 1) * (i + 1)));
    const tied = signedRankP(Array.from({ length: 30 }, (_, i) => (i % 4 === 0 ? -1 : 1) * (i + 1 - (i % 2) * 1)));
    expect(Math.abs(exact - tied)).toBeLessThan(0.01);
  });
});

describe("rank sums", () => {
  test("the published example: U = 35, p = 0.2544 two-sided", () =>
    expect(rankSumP(term, early)).toBeCloseTo(0.2544, 4));
  test("the smallest p of 4 and 4 is 2/70", () => expect(rankSumP([1, 2, 3, 4], [5, 6, 7, 8])).toBeCloseTo(2 / 70, 12));
  test("is the same from both sides, and 1 for equal samples", () => {
    expect(rankSumP(early, term)).toBeCloseTo(rankSumP(term, early), 12);
    expect(rankSumP([1, 1, 1], [1, 1, 1])).toBe(1);
    expect(rankSumP([], [1])).toBe(1);
  });
});

test("the normal tail", () => {
  expect(normalTail(1.959964)).toBeCloseTo(0.025, 6);
  expect(normalTail(-1)).toBeCloseTo(0.841345, 6);
});

test("Holm: each p times the number of those not smaller, never falling", () =>
  expect(holm([0.01, 0.04, 0.03, 0.005]).map((p) => Number(p.toFixed(4)))).toEqual([0.03, 0.06, 0.06, 0.02]));

test("medians and means", () => {
  expect([median([3, 1, 2]), median([4, 1, 3, 2]), median([7]), mean([1, 2, 6])]).toEqual([2, 2.5, 7, 3]);
  expect(median([])).toBeNaN();
});

test("random numbers are uniform, repeat with their seed, and shuffle fairly", () => {
  const [a, b] = [randomFrom(7), randomFrom(7)];
  const drawn = Array.from({ length: 20_000 }, a);
  expect(drawn.slice(0, 5)).toEqual(Array.from({ length: 5 }, b));
  expect(Math.abs(mean(drawn) - 0.5)).toBeLessThan(0.01);
  const firsts = Array.from({ length: 6000 }, () => shuffled(["a", "b", "c"], a)[0]);
  for (const item of ["a", "b", "c"])
    expect(Math.abs(firsts.filter((one) => one === item).length - 2000)).toBeLessThan(200);
});

test("the bootstrap's interval of a median holds the true one about 95 times in 100", () => {
  const random = randomFrom(11);
  const skewed = (): number => -Math.log(1 - random());
  const truth = Math.LN2;
  const trials = 300;
  const held = Array.from({ length: trials }).filter(() => {
    const { low, high } = bootstrapOf(Array.from({ length: 25 }, skewed), median, random);
    return low <= truth && truth <= high;
  }).length;
  // Three standard errors of 300 trials at 95 % are 3.8 points; the percentile bootstrap runs a little narrow.
  expect(held / trials).toBeGreaterThan(0.9);
  expect(held / trials).toBeLessThan(0.99);
});
