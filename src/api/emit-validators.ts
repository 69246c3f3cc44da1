// Zod 4 source for schemas: native Zod where it means the same as JSON Schema, the emitted checks (`s.`) elsewhere.
import type { Json, JsonObject } from "../kernel/json.ts";
import { isOptional, propertiesOf } from "./emit-types.ts";
import type { TypeScope } from "./emit-types.ts";
import type { ValidatorScope } from "./emit-scalar-validators.ts";
import {
  checked,
  counted,
  inherited,
  isScalar,
  limit,
  literals,
  numberChecks,
  s,
  stringValidator,
  zod,
} from "./emit-scalar-validators.ts";
import { discriminatedMembers } from "./discriminator.ts";
import { usableDefault } from "./defaults.ts";
import { unevaluatedParts } from "./emit-unevaluated.ts";
import type { Doc } from "./layout.ts";
import { assigned, braces, brackets, call, chain, concat, layout, property } from "./layout.ts";
import type { Schema } from "./model.ts";
import { data, key, literal } from "./print.ts";
import type { JsonType } from "./schema-keywords.ts";
import {
  fileKeyword,
  get,
  hasKeywordOf,
  keywordsOf,
  listedTypes,
  listedValues,
  numberIn,
  refOf,
  schemaIn,
  schemaMapIn,
  schemasIn,
} from "./schema-view.ts";

const schemaRecord = (scope: ValidatorScope, entries: readonly (readonly [string, Schema])[]): Doc =>
  braces(entries.map(([name, schema]) => property(key(name), validatorOf(schema, scope))));

const contains = (schema: JsonObject, scope: ValidatorScope): readonly Doc[] => {
  const inner = schemaIn(schema, "contains");
  if (inner === undefined) return [];
  const min = numberIn(schema, "minContains") ?? 1;
  const max = numberIn(schema, "maxContains");
  return [s(scope, "contains", validatorOf(inner, scope), String(min), ...(max === undefined ? [] : [String(max)]))];
};

const arrayValidator = (schema: JsonObject, scope: ValidatorScope): Doc => {
  const prefix = schemasIn(schema, "prefixItems");
  const items = validatorOf(schemaIn(schema, "items") ?? true, scope);
  const base =
    prefix.length === 0
      ? zod(scope, "array", items)
      : s(scope, "tuple", brackets(prefix.map((one) => validatorOf(one, scope))), items);
  const unique = get(schema, "uniqueItems") === true ? ["s.uniqueItems()"] : [];
  const counts =
    prefix.length === 0
      ? { calls: [...limit(schema, "minItems", "min"), ...limit(schema, "maxItems", "max")], checks: [] }
      : { calls: [], checks: [...counted(schema, "minItems"), ...counted(schema, "maxItems")] };
  return chain(base, [...counts.calls, ...checked(scope, [...counts.checks, ...unique, ...contains(schema, scope)])]);
};

/** What the compiler takes for `never` has no default that it would let through. */
const isCombined = (validator: Doc): boolean => layout(validator, Infinity).startsWith("s.allOf(");

const withDefault = (base: Doc, value: Json, scope: ValidatorScope): Doc =>
  isScalar(value) && !isCombined(base)
    ? chain(base, [call(".default", [data(value)])])
    : s(scope, "withDefault", base, data(value));

/** A value that may be absent: a usable default takes its place. */
export const optionalValidator = (schema: Schema, scope: ValidatorScope): Doc => {
  const value = usableDefault(schema, scope.plan);
  const base = validatorOf(schema, scope);
  return value === undefined ? chain(base, [".optional()"]) : withDefault(base, value, scope);
};

const typeScope = ({ plan, direction = "input" }: ValidatorScope): TypeScope => ({ plan, direction, prefix: "" });

const memberValidator = (schema: JsonObject, name: string, member: Schema, scope: ValidatorScope): Doc => {
  if (!isOptional(typeScope(scope), schema, name, member)) return validatorOf(member, scope);
  return countsProperties(schema)
    ? chain(validatorOf(member, scope), [".optional()"])
    : optionalValidator(member, scope);
};

/** A default that is filled in must not count as a property that was sent. */
const countsProperties = (schema: JsonObject): boolean =>
  ["minProperties", "maxProperties", "dependentRequired", "dependentSchemas"].some((word) =>
    Object.hasOwn(schema, word),
  );

/** Zod's own objects look names up through the prototype, and know neither patterns nor rules for names. */
const isBeyondZod = (schema: JsonObject, names: readonly string[]): boolean =>
  Object.hasOwn(schema, "patternProperties") ||
  Object.hasOwn(schema, "propertyNames") ||
  names.some((name) => inherited.has(name));

