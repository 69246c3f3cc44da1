// The one printer of literals, keys and comments: text from a document never becomes code.
import type { Json } from "../kernel/json.ts";
import type { Doc } from "./layout.ts";
import { braces, brackets, property } from "./layout.ts";

const unsafe = /[\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\u007f-\u009f\ufeff]/g;

const escaped = (text: string): string =>
  text.replace(unsafe, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** A string literal. Line separators and bidirectional marks are escaped: a reader must see what is there. */
export const literal = (text: string): string => {
  const double = escaped(JSON.stringify(text));
  const count = (mark: string): number => text.split(mark).length;
  // Whichever quotes need fewer escapes.
  if (count('"') <= count("'")) return double;
  const inner = double.slice(1, -1).replace(/\\[\s\S]/g, (pair) => (pair === '\\"' ? '"' : pair));
  return `'${inner.replaceAll("'", "\\'")}'`;
};

/** A property key: bare when it is a plain identifier; `__proto__` computed, since it would set the prototype. */
export const key = (name: string): string =>
  name === "__proto__" ? '["__proto__"]' : /^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name);

/** A key in a type: there `__proto__` is a name like any other. */
export const typeKey = (name: string): string => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : literal(name));

/** Lists of JSON are read-only, which `Array.isArray` does not know. */
export const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

/** JSON data as a literal. */
export const data = (value: Json): Doc => {
  if (typeof value === "string") return literal(value);
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (value === null || typeof value === "boolean") return String(value);
  if (isList(value)) return brackets(value.map(data));
  return braces(Object.entries(value).map(([name, inner]) => property(key(name), data(inner))));
};

const wrap = (text: string, width: number): readonly string[] => {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + word.length + 1 <= width) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
};

const maxComment = 400;

/** One line of plain words: no end of comment, no line breaks, no invisible characters. */
export const commentText = (text: string): string => {
  const words = text
    .replace(/[\u0000-\u001f\u2028\u2029\s]+/g, " ")
    .replace(/[\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, "")
    .replaceAll("*/", "* /")
    .replaceAll("/*", "/ *")
    .trim();
  return words.length > maxComment ? `${words.slice(0, maxComment - 1)}…` : words;
};

/** A documentation comment, or nothing when there is nothing to say. */
export const comment = (...paragraphs: readonly (string | undefined)[]): readonly string[] => {
  const texts = paragraphs.map((text) => commentText(text ?? "")).filter((text) => text !== "");
  const lines = texts.flatMap((text) => wrap(text, 76));
  if (lines.length === 0) return [];
  if (lines.length === 1) return [`/** ${lines[0] ?? ""} */`];
  return ["/**", ...lines.map((line) => ` * ${line}`), " */"];
};
