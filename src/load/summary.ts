// The result of a load run as data: what was asked, what became of every request, how long it took, how the client fared.
import type { Client } from "./client.ts";
import type { EngineName } from "./fetch-plan.ts";
import type { RateLimit } from "./rate-limit.ts";
import type { FailureKind } from "./tally.ts";
import type { Judged } from "./threshold.ts";

/** The percentiles every report shows, by the name their value has in the data. */
export const percentiles = [
  { key: "p50Ms", label: "p50", percent: 50 },
  { key: "p90Ms", label: "p90", percent: 90 },
  { key: "p95Ms", label: "p95", percent: 95 },
  { key: "p99Ms", label: "p99", percent: 99 },
  { key: "p999Ms", label: "p99.9", percent: 99.9 },
  { key: "maxMs", label: "max", percent: 100 },
] as const;

export type PercentileKey = (typeof percentiles)[number]["key"];

// Type aliases, not interfaces: these are JSON values, and only an alias is assignable to one.

export type Latency = {
  /** Requests measured, lower bounds included. */
  readonly count: number;
  /** Of those: timed out, unanswered or never sent. Their true duration is at least what was measured. */
  readonly lowerBounds: number;
  readonly minMs: number;
  readonly meanMs: number;
} & { readonly [K in PercentileKey]: number } & {
  /** The percentiles above that are lower bounds themselves: the unknown durations could move them by over 1 %. */
  readonly atLeast: readonly PercentileKey[];
  /** All of it in HdrHistogram's V2 format (uncompressed, base64), in nanoseconds. */
  readonly hdr: string;
  /** The lower bounds among them, in the same format. */
  readonly boundsHdr: string | null;
};

export type Failure = {
  readonly kind: FailureKind;
  readonly count: number;
  readonly sent: boolean;
  readonly text: string;
  /** The first message of its kind, as the system gave it. */
  readonly example: string;
};

export type Interval = {
  readonly startMs: number;
  readonly durationMs: number;
  /** That ended in it, with an answer or without. */
  readonly requests: number;
  readonly answered: number;
  readonly errors: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  /** Left in it. */
  readonly sent: number;
  /**
   * How the response times of its requests spread, for a heat map: pairs of a class and a count, empty classes left
   * out. Class k holds what lies above 10^((k-1)/10) and up to 10^(k/10) microseconds: ten classes to a power of ten.
   */
  readonly heat: readonly (readonly [heatClass: number, count: number])[];
};

/** One of several requests of a run, by its name. The counts add up as those of the whole run do. */
export type RequestResult = {
  readonly name: string;
  readonly method: string;
  /** Path and query, as written: placeholders stay, secret values are masked. */
  readonly path: string;
  readonly scheduled: number;
  readonly sent: number;
  readonly neverSent: number;
  readonly answered: number;
  readonly failed: number;
  readonly unanswered: number;
  /** Of the answered: a status that was not expected, or a check that did not hold. */
  readonly unexpected: number;
  /** As for the whole run: from the due time, of every scheduled one; and from the first byte written. */
  readonly all: Latency | null;
  readonly service: Latency | null;
};

/** What was expected of answers beside their status: a body that contains something, a value in its JSON. */
export type CheckResult = {
  /** The name of the request; empty for a run of one. */
  readonly request: string;
  readonly text: string;
  readonly held: number;
  readonly broken: number;
  /** Of the first answer that broke it: what was found instead. Never the body itself. */
  readonly example: string;
};

/**
 * Outcome of a whole run. `interrupted`: a person ended it early; `aborted`: `--abort-on` did; `unreached`: no
 * connection was ever opened.
 */
export type Ending = "complete" | "interrupted" | "aborted" | "unreached";

/** Where a run was made: what differs between two of them may be what made them differ. */
export type Environment = {
  readonly host: string;
  readonly platform: string;
  readonly kernel: string;
  readonly processor: string;
  readonly processors: number;
  readonly runtime: string;
};

/** Which part of a divided load a run was. */
export type Shard = {
  /** From 1. */
  readonly number: number;
  readonly of: number;
  /** Of the connections, those that were this machine's. */
  readonly concurrency: number;
  /** When all were to begin; null where nobody said. */
  readonly startAt: string | null;
  /** How late this one began, and how many arrivals were over by then: they are lost, not made up for. */
  readonly lateMs: number;
  readonly missed: number;
  /** Limits that the merged result is to be held to: one part cannot be. */
  readonly limits: readonly string[];
};

