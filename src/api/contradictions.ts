// Schemas that refuse what they seem to allow: what stands beside each other there cannot hold for any value.
import type { Json, JsonObject } from "../kernel/json.ts";
import { pointerToken } from "../kernel/json.ts";
import { listed } from "../kernel/words.ts";
import type { Schema } from "./model.ts";
import { placeOf } from "./link-documents.ts";
import type { Reading } from "./reading.ts";
import { note } from "./reading.ts";
import type { Choice, SchemaPart, SchemasByPlace } from "./schema-parts.ts";
import { choicesOf, partsOf } from "./schema-parts.ts";
import { get, namesIn, schemaIn, schemaMapIn } from "./schema-view.ts";
import type { Clash, Parts } from "./value-clash.ts";
import { commonTypes, rangeKeywords, valueClash } from "./value-clash.ts";

interface Contradiction extends Clash {
  readonly rule: "unsatisfiable-schema" | "refused-property";
}

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

/** What each part says of one property: where it is described, or where further ones are. */
const propertyParts = (schemas: SchemasByPlace, parts: Parts, name: string): readonly Parts[] =>
  parts.flatMap(({ schema, at }) => {
    const [, own] = schemaMapIn(schema, "properties").find(([one]) => one === name) ?? [];
    if (own !== undefined) return [partsOf(schemas, own, `${at}/properties/${pointerToken(name)}`)];
    const rest = get(schema, "patternProperties") === undefined ? schemaIn(schema, "additionalProperties") : undefined;
    return rest === undefined ? [] : [partsOf(schemas, rest, `${at}/additionalProperties`)];
  });

/** Why a property that several parts speak of can have no value. */
const propertyClash = (schemas: SchemasByPlace, parts: Parts, name: string): Clash | undefined => {
  const told = parts.length < 2 ? [] : propertyParts(schemas, parts, name);
  const all = told.flat();
  return told.length < 2 ? undefined : valueClash(all);
};

const requiredPropertyClash = (schemas: SchemasByPlace, parts: Parts): Clash | undefined => {
  if (!commonTypes(parts).includes("object")) return undefined;
  for (const name of new Set(parts.flatMap(({ schema }) => namesIn(schema, "required")))) {
    const clash = propertyClash(schemas, parts, name);
    if (clash === undefined) continue;
    return { ...clash, message: `no object fits: ${quoted([name])} is required, and ${clash.message}` };
  }
  return undefined;
};

/** Why no value fits; undefined when nothing is cheap to see. */
const clashOf = (schemas: SchemasByPlace, parts: Parts): Clash | undefined =>
  valueClash(parts) ?? requiredClash(schemas, parts) ?? requiredPropertyClash(schemas, parts);

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

/** Optional properties that no value fits: told together where one place is against all of them. */
const hopeless = (schemas: SchemasByPlace, parts: Parts): readonly Clash[] => {
  const names = new Set(parts.flatMap(declared));
  const clashes = [...names].flatMap((name) => {
    const clash = propertyClash(schemas, parts, name);
    return clash === undefined ? [] : [{ name, clash }];
  });
  return [...Map.groupBy(clashes, ({ clash }) => clash.at).values()].flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    const shown = quoted(own.map(({ name }) => name));
    return [{ ...first.clash, message: `${shown} can never be sent: ${first.clash.message}` }];
  });
};

const suspicious = new Set([
  ...["allOf", "anyOf", "oneOf", "enum", "const", "exclusiveMinimum", "exclusiveMaximum", "unevaluatedProperties"],
  ...rangeKeywords,
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
  return [...refusals(schemas, parts, choices), ...hopeless(schemas, parts)].map((one) => ({
    rule: "refused-property",
    ...one,
  }));
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
