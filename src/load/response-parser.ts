// Reads HTTP/1.x responses strictly and incrementally: bytes in, "is the answer complete?" out. Bodies are counted, not kept.

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

const CR = 13;
const LF = 10;

// RFC 9110 section 5.6.2: the characters of a header's name.
const tokenByte = new Uint8Array(256);
for (const char of "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz") {
  tokenByte[char.charCodeAt(0)] = 1;
}

/** A header line's bytes against a lower-case name. */
const nameIs = (bytes: Uint8Array, start: number, end: number, name: string): boolean => {
  if (end - start !== name.length) return false;
  for (let i = 0; i < name.length; i++) {
    if (((bytes[start + i] ?? 0) | 0x20) !== name.charCodeAt(i)) return false;
  }
  return true;
};

const textOf = (bytes: Uint8Array, start: number, end: number): string => {
  let text = "";
  for (let i = start; i < end; i++) text += String.fromCharCode(bytes[i] ?? 0);
  return text.replace(/^[ \t]+|[ \t]+$/g, "").toLowerCase();
};

/** One connection's responses, one after the other. `begin` before each; then `feed` until it no longer says `more`. */
export class ResponseParser {
  readonly #head: boolean;
  readonly #limits: ResponseLimits;
  #state: State = "done";
  #expects: Line = "status";
  /** A line that did not end in the last chunk; longer than any line only when it has grown. */
  #line = new Uint8Array(256);
  #lineLength = 0;
  #headLeft = 0;
  #bodyLeft = 0;
  #minor = 1;
  #length = -1;
  #chunked = false;
  #coded = false;
  #close = false;
  #persist = false;

  /** The status of the response being read; 0 before its status line. */
  status = 0;
  /** Body bytes so far, as sent: chunk framing does not count. */
  bodyBytes = 0;
  /** Once done: may the connection carry another request? */
  keepAlive = false;

  constructor(method: string, limits: ResponseLimits = responseLimits) {
    this.#head = method === "HEAD";
    this.#limits = limits;
  }

  begin(): void {
    this.#headLeft = this.#limits.headBytes;
    this.bodyBytes = 0;
    this.#beginHead();
  }

