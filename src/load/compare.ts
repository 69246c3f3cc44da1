// Are two services equally fast? Effects, intervals and verdicts from slices of two runs; requests are no sample, slices are.
import type { Random } from "./random.ts";
import type { Centre, Interval95 } from "./statistics.ts";
import {
  bootstrapBetween,
  bootstrapOf,
  centreOf,
  holm,
  mean,
  median,
  rankSumP,
  resamples,
  signedRankP,
} from "./statistics.ts";
import type { Interval } from "./summary.ts";

/**
 * `slower`, `faster`: the second, by more than the minimum effect, and not by chance. `same`: the interval lies within
 * the margin. `inconclusive`: neither is shown; a longer run may.
 */
export type CompareVerdict = "slower" | "faster" | "same" | "inconclusive";

interface Metric {
  readonly name: string;
  readonly unit: "ms" | "perSecond" | "share";
  /** Requests that a slice must hold for its value to mean something. */
  readonly fewest: number;
  readonly higherIsBetter?: true;
  readonly of: (slice: Interval) => number;
}

const timed: readonly Metric[] = [
  { name: "p50", unit: "ms", fewest: 20, of: ({ p50Ms }) => p50Ms },
  { name: "p95", unit: "ms", fewest: 200, of: ({ p95Ms }) => p95Ms },
  { name: "p99", unit: "ms", fewest: 1000, of: ({ p99Ms }) => p99Ms },
];
/** A closed loop only: an open loop's rate is what was asked for. */
const rate: Metric = {
  name: "rate",
  unit: "perSecond",
  fewest: 20,
  higherIsBetter: true,
  of: ({ answered, durationMs }) => (answered * 1000) / durationMs,
};
const errors: Metric = {
  name: "errors",
  unit: "share",
  fewest: 1,
  of: ({ errors: wrong, requests }) => (requests === 0 ? 0 : wrong / requests),
};

export interface CompareSettings {
  /** A share: 0.05 for 5 %. */
  readonly minEffect: number;
  readonly closedLoop: boolean;
  /** The client may have set the limit of both: then "same" says nothing. */
  readonly clientBound: boolean;
  readonly random: Random;
  /** Draws of an interval; fewer only where many comparisons are studied. */
  readonly resamples?: number;
}

// Type aliases, not interfaces: these are JSON values, and only an alias is assignable to one.

/** Changes are shares of the first (0.1: the second's value is 10 % higher); of errors, the difference of the shares. */
export type Compared = {
  readonly metric: string;
  readonly unit: Metric["unit"];
  /** Medians over the slices; of errors, means. */
  readonly first: number;
  readonly second: number;
  readonly change: number;
  /** 95 % confidence. */
  readonly low: number;
  readonly high: number;
  readonly p: number;
  /** Holm's, over the metrics. */
  readonly adjustedP: number;
  /** By how much identical slices of the first differed, all in all: no smaller change is believed. Null where that was not measured. */
  readonly noise: number | null;
  /** Half the interval: the smallest change that this run could have told. */
  readonly resolution: number;
  readonly verdict: CompareVerdict;
};

/** Error shares are compared by their difference; a tenth of a percent is the margin. */
const errorMargin = 0.001;
const alpha = 0.05;
/** Fewer slices than this cannot reach any significance. */
export const fewestSlices = 6;
/** From so many on, what identical slices differed by is a guard, if a coarse one. */
const fewestRepeated = 3;

/** A metric with its two samples on the scale where effects add up: logarithms, or shares as they are. */
interface Samples {
  readonly metric: Metric;
  readonly first: readonly number[];
  readonly second: readonly number[];
}

interface Effect extends Samples {
  readonly estimate: number;
  readonly interval: Interval95;
  readonly p: number;
  /** On the same scale. */
  readonly noise: number | null;
}

const scaled = ({ unit, of }: Metric, slice: Interval): number => (unit === "share" ? of(slice) : Math.log(of(slice)));
const centre = ({ unit }: Metric): ((values: readonly number[]) => number) => (unit === "share" ? mean : median);
const margin = ({ unit }: Metric, minEffect: number): number =>
  unit === "share" ? errorMargin : Math.log(1 + minEffect);

const requestsIn = (slices: readonly Interval[]): number => median(slices.map(({ requests }) => requests));

/** The metrics that the slices hold enough requests for. */
const metricsFor = (all: readonly (readonly Interval[])[], { closedLoop }: CompareSettings): readonly Metric[] => {
  const requests = Math.min(...all.map(requestsIn));
  return [...timed, ...(closedLoop ? [rate] : []), errors].filter(({ fewest }) => requests >= fewest);
};

const verdictOf = (effect: Effect, adjustedP: number, { minEffect, clientBound }: CompareSettings): CompareVerdict => {
  const { metric, estimate, interval, noise, first, second } = effect;
  if (Math.min(first.length, second.length) < fewestSlices) return "inconclusive";
  const least = margin(metric, minEffect);
  const apart = adjustedP < alpha && (interval.low > 0 || interval.high < 0);
  if (apart && Math.abs(estimate) > Math.max(least, noise ?? 0)) {
    return estimate > 0 === (metric.higherIsBetter ?? false) ? "faster" : "slower";
  }
  return interval.low >= -least && interval.high <= least && !clientBound ? "same" : "inconclusive";
};

