// Whole requests for an operation: values for every part.
import type { Json, JsonObject } from "../kernel/json.ts";
import { isObject } from "../kernel/json.ts";
import { accepts } from "./accepts.ts";
import { checkedSchema, kindOf } from "./content.ts";
import type { Direction } from "./emit-types.ts";
import type { Content, Operation, Parameter, ParameterLocation, Schema } from "./model.ts";
import type { ApiPlan } from "./plan.ts";
import { followed } from "./plan.ts";
import { sampleValue } from "./sample.ts";
import { schemaMapIn } from "./schema-view.ts";
import { itemsOfText, sequenceOf } from "./sequences.ts";
import { fork } from "./seeds.ts";
import type { RequestValues, SampleRequest } from "./write-request.ts";
import { writeRequest } from "./write-request.ts";

export interface RequestOptions {
  readonly seed: number;
  readonly examples: boolean;
  /** Optional parameters and bodies as well. */
  readonly optional: boolean;
}

// Nothing cannot be written in a URL, and some characters no framework agrees on.
const writable: Schema = {
  not: {
    anyOf: [{ const: "" }, { type: "null" }, { type: "array", maxItems: 0 }, { type: "object", maxProperties: 0 }],
  },
};
const inPath: Schema = { allOf: [writable, { not: { type: "string", pattern: "[\\x00-\\x1f]|^\\.{1,2}$" } }] };
/** Slashes in a variable are percent-encoded, which not every proxy lets through. */
const plainInPath: Schema = { allOf: [inPath, { not: { type: "string", pattern: "[/\\\\?#%]" } }] };
const inHeader: Schema = { allOf: [writable, { pattern: "^[!-~](?:[ -~]*[!-~])?$" }] };
const wire: Readonly<Record<ParameterLocation, Schema>> = {
  path: inPath,
  query: writable,
  header: inHeader,
  cookie: writable,
};

const parameterValue = (plan: ApiPlan, parameter: Parameter, options: RequestOptions): Json | undefined => {
  const seed = options.seed === 0 ? 0 : fork(options.seed, `${parameter.in} ${parameter.name}`);
  const own = { plan, direction: "input", seed, examples: options.examples } as const;
  const told: Schema = { allOf: [parameter.schema], examples: parameter.examples ?? [] };
  const offered = options.examples ? sampleValue(told, own) : undefined;
  if (offered !== undefined && accepts(wire[parameter.in], offered, own)) return offered;
  const plain = parameter.in === "path" ? sampleValue({ allOf: [parameter.schema, plainInPath] }, own) : undefined;
  return plain ?? sampleValue({ allOf: [parameter.schema, wire[parameter.in]] }, own);
};

/** Examples of a sequence may be given as the text that goes over the wire; an empty one shows nothing. */
const toldExamples = (content: Content): JsonObject => {
  const form = sequenceOf(content);
  if (form === undefined) return { examples: content.examples };
  const lists = content.examples.map((one) => (typeof one === "string" ? (itemsOfText(one, form) ?? one) : one));
  return { examples: lists, minItems: 1 };
};

/** A value of a body, sent or received; text for what is no data. */
export const sampleContent = (
  plan: ApiPlan,
  content: Content,
  direction: Direction,
  options: RequestOptions,
): Json | undefined => {
  const kind = kindOf(content);
  const text = content.examples.find((one) => typeof one === "string");
  if (kind === "bytes" || (kind === "text" && content.schema === true)) return text ?? "amber";
  const seed = options.seed === 0 ? 0 : fork(options.seed, "body");
  const told: Schema = { allOf: [checkedSchema(plan, content)], ...toldExamples(content) };
  const isForm = kind === "form" || kind === "multipart";
  const schema: Schema = isForm ? { allOf: [told, { type: ["object", "string"] }] } : told;
  return sampleValue(schema, { plan, direction, seed, examples: options.examples });
};

/** The content to send: JSON where there is some, as most clients would. */
export const preferred = (contents: readonly Content[]): readonly Content[] =>
  contents.toSorted((a, b) => Number(kindOf(b) === "json") - Number(kindOf(a) === "json"));

const mayHold = (plan: ApiPlan, schema: Schema, name: string): boolean => {
  const target = followed(plan, schema);
  return typeof target !== "boolean" && schemaMapIn(target, "properties").some(([one]) => one === name);
};

/** Exploded objects are written as their members: those that share a name with another parameter are left out. */
const uncrossed = (plan: ApiPlan, parameter: Parameter, value: Json, { parameters }: Operation): Json | undefined => {
  const isExploded = (one: Parameter): boolean => one.in === "query" && one.style === "form" && one.explode;
  if (!isObject(value) || !isExploded(parameter)) return value;
  const others = parameters.filter((one) => one !== parameter && one.in === "query");
  const isShared = (name: string): boolean =>
    others.some((one) => one.name === name || (isExploded(one) && mayHold(plan, one.schema, name)));
  const own = Object.entries(value).filter(([name]) => !isShared(name));
  if (own.length === Object.keys(value).length) return value;
  const rest = Object.fromEntries(own);
  return own.length > 0 && accepts(parameter.schema, rest, { plan, direction: "input" }) ? rest : undefined;
};

/** Values that an operation accepts, or undefined when one of its required parts has none. */
export const sampleRequestValues = (
  plan: ApiPlan,
  operation: Operation,
  options: RequestOptions,
): RequestValues | undefined => {
  const parameters: Record<ParameterLocation, Record<string, Json>> = { path: {}, query: {}, header: {}, cookie: {} };
  for (const one of operation.parameters) {
    if (!one.required && !options.optional) continue;
    const made = parameterValue(plan, one, options);
    if (made === undefined && one.required) return undefined;
    if (made === undefined) continue;
    const value = uncrossed(plan, one, made, operation) ?? (one.required ? made : undefined);
    if (value !== undefined) parameters[one.in][one.name] = value;
  }
  const { body } = operation;
  if (body === undefined || (!body.required && !options.optional)) return { parameters };
  for (const content of preferred(body.contents)) {
    const value = sampleContent(plan, content, "input", options);
    if (value !== undefined) return { parameters, body: { content, value } };
  }
  return body.required && body.contents.length > 0 ? undefined : { parameters };
};

/**
 * A valid request for an operation of a plan, or undefined when one of its required parts has no value that could be
 * found. Security is not part of it: credentials are the caller's.
 *
 *     const plan = planApi(readOpenApi(document).api);
 *     sampleRequest(plan, operation, { seed: 7, examples: true, optional: true })
 *     // { method: "POST", path: "/users?notify=true", headers: { "content-type": "application/json" }, body: "{…}" }
 */
export const sampleRequest = (
  plan: ApiPlan,
  operation: Operation,
  options: RequestOptions,
): SampleRequest | undefined => {
  const values = sampleRequestValues(plan, operation, options);
  return values === undefined ? undefined : writeRequest(plan, operation, values);
};
