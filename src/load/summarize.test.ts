import { describe, expect, test } from "bun:test";
import { Histogram } from "./histogram.ts";
import { loadFindings } from "./findings.ts";
import type { LoadPlan } from "./plan.ts";
import { expectedStatuses, responseLimits } from "./plan.ts";
import type { LoadSummary } from "./summary.ts";
import type { RunFacts } from "./summarize.ts";
import { latencyOf as latencyOrNull, summarize } from "./summarize.ts";
import { Tally } from "./tally.ts";
import { loadReport } from "./view.ts";

const ms = 1e6;

const filled = (...values: readonly number[]): Histogram => {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value * ms);
  return histogram;
};

const latencyOf = (...histograms: Parameters<typeof latencyOrNull>) => {
  const latency = latencyOrNull(...histograms);
  if (latency === null) throw new Error("nothing measured");
  return latency;
};

test("where nothing was measured there is no percentile, not one of zero", () => {
  expect(latencyOrNull([new Histogram()])).toBeNull();
});

describe("percentiles with lower bounds", () => {
  const answered = Array.from({ length: 80 }, (_, i) => i + 1);

  test("without any, all are exact", () => {
    expect(latencyOf([filled(...answered)])).toMatchObject({ count: 80, lowerBounds: 0, atLeast: [], maxMs: 80 });
  });

  test("a bound above a percentile leaves it exact; below, it makes it a lower bound", () => {
    const latency = latencyOf([filled(...answered)], [filled(...Array.from({ length: 20 }, () => 90))]);
    expect(latency).toMatchObject({
      count: 100,
      lowerBounds: 20,
      atLeast: ["p90Ms", "p95Ms", "p99Ms", "p999Ms", "maxMs"],
    });
    expect(latency.p50Ms).toBeCloseTo(50, 0);
    expect(latency.p90Ms).toBeCloseTo(90, 0);
  });

  test("bounds of nearly nothing make every percentile a lower bound that they could move", () => {
    const bounds = Array.from({ length: 20 }, () => 0.001);
    expect(latencyOf([filled(...answered)], [filled(...bounds)]).atLeast).toContain("p50Ms");
  });

  test("a few bounds among very many answers leave the middle exact, and not the end", () => {
    const many = Array.from({ length: 20_000 }, (_, i) => 10 + i / 1000);
    const { atLeast } = latencyOf([filled(...many)], [filled(0.001, 0.001)]);
    expect(atLeast).toEqual(["maxMs"]);
  });

  test("whatever the true durations, a percentile is no less than reported, and an exact one no more than 1 % above", () => {
    const bounds = [10, 30, 60, 61, 75, 90, 120];
    const latency = latencyOf([filled(...answered)], [filled(...bounds)]);
    for (const factor of [1, 1.5, 3, 100]) {
      const truth = latencyOf([filled(...answered, ...bounds.map((bound) => bound * factor))]);
      for (const key of ["p50Ms", "p90Ms", "p95Ms", "p99Ms", "maxMs"] as const) {
        expect(truth[key]).toBeGreaterThanOrEqual(latency[key]);
        if (!latency.atLeast.includes(key)) expect(truth[key]).toBeLessThanOrEqual(latency[key] * 1.01);
      }
    }
  });
});

const plan = (change: Partial<LoadPlan> = {}): LoadPlan => ({
  endpoint: { address: "127.0.0.1", port: 3000 },
  method: "GET",
  request: new Uint8Array(70),
  pace: { kind: "closed" },
  concurrency: 10,
  durationMs: 10_000,
  timeoutMs: 30_000,
  expected: expectedStatuses([]),
  limits: responseLimits,
  ...change,
});

const facts: RunFacts = {
  startedAt: new Date("2026-01-02T03:04:05Z"),
  ending: "complete",
  url: "http://localhost:3000/",
  addresses: ["127.0.0.1"],
  headers: [["Host", "localhost:3000"]],
  bodyBytes: 0,
  examples: {},
  cpuMs: 1000,
  intervals: [],
  thresholds: [],
  environment: { host: "h", platform: "linux x64", kernel: "6", processor: "p", processors: 2, runtime: "r" },
};

interface Happened {
  readonly right?: number;
  readonly wrong?: number;
  readonly resets?: number;
  readonly refused?: number;
  readonly unanswered?: number;
  readonly unsent?: number;
}

