// Values for existing rows of a new column that may not be null and has no default: named in the plan, since they are invented.
import type { ObjectName } from "../catalog/object.ts";
import { keyOf, partKey, sameName } from "../catalog/object.ts";
import type { ColumnType } from "../catalog/tables.ts";
import { quoteName, quotePath } from "../quote.ts";
import type { ColumnPart, Parts } from "./part.ts";
import type { Context } from "./sql/writer.ts";
import { toldFor } from "./told.ts";

/** Values come as a default that goes again, so that no trigger of the table sees an UPDATE; `expression` is for people. */
export type Fill =
  | {
      /** `nowhere`: in a table that is as new, so that there can be no rows. */
      readonly kind: "constant" | "counted" | "found" | "nowhere";
      readonly expression: string;
      readonly before: readonly string[];
      readonly default: string;
      readonly after: readonly string[];
    }
  /** From other columns of the row. */
  | { readonly kind: "told"; readonly expression: string; readonly statements: readonly string[] };

const plainValues: Readonly<Record<string, string>> = {
  int2: "0",
  int4: "0",
  int8: "0",
  numeric: "0",
  float4: "0",
  float8: "0",
  money: "0",
  oid: "0",
  text: "''",
  varchar: "''",
  bpchar: "''",
  name: "''",
  citext: "''",
  bool: "false",
  date: "'1970-01-01'",
  timestamp: "'1970-01-01 00:00:00'",
  timestamptz: "'1970-01-01 00:00:00+00'",
  time: "'00:00:00'",
  timetz: "'00:00:00+00'",
  interval: "'0'",
  uuid: "'00000000-0000-0000-0000-000000000000'",
  json: "'{}'",
  jsonb: "'{}'",
  bytea: "''",
  inet: "'0.0.0.0'",
  cidr: "'0.0.0.0/32'",
  macaddr: "'00:00:00:00:00:00'",
  macaddr8: "'00:00:00:00:00:00:00:00'",
  xml: "''",
  point: "'(0,0)'",
  line: "'{1,0,0}'",
  lseg: "'[(0,0),(0,0)]'",
  box: "'(0,0),(0,0)'",
  path: "'((0,0))'",
  polygon: "'((0,0))'",
  circle: "'<(0,0),0>'",
  tsvector: "''",
  tsquery: "''",
  hstore: "''",
  ltree: "''",
  varbit: "B''",
};

