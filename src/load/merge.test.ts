// Parts of one load put together are the load that one machine would have measured.
import { describe, expect, test } from "bun:test";
import { merged, slotLow } from "./histogram.ts";
import type { Part } from "./merge.ts";
import { mergeParts, partOf } from "./merge.ts";
import type { LoadPlan } from "./plan.ts";
import { expectedStatuses, responseLimits } from "./plan.ts";
import { randomFrom } from "./random.ts";
import { readParts } from "./read-parts.ts";
import { recordedOf } from "./recorded.ts";
import { missedBefore, scheduleOf } from "./schedule.ts";
import { partOf as sharePart, shardOf } from "./shard.ts";
import type { LoadSummary } from "./summary.ts";
import type { RunFacts } from "./summarize.ts";
import { summarize } from "./summarize.ts";
import { Tally } from "./tally.ts";
import { readThresholds } from "./threshold.ts";
import { slotsOf } from "../testing/slots.ts";

const plan: LoadPlan = {
  endpoint: { address: "127.0.0.1", port: 3000 },
  method: "GET",
  request: new Uint8Array(70),
  pace: { kind: "open", rate: 1000 },
  concurrency: 40,
  durationMs: 10_000,
  timeoutMs: 30_000,
  expected: expectedStatuses([]),
  limits: responseLimits,
};

const facts: RunFacts = {
  startedAt: new Date("2026-01-02T03:04:05Z"),
  ending: "complete",
  url: "http://127.0.0.1:3000/",
  addresses: ["127.0.0.1"],
  headers: [],
  bodyBytes: 0,
  examples: { reset: "ECONNRESET" },
  cpuMs: 1000,
  intervals: [],
  thresholds: [],
  environment: { host: "h", platform: "linux x64", kernel: "6", processor: "p", processors: 2, runtime: "r" },
};

interface Sample {
  readonly ns: number;
  readonly fate: "right" | "wrong" | "reset" | "unanswered";
}

/** Durations over seven powers of ten, and every fate. */
const samples = (count: number, seed: number): readonly Sample[] => {
  const random = randomFrom(seed);
  return Array.from({ length: count }, () => ({
    ns: Math.round(10 ** (3 + 7 * random())),
    fate: (["right", "right", "right", "wrong", "reset", "unanswered"] as const)[Math.floor(random() * 6)] ?? "right",
  }));
};

const tallyOf = (all: readonly Sample[]): Tally => {
  const tally = new Tally();
  const { histograms: h } = tally;
  const count = (fate: Sample["fate"]): number => all.filter((one) => one.fate === fate).length;
  for (const { ns, fate } of all) {
    const ended = fate === "right" ? h.responseRight : fate === "unanswered" ? h.responseBound : h.responseWrong;
    ended.record(ns);
    (fate === "unanswered" ? h.serviceBound : h.service).record(ns);
    if (fate === "reset") tally.addFailure("reset");
    if (fate === "right") tally.addStatus(200);
    if (fate === "wrong") tally.addStatus(500);
    h.firstByte.record(ns / 2);
  }
  tally.set("scheduled", all.length);
  tally.set("sent", all.length);
  tally.set("answered", count("right") + count("wrong"));
  tally.set("right", count("right"));
  tally.set("unanswered", count("unanswered"));
  tally.set("connections", 10);
  tally.set("bytesReceived", 1000);
  tally.set("sending", 10_000e6);
  return tally;
};

const part = (number: number, all: readonly Sample[], change: Partial<RunFacts> = {}): Part => {
  const shard = { number, of: 4, concurrency: 10, startAt: null, lateMs: 0, missed: 0, limits: ["p99<60s"] };
  const summary = summarize({ ...plan, concurrency: 10 }, tallyOf(all), {
    ...facts,
    shard,
    totalConcurrency: 40,
    ...change,
  });
  // Through text, as between machines.
  return partOf(JSON.parse(JSON.stringify(summary)) as LoadSummary, "part.json");
};

const shares = [1, 2, 3, 4].map((number) => samples(number * 700, number));
const parts = shares.map((all, i) => part(i + 1, all));

test("four parts merged are all samples recorded together, exactly", () => {
  const whole = summarize(plan, tallyOf(shares.flat()), facts);
  const result = mergeParts(parts);
  for (const key of ["ok", "all", "service", "firstByte"] as const) {
    expect(result.latency[key]?.hdr).toBe(whole.latency[key]?.hdr ?? "");
    expect(result.latency[key]?.boundsHdr ?? null).toBe(whole.latency[key]?.boundsHdr ?? null);
    expect(result.latency[key]).toMatchObject({ count: whole.latency[key]?.count, p99Ms: whole.latency[key]?.p99Ms });
    expect(result.latency[key]?.maxMs).toBeCloseTo(whole.latency[key]?.maxMs ?? 0, 6);
    expect(result.latency[key]?.meanMs).toBeCloseTo(whole.latency[key]?.meanMs ?? 0, 6);
    expect(result.latency[key]?.atLeast).toEqual(whole.latency[key]?.atLeast ?? []);
  }
  expect(result.requests).toEqual(whole.requests);
  expect(result.statuses).toEqual(whole.statuses);
  expect(result.failures).toEqual(whole.failures);
  expect(result.throughput).toMatchObject({ sendingMs: 10_000, bytesReceived: 4000 });
  const together = merged(...parts.map(({ latency }) => recordedOf(latency.all).all));
  expect(slotsOf(recordedOf(result.latency.all).all)).toEqual(slotsOf(together));
});

