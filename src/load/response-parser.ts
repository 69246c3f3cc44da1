// Reads HTTP/1.x responses strictly and incrementally: bytes in, "is the answer complete?" out. Bodies are counted, not kept.
import { CR, LF, hexDigit, isBlank, isText, semicolon, startsLikeHttp } from "./http-bytes.ts";
import type { KeptAnswer } from "./kept-answer.ts";
import { KnownHead, clearHead, emptyHead, isHeaderLine, readHeaderLine, readStatusLine } from "./response-head.ts";

/** What one response may weigh before it is given up. */
export interface ResponseLimits {
  /** Status line and headers, interim responses included; also the trailers, and the chunk lines' extensions. */
  readonly headBytes: number;
  readonly bodyBytes: number;
}

export const responseLimits: ResponseLimits = { headBytes: 256 * 1024, bodyBytes: 2 ** 30 };

/**
 * `more`: not complete yet. `done`: complete, and nothing follows. `surplus`: bytes follow that no request asked for.
 * `malformed`: not HTTP/1.x, or a framing that cannot be trusted. `too-large`: above a limit.
 */
export type ParseResult = "more" | "done" | "surplus" | "malformed" | "too-large";

type State =
  | "line" // in a line of the head, a chunk's size or the trailers: bytes gather in `#line` until CRLF
  | "length" // in a body of known length
  | "chunk" // in a chunk's data
  | "until-close" // in a body that ends with the connection
  | "done"
  | "broken";

/** Which line comes next, while lines are read. */
type Line = "status" | "header" | "size" | "chunk-end" | "trailer";

/** One connection's responses, one after the other. `begin` before each; then `feed` until it no longer says `more`. */
export class ResponseParser {
  #toHead: boolean;
  #kept: KeptAnswer | undefined;
  readonly #limits: ResponseLimits;
  readonly #known: KnownHead;
  readonly #head = emptyHead();
  #state: State = "done";
  /** Nothing of the response has come yet. */
  #fresh = false;
  #expects: Line = "status";
  /** A line that did not end in the last chunk; longer than any line only when it has grown. */
  #line = new Uint8Array(256);
  #lineLength = 0;
  #headLeft = 0;
  #bodyLeft = 0;
  #headDone = false;

  /** Body bytes so far, as sent: chunk framing does not count. */
  bodyBytes = 0;
  /** Once done: may the connection carry another request? */
  keepAlive = false;

  constructor(method: string, limits: ResponseLimits = responseLimits, known = new KnownHead()) {
    this.#toHead = method === "HEAD";
    this.#limits = limits;
    this.#known = known;
  }

  /** The status of the response being read, once its head is complete. */
  get status(): number {
    return this.#head.status;
  }

  /** `kept` takes what is looked into: header lines and body. */
  begin(toHead = this.#toHead, kept?: KeptAnswer): void {
    this.#toHead = toHead;
    this.#kept = kept;
    this.#state = "line";
    this.#fresh = true;
  }

