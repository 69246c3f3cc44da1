// What a run saw of a rate limiter: when it began to refuse, how much it let through, and whether its headers told the truth.
import { milliseconds, plural } from "../kernel/words.ts";
import type { ExpectedLimit } from "./expected-limit.ts";
import type { AnswerStreak, LimitRecord } from "./limit-record.ts";
import type { MeasuredWindow } from "./rate-limit-window.ts";
import { windowOf } from "./rate-limit-window.ts";

// Type aliases, not interfaces: these are JSON values, and only an alias is assignable to one.

/** `untested`: the run ended before it could show. */
export type Claim = {
  readonly header: string;
  readonly value: string;
  readonly verdict: "true" | "false" | "untested";
  readonly text: string;
};

export type RateLimit = {
  /** Answers with 429, and others. */
  readonly limited: number;
  readonly accepted: number;
  /** The first 429, counted among all answers from 1; null when there was none, as for the others. */
  readonly firstNumber: number | null;
  readonly firstMs: number | null;
  /** Let through of what was sent before the first 429 came. */
  readonly burst: number | null;
  /** Let through from the first 429 to the end, a second: what the limiter lets through when it is pressed. */
  readonly sustainedPerSecond: number | null;
  /** From the first 429 until a request was let through again. */
  readonly acceptedAgainMs: number | null;
  /** Of the first 429: Retry-After and whatever names a rate limit. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Of the first answer that was let through. */
  readonly acceptedHeaders: readonly (readonly [name: string, value: string])[];
  readonly claims: readonly Claim[];
  /** What it should be; null where nobody said. */
  readonly expected: ExpectedLimit | null;
  /** Its kind, as far as a probe of the expected limit could tell; null where it could not. */
  readonly window: MeasuredWindow | null;
};

const nsPerMs = 1e6;

const limitHeader = /^(retry-after|(x-)?rate-?limit(-[\w-]+)?)$/i;

/** The headers that speak of limits; interim responses before the head are passed over. */
export const limitHeaders = (text: string): RateLimit["headers"] => {
  const head = text.split("\r\n\r\n").find((part) => !/^HTTP\/1\.[01] 1\d\d/.test(part)) ?? "";
  return head
    .split("\r\n")
    .slice(1)
    .flatMap((line) => {
      const colon = line.indexOf(":");
      const name = line.slice(0, Math.max(colon, 0)).trim();
      return limitHeader.test(name) ? [[name, line.slice(colon + 1).trim()] as const] : [];
    });
};

interface Said {
  readonly header: string;
  readonly value: string;
  readonly number: number;
}

type Reader = readonly [name: RegExp, number: RegExp];

/** `X-RateLimit-Limit: 100`, and the drafts of RateLimit: `limit=100, remaining=0`, `100;w=900`, `"default";q=100;w=900`. */
const limitReaders: readonly Reader[] = [
  [/^(x-)?rate-?limit-limit$/i, /^(\d{1,12})/],
  [/^ratelimit$/i, /\blimit=(\d{1,12})/i],
  [/^ratelimit-policy$/i, /(?:^|\bq=)(\d{1,12})/i],
];
const remainingReaders: readonly Reader[] = [
  [/^(x-)?rate-?limit-remaining$/i, /^(\d{1,12})/],
  [/^ratelimit$/i, /\b(?:remaining|r)=(\d{1,12})/i],
];

/** The first header that one of the readers finds a number in. */
const said = (headers: RateLimit["headers"], readers: readonly Reader[]): readonly Said[] =>
  readers
    .flatMap(([name, number]) =>
      headers.flatMap(([header, value]) => {
        const found = name.test(header) ? number.exec(value)?.[1] : undefined;
        return found === undefined ? [] : [{ header, value, number: Number(found) }];
      }),
    )
    .slice(0, 1);

/** Seconds, or an HTTP date against the answer's own Date. */
const retrySeconds = (value: string, head: string): number | undefined => {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  const date = /^date:\s*(.+?)\s*$/im.exec(head)?.[1];
  const seconds = (Date.parse(value) - Date.parse(date ?? "")) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : undefined;
};

/** Whole seconds are rounded, and answers come a little late. */
const slackMs = 1100;

interface Seen {
  readonly firstMs: number;
  readonly againMs: number | null;
  readonly endMs: number;
  readonly burst: number;
}

