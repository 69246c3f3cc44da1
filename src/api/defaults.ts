// Defaults that can be used: of the schema's own type and values, so that they compile and are right.
import type { Json } from "../kernel/json.ts";
import type { Schema } from "./model.ts";
import type { ApiPlan } from "./plan.ts";
import { followed } from "./plan.ts";
import { get, hasType, listedTypes, listedValues } from "./schema-view.ts";

/** The schema's default, or that of what it refers to; undefined when it has none or not one of its own type. */
export const usableDefault = (schema: Schema, plan: ApiPlan): Json | undefined => {
  if (typeof schema === "boolean") return undefined;
  const target = followed(plan, schema);
  if (typeof target === "boolean") return undefined;
  const value = get(schema, "default") ?? get(target, "default");
  if (value === undefined) return undefined;
  const values = listedValues(target);
  if (values !== undefined) return values.some((one) => one === value) ? value : undefined;
  return listedTypes(target)?.some((type) => hasType(value, type)) === true ? value : undefined;
};
