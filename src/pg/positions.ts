// Positions in SQL text: UTF-8 byte offsets (the parser's), characters (the server's), UTF-16 indexes, lines and columns.

/** How many UTF-8 bytes a UTF-16 code unit stands for; of a surrogate pair each half counts two of the four. */
const byteLength = (unit: number): number =>
  unit < 0x80 ? 1 : unit < 0x800 ? 2 : unit >= 0xd800 && unit < 0xe000 ? 2 : 3;

/** A function from UTF-8 byte offsets to UTF-16 indexes of the same text. Costs the distance to the last offset asked for. */
export const byteIndexes = (text: string): ((offset: number) => number) => {
  let [index, byte] = [0, 0];
  return (offset) => {
    while (byte < offset && index < text.length) byte += byteLength(text.charCodeAt(index++));
    while (byte > offset && index > 0) byte -= byteLength(text.charCodeAt(--index));
    return index;
  };
};

/** The UTF-16 index of the n-th character, counted from 0. */
export const characterIndex = (text: string, n: number): number => {
  let index = 0;
  for (let i = 0; i < n && index < text.length; i++) index += (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1;
  return index;
};

export interface LineColumn {
  readonly line: number;
  readonly column: number;
}

/** A function from UTF-16 indexes of a text to line and column, both from 1. `\r\n`, `\n` and `\r` end a line. */
export const linesOf = (text: string): ((index: number) => LineColumn) => {
  const starts = [0, ...text.matchAll(/\r\n|\n|\r/g).map(({ 0: end, index }) => index + end.length)];
  return (index) => {
    let [low, high] = [0, starts.length];
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= index) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: index - (starts[low] ?? 0) + 1 };
  };
};
