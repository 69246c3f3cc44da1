// A load run as one table for spreadsheets: the whole run first, then its time line.
import type { Check, Sheet } from "../kernel/report.ts";
import type { LoadSummary } from "./summary.ts";
import { percentiles } from "./summary.ts";
import type { Judged } from "./threshold.ts";
import { valueText } from "./threshold.ts";

const columns = [
  "scope",
  "name",
  "start_s",
  "duration_s",
  "requests",
  "answered",
  "errors",
  "answers_per_s",
  "mean_ms",
  ...percentiles.map(({ key }) => key.replace("Ms", "_ms")),
] as const;

/** Milliseconds to the microsecond: more digits than that are noise. */
const tidy = (value: number): number => Number(value.toFixed(3));

const seconds = (ms: number): number => Number((ms / 1000).toFixed(3));

const perSecond = (count: number, ms: number): number => (ms === 0 ? 0 : tidy((count * 1000) / ms));

export const sheetOf = ({ target, request, requests, throughput, latency, intervals }: LoadSummary): Sheet => {
  const { all } = latency;
  const name = `${request.method} ${target.url}`;
  const whole = [
    "run",
    name,
    0,
    seconds(throughput.sendingMs),
    requests.scheduled,
    requests.answered,
    requests.errors,
    tidy(throughput.answersPerSecond),
    all === null ? null : tidy(all.meanMs),
    ...percentiles.map(({ key }) => (all === null ? null : tidy(all[key]))),
  ];
  const slices = intervals.map((slice) => [
    "interval",
    name,
    seconds(slice.startMs),
    seconds(slice.durationMs),
    slice.requests,
    slice.answered,
    slice.errors,
    perSecond(slice.answered, slice.durationMs),
    null,
    ...percentiles.map(({ key }) => (key in slice ? tidy(slice[key as "p50Ms" | "p95Ms" | "p99Ms"]) : null)),
  ]);
  return { columns, rows: [whole, ...slices] };
};

const verdicts = { met: "passed", missed: "failed", unproven: "unproven" } as const;

/** Limits as checks, which test views show one by one. */
export const checksOf = (thresholds: readonly Judged[]): readonly Check[] =>
  thresholds.map((judged) => ({
    name: judged.text,
    verdict: verdicts[judged.verdict],
    text: valueText(judged),
    rule: "load/threshold",
  }));
