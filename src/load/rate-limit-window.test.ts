// Limiters as they are written, on a clock of their own: the probe tells them apart, whatever the machine does.
import { describe, expect, test } from "bun:test";
import { LimitRecorder } from "./limit-record.ts";
import type { ExpectedLimit } from "./expected-limit.ts";
import { readExpectedLimit } from "./expected-limit.ts";
import { probeOf, windowOf } from "./rate-limit-window.ts";
import { scheduleOf } from "./schedule.ts";

/** Lets a request through, or not, at a time. */
type Limiter = (ms: number) => boolean;

/** As express-rate-limit's memory store counts: a client's window begins with its first request. */
const fixedFromFirst = ({ limit, windowMs }: ExpectedLimit): Limiter => {
  let [begin, hits] = [-Infinity, 0];
  return (ms) => {
    if (ms - begin >= windowMs) [begin, hits] = [ms, 0];
    return ++hits <= limit;
  };
};

const fixedByClock =
  (offset: number) =>
  ({ limit, windowMs }: ExpectedLimit): Limiter => {
    const hits = new Map<number, number>();
    return (ms) => {
      const window = Math.floor((ms + offset * windowMs) / windowMs);
      hits.set(window, (hits.get(window) ?? 0) + 1);
      return (hits.get(window) ?? 0) <= limit;
    };
  };

const slidingLog = ({ limit, windowMs }: ExpectedLimit): Limiter => {
  let log: number[] = [];
  return (ms) => {
    log = log.filter((at) => ms - at < windowMs);
    if (log.length >= limit) return false;
    log.push(ms);
    return true;
  };
};

const slidingCounter = ({ limit, windowMs }: ExpectedLimit): Limiter => {
  const counts = new Map<number, number>();
  return (ms) => {
    const window = Math.floor(ms / windowMs);
    const before = counts.get(window - 1) ?? 0;
    const now = counts.get(window) ?? 0;
    if (before * (1 - (ms % windowMs) / windowMs) + now >= limit) return false;
    counts.set(window, now + 1);
    return true;
  };
};

const tokenBucket = ({ limit, windowMs }: ExpectedLimit): Limiter => {
  let [tokens, last] = [limit, 0];
  return (ms) => {
    tokens = Math.min(limit, tokens + ((ms - last) * limit) / windowMs);
    last = ms;
    if (tokens < 1) return false;
    tokens--;
    return true;
  };
};

/** The probe against a limiter, each request answered after a moment. */
const probed = (limiter: Limiter, expected: ExpectedLimit) => {
  const { pace, durationMs } = probeOf(expected, Infinity);
  const schedule = scheduleOf({ pace, durationMs });
  const recorder = new LimitRecorder();
  for (let i = 0; i < schedule.total; i++) {
    const sentNs = schedule.take(i, Infinity);
    const answeredNs = sentNs + 1e6;
    recorder.note(!limiter(sentNs / 1e6), sentNs, answeredNs, () => "");
  }
  return windowOf(recorder.record(durationMs * 1e6), expected);
};

describe.each([
  [{ limit: 20, windowMs: 1000 }],
  [{ limit: 100, windowMs: 60_000 }],
  [{ limit: 100, windowMs: 900_000 }],
  [{ limit: 1000, windowMs: 10_000 }],
])("%o", (expected) => {
  test.each([
    ["fixed, from the first request", fixedFromFirst, "fixed"],
    ["fixed, by the clock, early boundary", fixedByClock(0.6), "fixed"],
    ["fixed, by the clock, late boundary", fixedByClock(0.1), "fixed"],
    ["a sliding log", slidingLog, "sliding"],
    ["a sliding counter", slidingCounter, "sliding-counter"],
    ["a token bucket", tokenBucket, "token-bucket"],
  ] as const)("%s", (_name, make, type) => {
    const found = probed(make(expected), expected);
    expect(found?.type).toBe(type);
    expect(Math.abs((found?.limit ?? 0) / expected.limit - 1)).toBeLessThan(0.2);
    expect(Math.abs((found?.windowMs ?? 0) / expected.windowMs - 1)).toBeLessThan(0.25);
  });
});

test("a limiter of another limit is seen as such, or as nothing known", () => {
  const expected = { limit: 100, windowMs: 10_000 };
  const found = probed(fixedFromFirst({ limit: 60, windowMs: 10_000 }), expected);
  expect(found === undefined || found.limit < 90).toBe(true);
});

test("the flag's grammar", () => {
  expect(readExpectedLimit("100/15m", "x")).toEqual({ limit: 100, windowMs: 900_000 });
  expect(readExpectedLimit("10/s", "x")).toEqual({ limit: 10, windowMs: 1000 });
  for (const text of ["100", "0/s", "x/1m", "100/15", "1/0s"])
    expect(() => readExpectedLimit(text, "x")).toThrow("100/15m");
});

test("a window that nobody would wait for is used up, and not watched", () => {
  const { durationMs, pace } = probeOf({ limit: 100, windowMs: 900_000 });
  expect([durationMs, pace.rate]).toEqual([7000, 20]);
});