/** A value of the type as SQL, without inventing more than that it is there. */
export const plainValue = (type: ColumnType, to: Parts): string => {
  if (type.array) return "'{}'";
  if (type.kind === "enum") {
    const values = to.catalog.enums.find(({ schema, name }) => schema === type.schema && name === type.name)?.values;
    return `'${(values?.[0] ?? "").replaceAll("'", "''")}'`;
  }
  if (type.kind === "range") return "'empty'";
  if (type.kind === "multirange") return "'{}'";
  if (type.kind === "domain") {
    const domain = to.catalog.domains.find(({ schema, name }) => schema === type.schema && name === type.name);
    if (domain?.default !== undefined) return domain.default;
    if (domain !== undefined) return plainValue(domain.base, to);
  }
  if (type.kind === "composite") {
    const attributes = to.catalog.composites.find(
      (one) => one.schema === type.schema && one.name === type.name,
    )?.attributes;
    return `ROW(${(attributes ?? []).map(() => "NULL").join(", ")})::${type.text}`;
  }
  if (type.name === "bit") return `B'0'::${type.text}`;
  if (/(range)$/.test(type.name)) return type.name.endsWith("multirange") ? "'{}'" : "'empty'";
  return plainValues[type.name] ?? "''";
};

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
const countedValue = ({ type }: ColumnPart): string => {
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
const uniqueness = (column: ColumnPart, context: Context): "alone" | "together" | undefined => {
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

interface Target {
  readonly name: ObjectName;
  readonly table: string;
  readonly column: string;
}

/** The column of another table that this one must be found in. */
export const referenced = (column: ColumnPart, { to, beyond }: Context): Target | undefined => {
  for (const { kind, value } of [...to.byKey.values(), ...(beyond?.byKey.values() ?? [])]) {
    if (kind !== "constraint" || value.kind !== "foreign-key" || !sameName(value.table, column.table)) continue;
    const name = value.references.table;
    // What later migrations make cannot be asked now.
    if (!to.byKey.has(keyOf("table", name))) continue;
    const target = value.references.columns[value.columns.indexOf(column.name)];
    if (target !== undefined) return { name, table: quotePath(name), column: quoteName(target) };
  }
  return undefined;
};

/** Only an UPDATE may ask other tables; what needs none of them is computed while the column is written, which fires no trigger. */
const told = (column: ColumnPart, expression: string): Fill => ({
  kind: "told",
  expression,
  statements: [
    /\bselect\b/i.test(expression)
      ? `UPDATE ${quotePath(column.table)} SET ${quoteName(column.name)} = ${expression}`
      : `ALTER TABLE ${quotePath(column.table)} ALTER COLUMN ${quoteName(column.name)} TYPE ${column.type.text} USING ${expression}`,
  ],
});

const longest = 63;

/** Each row has its own: a sequence counts them, for as long as that takes. */
const countedFill = (column: ColumnPart): Fill => {
  const expression = countedValue(column);
  if (!/\bn\b/.test(expression)) return { kind: "counted", expression, before: [], default: expression, after: [] };
  const name = `${`${column.table.name}_${column.name}`.slice(0, longest - 15)}_fill`;
  const sequence = quotePath({ schema: column.table.schema, name });
  return {
    kind: "counted",
    expression,
    before: [`CREATE SEQUENCE ${sequence}`],
    default: expression.replace(/\bn\b/g, () => `pg_catalog.nextval('${sequence.replaceAll("'", "''")}')`),
    after: [`DROP SEQUENCE ${sequence}`],
  };
};

/** A value of the table that it refers to, asked once. */
const found = (column: ColumnPart, target: Target): Fill => {
  const expression = `(SELECT ${target.column} FROM ${target.table} ORDER BY ${target.column} LIMIT 1)`;
  return {
    kind: "found",
    expression,
    before: [`SELECT pg_catalog.set_config('senior.fill', ${expression}::text, true)`],
    default: `nullif(pg_catalog.current_setting('senior.fill'), '')::${column.type.text}`,
    after: [],
  };
};

/** A default that one session knows, and the one that migrates does not. */
const isOfSession = (expression: string): boolean =>
  /(?<![\w".])(?:pg_catalog\.)?(?:currval|lastval|current_setting)\(/.test(expression);

/** A default that rows which exist cannot have, and why: their session does not know it, or the column's own checks refuse it. */
export const unfitDefault = (column: ColumnPart, { to, fitting }: Context): { readonly why: string } | undefined => {
  const part = to.byKey.get(partKey("default", column.table, column.name));
  if (part?.kind !== "default") return undefined;
  const { expression } = part.value;
  if (isOfSession(expression)) return { why: `${expression} is known to no session but the one that asked` };
  const isRefused = toldFor(fitting ?? new Map(), column.table, column.name) !== undefined;
  return isRefused ? { why: `its default ${expression} violates a check` } : undefined;
};

/** What was said of rows that exist, where nothing need be. */
export const toldFill = (column: ColumnPart, { using }: Context): readonly string[] => {
  const own = toldFor(using, column.table, column.name);
  const fill = own === undefined ? undefined : told(column, own);
  return fill?.kind === "told" ? fill.statements : [];
};

/** What it is, for people. */
export const fillWords = (fill: Fill): string =>
  fill.kind === "counted" ? `a value of its own for each row (${fill.expression})` : fill.expression;

export const fillOf = (column: ColumnPart, context: Context): Fill => {
  const own = toldFor(context.using, column.table, column.name);
  if (own !== undefined) return told(column, own);
  const unique = uniqueness(column, context);
  if (unique === "alone") return countedFill(column);
  const target = referenced(column, context);
  const isThere = target !== undefined && context.from.byKey.has(keyOf("table", target.name));
  if (isThere) return found(column, target);
  // The way back restores what can be: such a reference is for new rows then.
  if (target !== undefined && !context.isReturn)
    return { kind: "nowhere", expression: "NULL", before: [], default: "NULL", after: [] };
  if (unique === "together") return countedFill(column);
  const fitting = toldFor(context.fitting ?? new Map(), column.table, column.name);
  const expression = fitting ?? plainValue(column.type, context.to);
  return { kind: "constant", expression, before: [], default: expression, after: [] };
};