const objectChecks = (schema: JsonObject, scope: ValidatorScope): readonly Doc[] => {
  const dependent = get(schema, "dependentRequired");
  return checked(scope, [
    ...counted(schema, "minProperties"),
    ...counted(schema, "maxProperties"),
    ...(dependent === undefined ? [] : [s(scope, "dependentRequired", data(dependent))]),
  ]);
};

export const objectValidator = (schema: JsonObject, scope: ValidatorScope): Doc => {
  const properties = propertiesOf(schema);
  const names = properties.map(([name]) => name);
  const rest = schemaIn(schema, "additionalProperties") ?? true;
  const checks = objectChecks(schema, scope);
  if (isBeyondZod(schema, names)) return chain(carefulObject(schema, properties, scope), checks);
  const shape = braces(
    properties.map(([name, member]) => property(key(name), memberValidator(schema, name, member, scope))),
  );
  if (rest === false) return chain(zod(scope, "strictObject", shape), checks);
  const isOpen = typeof rest === "boolean" || Object.keys(rest).length === 0;
  if (isOpen) return chain(zod(scope, "looseObject", shape), checks);
  const inner = validatorOf(rest, scope);
  if (names.length === 0) return chain(zod(scope, "record", zod(scope, "string"), inner), checks);
  return chain(chain(zod(scope, "object", shape), [call(".catchall", [inner])]), checks);
};

const carefulObject = (
  schema: JsonObject,
  properties: readonly (readonly [string, Schema])[],
  scope: ValidatorScope,
): Doc => {
  const isRequired = ([name, member]: readonly [string, Schema]): boolean =>
    !isOptional(typeScope(scope), schema, name, member);
  const declared = properties.map(([name, member]) => {
    const value =
      isRequired([name, member]) || countsProperties(schema) ? undefined : usableDefault(member, scope.plan);
    const base = validatorOf(member, scope);
    return property(key(name), value === undefined ? base : withDefault(base, value, scope));
  });
  const required = properties.filter(isRequired).map(([name]) => literal(name));
  const patterns = schemaMapIn(schema, "patternProperties");
  const names = schemaIn(schema, "propertyNames");
  const rest = schemaIn(schema, "additionalProperties");
  const parts: readonly (Doc | undefined)[] = [
    declared.length === 0 ? undefined : property("properties", braces(declared)),
    required.length === 0 ? undefined : property("required", brackets(required)),
    patterns.length === 0 ? undefined : property("patterns", schemaRecord(scope, patterns)),
    names === undefined ? undefined : property("names", validatorOf(names, scope)),
    rest === undefined || rest === true ? undefined : property("rest", validatorOf(rest, scope)),
  ];
  return s(scope, "object", braces(parts.filter((part) => part !== undefined)));
};

const validatorOfType = {
  null: (_, scope) => zod(scope, "null"),
  boolean: (_, scope) => zod(scope, "boolean"),
  number: (schema, scope) => chain(zod(scope, "number"), numberChecks(schema, scope)),
  integer: (schema, scope) => chain(s(scope, "integer"), numberChecks(schema, scope)),
  string: stringValidator,
  array: arrayValidator,
  object: objectValidator,
} as const satisfies Readonly<Record<JsonType, (schema: JsonObject, scope: ValidatorScope) => Doc>>;

const nullableUnion = (types: readonly JsonType[], schema: JsonObject, scope: ValidatorScope): Doc => {
  const others = types.filter((type) => type !== "null");
  const docs = others.map((type) => validatorOfType[type](schema, scope));
  const [only] = docs;
  if (only === undefined) return zod(scope, "null");
  const base = docs.length === 1 ? only : zod(scope, "union", brackets(docs));
  return others.length === types.length ? base : chain(base, [".nullable()"]);
};

const conditionalTypes = ["object", "array", "number", "string"] as const;

/** What a keyword without `type` says: only about values of its own type. */
const typelessParts = (schema: JsonObject, scope: ValidatorScope): readonly Doc[] =>
  conditionalTypes
    .filter((type) => hasKeywordOf(schema, type))
    .map((type) => s(scope, "ifType", `"${type}"`, validatorOfType[type](schema, scope)));

const constrains = (schema: JsonObject, types: readonly JsonType[]): boolean =>
  types.some((type) => keywordsOf[type].some((word) => word !== "format" && Object.hasOwn(schema, word)));