/** A limiter must refuse until then, and let through from then on. */
const waitClaim = (header: string, value: string, seconds: number, { firstMs, againMs, endMs }: Seen): Claim => {
  const waitMs = seconds * 1000;
  const claim = { header, value };
  if (againMs !== null && againMs < waitMs - slackMs) {
    return {
      ...claim,
      verdict: "false",
      text: `let through again ${milliseconds(againMs)} after the first 429, earlier than it says`,
    };
  }
  if (againMs !== null && againMs <= waitMs + slackMs) {
    return { ...claim, verdict: "true", text: `let through again ${milliseconds(againMs)} after the first 429` };
  }
  if (againMs === null && endMs - firstMs <= waitMs + slackMs) {
    const needed = Math.ceil((firstMs + waitMs + 2 * slackMs) / 1000);
    return { ...claim, verdict: "untested", text: `the run ended before; --duration ${needed}s would show it` };
  }
  const until =
    againMs === null
      ? `still refused ${milliseconds(endMs - firstMs)} after the first 429`
      : `let through again only ${milliseconds(againMs)} after the first 429`;
  return { ...claim, verdict: "false", text: `${until}, or requests sent meanwhile began the wait anew` };
};

/** Requests under way at once may slip through, and others may have used some of the limit before. */
const limitClaim = ({ header, value, number }: Said, { burst }: Seen, concurrency: number): Claim => {
  const near = Math.abs(burst - number) <= Math.max(concurrency, 0.02 * number);
  const off = burst < number ? ": fewer than it says, unless some were used before" : ": more than it says";
  const text = `${plural(burst, "request")} let through before the first 429${near ? "" : off}`;
  return { header, value, verdict: near ? "true" : "false", text };
};

const remainingClaim = ({ header, value, number }: Said): Claim =>
  number === 0
    ? { header, value, verdict: "true", text: "nothing left, and refused" }
    : { header, value, verdict: "false", text: "says that some are left, on an answer that refuses" };

const retryClaims = (headers: RateLimit["headers"], head: string, seen: Seen): readonly Claim[] =>
  headers
    .filter(([name]) => /^retry-after$/i.test(name))
    .slice(0, 1)
    .flatMap(([header, value]) => {
      const seconds = retrySeconds(value, head);
      const unreadable = "neither seconds nor a date beside the answer's own";
      if (seconds === undefined) return [{ header, value, verdict: "false", text: unreadable } as const];
      return [waitClaim(header, value, seconds, seen)];
    });

/** Seconds until all of it may be used again: a delta, or a time since 1970 beside the answer's own Date. */
const resetReaders: readonly Reader[] = [
  [/^(x-)?rate-?limit-reset$/i, /^(\d{1,12})/],
  [/^ratelimit$/i, /\b(?:reset|t)=(\d{1,12})/i],
];
const windowReaders: readonly Reader[] = [[/^ratelimit-policy$/i, /\bw=(\d{1,12})/i]];

const sinceEpoch = 1e9;

/** From then on requests must be let through; some limiters let a few through before. */
const resetClaim = ({ header, value, number }: Said, head: string, { firstMs, againMs, endMs }: Seen): Claim => {
  const claim = { header, value };
  const date = /^date:\s*(.+?)\s*$/im.exec(head)?.[1];
  const seconds = number < sinceEpoch ? number : number - Date.parse(date ?? "") / 1000;
  if (!Number.isFinite(seconds)) return { ...claim, verdict: "untested", text: "a time without a Date beside it" };
  const waitMs = seconds * 1000;
  if (againMs !== null && againMs <= waitMs + slackMs) {
    return { ...claim, verdict: "true", text: `let through again ${milliseconds(againMs)} after the first 429` };
  }
  if (againMs === null && endMs - firstMs <= waitMs + slackMs) {
    const needed = Math.ceil((firstMs + waitMs + 2 * slackMs) / 1000);
    return { ...claim, verdict: "untested", text: `the run ended before; --duration ${needed}s would show it` };
  }
  return {
    ...claim,
    verdict: "false",
    text: `still refused ${milliseconds(againMs ?? endMs - firstMs)} after the first 429`,
  };
};

