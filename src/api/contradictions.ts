// Schemas that refuse what they seem to allow: what stands beside each other there cannot hold for any value.
import type { Json, JsonObject } from "../kernel/json.ts";
import { canonicalJson } from "../kernel/json.ts";
import { listed } from "../kernel/words.ts";
import type { Schema } from "./model.ts";
import { placeOf } from "./link-documents.ts";
import type { Reading } from "./reading.ts";
import { note } from "./reading.ts";
import type { Choice, SchemaPart, SchemasByPlace } from "./schema-parts.ts";
import { choicesOf, partsOf } from "./schema-parts.ts";
import { get, hasType, listedTypes, namesIn, numberIn, schemaMapIn } from "./schema-view.ts";
import type { JsonType } from "./schema-keywords.ts";
import { jsonTypes } from "./schema-keywords.ts";

interface Contradiction {
  readonly rule: "unsatisfiable-schema" | "refused-property";
  /** Where one side of it stands, and where the other does. */
  readonly at: string;
  readonly other: string;
  readonly message: string;
  readonly help: string;
}

type Parts = readonly SchemaPart[];
type Clash = Omit<Contradiction, "rule">;

const typesOf = ({ schema }: SchemaPart): readonly JsonType[] => {
  const types = listedTypes(schema) ?? jsonTypes;
  return types.includes("number") ? [...types, "integer"] : types;
};

const commonTypes = (parts: Parts): readonly JsonType[] =>
  parts.reduce<readonly JsonType[]>((common, part) => {
    const own = typesOf(part);
    return common.filter((type) => own.includes(type));
  }, jsonTypes);

const typeClash = (parts: Parts): Clash | undefined => {
  const typed = parts.filter(({ schema }) => listedTypes(schema) !== undefined);
  const end = typed.findIndex((_, index) => commonTypes(typed.slice(0, index + 1)).length === 0);
  const last = typed[end];
  if (last === undefined) return undefined;
  const other = typed.slice(0, end).find((one) => commonTypes([one, last]).length === 0) ?? typed[0] ?? last;
  const words = (part: SchemaPart): string => listed(listedTypes(part.schema) ?? [], "or") || "of no type";
  return {
    at: `${last.at}/type`,
    other: `${other.at}/type`,
    message: `no value is ${words(last)} here and ${words(other)}`,
    help: "leave the type to one of the two places, or make it the same in both",
  };
};

interface Bound {
  readonly value: number;
  readonly isExclusive: boolean;
  readonly at: string;
}

const boundsOf = (parts: Parts, keyword: string, isExclusive: boolean): readonly Bound[] =>
  parts.flatMap(({ schema, at }) => {
    const value = numberIn(schema, keyword);
    return value === undefined ? [] : [{ value, isExclusive, at: `${at}/${keyword}` }];
  });

const ranges = [
  { type: "number", low: "minimum", high: "maximum", what: "no number is" },
  { type: "string", low: "minLength", high: "maxLength", what: "no text has a length of" },
  { type: "array", low: "minItems", high: "maxItems", what: "no list has a length of" },
  { type: "object", low: "minProperties", high: "maxProperties", what: "no object has a number of properties of" },
] as const satisfies readonly {
  type: JsonType;
  low: string;
  high: string;
  what: string;
}[];

const lowWords = ({ value, isExclusive }: Bound): string => `${isExclusive ? "more than" : "at least"} ${value}`;
const highWords = ({ value, isExclusive }: Bound): string => `${isExclusive ? "less than" : "at most"} ${value}`;

const rangeClash = (parts: Parts): Clash | undefined => {
  const types = commonTypes(parts);
  for (const { type, low, high, what } of ranges) {
    if (!types.includes(type) && !(type === "number" && types.includes("integer"))) continue;
    const isNumber = type === "number";
    const lows = [...boundsOf(parts, low, false), ...(isNumber ? boundsOf(parts, "exclusiveMinimum", true) : [])];
    const highs = [...boundsOf(parts, high, false), ...(isNumber ? boundsOf(parts, "exclusiveMaximum", true) : [])];
    for (const from of lows) {
      const to = highs.find(
        ({ value, isExclusive }) => from.value > value || (from.value === value && (from.isExclusive || isExclusive)),
      );
      if (to === undefined) continue;
      const help = "exchange the two, or correct one of them";
      return { at: from.at, other: to.at, message: `${what} ${lowWords(from)} and ${highWords(to)}`, help };
    }
  }
  return undefined;
};

