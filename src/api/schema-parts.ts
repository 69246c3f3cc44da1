// The schemas that must all hold for the same value: a schema itself, what it refers to, and the members of its allOf.
import type { JsonObject } from "../kernel/json.ts";
import type { Schema } from "./model.ts";
import { refOf, schemasIn } from "./schema-view.ts";

/** Every schema that was read, by its pointer. */
export type SchemasByPlace = ReadonlyMap<string, Schema>;

export interface SchemaPart {
  readonly schema: JsonObject;
  readonly at: string;
}

/** More parts than anybody writes: the rest is not looked at. */
const maxParts = 100;

export const partsOf = (schemas: SchemasByPlace, schema: Schema, at: string): readonly SchemaPart[] => {
  const found = new Map<string, SchemaPart>();
  const add = (one: Schema, here: string): void => {
    if (typeof one === "boolean" || found.has(here) || found.size >= maxParts) return;
    found.set(here, { schema: one, at: here });
    const target = refOf(one)?.slice(1);
    if (target !== undefined) add(schemas.get(target) ?? true, target);
    for (const [index, member] of schemasIn(one, "allOf").entries()) add(member, `${here}/allOf/${index}`);
  };
  add(schema, at);
  return [...found.values()];
};

export interface Choice {
  readonly keyword: "anyOf" | "oneOf";
  readonly at: string;
  /** What holds for a value that takes each of the alternatives, beside what holds anyway. */
  readonly members: readonly (readonly SchemaPart[])[];
}

/** A longer choice is not looked at: each of its alternatives costs as much as a schema. */
const maxAlternatives = 200;

/** The alternatives that stand in the parts of a schema. */
export const choicesOf = (schemas: SchemasByPlace, parts: readonly SchemaPart[]): readonly Choice[] =>
  parts.flatMap(({ schema, at }) =>
    (["anyOf", "oneOf"] as const).flatMap((keyword) => {
      const alternatives = schemasIn(schema, keyword);
      if (alternatives.length === 0 || alternatives.length > maxAlternatives) return [];
      const members = alternatives.map((member, index) => partsOf(schemas, member, `${at}/${keyword}/${index}`));
      return [{ keyword, at, members }];
    }),
  );
