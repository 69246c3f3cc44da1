// A value that a schema accepts: the document's own example where it has one, otherwise made, and always checked.
import type { Json, JsonObject } from "../kernel/json.ts";
import { canonicalJson, isObject } from "../kernel/json.ts";
import type { Judging } from "./accepts.ts";
import { accepts, requiredNames } from "./accepts.ts";
import { isMarked } from "./emit-types.ts";
import type { Schema } from "./model.ts";
import type { ApiPlan } from "./plan.ts";
import { followed } from "./plan.ts";
import { isList } from "./print.ts";
import { flattened } from "./sample-flat.ts";
import { sampleNumbers, sampleTexts } from "./sample-scalar.ts";
import type { JsonType } from "./schema-keywords.ts";
import {
  fileKeyword,
  get,
  hasKeywordOf,
  listedTypes,
  listedValues,
  numberIn,
  refOf,
  schemaIn,
  schemaMapIn,
  schemasIn,
} from "./schema-view.ts";
import { choose, fork } from "./seeds.ts";

/**
 * How to make values. The same options give the same value, whatever else is in the document; another seed gives
 * another value where the schema leaves a choice.
 */
export interface SampleOptions extends Judging {
  readonly seed: number;
  /** Examples and defaults of the document come first; without them every seed makes its own. */
  readonly examples: boolean;
}

interface Making extends SampleOptions {
  readonly depth: number;
  /** How many values may still be tried, for the whole of it: hostile schemas end. */
  readonly left: { tries: number };
}

/** Optional parts end here, so that circles do. */
const maxOptionalDepth = 4;
const maxDepth = 24;
const maxTries = 6_000;
const attempts = 24;

/** A schema, what its reference names, and what a single `allOf` around another adds to. */
const sameValue = (schema: Schema, plan: ApiPlan, depth = 0): readonly JsonObject[] => {
  const target = followed(plan, schema);
  const own = [schema, target].filter((one) => typeof one !== "boolean");
  const [inner, ...others] = typeof target === "boolean" ? [] : schemasIn(target, "allOf");
  const goesOn = inner !== undefined && others.length === 0 && depth < 8;
  return [...new Set(own), ...(goesOn ? sameValue(inner, plan, depth + 1) : [])];
};

/** What the document itself offers as a value, here or where the reference leads. */
const offered = (schema: JsonObject, { plan }: Judging): readonly Json[] =>
  sameValue(schema, plan).flatMap((one) => {
    const many = get(one, "examples");
    const single = [get(one, "example"), get(one, "default")].filter((value) => value !== undefined);
    return [...(many !== undefined && isList(many) ? many : []), ...single];
  });

const hidden = { input: "readOnly", output: "writeOnly" } as const;

/** Everything that may speak of the same value: the schema, what it refers to, and the members of its combinations. */
const partsOf = (schema: Schema, plan: ApiPlan, seen = new Set<Schema>()): readonly JsonObject[] => {
  if (typeof schema === "boolean" || seen.has(schema)) return [];
  seen.add(schema);
  const ref = refOf(schema);
  const target = ref === undefined ? [] : [plan.schemas.get(ref)?.named.schema ?? true];
  const members = (["allOf", "anyOf", "oneOf"] as const).flatMap((keyword) => schemasIn(schema, keyword));
  return [schema, ...[...target, ...members].flatMap((part) => partsOf(part, plan, seen))];
};

/** Without properties that do not go in this direction. */
export const withoutHidden = (schema: Schema, value: Json, judging: Judging, depth = 0): Json => {
  if (typeof value !== "object" || value === null || depth > maxDepth) return value;
  const parts = partsOf(schema, judging.plan);
  if (isList(value)) {
    const items: Schema = { allOf: parts.map((part) => schemaIn(part, "items") ?? true) };
    return value.map((item) => withoutHidden(items, item, judging, depth + 1));
  }
  const told = Map.groupBy(
    parts.flatMap((part) => schemaMapIn(part, "properties")),
    ([name]) => name,
  );
  const kept = Object.entries(value).flatMap(([name, inner]): readonly (readonly [string, Json])[] => {
    const own = (told.get(name) ?? []).map(([, one]) => one);
    const isHidden = own.length > 0 && own.every((one) => isMarked(judging, one, hidden[judging.direction]));
    return isHidden ? [] : [[name, withoutHidden({ allOf: own }, inner, judging, depth + 1)]];
  });
  return Object.fromEntries(kept);
};

const below = (making: Making, name: string | number): Making => ({
  ...making,
  depth: making.depth + 1,
  seed: making.seed === 0 ? 0 : fork(making.seed, name),
});

