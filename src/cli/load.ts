// senior load: sends HTTP load at a URL and reports what became of every request.
import type { ExitCode } from "../kernel/fault.ts";
import { Fault } from "../kernel/fault.ts";
import { listed, milliseconds, nearest, plural } from "../kernel/words.ts";
import type { Io } from "../io/io.ts";
import { refuseShortage } from "../io/load/limits.ts";
import { reach } from "../io/load/reach.ts";
import type { LoadRun } from "../io/load/run-load.ts";
import { runLoad } from "../io/load/run-load.ts";
import type { Endpoint, LoadPlan, Pace } from "../load/plan.ts";
import { caps, expectedStatuses, refuseExcess, responseLimits } from "../load/plan.ts";
import { wireRequest } from "../load/request.ts";
import type { Moment } from "../load/sampler.ts";
import { Sampler } from "../load/sampler.ts";
import type { Ending } from "../load/summary.ts";
import { summarize } from "../load/summary.ts";
import type { Target } from "../load/target.ts";
import { readTarget } from "../load/target.ts";
import type { Threshold } from "../load/threshold.ts";
import { defaultTargets, readThresholds, targetsOf } from "../load/threshold.ts";
import { loadReport } from "../load/view.ts";
import type { ProfilePlugin } from "../sdk.ts";
import { command } from "./command.ts";
import { decimal, duration, flag, integer, many, text } from "./flags.ts";
import { loadProfiles } from "./organisation-profiles.ts";