/** A tally with so many of each outcome, at 1 ms an answer. */
const tallyOf = ({ right = 0, wrong = 0, resets = 0, refused = 0, unanswered = 0, unsent = 0 }: Happened): Tally => {
  const tally = new Tally();
  const { histograms: h } = tally;
  const record = (count: number, histograms: readonly Histogram[], value: number, also?: () => void): void => {
    for (let i = 0; i < count; i++) {
      also?.();
      for (const histogram of histograms) histogram.record(value * ms);
    }
  };
  record(right, [h.responseRight, h.service], 1, () => tally.addStatus(200));
  record(wrong, [h.responseWrong, h.service], 1, () => tally.addStatus(500));
  record(resets, [h.responseWrong, h.service], 1, () => tally.addFailure("reset"));
  record(refused, [h.responseWrong], 1, () => tally.addFailure("refused"));
  record(unanswered, [h.responseBound, h.serviceBound], 2000);
  record(unsent, [h.responseBound], 500);
  const sent = right + wrong + resets + unanswered;
  tally.set("scheduled", sent + refused + unsent);
  tally.set("sent", sent);
  tally.set("answered", right + wrong);
  tally.set("right", right);
  tally.set("unanswered", unanswered);
  tally.set("unsent", unsent);
  tally.set("sending", 10_000 * ms);
  tally.set("elapsed", 12_000 * ms);
  return tally;
};

const summaryOf = (happened: Happened, change: Partial<LoadPlan> = {}, more: Partial<RunFacts> = {}): LoadSummary =>
  summarize(plan(change), tallyOf(happened), { ...facts, ...more });

const rules = (summary: LoadSummary) => loadFindings(summary).map(({ rule, severity }) => `${rule} ${severity}`);

test("every request is accounted for", () => {
  const { requests } = summaryOf({ right: 900, wrong: 20, resets: 10, refused: 5, unanswered: 7, unsent: 58 });
  expect(requests).toEqual({
    scheduled: 1000,
    sent: 937,
    neverSent: 63,
    answered: 920,
    failed: 10,
    unanswered: 7,
    unexpected: 20,
    errors: 42,
    errorRate: 0.042,
  });
});

test("throughput is what was answered while requests came due", () => {
  expect(summaryOf({ right: 1000 }).throughput).toMatchObject({ answersPerSecond: 100, sendingMs: 10_000 });
});