test("durations at the edges of slots survive the way through milliseconds", () => {
  for (let slot = 2048; slot < 33_000; slot += 97) {
    const edge = slotLow(slot);
    const { latency } = part(1, [
      { ns: edge, fate: "right" },
      { ns: edge * 2, fate: "right" },
    ]);
    expect(slotsOf(recordedOf(latency.all).all).reduce((sum, [, count]) => sum + count, 0)).toBe(2);
  }
});

test("the order of parts does not matter", () => {
  expect(mergeParts(parts.toReversed())).toEqual(mergeParts(parts));
});

test("limits of the parts are held against the whole, or those given now", () => {
  expect(mergeParts(parts).thresholds.map(({ text, verdict }) => [text, verdict])).toEqual([["p99<60s", "unproven"]]);
  const right = shares.map((all, i) =>
    part(
      i + 1,
      all.filter(({ fate }) => fate === "right"),
    ),
  );
  expect(mergeParts(right).thresholds.map(({ verdict }) => verdict)).toEqual(["met"]);
  expect(mergeParts(right, readThresholds("p50<1us", "--threshold"))).toMatchObject({
    thresholds: [{ text: "p50<1us", verdict: "missed" }],
  });
});

test("what is missing is named, and then no limit passes", () => {
  const right = shares.map((all, i) =>
    part(
      i + 1,
      all.filter(({ fate }) => fate === "right"),
    ),
  );
  const { merged: from, thresholds } = mergeParts([right[0], right[3]].flatMap((one) => one ?? []));
  expect(from?.missing).toEqual([2, 3]);
  expect(thresholds.map(({ verdict }) => verdict)).toEqual(["unproven"]);
});

test("one part that was client-bound makes the whole so, and says which", () => {
  const bound = part(2, shares[1] ?? [], { cpuMs: 9900 });
  const { client } = mergeParts([bound, ...parts.filter(({ shard }) => shard.number !== 2)]);
  expect(client.stamp).toBe("client-bound");
  expect(client.boundBy[0]).toStartWith("shard 2: its thread was busy");
});

describe("what does not belong together is refused", () => {
  const first = parts[0] ?? part(1, []);
  test("a part twice", () => expect(() => mergeParts([first, first])).toThrow("shard 1 was given more than once"));
  test("another load", () =>
    expect(() => mergeParts([first, part(2, [], { url: "http://127.0.0.1:3000/other" })])).toThrow(
      "shard 2 is not of the same load as shard 1: URL http://127.0.0.1:3000/other instead of http://127.0.0.1:3000/",
    ));
  test("a whole", () =>
    expect(() => partOf(summarize(plan, new Tally(), facts), "run.json")).toThrow("run.json is not one part"));
});

describe("reading parts", () => {
  const envelope = (one: Part): string => JSON.stringify({ schema: "x", exit: 0, data: one }, null, 2);
  test("from a log of several pods, among other lines", () => {
    const log = `loading 10.0.0.1 port 80\n${parts.map(envelope).join('\n{not json\nsaid {this}\n{"half": \n')}\nbye\n`;
    expect(readParts(log, "log").map(({ shard }) => shard.number)).toEqual([1, 2, 3, 4]);
  });
  test.each([
    ["nothing", "hello\n", "no result of a load run is in it"],
    ["another document", '{"data":{"kind":"decision"}}', "no result of a load run is in it"],
    ["half a result", '{"data":{"kind":"load","latency":{}}}', "it lacks startedAt"],
  ])("%s is refused", (_name, text, message) => expect(() => readParts(text, "x.json")).toThrow(message));
});

describe("shares", () => {
  test("are read from the flag or from the surroundings", () => {
    expect(shardOf("2/4", {})).toEqual({ index: 1, of: 4 });
    expect(shardOf("auto", { JOB_COMPLETION_INDEX: "0", JOB_COMPLETIONS: "3" })).toEqual({ index: 0, of: 3 });
    expect(shardOf("auto", { CI_NODE_INDEX: "3", CI_NODE_TOTAL: "3" })).toEqual({ index: 2, of: 3 });
  });
  test.each(["0/4", "5/4", "1", "a/b", "1/99999", "-1/4", "auto"])("%s is refused", (text) =>
    expect(() => shardOf(text, {})).toThrow("--shard"),
  );
  test.each([
    [10, 3],
    [1, 4],
    [40, 40],
    [7, 1],
  ])("%d divided among %d add up", (total, of) => {
    const all = Array.from({ length: of }, (_, index) => sharePart(total, { index, of }));
    expect(all.reduce((sum, one) => sum + one, 0)).toBe(total);
    expect(Math.max(...all) - Math.min(...all)).toBeLessThanOrEqual(1);
  });
});

describe("a machine that begins late", () => {
  const open = { pace: { kind: "open", rate: 100 }, durationMs: 1000 } as const;
  /** Due times of one share in the clock of the schedule. */
  const duesOf = (index: number, lateMs: number): readonly number[] => {
    const share = { index, of: 3 };
    const rest = scheduleOf({ ...open, durationMs: open.durationMs - lateMs, share, skipMs: lateMs });
    const dues: number[] = [];
    for (let number = index; number < rest.total; number += 3) dues.push(rest.take(number, Infinity) / 1e6 + lateMs);
    return dues;
  };
  test("sends the rest of its share when it is due, and counts what was missed", () => {
    for (const index of [0, 1, 2]) {
      const all = duesOf(index, 0);
      for (const lateMs of [0, 1, 10, 333, 990]) {
        const missed = missedBefore({ ...open, share: { index, of: 3 } }, lateMs);
        expect(missed).toBe(all.filter((due) => due < lateMs).length);
        expect(duesOf(index, lateMs).map(Math.round)).toEqual(all.slice(missed).map(Math.round));
      }
    }
  });
});
