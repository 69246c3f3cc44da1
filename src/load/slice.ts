// One slice of a comparison as values, and slices of one service put together again.
import { heatOf, merged } from "./histogram.ts";
import type { Interval } from "./summary.ts";
import type { Tally } from "./tally.ts";
import { failed } from "./tally.ts";

const nsPerMs = 1e6;

/** The values of a whole small run. Requests without an answer count with the time they had waited. */
export const sliceOf = (tally: Tally, startMs: number): Interval => {
  const { responseRight, responseWrong, responseBound } = tally.histograms;
  const all = merged(responseRight, responseWrong, responseBound);
  const answered = tally.get("answered");
  const wrong = answered - tally.get("right") + tally.get("unanswered") + tally.get("unsent");
  return {
    startMs,
    durationMs: tally.get("sending") / nsPerMs,
    requests: tally.get("scheduled"),
    answered,
    errors: wrong + failed(tally, "before") + failed(tally, "after"),
    p50Ms: all.percentile(50) / nsPerMs,
    p95Ms: all.percentile(95) / nsPerMs,
    p99Ms: all.percentile(99) / nsPerMs,
    sent: tally.get("sent"),
    heat: heatOf(all),
  };
};

/** Adds a slice that came after the others: counts, durations and the time they were measured over. */
export const append = (total: Tally, slice: Tally): void => {
  const times = (["elapsed", "sending"] as const).map((name) => [name, total.get(name) + slice.get(name)] as const);
  total.add(slice);
  for (const [name, value] of times) total.set(name, value);
};
