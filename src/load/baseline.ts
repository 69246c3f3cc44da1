// A baseline: the JSON output of an earlier run, checked for every part that a comparison reads.
import { Fault } from "../kernel/fault.ts";
import { isObject, own } from "../kernel/json.ts";
import { listed } from "../kernel/words.ts";
import type { Shape } from "./shape.ts";
import { lacks } from "./shape.ts";
import type { Environment, Interval, LoadSummary } from "./summary.ts";

export type Baseline = Pick<LoadSummary, "startedAt" | "environment" | "target" | "request" | "asked" | "intervals">;

const interval = {
  startMs: "number",
  durationMs: "number",
  requests: "number",
  answered: "number",
  errors: "number",
  p50Ms: "number",
  p95Ms: "number",
  p99Ms: "number",
} as const satisfies Partial<Record<keyof Interval, Shape>>;

const environment = {
  host: "text",
  platform: "text",
  kernel: "text",
  processor: "text",
  processors: "number",
  runtime: "text",
} as const satisfies Record<keyof Environment, Shape>;

const baseline: Shape = {
  startedAt: "text",
  environment,
  target: { url: "text" },
  request: { method: "text", bodyBytes: "number" },
  asked: { loop: "text", ratePerSecond: ["or null", "number"], concurrency: "number" },
  intervals: [interval],
};

const refuse = (path: string, what: string): Fault =>
  new Fault("input.invalid", `not a baseline: ${what}`, {
    at: { kind: "file", path },
    help: "make one with `senior load URL --output baseline.json`",
  });

const parsed = (text: string, path: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new Fault("input.syntax", `not a baseline: not valid JSON: ${error instanceof Error ? error.message : ""}`, {
      at: { kind: "file", path },
      help: "make one with `senior load URL --output baseline.json`",
    });
  }
};

/** A comparison's newest run serves as well as a run by itself. */
const runIn = (data: unknown): unknown => {
  if (!isObject(data) || own(data, "kind") !== "load-comparison") return data;
  const runs = own(data, "runs");
  return Array.isArray(runs) ? (runs.at(-1) as unknown) : undefined;
};

/** Reads the output of `senior load --json`, or its `data` alone. Throws `input.syntax` or `input.invalid` (exit 3). */
export const readBaseline = (text: string, path: string): Baseline => {
  const document = parsed(text, path);
  const wrapped = isObject(document) && Object.hasOwn(document, "data");
  const run = runIn(wrapped ? own(document, "data") : document);
  if (!isObject(run) || own(run, "kind") !== "load") {
    throw refuse(path, `${wrapped ? "data.kind" : "kind"} is not "load", so it is not the JSON output of a load run`);
  }
  const missing = lacks(run, baseline, wrapped ? "data" : "").map((place) => place.replace(/^\./, ""));
  if (missing.length > 0) {
    const [some, more] = [missing.slice(0, 5), missing.length - 5];
    throw refuse(path, `it lacks ${listed(more > 0 ? [...some, `${more} more`] : some)}`);
  }
  return run as unknown as Baseline;
};

/** Baselines of earlier versions lack what those could not do. */
const askedText = ({ asked }: Baseline, key: "stages" | "warmupMs"): string => {
  const value = own(asked, key) ?? 0;
  return value === 0 ? "none" : JSON.stringify(value);
};

/** The names of several requests; none for a run of one. */
const namesText = (run: Baseline): string => {
  const all = own(run, "byRequest");
  const names = Array.isArray(all) ? all.map((one: unknown) => (isObject(one) ? String(own(one, "name")) : "")) : [];
  return names.length === 0 ? "one" : names.join(", ");
};

/** What is not the same in two runs, one sentence part each: `4 instead of 2 processors`. */
export const differencesOf = (before: Baseline, now: Baseline): readonly string[] => {
  const pairs: readonly (readonly [what: string, before: unknown, now: unknown])[] = [
    ...(Object.keys(environment) as (keyof Environment)[]).map(
      (key) => [key, before.environment[key], now.environment[key]] as const,
    ),
    ["URL", before.target.url, now.target.url],
    ["method", before.request.method, now.request.method],
    ["body bytes", before.request.bodyBytes, now.request.bodyBytes],
    ["loop", before.asked.loop, now.asked.loop],
    ["rate", before.asked.ratePerSecond, now.asked.ratePerSecond],
    ["concurrency", before.asked.concurrency, now.asked.concurrency],
    ["stages", askedText(before, "stages"), askedText(now, "stages")],
    ["warm-up in ms", askedText(before, "warmupMs"), askedText(now, "warmupMs")],
    ["requests", namesText(before), namesText(now)],
  ];
  return pairs.filter(([, a, b]) => a !== b).map(([what, a, b]) => `${what} ${String(b)} instead of ${String(a)}`);
};
