import { describe, expect, test } from "bun:test";
import { Histogram, histogramCeiling, histogramSlots, merged, rankOf, slotHigh, slotLow, slotOf } from "./histogram.ts";
import { slotsOf } from "../testing/slots.ts";

/** A small generator with a fixed seed (mulberry32): the same figures in every run. */
const randomFrom = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
  return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
};

const random = randomFrom(7);
const gauss = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const many = (draw: (i: number) => number) =>
  Array.from({ length: 20_000 }, (_, i) => Math.max(0, Math.round(draw(i))));

const distributions = {
  constant: many(() => 50_000_000),
  uniform: many(() => random() * 1e9),
  "log-normal": many(() => Math.exp(13 + gauss())),
  pareto: many(() => 1e5 / (1 - random()) ** 1.5),
  bimodal: many((i) => (i % 10 === 0 ? 2e9 : 8e4) + gauss() * 100),
  nanoseconds: many(() => random() * 3000),
  "powers of two and their neighbours": many((i) => 2 ** (i % 42) + (i % 3) - 1),
};

const filled = (values: readonly number[]): Histogram => {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
};

describe("a percentile is the sorted list's, at most 0.1 % above", () => {
  for (const [name, values] of Object.entries(distributions)) {
    test(name, () => {
      const histogram = filled(values);
      const sorted = values.toSorted((a, b) => a - b);
      for (const percent of [0, 0.01, 1, 10, 25, 50, 75, 90, 95, 99, 99.9, 99.99, 100]) {
        const exact = sorted[rankOf(percent, sorted.length) - 1]!;
        const found = histogram.percentile(percent);
        expect(found).toBeGreaterThanOrEqual(exact);
        expect(found - exact).toBeLessThanOrEqual(exact * 0.001);
      }
      expect(histogram.count).toBe(values.length);
      expect(histogram.max).toBe(sorted.at(-1)!);
      expect(histogram.min).toBe(sorted[0]!);
      expect(histogram.mean).toBeCloseTo(values.reduce((sum, one) => sum + one, 0) / values.length, 0);
    });
  }
});

test("every slot's bounds fall into the slot, and slots follow each other without a gap", () => {
  let next = 0;
  for (let slot = 0; slot < histogramSlots; slot++) {
    expect(slotLow(slot)).toBe(next);
    if (slotOf(slotLow(slot)) !== slot || slotOf(slotHigh(slot)) !== slot) throw new Error(`slot ${slot}`);
    next = slotHigh(slot) + 1;
  }
  expect(next).toBe(histogramCeiling + 1);
});

test("merging parts gives the histogram of the whole", () => {
  const values = Object.values(distributions).flat();
  const whole = filled(values);
  const parts = [0, 1, 2, 3].map((part) => filled(values.filter((_, i) => i % 4 === part)));
  const sum = merged(...parts);
  expect(slotsOf(sum)).toEqual(slotsOf(whole));
  expect([sum.count, sum.min, sum.max]).toEqual([whole.count, whole.min, whole.max]);
});

test("what was added since a copy is told apart", () => {
  const histogram = filled([5, 5, 90_000]);
  const before = merged(histogram);
  for (const value of [5, 7, 7_000_000]) histogram.record(value);
  const since = histogram.since(before);
  expect(slotsOf(since).map(([, count]) => count)).toEqual([1, 1, 1]);
  expect([since.count, since.min, since.max]).toEqual([3, 5, 7_000_000]);
});

test("zero, negative and not-a-number count as zero; what is above the ceiling is counted and keeps its maximum", () => {
  const histogram = filled([0, -5, Number.NaN, histogramCeiling, histogramCeiling * 4]);
  expect(histogram.count).toBe(5);
  expect(histogram.percentile(50)).toBe(0);
  expect(histogram.max).toBe(histogramCeiling * 4);
});

test("an empty histogram answers zero", () => {
  const empty = new Histogram();
  expect([empty.count, empty.min, empty.max, empty.mean, empty.percentile(99)]).toEqual([0, 0, 0, 0, 0]);
});

test("the nearest rank is a whole number's, in spite of binary fractions", () => {
  expect(rankOf(99.9, 1000)).toBe(999);
  expect(rankOf(95, 20)).toBe(19);
  expect(rankOf(50, 1)).toBe(1);
  expect(rankOf(0, 10)).toBe(1);
});
