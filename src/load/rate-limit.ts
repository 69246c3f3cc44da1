// What a run saw of a rate limiter: when it began to refuse, how much it let through, and whether its headers told the truth.
import { milliseconds, plural } from "../kernel/words.ts";

/** Answers of one kind in a row. Times are nanoseconds since requests began to come due. */
export interface AnswerStreak {
  readonly limited: boolean;
  readonly fromNs: number;
  toNs: number;
  count: number;
}

export interface LimitRecord {
  readonly streaks: readonly AnswerStreak[];
  /** Let through, and answered after the first 429, but on their way before it: they say nothing about its end. */
  readonly stragglers: number;
  /** The heads of the first answer let through, and of the first refused. */
  readonly acceptedHead: string;
  readonly limitedHead: string;
  /** How long requests came due. */
  readonly sendingNs: number;
}

/** A limiter that flickers for hours must not fill the memory: later answers join the last streak of their kind. */
const mostStreaks = 10_000;

/** Takes every answer as it comes. */
export class LimitRecorder {
  readonly #streaks: AnswerStreak[] = [];
  #acceptedHead = "";
  #limitedHead = "";
  #firstLimitedNs = Infinity;
  #stragglers = 0;

  /** `sentNs`: when the request left; `ns`: when its answer was complete. */
  note(limited: boolean, sentNs: number, ns: number, head: () => string): void {
    if (limited) this.#firstLimitedNs = Math.min(this.#firstLimitedNs, ns);
    else if (sentNs < this.#firstLimitedNs && this.#firstLimitedNs < Infinity) {
      this.#stragglers++;
      return;
    }
    if (limited && this.#limitedHead === "") this.#limitedHead = head();
    if (!limited && this.#acceptedHead === "") this.#acceptedHead = head();
    const last = this.#streaks.at(
      this.#streaks.length < mostStreaks || this.#streaks.at(-1)?.limited === limited ? -1 : -2,
    );
    if (last !== undefined && last.limited === limited) {
      last.count++;
      last.toNs = ns;
    } else this.#streaks.push({ limited, fromNs: ns, toNs: ns, count: 1 });
  }

  record(sendingNs: number): LimitRecord {
    return {
      streaks: this.#streaks,
      stragglers: this.#stragglers,
      acceptedHead: this.#acceptedHead,
      limitedHead: this.#limitedHead,
      sendingNs,
    };
  }
}

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

const claimsOf = (headers: RateLimit["headers"], head: string, seen: Seen, concurrency: number): readonly Claim[] => [
  ...retryClaims(headers, head, seen),
  ...said(headers, limitReaders).map((one) => limitClaim(one, seen, concurrency)),
  ...said(headers, remainingReaders).map(remainingClaim),
];

const countOf = (streaks: readonly AnswerStreak[], limited: boolean): number =>
  streaks.filter((streak) => streak.limited === limited).reduce((sum, { count }) => sum + count, 0);

export const rateLimitOf = (record: LimitRecord, concurrency: number): RateLimit => {
  const { streaks, stragglers, sendingNs } = record;
  const at = streaks.findIndex(({ limited }) => limited);
  const first = streaks[at];
  const counts = { limited: countOf(streaks, true), accepted: countOf(streaks, false) + stragglers };
  const acceptedHeaders = limitHeaders(record.acceptedHead);
  if (first === undefined) {
    const none = { firstNumber: null, firstMs: null, burst: null, sustainedPerSecond: null, acceptedAgainMs: null };
    return { ...counts, ...none, headers: [], acceptedHeaders, claims: [] };
  }
  const before = countOf(streaks.slice(0, at), false);
  const burst = before + stragglers;
  const again = streaks.slice(at).find(({ limited }) => !limited);
  const firstMs = first.fromNs / nsPerMs;
  const againMs = again === undefined ? null : again.fromNs / nsPerMs - firstMs;
  const endMs = Math.max(sendingNs, streaks.at(-1)?.toNs ?? 0) / nsPerMs;
  const headers = limitHeaders(record.limitedHead);
  return {
    ...counts,
    firstNumber: before + 1,
    firstMs,
    burst,
    sustainedPerSecond: endMs > firstMs ? ((counts.accepted - burst) * 1000) / (endMs - firstMs) : 0,
    acceptedAgainMs: againMs,
    headers,
    acceptedHeaders,
    claims: claimsOf(headers, record.limitedHead, { firstMs, againMs, endMs, burst }, concurrency),
  };
};

/** The measured limit in words. */
export const limitText = ({ firstNumber, firstMs, burst, sustainedPerSecond, limited }: RateLimit): string =>
  firstNumber === null || firstMs === null || burst === null || sustainedPerSecond === null
    ? "no answer had status 429"
    : `the first 429 was answer ${firstNumber.toLocaleString("en-US")}, ${milliseconds(firstMs)} after the start: ${plural(burst, "request")} let through, then ${sustainedPerSecond < 0.05 ? "none" : `${sustainedPerSecond.toFixed(1)}/s`}; ${plural(limited, "answer")} with 429`;
