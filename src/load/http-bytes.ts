// What HTTP/1.x lines are made of, read straight from bytes: nothing here allocates, but for `wordsOf`.

export const CR = 13;
export const LF = 10;
export const colon = 58;
export const semicolon = 59;
export const space = 32;

const tableOf = (allowed: (byte: number) => boolean): Uint8Array =>
  Uint8Array.from({ length: 256 }, (_, byte) => (allowed(byte) ? 1 : 0));

// RFC 9110 section 5.6.2: the characters of a header's name.
const tokenByte = tableOf((byte) => byte < 128 && /[!#$%&'*+.^_`|~\w-]/.test(String.fromCharCode(byte)));

// No control characters but the tab: a NUL or a lone CR in a header is an attack or a broken server.
const textByte = tableOf((byte) => byte === 9 || (byte >= 32 && byte !== 127));

export const isBlank = (byte: number | undefined): boolean => byte === space || byte === 9;

/** Where the run of name characters that begins at `start` ends. */
export const tokenEnd = (bytes: Uint8Array, start: number, end: number): number => {
  let at = start;
  while (at < end && tokenByte[bytes[at] ?? 0] === 1) at++;
  return at;
};

/** Only what may stand in a header's value. */
export const isText = (bytes: Uint8Array, start: number, end: number): boolean => {
  for (let i = start; i < end; i++) {
    if (textByte[bytes[i] ?? 0] === 0) return false;
  }
  return true;
};

/** Bytes against a lower-case word of letters and dashes, whatever their case. */
export const wordIs = (bytes: Uint8Array, start: number, end: number, word: string): boolean => {
  if (end - start !== word.length) return false;
  for (let i = 0; i < word.length; i++) {
    if (((bytes[start + i] ?? 0) | 0x20) !== word.charCodeAt(i)) return false;
  }
  return true;
};

const latin1 = new TextDecoder("latin1");

/** A comma-separated list, in lower case. */
export const wordsOf = (bytes: Uint8Array, start: number, end: number): readonly string[] =>
  latin1
    .decode(bytes.subarray(start, end))
    .toLowerCase()
    .split(",")
    .map((word) => word.trim());

/** At most 15 decimal digits and nothing else, or -1. */
export const decimalOf = (bytes: Uint8Array, start: number, end: number): number => {
  if (start >= end || end - start > 15) return -1;
  let value = 0;
  for (let i = start; i < end; i++) {
    const digit = (bytes[i] ?? 0) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
};

/** The value of a hexadecimal digit, or -1. */
export const hexDigit = (byte: number | undefined): number => {
  if (byte === undefined) return -1;
  if (byte >= 48 && byte <= 57) return byte - 48;
  const letter = byte | 0x20;
  return letter >= 97 && letter <= 102 ? letter - 87 : -1;
};

/** Do the bytes begin with the first `length` of others? */
export const startsWith = (bytes: Uint8Array, others: Uint8Array, length: number): boolean => {
  if (bytes.length < length) return false;
  for (let i = 0; i < length; i++) {
    if (bytes[i] !== others[i]) return false;
  }
  return true;
};

/** The bytes begin as `HTTP/1.0 ` or `HTTP/1.1 ` does, as far as they go. */
export const startsLikeHttp = (bytes: Uint8Array, start: number, end: number): boolean => {
  const length = Math.min(end - start, 9);
  for (let i = 0; i < length; i++) {
    const byte = bytes[start + i] ?? 0;
    if (i === 7 ? byte !== 48 && byte !== 49 : byte !== "HTTP/1.? ".charCodeAt(i)) return false;
  }
  return true;
};
