// From the tally of a run to its result.
import type { Histogram } from "./histogram.ts";
import { merged, rankOf } from "./histogram.ts";
import { hdrBase64 } from "./hdr.ts";
import { clientOf } from "./client.ts";
import { fetchNotes } from "./fetch-plan.ts";
import type { LimitRecord } from "./limit-record.ts";
import type { LoadPlan } from "./plan.ts";
import { rateLimitOf } from "./rate-limit.ts";
import { meanRate } from "./schedule.ts";
import type {
  CheckResult,
  Ending,
  Environment,
  Failure,
  Interval,
  Latency,
  LoadSummary,
  PercentileKey,
  RequestResult,
  Shard,
} from "./summary.ts";
import { percentiles } from "./summary.ts";
import type { FailureKind, Tally } from "./tally.ts";
import { failed, failureKinds, failureNames } from "./tally.ts";
import type { Judged, Outcome, Threshold } from "./threshold.ts";
import { judge } from "./threshold.ts";

export interface RunFacts {
  readonly startedAt: Date;
  readonly ending: Ending;
  readonly url: string;
  readonly addresses: readonly string[];
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly bodyBytes: number;
  readonly examples: Readonly<Partial<Record<FailureKind, string>>>;
  readonly cpuMs: number;
  readonly intervals: readonly Interval[];
  readonly thresholds: readonly Threshold[];
  readonly environment: Environment;
  readonly rateLimit?: LimitRecord | undefined;
  readonly engineReason?: string;
  readonly byRequest?: readonly RequestResult[];
  readonly checks?: readonly CheckResult[];
  readonly abortedBy?: Judged | undefined;
  /** Of a part of a divided load, whose connections are a part of these. */
  readonly shard?: Shard | undefined;
  readonly totalConcurrency?: number | undefined;
}

const nsPerMs = 1e6;

/** A percentile that the unknown could move by more than this share is called a lower bound. */
const boundTolerance = 0.01;

/**
 * Percentiles of measured durations together with lower bounds, which count at their bound: the true value is that or
 * more. Where it would be practically the same even if each of them had taken forever, it is exact.
 */
export const latencyOf = (measured: readonly Histogram[], bounds: readonly Histogram[] = []): Latency | null => {
  const known = merged(...measured);
  const bound = merged(...bounds);
  const all = bound.count === 0 ? known : merged(known, bound);
  // Nothing measured is not the same as zero milliseconds: a threshold on zero would pass.
  if (all.count === 0) return null;
  const ranks = percentiles.map(({ percent }) => rankOf(percent, all.count));
  const values = all.atRanks(ranks);
  const worst = bound.count === 0 ? values : known.atRanks(ranks);
  return {
    count: all.count,
    lowerBounds: bound.count,
    minMs: all.min / nsPerMs,
    meanMs: all.mean / nsPerMs,
    ...(Object.fromEntries(percentiles.map(({ key }, i) => [key, (values[i] ?? 0) / nsPerMs])) as {
      readonly [K in PercentileKey]: number;
    }),
    atLeast: percentiles
      .filter((_, i) => (worst[i] ?? Infinity) > (values[i] ?? 0) * (1 + boundTolerance))
      .map(({ key }) => key),
    hdr: hdrBase64(all),
    boundsHdr: bound.count === 0 ? null : hdrBase64(bound),
  };
};

const failuresOf = (tally: Tally, examples: RunFacts["examples"]): readonly Failure[] =>
  failureNames
    .filter((kind) => tally.failures(kind) > 0)
    .map((kind) => ({
      kind,
      count: tally.failures(kind),
      sent: failureKinds[kind].sent === "after",
      text: failureKinds[kind].text,
      example: examples[kind] ?? "",
    }))
    .sort((a, b) => b.count - a.count);

/** Where no answer was wrong, no status was: the challenges of a Digest authentication are not. */
const statusesOf = (tally: Tally, expected: readonly boolean[]): LoadSummary["statuses"] => {
  const allRight = tally.get("answered") === tally.get("right");
  return expected
    .map((right, status) => ({ status, count: tally.statuses(status), expected: right || allRight }))
    .filter(({ count }) => count > 0);
};

const requestsOf = (tally: Tally): LoadSummary["requests"] => {
  const [answered, unanswered] = [tally.get("answered"), tally.get("unanswered")];
  const notConnected = failed(tally, "before");
  const unexpected = answered - tally.get("right");
  const after = failed(tally, "after");
  const errors = after + unanswered + unexpected + notConnected;
  const scheduled = tally.get("scheduled");
  return {
    scheduled,
    sent: tally.get("sent"),
    neverSent: tally.get("unsent") + notConnected,
    answered,
    failed: after,
    unanswered,
    unexpected,
    errors,
    errorRate: scheduled === 0 ? 0 : errors / scheduled,
  };
};

