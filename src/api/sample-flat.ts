// A schema without references and combinations: one way through its alternatives, all parts merged into one.
import type { Json, JsonObject } from "../kernel/json.ts";
import { canonicalJson } from "../kernel/json.ts";
import { discriminatedMembers } from "./discriminator.ts";
import type { Schema } from "./model.ts";
import type { ApiPlan } from "./plan.ts";
import { get, listedTypes, listedValues, refOf, schemaIn, schemaMapIn, schemasIn } from "./schema-view.ts";

/** Takes one of so many ways. */
export type Choose = (count: number) => number;

interface Way {
  readonly plan: ApiPlan;
  readonly choose: Choose;
  /** References on the way here. */
  readonly above: readonly string[];
}

const allOf = (a: Schema, b: Schema): Schema => (a === true ? b : b === true ? a : { allOf: [a, b] });

const greater = (a: Json, b: Json): Json => Math.max(a as number, b as number);
const smaller = (a: Json, b: Json): Json => Math.min(a as number, b as number);
const first = (a: Json): Json => a;
const conjunction = (a: Json, b: Json): Json => allOf(a as Schema, b as Schema);

const commonDivisor = (a: number, b: number): number => (b === 0 ? a : commonDivisor(b, a % b));

const commonMultiple = (a: Json, b: Json): Json => {
  const [x, y] = [a as number, b as number];
  return Number.isInteger(x) && Number.isInteger(y) ? (x / commonDivisor(x, y)) * y : Math.max(x, y);
};

const lists = (a: Json, b: Json): Json => {
  const [x, y] = [a as readonly Schema[], b as readonly Schema[]];
  return Array.from({ length: Math.max(x.length, y.length) }, (_, index) => allOf(x[index] ?? true, y[index] ?? true));
};

const maps = (a: Json, b: Json): Json => {
  const [x, y] = [a as JsonObject, b as JsonObject];
  const names = [...new Set([...Object.keys(x), ...Object.keys(y)])];
  const at = (map: JsonObject, name: string): Schema => (Object.hasOwn(map, name) ? (map[name] as Schema) : true);
  return Object.fromEntries(names.map((name) => [name, allOf(at(x, name), at(y, name))]));
};

/** Both of two values of one keyword, as one; keywords that are not here keep the first. */
const merges: Readonly<Record<string, (a: Json, b: Json) => Json>> = {
  additionalProperties: conjunction,
  contains: conjunction,
  dependentRequired: (a, b) => ({ ...(a as JsonObject), ...(b as JsonObject) }),
  enum: (a, b) => {
    const allowed = new Set((b as readonly Json[]).map((value) => canonicalJson(value)));
    return (a as readonly Json[]).filter((value) => allowed.has(canonicalJson(value)));
  },
  exclusiveMaximum: smaller,
  exclusiveMinimum: greater,
  items: conjunction,
  maxItems: smaller,
  maxLength: smaller,
  maxProperties: smaller,
  maximum: smaller,
  minItems: greater,
  minLength: greater,
  minProperties: greater,
  minimum: greater,
  multipleOf: commonMultiple,
  not: (a, b) => ({ anyOf: [a, b] }),
  patternProperties: maps,
  prefixItems: lists,
  properties: maps,
  propertyNames: conjunction,
  required: (a, b) => [...new Set([...(a as readonly string[]), ...(b as readonly string[])])],
  uniqueItems: (a, b) => a === true || b === true,
};

const commonTypes = (a: JsonObject, b: JsonObject): readonly string[] | undefined => {
  const [x, y] = [listedTypes(a), listedTypes(b)];
  if (x === undefined || y === undefined) return x ?? y;
  const narrow = (type: string, others: readonly string[]): readonly string[] => {
    if (others.includes(type)) return [type];
    const isPart =
      (type === "integer" && others.includes("number")) || (type === "number" && others.includes("integer"));
    return isPart ? ["integer"] : [];
  };
  return [...new Set(x.flatMap((type) => narrow(type, y)))];
};

