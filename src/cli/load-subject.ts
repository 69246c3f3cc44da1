// One URL under load: read, reached and measured, from the arguments of the command to a run and its summary.
import { Fault } from "../kernel/fault.ts";
import { listed } from "../kernel/words.ts";
import { environment } from "../io/load/environment.ts";
import type { Io } from "../io/io.ts";
import type { Route } from "../io/load/reach.ts";
import { reach } from "../io/load/reach.ts";
import type { LoadRun } from "../io/load/run-load.ts";
import { runLoad } from "../io/load/run-load.ts";
import type { LiveFacts } from "../load/live.ts";
import type { EngineWish } from "../load/fetch-plan.ts";
import { chooseEngine } from "../load/fetch-plan.ts";
import { addressesFor } from "../load/resolution.ts";
import type { Endpoint, LoadPlan } from "../load/plan.ts";
import { expectedStatuses, refuseExcess, responseLimits } from "../load/plan.ts";
import { abortedBy } from "../load/abort.ts";
import type { WireRequest } from "../load/request.ts";
import { wireRequest } from "../load/request.ts";
import type { Scenario } from "../load/scenario.ts";
import { Sampler, intervalMsOf } from "../load/sampler.ts";
import type { Ending, Interval, LoadSummary } from "../load/summary.ts";
import { summarize } from "../load/summarize.ts";
import { readExpectedLimit } from "../load/expected-limit.ts";
import { probeOf } from "../load/rate-limit-window.ts";
import type { Target } from "../load/target.ts";
import { readTarget } from "../load/target.ts";
import type { Judged, Threshold } from "../load/threshold.ts";
import { byRequestOf, checksOf } from "../load/by-request.ts";
import type { LoadArgs } from "./load-flags.ts";
import { scenarioOf } from "./load-scenario.ts";
import { planPace } from "./load-pace.ts";
import { progressOn } from "./load-progress.ts";
import type { Divided } from "./load-shard.ts";

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
  /** Why what sends was chosen. */
  readonly engineReason: string;
}

const basic = (user: string): string => `Basic ${new TextEncoder().encode(user).toBase64()}`;

/** Nothing is shown before the server asked. */
const digestTarget = ({ authorization, ...target }: Target, user: string | undefined): Target => {
  if (user !== undefined) return target;
  throw new Fault("usage.bad-value", "--digest lacks who to be", {
    help: authorization === undefined ? "add --user NAME:PASSWORD" : "say it as --user NAME:PASSWORD, not in the URL",
  });
};

/** `--user` and `--bearer`, or else what the URL itself says. */
const authorized = (target: Target, { user, bearer, digest }: Pick<LoadArgs, "user" | "bearer" | "digest">): Target => {
  if (user !== undefined && bearer !== undefined) {
    throw new Fault("usage.bad-value", "--user and --bearer were both given", { help: "give one of them" });
  }
  if (user?.includes(":") === false) {
    throw new Fault("usage.bad-value", "--user lacks its password", { help: "write it as --user NAME:PASSWORD" });
  }
  if (digest) return digestTarget(target, user);
  const authorization = user === undefined ? (bearer === undefined ? undefined : `Bearer ${bearer}`) : basic(user);
  return authorization === undefined ? target : { ...target, authorization };
};

const expectedOf = ({ expectStatus, expectRateLimit }: LoadArgs): readonly boolean[] =>
  expectedStatuses(expectStatus).map((right, status) => right || (expectRateLimit !== undefined && status === 429));

/** Of several requests, no method is the run's. */
const methodOf = ({ method }: WireRequest, scenario: Scenario | undefined): string =>
  scenario === undefined ? method : scenario.requests.length > 1 ? "*" : (scenario.requests[0]?.method ?? method);

/** Reads all that can be wrong before anything is sent. */
export const readSubject = async (io: Io, url: string, args: LoadArgs, seed: number): Promise<Subject> => {
  const target = authorized(readTarget(url), args);
  const body = await readBody(io, args.body);
  const request = wireRequest(target, { method: args.method, headers: args.header, body });
  const expected = expectedOf(args);
  const scenario = await scenarioOf({ io, target, request, body, expected, args: { ...args, seed } });
  const settings: Subject["settings"] = {
    ...planPace(args, environment().processors),
    method: methodOf(request, scenario),
    request: request.bytes,
    timeoutMs: args.timeout,
    // Of several requests, what any of them expects; each is held to its own.
    expected: expected.map((right, i) => scenario?.requests.some((one) => one.expected[i] === true) ?? right),
    seed,
    ...rateLimitPlan(args),
    ...(scenario === undefined ? {} : { scenario }),
    limits: responseLimits,
  };
  if (!args.iKnow) refuseExcess(settings);
  return { target, settings, headers: request.shownHeaders, bodyBytes: request.bodyBytes };
};

