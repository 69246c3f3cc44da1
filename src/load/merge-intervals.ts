// The time line of a divided load: steps of all parts side by side, counts exact, percentiles read off the heat map's classes.
import { median } from "./statistics.ts";
import type { Interval, LoadSummary, Shard } from "./summary.ts";

type Heat = Interval["heat"];

const summed = (heats: readonly Heat[]): Heat => {
  const classes = new Map<number, number>();
  for (const [heatClass, count] of heats.flat()) classes.set(heatClass, (classes.get(heatClass) ?? 0) + count);
  return [...classes].sort(([a], [b]) => a - b);
};

/** Within its class, requests are taken to lie evenly on the logarithmic scale. */
const percentileOf = (heat: Heat, percent: number): number => {
  const total = heat.reduce((sum, [, count]) => sum + count, 0);
  const rank = (percent / 100) * total;
  let before = 0;
  for (const [heatClass, count] of heat) {
    if (before + count >= rank) return 10 ** ((heatClass - 1 + (rank - before) / count) / 10) / 1000;
    before += count;
  }
  return 0;
};

const together = (intervals: readonly Interval[]): Interval => {
  const sum = (key: "requests" | "answered" | "errors" | "sent"): number =>
    intervals.reduce((total, interval) => total + interval[key], 0);
  const startMs = intervals.reduce((least, interval) => Math.min(least, interval.startMs), Infinity);
  const endMs = intervals.reduce((last, interval) => Math.max(last, interval.startMs + interval.durationMs), 0);
  const heat = summed(intervals.map((interval) => interval.heat));
  return {
    startMs,
    durationMs: endMs - startMs,
    requests: sum("requests"),
    answered: sum("answered"),
    errors: sum("errors"),
    sent: sum("sent"),
    p50Ms: percentileOf(heat, 50),
    p95Ms: percentileOf(heat, 95),
    p99Ms: percentileOf(heat, 99),
    heat,
  };
};

type Part = Pick<LoadSummary, "intervals"> & { readonly shard: Pick<Shard, "lateMs"> };

/** How long intervals were meant to be: as long as the middle one, of the lengths that there are. */
const stepOf = (parts: readonly Part[]): number => {
  const usual = median(parts.flatMap(({ intervals }) => intervals.map(({ durationMs }) => durationMs)));
  return usual < 200 ? 100 : usual < 500 ? 250 : 1000;
};

/** Intervals that began in the same step of the schedule become one. */
export const mergedIntervals = (parts: readonly Part[]): readonly Interval[] => {
  const stepMs = stepOf(parts);
  const steps = new Map<number, Interval[]>();
  for (const { intervals, shard } of parts) {
    for (const interval of intervals) {
      const moved = { ...interval, startMs: interval.startMs + shard.lateMs };
      const step = Math.round(moved.startMs / stepMs);
      steps.set(step, [...(steps.get(step) ?? []), moved]);
    }
  }
  return [...steps].sort(([a], [b]) => a - b).map(([, intervals]) => together(intervals));
};
