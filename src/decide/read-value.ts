// Reads the text of one answer to one question: all its values, or everything that keeps it from being an answer.
import { isObject } from "../kernel/json.ts";
import { listed } from "../kernel/words.ts";
import type { AnswerKey, Answers } from "./answers.ts";
import { answerKeyOf, answerKinds, valueOf, wantedText } from "./answers.ts";
import { evasion, numberless } from "./evasion.ts";
import type { Field, Question } from "./questions.ts";

export type Read = { readonly values: Answers } | { readonly problems: readonly string[] };

export const hasProblems = (read: object): read is { readonly problems: readonly string[] } => "problems" in read;

/** Longer texts are none anyway, and are not worth repeating. */
const longest = 1000;

const none = /^(?:none|nobody|no one|n\/?a|-|)$/i;

/** A beginning of a choice that no other has: `shared` is `shared-multi-tenant`. */
const chosen = (text: string, choices: readonly string[]): string => {
  const word = text.toLowerCase().replace(/[\s_-]+/g, "-");
  const fits = choices.filter((one) => one === word || one.startsWith(`${word}-`));
  return fits.length === 1 ? (fits[0] ?? text) : text;
};

/** What one field's text says: a value, nothing, or why it says nothing. */
const readField = ({ key, needed }: Field, raw: string): { readonly value?: unknown; readonly problem?: string } => {
  const { kind, choices, read } = valueOf(key);
  const text = raw.trim().slice(0, longest);
  if (!needed && none.test(text)) return {};
  const vague = kind === "text" ? evasion(text) : undefined;
  const value = vague === undefined ? read(choices === undefined ? text : chosen(text, choices)) : undefined;
  if (value !== undefined) return { value };
  const why = (kind === "number" ? numberless(text) : evasion(text)) ?? `"${text}" is none`;
  const { flag, about } = answerKinds[key];
  return { problem: `${flag}: ${why}; expected ${kind === "text" ? about.toLowerCase() : wantedText(key, text)}` };
};

/** Problems of one field on its own, for a prompt that asks for it alone. */
export const readOne = (field: Field, text: string): Read => {
  const { value, problem } = readField(field, text);
  return problem === undefined
    ? { values: value === undefined ? {} : { [field.key]: value } }
    : { problems: [problem] };
};

/** A value without the separator behind it and the quotes around it. */
const bare = (part: string): string =>
  part
    .trim()
    .replace(/[,;]$/, "")
    .replace(/^(["'])(.*)\1$/, "$2");

/** `a=1 b="two words"`; what stands before the first name belongs to the question's first field. */
const namedParts = (text: string, first: string): readonly (readonly [string, string])[] => {
  const marks = [...text.matchAll(/(?:^|[\s,;])([a-z][a-z0-9_-]*)\s*=\s*/gi)];
  const lead = bare(text.slice(0, marks[0]?.index));
  const parts = marks.map(
    ({ 0: mark, 1: name = "", index }, i) =>
      [name, bare(text.slice(index + mark.length, marks[i + 1]?.index))] as const,
  );
  return lead === "" && parts.length > 0 ? parts : [[first, lead], ...parts];
};

/** The parts of a value: of a JSON object, of `name=value` pairs, or of the bare value of the first field. */
const partsOf = (text: string, first: string): readonly (readonly [string, string])[] | string => {
  if (!text.trim().startsWith("{")) return namedParts(text, first);
  try {
    const parsed: unknown = JSON.parse(text);
    const entries = isObject(parsed) ? Object.entries(parsed).filter(([, value]) => value !== null) : [];
    const odd = entries.find(([, value]) => typeof value === "object");
    return odd === undefined
      ? entries.map(([name, value]) => [name, String(value)] as const)
      : `"${odd[0]}" must be a text, a number, true or false`;
  } catch (error) {
    return `this is no JSON: ${error instanceof Error ? error.message : ""}`;
  }
};

const misplaced = ({ number, fields }: Question, names: readonly string[]): readonly string[] =>
  names.flatMap((name, i) => {
    const key = answerKeyOf(name);
    const known = listed(fields.map((field) => answerKinds[field.key].flag));
    if (key === undefined) return [`"${name}" is no part of question ${number}: its parts are ${known}`];
    const { question, flag } = answerKinds[key];
    if (question !== number) return [`${flag} belongs to question ${question}: one question at a time`];
    return names.slice(0, i).some((other) => answerKeyOf(other) === key) ? [`${flag} is given twice`] : [];
  });

/** Reads an answer as `--value` takes it. Every problem is named at once. */
export const readValue = (question: Question, text: string): Read => {
  const first = question.fields[0];
  const parts = partsOf(text, first === undefined ? "" : answerKinds[first.key].flag);
  if (typeof parts === "string") return { problems: [parts] };
  const wrong = misplaced(
    question,
    parts.map(([name]) => name),
  );
  if (wrong.length > 0) return { problems: wrong };
  const byKey = new Map(parts.map(([name, value]) => [answerKeyOf(name), value]));
  const read = question.fields.map(
    (field): { readonly key: AnswerKey; readonly value?: unknown; readonly problem?: string } => {
      const raw = byKey.get(field.key);
      if (raw !== undefined) return { key: field.key, ...readField(field, raw) };
      const { flag, about } = answerKinds[field.key];
      return { key: field.key, ...(field.needed ? { problem: `${flag} is missing: ${about.toLowerCase()}` } : {}) };
    },
  );
  const problems = read.flatMap(({ problem }) => problem ?? []);
  if (problems.length > 0) return { problems };
  return { values: Object.fromEntries(read.flatMap(({ key, value }) => (value === undefined ? [] : [[key, value]]))) };
};
