import { describe, expect, test } from "bun:test";
import { diagnosis } from "./diagnosis.ts";
import { Histogram } from "./histogram.ts";
import { expectedStatuses, responseLimits } from "./plan.ts";
import type { Pace } from "./plan.ts";
import type { Interval, LoadSummary } from "./summary.ts";
import { summarize } from "./summarize.ts";
import { Tally } from "./tally.ts";

const of = (count: number, ms: number, tail = ms): Histogram => {
  const histogram = new Histogram();
  for (let i = 0; i < count; i++) histogram.record((i % 50 === 49 ? tail : ms) * 1e6);
  return histogram;
};

interface Run {
  readonly pace?: Pace;
  readonly answered?: number;
  readonly serviceMs?: number;
  readonly tailMs?: number;
  readonly waitMs?: number;
  readonly firstByteMs?: number;
  readonly unsent?: number;
  readonly wrong?: number;
  readonly opened?: number;
  readonly cpuMs?: number;
  readonly medians?: readonly number[];
}

/** Ten seconds over 10 connections. */
const summaryOf = (run: Run): LoadSummary => {
  const { answered = 2000, serviceMs = 10, tailMs = serviceMs, waitMs = 0, unsent = 0, wrong = 0, opened = 10 } = run;
  const tally = new Tally();
  const { histograms: h } = tally;
  const right = answered - wrong;
  h.responseRight.add(of(right, serviceMs + waitMs, tailMs + waitMs));
  h.responseWrong.add(of(wrong, 1));
  h.responseBound.add(of(unsent, 2000));
  h.service.add(of(answered, serviceMs, tailMs));
  h.firstByte.add(of(answered, run.firstByteMs ?? serviceMs * 0.95));
  h.connect.add(of(opened, 0.2));
  for (let i = 0; i < answered; i++) tally.addStatus(i < right ? 200 : 503);
  const counters = { scheduled: answered + unsent, sent: answered, answered, right, unsent, connections: opened };
  for (const [name, value] of Object.entries(counters)) tally.set(name as keyof typeof counters, value);
  tally.set("sending", 10e9);
  tally.set("bytesReceived", answered * 50_000);
  const intervals = (run.medians ?? []).map((p50Ms, i): Interval => ({
    startMs: i * 1000,
    durationMs: 1000,
    requests: 200,
    sent: 200,
    heat: [],
    p95Ms: p50Ms,
    answered: 200,
    errors: 0,
    p50Ms,
    p99Ms: p50Ms,
  }));
  return summarize(
    {
      endpoint: { address: "127.0.0.1", port: 3000 },
      method: "GET",
      request: new Uint8Array(70),
      pace: run.pace ?? { kind: "closed" },
      concurrency: 10,
      durationMs: 10_000,
      timeoutMs: 30_000,
      expected: expectedStatuses([]),
      limits: responseLimits,
    },
    tally,
    {
      startedAt: new Date(0),
      ending: "complete",
      url: "http://localhost:3000/",
      addresses: ["127.0.0.1"],
      headers: [],
      bodyBytes: 0,
      examples: {},
      cpuMs: run.cpuMs ?? 500,
      intervals,
      thresholds: [],
      environment: { host: "h", platform: "linux x64", kernel: "6", processor: "p", processors: 2, runtime: "r" },
    },
  );
};

const said = (run: Run, rule: string): string =>
  diagnosis(summaryOf(run))
    .filter((finding) => finding.rule === rule)
    .map(({ message, help }) => `${message}. ${help}`)
    .join("\n");

const open = (rate: number): Pace => ({ kind: "open", rate });

describe("scaling, with numbers", () => {
  test("closed: capacity with 30 % kept free", () =>
    expect(said({}, "load/scaling")).toContain(
      "10 connections got 200/s from this instance; with 30 % kept free, plan 140/s for each: 1,000 requests a second need 8 instances",
    ));
  test("open and held: Little's law gives the connections", () =>
    expect(said({ pace: open(200), tailMs: 50 }, "load/scaling")).toContain(
      "200/s was held: 3 connections busy on average, 10 connections needed when answers take their p99 of 50.0 ms",
    ));
  test("open and missed: connections and instances that it would take", () => {
    const missed = said({ pace: open(1000), serviceMs: 50, unsent: 8000 }, "load/scaling");
    expect(missed).toContain(
      "200/s of 1,000/s were answered over 10 connections; at 50.0 ms an answer, 1,000/s need 50 connections",
    );
    expect(missed).toContain("1,000/s need 8 instances");
  });
  test("none where errors abound, the client was bound, or answers are few", () => {
    expect(said({ wrong: 100 }, "load/scaling")).toBe("");
    expect(diagnosis(summaryOf({ cpuMs: 9900 }))).toEqual([]);
    expect(diagnosis(summaryOf({ answered: 99 }))).toEqual([]);
  });
});

describe("where the time goes", () => {
  const cases: Readonly<Record<string, readonly [Run, string]>> = {
    "the server's work": [{}, "9.50 ms pass before its first byte"],
    "a long tail": [{ tailMs: 300 }, "1 % of the answers took 300 ms or longer, 30 times the median of 10.0 ms"],
    "the transfer": [{ firstByteMs: 2 }, "passes after its first byte (8.00 ms); an answer is 48.8 KiB"],
    "connections opened anew": [{ opened: 2000 }, "2,000 connections for 2,000 requests"],
    "waiting for a connection": [
      { pace: open(200), waitMs: 90, serviceMs: 50 },
      "half of the requests waited 90.0 ms or longer for one of 10 connections: 200/s at 50.0 ms an answer keep 10 busy",
    ],
    "a backlog": [
      { pace: open(200), medians: [5, 10, 100, 200, 300] },
      "the median response time went from 10.0 ms to 300 ms at a constant rate",
    ],
    refusals: [{ wrong: 200 }, "10 % of the answers had status 503 while the others stayed fast"],
  };
  for (const [name, [run, part]] of Object.entries(cases)) {
    test(name, () => expect(said(run, "load/bottleneck")).toContain(part));
  }
  test("a backlog is none when response times only vary", () =>
    expect(said({ pace: open(200), medians: [5, 10, 100, 20, 300] }, "load/bottleneck")).not.toContain("backlog"));
});