/** `@FILE` is a file's bytes, anything else the text itself. */
const readBody = async (io: Io, given: string | undefined): Promise<Uint8Array | undefined> => {
  if (given === undefined) return undefined;
  if (!given.startsWith("@")) return new TextEncoder().encode(given);
  if (given === "@") throw new Fault("usage.bad-value", "--body got @ without a file name after it");
  return io.files.readBytes(given.slice(1));
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

/** Runs the plan, with progress on the terminal. */
const measure = async (io: Io, plan: LoadPlan) => {
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

/** What `--targets` stands for: the default figures, or those of a profile by its name. */
const targetText = async (io: Io, name: string, plugins: readonly ProfilePlugin[]): Promise<string> => {
  if (name === "default") return defaultTargets;
  const profiles = await loadProfiles(io, plugins);
  const found = profiles.find((profile) => profile.name === name);
  if (found !== undefined) return targetsOf(found.targets);
  const names = ["default", ...profiles.map((profile) => profile.name)];
  const near = nearest(name, names);
  throw new Fault("usage.bad-value", `--targets got "${name}", expected one of ${names.join(", ")}`, {
    ...(near === undefined ? {} : { help: `did you mean ${near}?` }),
  });
};

/** Every limit of the run, those of `--targets` first; a limit given by itself replaces the target on the same metric. */
const thresholdsOf = async (
  io: Io,
  given: readonly string[],
  targets: string | undefined,
  plugins: readonly ProfilePlugin[],
): Promise<readonly Threshold[]> => {
  const own = given.flatMap((one) => readThresholds(one, "--threshold"));
  if (targets === undefined) return own;
  const named = readThresholds(await targetText(io, targets, plugins), "--targets");
  return [...named.filter(({ metric }) => !own.some((limit) => limit.metric === metric)), ...own];
};

const signalExit = (io: Io): ExitCode => (io.signal.reason === 143 ? 143 : 130);

export default command({
  name: "load",
  about: "Send HTTP load at a URL, and account for every request",
  more: [
    "Without --rate, a closed loop: each connection sends its next request as soon as it is answered. With --rate, an",
    "open loop: requests come due at a constant rate whether or not the server keeps up, and response times count from",
    "when a request was due, so a stall shows in full. Requests that are never answered stay in the percentiles, as",
    "lower bounds. Redirects are answers and are not followed. When the duration is over, answers may still arrive for",
    "two seconds, or twice the slowest answer so far if that is longer, and never longer than the timeout.",
    "Limits (--threshold, --targets) are held against the response time of all requests: failed, unanswered and never",
    "sent ones count. A limit that is not shown to be met fails, and none passes when the client was the bottleneck.",
    "Exit 1 when a limit is missed, when 1 % of the requests or more went wrong or could not be sent, or the server fell silent.",
  ].join("\n"),
  examples: [
    { run: "senior load http://localhost:3000/health", about: "Ten connections for ten seconds" },
    {
      run: "senior load http://localhost:3000/users --rate 200 --duration 30s",
      about: "200 requests a second, on schedule",
    },
    {
      run: `senior load http://localhost:3000/users --body @user.json -H "Authorization: Bearer $TOKEN"`,
      about: "POST a file",
    },
    {
      run: "senior load http://localhost:3000/users --body '{}' --expect-status 400 --json",
      about: "An error status that is right, as JSON",
    },
    {
      run: "senior load http://localhost:3000/users --rate 200 --threshold 'p99<500ms' --threshold 'errors<0.1%'",
      about: "Fail a pipeline (exit 1) when a limit is missed",
    },
    {
      run: "senior load http://localhost:3000/users -c 50 --targets node-express",
      about: "Hold the run to the targets of a profile",
    },
  ],
  positionals: {
    url: text("Where to send requests: http:// or https://", { value: "URL", required: true, scope: "user" }),
  },
  flags: {
    concurrency: integer("Connections, and so requests under way at once", { short: "c", min: 1, default: 10 }),
    duration: duration("How long to send (default 10s, or until --requests are sent)", { short: "d", min: 1 }),
    rate: decimal("Requests a second, from one schedule (open loop)", { min: 0.001 }),
    requests: integer("Send at most so many requests", { min: 1 }),
    timeout: duration("How long a request may take, opening its connection included", { min: 1, default: 30_000 }),
    method: text("The method; GET, or POST when there is a body", { short: "X", value: "METHOD" }),
    header: many(text('A header, "Name: value"', { short: "H", value: "HEADER", secret: true })),
    body: text("The body, or @FILE; Content-Type is found from it unless given", { value: "TEXT|@FILE", secret: true }),
    expectStatus: many(
      text("Statuses that count as right: 201, 4xx; everything below 400 by default", { value: "STATUS" }),
    ),
    threshold: many(
      text("A limit over all requests: p99<500ms, mean<80ms, max<2s, rate>1000, errors<0.1%, unanswered<1", {
        value: "LIMIT",
      }),
    ),
    targets: text("Limits by name: default (p50<50ms, p95<200ms, p99<500ms, rate>1000, errors<0.1%) or a profile's", {
      value: "default|PROFILE",
    }),
    verifySsl: flag("Accept whatever certificate the server shows", { default: true, scope: "user" }),
    iKnow: flag("Allow more than 10,000 connections, one hour or 200,000 requests a second", { scope: "user" }),
  },
  output: "report",
  graceful: true,
  async run({ args, io, registry }) {
    const target = readTarget(args.url);
    const thresholds = await thresholdsOf(io, args.threshold, args.targets, registry.profiles);
    const body = await readBody(io, args.body);
    const request = wireRequest(target, { method: args.method, headers: args.header, body });
    const pace: Pace = args.rate === undefined ? { kind: "closed" } : { kind: "open", rate: args.rate };
    const settings = {
      method: request.method,
      request: request.bytes,
      pace,
      concurrency: args.concurrency,
      durationMs: args.duration ?? (args.requests === undefined ? 10_000 : caps.durationMs),
      ...(args.requests === undefined ? {} : { requests: args.requests }),
      timeoutMs: args.timeout,
      expected: expectedStatuses(args.expectStatus),
      limits: responseLimits,
    };
    if (!args.iKnow) refuseExcess(settings);
    await refuseShortage(args.concurrency);
    const { endpoint, addresses } = await reach(target, args.verifySsl, io.signal);
    const plan: LoadPlan = { ...settings, endpoint };
    io.terminal.note(destinationText(target, addresses, endpoint));
    const { run, intervals } = await measure(io, plan);
    const summary = summarize(plan, run.tally, {
      startedAt: run.startedAt,
      ending: endings[run.end.reason],
      url: target.shown,
      addresses,
      headers: request.headers,
      bodyBytes: request.bodyBytes,
      examples: run.end.samples,
      cpuMs: run.end.cpuMs,
      intervals,
      thresholds,
    });
    return loadReport(summary, run.tally, signalExit(io));
  },
});
