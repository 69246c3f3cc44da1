// What only psql understands in a dump: its own lines and the data of COPY are blanked out, the rest stays in place.
import { blank, piecesOf } from "./lexer.ts";

/** Something left out, and where it stood (UTF-16 index). */
export interface Removed {
  readonly kind: "command" | "data";
  readonly start: number;
  /** A command with its backslash: `\connect`. Empty for data. */
  readonly command: string;
}

export interface Stripped {
  /** As long as the original; offsets are the same. */
  readonly text: string;
  readonly removed: readonly Removed[];
}

interface Cut extends Removed {
  readonly end: number;
}

const copiesIn = /^\s*copy\b[^;]*\bfrom\s+stdin\b/i;

const lineBreak = (text: string, from: number): number => {
  const at = text.indexOf("\n", from);
  return at < 0 ? text.length : at + 1;
};

/** The lines after a COPY statement, up to and including `\.`. */
const dataCut = (text: string, from: number): Cut => {
  const start = lineBreak(text, from);
  let end = start;
  while (end < text.length) {
    const next = lineBreak(text, end);
    const last = /^\\\.\r?\n?$/.test(text.slice(end, next));
    end = next;
    if (last) break;
  }
  return { kind: "data", start, end, command: "" };
};

const commandCut = (text: string, start: number): Cut => {
  const end = text.indexOf("\n", start);
  const whole = text.slice(start, end < 0 ? text.length : end);
  return { kind: "command", start, end: start + whole.length, command: /^\\\S*/.exec(whole)?.[0] ?? "\\" };
};

/** The first cut at or after `from`, and undefined when nothing is left to cut. */
const nextCut = (text: string, from: number): Cut | undefined => {
  let statement = "";
  for (const { kind, start, end } of piecesOf(text, from)) {
    if (kind !== "code") {
      statement += " ";
      continue;
    }
    for (const { 0: mark, index } of text.slice(start, end).matchAll(/[^;\\]+|[;\\]/g)) {
      const at = start + index;
      if (mark === "\\") return commandCut(text, at);
      if (mark !== ";") statement += mark;
      else if (copiesIn.test(statement)) return dataCut(text, at);
      else statement = "";
    }
  }
  return undefined;
};

/** psql ends a statement at `\g` and its kin, as at a semicolon. */
const replacement = (text: string, { kind, start, end, command }: Cut): string => {
  const spaces = blank(text.slice(start, end));
  return kind === "command" && /^\\g/.test(command) ? `;${spaces.slice(1)}` : spaces;
};

export const stripPsql = (text: string): Stripped => {
  if (!text.includes("\\") && !/\bfrom\s+stdin\b/i.test(text)) return { text, removed: [] };
  const parts: string[] = [];
  const removed: Removed[] = [];
  let from = 0;
  for (let cut = nextCut(text, 0); cut !== undefined; cut = nextCut(text, from)) {
    parts.push(text.slice(from, cut.start), replacement(text, cut));
    removed.push({ kind: cut.kind, start: cut.start, command: cut.command });
    from = cut.end;
  }
  parts.push(text.slice(from));
  return { text: parts.join(""), removed };
};