/** Small schemas whose every sample is alike would be the same item twice. */
const otherwise = (making: Making, index: number): Making =>
  index === 0 ? making : { ...making, seed: fork(making.seed, index), examples: false };

const objectNames = (schema: JsonObject, making: Making, attempt: number): readonly string[] => {
  const properties = schemaMapIn(schema, "properties");
  const required = requiredNames(schema, making);
  const isSparse = attempt % 2 === 1 || making.depth > maxOptionalDepth || making.left.tries < maxTries / 2;
  const optional = isSparse ? [] : properties.map(([name]) => name);
  const visible = (name: string): boolean =>
    !isMarked(making, properties.find(([one]) => one === name)?.[1] ?? true, hidden[making.direction]);
  const all = [...required, ...optional.filter((name) => !required.includes(name) && visible(name))];
  return all.slice(0, Math.max(required.length, numberIn(schema, "maxProperties") ?? Infinity));
};

/** The schema of a name that is not declared. */
const restSchema = (schema: JsonObject, name: string): Schema => {
  const fitting = schemaMapIn(schema, "patternProperties").filter(([source]) => new RegExp(source).test(name));
  if (fitting.length === 0) return schemaIn(schema, "additionalProperties") ?? true;
  const [only] = fitting;
  return fitting.length === 1 && only !== undefined ? only[1] : { allOf: fitting.map(([, one]) => one) };
};

const freeName = (schema: JsonObject, making: Making, index: number): string | undefined => {
  const own = otherwise(making, index + 1);
  const [pattern] = schemaMapIn(schema, "patternProperties").map(([source]) => source);
  const names = schemaIn(schema, "propertyNames");
  const isClosed = schemaIn(schema, "additionalProperties") === false && pattern !== undefined;
  const wanted: readonly Schema[] = [
    { type: "string", minLength: 1 },
    ...(names === undefined ? [] : [names]),
    ...(isClosed ? [{ pattern }] : []),
  ];
  const name = make({ allOf: wanted }, own);
  return typeof name === "string" ? name : undefined;
};

/** Maps get one entry to show what they hold; objects that must have more properties get as many. */
const freeEntries = (schema: JsonObject, taken: readonly string[], making: Making, attempt: number) => {
  const rest = schemaIn(schema, "additionalProperties");
  const isMap = isObject(rest) && taken.length === 0 && attempt === 0 && making.depth <= maxOptionalDepth;
  const wanted = Math.max((numberIn(schema, "minProperties") ?? 0) - taken.length, isMap ? 1 : 0);
  const names = new Set<string>();
  for (let index = 0; names.size < Math.min(wanted, 200) && index < wanted * 4; index++) {
    const name = freeName(schema, making, index);
    if (name !== undefined && !taken.includes(name)) names.add(name);
  }
  return [...names].map((name) => [name, restSchema(schema, name)] as const);
};

const objectSample = (schema: JsonObject, making: Making, attempt: number): Json | undefined => {
  const properties = new Map(schemaMapIn(schema, "properties"));
  const required = new Set(requiredNames(schema, making));
  const names = objectNames(schema, making, attempt);
  const needed = Object.entries((get(schema, "dependentRequired") ?? {}) as Readonly<Record<string, readonly string[]>>)
    .filter(([name]) => names.includes(name))
    .flatMap(([, others]) => others);
  const declared = [...new Set([...names, ...needed])].map((name) => {
    const told = properties.get(name) ?? restSchema(schema, name);
    return [name, told] as const;
  });
  const found: (readonly [string, Json])[] = [];
  const extra = freeEntries(
    schema,
    declared.map(([name]) => name),
    making,
    attempt,
  );
  for (const [name, told] of [...declared, ...extra]) {
    const value = make(told, below(making, name));
    if (value !== undefined) found.push([name, value]);
    else if (required.has(name)) return undefined;
  }
  return Object.fromEntries(found);
};

