// What kind of rate limiter it is: a probe that the kinds answer differently, and what its answers mean.
import { milliseconds, plural } from "../kernel/words.ts";
import type { ExpectedLimit } from "./expected-limit.ts";
import type { Pace } from "./plan.ts";
import type { AnswerStreak, LimitRecord } from "./limit-record.ts";

/**
 * `fixed`: a count that starts anew when its window is over; `sliding`: each request counts for one window's time;
 * `sliding-counter`: the last window counts less and less; `token-bucket`: refilled little by little.
 */
export type WindowType = "fixed" | "sliding" | "sliding-counter" | "token-bucket";

export type MeasuredWindow = {
  readonly type: WindowType;
  /** Let through at once. */
  readonly limit: number;
  readonly windowMs: number;
  readonly text: string;
};

/** A probe takes one and a half windows: longer ones are only used up, not watched, unless a run may last so long. */
const longestProbedMs = 60_000;
const probeWindows = 1.5;

/** Times what the limiter lets through in the long run: half of the limit takes a tenth of the window. */
const probeRate = 5;

export const probeMs = ({ windowMs }: ExpectedLimit): number => windowMs * probeWindows;

export interface Probe {
  readonly pace: Extract<Pace, { readonly kind: "open" }>;
  readonly durationMs: number;
}

/** Half of the limit at once, a rest, and from three quarters of the window on more than any limiter lets through. */
const watching = ({ limit, windowMs }: ExpectedLimit): Probe => {
  const rate = ((probeRate * limit) / windowMs) * 1000;
  return {
    pace: {
      kind: "open",
      rate,
      stages: [
        { durationMs: 0.1 * windowMs, rate },
        { durationMs: 0, rate: 0 },
        { durationMs: 0.65 * windowMs, rate: 0 },
        { durationMs: 0, rate },
        { durationMs: 0.75 * windowMs, rate },
      ],
    },
    durationMs: probeMs({ limit, windowMs }),
  };
};

/** Enough to use it up, within ten seconds where that is no attack by itself. */
const exhausting = ({ limit }: ExpectedLimit): Probe => {
  const requests = Math.ceil(limit * 1.2) + 20;
  const rate = Math.min(1000, Math.max(20, requests / 10));
  return { pace: { kind: "open", rate }, durationMs: Math.ceil((requests / rate) * 1000) };
};

export const probeOf = (expected: ExpectedLimit, allowedMs = longestProbedMs * probeWindows): Probe =>
  probeMs(expected) <= allowedMs ? watching(expected) : exhausting(expected);

const nsPerMs = 1e6;

/** Let through between two times; a streak counts for the part of it that lies there. */
const acceptedBetween = (streaks: readonly AnswerStreak[], fromMs: number, toMs: number): number =>
  streaks
    .filter(({ limited }) => !limited)
    .reduce((sum, { fromNs, toNs, count }) => {
      const [start, end] = [fromNs / nsPerMs, toNs / nsPerMs];
      if (end < fromMs || start > toMs) return sum;
      const share = end === start ? 1 : (Math.min(end, toMs) - Math.max(start, fromMs)) / (end - start);
      return sum + count * share;
    }, 0);

/** One by one, with refusals in between: what is let through when tokens drop in. */
const trickles = (streaks: readonly AnswerStreak[], fromMs: number, toMs: number): boolean => {
  const inside = streaks.filter(
    ({ limited, fromNs }) => !limited && fromNs / nsPerMs >= fromMs && fromNs / nsPerMs <= toMs,
  );
  const accepted = inside.reduce((sum, { count }) => sum + count, 0);
  return inside.length >= 4 && accepted / inside.length <= 3;
};

const names: Readonly<Record<WindowType, string>> = {
  fixed: "a fixed window: all of it is let through again at once when the window is over",
  sliding: "a sliding window: each request counts for the time of one window",
  "sliding-counter": "a sliding counter: the last window counts less and less",
  "token-bucket": "a token bucket: refilled little by little",
};

/** What a watched probe shows; undefined when it was not one, or shows nothing clear. */
export const windowOf = (record: LimitRecord, { limit, windowMs }: ExpectedLimit): MeasuredWindow | undefined => {
  const { streaks, stragglers, sendingNs } = record;
  const first = streaks.findIndex(({ limited }) => limited);
  if (sendingNs / nsPerMs < 1.4 * windowMs || first < 0) return undefined;
  const start = (streaks[0]?.fromNs ?? 0) / nsPerMs;
  const rest = streaks.slice(first);
  const between = (from: number, to: number): number =>
    acceptedBetween(rest, start + from * windowMs, start + to * windowMs);
  const near = (value: number, wanted: number): boolean => Math.abs(value - wanted) <= Math.max(2, 0.15 * limit);
  const found = (type: WindowType, seenLimit: number, seenMs: number): MeasuredWindow => ({
    type,
    limit: Math.round(seenLimit),
    windowMs: seenMs,
    text: `${plural(Math.round(seenLimit), "request")} in ${milliseconds(seenMs)}, ${names[type]}`,
  });
  /** Until the first refusal: the half at the start, and what was let through after the rest. */
  const burst = (first === 0 ? 0 : (streaks[0]?.count ?? 0)) + stragglers;
  const again = between(0.97, 1.35);
  const next = rest.find(({ limited }) => !limited);
  const againMs = next === undefined ? windowMs : next.fromNs / nsPerMs - start;
  if (trickles(rest, start + 0.8 * windowMs, start + 1.5 * windowMs)) {
    const rate = between(1.05, 1.45) / (0.4 * windowMs);
    // Before the window is over, only a bucket lets more through than its limit.
    // What was refilled while the bucket was emptied is not its size.
    const size = (burst - limit / 2) * (1 - (rate * windowMs) / (probeRate * limit));
    return burst > 1.25 * limit
      ? found("token-bucket", size, limit / Math.max(rate, 1e-9))
      : found("sliding-counter", burst, windowMs);
  }
  // A boundary of the clock lay in the rest: the half before it was forgotten.
  if (near(burst, 1.5 * limit)) return found("fixed", burst - limit / 2, windowMs);
  if (!near(burst, limit)) return undefined;
  if (againMs < 0.96 * windowMs && (next?.count ?? 0) > limit / 2) return found("fixed", burst, windowMs);
  if (near(again, limit)) return found("fixed", burst, againMs);
  return near(again, limit / 2) ? found("sliding", burst, againMs) : undefined;
};