const throughputOf = (tally: Tally): LoadSummary["throughput"] => {
  const seconds = tally.get("sending") / 1e9;
  const perSecond = (count: number): number => (seconds === 0 ? 0 : count / seconds);
  return {
    sendingMs: tally.get("sending") / nsPerMs,
    sentPerSecond: perSecond(tally.get("sent")),
    answersPerSecond: perSecond(tally.get("answered")),
    bytesReceived: tally.get("bytesReceived"),
    bytesSent: tally.get("bytesSent"),
    receivedBytesPerSecond: perSecond(tally.get("bytesReceived")),
  };
};

const paceOf = ({ pace, durationMs }: LoadPlan): Pick<LoadSummary["asked"], "ratePerSecond" | "stages"> => {
  if (pace.kind === "closed") return { ratePerSecond: null, stages: null };
  if (pace.stages === undefined) return { ratePerSecond: pace.rate, stages: null };
  const stages = pace.stages.map(({ durationMs: ms, rate }) => ({ durationMs: ms, toPerSecond: rate }));
  return { ratePerSecond: meanRate(pace, durationMs), stages: { fromPerSecond: pace.rate, stages } };
};

type Counted = Pick<LoadSummary, "requests" | "throughput" | "latency" | "connections" | "statuses" | "failures">;

/** Everything that follows from a tally alone. */
export const countedOf = (tally: Tally, expected: readonly boolean[], examples: RunFacts["examples"]): Counted => {
  const { histograms: h } = tally;
  return {
    requests: requestsOf(tally),
    throughput: throughputOf(tally),
    latency: {
      ok: latencyOf([h.responseRight]),
      all: latencyOf([h.responseRight, h.responseWrong], [h.responseBound]),
      service: latencyOf([h.service], [h.serviceBound]),
      firstByte: latencyOf([h.firstByte]),
      download: latencyOf([h.download]),
    },
    connections: {
      opened: tally.get("connections"),
      idleCloses: tally.get("idleCloses"),
      connect: latencyOf([h.connect]),
      tls: latencyOf([h.handshake]),
    },
    statuses: statusesOf(tally, expected),
    failures: failuresOf(tally, examples),
  };
};

/** What limits are held against. */
export const outcomeOf = (tally: Tally, { requests, throughput }: Counted, doubtful: boolean): Outcome => ({
  known: merged(tally.histograms.responseRight, tally.histograms.responseWrong),
  bound: tally.histograms.responseBound,
  scheduled: requests.scheduled,
  errors: requests.errors,
  // Never sent for want of a free connection, or without an end: neither is an answer.
  unanswered: requests.unanswered + tally.get("unsent"),
  answersPerSecond: throughput.answersPerSecond,
  clientBound: doubtful,
});

export const summarize = (plan: LoadPlan, tally: Tally, facts: RunFacts): LoadSummary => {
  const counted = countedOf(tally, plan.expected, facts.examples);
  const client = clientOf(tally, plan, facts.cpuMs);
  return {
    kind: "load",
    version: 1,
    startedAt: facts.startedAt.toISOString(),
    environment: facts.environment,
    ending: facts.ending,
    target: { url: facts.url, address: plan.endpoint.address, addresses: facts.addresses },
    request: {
      method: plan.method,
      headers: facts.headers,
      bodyBytes: facts.bodyBytes,
      bytes: plan.request.length,
    },
    asked: {
      engine: plan.fetch === undefined ? "socket" : "fetch",
      engineReason: facts.engineReason ?? "",
      workers: plan.workers ?? 1,
      loop: plan.pace.kind,
      ...paceOf(plan),
      warmupMs: plan.warmupMs ?? 0,
      seed: plan.seed ?? 0,
      concurrency: facts.totalConcurrency ?? plan.concurrency,
      durationMs: plan.durationMs + (plan.skipMs ?? 0),
      requests: plan.requests ?? null,
      timeoutMs: plan.timeoutMs,
      verifyTls: plan.endpoint.tls?.verify ?? null,
    },
    ...counted,
    intervals: facts.intervals,
    byRequest: facts.byRequest ?? [],
    checks: facts.checks ?? [],
    abortedBy: facts.abortedBy ?? null,
    notes: plan.fetch === undefined ? [] : fetchNotes(plan.fetch, plan.concurrency),
    client,
    thresholds: judge(facts.thresholds, outcomeOf(tally, counted, client.stamp === "client-bound")),
    rateLimit:
      facts.rateLimit === undefined ? null : rateLimitOf(facts.rateLimit, plan.concurrency, plan.expectedLimit),
    shard: facts.shard ?? null,
    merged: null,
  };
};