/** What one part says of the other's properties by `additionalProperties`. */
const closed = (schema: JsonObject, other: JsonObject): JsonObject => {
  const rest = schemaIn(schema, "additionalProperties");
  if (rest === undefined || rest === true || get(schema, "patternProperties") !== undefined) return schema;
  const own = new Map(schemaMapIn(schema, "properties"));
  const strangers = schemaMapIn(other, "properties").filter(([name]) => !own.has(name));
  if (strangers.length === 0) return schema;
  return { ...schema, properties: Object.fromEntries([...own, ...strangers.map(([name]) => [name, rest] as const)]) };
};

const listedAs = (schema: JsonObject): JsonObject => {
  const values = listedValues(schema);
  if (values === undefined) return schema;
  return { ...Object.fromEntries(Object.entries(schema).filter(([name]) => name !== "const")), enum: values };
};

const merged = (one: JsonObject, two: JsonObject): JsonObject | undefined => {
  const [a, b] = [listedAs(closed(one, two)), listedAs(closed(two, one))];
  const types = commonTypes(a, b);
  if (types?.length === 0) return undefined;
  const both = Object.entries(b).map(([keyword, value]): readonly [string, Json] => {
    const mine = get(a, keyword);
    if (mine === undefined) return [keyword, value];
    const merge = Object.hasOwn(merges, keyword) ? merges[keyword] : first;
    return [keyword, merge?.(mine, value) ?? mine];
  });
  const type = types === undefined ? {} : { type: types.length === 1 ? (types[0] ?? "") : types };
  return { ...a, ...Object.fromEntries(both), ...type };
};

const combining = ["$ref", "allOf", "anyOf", "oneOf", "if", "then", "else", "dependentSchemas"];

const ownOf = (schema: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(schema).filter(([keyword]) => !combining.includes(keyword)));

/** The member's tag is the one that the discriminator expects. */
const tagged = (plan: ApiPlan, schema: JsonObject, members: readonly Schema[], member: Schema): readonly Schema[] => {
  const choice = discriminatedMembers(plan, schema, members);
  const value = choice?.entries.find(([, one]) => one === member)?.[0];
  if (choice === undefined || value === undefined) return [];
  return [{ type: "object", properties: { [choice.property]: { const: value } }, required: [choice.property] }];
};

const chosen = (schema: JsonObject, keyword: "anyOf" | "oneOf", way: Way): readonly Schema[] => {
  const members = schemasIn(schema, keyword);
  if (get(schema, keyword) === undefined) return [];
  const member = members[way.choose(members.length)];
  return member === undefined ? [false] : [member, ...tagged(way.plan, schema, members, member)];
};

const branch = (schema: JsonObject, way: Way): readonly Schema[] => {
  const condition = schemaIn(schema, "if");
  if (condition === undefined) return [];
  return way.choose(2) === 0
    ? [condition, schemaIn(schema, "then") ?? true]
    : [{ not: condition }, schemaIn(schema, "else") ?? true];
};

const flat = (schema: Schema, way: Way): JsonObject | undefined => {
  if (typeof schema === "boolean") return schema ? {} : undefined;
  const ref = refOf(schema);
  const isCircle = ref !== undefined && way.above.includes(ref);
  const target = ref === undefined || isCircle ? true : (way.plan.schemas.get(ref)?.named.schema ?? true);
  const below: Way = ref === undefined ? way : { ...way, above: [...way.above, ref] };
  const names = new Set((get(schema, "required") ?? []) as readonly string[]);
  const parts: readonly (readonly [Schema, Way])[] = [
    [target, below],
    ...[
      ...schemasIn(schema, "allOf"),
      ...chosen(schema, "oneOf", way),
      ...chosen(schema, "anyOf", way),
      ...branch(schema, way),
      ...schemaMapIn(schema, "dependentSchemas").flatMap(([name, one]) => (names.has(name) ? [one] : [])),
    ].map((one) => [one, way] as const),
  ];
  return parts.reduce<JsonObject | undefined>((sum, [part, own]) => {
    const next = sum === undefined || part === true ? {} : flat(part, own);
    return sum === undefined || next === undefined ? undefined : merged(sum, next);
  }, ownOf(schema));
};

/** One way through the schema as a schema without combinations; undefined when that way allows nothing. */
export const flattened = (plan: ApiPlan, schema: Schema, choose: Choose): JsonObject | undefined =>
  flat(schema, { plan, choose, above: [] });
