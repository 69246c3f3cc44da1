// Does a schema accept a value? An evaluator of JSON Schema 2020-12 for what this program makes itself: samples and examples.
import type { Json, JsonObject } from "../kernel/json.ts";
import { canonicalJson, isObject, own } from "../kernel/json.ts";
import { discriminatedMembers } from "./discriminator.ts";
import type { Direction } from "./emit-types.ts";
import { isMarked } from "./emit-types.ts";
import { isFormat, isInt32, isInt64 } from "./formats.ts";
import type { Schema } from "./model.ts";
import { isSlowPattern, patternFlags } from "./patterns.ts";
import type { ApiPlan } from "./plan.ts";
import { isList } from "./print.ts";
import { isJsonType } from "./schema-keywords.ts";
import { get, hasType, namesIn, numberIn, refOf, schemaIn, schemaMapIn, schemasIn } from "./schema-view.ts";

export interface Judging {
  readonly plan: ApiPlan;
  /** Read-only properties need not be received, write-only ones need not be sent. */
  readonly direction: Direction;
  /** Patterns that could run away are not run: texts are taken to match them, unless nothing unproven is wanted. */
  readonly provenOnly?: boolean;
}

/** The parts of a value that a schema has seen, for the `unevaluated` keywords. */
interface Seen {
  readonly names: ReadonlySet<string>;
  readonly items: ReadonlySet<number>;
}

interface Judge extends Judging {
  /** References on the way here that speak of the same value: a circle of them says nothing. */
  readonly above: readonly string[];
}

const nothing: Seen = { names: new Set(), items: new Set() };

const both = (all: readonly Seen[]): Seen => ({
  names: new Set(all.flatMap(({ names }) => [...names])),
  items: new Set(all.flatMap(({ items }) => [...items])),
});

/** A number as digits and a power of ten. */
const decimal = (value: number): readonly [digits: bigint, exponent: number] => {
  const [mantissa = "0", exponent = "0"] = value.toExponential().split("e");
  const [whole = "0", fraction = ""] = mantissa.split(".");
  return [BigInt(whole + fraction), Number(exponent) - fraction.length];
};

/** Exact, where floating-point division is not. */
const isMultiple = (value: number, step: number): boolean => {
  const [[a, aExponent], [b, bExponent]] = [decimal(value), decimal(step)];
  const shift = Math.min(aExponent, bExponent);
  return (a * 10n ** BigInt(aExponent - shift)) % (b * 10n ** BigInt(bExponent - shift)) === 0n;
};

// Texts of a document are never long, and a pattern that could run away is not run at all.
const maxPatternText = 10_000;

const isUnproven = (source: string, text: string): boolean => text.length > maxPatternText || isSlowPattern(source);

const matches = (source: string, text: string): boolean =>
  isUnproven(source, text) || new RegExp(source, patternFlags(source) ?? "").test(text);

type Assertion = (limit: Json, value: Json) => boolean;

const onNumber =
  (holds: (value: number, limit: number) => boolean): Assertion =>
  (limit, value) =>
    typeof value !== "number" || holds(value, limit as number);
const onText =
  (holds: (value: string, limit: Json) => boolean): Assertion =>
  (limit, value) =>
    typeof value !== "string" || holds(value, limit);
const onList =
  (holds: (value: readonly Json[], limit: Json) => boolean): Assertion =>
  (limit, value) =>
    !isList(value) || holds(value, limit);
const onObject =
  (holds: (value: JsonObject, limit: Json) => boolean): Assertion =>
  (limit, value) =>
    !isObject(value) || holds(value, limit);

const codePoints = (text: string): number => Array.from(text).length;