/** The values that a part lists by itself. */
const ownValues = ({ schema, at }: SchemaPart) =>
  (["enum", "const"] as const).flatMap((keyword) => {
    const value = get(schema, keyword);
    if (value === undefined) return [];
    return [{ at: `${at}/${keyword}`, values: keyword === "enum" ? (value as readonly Json[]) : [value] }];
  });

const valueClash = (parts: Parts): Clash | undefined => {
  const types = commonTypes(parts);
  const lists = parts.flatMap(ownValues);
  const [first] = lists;
  if (first === undefined) return undefined;
  let left = first.values.filter((value) => types.some((type) => hasType(value, type)));
  if (lists.length === 1 && left.length > 0) return undefined;
  for (const [index, { at, values }] of lists.entries()) {
    const known = new Set(values.map((value) => canonicalJson(value)));
    left = left.filter((value) => known.has(canonicalJson(value)));
    if (left.length > 0) continue;
    const other = lists[index === 0 ? 0 : index - 1] ?? first;
    const message =
      values.length === 0
        ? "the list of values is empty: nothing is allowed"
        : index === 0
          ? "none of the listed values has a type that is allowed"
          : "no value is in this list and in the other";
    return { at, other: other.at, message, help: "list a value that all of it allows" };
  }
  return undefined;
};

const isNever = (schema: Schema): boolean =>
  schema === false || (typeof schema !== "boolean" && (schema["not"] === true || isEmptyNot(schema["not"])));

const isEmptyNot = (schema: Json | undefined): boolean =>
  typeof schema === "object" && schema !== null && Object.keys(schema).length === 0;

const declared = ({ schema }: SchemaPart): readonly string[] =>
  schemaMapIn(schema, "properties").flatMap(([name, one]) => (isNever(one) ? [] : [name]));

const forbidden = ({ schema }: SchemaPart): readonly string[] =>
  schemaMapIn(schema, "properties").flatMap(([name, one]) => (isNever(one) ? [name] : []));

/** The keywords through which a schema may know properties that its `properties` does not list. */
const openings = [
  "additionalProperties",
  "anyOf",
  "dependentSchemas",
  "else",
  "if",
  "oneOf",
  "patternProperties",
  "then",
];

interface Closed {
  readonly at: string;
  readonly keyword: string;
  readonly allows: ReadonlySet<string>;
}

/** The places that refuse every property but those that they know. */
const closedPlaces = (schemas: SchemasByPlace, parts: Parts): readonly Closed[] =>
  parts.flatMap((part) => {
    const { schema, at } = part;
    const inner = partsOf(schemas, schema, at);
    const isClosed = get(schema, "additionalProperties") === false && get(schema, "patternProperties") === undefined;
    const isSealed =
      get(schema, "unevaluatedProperties") === false &&
      !inner.some((one) => openings.some((keyword) => Object.hasOwn(one.schema, keyword)));
    return [
      ...(isClosed ? [{ at, keyword: "additionalProperties", allows: new Set(declared(part)) }] : []),
      ...(isSealed ? [{ at, keyword: "unevaluatedProperties", allows: new Set(inner.flatMap(declared)) }] : []),
    ];
  });

const quoted = (names: readonly string[]): string => {
  const shown = names.slice(0, 3).map((name) => JSON.stringify(name.slice(0, 60)));
  return listed(names.length > 3 ? [...shown, `${names.length - 3} more`] : shown);
};

const closedHelp =
  "list what belongs here beside additionalProperties: false, or take that away (in 3.1: unevaluatedProperties: false around the allOf)";

const requiredClash = (schemas: SchemasByPlace, parts: Parts): Clash | undefined => {
  if (!commonTypes(parts).includes("object")) return undefined;
  const closed = closedPlaces(schemas, parts);
  for (const { schema, at } of parts) {
    const other = `${at}/required`;
    for (const name of namesIn(schema, "required")) {
      const never = parts.find((part) => forbidden(part).includes(name));
      const help = "take it out of required, or allow it";
      if (never !== undefined) {
        return {
          at: `${never.at}/properties`,
          other,
          message: `${quoted([name])} is required, and may not be there`,
          help,
        };
      }
    }
    for (const { at: place, keyword, allows } of closed) {
      const refused = namesIn(schema, "required").filter((name) => !allows.has(name));
      if (refused.length === 0) continue;
      const message = `no object fits: ${keyword}: false refuses ${quoted(refused)}, which ${refused.length === 1 ? "is" : "are"} required`;
      return { at: `${place}/${keyword}`, other, message, help: closedHelp };
    }
  }
  return undefined;
};