describe("findings", () => {
  test("a clean run has none", () => expect(rules(summaryOf({ right: 1000 }))).toEqual([]));
  test("errors below 1 % are a warning", () =>
    expect(rules(summaryOf({ right: 995, wrong: 5 }))).toEqual(["load/errors warning"]));
  test("from 1 % on, an error", () =>
    expect(rules(summaryOf({ right: 99, resets: 1 }))).toEqual(["load/errors error"]));
  test("expected statuses are none", () =>
    expect(rules(summarize(plan({ expected: expectedStatuses(["500"]) }), tallyOf({}), facts))).toEqual([]));

  test("the message counts each kind, and quotes the first of the most frequent", () => {
    const [finding] = loadFindings(
      summaryOf(
        { right: 60, wrong: 10, resets: 5, refused: 20, unanswered: 5 },
        {},
        { examples: { refused: "ECONNREFUSED" } },
      ),
    );
    expect(finding?.message).toBe(
      "40 requests of 100 went wrong (40 %): 20 × connection refused, 10 × status 500, 5 × connection reset before the answer began and 5 × not answered by the end",
    );
    expect(finding?.evidence?.note).toContain("ECONNREFUSED");
  });

  test("an open loop that could not be sent whole", () => {
    const found = loadFindings(
      summaryOf({ right: 500, unsent: 500 }, { pace: { kind: "open", rate: 100 }, concurrency: 1 }),
    );
    expect(found.map(({ rule, severity }) => `${rule} ${severity}`)).toEqual(["load/rate-missed error"]);
    expect(found[0]?.message).toBe(
      "asked for 100/s, sent 50.0/s: 500 due requests found no free connection and were never sent",
    );
  });

  describe("a time without answers", () => {
    const slices = (...answered: readonly number[]) =>
      answered.map((count, i) => ({
        startMs: i * 1000,
        durationMs: 1000,
        requests: count,
        answered: count,
        errors: 0,
        p50Ms: 1,
        p95Ms: 1,
        p99Ms: 1,
        sent: 1,
        heat: [],
      }));
    const stalls = (happened: Happened, answered: readonly number[], change: Partial<LoadPlan> = {}) =>
      loadFindings(summaryOf(happened, change, { intervals: slices(...answered) }))
        .filter(({ rule }) => rule === "load/stalled")
        .map(({ severity, message }) => `${severity}: ${message}`);

    test("to the end is an error, however few errors a closed loop counted", () =>
      expect(stalls({ right: 100_000, refused: 80 }, [50_000, 50_000, 0, 0])).toEqual([
        "error: nothing was answered for 2.00 s or longer, from 2.00 s after the start to the end",
      ]));
    test("in the middle is a warning, the longest one is told", () =>
      expect(stalls({ right: 100 }, [30, 0, 30, 0, 0, 40])).toEqual([
        "warning: nothing was answered for 2.00 s or longer, from 3.00 s after the start to 5.00 s",
      ]));
    test("is none when requests are that rare", () =>
      expect(stalls({ right: 3 }, [1, 0, 0, 1, 0, 1], { pace: { kind: "open", rate: 0.5 } })).toEqual([]));
    test("is none when answers take that long", () => {
      const tally = tallyOf({});
      for (let i = 0; i < 4; i++) tally.histograms.responseRight.record(3000 * ms);
      tally.set("answered", 4);
      const summary = summarize(plan(), tally, { ...facts, intervals: slices(0, 0, 0, 1, 0, 0, 1) });
      expect(rules(summary)).not.toContain("load/stalled warning");
    });
  });

  test("redirects in place of the service", () => {
    const tally = tallyOf({ right: 10 });
    for (let i = 0; i < 11; i++) tally.addStatus(301);
    tally.set("answered", 21);
    tally.set("right", 21);
    expect(rules(summarize(plan(), tally, facts))).toEqual(["load/redirected info"]);
  });

  test("a client that was busy all the time", () =>
    expect(rules(summaryOf({ right: 1000 }, {}, { cpuMs: 9900 }))).toEqual(["load/client-bound warning"]));
  test("a target never reached", () =>
    expect(rules(summaryOf({}, {}, { ending: "unreached" }))).toEqual(["load/unreached error"]));
  test("an interrupted run", () =>
    expect(rules(summaryOf({ right: 10 }, {}, { ending: "interrupted" }))).toEqual(["load/interrupted info"]));
});

describe("the report", () => {
  const reportOf = (happened: Happened, change: Partial<LoadPlan> = {}, more: Partial<RunFacts> = {}) =>
    loadReport(summaryOf(happened, change, more), 143);

  test("its exit status follows the findings, but for an interrupt and a target never reached", () => {
    expect(reportOf({ right: 1 }).exit).toBeUndefined();
    expect(reportOf({ right: 1 }, {}, { ending: "interrupted" }).exit).toBe(143);
    expect(reportOf({}, {}, { ending: "unreached" }).exit).toBe(4);
  });

  test("a lower bound is written as one", () => {
    const tables = reportOf({ right: 900, unanswered: 100 }).blocks.filter((block) => block.kind === "table");
    const rows = tables.flatMap(({ rows }) => rows);
    expect(rows).toContainEqual(["p50", "1.00 ms", "1.00 ms"]);
    expect(rows).toContainEqual(["p95", "1.00 ms", ">= 2.00 s"]);
  });

  test("service time is shown when waiting for a connection made a difference", () => {
    const tables = reportOf({ right: 900, unsent: 100 }, { pace: { kind: "open", rate: 100 } }).blocks;
    const columns = tables.flatMap((block) => (block.kind === "table" ? block.columns.map(({ title }) => title) : []));
    expect(columns).toContain("service only");
  });

  test("a run in which nothing was sent has no figures to show", () => {
    expect(reportOf({}, {}, { ending: "unreached" }).blocks.map(({ kind }) => kind)).toEqual(["heading", "text"]);
  });
});

test("tallies of parts add up to the tally of the whole", () => {
  const parts = [
    { right: 10, resets: 2 },
    { right: 5, wrong: 3, unsent: 4 },
    { refused: 1, unanswered: 6 },
  ];
  const sum = parts.map(tallyOf).reduce((all, part) => all.add(part), new Tally());
  const whole = tallyOf({ right: 15, wrong: 3, resets: 2, refused: 1, unanswered: 6, unsent: 4 });
  expect(new Uint8Array(sum.buffer)).toEqual(new Uint8Array(whole.buffer));
});
