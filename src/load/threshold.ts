// Thresholds of a load run: one grammar for limits on latency, rate and errors, and what a run says about each of them.
import { Fault } from "../kernel/fault.ts";
import { milliseconds } from "../kernel/words.ts";
import type { Histogram } from "./histogram.ts";
import { merged, rankOf } from "./histogram.ts";

const comparisons = {
  "<": (value: number, limit: number) => value < limit,
  "<=": (value: number, limit: number) => value <= limit,
  ">": (value: number, limit: number) => value > limit,
  ">=": (value: number, limit: number) => value >= limit,
} as const;
type Comparison = keyof typeof comparisons;

// Type aliases, not interfaces: these are JSON values, and only an alias is assignable to one.

/** `limit` is milliseconds, requests a second, a share (0.001 for 0.1 %) or a count, as `unit` says. */
export type Threshold = {
  /** As it was written, without blanks: `p99<500ms`. */
  readonly text: string;
  readonly metric: string;
  readonly comparison: Comparison;
  readonly limit: number;
  readonly unit: "ms" | "perSecond" | "share" | "count";
};

/**
 * `met`; `missed`; `unproven`: part of what the value may be breaks the limit, nothing was measured, or the client may
 * have set it. Only `met` passes.
 */
export type Verdict = "met" | "missed" | "unproven";

export type Judged = Threshold & {
  /** The measured value, in the threshold's unit; null where nothing was measured. */
  readonly value: number | null;
  /** The true value is this or more: requests without an answer could raise it. */
  readonly atLeast: boolean;
  readonly verdict: Verdict;
};

/** What thresholds are held against. Latencies are those of all requests, from the time they were due. */
export interface Outcome {
  /** Durations of requests that ended by themselves. */
  readonly known: Histogram;
  /** Durations that requests without an end had waited. */
  readonly bound: Histogram;
  readonly scheduled: number;
  readonly errors: number;
  /** Neither answered nor failed by the end, or never sent. */
  readonly unanswered: number;
  readonly answersPerSecond: number;
  readonly clientBound: boolean;
}

/** What a value is known to be: exact when both ends are equal. */
interface Span {
  readonly low: number;
  readonly high: number;
}

const nsPerMs = 1e6;
const exactly = (value: number): Span => ({ low: value, high: value });

const percentileSpan = ({ known, bound }: Outcome, percent: number): Span => {
  const all = merged(known, bound);
  const low = all.percentile(percent);
  const high = known.at(rankOf(percent, all.count));
  // Between neighbouring slots of the histogram there is no difference that it could tell.
  return { low: low / nsPerMs, high: Math.max(low, high <= low * 1.01 ? low : high) / nsPerMs };
};

/** Of a statistic that every unknown duration can raise. */
const openSpan = ({ known, bound }: Outcome, of: (all: Histogram) => number): Span => {
  const low = of(merged(known, bound)) / nsPerMs;
  return { low, high: bound.count === 0 ? low : Infinity };
};

type Kind = "duration" | "rate" | "number";

const kindOf = (metric: string): Kind =>
  metric === "rate" ? "rate" : metric === "errors" || metric === "unanswered" ? "number" : "duration";

const spanOf = ({ metric, unit }: Threshold, outcome: Outcome): Span => {
  const numberSpan = (count: number): Span => exactly(unit === "share" ? count / outcome.scheduled : count);
  if (metric === "rate") return exactly(outcome.answersPerSecond);
  if (metric === "errors") return numberSpan(outcome.errors);
  if (metric === "unanswered") return numberSpan(outcome.unanswered);
  if (metric === "mean") return openSpan(outcome, (all) => all.mean);
  if (metric === "max") return openSpan(outcome, (all) => all.max);
  return percentileSpan(outcome, Number(metric.slice(1)));
};

const verdictOf = ({ comparison, limit }: Threshold, { low, high }: Span, clientBound: boolean): Verdict => {
  const holds = comparisons[comparison];
  const [atLow, atHigh] = [holds(low, limit), holds(high, limit)];
  if (!atLow && !atHigh) return "missed";
  return atLow && atHigh && !clientBound ? "met" : "unproven";
};

