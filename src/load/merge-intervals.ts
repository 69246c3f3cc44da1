// The time line of a divided load: seconds of all parts side by side, counts exact, percentiles read off the heat map's classes.
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

/** Intervals that began in the same second of the schedule become one. */
export const mergedIntervals = (parts: readonly Part[]): readonly Interval[] => {
  const seconds = new Map<number, Interval[]>();
  for (const { intervals, shard } of parts) {
    for (const interval of intervals) {
      const moved = { ...interval, startMs: interval.startMs + shard.lateMs };
      const second = Math.round(moved.startMs / 1000);
      seconds.set(second, [...(seconds.get(second) ?? []), moved]);
    }
  }
  return [...seconds].sort(([a], [b]) => a - b).map(([, intervals]) => together(intervals));
};
