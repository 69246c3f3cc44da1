// senior load: sends HTTP load at a URL and reports what became of every request.
import type { ExitCode } from "../kernel/fault.ts";
import { Fault } from "../kernel/fault.ts";
import { listed, milliseconds, plural } from "../kernel/words.ts";
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
import { loadReport } from "../load/view.ts";
import { command } from "./command.ts";
import { decimal, duration, flag, integer, many, text } from "./flags.ts";

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
    "Exit 1 when 1 % of the requests or more went wrong or could not be sent, or the server fell silent for good.",
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
    verifySsl: flag("Accept whatever certificate the server shows", { default: true, scope: "user" }),
    iKnow: flag("Allow more than 10,000 connections, one hour or 200,000 requests a second", { scope: "user" }),
  },
  output: "report",
  graceful: true,
  async run({ args, io }) {
    const target = readTarget(args.url);
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
    });
    return loadReport(summary, run.tally, signalExit(io));
  },
});
