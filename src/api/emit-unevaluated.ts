// `unevaluatedProperties` and `unevaluatedItems`: which parts of a schema evaluate what, found statically.
import type { JsonObject } from "../kernel/json.ts";
import type { Doc } from "./layout.ts";
import { braces, brackets, property } from "./layout.ts";
import type { Schema } from "./model.ts";
import type { ApiPlan } from "./plan.ts";
import { literal } from "./print.ts";
import { get, refOf, schemaIn, schemaMapIn, schemasIn } from "./schema-view.ts";

export interface Printer {
  readonly plan: ApiPlan;
  /** A schema as a validator expression. */
  print(schema: Schema): Doc;
  call(name: string, ...args: readonly Doc[]): Doc;
}

type Keyword = "unevaluatedProperties" | "unevaluatedItems";

/** One thing that evaluates: always, or only when a condition holds. */
interface Walk {
  readonly keyword: Keyword;
  readonly printer: Printer;
  /** References on the way here; a circle of them evaluates nothing more. */
  readonly above: readonly string[];
}

const propertySources = (schema: JsonObject): readonly Doc[] => {
  const all = ["additionalProperties", "unevaluatedProperties"].some((word) => Object.hasOwn(schema, word));
  if (all) return [braces([property("all", "true")])];
  const names = schemaMapIn(schema, "properties").map(([name]) => literal(name));
  const patterns = schemaMapIn(schema, "patternProperties").map(([pattern]) => literal(pattern));
  const fields = [
    ...(names.length === 0 ? [] : [property("names", brackets(names))]),
    ...(patterns.length === 0 ? [] : [property("patterns", brackets(patterns))]),
  ];
  return fields.length === 0 ? [] : [braces(fields)];
};

const itemSources = (schema: JsonObject, { printer }: Walk): readonly Doc[] => {
  if (["items", "unevaluatedItems"].some((word) => Object.hasOwn(schema, word)))
    return [braces([property("all", "true")])];
  const prefix = schemasIn(schema, "prefixItems").length;
  const inner = schemaIn(schema, "contains");
  return [
    ...(prefix === 0 ? [] : [braces([property("first", String(prefix))])]),
    ...(inner === undefined ? [] : [braces([property("matching", printer.print(inner))])]),
  ];
};

const conditional = (condition: Doc, sources: readonly Doc[]): readonly Doc[] =>
  sources.length === 0 ? [] : [braces([condition, property("sources", brackets(sources))])];

const passing = (schema: Schema, walk: Walk): readonly Doc[] =>
  conditional(property("when", walk.printer.print(schema)), sourcesOf(schema, walk));

const branchSources = (schema: JsonObject, walk: Walk): readonly Doc[] => {
  const condition = schemaIn(schema, "if");
  if (condition === undefined) return [];
  const [yes, no] = [schemaIn(schema, "then"), schemaIn(schema, "else")];
  const printed = walk.printer.print(condition);
  const held = [...sourcesOf(condition, walk), ...(yes === undefined ? [] : sourcesOf(yes, walk))];
  return [
    ...conditional(property("when", printed), held),
    ...conditional(property("unless", printed), no === undefined ? [] : sourcesOf(no, walk)),
  ];
};

const referenced = (schema: JsonObject, walk: Walk): readonly Doc[] => {
  const ref = refOf(schema);
  const target = ref === undefined ? undefined : walk.printer.plan.schemas.get(ref);
  if (ref === undefined || target === undefined || walk.above.includes(ref)) return [];
  return sourcesOf(target.named.schema, { ...walk, above: [...walk.above, ref] });
};

/** Everything below a schema that evaluates parts of the same value. */
const innerSources = (schema: JsonObject, walk: Walk): readonly Doc[] => [
  ...referenced(schema, walk),
  ...schemasIn(schema, "allOf").flatMap((one) => sourcesOf(one, walk)),
  ...[...schemasIn(schema, "anyOf"), ...schemasIn(schema, "oneOf")].flatMap((one) => passing(one, walk)),
  ...branchSources(schema, walk),
  ...schemaMapIn(schema, "dependentSchemas").flatMap(([name, one]) =>
    conditional(property("has", literal(name)), sourcesOf(one, walk)),
  ),
];

const sourcesOf = (schema: Schema, walk: Walk): readonly Doc[] => {
  if (typeof schema === "boolean") return [];
  const own = walk.keyword === "unevaluatedProperties" ? propertySources(schema) : itemSources(schema, walk);
  return [...own, ...innerSources(schema, walk)];
};

const withoutKeyword = (schema: JsonObject, keyword: Keyword): JsonObject =>
  Object.fromEntries(Object.entries(schema).filter(([name]) => name !== keyword));

/** One part for each of the two keywords that a schema holds. */
export const unevaluatedParts = (schema: JsonObject, printer: Printer): readonly Doc[] =>
  (["unevaluatedProperties", "unevaluatedItems"] as const).flatMap((keyword) => {
    const rest = get(schema, keyword) as Schema | undefined;
    if (rest === undefined || rest === true) return [];
    const sources = sourcesOf(withoutKeyword(schema, keyword), { keyword, printer, above: [] });
    return [printer.call(keyword, brackets(sources), printer.print(rest))];
  });