export const judge = (thresholds: readonly Threshold[], outcome: Outcome): readonly Judged[] =>
  thresholds.map((threshold) => {
    if (outcome.scheduled === 0) return { ...threshold, value: null, atLeast: false, verdict: "unproven" };
    const span = spanOf(threshold, outcome);
    const verdict = verdictOf(threshold, span, outcome.clientBound);
    return { ...threshold, value: span.low, atLeast: span.high > span.low, verdict };
  });

const shape =
  /^(p\d{1,2}(?:\.\d{1,6})?|mean|max|rate|errors|unanswered)(<=|>=|<|>)(\d{1,12}(?:\.\d{1,9})?)(us|µs|ms|s|m|%|\/s|)$/i;

type Reading = readonly [unit: Threshold["unit"], factor: number];

/** A bare number of a duration is refused: other tools mean milliseconds by it, the flags of this one seconds. */
const readings: Readonly<Record<Kind, Readonly<Record<string, Reading>>>> = {
  duration: { us: ["ms", 0.001], µs: ["ms", 0.001], ms: ["ms", 1], s: ["ms", 1000], m: ["ms", 60_000] },
  rate: { "": ["perSecond", 1], "/s": ["perSecond", 1] },
  number: { "": ["count", 1], "%": ["share", 0.01] },
};

const wantedUnits: Readonly<Record<Kind, string>> = {
  duration: "a duration with its unit, such as 500ms or 2s",
  rate: "requests a second, such as rate>1000",
  number: "a share such as 0.1%, or a number of requests",
};

const bad = (name: string, text: string, wanted: string): Fault =>
  new Fault("usage.bad-value", `${name} got "${text}", expected ${wanted}`);

const readOne = (written: string, name: string): Threshold => {
  const text = written.replaceAll(/\s/g, "");
  const [, given = "", comparison = "", number = "", unitText = ""] = shape.exec(text) ?? [];
  const metric = given.toLowerCase();
  if (metric === "" || !(comparison in comparisons) || /^p0+(\.0*)?$/.test(metric)) {
    throw bad(name, written, "limits such as p99<500ms, mean<80ms, max<2s, rate>1000, errors<0.1% or unanswered<1");
  }
  const kind = kindOf(metric);
  const reading = readings[kind][unitText.toLowerCase()];
  if (reading === undefined) throw bad(name, written, wantedUnits[kind]);
  const [unit, factor] = reading;
  const limit = Number((Number(number) * factor).toPrecision(12));
  return { text, metric, comparison: comparison as Comparison, limit, unit };
};

/** `p99<500ms`, or several with commas between them: `p99<500ms,errors<0.1%`. Throws `usage.bad-value`. */
export const readThresholds = (text: string, name: string): readonly Threshold[] =>
  text.split(",").map((one) => readOne(one, name));

const amounts: Readonly<Record<Threshold["unit"], (value: number) => string>> = {
  ms: milliseconds,
  perSecond: (value) => `${value >= 100 ? Math.round(value).toLocaleString("en-US") : value.toFixed(1)}/s`,
  share: (value) => `${Number((value * 100).toPrecision(3))} %`,
  count: (value) => value.toLocaleString("en-US"),
};

/** The measured value for people: `412 ms`, `>= 1.90 s`. */
export const valueText = ({ value, unit, atLeast }: Judged): string =>
  value === null ? "nothing measured" : `${atLeast ? ">= " : ""}${amounts[unit](value)}`;

/** The figures that a service is held to by a profile. */
export interface TargetFigures {
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly throughputMinRps?: number;
}

const defaultErrors = "errors<0.1%";

/** What `--targets default` holds a run to. */
export const defaultTargets = `p50<50ms,p95<200ms,p99<500ms,rate>1000,${defaultErrors}`;

/** A profile's own figures in place of the default ones; a rate only where the profile asks for one. */
export const targetsOf = ({ p50Ms, p95Ms, p99Ms, throughputMinRps }: TargetFigures): string =>
  [
    `p50<${p50Ms}ms`,
    `p95<${p95Ms}ms`,
    `p99<${p99Ms}ms`,
    ...(throughputMinRps === undefined ? [] : [`rate>=${throughputMinRps}`]),
    defaultErrors,
  ].join(",");