const arraySample = (schema: JsonObject, making: Making, attempt: number): Json | undefined => {
  const prefix = schemasIn(schema, "prefixItems");
  const contained = schemaIn(schema, "contains");
  const least = Math.max(
    numberIn(schema, "minItems") ?? 0,
    contained === undefined ? 0 : (numberIn(schema, "minContains") ?? 1),
  );
  const isSparse = attempt % 2 === 1 || making.depth > maxOptionalDepth;
  const wanted = Math.min(
    Math.max(least, isSparse ? 0 : Math.max(1, prefix.length)),
    numberIn(schema, "maxItems") ?? Infinity,
  );
  if (wanted > 5_000) return undefined;
  const rest = schemaIn(schema, "items") ?? true;
  const isUnique = get(schema, "uniqueItems") === true;
  const items: Json[] = [];
  const taken = new Set<string>();
  for (let index = 0; items.length < wanted && index < wanted * 4 + 4; index++) {
    const own = prefix[items.length] ?? rest;
    const told: Schema =
      contained !== undefined && prefix[items.length] === undefined ? { allOf: [contained, own] } : own;
    const item =
      make(told, otherwise(below(making, "item"), index)) ?? make(own, otherwise(below(making, "item"), index));
    if (item === undefined) break;
    const text = canonicalJson(item);
    if (isUnique && taken.has(text)) continue;
    taken.add(text);
    items.push(item);
  }
  return items.length >= least ? items : undefined;
};

const samplesOf = {
  null: () => [null],
  boolean: (_, { seed }, attempt) => [(choose(seed, 2) + attempt) % 2 === 0],
  number: (schema, { seed }) => sampleNumbers(schema, seed),
  integer: (schema, { seed }) => sampleNumbers({ ...schema, type: "integer" }, seed),
  string: (schema, { seed }, attempt) => sampleTexts(schema, attempt < 2 ? seed : fork(seed, attempt)),
  array: (schema, making, attempt) => [arraySample(schema, making, attempt)],
  object: (schema, making, attempt) => [objectSample(schema, making, attempt)],
} as const satisfies Readonly<
  Record<JsonType, (schema: JsonObject, making: Making, attempt: number) => readonly (Json | undefined)[]>
>;

const implied = (schema: JsonObject): readonly JsonType[] => {
  const told = (["object", "array", "string", "number"] as const).filter((type) => hasKeywordOf(schema, type));
  return [...new Set<JsonType>([...told, "string", "object", "number"])];
};

/** Types in the order they are tried: null last, since it shows nothing. */
const typesOf = (schema: JsonObject): readonly JsonType[] => {
  const all = listedTypes(schema) ?? implied(schema);
  return [...all.filter((type) => type !== "null"), ...all.filter((type) => type === "null")];
};

const candidates = (schema: JsonObject, making: Making, attempt: number): readonly (Json | undefined)[] => {
  const values = listedValues(schema);
  if (values !== undefined) {
    const start = choose(making.seed, values.length);
    return [...values.slice(start), ...values.slice(0, start)];
  }
  const types = typesOf(schema);
  const type = types[Math.floor(attempt / 2) % types.length];
  return type === undefined ? [] : samplesOf[type](schema, making, attempt);
};

/** The ways through a schema's alternatives, counted: the first choice turns fastest. */
const counter = (attempt: number, seed: number): ((count: number) => number) => {
  let left = attempt;
  let place = 0;
  return (count) => {
    if (count < 2) return 0;
    const digit = left % count;
    left = Math.floor(left / count);
    return (digit + (seed === 0 ? 0 : choose(fork(seed, place++), count))) % count;
  };
};

const make = (schema: Schema, making: Making): Json | undefined => {
  if (typeof schema !== "boolean" && schema[fileKeyword] === true) return "amber";
  if (schema === false || making.depth > maxDepth) return undefined;
  const isFine = (value: Json | undefined): value is Json => value !== undefined && accepts(schema, value, making);
  if (making.examples && schema !== true) {
    // What is made follows a pattern step by step; an example that cannot be held against it may be wrong.
    const told = offered(schema, making)
      .map((value) => withoutHidden(schema, value, making))
      .find((value) => accepts(schema, value, { ...making, provenOnly: true }));
    if (told !== undefined) return told;
  }
  for (let attempt = 0; attempt < attempts && making.left.tries > 0; attempt++) {
    making.left.tries--;
    // Each way is tried with all optional properties and with none.
    const way = flattened(making.plan, schema, counter(Math.floor(attempt / 2), making.seed));
    const found = way === undefined ? undefined : candidates(way, making, attempt).find(isFine);
    if (found !== undefined) return found;
  }
  return undefined;
};

/**
 * A value for a schema of the plan's model, or undefined when none was found: the schema refuses everything, contradicts
 * itself, or asks for more than is tried. What is returned has been checked.
 *
 *     sampleValue(schema, { plan, direction: "input", seed: 1, examples: true })
 */
export const sampleValue = (schema: Schema, options: SampleOptions): Json | undefined =>
  make(schema, { ...options, depth: 0, left: { tries: maxTries } });
