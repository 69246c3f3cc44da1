// Checks a value against a JSON Schema (2020-12) and says everything that is wrong, each with its JSON Pointer.
//
// It reads the keywords that our own schema files use, and refuses a schema that uses another: what the published
// schema says and what is checked can therefore not differ.
import type { Json, JsonObject } from "../kernel/json.ts";
import { isObject, own, pointer } from "../kernel/json.ts";
import { listed, nearest } from "../kernel/words.ts";

export interface Problem {
  /** RFC 6901, "" for the whole document. */
  readonly pointer: string;
  readonly message: string;
}

type Path = readonly (string | number)[];

interface Place {
  readonly root: JsonObject;
  /** The schema that the keyword stands in. */
  readonly schema: JsonObject;
  readonly path: Path;
}

type Keyword = (wanted: Json, value: unknown, place: Place) => readonly Problem[];

const problem = ({ path }: Place, message: string, ...deeper: Path): Problem => ({
  pointer: pointer([...path, ...deeper]),
  message,
});

const failing = (fails: boolean, place: Place, message: () => string): readonly Problem[] =>
  fails ? [problem(place, message())] : [];

const typeOf = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "array" : Number.isInteger(value) ? "integer" : typeof value;

const article = (noun: string): string => `${/^[aio]/.test(noun) ? "an" : "a"} ${noun}`;

const hasType = (value: unknown, type: string): boolean => {
  const actual = typeOf(value);
  return actual === type || (type === "number" && actual === "integer");
};

const shown = (value: unknown): string => {
  const text = typeof value === "number" ? String(value) : JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
};

const strings = (value: Json): readonly string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
const oneOrMore = (value: Json): readonly string[] => (typeof value === "string" ? [value] : strings(value));
const objectOf = (value: Json | undefined): JsonObject => (isObject(value) ? value : {});
const textOf = (value: Json): string => (typeof value === "string" ? value : "");
const numberOf = (value: Json): number => (typeof value === "number" ? value : Number.NaN);

const within = (place: Place, schema: Json | undefined, value: unknown, ...deeper: Path): readonly Problem[] =>
  schema === undefined ? [] : check(schema, value, { root: place.root, path: [...place.path, ...deeper] });

/** Keywords about numbers, texts, lists and objects say nothing about values of other types. */
const aboutNumber =
  (fails: (value: number, limit: number) => boolean, words: string): Keyword =>
  (limit, value, place) =>
    failing(
      typeof value === "number" && fails(value, numberOf(limit)),
      place,
      () => `must be ${words} ${shown(limit)}, but is ${shown(value)}`,
    );

const aboutCount =
  (
    countOf: (value: unknown) => number | undefined,
    fails: (count: number, limit: number) => boolean,
    words: (limit: number) => string,
  ): Keyword =>
  (limit, value, place) => {
    const count = countOf(value);
    return failing(count !== undefined && fails(count, numberOf(limit)), place, () => words(numberOf(limit)));
  };

const lengthOf = (value: unknown): number | undefined =>
  typeof value === "string" ? Array.from(value).length : undefined;
const itemCount = (value: unknown): number | undefined => (Array.isArray(value) ? value.length : undefined);
const keyCount = (value: unknown): number | undefined => (isObject(value) ? Object.keys(value).length : undefined);
const below = (a: number, b: number): boolean => a < b;
const above = (a: number, b: number): boolean => a > b;

// Far above every maxLength of ours: expressions are not tried on texts that are refused for their length anyway.
const longest = 5000;
const matches = (pattern: string, value: string): boolean =>
  value.length > longest || new RegExp(pattern, "u").test(value);

const patternSchemas = ({ schema }: Place, key: string): readonly Json[] =>
  Object.entries(objectOf(schema["patternProperties"]))
    .filter(([pattern]) => new RegExp(pattern, "u").test(key))
    .map(([, inner]) => inner);

/** A spelling near enough to suggest; nobody misspells a hundred letters. */
const suggestion = (word: unknown, known: readonly string[]): string | undefined =>
  typeof word === "string" && word.length <= 100 ? nearest(word, known) : undefined;

const unknownKey = (place: Place, key: string): Problem => {
  const known = Object.keys(objectOf(place.schema["properties"]));
  const near = suggestion(key, known);
  const notes = objectOf(place.root["x-unknown"]);
  const note = own(notes, key);
  const hint =
    typeof note === "string" ? note : near === undefined ? `known are ${listed(known)}` : `did you mean "${near}"?`;
  return problem(place, `unknown key ${shown(key)}: ${hint}`, key);
};