/** What a result was merged from. */
export type Merged = {
  readonly of: number;
  /** Numbers, from 1, of parts that are not there: the result is not the whole. */
  readonly missing: readonly number[];
  /** How far apart the first and the last one began, by their clocks. */
  readonly skewMs: number;
  readonly parts: readonly {
    readonly number: number;
    readonly host: string;
    readonly startedAt: string;
    readonly sent: number;
    readonly answered: number;
    readonly errors: number;
    readonly missed: number;
    readonly stamp: Client["stamp"];
  }[];
};

export type LoadSummary = {
  readonly kind: "load";
  readonly version: 1;
  readonly startedAt: string;
  readonly environment: Environment;
  readonly ending: Ending;
  readonly target: { readonly url: string; readonly address: string; readonly addresses: readonly string[] };
  readonly request: {
    readonly method: string;
    readonly headers: readonly (readonly [name: string, value: string])[];
    readonly bodyBytes: number;
    readonly bytes: number;
  };
  readonly asked: {
    readonly engine: EngineName;
    /** Why this engine; empty where there was nothing to choose. */
    readonly engineReason: string;
    /** Threads that sent. */
    readonly workers: number;
    readonly loop: "closed" | "open";
    /** Of an open loop; with stages, their mean. */
    readonly ratePerSecond: number | null;
    /** The rate at the start, and then at the end of each stage; null for a constant rate and for a closed loop. */
    readonly stages: {
      readonly fromPerSecond: number;
      readonly stages: readonly { readonly durationMs: number; readonly toPerSecond: number }[];
    } | null;
    /** Load before the measured time; nothing of it counts. */
    readonly warmupMs: number;
    /** Draws what is random in the run: the order of requests and data rows. */
    readonly seed: number;
    readonly concurrency: number;
    readonly durationMs: number;
    readonly requests: number | null;
    readonly timeoutMs: number;
    readonly verifyTls: boolean | null;
  };
  readonly requests: {
    /** = sent + neverSent */
    readonly scheduled: number;
    /** = answered + failed + unanswered */
    readonly sent: number;
    readonly neverSent: number;
    readonly answered: number;
    readonly failed: number;
    readonly unanswered: number;
    /** Of the answered: with a status that was not expected. */
    readonly unexpected: number;
    /** failed + unanswered + unexpected, and those never sent because no connection could be opened */
    readonly errors: number;
    /** Errors as a share of the scheduled. */
    readonly errorRate: number;
  };
  readonly throughput: {
    /** What the rates below are measured over: from the first due time to the end of sending. */
    readonly sendingMs: number;
    readonly sentPerSecond: number;
    readonly answersPerSecond: number;
    readonly bytesReceived: number;
    readonly bytesSent: number;
    readonly receivedBytesPerSecond: number;
  };
  /** Null where nothing was measured. */
  readonly latency: {
    /** From the due time to the end of the answer, of answers with an expected status. */
    readonly ok: Latency | null;
    /** From the due time, of every scheduled request. */
    readonly all: Latency | null;
    /** From the first byte written, of every sent request: what the server took, without waiting for a connection. */
    readonly service: Latency | null;
    /** From the first byte written to the first byte read. */
    readonly firstByte: Latency | null;
    /** From the first byte read to the end of the answer. */
    readonly download: Latency | null;
  };
  readonly connections: {
    readonly opened: number;
    readonly idleCloses: number;
    readonly connect: Latency | null;
    readonly tls: Latency | null;
  };
  readonly statuses: readonly { readonly status: number; readonly count: number; readonly expected: boolean }[];
  readonly failures: readonly Failure[];
  readonly intervals: readonly Interval[];
  /** Each request by its name, where there are several; empty for a run of one. */
  readonly byRequest: readonly RequestResult[];
  readonly checks: readonly CheckResult[];
  /** The `--abort-on` condition that ended the run. */
  readonly abortedBy: Judged | null;
  /** What a reader must know about how the engine measures; empty for the socket engine. */
  readonly notes: readonly string[];
  readonly client: Client;
  /** The limits that the run was held to, over the response time of all requests. */
  readonly thresholds: readonly Judged[];
  /** What was seen of a rate limiter, where one was expected. */
  readonly rateLimit: RateLimit | null;
  /** Null for a run that is a whole by itself. */
  readonly shard: Shard | null;
  /** Null for a run that was measured by one machine. */
  readonly merged: Merged | null;
};
