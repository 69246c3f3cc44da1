// What each JSON Schema keyword may hold, and where schemas stand inside schemas.
import { isObject } from "../kernel/json.ts";
import { patternFlags } from "./patterns.ts";

export const jsonTypes = ["null", "boolean", "object", "array", "number", "string", "integer"] as const;
export type JsonType = (typeof jsonTypes)[number];

export const isJsonType = (value: unknown): value is JsonType => (jsonTypes as readonly unknown[]).includes(value);

/** How a keyword's value holds schemas: one, a list of them, or a map of them. */
export const subschemaKeywords: Readonly<Record<string, "one" | "list" | "map">> = {
  additionalProperties: "one",
  allOf: "list",
  anyOf: "list",
  contains: "one",
  contentSchema: "one",
  dependentSchemas: "map",
  else: "one",
  if: "one",
  items: "one",
  not: "one",
  oneOf: "list",
  patternProperties: "map",
  prefixItems: "list",
  properties: "map",
  propertyNames: "one",
  then: "one",
  unevaluatedItems: "one",
  unevaluatedProperties: "one",
};

const isCount = (value: unknown): boolean => Number.isInteger(value) && Number(value) >= 0;
const isNumber = (value: unknown): boolean => typeof value === "number" && Number.isFinite(value);
const isText = (value: unknown): boolean => typeof value === "string";
const isFlag = (value: unknown): boolean => typeof value === "boolean";
const isTextList = (value: unknown): boolean => Array.isArray(value) && value.every(isText);

const isPattern = (value: unknown): boolean => typeof value === "string" && patternFlags(value) !== undefined;

const isSchema = (value: unknown): boolean => isObject(value) || typeof value === "boolean";

interface Check {
  readonly wants: string;
  readonly holds: (value: unknown) => boolean;
}

const count: Check = { wants: "a whole number of at least 0", holds: isCount };
const number: Check = { wants: "a number", holds: isNumber };
const flag: Check = { wants: "true or false", holds: isFlag };
const schema: Check = { wants: "a schema", holds: isSchema };
const schemaList: Check = {
  wants: "a list of schemas",
  holds: (value) => Array.isArray(value) && value.every(isSchema),
};
const schemaMap: Check = {
  wants: "a mapping of schemas",
  holds: (value) => isObject(value) && Object.values(value).every(isSchema),
};

/** What a keyword's value must be; a keyword with any other value is left out, with a finding. */
export const keywordChecks: Readonly<Record<string, Check>> = {
  additionalProperties: schema,
  allOf: schemaList,
  anyOf: schemaList,
  contains: schema,
  contentSchema: schema,
  dependentRequired: {
    wants: "a mapping of lists of names",
    holds: (value) => isObject(value) && Object.values(value).every(isTextList),
  },
  dependentSchemas: schemaMap,
  deprecated: flag,
  description: { wants: "text", holds: isText },
  discriminator: {
    wants: "a mapping with propertyName",
    holds: (value) => isObject(value) && isText(value["propertyName"]),
  },
  else: schema,
  enum: { wants: "a list of values", holds: Array.isArray },
  exclusiveMaximum: number,
  exclusiveMinimum: number,
  format: { wants: "text", holds: isText },
  if: schema,
  items: schema,
  maxContains: count,
  maxItems: count,
  maxLength: count,
  maxProperties: count,
  maximum: number,
  minContains: count,
  minItems: count,
  minLength: count,
  minProperties: count,
  minimum: number,
  multipleOf: { wants: "a number above 0", holds: (value) => isNumber(value) && Number(value) > 0 },
  not: schema,
  oneOf: schemaList,
  pattern: { wants: "a regular expression of ECMA-262", holds: isPattern },
  patternProperties: {
    wants: "a mapping of regular expressions to schemas",
    holds: (value) => schemaMap.holds(value) && Object.keys(value as object).every(isPattern),
  },
  prefixItems: schemaList,
  properties: schemaMap,
  propertyNames: schema,
  readOnly: flag,
  required: { wants: "a list of property names", holds: isTextList },
  then: schema,
  title: { wants: "text", holds: isText },
  type: {
    wants: "one or more of null, boolean, object, array, number, string, integer",
    holds: (value) => (Array.isArray(value) ? value.length > 0 && value.every(isJsonType) : isJsonType(value)),
  },
  unevaluatedItems: schema,
  unevaluatedProperties: schema,
  uniqueItems: flag,
  writeOnly: flag,
};
