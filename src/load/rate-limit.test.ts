import { describe, expect, test } from "bun:test";
import { LimitRecorder } from "./limit-record.ts";
import { limitHeaders, limitText, rateLimitOf } from "./rate-limit.ts";

const ms = 1e6;
const head = (...headers: readonly string[]): string =>
  ["HTTP/1.1 429 Too Many Requests", ...headers, "Content-Length: 3", "", "no!"].join("\r\n");

/** `[from, to, every, limited]` in milliseconds, one after the other. */
type Phase = readonly [fromMs: number, toMs: number, everyMs: number, limited: boolean];

const seen = (headers: readonly string[], endMs: number, ...phases: readonly Phase[]) => {
  const recorder = new LimitRecorder();
  for (const [from, to, every, limited] of phases) {
    for (let at = from; at < to; at += every) recorder.note(limited, at * ms, at * ms, () => head(...headers));
  }
  return rateLimitOf(recorder.record(endMs * ms), 1);
};

const verdicts = (...args: Parameters<typeof seen>): readonly string[] =>
  seen(...args).claims.map(({ verdict }) => verdict);

describe("what was measured", () => {
  test("a fixed window: the burst, when it ended, and what came through afterwards", () => {
    const found = seen([], 10_000, [0, 1000, 10, false], [1000, 9000, 10, true], [9000, 10_000, 10, false]);
    expect(found).toMatchObject({ limited: 800, accepted: 200, firstNumber: 101, firstMs: 1000, burst: 100 });
    expect(found.acceptedAgainMs).toBe(8000);
    expect(found.sustainedPerSecond).toBeCloseTo(100 / 9, 9);
    expect(limitText(found)).toBe(
      "the first 429 was answer 101, 1.00 s after the start: 100 requests let through, then 11.1/s; 800 answers with 429",
    );
  });
  test("answers that were on their way when the first 429 came do not end it", () => {
    const recorder = new LimitRecorder();
    const refused = (): string => head("Retry-After: 60");
    recorder.note(false, 0, 5 * ms, refused);
    recorder.note(true, 6 * ms, 8 * ms, refused);
    recorder.note(false, 6 * ms, 9 * ms, refused);
    recorder.note(true, 10 * ms, 12 * ms, refused);
    expect(rateLimitOf(recorder.record(20 * ms), 2)).toMatchObject({
      firstNumber: 2,
      burst: 2,
      accepted: 2,
      acceptedAgainMs: null,
      sustainedPerSecond: 0,
      claims: [{ header: "Retry-After", verdict: "untested" }],
    });
  });
  test("from the first answer on, and never", () => {
    expect(seen([], 100, [0, 100, 10, true])).toMatchObject({ firstNumber: 1, burst: 0, acceptedAgainMs: null });
    expect(seen([], 100, [0, 100, 10, false])).toMatchObject({ firstNumber: null, burst: null, claims: [] });
    expect(limitText(seen([], 100))).toBe("no answer had status 429");
  });
});

describe("Retry-After", () => {
  const before: Phase = [0, 1000, 10, false];
  const cases: Readonly<Record<string, readonly [endMs: number, phases: readonly Phase[], verdict: string]>> = {
    "is true when requests pass then": [8000, [before, [1000, 6000, 10, true], [6000, 8000, 10, false]], "true"],
    "is false when they pass much earlier": [8000, [before, [1000, 2000, 10, true], [2000, 8000, 10, false]], "false"],
    "is false when they pass much later": [
      20_000,
      [before, [1000, 15_000, 10, true], [15_000, 20_000, 10, false]],
      "false",
    ],
    "is false when they never pass, long after": [20_000, [before, [1000, 20_000, 10, true]], "false"],
    "is untested when the run ended before": [4000, [before, [1000, 4000, 10, true]], "untested"],
  };
  for (const [name, [endMs, phases, verdict]] of Object.entries(cases)) {
    test(name, () => expect(verdicts(["Retry-After: 5"], endMs, ...phases)).toEqual([verdict]));
  }
  test("may be a date, measured from the answer's own", () => {
    const headers = ["Date: Sat, 21 Nov 2026 12:00:00 GMT", "retry-after: Sat, 21 Nov 2026 12:00:05 GMT"];
    expect(verdicts(headers, 8000, before, [1000, 6000, 10, true], [6000, 8000, 10, false])).toEqual(["true"]);
    expect(verdicts(["Retry-After: soon"], 8000, before, [1000, 6000, 10, true])).toEqual(["false"]);
  });
});

describe("limits that headers name", () => {
  const run: readonly Phase[] = [
    [0, 1000, 10, false],
    [1000, 2000, 10, true],
  ];
  const cases: readonly (readonly [header: string, verdicts: readonly string[]])[] = [
    ["RateLimit-Limit: 100", ["true"]],
    ["X-RateLimit-Limit: 1000", ["false"]],
    ["x-rate-limit-remaining: 0", ["true"]],
    ["X-RateLimit-Remaining: 7", ["false"]],
    ["RateLimit: limit=100, remaining=0, reset=50", ["true", "true", "untested"]],
    ['RateLimit: "default";r=0;t=50', ["true", "untested"]],
    ['RateLimit-Policy: "default";q=100;w=900', ["true", "untested"]],
    ["RateLimit-Policy: 50;w=900", ["false", "untested"]],
    ["X-RateLimit-Reset: 1700000000", ["untested"]],
    ["RateLimit-Reset: 50", ["untested"]],
  ];
  test.each(cases)("%s", (header, expected) => expect(verdicts([header], 2000, ...run)).toEqual([...expected]));
});

test("only headers that speak of limits are kept, of the final response", () => {
  const text = `HTTP/1.1 103 Early Hints\r\nRetry-After: 1\r\n\r\n${head("Set-Cookie: s3cret", "Retry-After:  9 ")}`;
  expect(limitHeaders(text)).toEqual([["Retry-After", "9"]]);
  expect(limitHeaders("")).toEqual([]);
});

test("a limiter that flickers for ever fills no memory, and loses no answer", () => {
  const recorder = new LimitRecorder();
  for (let i = 0; i < 30_000; i++) recorder.note(i % 2 === 1, i, i, () => "");
  const record = recorder.record(30_000);
  expect(record.streaks.length).toBeLessThanOrEqual(10_000);
  expect(rateLimitOf(record, 1)).toMatchObject({ limited: 15_000, accepted: 15_000 });
});
