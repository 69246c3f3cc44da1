// Looks into answers: does a body hold what was expected, and what is the value that a later request needs?
import { Validator } from "@cfworker/json-schema";
import type { Json } from "../kernel/json.ts";
import { canonicalJson } from "../kernel/json.ts";
import { valueAt } from "./json-path.ts";
import type { Answer } from "./kept-answer.ts";
import type { Check, Extraction, Source } from "./scenario.ts";

/** What was found instead; undefined when the check holds. Never the body itself: it may hold secrets. */
export type Judge = (answer: Seen) => string | undefined;

/** An answer whose body is parsed at most once. */
export class Seen {
  readonly answer: Answer;
  #json: { readonly value: Json } | string | undefined;

  constructor(answer: Answer) {
    this.answer = answer;
  }

  header(name: string): string | undefined {
    return this.answer.headers.find(([one]) => one.toLowerCase() === name.toLowerCase())?.[1];
  }

  all(name: string): readonly string[] {
    return this.answer.headers.flatMap(([one, value]) => (one.toLowerCase() === name ? [value] : []));
  }

  /** Why the body cannot be looked into as it is. */
  get problem(): string | undefined {
    const coding = this.header("content-encoding") ?? "identity";
    if (coding.toLowerCase() !== "identity") return `the body is compressed (${coding}): ask for no Accept-Encoding`;
    return this.answer.cut ? "the body is longer than the 1 MB that is looked into" : undefined;
  }

  /** The body as JSON, or why it is none. */
  get json(): { readonly value: Json } | string {
    this.#json ??= this.problem ?? parsed(this.answer.body);
    return this.#json;
  }
}

const parsed = (body: string): { readonly value: Json } | string => {
  try {
    return { value: JSON.parse(body) as Json };
  } catch {
    return body === "" ? "the body is empty" : "the body is no JSON";
  }
};

const kindOf = (value: Json): string => (value === null ? "null" : Array.isArray(value) ? "array" : typeof value);

/** Short enough to show, and only of simple values. */
const shown = (value: Json): string => {
  const text = typeof value === "object" && value !== null ? `an ${kindOf(value)}` : JSON.stringify(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}…`;
};

const judges: { readonly [K in Check["kind"]]: (check: Extract<Check, { kind: K }>) => Judge } = {
  contains:
    ({ text }) =>
    (seen) =>
      seen.problem ?? (seen.answer.body.includes(text) ? undefined : "the body does not contain it"),
  matches: ({ pattern }) => {
    const regex = new RegExp(pattern, "su");
    return (seen) => seen.problem ?? (regex.test(seen.answer.body) ? undefined : "the body does not match");
  },
  header:
    ({ name, value }) =>
    (seen) => {
      const found = seen.header(name);
      if (found === undefined) return "the answer has no such header";
      return value === undefined || found === value ? undefined : "the header has another value";
    },
  json:
    ({ path, equals }) =>
    ({ json }) => {
      if (typeof json === "string") return json;
      const found = valueAt(json.value, path);
      if (found === undefined) return "nothing is there";
      return equals === undefined || canonicalJson(found) === canonicalJson(equals)
        ? undefined
        : `it is ${shown(found)}`;
    },
  schema: ({ schema }) => {
    const validator = new Validator(schema, "2020-12", true);
    return ({ json }) => {
      if (typeof json === "string") return json;
      const { valid, errors } = validator.validate(json.value);
      const last = errors.at(-1);
      return valid ? undefined : `at ${last?.instanceLocation ?? "#"}: ${last?.keyword ?? "not valid"}`;
    };
  },
};

export const judgeOf = (check: Check): Judge => (judges[check.kind] as (one: Check) => Judge)(check);

const checkTexts: { readonly [K in Check["kind"]]: (check: Extract<Check, { kind: K }>) => string } = {
  contains: ({ text }) => `body contains ${JSON.stringify(text)}`,
  matches: ({ pattern }) => `body matches ${pattern}`,
  header: ({ name, value }) => (value === undefined ? `has header ${name}` : `header ${name} is ${value}`),
  json: ({ path, equals }) => (equals === undefined ? `${path.text} is there` : `${path.text} is ${shown(equals)}`),
  schema: ({ name }) => `body is valid against ${name}`,
};

export const checkText = (check: Check): string => (checkTexts[check.kind] as (one: Check) => string)(check);

/** A value for later requests; undefined when the answer has none. */
export type Find = (seen: Seen) => string | undefined;

const plain = (value: Json | undefined): string | undefined =>
  value === undefined || value === null ? undefined : typeof value === "object" ? JSON.stringify(value) : String(value);

const extractors: { readonly [K in Source["kind"]]: (source: Extract<Source, { kind: K }>) => Find } = {
  json:
    ({ path }) =>
    ({ json }) =>
      typeof json === "string" ? undefined : plain(valueAt(json.value, path)),
  header:
    ({ name }) =>
    (seen) =>
      seen.header(name),
  regex: ({ pattern }) => {
    const regex = new RegExp(pattern, "su");
    return (seen) => {
      const found = seen.problem === undefined ? regex.exec(seen.answer.body) : null;
      return found === null ? undefined : (found[1] ?? found[0]);
    };
  },
  cookie:
    ({ name }) =>
    ({ answer }) =>
      answer.headers
        .filter(([header]) => header.toLowerCase() === "set-cookie")
        .map(([, value]) => (value.split(";")[0] ?? "").trim())
        .findLast((pair) => pair.startsWith(`${name}=`))
        ?.slice(name.length + 1),
};

export const extractorOf = (source: Source): Find => (extractors[source.kind] as (one: Source) => Find)(source);

const sourceTexts: { readonly [K in Source["kind"]]: (source: Extract<Source, { kind: K }>) => string } = {
  json: ({ path }) => path.text,
  header: ({ name }) => `header ${name}`,
  regex: ({ pattern }) => `/${pattern}/`,
  cookie: ({ name }) => `cookie ${name}`,
};

const sourceText = (source: Source): string => (sourceTexts[source.kind] as (one: Source) => string)(source);

export const extractionText = ({ variable, from }: Extraction): string => `${variable} is found (${sourceText(from)})`;
