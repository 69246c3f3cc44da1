// Reads what is expected of answers, from a file of requests or from flags.
import { Fault } from "../kernel/fault.ts";
import type { Json } from "../kernel/json.ts";
import { isObject } from "../kernel/json.ts";
import { readJsonPath } from "./json-path.ts";
import type { JsonPath } from "./json-path.ts";
import type { Placed } from "./placed.ts";
import type { Check } from "./scenario.ts";

const keys = ["status", "contains", "matches", "json", "headers", "schema"] as const;

export const isPattern = (pattern: string): boolean => {
  try {
    return new RegExp(pattern, "su") instanceof RegExp;
  } catch {
    return false;
  }
};

const pathHelp = "write a path such as $.items[0].id";

export const jsonPathAt = (at: Placed, text: string): JsonPath => {
  const path = readJsonPath(text);
  if (path === undefined) throw at.fault(`${JSON.stringify(text)} is no JSON path`, pathHelp);
  return path;
};

const jsonChecks = (at: Placed): readonly Check[] =>
  typeof at.value === "string" || Array.isArray(at.value)
    ? at.many().map((one) => ({ kind: "json", path: jsonPathAt(one, one.text()) }))
    : at.entries().map(([path, value]) => ({ kind: "json", path: jsonPathAt(value, path), equals: value.json() }));

/** A JSON Schema as text. Faults name the file. */
export const readSchema = (text: string, name: string): Extract<Check, { readonly kind: "schema" }> => {
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch {
    schema = undefined;
  }
  if (!isObject(schema) && typeof schema !== "boolean") {
    throw new Fault("input.invalid", `${name} is no JSON Schema`, { at: { kind: "file", path: name } });
  }
  return { kind: "schema", schema: schema as Extract<Check, { readonly kind: "schema" }>["schema"], name };
};

/** The checks of an `expect`, but for its status. A schema is a file's name, or stands there itself. */
export const readChecks = async (
  expect: Placed,
  readText: (path: string) => Promise<string>,
): Promise<readonly Check[]> => {
  expect.object(keys);
  const [contains, matches, json, headers] = ["contains", "matches", "json", "headers"].map((key) => expect.get(key));
  const checks: Check[] = [];
  for (const at of contains?.many() ?? []) checks.push({ kind: "contains", text: at.text() });
  for (const at of matches?.many() ?? []) {
    if (!isPattern(at.text())) throw at.fault("expected a regular expression");
    checks.push({ kind: "matches", pattern: at.text() });
  }
  if (json !== undefined) checks.push(...jsonChecks(json));
  for (const [name, at] of headers?.entries() ?? []) {
    checks.push(at.value === true ? { kind: "header", name } : { kind: "header", name, value: at.text() });
  }
  const schema = expect.get("schema");
  if (schema !== undefined) {
    const inline = typeof schema.value === "string" ? undefined : schema.json();
    const text = inline === undefined ? await readText(schema.text()) : JSON.stringify(inline);
    checks.push(readSchema(text, inline === undefined ? schema.text() : "its schema"));
  }
  return checks;
};

const parsed = (text: string): Json => {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return text;
  }
};

/** `$.status=ok`: JSON after the sign where it is some, text otherwise; without a sign, the value must only be there. */
export const jsonExpectation = (text: string, flag: string): Check => {
  const equals = /^(\$(?:[^='"]|'[^']*'|"[^"]*")*)=(.*)$/s.exec(text);
  const path = readJsonPath((equals?.[1] ?? text).trim());
  if (path === undefined) {
    throw new Fault("usage.bad-value", `${flag} got "${text}", expected a path or path=value such as $.status=ok`);
  }
  return equals === null ? { kind: "json", path } : { kind: "json", path, equals: parsed((equals[2] ?? "").trim()) };
};
