// Discriminators: which value of which property chooses which member of a union.
import type { JsonObject } from "../kernel/json.ts";
import { isObject } from "../kernel/json.ts";
import type { Schema } from "./model.ts";
import type { ApiPlan } from "./plan.ts";
import { followed } from "./plan.ts";
import { get, listedValues, refOf, schemaMapIn, textIn } from "./schema-view.ts";

export interface DiscriminatedMembers {
  readonly property: string;
  /** Every member, with each value that chooses it; no value twice. */
  readonly entries: readonly (readonly [value: string, member: Schema])[];
}

/** The values that the member itself allows: its own const or enum of the property. */
const declaredValues = (plan: ApiPlan, member: Schema, property: string): readonly string[] | undefined => {
  const target = followed(plan, member);
  const declared =
    typeof target === "boolean"
      ? undefined
      : schemaMapIn(target, "properties").find(([name]) => name === property)?.[1];
  const tag = declared === undefined ? true : followed(plan, declared);
  const listed = typeof tag === "boolean" ? undefined : listedValues(tag);
  return listed?.filter((value) => typeof value === "string");
};

/** Without values of its own, a member is chosen by the mapping, or else by its name. */
const mappedValues = (plan: ApiPlan, member: Schema, discriminator: JsonObject): readonly string[] => {
  const ref = refOf(member);
  if (ref === undefined) return [];
  const name = plan.schemas.get(ref)?.named.name;
  const mapping = get(discriminator, "mapping");
  const entries = isObject(mapping) ? Object.entries(mapping) : [];
  const mapped = entries.filter(([, to]) => to === ref || to === name).map(([value]) => value);
  return mapped.length > 0 ? mapped : name === undefined ? [] : [name];
};

/** Undefined without a discriminator, and when its values do not tell all members apart. */
export const discriminatedMembers = (
  plan: ApiPlan,
  schema: JsonObject,
  members: readonly Schema[],
): DiscriminatedMembers | undefined => {
  const discriminator = get(schema, "discriminator") as JsonObject | undefined;
  if (discriminator === undefined || members.length < 2) return undefined;
  const property = textIn(discriminator, "propertyName") ?? "";
  const entries = members.flatMap((member) => {
    const values = declaredValues(plan, member, property) ?? mappedValues(plan, member, discriminator);
    return values.map((value) => [value, member] as const);
  });
  const isComplete = members.every((member) => entries.some(([, one]) => one === member));
  const isDistinct = new Set(entries.map(([value]) => value)).size === entries.length;
  return isComplete && isDistinct ? { property, entries } : undefined;
};
