// From the schema that a document has for errors to code that fills it with what the service knows; undefined where it cannot.
import type { Json, JsonObject } from "../kernel/json.ts";
import { accepts } from "./accepts.ts";
import type { Fact, FactScope, Failure } from "./error-facts.ts";
import { flagValue, numberFact, sampleFailures, summary, textFact } from "./error-facts.ts";
import type { Doc } from "./layout.ts";
import { braces, concat, layout, property } from "./layout.ts";
import type { Schema } from "./model.ts";
import type { ApiPlan } from "./plan.ts";
import { followed } from "./plan.ts";
import { data, key } from "./print.ts";
import {
  hasKeywordOf,
  listedTypes,
  listedValues,
  namesIn,
  numberIn,
  schemaIn,
  schemaMapIn,
  schemasIn,
} from "./schema-view.ts";

type Detail = Failure["details"][number];

/** A value of the emitted code. */
export interface Filled {
  readonly code: Doc;
  /** The variables that it takes. */
  readonly uses: ReadonlySet<keyof Failure | "problems" | "lines">;
  readonly value: (failure: Failure, detail: Detail) => Json;
}

interface Filling {
  readonly plan: ApiPlan;
  readonly scope: FactScope;
  readonly depth: number;
  /** The names of the properties around. */
  readonly siblings: readonly string[];
  /** Is there no place for details, so that the message has to tell them? */
  readonly tellsAll: boolean;
}

const maxDepth = 6;

const ofFact = ({ code, uses, value }: Fact): Filled => ({
  code,
  uses: new Set(uses === undefined ? [] : [uses]),
  value,
});
const constant = (value: Json): Filled => ({ code: data(value), uses: new Set(), value: () => value });

interface Outline {
  readonly properties: ReadonlyMap<string, Schema>;
  readonly required: ReadonlySet<string>;
}

/** The properties of an object and of everything that holds for it as well. */
const outlineOf = (plan: ApiPlan, schema: Schema, seen = new Set<Schema>()): Outline => {
  const target = followed(plan, schema);
  if (typeof target === "boolean" || seen.has(target)) return { properties: new Map(), required: new Set() };
  seen.add(target);
  const inner = schemasIn(target, "allOf").map((one) => outlineOf(plan, one, seen));
  return {
    properties: new Map([...inner.flatMap((one) => [...one.properties]), ...schemaMapIn(target, "properties")]),
    required: new Set([...inner.flatMap((one) => [...one.required]), ...namesIn(target, "required")]),
  };
};

/** Properties that say nothing to whom the document does not know: they stay away unless they are required. */
const filledProperties = (schema: Schema, filling: Filling) => {
  const { properties, required } = outlineOf(filling.plan, schema);
  const names = [...new Set([...properties.keys(), ...required])].filter((name) => name !== "__proto__");
  const inner = { ...filling, depth: filling.depth + 1, siblings: names };
  return names.map((name) => ({
    name,
    isRequired: required.has(name),
    filled: fill(properties.get(name) ?? true, name, inner),
  }));
};

const shorthand = (name: string, code: Doc): Doc => (code === name ? name : property(key(name), code));

const objectOf = (schema: Schema, filling: Filling): Filled | undefined => {
  const all = filledProperties(schema, filling);
  if (all.some(({ isRequired, filled }) => isRequired && filled === undefined)) return undefined;
  const present = all.flatMap(({ name, isRequired, filled }) => {
    const isEmpty = filled?.uses.size === 0 && layout(filled.code) === "{}";
    return filled === undefined || (isEmpty && !isRequired) ? [] : [{ name, filled }];
  });
  return {
    code: braces(present.map(({ name, filled }) => shorthand(name, filled.code))),
    uses: new Set(present.flatMap(({ filled }) => [...filled.uses])),
    value: (failure, detail) =>
      Object.fromEntries(present.map(({ name, filled }) => [name, filled.value(failure, detail)])),
  };
};

const asProblems = ({ details, message }: Failure): readonly Detail[] =>
  details.length > 0 ? details : [{ field: "", message }];

/** Is there any other place for the message? Without one, or where the list must not be empty, it stands in the list. */
const needsProblems = (schema: JsonObject, name: string, { siblings }: Filling): boolean =>
  (numberIn(schema, "minItems") ?? 0) > 0 ||
  !siblings.some((other) => other !== name && textFact(other, "failure", siblings)?.uses === "message");

const pathParts: Filled = {
  code: 'detail.field.split(".")',
  uses: new Set(["details"]),
  value: (_, detail) => detail.field.split("."),
};

const sentence = ({ field, message }: Detail): string => (field === "" ? message : `${field}: ${message}`);