/** A limit is probed at a pace of its own, unless one was given. */
const rateLimitPlan = ({
  expectRateLimit: given,
  rate,
  duration,
  stage,
  requests,
}: LoadArgs): Partial<Omit<LoadPlan, "endpoint">> => {
  if (given === undefined) return {};
  const watch = { watchRateLimit: true, workers: 1 } as const;
  if (given === true) return watch;
  const expectedLimit = readExpectedLimit(given, "--expect-rate-limit");
  if (rate !== undefined || stage.length > 0 || requests !== undefined) return { ...watch, expectedLimit };
  return { ...watch, expectedLimit, ...probeOf(expectedLimit, duration) };
};

/** Shown before the first request: whose machine is about to be loaded. */
const destinationText = (target: Target, addresses: readonly string[], { address, port, unix }: Endpoint): string =>
  unix !== undefined
    ? `loading ${target.host} through ${unix}`
    : target.isAddress
      ? `loading ${address} port ${port}`
      : `${target.host} is ${listed(addresses)}; loading ${address} port ${port}`;

const endings: Readonly<Record<LoadRun["end"]["reason"], Ending>> = {
  complete: "complete",
  stopped: "interrupted",
  "nothing-connected": "unreached",
};

const proxyText = ({ host }: Target, proxy: string): string => {
  const { hostname, port } = new URL(proxy);
  return `loading ${host} through the proxy ${hostname}${port === "" ? "" : ` port ${port}`}`;
};

/** Finds an address that accepts connections, says whose it is, and chooses what sends to it. */
export const reachSubject = async (io: Io, subject: Subject, route: Route, wish: EngineWish): Promise<Reached> => {
  const { target, settings } = subject;
  const { endpoint, addresses, onlyHttp2 } = await reach(target, { ...route, datagrams: wish.http3 }, io.signal);
  const { scheme, authority } = target;
  const resolved = addressesFor(target, route.resolutions) !== undefined;
  const about = { scheme, authority, unix: endpoint.unix !== undefined, resolved, concurrency: settings.concurrency };
  const { fetch, reason } = chooseEngine(wish, about, onlyHttp2);
  io.terminal.note(
    route.proxy === undefined ? destinationText(target, addresses, endpoint) : proxyText(target, route.proxy),
  );
  // Bun's client has one thread for a process, however many ask it.
  const plan = { ...settings, endpoint, ...(fetch === undefined ? {} : { fetch, workers: 1 }) };
  return { ...subject, plan, addresses, engineReason: reason };
};

const factsOf = ({ durationMs, requests, expected, pace }: LoadPlan, title: string): LiveFacts => ({
  title,
  durationMs,
  requests,
  rate: pace.kind === "open" && pace.stages === undefined ? pace.rate : undefined,
  expected,
});

/** Runs the plan, with progress on the terminal, until its end or until a condition ends it. */
export const measure = async (
  io: Io,
  plan: LoadPlan,
  title: string,
  conditions: readonly Threshold[] = [],
): Promise<Happened> => {
  const intervalMs = intervalMsOf(plan.durationMs);
  const sampler = new Sampler(intervalMs, plan.durationMs);
  const end = new AbortController();
  const show = progressOn(io, factsOf(plan, title));
  let aborted: Judged | undefined;
  const run = await runLoad(plan, {
    signal: AbortSignal.any([io.signal, end.signal]),
    now: () => io.now(),
    progressMs: intervalMs <= 100 ? 50 : 125,
    onProgress(tally) {
      sampler.look(tally);
      show(() => sampler.moment(tally), tally);
      aborted ??= abortedBy(conditions, tally);
      if (aborted !== undefined) end.abort();
    },
  });
  return { run, intervals: sampler.finish(run.tally), ...(aborted === undefined ? {} : { aborted }) };
};

export interface Happened {
  readonly run: Pick<LoadRun, "tally" | "end" | "startedAt">;
  readonly intervals: readonly Interval[];
  /** The condition of `--abort-on` that ended it. */
  readonly aborted?: Judged;
}

export const summaryOf = (
  { plan, target, addresses, headers, bodyBytes, engineReason }: Reached,
  { run, intervals, aborted }: Happened,
  thresholds: readonly Threshold[] = [],
  { plan: sent, shard }: Divided = { plan, shard: undefined },
): LoadSummary =>
  summarize(sent, run.tally, {
    startedAt: run.startedAt,
    ending: aborted === undefined ? endings[run.end.reason] : "aborted",
    abortedBy: aborted,
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
    engineReason,
    byRequest: byRequestOf(plan, run.end.requests),
    checks: checksOf(plan, run.end.checks),
    shard,
    totalConcurrency: plan.concurrency,
  });
