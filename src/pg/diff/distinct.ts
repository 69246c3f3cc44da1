// Where values must differ from row to row, and values that do.
import { partKey, sameName } from "../catalog/object.ts";
import { quoteName } from "../quote.ts";
import type { ColumnPart, Parts } from "./part.ts";
import type { Context } from "./sql/writer.ts";

const counted: Readonly<Record<string, string>> = {
  uuid: "pg_catalog.gen_random_uuid()",
  date: "DATE '1970-01-01' + n::integer",
  timestamp: "TIMESTAMP '1970-01-01' + n * INTERVAL '1 second'",
  timestamptz: "TIMESTAMPTZ '1970-01-01 00:00:00+00' + n * INTERVAL '1 second'",
  daterange: "pg_catalog.daterange(DATE '1970-01-01' + n::integer, DATE '1970-01-01' + n::integer + 1)",
  int4range: "pg_catalog.int4range(n::integer, n::integer + 1)",
  int8range: "pg_catalog.int8range(n, n + 1)",
  inet: "'0.0.0.0'::inet + n",
  interval: "n * INTERVAL '1 second'",
  bool: "(n % 2 = 0)",
};

/** A value per row, from the row's number `n`. Enums and booleans begin anew when all values were given. */
export const countedValue = ({ type }: ColumnPart): string => {
  if (type.kind === "enum" && !type.array) {
    const values = `pg_catalog.enum_range(NULL::${type.text})`;
    return `(${values})[1 + n % pg_catalog.cardinality(${values})]`;
  }
  return counted[type.name] ?? (type.text === "text" ? "n::text" : `n::text::${type.text}`);
};

/** The columns and expressions of each unique key of a table, on these sides. */
const keysOf = ({ table }: ColumnPart, ...sides: readonly (Parts | undefined)[]): readonly (readonly string[])[] =>
  sides
    .flatMap((side) => [...(side?.byKey.values() ?? [])])
    .flatMap(({ kind, value }) => {
      if ((kind !== "constraint" && kind !== "index") || !sameName(value.table, table)) return [];
      if ("columns" in value) return value.kind === "foreign-key" || value.kind === "check" ? [] : [value.columns];
      return "unique" in value && value.unique ? [value.keys.map(({ text }) => text)] : [];
    });

/** Must values differ from row to row: in this column, or in it and others together, which are not unique by themselves? */
export const uniqueness = (column: ColumnPart, context: Context): "alone" | "together" | undefined => {
  const isOwn = (text: string): boolean => text === column.name || text === quoteName(column.name);
  const { from, to, beyond } = context;
  const own = keysOf(column, to, beyond).filter((key) => key.some(isOwn));
  if (own.some((key) => key.length === 1)) return "alone";
  const isThere = (name: string): boolean => from.byKey.has(partKey("column", column.table, name));
  // Rows that exist keep to the keys that go, too.
  const others = keysOf(column, from, to, beyond).filter((key) => !key.some(isOwn) && key.every(isThere));
  const isCovered = (key: readonly string[]): boolean =>
    others.some((other) => other.every((name) => key.includes(name)));
  return own.every(isCovered) ? undefined : "together";
};
