// One URL under load: read, reached and measured, from the arguments of the command to a run and its summary.
import { Fault } from "../kernel/fault.ts";
import { listed, milliseconds, plural } from "../kernel/words.ts";
import { environment } from "../io/load/environment.ts";
import type { Io } from "../io/io.ts";
import { reach } from "../io/load/reach.ts";
import type { LoadRun } from "../io/load/run-load.ts";
import { runLoad } from "../io/load/run-load.ts";
import type { Endpoint, LoadPlan } from "../load/plan.ts";
import { caps, expectedStatuses, refuseExcess, responseLimits } from "../load/plan.ts";
import { wireRequest } from "../load/request.ts";
import type { Moment } from "../load/sampler.ts";
import { Sampler } from "../load/sampler.ts";
import type { Ending, Interval, LoadSummary } from "../load/summary.ts";
import { summarize } from "../load/summary.ts";
import type { Target } from "../load/target.ts";
import { readTarget } from "../load/target.ts";
import type { Threshold } from "../load/threshold.ts";

/** What a run is told, apart from where it goes. */
export interface LoadArgs {
  readonly method: string | undefined;
  readonly header: readonly string[];
  readonly body: string | undefined;
  readonly rate: number | undefined;
  readonly concurrency: number;
  readonly duration: number | undefined;
  readonly requests: number | undefined;
  readonly timeout: number;
  readonly expectStatus: readonly string[];
  readonly expectRateLimit: boolean;
  readonly verifySsl: boolean;
  readonly iKnow: boolean;
}

/** `@FILE` is a file's bytes, anything else the text itself. */
const readBody = async (io: Io, given: string | undefined): Promise<Uint8Array | undefined> => {
  if (given === undefined) return undefined;
  if (!given.startsWith("@")) return new TextEncoder().encode(given);
  if (given === "@") throw new Fault("usage.bad-value", "--body got @ without a file name after it");
  return io.files.readBytes(given.slice(1));
};

/** A URL that was read, and everything about the load on it but its address. */
export interface Subject {
  readonly target: Target;
  readonly settings: Omit<LoadPlan, "endpoint">;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly bodyBytes: number;
}

/** A subject that answers at an address. */
export interface Reached extends Subject {
  readonly plan: LoadPlan;
  readonly addresses: readonly string[];
}

const durationOf = ({ duration, requests }: LoadArgs): number =>
  duration ?? (requests === undefined ? 10_000 : caps.durationMs);

/** Reads all that can be wrong before anything is sent. */
export const readSubject = async (io: Io, url: string, args: LoadArgs): Promise<Subject> => {
  const target = readTarget(url);
  const body = await readBody(io, args.body);
  const request = wireRequest(target, { method: args.method, headers: args.header, body });
  const settings: Subject["settings"] = {
    method: request.method,
    request: request.bytes,
    pace: args.rate === undefined ? { kind: "closed" } : { kind: "open", rate: args.rate },
    concurrency: args.concurrency,
    durationMs: durationOf(args),
    ...(args.requests === undefined ? {} : { requests: args.requests }),
    timeoutMs: args.timeout,
    expected: expectedStatuses(args.expectStatus).map(
      (right, status) => right || (args.expectRateLimit && status === 429),
    ),
    ...(args.expectRateLimit ? { watchRateLimit: true } : {}),
    limits: responseLimits,
  };
  if (!args.iKnow) refuseExcess(settings);
  return { target, settings, headers: request.headers, bodyBytes: request.bodyBytes };
};

const leftText = ({ elapsedMs, sent, underWay }: Moment, { durationMs, requests }: LoadPlan): string => {
  if (elapsedMs >= durationMs) return `waiting for ${plural(underWay, "answer")}`;
  const left = `${Math.ceil((durationMs - elapsedMs) / 1000)} s left`;
  return requests === undefined ? left : `${sent.toLocaleString("en-US")} of ${plural(requests, "request")}`;
};

const progressText = (moment: Moment, plan: LoadPlan): string =>
  [
    `${Math.round(moment.answersPerSecond).toLocaleString("en-US")}/s`,
    `p50 ${milliseconds(moment.p50Ms)}`,
    `p99 ${milliseconds(moment.p99Ms)}`,
    plural(moment.errors, "error"),
    leftText(moment, plan),
  ].join("  ");

/** Shown before the first request: whose machine is about to be loaded. */
const destinationText = (target: Target, addresses: readonly string[], { address, port }: Endpoint): string =>
  target.isAddress
    ? `loading ${address} port ${port}`
    : `${target.host} is ${listed(addresses)}; loading ${address} port ${port}`;

const endings: Readonly<Record<LoadRun["end"]["reason"], Ending>> = {
  complete: "complete",
  stopped: "interrupted",
  "nothing-connected": "unreached",
};

/** Finds an address that accepts connections, and says whose it is. */
export const reachSubject = async (io: Io, subject: Subject, verify: boolean): Promise<Reached> => {
  const { endpoint, addresses } = await reach(subject.target, verify, io.signal);
  io.terminal.note(destinationText(subject.target, addresses, endpoint));
  return { ...subject, plan: { ...subject.settings, endpoint }, addresses };
};

/** Runs the plan, with progress on the terminal. */
export const measure = async (io: Io, plan: LoadPlan) => {
  const sampler = new Sampler();
  const run = await runLoad(plan, {
    signal: io.signal,
    now: () => io.now(),
    onProgress(tally) {
      const moment = sampler.sample(tally);
      io.terminal.progress(moment === undefined ? "connecting" : progressText(moment, plan));
    },
  });
  return { run, intervals: sampler.finish(run.tally) };
};

export interface Happened {
  readonly run: Pick<LoadRun, "tally" | "end" | "startedAt">;
  readonly intervals: readonly Interval[];
}

export const summaryOf = (
  { plan, target, addresses, headers, bodyBytes }: Reached,
  { run, intervals }: Happened,
  thresholds: readonly Threshold[] = [],
): LoadSummary =>
  summarize(plan, run.tally, {
    startedAt: run.startedAt,
    ending: endings[run.end.reason],
    url: target.shown,
    addresses,
    headers,
    bodyBytes,
    examples: run.end.samples,
    cpuMs: run.end.cpuMs,
    intervals,
    thresholds,
    environment: environment(),
    rateLimit: run.end.rateLimit,
  });
