// The order in which two services are measured: pairs of slices side by side, each pair in an order of its own.
import type { Random } from "./random.ts";
import { shuffled } from "./random.ts";

/** `again`: a further slice of the first service; how far it differs from its pair's is the noise of the place. */
export type Side = "first" | "second" | "again";

export interface Turns {
  readonly sliceMs: number;
  /** One list for each pair. */
  readonly pairs: readonly (readonly Side[])[];
}

/** Many short pairs: what drifts slowly is the same on both sides of a pair. Beyond so many nothing is won. */
const mostPairs = 100;
const shortestMs = 100;
/** Slices are not made longer than this for the sake of tails. */
const patientMs = 250;
/** Requests that a slice must hold for a median, a 95th and a 99th percentile, and some to spare. */
const enough = [24, 220, 1100] as const;

/** As short as the percentiles allow that a quarter second would allow. */
const sliceFor = (perSecond: number): number => {
  const most = enough.findLast((requests) => (perSecond * patientMs) / 1000 >= requests) ?? enough[0];
  return Math.max(shortestMs, (most * 1000) / perSecond);
};

/** Each service is measured for `durationMs`, at about so many requests a second; every second pair measures the first one twice. */
export const turnsOf = (durationMs: number, perSecond: number, random: Random): Turns => {
  const count = Math.max(1, Math.min(mostPairs, Math.floor(durationMs / sliceFor(Math.max(0.1, perSecond)))));
  return {
    sliceMs: durationMs / count,
    pairs: Array.from({ length: count }, (_, i) =>
      shuffled<Side>(i % 2 === 0 ? ["first", "second", "again"] : ["first", "second"], random),
    ),
  };
};
