// One schema of the document, in whatever dialect it was written, to its 2020-12 meaning.
import type { Json, JsonObject } from "../kernel/json.ts";
import { isObject, own, pointerToken } from "../kernel/json.ts";
import type { Schema } from "./model.ts";
import type { Reading } from "./reading.ts";
import { asJson, localTarget, note } from "./reading.ts";
import { literalPattern } from "./pattern-literals.ts";
import { isSlowPattern } from "./patterns.ts";
import type { JsonType } from "./schema-keywords.ts";
import { keywordChecks, subschemaKeywords } from "./schema-keywords.ts";
import { hasType, listedTypes } from "./schema-view.ts";

type Loose = Readonly<Record<string, unknown>>;

/** Reads the schema at `at`. What it refers to is remembered as wanted; what is wrong is noted and left out. */
export const readSchema = (reading: Reading, value: unknown, at: string): Schema => {
  const schema = readOne(reading, value, at);
  reading.schemas.set(at, schema);
  return schema;
};

const readOne = (reading: Reading, value: unknown, at: string): Schema => {
  if (typeof value === "boolean") return value;
  if (!isObject(value)) {
    note(reading, "bad-schema", at, "a schema must be a mapping, or true or false");
    return true;
  }
  const reference = own(value, "$ref");
  if (reading.dialect !== "3.1" && reference !== undefined) return readReference(reading, reference, at);
  const modern = reading.dialect === "3.1" ? withOldNullable(reading, value, at) : modernize(value);
  const read = Object.fromEntries(
    Object.entries(modern).flatMap(([keyword, inner]) => readKeyword(reading, keyword, inner, at)),
  );
  return withFittingEnum(reading, read, at);
};

/** A value as the type that was meant: YAML reads `1` and `"1"` differently, and authors do not. */
const meant = (value: Json, types: readonly JsonType[]): readonly Json[] => {
  if (types.includes("string")) return typeof value === "object" ? [] : [String(value)];
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : NaN;
  const kind = Number.isInteger(number) ? "integer" : "number";
  return Number.isFinite(number) && (types.includes(kind) || types.includes("number")) ? [number] : [];
};

/** Values that are all of another type would refuse everything, which nobody writes on purpose. */
const withFittingEnum = (reading: Reading, schema: JsonObject, at: string): JsonObject => {
  const types = listedTypes(schema);
  const values = own(schema, "enum") as readonly Json[] | undefined;
  if (types === undefined || values === undefined || values.length === 0) return schema;
  if (values.some((value) => types.some((type) => hasType(value, type)))) return schema;
  const read = values.flatMap((value) => meant(value, types));
  const isMeant = read.length === values.length;
  const done = isMeant ? "they are read as such" : "it is ignored";
  note(reading, "bad-enum", `${at}/enum`, `"enum" lists no value of type ${types.join(" or ")}; ${done}`);
  return Object.fromEntries(
    Object.entries(schema).flatMap(([keyword, value]) =>
      keyword !== "enum" ? [[keyword, value] as const] : isMeant ? [[keyword, read] as const] : [],
    ),
  );
};

/** 3.1 has no `nullable`; whoever still writes it means what 3.0 meant. */
const withOldNullable = (reading: Reading, schema: Loose, at: string): Loose => {
  const read = own(schema, "nullable") === true ? nullable(schema) : schema;
  if (read === schema || own(read, "type") === own(schema, "type")) return schema;
  note(
    reading,
    "old-nullable",
    `${at}/nullable`,
    '"nullable" is of OpenAPI 3.0; null is allowed here as it was there',
    'list "null" in type',
  );
  return read;
};

const readReference = (reading: Reading, reference: unknown, at: string): Schema => {
  const target = localTarget(reading, reference, at);
  if (target === undefined) return true;
  reading.wanted.add(target);
  return { $ref: `#${target}` };
};

const readKeyword = (
  reading: Reading,
  keyword: string,
  value: unknown,
  at: string,
): readonly (readonly [string, Json])[] => {
  if (keyword === "$ref") return Object.entries(readReference(reading, value, at) as object) as [string, Json][];
  const check = Object.hasOwn(keywordChecks, keyword) ? keywordChecks[keyword] : undefined;
  const here = `${at}/${pointerToken(keyword)}`;
  if (check !== undefined && !check.holds(value)) {
    note(reading, "bad-schema", here, `"${keyword}" must be ${check.wants}; it is ignored`);
    return [];
  }
  if (keyword === "pattern") return [[keyword, readPattern(reading, value as string, here)]];
  return [[keyword, readInner(reading, keyword, value, here)]];
};

