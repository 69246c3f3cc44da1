// Questions about one schema: what it allows, what it holds, what it refers to.
import type { Json, JsonObject } from "../kernel/json.ts";
import { isObject, own } from "../kernel/json.ts";
import type { Schema } from "./model.ts";
import type { JsonType } from "./schema-keywords.ts";
import { isJsonType, jsonTypes, subschemaKeywords } from "./schema-keywords.ts";

/** Marks an uploaded file in the schema of a multipart form. */
export const fileKeyword = "x-uploaded-file";

/** A keyword's value; the reader has checked that it is of the right kind. */
export const get = (schema: JsonObject, keyword: string): Json | undefined => own(schema, keyword) as Json | undefined;

export const schemaIn = (schema: JsonObject, keyword: string): Schema | undefined =>
  get(schema, keyword) as Schema | undefined;

export const schemasIn = (schema: JsonObject, keyword: string): readonly Schema[] =>
  (get(schema, keyword) ?? []) as readonly Schema[];

export const schemaMapIn = (schema: JsonObject, keyword: string): readonly (readonly [string, Schema])[] =>
  Object.entries((get(schema, keyword) ?? {}) as Readonly<Record<string, Schema>>);

export const numberIn = (schema: JsonObject, keyword: string): number | undefined =>
  get(schema, keyword) as number | undefined;

export const textIn = (schema: JsonObject, keyword: string): string | undefined =>
  get(schema, keyword) as string | undefined;

export const namesIn = (schema: JsonObject, keyword: string): readonly string[] =>
  (get(schema, keyword) ?? []) as readonly string[];

export const refOf = (schema: Schema): string | undefined =>
  typeof schema === "boolean" ? undefined : textIn(schema, "$ref");

/** The types that `type` lists, or undefined when it says nothing. */
export const listedTypes = (schema: JsonObject): readonly JsonType[] | undefined => {
  const type = get(schema, "type");
  if (type === undefined) return undefined;
  const listed = (Array.isArray(type) ? type : [type]).filter(isJsonType);
  return jsonTypes.filter((one) => listed.includes(one) && !(one === "integer" && listed.includes("number")));
};

/** Does a value have this type? A whole number is an integer however it is written. */
export const hasType = (value: Json, type: JsonType): boolean => {
  if (type === "null") return value === null;
  if (type === "array") return Array.isArray(value);
  if (type === "object") return isObject(value);
  if (type === "integer") return Number.isInteger(value);
  return typeof value === type;
};

/** The values that `const` and `enum` leave, filtered by `type`; undefined when neither is there. */
export const listedValues = (schema: JsonObject): readonly Json[] | undefined => {
  const constant = get(schema, "const");
  const listed = get(schema, "enum") as readonly Json[] | undefined;
  const all = constant === undefined ? listed : [constant];
  if (all === undefined) return undefined;
  const types = listedTypes(schema);
  const fitting = types === undefined ? all : all.filter((value) => types.some((type) => hasType(value, type)));
  return [...new Map(fitting.map((value) => [JSON.stringify(value), value])).values()];
};

/** Keywords that constrain values of one type. */
export const keywordsOf = {
  null: [],
  boolean: [],
  object: [
    "additionalProperties",
    "dependentRequired",
    "maxProperties",
    "minProperties",
    "patternProperties",
    "properties",
    "propertyNames",
    "required",
  ],
  array: ["contains", "items", "maxItems", "minItems", "prefixItems", "uniqueItems"],
  number: ["exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum", "multipleOf"],
  string: ["format", "maxLength", "minLength", "pattern"],
  integer: ["exclusiveMaximum", "exclusiveMinimum", "maximum", "minimum", "multipleOf"],
} as const satisfies Readonly<Record<JsonType, readonly string[]>>;

export const hasKeywordOf = (schema: JsonObject, type: JsonType): boolean =>
  keywordsOf[type].some((keyword) => Object.hasOwn(schema, keyword));

/** Every schema directly inside, with the keyword that holds it. */
export const innerSchemas = (schema: Schema): readonly (readonly [string, Schema])[] => {
  if (typeof schema === "boolean") return [];
  return Object.entries(subschemaKeywords).flatMap(([keyword, form]) => {
    const value = get(schema, keyword);
    if (value === undefined) return [];
    const inner =
      form === "one" ? [value] : form === "list" ? (value as readonly Json[]) : Object.values(value as JsonObject);
    return inner.map((one) => [keyword, one as Schema] as const);
  });
};

/** Every reference inside a schema, however deep, each once. */
export const referencesIn = (schema: Schema): readonly string[] => {
  const found = new Set<string>();
  const visit = (one: Schema): void => {
    const ref = refOf(one);
    if (ref !== undefined) found.add(ref);
    for (const [, inner] of innerSchemas(one)) visit(inner);
  };
  visit(schema);
  return [...found];
};

const inPlace = ["allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas"];

/** References that apply to the very same value: a circle of them says nothing. */
export const referencesInPlace = (schema: Schema): readonly string[] => {
  const ref = refOf(schema);
  const inner = innerSchemas(schema).flatMap(([keyword, one]) =>
    inPlace.includes(keyword) ? referencesInPlace(one) : [],
  );
  return ref === undefined ? inner : [ref, ...inner];
};