/** The parts that `type`, its keywords, `enum` and `const` make. */
const ownParts = (schema: JsonObject, scope: ValidatorScope): readonly Doc[] => {
  const types = listedTypes(schema);
  const values = listedValues(schema);
  const typed = types === undefined ? typelessParts(schema, scope) : [nullableUnion(types, schema, scope)];
  if (values === undefined) return typed;
  const keepsTyped = types === undefined ? typed.length > 0 : constrains(schema, types);
  return [literals(values, scope), ...(keepsTyped ? typed : [])];
};

const reference = (ref: string, scope: ValidatorScope): Doc => {
  const target = scope.plan.schemas.get(ref);
  if (target === undefined || target.hollow) return zod(scope, "unknown");
  if (scope.prefix !== "") scope.uses.add("models");
  const own = scope.direction === "output" ? target.replyValidator : target.validator;
  const name = `${scope.prefix}${own}`;
  const isAbove = scope.declared === undefined || scope.declared.has(own);
  return isAbove ? name : zod(scope, "lazy", concat("() => ", name));
};

/** A choice by one property's value: quicker, and with errors of one member instead of all. */
const discriminated = (schema: JsonObject, members: readonly Schema[], scope: ValidatorScope): Doc | undefined => {
  const choice = discriminatedMembers(scope.plan, schema, members);
  return choice === undefined
    ? undefined
    : s(scope, "discriminated", literal(choice.property), schemaRecord(scope, choice.entries));
};

const choiceParts = (schema: JsonObject, scope: ValidatorScope): readonly Doc[] => {
  const anyOf = get(schema, "anyOf") === undefined ? undefined : schemasIn(schema, "anyOf");
  const oneOf = get(schema, "oneOf") === undefined ? undefined : schemasIn(schema, "oneOf");
  const several = (keyword: string, members: readonly Schema[]): Doc =>
    members.length === 0
      ? zod(scope, "never")
      : (discriminated(schema, members, scope) ?? s(scope, keyword, ...members.map((one) => validatorOf(one, scope))));
  return [
    ...(anyOf === undefined ? [] : [several("anyOf", anyOf)]),
    ...(oneOf === undefined ? [] : [several("oneOf", oneOf)]),
  ];
};

const conditionParts = (schema: JsonObject, scope: ValidatorScope): readonly Doc[] => {
  const not = schemaIn(schema, "not");
  const condition = schemaIn(schema, "if");
  const dependent = schemaMapIn(schema, "dependentSchemas");
  const [yes, no] = [schemaIn(schema, "then"), schemaIn(schema, "else")];
  const branch = (name: string, inner: Schema | undefined): readonly Doc[] =>
    inner === undefined ? [] : [property(key(name), validatorOf(inner, scope))];
  const branches = [...branch("then", yes), ...branch("else", no)];
  return [
    ...(not === undefined ? [] : [s(scope, "not", validatorOf(not, scope))]),
    ...(condition === undefined || branches.length === 0
      ? []
      : [s(scope, "ifThenElse", validatorOf(condition, scope), braces(branches))]),
    ...(dependent.length === 0 ? [] : [s(scope, "dependentSchemas", schemaRecord(scope, dependent))]),
  ];
};

/** The validator of a schema, as an expression. */
export const validatorOf = (schema: Schema, scope: ValidatorScope): Doc => {
  if (typeof schema === "boolean") return zod(scope, schema ? "unknown" : "never");
  if (schema[fileKeyword] === true) return s(scope, "file");
  if (listedValues(schema)?.length === 0) return zod(scope, "never");
  const ref = refOf(schema);
  const parts = [
    ...(ref === undefined ? [] : [reference(ref, scope)]),
    ...ownParts(schema, scope),
    ...schemasIn(schema, "allOf").map((one) => validatorOf(one, scope)),
    ...choiceParts(schema, scope),
    ...conditionParts(schema, scope),
    ...unevaluatedParts(schema, {
      plan: scope.plan,
      print: (inner) => validatorOf(inner, scope),
      call: (name, ...args) => s(scope, name, ...args),
    }),
  ];
  const [only] = parts;
  if (only === undefined) return zod(scope, "unknown");
  return parts.length === 1 ? only : s(scope, "allOf", ...parts);
};

/**
 * `export const name = s.typed<Type>(…);`, with its type beside the name as well where it refers to what is declared below:
 * the compiler would go in circles.
 */
export const declareValidator = (
  name: string,
  type: string,
  validator: Doc,
  scope: ValidatorScope,
  refersBelow = false,
): Doc => {
  const beside = refersBelow ? `: z.ZodType<${type}>` : "";
  return concat(`export const ${name}${beside} =`, assigned(s(scope, `typed<${type}>`, validator)), ";");
};
