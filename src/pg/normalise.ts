// Takes the constants out of a statement, so that no value of a user's is ever shown; for text that no parser may read (cut, or broken).
import { piecesOf } from "./lexer.ts";

const numbers =
  /(?<![\p{L}\p{N}_$."])(?:0[xXoObB][\da-fA-F_]+|\d[\d_]*(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?)/gu;

/** The prefix of a string constant (`E'…'`, `B'…'`, `U&'…'`) goes with it. */
const prefix = /(?<![\p{L}\p{N}_$])(?:[eEbBxXnN]|[uU]&)$/u;

/** Lists of placeholders say nothing by their length. */
const shortened = (text: string): string => text.replace(/\?(?:\s*,\s*\?)+/g, "?, …");

/** One line: strings, dollar-quoted text and numbers become `?`, comments go, `$1` stays. Quoted names stay. */
export const withoutConstants = (sql: string): string => {
  let text = "";
  for (const { kind, start, end } of piecesOf(sql)) {
    // Under standard_conforming_strings = off the constant goes on, and where it ends is anybody's guess.
    if (kind === "string" && sql.slice(start, end).endsWith("\\'")) return `${text.replace(prefix, "")}? …`.trim();
    if (kind === "string") text = `${text.replace(prefix, "")}?`;
    else if (kind === "comment") text += " ";
    else if (kind === "name") text += sql.slice(start, end);
    else text += sql.slice(start, end).replace(numbers, "?");
  }
  return shortened(text.replace(/\s+/g, " ").trim());
};
