// What a parameter's text should become: the shape that its schema describes, as data for the emitted reader.
import type { Json, JsonObject } from "../kernel/json.ts";
import type { Schema } from "./model.ts";
import type { ApiPlan } from "./plan.ts";
import { followed } from "./plan.ts";
import { hasKeywordOf, hasType, listedTypes, listedValues, schemaIn, schemaMapIn, schemasIn } from "./schema-view.ts";

const scalars = ["null", "boolean", "integer", "number", "string"] as const;
type Scalar = (typeof scalars)[number];

/** Everything a schema allows, seen from outside. */
interface Outline {
  readonly scalars: ReadonlySet<Scalar>;
  readonly items?: Schema;
  readonly properties?: readonly (readonly [string, Schema])[];
  readonly rest?: Schema;
}

// Deeper structures cannot be written in a URL anyway.
const maxDepth = 4;

const scalarTypes = (schema: JsonObject): readonly Scalar[] => {
  const values = listedValues(schema);
  const types = listedTypes(schema);
  if (values !== undefined) return scalars.filter((type) => values.some((value) => hasType(value, type)));
  return scalars.filter((type) => types?.includes(type) === true);
};

const arrayPart = (schema: JsonObject): Pick<Outline, "items"> => {
  const isArray = listedTypes(schema)?.includes("array") ?? hasKeywordOf(schema, "array");
  return isArray ? { items: schemaIn(schema, "items") ?? schemasIn(schema, "prefixItems")[0] ?? true } : {};
};

const objectPart = (schema: JsonObject): Pick<Outline, "properties" | "rest"> => {
  const isObject = listedTypes(schema)?.includes("object") ?? hasKeywordOf(schema, "object");
  const rest = schemaIn(schema, "additionalProperties");
  return isObject
    ? { properties: schemaMapIn(schema, "properties"), ...(rest === false ? {} : { rest: rest ?? true }) }
    : {};
};

const merged = (outlines: readonly Outline[]): Outline => {
  const items = outlines.find((one) => one.items !== undefined)?.items;
  const rest = outlines.find((one) => one.rest !== undefined)?.rest;
  return {
    scalars: new Set(outlines.flatMap((one) => [...one.scalars])),
    ...(items === undefined ? {} : { items }),
    ...(rest === undefined ? {} : { rest }),
    ...mergedProperties(outlines),
  };
};

const mergedProperties = (outlines: readonly Outline[]): Pick<Outline, "properties"> => {
  const all = outlines.flatMap(({ properties }) => (properties === undefined ? [] : [properties]));
  return all.length === 0 ? {} : { properties: all.flat() };
};

const outlineOf = (plan: ApiPlan, schema: Schema, seen = new Set<Schema>()): Outline => {
  const target = followed(plan, schema);
  if (typeof target === "boolean" || seen.has(target)) return { scalars: new Set() };
  seen.add(target);
  const own: Outline = { scalars: new Set(scalarTypes(target)), ...arrayPart(target), ...objectPart(target) };
  const inner = ["allOf", "anyOf", "oneOf"].flatMap((keyword) => schemasIn(target, keyword));
  return merged([own, ...inner.map((one) => outlineOf(plan, one, seen))]);
};

/** A scalar's name, a list of them in the order they are tried, or a description of an array or object. */
export const shapeOf = (plan: ApiPlan, schema: Schema, depth = 0): Json => {
  const outline = outlineOf(plan, schema);
  const own = scalars.filter(
    (type) => outline.scalars.has(type) && !(type === "integer" && outline.scalars.has("number")),
  );
  const text: Json = own.length === 1 ? (own[0] ?? "string") : own.length === 0 ? "string" : own;
  if (depth >= maxDepth) return text;
  const or = own.length === 0 ? {} : { or: text };
  if (outline.properties !== undefined) {
    const properties = Object.fromEntries(
      outline.properties.map(([name, one]) => [name, shapeOf(plan, one, depth + 1)]),
    );
    const rest = outline.rest === undefined ? {} : { rest: shapeOf(plan, outline.rest, depth + 1) };
    return { object: properties, ...rest, ...or };
  }
  return outline.items === undefined ? text : { array: shapeOf(plan, outline.items, depth + 1), ...or };
};