  #beginHead(): void {
    this.#state = "line";
    this.#expects = "status";
    this.#lineLength = 0;
    this.status = 0;
    this.keepAlive = false;
    this.#length = -1;
    this.#chunked = false;
    this.#coded = false;
    this.#close = false;
    this.#persist = false;
  }

  /** Takes the next bytes of the connection; they are not kept after the call. */
  feed(bytes: Uint8Array): ParseResult {
    const end = bytes.length;
    let at = 0;
    while (at < end) {
      switch (this.#state) {
        case "line":
          at = this.#feedLine(bytes, at);
          break;
        case "length":
        case "chunk": {
          const taken = Math.min(this.#bodyLeft, end - at);
          at += taken;
          this.#bodyLeft -= taken;
          if (!this.#countBody(taken)) return "too-large";
          if (this.#bodyLeft === 0) this.#endData();
          break;
        }
        case "until-close":
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
    this.keepAlive = reusable && !this.#close && (this.#minor === 1 || this.#persist);
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
        return this.#statusLine(bytes, start, last);
      case "header":
        return last === start ? this.#endHead() : this.#headerLine(bytes, start, last, true);
      case "size":
        return this.#sizeLine(bytes, start, last);
      case "chunk-end":
        this.#expects = "size";
        return last === start;
      case "trailer":
        if (last > start) return this.#headerLine(bytes, start, last, false);
        this.#finish(true);
        return true;
    }
  }

  #statusLine(bytes: Uint8Array, start: number, end: number): boolean {
    const length = end - start;
    if (length < 12 || !startsLikeHttp(bytes, start, end)) return false;
    if (length > 12 && bytes[start + 12] !== 32) return false;
    const minor = (bytes[start + 7] ?? 0) - 48;
    const hundreds = (bytes[start + 9] ?? 0) - 48;
    const tens = (bytes[start + 10] ?? 0) - 48;
    const ones = (bytes[start + 11] ?? 0) - 48;
    if (hundreds < 1 || hundreds > 9 || tens < 0 || tens > 9 || ones < 0 || ones > 9) return false;
    if (!fieldText(bytes, start + 12, end)) return false;
    this.#minor = minor;
    this.status = hundreds * 100 + tens * 10 + ones;
    this.#expects = "header";
    return true;
  }

  #headerLine(bytes: Uint8Array, start: number, end: number, meant: boolean): boolean {
    let colon = start;
    while (colon < end && tokenByte[bytes[colon] ?? 0] === 1) colon++;
    if (colon === start || bytes[colon] !== 58 || !fieldText(bytes, colon + 1, end)) return false;
    if (!meant) return true;
    // The three names that matter differ in length, so most lines are passed over by one comparison.
    switch (colon - start) {
      case 10:
        if (nameIs(bytes, start, colon, "connection")) this.#connection(textOf(bytes, colon + 1, end));
        return true;
      case 14:
        return !nameIs(bytes, start, colon, "content-length") || this.#contentLength(textOf(bytes, colon + 1, end));
      case 17:
        return !nameIs(bytes, start, colon, "transfer-encoding") || this.#coding(textOf(bytes, colon + 1, end));
      default:
        return true;
    }
  }

  #connection(value: string): void {
    for (const option of value.split(",")) {
      if (option.trim() === "close") this.#close = true;
      if (option.trim() === "keep-alive") this.#persist = true;
    }
  }

  #contentLength(value: string): boolean {
    if (!/^\d{1,15}$/.test(value)) return false;
    const length = Number(value);
    if (this.#length >= 0 && this.#length !== length) return false;
    this.#length = length;
    return true;
  }

  /** RFC 9112 section 6.1: `chunked` may come once, and last. */
  #coding(value: string): boolean {
    for (const coding of value.split(",")) {
      if (this.#chunked) return false;
      this.#coded = true;
      if (coding.trim() === "chunked") this.#chunked = true;
    }
    return true;
  }

  /** The empty line after the headers: how does the body end? RFC 9112 section 6.3. */
  #endHead(): boolean {
    if (this.status < 200) return this.#endInterim();
    if (this.#head || this.status === 204 || this.status === 304) {
      this.#finish(true);
      return true;
    }
    // Both framings at once, or chunks from HTTP/1.0, are how responses are smuggled: neither is to be trusted.
    if (this.#coded && (this.#length >= 0 || this.#minor === 0)) return false;
    if (this.#chunked) this.#expectLine("size");
    else if (this.#coded || this.#length < 0) this.#state = "until-close";
    else if (this.#length === 0) this.#finish(true);
    else {
      this.#state = "length";
      this.#bodyLeft = this.#length;
    }
    return true;
  }

  /** 1xx: the real response follows. 101 would end HTTP on this connection, and nothing here asks for that. */
  #endInterim(): boolean {
    if (this.status === 101) return false;
    this.#beginHead();
    return true;
  }

  #sizeLine(bytes: Uint8Array, start: number, end: number): boolean {
    let size = 0;
    let at = start;
    for (; at < end; at++) {
      const digit = hexDigit(bytes[at] ?? 0);
      if (digit < 0) break;
      size = size * 16 + digit;
    }
    if (at === start || at - start > 13) return false;
    // After the digits only an extension may come, with optional blanks before its semicolon.
    while (at < end && (bytes[at] === 32 || bytes[at] === 9)) at++;
    if (at < end && (bytes[at] !== 59 || !fieldText(bytes, at, end))) return false;
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

const hexDigit = (byte: number): number => {
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 0x20;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
};

/** The bytes begin as `HTTP/1.0 ` or `HTTP/1.1 ` does, as far as they go. */
const startsLikeHttp = (bytes: Uint8Array, start: number, end: number): boolean => {
  const length = Math.min(end - start, 9);
  for (let i = 0; i < length; i++) {
    const byte = bytes[start + i] ?? 0;
    if (i === 7 ? byte !== 48 && byte !== 49 : byte !== "HTTP/1.? ".charCodeAt(i)) return false;
  }
  return true;
};

/** No control characters but the tab: a NUL or a lone CR in a header is an attack or a broken server. */
const fieldText = (bytes: Uint8Array, start: number, end: number): boolean => {
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? 0;
    if ((byte < 32 && byte !== 9) || byte === 127) return false;
  }
  return true;
};
