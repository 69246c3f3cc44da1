// What types and validators of operations have in common: the parts of a request, and how files begin.
import type { JsonObject } from "../kernel/json.ts";
import type { Parameter, ParameterLocation, Schema } from "./model.ts";
import type { PlannedOperation } from "./plan.ts";

/** Where parameters go in a handler's input, and how their names end. */
export const parts = [
  { location: "path", part: "params", suffix: "Params" },
  { location: "query", part: "query", suffix: "Query" },
  { location: "header", part: "headers", suffix: "Headers" },
  { location: "cookie", part: "cookies", suffix: "Cookies" },
] as const satisfies readonly { location: ParameterLocation; part: string; suffix: string }[];

export const headline = ({ operation }: PlannedOperation): string => `${operation.method} ${operation.path}`;

/** Answers of these never have a body. */
export const isEmptyStatus = (status: string): boolean => /^(1|204$|205$|304$)/.test(status);

/** All parameters of a location as one object. */
export const parametersSchema = (
  parameters: readonly Parameter[],
  always: (one: Parameter) => boolean,
): JsonObject => ({
  type: "object",
  properties: Object.fromEntries(
    parameters.map(({ name, schema, description }) => [name, describedSchema(schema, description)]),
  ),
  required: parameters.filter(always).map(({ name }) => name),
  additionalProperties: false,
});

/** The parameter's own words win over those of its schema. */
const describedSchema = (schema: Schema, description: string | undefined): Schema => {
  if (description === undefined) return schema;
  return schema === true ? { description } : schema === false ? schema : { ...schema, description };
};

/** Import lines, and the empty line below them. */
export const imports = (lines: readonly (string | false)[]): string => {
  const used = lines.filter((one) => one !== false);
  return used.length === 0 ? "" : `${used.join("\n")}\n\n`;
};
