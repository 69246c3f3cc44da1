// Watches a running tally from outside: what happened in each interval, and in the last moments for those who look on.
import type { Histogram } from "./histogram.ts";
import { heatOf, merged, rankOf } from "./histogram.ts";
import type { Interval } from "./summary.ts";
import type { Tally } from "./tally.ts";
import { failed } from "./tally.ts";

const nsPerMs = 1e6;

interface Sample {
  readonly elapsed: number;
  readonly requests: number;
  readonly answered: number;
  readonly sent: number;
  readonly errors: number;
  readonly latency: Histogram;
}

const sampleOf = (tally: Tally): Sample => ({
  elapsed: tally.get("elapsed"),
  requests: tally.get("answered") + failed(tally, "before") + failed(tally, "after"),
  answered: tally.get("answered"),
  sent: tally.get("sent"),
  errors: failed(tally, "before") + failed(tally, "after") + tally.get("answered") - tally.get("right"),
  latency: merged(tally.histograms.responseRight, tally.histograms.responseWrong),
});

const between = (from: Sample, to: Sample): Interval => {
  const added = to.latency.since(from.latency);
  const [p50 = 0, p95 = 0, p99 = 0] =
    added.count === 0 ? [] : added.atRanks([50, 95, 99].map((percent) => rankOf(percent, added.count)));
  return {
    startMs: from.elapsed / nsPerMs,
    durationMs: (to.elapsed - from.elapsed) / nsPerMs,
    requests: to.requests - from.requests,
    answered: to.answered - from.answered,
    errors: to.errors - from.errors,
    p50Ms: p50 / nsPerMs,
    p95Ms: p95 / nsPerMs,
    p99Ms: p99 / nsPerMs,
    sent: to.sent - from.sent,
    heat: heatOf(added),
  };
};

/** The last moments, for people. */
export interface Moment {
  readonly elapsedMs: number;
  readonly answersPerSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Since the run began, as for `sent`. */
  readonly errors: number;
  readonly sent: number;
  readonly underWay: number;
  /** In these moments. */
  readonly answered: number;
  readonly heat: Interval["heat"];
}

/** How long the intervals of a run are: even a short one should have a time line worth looking at. */
export const intervalMsOf = (durationMs: number): number =>
  durationMs <= 5000 ? 100 : durationMs <= 20_000 ? 250 : 1000;

/** Intervals of about `intervalMs`, for `look` being called more often than that. */
export class Sampler {
  readonly #intervalNs: number;
  readonly #intervals: Interval[] = [];
  #lastStart: Sample = zero;
  #last: Sample = zero;
  #lastMoment: Sample = zero;

  readonly #untilNs: number;

  /** What comes after `untilMs`, when answers are only waited for, is one interval, the last. */
  constructor(intervalMs = 1000, untilMs = Infinity) {
    this.#intervalNs = intervalMs * nsPerMs;
    this.#untilNs = untilMs * nsPerMs;
  }

  /** Looks at the tally. Intervals end at the first look after each full one: they do not drift, however seldom it is looked. */
  look(tally: Tally): void {
    const elapsed = tally.get("elapsed");
    if (this.#last.elapsed >= this.#untilNs) return;
    if (Math.floor(elapsed / this.#intervalNs) > Math.floor(this.#last.elapsed / this.#intervalNs))
      this.#close(this.#last, sampleOf(tally));
  }

  /** What happened since the moment before; undefined until requests are under way. */
  moment(tally: Tally): Moment | undefined {
    if (tally.get("elapsed") === 0) return undefined;
    const before = this.#lastMoment;
    const now = sampleOf(tally);
    this.#lastMoment = now;
    const { answered, p50Ms, p99Ms, heat } = between(before, now);
    const seconds = (now.elapsed - before.elapsed) / 1e9;
    return {
      elapsedMs: now.elapsed / nsPerMs,
      answersPerSecond: seconds === 0 ? 0 : answered / seconds,
      p50Ms,
      p99Ms,
      errors: now.errors,
      sent: now.sent,
      underWay: now.sent - tally.get("answered") - failed(tally, "after"),
      answered,
      heat,
    };
  }

  #close(from: Sample, to: Sample): void {
    this.#intervals.push(between(from, to));
    this.#lastStart = from;
    this.#last = to;
  }

  /** Every interval of a finished run. A short rest belongs to the last one: a few late answers are no interval. */
  finish(tally: Tally): readonly Interval[] {
    const now = sampleOf(tally);
    const last = this.#last;
    if (now.elapsed > last.elapsed && now.answered + now.errors > last.answered + last.errors) {
      const short = now.elapsed - last.elapsed < this.#intervalNs / 2 && this.#intervals.pop() !== undefined;
      this.#close(short ? this.#lastStart : last, now);
    }
    return this.#intervals;
  }
}

const zero: Sample = { elapsed: 0, requests: 0, answered: 0, sent: 0, errors: 0, latency: merged() };
