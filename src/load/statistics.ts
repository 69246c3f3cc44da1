// Rank statistics for small samples: exact where they can be, normal approximations with tie corrections where not.
import type { Random } from "./random.ts";

export interface Interval95 {
  readonly low: number;
  readonly high: number;
}

const ascending = (values: readonly number[]): readonly number[] => values.toSorted((a, b) => a - b);
const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** NaN of nothing. */
export const mean = (values: readonly number[]): number => total(values) / values.length;

/** The middle, or the mean of the two in the middle; NaN of nothing. */
export const median = (values: readonly number[]): number => {
  const sorted = ascending(values);
  const half = sorted.length / 2;
  return mean(sorted.slice(Math.ceil(half) - 1, Math.floor(half) + 1));
};

/** P(Z > z). Abramowitz and Stegun 26.2.17; absolute error below 7.5e-8. */
export const normalTail = (z: number): number => {
  if (z < 0) return 1 - normalTail(-z);
  const t = 1 / (1 + 0.2316419 * z);
  const series = t * (0.31938153 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
  return (Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI)) * series;
};

interface Ranks {
  /** In the order given; ties share their mean rank. */
  readonly ranks: readonly number[];
  /** Σ (t³ − t) over groups of t equal values. */
  readonly ties: number;
}

const ranksOf = (values: readonly number[]): Ranks => {
  const order = values.map((_, i) => i).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const ranks = values.map(() => 0);
  let ties = 0;
  for (let from = 0; from < order.length;) {
    let to = from;
    while (to < order.length && values[order[to] ?? 0] === values[order[from] ?? 0]) to++;
    const size = to - from;
    ties += size ** 3 - size;
    for (const index of order.slice(from, to)) ranks[index] = (from + 1 + to) / 2;
    from = to;
  }
  return { ranks, ties };
};

/** How many subsets of the ranks 1 … n have each sum. */
const signedRankCounts = (n: number): readonly number[] => {
  const counts = Array.from<unknown, number>({ length: (n * (n + 1)) / 2 + 1 }, (_, sum) => (sum === 0 ? 1 : 0));
  for (let rank = 1; rank <= n; rank++) {
    for (let sum = counts.length - 1; sum >= rank; sum--) counts[sum] = (counts[sum] ?? 0) + (counts[sum - rank] ?? 0);
  }
  return counts;
};

/** How many ways of choosing m of m + n places give each value of U. */
const rankSumCounts = (m: number, n: number): readonly number[] => {
  // Of the generating function Π (1 − x^(n+i)) / (1 − x^i), i from 1 to m: products from above, quotients from below.
  const counts = Array.from<unknown, number>({ length: m * n + 1 }, (_, u) => (u === 0 ? 1 : 0));
  for (let i = 1; i <= m; i++) {
    for (let u = m * n; u >= n + i; u--) counts[u] = (counts[u] ?? 0) - (counts[u - n - i] ?? 0);
    for (let u = i; u <= m * n; u++) counts[u] = (counts[u] ?? 0) + (counts[u - i] ?? 0);
  }
  return counts;
};

/** Twice the smaller tail of a discrete distribution, the value included. */
const exactP = (counts: readonly number[], value: number): number => {
  const all = total(counts);
  const below = total(counts.slice(0, value + 1)) / all;
  const above = total(counts.slice(value)) / all;
  return Math.min(1, 2 * Math.min(below, above));
};

/** Two-sided, with continuity correction. */
const normalP = (value: number, expected: number, variance: number): number =>
  variance <= 0 ? 1 : Math.min(1, 2 * normalTail(Math.max(0, Math.abs(value - expected) - 0.5) / Math.sqrt(variance)));

// As far as every count is a whole number that a double holds exactly.
const signedRankExactTo = 50;
const rankSumExactTo = 25;

/**
 * Wilcoxon's signed-rank test that paired differences are symmetric about zero: the two-sided p. Zeros are left out.
 * Exact up to 50 differences without ties.
 */