const readPattern = (reading: Reading, pattern: string, at: string): string => {
  const meant = literalPattern(pattern);
  if (meant !== undefined) {
    note(
      reading,
      "pattern-literal",
      at,
      "the slashes around this pattern are part of it, so that no text matches: it is read without them",
      `write ${JSON.stringify(meant)}`,
    );
  }
  if (isSlowPattern(meant ?? pattern)) noteSlow(reading, at);
  return meant ?? pattern;
};

const noteSlow = (reading: Reading, at: string): void =>
  note(
    reading,
    "slow-pattern",
    at,
    "this pattern repeats a repetition: a short hostile text can keep the service busy for minutes",
    "rewrite it without the inner repetition, and limit the length of the text",
  );

const readInner = (reading: Reading, keyword: string, value: unknown, at: string): Json => {
  const form = Object.hasOwn(subschemaKeywords, keyword) ? subschemaKeywords[keyword] : undefined;
  const inner = (key: string | number, schema: unknown): Schema =>
    readSchema(reading, schema, `${at}/${pointerToken(String(key))}`);
  if (form === "one") return readSchema(reading, value, at);
  if (form === "list") return (value as unknown[]).map((schema, index) => inner(index, schema));
  if (form === "map") {
    return Object.fromEntries(Object.entries(value as Loose).map(([key, schema]) => [key, inner(key, schema)]));
  }
  return asJson(value);
};

const drop = (value: Loose, ...keys: readonly string[]): Loose =>
  Object.fromEntries(Object.entries(value).filter(([key]) => !keys.includes(key)));

/** Draft 4 with OpenAPI's own keywords, rewritten keyword by keyword. */
const modernize = (schema: Loose): Loose =>
  [tupleItems, dependencies, exclusiveLimits, files, nullable, discriminator].reduce(
    (value, step) => step(value),
    schema,
  );

const tupleItems = (schema: Loose): Loose => {
  const items = own(schema, "items");
  if (!Array.isArray(items)) return drop(schema, "additionalItems");
  const rest = own(schema, "additionalItems");
  return {
    ...drop(schema, "items", "additionalItems"),
    prefixItems: items,
    ...(rest === undefined ? {} : { items: rest }),
  };
};

const dependencies = (schema: Loose): Loose => {
  const given = own(schema, "dependencies");
  if (!isObject(given)) return schema;
  const entries = Object.entries(given);
  return {
    ...drop(schema, "dependencies"),
    dependentRequired: Object.fromEntries(entries.filter(([, value]) => Array.isArray(value))),
    dependentSchemas: Object.fromEntries(entries.filter(([, value]) => !Array.isArray(value))),
  };
};

const exclusiveLimits = (schema: Loose): Loose => {
  const limit = (flag: string, bound: string): Loose => {
    const value = own(schema, flag);
    if (typeof value !== "boolean") return {};
    return value ? { [flag]: own(schema, bound), [bound]: undefined } : { [flag]: undefined };
  };
  const changes = { ...limit("exclusiveMinimum", "minimum"), ...limit("exclusiveMaximum", "maximum") };
  return withoutUndefined({ ...schema, ...changes });
};

const withoutUndefined = (value: Loose): Loose =>
  Object.fromEntries(Object.entries(value).filter(([, inner]) => inner !== undefined));

const files = (schema: Loose): Loose =>
  own(schema, "type") === "file" ? { ...schema, type: "string", format: "binary" } : schema;

/** Only beside `type` does `nullable` say anything; an enum must list null itself. */
const nullable = (schema: Loose): Loose => {
  const type = own(schema, "type");
  const allowsNull = own(schema, "nullable") === true || own(schema, "x-nullable") === true;
  const rest = drop(schema, "nullable");
  return allowsNull && typeof type === "string" ? { ...rest, type: [type, "null"] } : rest;
};

/** In 2.0 a discriminator is the property's bare name. */
const discriminator = (schema: Loose): Loose => {
  const name = own(schema, "discriminator");
  return typeof name === "string" ? { ...schema, discriminator: { propertyName: name } } : schema;
};