const keywords: Readonly<Record<string, Keyword>> = {
  type: (type, value, place) =>
    failing(!oneOrMore(type).some((one) => hasType(value, one)), place, () => {
      const names = oneOrMore(type).map(article);
      return `must be ${listed(names, "or")}, but is ${shown(value)}`;
    }),
  enum: (values, value, place) =>
    failing(!(values as readonly unknown[]).includes(value), place, () => {
      const near = suggestion(value, strings(values));
      return `must be one of ${strings(values).join(", ")}, but is ${shown(value)}${near === undefined ? "" : `; did you mean "${near}"?`}`;
    }),
  minimum: aboutNumber(below, "at least"),
  maximum: aboutNumber(above, "at most"),
  exclusiveMaximum: aboutNumber((value, limit) => value >= limit, "less than"),
  minLength: aboutCount(lengthOf, below, (limit) =>
    limit === 1 ? "must not be empty" : `must have at least ${limit} characters`,
  ),
  maxLength: aboutCount(lengthOf, above, (limit) => `must have at most ${limit} characters`),
  minItems: aboutCount(itemCount, below, (limit) =>
    limit === 1 ? "must not be empty" : `must have at least ${limit} entries`,
  ),
  maxItems: aboutCount(itemCount, above, (limit) => `must have at most ${limit} entries`),
  minProperties: aboutCount(keyCount, below, (limit) =>
    limit === 1 ? "must not be empty" : `must have at least ${limit} entries`,
  ),
  maxProperties: aboutCount(keyCount, above, (limit) => `must have at most ${limit} entries`),
  pattern: (pattern, value, place) =>
    failing(typeof value === "string" && !matches(textOf(pattern), value), place, () => {
      const words = place.schema["x-pattern"];
      return `${typeof words === "string" ? words : `must match ${textOf(pattern)}`}, but is ${shown(value)}`;
    }),
  required: (names, value, place) =>
    isObject(value)
      ? strings(names)
          .filter((name) => !Object.hasOwn(value, name))
          .map((name) => problem(place, `"${name}" is missing`))
      : [],
  properties: (schemas, value, place) =>
    isObject(value)
      ? Object.entries(objectOf(schemas)).flatMap(([key, inner]) =>
          Object.hasOwn(value, key) ? within(place, inner, own(value, key), key) : [],
        )
      : [],
  patternProperties: (_schemas, value, place) =>
    isObject(value)
      ? Object.keys(value).flatMap((key) =>
          patternSchemas(place, key).flatMap((inner) => within(place, inner, own(value, key), key)),
        )
      : [],
  additionalProperties: (allowed, value, place) => {
    if (!isObject(value)) return [];
    const known = objectOf(place.schema["properties"]);
    const extra = Object.keys(value).filter(
      (key) => !Object.hasOwn(known, key) && patternSchemas(place, key).length === 0,
    );
    return extra.flatMap((key) =>
      allowed === false ? [unknownKey(place, key)] : within(place, allowed, own(value, key), key),
    );
  },
  propertyNames: (schema, value, place) =>
    isObject(value)
      ? Object.keys(value).flatMap((key) =>
          check(schema, key, { root: place.root, path: [] }).map(({ message }) =>
            problem(place, `the key ${message}`, key),
          ),
        )
      : [],
  items: (schema, value, place) =>
    Array.isArray(value) ? value.flatMap((item, i) => within(place, schema, item, i)) : [],
  $ref: (reference, value, place) => {
    const name = textOf(reference).replace("#/$defs/", "");
    return within(place, objectOf(place.root["$defs"])[name], value);
  },
  if: (condition, value, place) => {
    const holds = within(place, condition, value).length === 0;
    return within(place, holds ? place.schema["then"] : place.schema["else"], value);
  },
};

/** Keywords that describe, or that another keyword reads. */
const silent = ["$schema", "$id", "$defs", "title", "description", "then", "else", "x-unknown", "x-pattern"];

const check = (schema: Json, value: unknown, { root, path }: Omit<Place, "schema">): readonly Problem[] => {
  if (schema === true) return [];
  const place = { root, schema: objectOf(schema), path };
  const found = Object.entries(place.schema).flatMap(([name, wanted]) => {
    if (silent.includes(name)) return [];
    const keyword = own(keywords, name) as Keyword | undefined;
    if (keyword === undefined) throw new Error(`schema keyword "${name}" is not read`);
    return keyword(wanted, value, place).map((one) => ({ ...one, name }));
  });
  // A value of the wrong type breaks other keywords as well: one message is enough.
  const wrongType = found.filter(({ name }) => name === "type");
  return (wrongType.length > 0 ? wrongType : found).map(({ pointer: at, message }) => ({ pointer: at, message }));
};

/** Everything in which `value` differs from `schema`, in the order of the schema's keywords. */
export const checkAgainst = (schema: JsonObject, value: unknown): readonly Problem[] =>
  check(schema, value, { root: schema, path: [] });