export const signedRankP = (differences: readonly number[]): number => {
  const moved = differences.filter((difference) => difference !== 0);
  const n = moved.length;
  if (n === 0) return 1;
  const { ranks, ties } = ranksOf(moved.map(Math.abs));
  const positive = total(ranks.filter((_, i) => (moved[i] ?? 0) > 0));
  if (ties === 0 && n <= signedRankExactTo) return exactP(signedRankCounts(n), positive);
  return normalP(positive, (n * (n + 1)) / 4, (n * (n + 1) * (2 * n + 1)) / 24 - ties / 48);
};

/** Mann and Whitney's test that two independent samples are of one distribution: the two-sided p. Exact up to 25 each. */
export const rankSumP = (a: readonly number[], b: readonly number[]): number => {
  const [m, n] = [a.length, b.length];
  if (m === 0 || n === 0) return 1;
  const { ranks, ties } = ranksOf([...a, ...b]);
  const u = total(ranks.slice(0, m)) - (m * (m + 1)) / 2;
  if (ties === 0 && m <= rankSumExactTo && n <= rankSumExactTo) return exactP(rankSumCounts(m, n), u);
  const all = m + n;
  return normalP(u, (m * n) / 2, ((m * n) / 12) * (all + 1 - ties / (all * (all - 1))));
};

export interface Centre extends Interval95 {
  readonly estimate: number;
}

/** How many of the smallest means of pairs lie outside a 95 % interval: as many signed-rank sums as 2.5 % hold. */
const outside = (n: number): number => {
  if (n > signedRankExactTo) {
    return Math.max(0, Math.floor((n * (n + 1)) / 4 - 1.96 * Math.sqrt((n * (n + 1) * (2 * n + 1)) / 24)));
  }
  const counts = signedRankCounts(n);
  let [count, left] = [0, 0.025 * 2 ** n];
  for (; left >= (counts[count] ?? Infinity); count++) left -= counts[count] ?? 0;
  return count;
};

/**
 * Hodges and Lehmann's centre of paired differences, the median over the means of all pairs of them, and the interval
 * that Wilcoxon's test does not reject. Nearly as sharp as a mean, and as indifferent to outliers as a median. Fewer
 * than six differences have no such interval: it is all that they span.
 */
export const centreOf = (differences: readonly number[]): Centre => {
  const means = ascending(differences.flatMap((a, i) => differences.slice(i).map((b) => (a + b) / 2)));
  const skipped = outside(differences.length);
  return {
    estimate: median(means),
    low: means[skipped] ?? Number.NaN,
    high: means[means.length - 1 - skipped] ?? Number.NaN,
  };
};

/** Holm's step-down adjustment: each p as if only it had been asked, the chance of any false alarm kept. */
export const holm = (ps: readonly number[]): readonly number[] => {
  const order = ps.map((_, i) => i).sort((a, b) => (ps[a] ?? 0) - (ps[b] ?? 0));
  const adjusted = ps.map(() => 1);
  let highest = 0;
  order.forEach((index, place) => {
    highest = Math.max(highest, Math.min(1, (ps[index] ?? 1) * (ps.length - place)));
    adjusted[index] = highest;
  });
  return adjusted;
};

/** How often samples are drawn again for an interval. */
export const resamples = 2000;

const resampled = (values: readonly number[], random: Random): readonly number[] =>
  values.map(() => values[Math.floor(random() * values.length)] ?? 0);

/** The middle 95 % of a statistic over samples drawn with replacement; `draw` makes one of them. */
export const bootstrap95 = (draw: () => number, times = resamples): Interval95 => {
  const drawn = ascending(Array.from({ length: times }, draw));
  return { low: drawn[Math.floor(times * 0.025)] ?? 0, high: drawn[Math.ceil(times * 0.975) - 1] ?? 0 };
};

/** Of a statistic of one sample. */
export const bootstrapOf = (
  values: readonly number[],
  statistic: (values: readonly number[]) => number,
  random: Random,
  times = resamples,
): Interval95 => bootstrap95(() => statistic(resampled(values, random)), times);

/** Of the difference of a statistic between two independent samples: second less first. */
export const bootstrapBetween = (
  first: readonly number[],
  second: readonly number[],
  statistic: (values: readonly number[]) => number,
  random: Random,
  times = resamples,
): Interval95 => bootstrap95(() => statistic(resampled(second, random)) - statistic(resampled(first, random)), times);
