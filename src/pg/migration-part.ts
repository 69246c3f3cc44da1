// The way forward of a migration file that holds both ways, as dbmate, goose, sql-migrate and others mark them.
import { blank, piecesOf } from "./lexer.ts";

/** A marker is a comment line of its own: `-- migrate:up`, `-- +goose Down`, `-- +migrate Up`, `--//@UNDO`. */
const marker = /^[ \t]*--[ \t]*(?:migrate:(up|down)\b|\+(?:goose|migrate)[ \t]+(up|down)\b|\/\/[ \t]*@(undo)\b).*$/gim;

/** What looks like a marker inside a string, a name or a function's body is none. */
const marksOf = (text: string): readonly RegExpExecArray[] => {
  const found = [...text.matchAll(marker)];
  if (found.length === 0) return [];
  const comments = new Set(piecesOf(text).flatMap(({ kind, start }) => (kind === "comment" ? [start] : [])));
  return found.filter(({ 0: whole, index }) => comments.has(index + whole.indexOf("--")));
};

/** The text with everything but the way forward blanked out, so that places stay where they are. */
export const wayForward = (text: string): string => {
  const marks = marksOf(text);
  const parts: string[] = [];
  let [from, forward] = [0, true];
  const upTo = (end: number): void => {
    const part = text.slice(from, end);
    parts.push(forward ? part : blank(part));
    from = end;
  };
  for (const { 0: whole, 1: dbmate, 2: goose, 3: undo, index } of marks) {
    upTo(index);
    forward = undo === undefined && (dbmate ?? goose ?? "").toLowerCase() === "up";
    from = index;
    if (!forward) upTo(index + whole.length);
  }
  upTo(text.length);
  return parts.join("");
};