/** What a policy says of its window, against what was measured, or else expected. */
const windowClaim = (
  { header, value, number }: Said,
  measured: MeasuredWindow | undefined,
  expected: ExpectedLimit | undefined,
): Claim => {
  const ms = number * 1000;
  const near = (other: number): boolean => Math.abs(other - ms) <= Math.max(slackMs, 0.15 * ms);
  if (measured !== undefined) {
    const text = `the window was ${milliseconds(measured.windowMs)}`;
    return { header, value, verdict: near(measured.windowMs) ? "true" : "false", text };
  }
  if (expected === undefined || near(expected.windowMs)) {
    return { header, value, verdict: "untested", text: "as long a window was not watched" };
  }
  return { header, value, verdict: "false", text: `${milliseconds(expected.windowMs)} was expected` };
};

interface Against {
  readonly seen: Seen;
  readonly concurrency: number;
  readonly measured: MeasuredWindow | undefined;
  readonly expected: ExpectedLimit | undefined;
}

/** A probe's own count of what fits into a window is better than what was let through before the first 429. */
const claimsOf = (headers: RateLimit["headers"], head: string, against: Against): readonly Claim[] => {
  const { seen, concurrency, measured, expected } = against;
  const burst = measured?.limit ?? seen.burst;
  return [
    ...retryClaims(headers, head, seen),
    ...said(headers, limitReaders).map((one) => limitClaim(one, { ...seen, burst }, concurrency)),
    ...said(headers, remainingReaders).map(remainingClaim),
    ...said(headers, resetReaders).map((one) => resetClaim(one, head, seen)),
    ...said(headers, windowReaders).map((one) => windowClaim(one, measured, expected)),
  ];
};

const countOf = (streaks: readonly AnswerStreak[], limited: boolean): number =>
  streaks.filter((streak) => streak.limited === limited).reduce((sum, { count }) => sum + count, 0);

export const rateLimitOf = (record: LimitRecord, concurrency: number, expected?: ExpectedLimit): RateLimit => {
  const { streaks, stragglers, sendingNs } = record;
  const at = streaks.findIndex(({ limited }) => limited);
  const first = streaks[at];
  const counts = { limited: countOf(streaks, true), accepted: countOf(streaks, false) + stragglers };
  const acceptedHeaders = limitHeaders(record.acceptedHead);
  if (first === undefined) {
    const none = { firstNumber: null, firstMs: null, burst: null, sustainedPerSecond: null, acceptedAgainMs: null };
    const unseen = { headers: [], claims: [], expected: expected ?? null, window: null };
    return { ...counts, ...none, ...unseen, acceptedHeaders };
  }
  const before = countOf(streaks.slice(0, at), false);
  const burst = before + stragglers;
  const again = streaks.slice(at).find(({ limited }) => !limited);
  const firstMs = first.fromNs / nsPerMs;
  const againMs = again === undefined ? null : again.fromNs / nsPerMs - firstMs;
  const endMs = Math.max(sendingNs, streaks.at(-1)?.toNs ?? 0) / nsPerMs;
  const headers = limitHeaders(record.limitedHead);
  const measured = expected === undefined ? undefined : windowOf(record, expected);
  return {
    ...counts,
    firstNumber: before + 1,
    firstMs,
    burst,
    sustainedPerSecond: endMs > firstMs ? ((counts.accepted - burst) * 1000) / (endMs - firstMs) : 0,
    acceptedAgainMs: againMs,
    headers,
    acceptedHeaders,
    claims: claimsOf(headers, record.limitedHead, {
      seen: { firstMs, againMs, endMs, burst },
      concurrency,
      measured,
      expected,
    }),
    expected: expected ?? null,
    window: measured ?? null,
  };
};

/** The measured limit in words. */
export const limitText = ({ firstNumber, firstMs, burst, sustainedPerSecond, limited }: RateLimit): string =>
  firstNumber === null || firstMs === null || burst === null || sustainedPerSecond === null
    ? "no answer had status 429"
    : `the first 429 was answer ${firstNumber.toLocaleString("en-US")}, ${milliseconds(firstMs)} after the start: ${plural(burst, "request")} let through, then ${sustainedPerSecond < 0.05 ? "none" : `${sustainedPerSecond.toFixed(1)}/s`}; ${plural(limited, "answer")} with 429`;
