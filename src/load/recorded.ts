// Histograms that a result holds as text, restored: the same counts in the same slots.
import { readHdr } from "./hdr.ts";
import { Histogram } from "./histogram.ts";
import type { Latency } from "./summary.ts";

export interface Recorded {
  /** Everything, lower bounds at their bound. */
  readonly all: Histogram;
  /** Durations of requests that ended by themselves. */
  readonly known: Histogram;
  /** What requests without an end had waited. */
  readonly bound: Histogram;
}

const nsPerMs = 1e6;

/** A part lies within the whole, whose ends are exact. */
const within = (part: Histogram, all: Histogram): Histogram =>
  part.count === 0
    ? part
    : part.withExact({ min: Math.max(part.min, all.min), max: Math.min(part.max, all.max), mean: part.mean });

/** Throws `input.invalid` for text that is no histogram. */
export const recordedOf = (
  latency: Pick<Latency, "hdr" | "boundsHdr" | "minMs" | "maxMs" | "meanMs"> | null,
): Recorded => {
  if (latency === null) return { all: new Histogram(), known: new Histogram(), bound: new Histogram() };
  const { hdr, boundsHdr, minMs, maxMs, meanMs } = latency;
  const all = readHdr(hdr).withExact({ min: minMs * nsPerMs, max: maxMs * nsPerMs, mean: meanMs * nsPerMs });
  const bound = boundsHdr === null ? new Histogram() : within(readHdr(boundsHdr), all);
  return { all, bound, known: within(all.since(bound), all) };
};