/** A schema that describes an object without saying so accepts texts as well, but nobody means them. */
const mayBeText = ({ plan }: Filling, schema: Schema): boolean => {
  const target = followed(plan, schema);
  if (typeof target === "boolean") return target;
  return (
    listedTypes(target)?.includes("string") ??
    !(
      target["allOf"] !== undefined ||
      (["object", "array", "number"] as const).some((type) => hasKeywordOf(target, type))
    )
  );
};

/** A list of sentences. */
const linesOf = (schema: JsonObject, name: string, filling: Filling): Filled =>
  needsProblems(schema, name, filling)
    ? { code: "[...lines]", uses: new Set(["lines"]), value: (failure) => asProblems(failure).map(sentence) }
    : {
        code: "details.map((detail) => `${detail.field}: ${detail.message}`)",
        uses: new Set(["details"]),
        value: ({ details }) => details.map(sentence),
      };

const listOf = (schema: JsonObject, name: string, filling: Filling): Filled | undefined => {
  const items = schemaIn(schema, "items") ?? true;
  const inner = { ...filling, scope: "detail", depth: filling.depth + 1, siblings: [] } as const;
  const item = fill(items, "", inner);
  if (item?.uses.has("details") !== true) return undefined;
  const source = needsProblems(schema, name, filling) ? "problems" : "details";
  return {
    code: concat(`${source}.map((detail) => (`, item.code, "))"),
    uses: new Set([source, ...[...item.uses].filter((one) => one !== "details")]),
    value: (failure) =>
      (source === "problems" ? asProblems(failure) : failure.details).map((detail) => item.value(failure, detail)),
  };
};

const listsOf = (schema: JsonObject, name: string, filling: Filling): readonly (Filled | undefined)[] => {
  if (filling.scope === "detail") return /^(loc|path|location)$/i.test(name) ? [pathParts] : [];
  const list = listOf(schema, name, filling);
  return mayBeText(filling, schemaIn(schema, "items") ?? true) ? [linesOf(schema, name, filling), list] : [list];
};

/** Everything that could stand here, the likeliest first. */
const candidates = function* (schema: Schema, name: string, filling: Filling): Generator<Filled | undefined> {
  const { plan, scope, siblings } = filling;
  const target = followed(plan, schema);
  const found = textFact(name, scope, siblings);
  const text = filling.tellsAll && found?.code === "message" ? summary : found;
  if (typeof target === "boolean") {
    yield text === undefined ? undefined : ofFact(text);
    return;
  }
  const values = listedValues(target) ?? [];
  if (values.length === 1 && values[0] !== undefined) yield constant(values[0]);
  const types = listedTypes(target);
  const may = (type: NonNullable<typeof types>[number]): boolean => types?.includes(type) ?? false;
  const isObject = may("object") || (types === undefined && hasKeywordOf(target, "object"));
  if (isObject || schemasIn(target, "allOf").length > 0) yield objectOf(target, filling);
  if (may("array")) yield* listsOf(target, name, filling);
  if (text !== undefined && mayBeText(filling, target)) yield ofFact(text);
  const number = numberFact(name);
  if (number !== undefined && (may("integer") || may("number"))) yield ofFact(number);
  const flag = flagValue(name);
  if (flag !== undefined && may("boolean")) yield constant(flag);
  for (const one of [...schemasIn(target, "anyOf"), ...schemasIn(target, "oneOf")]) yield fill(one, name, filling);
  if (may("null")) yield constant(null);
};

/** A candidate that the schema accepts, whatever the error. */
const judged = ({ plan }: Filling, schema: Schema, filled: Filled | undefined): Filled | undefined =>
  filled !== undefined &&
  sampleFailures.every((failure) =>
    asProblems(failure).every((detail) =>
      accepts(schema, filled.value(failure, detail), { plan, direction: "output" }),
    ),
  )
    ? filled
    : undefined;

const fill = (schema: Schema, name: string, filling: Filling): Filled | undefined => {
  if (filling.depth > maxDepth) return undefined;
  for (const candidate of candidates(schema, name, filling)) {
    const good = judged(filling, schema, candidate);
    if (good !== undefined) return good;
  }
  return undefined;
};

const telling = ["code", "message", "status", "summary", "details", "lines", "problems", "title"] as const;
const detailed = ["details", "lines", "problems"] as const;

/** Code that makes a body of a schema; undefined where the service cannot, or would say nothing by it. */
export const errorFilling = (plan: ApiPlan, schema: Schema): Filled | undefined => {
  const filling = { plan, scope: "failure", depth: 0, siblings: [], tellsAll: false } as const;
  const filled = fill(schema, "", filling);
  if (filled === undefined || !telling.some((one) => filled.uses.has(one))) return undefined;
  return detailed.some((one) => filled.uses.has(one)) ? filled : fill(schema, "", { ...filling, tellsAll: true });
};
