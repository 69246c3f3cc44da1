// Why no value can satisfy schemas that must all hold for it: their types, ranges and lists of values leave nothing.
import type { Json } from "../kernel/json.ts";
import { canonicalJson } from "../kernel/json.ts";
import { listed } from "../kernel/words.ts";
import type { SchemaPart } from "./schema-parts.ts";
import type { JsonType } from "./schema-keywords.ts";
import { jsonTypes } from "./schema-keywords.ts";
import { isSlowPattern, patternFlags } from "./patterns.ts";
import { get, hasType, listedTypes, numberIn, textIn } from "./schema-view.ts";

export interface Clash {
  /** Where one side of it stands, and where the other does. */
  readonly at: string;
  readonly other: string;
  readonly message: string;
  readonly help: string;
}

export type Parts = readonly SchemaPart[];

const typesOf = ({ schema }: SchemaPart): readonly JsonType[] => {
  const types = listedTypes(schema) ?? jsonTypes;
  return types.includes("number") ? [...types, "integer"] : types;
};

export const commonTypes = (parts: Parts): readonly JsonType[] =>
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

const listClash = (parts: Parts): Clash | undefined => {
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

/** Listed texts are held against the patterns beside them. */
const patternClash = (parts: Parts): Clash | undefined => {
  const patterns = parts.flatMap(({ schema, at }) => {
    const source = textIn(schema, "pattern");
    const flags = source === undefined || isSlowPattern(source) ? undefined : patternFlags(source);
    return source === undefined || flags === undefined
      ? []
      : [{ at: `${at}/pattern`, tried: new RegExp(source, flags) }];
  });
  for (const { at: other, values } of parts.flatMap(ownValues)) {
    const clash = patterns.find(({ tried }) =>
      values.every((value) => typeof value === "string" && !tried.test(value)),
    );
    if (clash === undefined || values.length === 0) continue;
    return {
      at: clash.at,
      other,
      message: "none of the listed values matches this pattern",
      help: "take the pattern away: the list says all",
    };
  }
  return undefined;
};

/** Undefined when nothing is cheap to see. */
export const valueClash = (parts: Parts): Clash | undefined =>
  typeClash(parts) ?? rangeClash(parts) ?? listClash(parts) ?? patternClash(parts);

/** The keywords that set bounds. */
export const rangeKeywords: readonly string[] = ranges.flatMap(({ low, high }) => [low, high]);