/** Keywords that judge a value by themselves. */
const assertions: Readonly<Record<string, Assertion>> = {
  type: (types, value) => (isList(types) ? types : [types]).some((type) => isJsonType(type) && hasType(value, type)),
  const: (constant, value) => canonicalJson(constant) === canonicalJson(value),
  enum: (values, value) => (values as readonly Json[]).some((one) => canonicalJson(one) === canonicalJson(value)),
  maximum: onNumber((value, limit) => value <= limit),
  minimum: onNumber((value, limit) => value >= limit),
  exclusiveMaximum: onNumber((value, limit) => value < limit),
  exclusiveMinimum: onNumber((value, limit) => value > limit),
  multipleOf: onNumber(isMultiple),
  maxLength: onText((text, limit) => codePoints(text) <= (limit as number)),
  minLength: onText((text, limit) => codePoints(text) >= (limit as number)),
  pattern: onText((text, source) => matches(source as string, text)),
  format: (name, value) => {
    if (typeof value === "string") return isFormat(name as string, value);
    if (typeof value !== "number") return true;
    return (name !== "int32" || isInt32(value)) && (name !== "int64" || isInt64(value));
  },
  maxItems: onList((items, limit) => items.length <= (limit as number)),
  minItems: onList((items, limit) => items.length >= (limit as number)),
  uniqueItems: onList(
    (items, unique) => unique !== true || new Set(items.map((one) => canonicalJson(one))).size === items.length,
  ),
  maxProperties: onObject((value, limit) => Object.keys(value).length <= (limit as number)),
  minProperties: onObject((value, limit) => Object.keys(value).length >= (limit as number)),
  dependentRequired: onObject((value, needs) =>
    Object.entries(needs as Readonly<Record<string, readonly string[]>>).every(
      ([name, others]) => !Object.hasOwn(value, name) || others.every((other) => Object.hasOwn(value, other)),
    ),
  ),
};

const exempt = { input: "readOnly", output: "writeOnly" } as const;

/** Names that must be there in this direction. */
export const requiredNames = (schema: JsonObject, { plan, direction }: Judging): readonly string[] => {
  const properties = new Map(schemaMapIn(schema, "properties"));
  return namesIn(schema, "required").filter(
    (name) => !isMarked({ plan }, properties.get(name) ?? true, exempt[direction]),
  );
};

const holdsAlone = (schema: JsonObject, value: Json, judge: Judge): boolean => {
  const pattern = judge.provenOnly === true ? get(schema, "pattern") : undefined;
  if (typeof pattern === "string" && typeof value === "string" && isUnproven(pattern, value)) return false;
  for (const [keyword, limit] of Object.entries(schema)) {
    const assertion = Object.hasOwn(assertions, keyword) ? assertions[keyword] : undefined;
    if (assertion?.(limit, value) === false) return false;
  }
  return !isObject(value) || requiredNames(schema, judge).every((name) => Object.hasOwn(value, name));
};

/** Which of an object's names a schema speaks about, each with what it says; undefined when one of them is refused. */
const propertiesSeen = (schema: JsonObject, value: JsonObject, judge: Judge): Seen | undefined => {
  const properties = new Map(schemaMapIn(schema, "properties"));
  const patterns = schemaMapIn(schema, "patternProperties");
  const rest = schemaIn(schema, "additionalProperties");
  const inner: Judge = { ...judge, above: [] };
  const seen = new Set<string>();
  for (const [name, one] of Object.entries(value)) {
    const own = properties.get(name);
    const fitting = patterns.filter(([source]) => matches(source, name)).map(([, part]) => part);
    const told = own === undefined ? fitting : [own, ...fitting];
    const all = told.length === 0 && rest !== undefined ? [rest] : told;
    if (!all.every((part) => evaluate(part, one, inner) !== undefined)) return undefined;
    if (all.length > 0) seen.add(name);
  }
  const names = schemaIn(schema, "propertyNames");
  if (names !== undefined && !Object.keys(value).every((name) => evaluate(names, name, inner) !== undefined)) {
    return undefined;
  }
  return { ...nothing, names: seen };
};

const itemsSeen = (schema: JsonObject, items: readonly Json[], judge: Judge): Seen | undefined => {
  const prefix = schemasIn(schema, "prefixItems");
  const rest = schemaIn(schema, "items");
  const inner: Judge = { ...judge, above: [] };
  const seen = new Set<number>();
  for (const [index, item] of items.entries()) {
    const told = prefix[index] ?? rest;
    if (told === undefined) continue;
    if (evaluate(told, item, inner) === undefined) return undefined;
    seen.add(index);
  }
  const wanted = schemaIn(schema, "contains");
  if (wanted === undefined) return { ...nothing, items: seen };
  const found = items.flatMap((item, index) => (evaluate(wanted, item, inner) === undefined ? [] : [index]));
  const isEnough = found.length >= (numberIn(schema, "minContains") ?? 1);
  const isFew = found.length <= (numberIn(schema, "maxContains") ?? Infinity);
  return isEnough && isFew ? { ...nothing, items: new Set([...seen, ...found]) } : undefined;
};

const partsSeen = (schema: JsonObject, value: Json, judge: Judge): Seen | undefined => {
  if (isList(value)) return itemsSeen(schema, value, judge);
  return isObject(value) ? propertiesSeen(schema, value, judge) : nothing;
};