const comparedOf = (effect: Effect, adjustedP: number, settings: CompareSettings): Compared => {
  const { metric, interval, noise, p } = effect;
  const logarithmic = metric.unit !== "share";
  const change = (value: number): number => (logarithmic ? Math.expm1(value) : value);
  const value = (sample: readonly number[]): number =>
    logarithmic ? Math.exp(centre(metric)(sample)) : centre(metric)(sample);
  return {
    metric: metric.name,
    unit: metric.unit,
    first: value(effect.first),
    second: value(effect.second),
    change: change(effect.estimate),
    low: change(interval.low),
    high: change(interval.high),
    p,
    adjustedP,
    noise: noise === null ? null : change(noise),
    resolution: change((interval.high - interval.low) / 2),
    verdict: verdictOf(effect, adjustedP, settings),
  };
};

/** A metric that never moved, such as no errors on either side, asked nothing: it does not count as a test. */
const concluded = (effects: readonly Effect[], settings: CompareSettings): readonly Compared[] => {
  const usable = effects.filter(({ first, second }) => first.length > 0 && second.length > 0);
  const asked = usable.filter(({ p }) => p < 1);
  const adjusted = new Map(holm(asked.map(({ p }) => p)).map((p, i) => [asked[i], p]));
  return usable.map((effect) => comparedOf(effect, adjusted.get(effect) ?? 1, settings));
};

/** Slices measured side by side; in some pairs a further one of the first service. */
export interface Pair {
  readonly first: Interval;
  readonly second: Interval;
  readonly again?: Interval | undefined;
}

/** A pair on the scale of its metric. */
interface Values {
  readonly first: number;
  readonly second: number;
  readonly again: number | undefined;
}

/** A pair without a value on either side is left out. */
const valuesOf = (metric: Metric, { first, second, again }: Pair): readonly Values[] => {
  const [a, b] = [scaled(metric, first), scaled(metric, second)];
  const more = again === undefined ? undefined : scaled(metric, again);
  if (!Number.isFinite(a) || !Number.isFinite(b)) return [];
  return [{ first: a, second: b, again: more !== undefined && Number.isFinite(more) ? more : undefined }];
};

/** Two slices of the first are a better measure of it than one. */
const moveOf = ({ first, second, again }: Values): number =>
  second - (again === undefined ? first : (first + again) / 2);

const centreOfMoves = (metric: Metric, moves: readonly number[], settings: CompareSettings): Centre =>
  metric.unit === "share"
    ? { estimate: mean(moves), ...bootstrapOf(moves, mean, settings.random, settings.resamples ?? resamples) }
    : centreOf(moves);

/** What identical slices differed by, all in all. */
const noiseOf = (metric: Metric, pairs: readonly Values[], settings: CompareSettings): number | null => {
  const moves = pairs.flatMap(({ first, again }) => (again === undefined ? [] : [again - first]));
  return moves.length < fewestRepeated ? null : Math.abs(centreOfMoves(metric, moves, settings).estimate);
};

const pairedEffect = (metric: Metric, pairs: readonly Pair[], settings: CompareSettings): Effect => {
  const values = pairs.flatMap((pair) => valuesOf(metric, pair));
  const moves = values.map(moveOf);
  const { estimate, low, high } = centreOfMoves(metric, moves, settings);
  return {
    metric,
    first: values.map(({ first }) => first),
    second: values.map(({ second }) => second),
    estimate,
    interval: { low, high },
    p: signedRankP(moves),
    noise: noiseOf(metric, values, settings),
  };
};

/** Pairs of slices: Wilcoxon's signed ranks, and the interval that belongs to them. */
export const comparePairs = (pairs: readonly Pair[], settings: CompareSettings): readonly Compared[] =>
  concluded(
    metricsFor([pairs.map(({ first }) => first), pairs.map(({ second }) => second)], settings).map((metric) =>
      pairedEffect(metric, pairs, settings),
    ),
    settings,
  );

/** Neighbours among the slices of one run are alike: they are one observation each half second. */
const observationMs = 500;

const observations = (metric: Metric, slices: readonly Interval[]): readonly number[] => {
  const groups: Interval[][] = [];
  let left = 0;
  for (const slice of slices) {
    if (left <= 0) {
      groups.push([]);
      left = observationMs * 0.9;
    }
    groups.at(-1)?.push(slice);
    left -= slice.durationMs;
  }
  return groups
    .map((group) => centre(metric)(group.map((slice) => scaled(metric, slice)).filter(Number.isFinite)))
    .filter(Number.isFinite);
};

/** Slices of two runs at different times: Mann and Whitney's rank sum. Drift between the runs is part of what it sees. */
export const compareRuns = (
  first: readonly Interval[],
  second: readonly Interval[],
  settings: CompareSettings,
): readonly Compared[] =>
  concluded(
    metricsFor([first, second], settings).map((metric) => {
      const [from, to] = [observations(metric, first), observations(metric, second)];
      const at = centre(metric);
      return {
        metric,
        first: from,
        second: to,
        estimate: at(to) - at(from),
        interval: bootstrapBetween(from, to, at, settings.random, settings.resamples ?? resamples),
        p: rankSumP(from, to),
        noise: null,
      };
    }),
    settings,
  );

/** One word for all metrics: a metric that got worse outweighs one that got better. */
export const overall = (compared: readonly Compared[]): CompareVerdict => {
  const verdicts = compared.map(({ verdict }) => verdict);
  if (verdicts.includes("slower")) return "slower";
  if (verdicts.includes("faster")) return "faster";
  return verdicts.length > 0 && verdicts.every((verdict) => verdict === "same") ? "same" : "inconclusive";
};