/** Why no value fits; undefined when nothing is cheap to see. */
const clashOf = (schemas: SchemasByPlace, parts: Parts): Clash | undefined =>
  typeClash(parts) ?? rangeClash(parts) ?? valueClash(parts) ?? requiredClash(schemas, parts);

const choiceClash = (schemas: SchemasByPlace, parts: Parts, { keyword, at, members }: Choice): Clash | undefined => {
  const clashes = members.map((member) => clashOf(schemas, [...parts, ...member]));
  const [first] = clashes;
  if (first === undefined || clashes.includes(undefined)) return undefined;
  return { ...first, other: `${at}/${keyword}`, message: `none of the ${keyword} can hold: ${first.message}` };
};

/** Properties that one part describes and another refuses. */
const refusals = (schemas: SchemasByPlace, parts: Parts, choices: readonly Choice[]): readonly Clash[] => {
  const all = [...parts, ...choices.flatMap(({ members }) => members.flat())];
  return closedPlaces(schemas, parts).flatMap(({ at, keyword, allows }) =>
    all.flatMap((part) => {
      const refused = part.at === at ? [] : declared(part).filter((name) => !allows.has(name));
      if (refused.length === 0) return [];
      const message = `${keyword}: false refuses ${quoted(refused)}, described beside it`;
      return [{ at: `${at}/${keyword}`, other: `${part.at}/properties`, message, help: closedHelp }];
    }),
  );
};

const suspicious = new Set([
  ...["allOf", "anyOf", "oneOf", "enum", "const", "exclusiveMinimum", "exclusiveMaximum", "unevaluatedProperties"],
  ...ranges.flatMap(({ low, high }) => [low, high]),
]);

/** Most schemas have nothing that could contradict anything: they are passed over quickly. */
const isHarmless = (schema: JsonObject): boolean => {
  const keywords = Object.keys(schema);
  if (keywords.length === 1 && keywords[0] === "$ref") return true;
  if (keywords.some((keyword) => suspicious.has(keyword) || keyword === "$ref")) return false;
  const isRequiring = namesIn(schema, "required").length > 0;
  const isStrict = schema["additionalProperties"] === false;
  return !isRequiring || !(isStrict || schemaMapIn(schema, "properties").some(([, one]) => isNever(one)));
};

/** What one schema contradicts itself in. */
const contradictionsOf = (schemas: SchemasByPlace, schema: Schema, at: string): readonly Contradiction[] => {
  if (typeof schema === "boolean" || isHarmless(schema)) return [];
  const parts = partsOf(schemas, schema, at);
  const choices = choicesOf(schemas, parts);
  const clash = clashOf(schemas, parts);
  if (clash !== undefined) return [{ rule: "unsatisfiable-schema", ...clash }];
  const chosen = choices.flatMap((choice) => choiceClash(schemas, parts, choice) ?? []);
  if (chosen.length > 0) return chosen.map((one) => ({ rule: "unsatisfiable-schema", ...one }));
  return refusals(schemas, parts, choices).map((one) => ({ rule: "refused-property", ...one }));
};

/** Where a place is, in words: in another file, with its name. */
const placeText = (reading: Reading, at: string): string => {
  const { document, pointer } = placeOf(reading.document, at);
  return `${document === reading.document ? "" : document.path}#${pointer}`;
};

/** A finding for each contradiction, told once however many schemas take part in it. */
export const noteContradictions = (reading: Reading): void => {
  const told = new Set<string>();
  for (const [at, schema] of reading.schemas) {
    for (const found of contradictionsOf(reading.schemas, schema, at)) {
      const key = [found.rule, found.at, found.other].join("\n");
      if (told.has(key)) continue;
      told.add(key);
      const other = found.other === found.at ? "" : ` (the other side: ${placeText(reading, found.other)})`;
      note(reading, found.rule, found.at, `${found.message}${other}`, found.help);
    }
  }
};
