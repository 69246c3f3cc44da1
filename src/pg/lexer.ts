// Splits SQL text into code, strings, quoted names and comments, as PostgreSQL's lexical rules (manual, 4.1) and psql do.

export type PieceKind = "code" | "string" | "name" | "comment";

/** Offsets are UTF-16 indexes; pieces follow each other without gaps. */
export interface Piece {
  readonly kind: PieceKind;
  readonly start: number;
  readonly end: number;
}

const lineEnd = (text: string, from: number): number => {
  const end = text.indexOf("\n", from);
  return end < 0 ? text.length : end;
};

/** Block comments nest in SQL. */
const blockEnd = (text: string, from: number): number => {
  const marks = /\/\*|\*\//g;
  marks.lastIndex = from + 2;
  for (let depth = 1; depth > 0;) {
    const mark = marks.exec(text);
    if (mark === null) return text.length;
    depth += mark[0] === "/*" ? 1 : -1;
  }
  return marks.lastIndex;
};

/** A doubled quote goes on; a backslash hides the next character in `E'…'` alone. */
const quotedEnd = (text: string, from: number, quote: string, escapes: boolean): number => {
  for (let i = from + 1; i < text.length; i++) {
    if (escapes && text[i] === "\\") i++;
    else if (text[i] === quote && text[i + 1] === quote) i++;
    else if (text[i] === quote) return i + 1;
  }
  return text.length;
};

const dollarTag = /\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/uy;

const dollarEnd = (text: string, from: number): number | undefined => {
  dollarTag.lastIndex = from;
  const tag = dollarTag.exec(text)?.[0];
  if (tag === undefined) return undefined;
  const end = text.indexOf(tag, from + tag.length);
  return end < 0 ? text.length : end + tag.length;
};

const isWord = (character: string | undefined): boolean => character !== undefined && /[\p{L}\p{N}_$]/u.test(character);

/** The piece that is not code at `at`, if one begins there. */
const special = (text: string, at: number): Piece | undefined => {
  const here = text[at];
  const piece = (kind: PieceKind, end: number): Piece => ({ kind, start: at, end });
  if (here === "-" && text[at + 1] === "-") return piece("comment", lineEnd(text, at));
  if (here === "/" && text[at + 1] === "*") return piece("comment", blockEnd(text, at));
  if (here === '"') return piece("name", quotedEnd(text, at, '"', false));
  if (here === "'") {
    const escapes = /[eE]/.test(text[at - 1] ?? "") && !isWord(text[at - 2]);
    return piece("string", quotedEnd(text, at, "'", escapes));
  }
  if (here === "$" && !isWord(text[at - 1])) {
    const end = dollarEnd(text, at);
    return end === undefined ? undefined : piece("string", end);
  }
  return undefined;
};

const mayBegin = /--|\/\*|["'$]/g;

export function* piecesOf(text: string, from = 0): Generator<Piece> {
  let start = from;
  for (let at = from; at < text.length;) {
    mayBegin.lastIndex = at;
    const next = mayBegin.exec(text)?.index ?? text.length;
    const found = next < text.length ? special(text, next) : undefined;
    at = found?.end ?? next + 1;
    if (found === undefined && next < text.length) continue;
    if (next > start) yield { kind: "code", start, end: next };
    if (found !== undefined) yield found;
    start = at;
  }
}

/** Spaces in place of everything but line breaks, so that offsets and lines stay where they are. */
export const blank = (text: string): string => text.replace(/[^\r\n]/g, " ");

/** The text with everything but code blanked out. */
export const codeOnly = (text: string): string =>
  [...piecesOf(text)]
    .map(({ kind, start, end }) => (kind === "code" ? text.slice(start, end) : blank(text.slice(start, end))))
    .join("");