const referenceSeen = (schema: JsonObject, value: Json, judge: Judge): Seen | undefined => {
  const ref = refOf(schema);
  if (ref === undefined || judge.above.includes(ref)) return nothing;
  const target = judge.plan.schemas.get(ref)?.named.schema ?? true;
  return evaluate(target, value, { ...judge, above: [...judge.above, ref] });
};

const isSeen = (seen: Seen | undefined): seen is Seen => seen !== undefined;

/** The member that a discriminator chooses, as validators do; undefined where it chooses none. */
const chosen = (schema: JsonObject, members: readonly Schema[], value: Json, { plan }: Judge) => {
  const choice = discriminatedMembers(plan, schema, members);
  if (choice === undefined) return members;
  const tag = isObject(value) ? own(value, choice.property) : undefined;
  return choice.entries.filter(([name]) => name === tag).map(([, member]) => member);
};

/** At least one of the alternatives must fit, and of `oneOf` no other. */
const choiceSeen = (schema: JsonObject, keyword: "anyOf" | "oneOf", value: Json, judge: Judge): Seen | undefined => {
  const members = chosen(schema, schemasIn(schema, keyword), value, judge);
  const most = keyword === "oneOf" ? 1 : Infinity;
  const fitting = members.map((member) => evaluate(member, value, judge)).filter(isSeen);
  return fitting.length >= 1 && fitting.length <= most ? both(fitting) : undefined;
};

const conditionSeen = (schema: JsonObject, value: Json, judge: Judge): Seen | undefined => {
  const condition = schemaIn(schema, "if");
  if (condition === undefined) return nothing;
  const held = evaluate(condition, value, judge);
  const branch = schemaIn(schema, held === undefined ? "else" : "then") ?? true;
  const seen = evaluate(branch, value, judge);
  return seen === undefined ? undefined : both([held ?? nothing, seen]);
};

/** What everything that applies to the same value has seen of it; undefined when any of it refuses. */
const inPlaceSeen = (schema: JsonObject, value: Json, judge: Judge): Seen | undefined => {
  const dependent = schemaMapIn(schema, "dependentSchemas").filter(
    ([name]) => isObject(value) && Object.hasOwn(value, name),
  );
  const not = schemaIn(schema, "not");
  if (not !== undefined && evaluate(not, value, judge) !== undefined) return undefined;
  const all = [
    partsSeen(schema, value, judge),
    referenceSeen(schema, value, judge),
    conditionSeen(schema, value, judge),
    ...schemasIn(schema, "allOf").map((one) => evaluate(one, value, judge)),
    ...dependent.map(([, one]) => evaluate(one, value, judge)),
    ...(get(schema, "anyOf") === undefined ? [] : [choiceSeen(schema, "anyOf", value, judge)]),
    ...(get(schema, "oneOf") === undefined ? [] : [choiceSeen(schema, "oneOf", value, judge)]),
  ];
  return all.every(isSeen) ? both(all) : undefined;
};

const leftSeen = (schema: JsonObject, value: Json, seen: Seen, judge: Judge): Seen | undefined => {
  const inner: Judge = { ...judge, above: [] };
  const names = schemaIn(schema, "unevaluatedProperties");
  const items = schemaIn(schema, "unevaluatedItems");
  if (names !== undefined && isObject(value)) {
    const left = Object.entries(value).filter(([name]) => !seen.names.has(name));
    if (!left.every(([, one]) => evaluate(names, one, inner) !== undefined)) return undefined;
    return { ...seen, names: new Set(Object.keys(value)) };
  }
  if (items !== undefined && isList(value)) {
    const left = value.filter((_, index) => !seen.items.has(index));
    if (!left.every((one) => evaluate(items, one, inner) !== undefined)) return undefined;
    return { ...seen, items: new Set(value.keys()) };
  }
  return seen;
};

const evaluate = (schema: Schema, value: Json, judge: Judge): Seen | undefined => {
  if (typeof schema === "boolean") return schema ? nothing : undefined;
  if (!holdsAlone(schema, value, judge)) return undefined;
  const seen = inPlaceSeen(schema, value, judge);
  return seen === undefined ? undefined : leftSeen(schema, value, seen, judge);
};

/** Formats are asserted; references are those of the plan. */
export const accepts = (schema: Schema, value: Json, judging: Judging): boolean =>
  evaluate(schema, value, { ...judging, above: [] }) !== undefined;
