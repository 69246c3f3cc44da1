// Files that hold both ways: the comment lines by which dbmate, goose, sql-migrate and node-pg-migrate tell them apart.
import { blank, piecesOf } from "../lexer.ts";
import type { Tool, Wrapping } from "./model.ts";

type Direction = "up" | "down";

interface Style {
  readonly tool: Tool;
  /** A whole comment line; group 1 is the direction, group 2 what stands behind it. */
  readonly mark: RegExp;
  readonly without: (options: string, text: string) => boolean;
}

const styles: readonly Style[] = [
  {
    tool: "dbmate",
    mark: /^--\s*migrate:(up|down)\b(.*)$/,
    without: (options) => /\btransaction:false\b/.test(options),
  },
  {
    tool: "goose",
    mark: /^--\s*\+goose\s+(up|down)\b(.*)$/i,
    without: (_, text) => /^[ \t]*--\s*\+goose\s+NO\s+TRANSACTION\b/im.test(text),
  },
  {
    tool: "sql-migrate",
    mark: /^--\s*\+migrate\s+(up|down)\b(.*)$/i,
    without: (options) => /\bnotransaction\b/i.test(options),
  },
  { tool: "node-pg-migrate", mark: /^--[\s-]*(up|down)\s+migration\b(.*)$/i, without: () => false },
];

interface Mark {
  readonly style: Style;
  readonly direction: Direction;
  readonly options: string;
  readonly start: number;
  readonly end: number;
}

/** Marks are comments of their own line: one inside a string or a function's body is none. */
const marksOf = (text: string): readonly Mark[] => {
  const marks: Mark[] = [];
  for (const { kind, start, end } of piecesOf(text)) {
    if (kind !== "comment" || text[start] !== "-") continue;
    const before = text.slice(text.lastIndexOf("\n", start - 1) + 1, start);
    if (before.trim() !== "") continue;
    const line = text.slice(start, end).trimEnd();
    for (const style of styles) {
      const match = style.mark.exec(line);
      if (match === null) continue;
      const direction = (match[1] ?? "").toLowerCase() === "up" ? "up" : "down";
      marks.push({ style, direction, options: match[2] ?? "", start, end });
      break;
    }
  }
  return marks;
};

export interface Part {
  /** As long as the file. */
  readonly text: string;
  readonly wrapping: Wrapping;
}

export interface Marked {
  readonly tool: Tool;
  readonly up?: Part;
  readonly down?: Part;
  /** Indexes of marks of a direction that was marked before. */
  readonly again: readonly number[];
}

const partOf = (text: string, marks: readonly Mark[], direction: Direction): Part | undefined => {
  const own = marks.filter((mark) => mark.direction === direction);
  const [first] = own;
  if (first === undefined) return undefined;
  const parts: string[] = [];
  let from = 0;
  for (const mark of own) {
    const next = marks.find(({ start }) => start > mark.start)?.start ?? text.length;
    parts.push(blank(text.slice(from, mark.end)), text.slice(mark.end, next));
    from = next;
  }
  parts.push(blank(text.slice(from)));
  const { style, options } = first;
  return { text: parts.join(""), wrapping: style.without(options, text) ? "none" : "whole" };
};

/** The ways that a file's marks tell apart; undefined for a file without marks. */
export const markedWays = (text: string): Marked | undefined => {
  const marks = marksOf(text);
  const [first] = marks;
  if (first === undefined) return undefined;
  const [up, down] = [partOf(text, marks, "up"), partOf(text, marks, "down")];
  const seen = new Set<Direction>();
  const again = marks.flatMap(({ direction, start }) => {
    const twice = seen.has(direction);
    seen.add(direction);
    return twice ? [start] : [];
  });
  return {
    tool: first.style.tool,
    ...(up === undefined ? {} : { up }),
    ...(down === undefined ? {} : { down }),
    again,
  };
};
