// Requests with exactly one thing wrong, and known to be wrong by an independent judge of values.
import { checkedSchema, kindOf } from "../api/content.ts";
import type { Operation, Parameter, Schema } from "../api/model.ts";
import type { ApiPlan } from "../api/plan.ts";
import { isList } from "../api/print.ts";

import { pick } from "../api/seeds.ts";
import type { RequestValues } from "../api/write-request.ts";
import type { Json, JsonObject } from "../kernel/json.ts";
import { isObject } from "../kernel/json.ts";
import { oracleFor } from "./schema-oracle.ts";

export interface BrokenRequest {
  readonly values: RequestValues;
  /** For the report: `query limit is "~"`. */
  readonly what: string;
}

type Judge = (value: Json) => boolean;

const without = (value: JsonObject, name: string): JsonObject =>
  Object.fromEntries(Object.entries(value).filter(([key]) => key !== name));

const withParameter = (
  values: RequestValues,
  { in: location, name }: Parameter,
  value: Json | undefined,
): RequestValues => ({
  ...values,
  parameters: {
    ...values.parameters,
    [location]:
      value === undefined
        ? without(values.parameters[location], name)
        : { ...values.parameters[location], [name]: value },
  },
});

const missingParameters = (operation: Operation, values: RequestValues): readonly BrokenRequest[] =>
  operation.parameters
    .filter((one) => one.required && one.in !== "path" && Object.hasOwn(values.parameters[one.in], one.name))
    // An exploded object is given by its members: without them it is missing as well, but not by name.
    .filter((one) => !isObject(values.parameters[one.in][one.name]))
    .map((one) => ({ values: withParameter(values, one, undefined), what: `${one.in} ${one.name} is missing` }));

/** Text that is no number, no truth value and in no list; alone or as the one item. */
const wrongText = "~";

const wrongParameters = (plan: ApiPlan, operation: Operation, values: RequestValues): readonly BrokenRequest[] =>
  operation.parameters.flatMap((one) => {
    const given = values.parameters[one.in][one.name];
    if (given === undefined || isObject(given) || one.mediaType !== undefined) return [];
    const judge = oracleFor(plan, one.schema, "input");
    const isRefused = (value: Json): boolean => judge?.(value) === false;
    // However a reader takes the text, as one value or as a list of one, it must be wrong.
    if (!isRefused(wrongText) || !isRefused([wrongText])) return [];
    const value: Json = isList(given) ? [wrongText] : wrongText;
    return [{ values: withParameter(values, one, value), what: `${one.in} ${one.name} is ${JSON.stringify(value)}` }];
  });

const wrongValues: readonly Json[] = [null, true, -1_234_567.5, "~", [], {}, [null], { "~": null }];

/** The value with one part left out or replaced, one level deep and at its root. */
const changes = (value: Json): readonly (readonly [Json, string])[] => {
  const roots = wrongValues.map((wrong) => [wrong, `body is ${JSON.stringify(wrong)}`] as const);
  if (!isObject(value)) return roots;
  const object = value;
  const parts = Object.keys(object).flatMap((name) => [
    [without(object, name), `body lacks ${name}`] as const,
    ...wrongValues.map((wrong) => [{ ...object, [name]: wrong }, `body ${name} is ${JSON.stringify(wrong)}`] as const),
  ]);
  return [...parts, [{ ...object, "~": 1 }, "body has ~"] as const, ...roots];
};

const missingFields = (value: Json): readonly (readonly [Json, string])[] =>
  isObject(value) ? Object.keys(value).map((name) => [without(value, name), `form lacks ${name}`] as const) : [];

const wrongBodies = (plan: ApiPlan, values: RequestValues): readonly BrokenRequest[] => {
  const { body } = values;
  if (body === undefined) return [];
  const kind = kindOf(body.content);
  if (kind === "bytes" || kind === "text") return [];
  const schema: Schema = checkedSchema(plan, body.content);
  const judge: Judge | undefined = oracleFor(plan, schema, "input");
  // A discriminator chooses where JSON Schema sees several that fit: such a choice has no independent judge.
  if (judge === undefined || !judge(body.value)) return [];
  const all = kind === "json" ? changes(body.value) : missingFields(body.value);
  return (
    all
      .filter(([value]) => !judge(value))
      // A form without any field is a body that is missing, which may be allowed.
      .filter(([value]) => kind === "json" || (isObject(value) && Object.keys(value).length > 0))
      .map(([value, what]) => ({ values: { ...values, body: { ...body, value } }, what }))
  );
};

/** One of the ways to break a valid request, or undefined when everything would be accepted. */
export const brokenRequest = (
  plan: ApiPlan,
  operation: Operation,
  values: RequestValues,
  seed: number,
): BrokenRequest | undefined =>
  pick(seed, [
    ...missingParameters(operation, values),
    ...wrongParameters(plan, operation, values),
    ...wrongBodies(plan, values).slice(0, 60),
  ]);
