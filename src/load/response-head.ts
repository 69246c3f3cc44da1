// The head of a response: its status line and the headers that say where the body ends.
import {
  colon,
  decimalOf,
  isBlank,
  isText,
  space,
  startsLikeHttp,
  startsWith,
  tokenEnd,
  wordIs,
  wordsOf,
} from "./http-bytes.ts";

/** What a head says about the response. */
export interface Head {
  status: number;
  minor: number;
  /** Of the body, or -1. */
  length: number;
  chunked: boolean;
  /** It has a Transfer-Encoding, of whatever kind. */
  coded: boolean;
  close: boolean;
  persist: boolean;
}

export const emptyHead = (): Head => ({
  status: 0,
  minor: 1,
  length: -1,
  chunked: false,
  coded: false,
  close: false,
  persist: false,
});

/**
 * The last head that came in one piece, and what was read from it: a head that equals it, byte for byte, means the
 * same. Most do, between two ticks of their `Date`. Parsers of connections to one server share it.
 */
export class KnownHead {
  readonly #bytes = new Uint8Array(2048);
  #length = 0;
  #misses = 0;
  /** Of a body that its length alone ends, whatever was asked; -1 for every other. */
  #wholeLength = -1;
  readonly #head = emptyHead();

  /**
   * For bytes that are the known head and the whole body that its length speaks of: the body's length, with `head`
   * filled in; otherwise -1.
   */
  wholeBody(bytes: Uint8Array, head: Head): number {
    const body = bytes.length - this.#length;
    if (this.#length === 0 || body !== this.#wholeLength || !startsWith(bytes, this.#bytes, this.#length)) return -1;
    this.#misses = 0;
    copyHead(this.#head, head);
    return body;
  }

  /** Copies into `head` what the known head says, if the bytes begin with it; returns its length, or 0. */
  recall(bytes: Uint8Array, head: Head): number {
    if (this.#length === 0 || !startsWith(bytes, this.#bytes, this.#length)) {
      this.#misses++;
      return 0;
    }
    this.#misses = 0;
    copyHead(this.#head, head);
    return this.#length;
  }

  /** Heads that differ each time, by a request's number for instance, are kept ever more seldom. */
  keep(bytes: Uint8Array, length: number, head: Head): void {
    const worthwhile = length <= this.#bytes.length && (this.#misses & (this.#misses - 1)) === 0;
    this.#length = worthwhile ? length : 0;
    if (!worthwhile) return;
    this.#bytes.set(bytes.subarray(0, length));
    copyHead(head, this.#head);
    this.#wholeLength = endsByLength(head) ? head.length : -1;
  }
}

const endsByLength = ({ status, length, coded }: Head): boolean =>
  status >= 200 && status !== 204 && status !== 304 && !coded && length >= 0;

const nothing: Readonly<Head> = emptyHead();

const copyHead = (from: Readonly<Head>, to: Head): void => {
  to.status = from.status;
  to.minor = from.minor;
  to.length = from.length;
  to.chunked = from.chunked;
  to.coded = from.coded;
  to.close = from.close;
  to.persist = from.persist;
};

/** Makes a head say nothing, before it is read. */
export const clearHead = (head: Head): void => copyHead(nothing, head);

/** `HTTP/1.1 200 OK`, with or without a reason. Every reader here answers whether the line was as it should be. */
export const readStatusLine = (bytes: Uint8Array, start: number, end: number, head: Head): boolean => {
  const length = end - start;
  if (length < 12 || !startsLikeHttp(bytes, start, end)) return false;
  if (length > 12 && bytes[start + 12] !== space) return false;
  const status = decimalOf(bytes, start + 9, start + 12);
  if (status < 100 || !isText(bytes, start + 12, end)) return false;
  head.minor = (bytes[start + 7] ?? 0) - 48;
  head.status = status;
  return true;
};

/** Where a header's name ends, or -1 when the line is no header. */
const nameEndOf = (bytes: Uint8Array, start: number, end: number): number => {
  const nameEnd = tokenEnd(bytes, start, end);
  return nameEnd > start && bytes[nameEnd] === colon && isText(bytes, nameEnd + 1, end) ? nameEnd : -1;
};

/** A header whose meaning does not matter, in the trailers. */
export const isHeaderLine = (bytes: Uint8Array, start: number, end: number): boolean =>
  nameEndOf(bytes, start, end) > 0;

export const readHeaderLine = (bytes: Uint8Array, start: number, end: number, head: Head): boolean => {
  const nameEnd = nameEndOf(bytes, start, end);
  if (nameEnd < 0) return false;
  let [from, to] = [nameEnd + 1, end];
  while (from < to && isBlank(bytes[from])) from++;
  while (to > from && isBlank(bytes[to - 1])) to--;
  // The three names that matter differ in length, so most lines are passed over by one comparison.
  switch (nameEnd - start) {
    case 10:
      if (wordIs(bytes, start, nameEnd, "connection")) readConnection(bytes, from, to, head);
      return true;
    case 14:
      return !wordIs(bytes, start, nameEnd, "content-length") || readLength(decimalOf(bytes, from, to), head);
    case 17:
      return !wordIs(bytes, start, nameEnd, "transfer-encoding") || readCodings(wordsOf(bytes, from, to), head);
    default:
      return true;
  }
};

const readConnection = (bytes: Uint8Array, start: number, end: number, head: Head): void => {
  // The two common values are told without allocating.
  if (wordIs(bytes, start, end, "keep-alive")) head.persist = true;
  else if (wordIs(bytes, start, end, "close")) head.close = true;
  else {
    const options = wordsOf(bytes, start, end);
    head.close ||= options.includes("close");
    head.persist ||= options.includes("keep-alive");
  }
};

/** A second length must be the same. */
const readLength = (length: number, head: Head): boolean => {
  if (length < 0 || (head.length >= 0 && head.length !== length)) return false;
  head.length = length;
  return true;
};

/** RFC 9112 section 6.1: `chunked` may come once, and last. */
const readCodings = (codings: readonly string[], head: Head): boolean => {
  for (const coding of codings) {
    if (head.chunked) return false;
    head.coded = true;
    if (coding === "chunked") head.chunked = true;
  }
  return true;
};
