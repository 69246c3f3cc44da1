// A column's type as conversions see it: a domain is what it stands on, names are PostgreSQL's own, modifiers are numbers.
import type { ColumnType } from "../../catalog/tables.ts";

export interface Plain {
  /** `int4`, `varchar`; of an array its element's. With its schema where it is nobody's built-in: `public.mood`. */
  readonly name: string;
  readonly array: boolean;
  /** Built into the server, and no enum, range or composite of somebody's. */
  readonly builtIn: boolean;
  /** `[10, 2]` of numeric(10,2); empty where nothing is bounded. */
  readonly modifiers: readonly number[];
  /** As SQL, without modifiers: `character varying`, `public.mood[]`. */
  readonly unbounded: string;
}

/** What `format_type` prints, where that is not the type's name in the catalog. */
const printed: Readonly<Record<string, string>> = {
  smallint: "int2",
  integer: "int4",
  bigint: "int8",
  real: "float4",
  "double precision": "float8",
  boolean: "bool",
  character: "bpchar",
  "character varying": "varchar",
  "bit varying": "varbit",
  "timestamp without time zone": "timestamp",
  "timestamp with time zone": "timestamptz",
  "time without time zone": "time",
  "time with time zone": "timetz",
};

const modifier = /\(([\d, -]+)\)/;

const modifiersOf = (text: string): readonly number[] =>
  (modifier.exec(text)?.[1] ?? "")
    .split(",")
    .filter((part) => part.trim() !== "")
    .map(Number);

/** `character varying(4)[]`: what a domain stands on is known by its text alone. */
const ofText = (text: string): Plain => {
  const array = text.endsWith("[]");
  const unbounded = text.replace(modifier, "");
  const word = unbounded.replace(/\[\]$/, "");
  const isPath = word.includes(".") || word.startsWith('"');
  return { name: printed[word] ?? word, array, builtIn: !isPath, modifiers: modifiersOf(text), unbounded };
};

export const plain = (type: ColumnType): Plain => {
  if (type.kind === "domain" && type.base !== undefined && !type.array) return ofText(type.base);
  const builtIn = type.schema === "pg_catalog" && type.kind === "base";
  return {
    // An extension's type for text; who calls another one so gets what PostgreSQL says of it.
    name: builtIn || type.name === "citext" ? type.name : `${type.schema}.${type.name}`,
    array: type.array,
    builtIn: builtIn || type.name === "citext",
    modifiers: modifiersOf(type.text),
    unbounded: type.text.replace(modifier, ""),
  };
};

const textual = new Set(["text", "varchar", "bpchar", "name", "citext"]);

export const isTextual = ({ name }: Plain): boolean => textual.has(name);

export const isJson = ({ name, array }: Plain): boolean => !array && (name === "json" || name === "jsonb");

/** Types between whose members PostgreSQL assigns without being told. */
const families: readonly (readonly string[])[] = [
  ["int2", "int4", "int8", "numeric", "float4", "float8", "oid"],
  ["numeric", "money"],
  [...textual],
  ["date", "timestamp", "timestamptz"],
  ["time", "timetz"],
  ["time", "interval"],
  ["json", "jsonb"],
  ["bit", "varbit"],
  ["inet", "cidr"],
  ["macaddr", "macaddr8"],
];

/** One type holds the other's values, or takes them as they come: no expression is needed. */
export const isAssigned = (from: Plain, to: Plain): boolean => {
  if (from.array !== to.array) return false;
  if (from.name === to.name) return true;
  if (!to.array && from.builtIn && isTextual(to)) return true;
  return families.some((family) => family.includes(from.name) && family.includes(to.name));
};
