import { describe, expect, test } from "bun:test";
import { Histogram } from "./histogram.ts";
import type { Outcome } from "./threshold.ts";
import { defaultTargets, judge, readThresholds, targetsOf, valueText } from "./threshold.ts";

const filled = (...ms: readonly number[]): Histogram => {
  const histogram = new Histogram();
  for (const one of ms) histogram.record(one * 1e6);
  return histogram;
};

const hundred = Array.from({ length: 100 }, (_, i) => i + 1);

const outcome = (change: Partial<Outcome> = {}): Outcome => ({
  known: filled(...hundred),
  bound: filled(),
  scheduled: 100,
  errors: 0,
  unanswered: 0,
  answersPerSecond: 250,
  clientBound: false,
  ...change,
});

const verdicts = (text: string, change: Partial<Outcome> = {}): readonly string[] =>
  judge(readThresholds(text, "--threshold"), outcome(change)).map(({ verdict }) => verdict);

describe("the grammar", () => {
  test("durations, rates, shares and counts, each in one unit", () =>
    expect(
      readThresholds("p99<500ms, P99.9 <= 1.5s,mean<250us,max<1m,rate>1000/s,errors<0.1%,unanswered<1", "x"),
    ).toEqual([
      { text: "p99<500ms", metric: "p99", comparison: "<", limit: 500, unit: "ms" },
      { text: "P99.9<=1.5s", metric: "p99.9", comparison: "<=", limit: 1500, unit: "ms" },
      { text: "mean<250us", metric: "mean", comparison: "<", limit: 0.25, unit: "ms" },
      { text: "max<1m", metric: "max", comparison: "<", limit: 60_000, unit: "ms" },
      { text: "rate>1000/s", metric: "rate", comparison: ">", limit: 1000, unit: "perSecond" },
      { text: "errors<0.1%", metric: "errors", comparison: "<", limit: 0.001, unit: "share" },
      { text: "unanswered<1", metric: "unanswered", comparison: "<", limit: 1, unit: "count" },
    ]));

  const wrong = [
    "",
    "p99",
    "p99<",
    "p99<500",
    "p0<5ms",
    "p100<5ms",
    "p99=5ms",
    "p99<5%",
    "errors<5ms",
    "rate>5ms",
    "p99<1e3ms",
    "p99<500ms,",
  ];
  test.each(wrong)("%p is refused", (text) =>
    expect(() => readThresholds(text, "--threshold")).toThrow("--threshold got"),
  );

  test("default targets and a profile's are written in it", () => {
    expect(readThresholds(defaultTargets, "--targets")).toHaveLength(5);
    expect(targetsOf({ p50Ms: 80, p95Ms: 250, p99Ms: 600 })).toBe("p50<80ms,p95<250ms,p99<600ms,errors<0.1%");
    expect(targetsOf({ p50Ms: 20, p95Ms: 80, p99Ms: 200, throughputMinRps: 1000 })).toContain("rate>=1000");
  });
});

describe("the verdict", () => {
  test("follows the value", () => {
    expect(verdicts("p50<51ms,p50<50ms,mean<51ms,mean<50ms,max<=100ms,max<100ms")).toEqual(
      ["met", "missed", "met", "missed", "met", "missed"], // the mean of 1 to 100 is 50.5
    );
    expect(verdicts("rate>200,rate>250")).toEqual(["met", "missed"]);
    expect(verdicts("errors<1%,errors<2%,errors<1,errors<2", { errors: 1 })).toEqual([
      "missed",
      "met",
      "missed",
      "met",
    ]);
    expect(verdicts("unanswered<1,unanswered<50%", { unanswered: 20 })).toEqual(["missed", "met"]);
  });

  test("a lower bound above the limit misses it; below, nothing is shown; beneath the unknown, it is exact", () => {
    const silent = { bound: filled(...Array.from({ length: 25 }, () => 90)), scheduled: 125, unanswered: 25 };
    expect(verdicts("p90<50ms,p90<500ms,p90>50ms,p50<80ms", silent)).toEqual(["missed", "unproven", "met", "met"]);
    expect(verdicts("mean<1s,max<1s,mean<10ms", silent)).toEqual(["unproven", "unproven", "missed"]);
  });

  test("the printed value says that it is a lower bound", () => {
    const [judged] = judge(readThresholds("p99<1s", "x"), outcome({ bound: filled(300, 300, 300), scheduled: 103 }));
    expect(judged && valueText(judged)).toBe(">= 300 ms");
  });

  test("on a client-bound run a limit may be missed, and is never met", () =>
    expect(verdicts("p50<10ms,p50<500ms", { clientBound: true })).toEqual(["missed", "unproven"]));

  test("without a single request nothing is shown", () =>
    expect(verdicts("p50<1s,errors<1%,rate>=0", { known: filled(), scheduled: 0 })).toEqual(Array(3).fill("unproven")));
});
