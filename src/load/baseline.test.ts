import { describe, expect, test } from "bun:test";
import { Fault } from "../kernel/fault.ts";
import { differencesOf, readBaseline } from "./baseline.ts";

const slice = { startMs: 0, durationMs: 1000, requests: 9, answered: 9, errors: 0, p50Ms: 1, p95Ms: 2, p99Ms: 3 };
const run = {
  kind: "load",
  startedAt: "2026-01-02T03:04:05Z",
  environment: { host: "a", platform: "linux x64", kernel: "6", processor: "p", processors: 2, runtime: "r" },
  target: { url: "http://localhost/" },
  request: { method: "GET", bodyBytes: 0 },
  asked: { loop: "closed", ratePerSecond: null, concurrency: 10 },
  intervals: [slice, slice],
};

const read = (value: unknown) => readBaseline(JSON.stringify(value), "old.json");
const faultOf = (text: string): Fault => {
  try {
    readBaseline(text, "old.json");
  } catch (error) {
    if (error instanceof Fault) return error;
  }
  throw new Error("no fault");
};

test("the whole output, its data alone, and a comparison's newest run are baselines", () => {
  const whole = { schema: "x", command: "load", exit: 0, findings: [], data: run };
  const comparison = { kind: "load-comparison", runs: [{}, run] };
  for (const value of [whole, run, comparison, { data: comparison }]) expect(read(value).intervals).toHaveLength(2);
});

describe("anything else is refused, by what it lacks", () => {
  const cases: Readonly<Record<string, readonly [text: string, code: string, part: string]>> = {
    "no JSON": ["{", "input.syntax", "not valid JSON"],
    "an empty file": ["", "input.syntax", "not valid JSON"],
    "a list": ["[1]", "input.invalid", 'kind is not "load"'],
    "another command's output": ['{"data":{"kind":"x"}}', "input.invalid", 'data.kind is not "load"'],
    "a run without slices": [JSON.stringify({ ...run, intervals: 5 }), "input.invalid", "lacks intervals"],
    "slices of an older format": [
      JSON.stringify({ data: { ...run, intervals: [slice, { ...slice, p95Ms: undefined }] } }),
      "input.invalid",
      "lacks data.intervals[1].p95Ms",
    ],
    "many things missing": ['{"kind":"load"}', "input.invalid", "lacks startedAt, environment, target, request, asked"],
    "a name of Object's": ['{"kind":"load","__proto__":{}}', "input.invalid", "lacks"],
  };
  for (const [name, [text, code, part]] of Object.entries(cases)) {
    test(name, () => {
      const fault = faultOf(text);
      expect([fault.code, fault.exit]).toEqual([code as Fault["code"], 3]);
      expect(fault.message).toContain(part);
    });
  }
});

test("conditions that differ are named with both values", () => {
  expect(differencesOf(read(run), read(run))).toEqual([]);
  const moved = read({
    ...run,
    environment: { ...run.environment, processors: 8 },
    asked: { ...run.asked, ratePerSecond: 5 },
  });
  expect(differencesOf(read(run), moved)).toEqual(["processors 8 instead of 2", "rate 5 instead of null"]);
});