  /** Takes a response that came whole and whose head is known: most do, and nothing of them need be read. */
  takeWhole(bytes: Uint8Array): boolean {
    if (!this.#fresh || this.#toHead || this.#kept !== undefined) return false;
    const length = this.#known.wholeBody(bytes, this.#head);
    if (length < 0 || length > this.#limits.bodyBytes) return false;
    this.#fresh = false;
    this.bodyBytes = length;
    this.#finish(true);
    return true;
  }

  #beginHead(): void {
    this.#state = "line";
    this.#expects = "status";
    this.#lineLength = 0;
    this.#headDone = false;
    clearHead(this.#head);
  }

  /** Takes the next bytes of the connection; they are not kept after the call. */
  feed(bytes: Uint8Array): ParseResult {
    const end = bytes.length;
    if (end === 0) return this.#state === "done" ? "done" : "more";
    let at = this.#fresh ? this.#startHead(bytes) : 0;
    let remember = this.#fresh && at === 0 && this.#kept === undefined;
    this.#fresh = false;
    while (at < end) {
      switch (this.#state) {
        case "line":
          at = this.#feedLine(bytes, at);
          if (remember && this.#headDone && at > 0) {
            this.#known.keep(bytes, at, this.#head);
            remember = false;
          }
          break;
        case "length":
        case "chunk": {
          const taken = Math.min(this.#bodyLeft, end - at);
          this.#kept?.addBody(bytes, at, at + taken);
          at += taken;
          this.#bodyLeft -= taken;
          if (!this.#countBody(taken)) return "too-large";
          if (this.#bodyLeft === 0) this.#endData();
          break;
        }
        case "until-close":
          this.#kept?.addBody(bytes, at, end);
          return this.#countBody(end - at) ? "more" : "too-large";
        case "done":
          return "surplus";
        case "broken":
          return "malformed";
      }
      if (at < 0) return at === tooLarge ? "too-large" : "malformed";
    }
    return this.#state === "done" ? "done" : "more";
  }

  /** Passes over a head that is known already. Returns where to go on. */
  #startHead(bytes: Uint8Array): number {
    this.#kept?.clear();
    this.#headLeft = this.#limits.headBytes;
    this.bodyBytes = 0;
    this.keepAlive = false;
    // Of a head that is known without reading it, no lines could be kept.
    const known = this.#kept === undefined ? this.#known.recall(bytes, this.#head) : 0;
    if (known === 0) this.#beginHead();
    else {
      this.#headLeft -= known;
      this.#endHead();
    }
    return known;
  }

  /** The connection was closed in order: is the response complete? `more` says that it was cut off. */
  close(): "done" | "more" {
    if (this.#state === "until-close") this.#finish(false);
    return this.#state === "done" ? "done" : "more";
  }

  #countBody(count: number): boolean {
    this.bodyBytes += count;
    if (this.bodyBytes <= this.#limits.bodyBytes) return true;
    this.#state = "broken";
    return false;
  }

  #endData(): void {
    if (this.#state === "length") this.#finish(true);
    else this.#expectLine("chunk-end");
  }

  #finish(reusable: boolean): void {
    this.#state = "done";
    this.keepAlive = reusable && !this.#head.close && (this.#head.minor === 1 || this.#head.persist);
  }

  #expectLine(line: Line): void {
    this.#state = "line";
    this.#expects = line;
    this.#lineLength = 0;
  }

  /** Reads one line, or what there is of it. Returns where to go on, or a negative reason to stop. */
  #feedLine(bytes: Uint8Array, at: number): number {
    const end = bytes.indexOf(LF, at);
    const next = end < 0 ? bytes.length : end + 1;
    this.#headLeft -= next - at;
    if (this.#headLeft < 0) return this.#break(tooLarge);
    if (this.#lineLength === 0 && end >= 0) return this.#takeLine(bytes, at, end) ? next : this.#break(malformed);
    if (!this.#gather(bytes, at, next)) return this.#break(malformed);
    if (end < 0) return next;
    const length = this.#lineLength;
    this.#lineLength = 0;
    return this.#takeLine(this.#line, 0, length - 1) ? next : this.#break(malformed);
  }

  #break(reason: number): number {
    this.#state = "broken";
    return reason;
  }

  /** Keeps part of a line. Garbage without a line end is told at its first bytes, not when the limit is reached. */
  #gather(bytes: Uint8Array, start: number, end: number): boolean {
    const length = this.#lineLength + end - start;
    if (length > this.#line.length) {
      const longer = new Uint8Array(Math.max(length, this.#line.length * 2));
      longer.set(this.#line.subarray(0, this.#lineLength));
      this.#line = longer;
    }
    this.#line.set(bytes.subarray(start, end), this.#lineLength);
    this.#lineLength = length;
    return this.#expects !== "status" || startsLikeHttp(this.#line, 0, length);
  }

  /** One whole line, `end` being the place of its LF. */
  #takeLine(bytes: Uint8Array, start: number, end: number): boolean {
    if (end === start || bytes[end - 1] !== CR) return false;
    const last = end - 1;
    switch (this.#expects) {
      case "status":
        this.#expects = "header";
        return readStatusLine(bytes, start, last, this.#head);
      case "header":
        if (last === start) return this.#endHead();
        this.#kept?.addLine(bytes, start, last);
        return readHeaderLine(bytes, start, last, this.#head);
      case "size":
        return this.#sizeLine(bytes, start, last);
      case "chunk-end":
        this.#expects = "size";
        return last === start;
      case "trailer":
        if (last > start) return isHeaderLine(bytes, start, last);
        this.#finish(true);
        return true;
    }
  }

  /** The empty line after the headers: how does the body end? RFC 9112 section 6.3. */
  #endHead(): boolean {
    if (this.#head.status < 200) return this.#endInterim();
    this.#headDone = true;
    if (this.#toHead || this.#head.status === 204 || this.#head.status === 304) {
      this.#finish(true);
      return true;
    }
    // Both framings at once, or chunks from HTTP/1.0, are how responses are smuggled: neither is to be trusted.
    if (this.#head.coded && (this.#head.length >= 0 || this.#head.minor === 0)) return false;
    if (this.#head.chunked) this.#expectLine("size");
    else if (this.#head.coded || this.#head.length < 0) this.#state = "until-close";
    else if (this.#head.length === 0) this.#finish(true);
    else {
      this.#state = "length";
      this.#bodyLeft = this.#head.length;
    }
    return true;
  }

  /** 1xx: the real response follows. 101 would end HTTP on this connection, and nothing here asks for that. */
  #endInterim(): boolean {
    if (this.#head.status === 101) return false;
    this.#kept?.clear();
    this.#beginHead();
    return true;
  }

  #sizeLine(bytes: Uint8Array, start: number, end: number): boolean {
    let size = 0;
    let at = start;
    for (; at < end; at++) {
      const digit = hexDigit(bytes[at]);
      if (digit < 0) break;
      size = size * 16 + digit;
    }
    if (at === start || at - start > 13) return false;
    // After the digits only an extension may come, with optional blanks before its semicolon.
    while (at < end && isBlank(bytes[at])) at++;
    if (at < end && (bytes[at] !== semicolon || !isText(bytes, at, end))) return false;
    // Lines of a body of many chunks are no head: only what exceeds a plain size line is charged to the limit.
    this.#headLeft += Math.min(end - start + 2, 16) + 2;
    if (size === 0) this.#expectLine("trailer");
    else {
      this.#state = "chunk";
      this.#bodyLeft = size;
    }
    return true;
  }
}

// What `#feedLine` returns in place of a position.
const malformed = -1;
const tooLarge = -2;
