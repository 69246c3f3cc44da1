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

const shortestMs = 250;
const usualMs = 500;

/** At least 20 pairs where slices of a quarter second allow it, at most 40, however long the run. */
const pairCount = (durationMs: number): number =>
  Math.max(
    1,
    Math.min(Math.floor(durationMs / shortestMs), Math.max(20, Math.min(40, Math.floor(durationMs / usualMs)))),
  );

/** Each service is measured for `durationMs`; every second pair measures the first one twice. */
export const turnsOf = (durationMs: number, random: Random): Turns => {
  const count = pairCount(durationMs);
  return {
    sliceMs: durationMs / count,
    pairs: Array.from({ length: count }, (_, i) =>
      shuffled<Side>(i % 2 === 0 ? ["first", "second", "again"] : ["first", "second"], random),
    ),
  };
};
