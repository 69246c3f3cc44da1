// From one type to another: which values PostgreSQL converts by itself, and the expression where it must be told.
import type { ColumnType } from "../catalog/tables.ts";

/** Types between whose members PostgreSQL assigns without being told; what does not fit is an error, not cut. */
const families: readonly (readonly string[])[] = [
  ["int2", "int4", "int8", "numeric", "float4", "float8", "oid"],
  ["text", "varchar", "bpchar", "name", "citext"],
  ["date", "timestamp", "timestamptz"],
  ["time", "timetz", "interval"],
  ["json", "jsonb"],
  ["bit", "varbit"],
  ["inet", "cidr"],
];

const textual = ["text", "varchar", "bpchar", "name", "citext"];

const base = ({ name, schema }: ColumnType): string | undefined =>
  schema === "pg_catalog" || name === "citext" ? name : undefined;

/** Conversion by assignment: to text from anything, and within a family. */
const assigned = (from: ColumnType, to: ColumnType): boolean => {
  if (from.schema === to.schema && from.name === to.name) return from.array === to.array;
  const [a, b] = [base(from), base(to)];
  if (b !== undefined && textual.includes(b) && from.kind === "base" && !from.array && !to.array) return true;
  if (a === undefined || b === undefined || from.array !== to.array) return false;
  return families.some((family) => family.includes(a) && family.includes(b));
};

/** The expression for USING; undefined where none is needed. Whether such a cast exists at all, the server says. */
export const castOf = (from: ColumnType, to: ColumnType, column: string): string | undefined => {
  if (assigned(from, to)) return undefined;
  const through = from.kind !== "base" || to.kind === "enum" ? "text" : undefined;
  if (through === undefined || base(from) === "text") return `${column}::${to.text}`;
  return `${column}::text${from.array && to.array ? "[]" : ""}::${to.text}`;
};

/** Conversions that lose nothing, from the first to the second; others may round, cut, or refuse a value. */
const widening: readonly (readonly [string, string])[] = [
  ["int2", "int4"],
  ["int2", "int8"],
  ["int4", "int8"],
  ["int2", "numeric"],
  ["int4", "numeric"],
  ["int8", "numeric"],
  ["float4", "float8"],
  ["int2", "float8"],
  ["int4", "float8"],
  ["date", "timestamp"],
  ["varchar", "text"],
  ["bpchar", "text"],
  ["name", "text"],
  ["json", "jsonb"],
  ["cidr", "inet"],
  ["bit", "varbit"],
];

/** Conversions that round or drop a part of the value and say nothing. */
const rounding: readonly (readonly [string, string])[] = [
  ["numeric", "int2"],
  ["numeric", "int4"],
  ["numeric", "int8"],
  ["numeric", "float4"],
  ["numeric", "float8"],
  ["float8", "float4"],
  ["float8", "int2"],
  ["float8", "int4"],
  ["float8", "int8"],
  ["float4", "int2"],
  ["float4", "int4"],
  ["float4", "int8"],
  ["int8", "float8"],
  ["int8", "float4"],
  ["int4", "float4"],
  ["timestamp", "date"],
  ["timestamptz", "date"],
  ["interval", "time"],
  ["timetz", "time"],
  ["inet", "cidr"],
];

export type CastRisk = "none" | "may fail" | "loses";

const modifiers = (text: string): readonly number[] =>
  (/\(([\d, -]+)\)/.exec(text)?.[1] ?? "")
    .split(",")
    .filter((part) => part.trim() !== "")
    .map(Number);

const listed = (pairs: readonly (readonly [string, string])[], from: string, to: string): boolean =>
  pairs.some(([a, b]) => a === from && b === to);

/** The same type with other modifiers: `varchar(10)` to `varchar(20)`, `numeric(10,3)` to `numeric(10,2)`. */
const modifierRisk = (from: ColumnType, to: ColumnType): CastRisk => {
  const [a, b] = [modifiers(from.text), modifiers(to.text)];
  if (b.length === 0) return "none";
  const isScaled = ["numeric", "timestamp", "timestamptz", "time", "timetz", "interval"].includes(to.name);
  const scale = (list: readonly number[]): number => (to.name === "numeric" ? (list[1] ?? 0) : (list[0] ?? 6));
  if (isScaled && (a.length === 0 || scale(b) < scale(a))) return "loses";
  if (a.length === 0) return "may fail";
  if (to.name === "numeric") return (b[0] ?? 0) - scale(b) < (a[0] ?? 0) - scale(a) ? "may fail" : "none";
  return (b[0] ?? 0) < (a[0] ?? 0) ? "may fail" : "none";
};

/** What a change of type may do to values. */
export const castRisk = (from: ColumnType, to: ColumnType): CastRisk => {
  if (from.schema === to.schema && from.name === to.name && from.array === to.array) return modifierRisk(from, to);
  if (listed(rounding, from.name, to.name)) return "loses";
  if (listed(widening, from.name, to.name)) return modifiers(to.text).length === 0 ? "none" : "may fail";
  if (textual.includes(to.name) && modifiers(to.text).length === 0) return "none";
  return "may fail";
};

/** True when every row of the table is written anew (PostgreSQL's own rules, for the types that differ by name or modifier only). */
export const rewrites = (from: ColumnType, to: ColumnType): boolean => {
  if (from.schema === to.schema && from.name === to.name && from.array === to.array) return !widens(from, to);
  return (
    !listed(
      [
        ["varchar", "text"],
        ["text", "varchar"],
        ["cidr", "inet"],
      ],
      from.name,
      to.name,
    ) || modifiers(to.text).length > 0
  );
};

const widens = (from: ColumnType, to: ColumnType): boolean => {
  if (["bpchar", "bit"].includes(to.name)) return from.text === to.text;
  return (
    modifierRisk(from, to) === "none" &&
    (to.name !== "numeric" || modifiers(to.text)[1] === modifiers(from.text)[1] || modifiers(to.text).length === 0)
  );
};
