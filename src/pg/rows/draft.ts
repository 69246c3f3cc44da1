// A row on its way into a table: what each column may hold by its type, keys, checks and bounds, most likely first.
import type { Catalog } from "../catalog.ts";
import type { ObjectName } from "../catalog/object.ts";
import { nameKey } from "../catalog/object.ts";
import type { Column, ForeignKey, Table } from "../catalog/tables.ts";
import { quoteName, quotePath, quoteText } from "../quote.ts";
import type { ValueOf } from "./values.ts";

/** Literals that a row has, by column. */
export type RowValues = ReadonlyMap<string, string>;

/** Tables that hold rows already and get no more, by `nameKey`: what is in the columns that others refer to, as literals. */
export type HeldRows = ReadonlyMap<string, readonly RowValues[]>;

export interface Filling {
  readonly catalog: Catalog;
  readonly valueOf: ValueOf;
  readonly wanted: number;
  /** By table, then by row number: rows that are in. */
  readonly done: Map<string, Map<number, RowValues>>;
}

export const foreignKeys = ({ constraints }: Table): readonly ForeignKey[] =>
  constraints.filter((one): one is ForeignKey => one.kind === "foreign-key");

/** String and number literals of an expression: what a check compares with is often what it wants. */
const literalsIn = (expression: string): { readonly texts: readonly string[]; readonly numbers: readonly number[] } => {
  const texts = [...expression.matchAll(/'((?:[^']|'')*)'/g)].map(([, text = ""]) => text.replaceAll("''", "'"));
  const bare = expression.replace(/'(?:[^']|'')*'/g, " ");
  const numbers = [...bare.matchAll(/(?<![\w."])-?\d+(?:\.\d+)?(?![\w"])/g)].map(([number]) => Number(number));
  return { texts, numbers };
};

/** What patterns in checks usually ask for: an address, a name, a code, a link, a number, a day. */
const likely = (n: number): readonly string[] => [
  `user${n}@example.com`,
  `name_${n}`,
  `A${n}`,
  `https://example.com/${n}`,
  `+4930123456${n}`,
  `AB-${n}`,
  `2026-01-0${1 + (n % 9)}`,
  "#aabbcc",
  "AB",
  "ABC",
  "abcdefghijkl",
];

const isText = (type: string): boolean => /^(text|character|name|"char"|(.*\.)?citext)/.test(type);
const isNumber = (type: string): boolean => /^(smallint|integer|bigint|numeric|real|double precision|money)/.test(type);

const plainType = ({ type }: Column): string => type.base ?? type.text;

/** Conditions that a column's value must meet: checks of its table that name it, and of its domain. */
const conditionsOn = ({ catalog }: Filling, table: Table, column: Column): readonly string[] => [
  ...table.constraints.flatMap((one) =>
    one.kind === "check" && one.columns.includes(column.name) ? [one.expression] : [],
  ),
  ...catalog.domains
    .filter((one) => column.type.kind === "domain" && nameKey(one) === nameKey(column.type))
    .flatMap(({ constraints }) => constraints.map(({ expression }) => expression)),
];

/** The literals of the bounds of a partitioned table's partitions: FROM is inside, TO is not. */
const boundLiterals = ({ catalog }: Filling, table: Table): readonly string[] => {
  const below = (parent: ObjectName): readonly Table[] =>
    catalog.tables
      .filter(({ partitionOf }) => partitionOf !== undefined && nameKey(partitionOf.parent) === nameKey(parent))
      .flatMap((one) => [one, ...below(one)]);
  return below(table).flatMap(({ partitionOf }) => {
    const inside = (partitionOf?.bound ?? "").replace(/ TO \(.*$/, "");
    return [...inside.matchAll(/'((?:[^']|'')*)'|(?<=[(, ])-?\d+(?:\.\d+)?(?=[,)])/g)].map(([whole]) => whole);
  });
};

const rotated = <T>(list: readonly T[], by: number): readonly T[] =>
  list.length === 0 ? list : [...list.slice(by % list.length), ...list.slice(0, by % list.length)];

/** What a column may hold in row `n`, most likely first. Empty when nothing is known. */
const choices = (filling: Filling, table: Table, column: Column, n: number): readonly string[] => {
  const plain = filling.valueOf(column.type.text, n);
  const own = plain === undefined ? [] : [plain];
  const type = plainType(column);
  const inKey = table.partitionKey?.includes(column.name) === true;
  const bounds = inKey ? rotated(boundLiterals(filling, table), n - 1) : [];
  const conditions = conditionsOn(filling, table, column).map(literalsIn);
  const texts = rotated(
    conditions.flatMap((one) => one.texts),
    n - 1,
  ).map(quoteText);
  const near = conditions.flatMap((one) => one.numbers);
  const numbers = near.flatMap((value) => [value + n, value - n, value]);
  const lengths = near
    .filter((value) => value > 0 && value <= 200)
    .flatMap((value) => [String(n).padStart(value, "a"), String(n).padStart(value, "0")]);
  if (conditions.length === 0) return [...bounds, ...own];
  if (isText(type)) return [...bounds, ...texts, ...own, ...[...likely(n), ...lengths].map(quoteText)];
  if (isNumber(type)) return [...bounds, ...own, ...numbers.map(String), ...texts];
  return [...bounds, ...own, ...texts];
};

/** Values of columns that refer to others: those of row `n` there. Undefined when that row is not in and null does not help. */
export const referred = (
  { catalog, done }: Filling,
  table: Table,
  n: number,
  circle: ReadonlySet<string>,
): RowValues | undefined => {
  const values = new Map<string, string>();
  for (const { columns, references } of foreignKeys(table)) {
    const there = nameKey(references.table);
    if (there === nameKey(table)) continue;
    const row = done.get(there)?.get(n);
    if (row === undefined && circle.has(there)) continue;
    const nullable = columns.filter((name) => table.columns.find((one) => one.name === name)?.nullable === true);
    if (row === undefined && (nullable.length === 0 || !catalog.tables.some((one) => nameKey(one) === there)))
      return undefined;
    columns.forEach((name, i) => {
      const value = row?.get(references.columns[i] ?? "");
      if (value !== undefined) values.set(name, value);
      else if (nullable.includes(name)) values.set(name, "NULL");
    });
  }
  return values;
};

/** A row that refers to its own table refers to itself. */
const toItself = (table: Table, values: Map<string, string>): void => {
  for (const { columns, references } of foreignKeys(table)) {
    if (nameKey(references.table) !== nameKey(table)) continue;
    columns.forEach((name, i) => {
      const value = values.get(references.columns[i] ?? "");
      if (value !== undefined) values.set(name, value);
    });
  }
};

const keyColumns = (table: Table): ReadonlySet<string> =>
  new Set(
    table.constraints.flatMap((one) => (one.kind === "primary-key" || one.kind === "foreign-key" ? one.columns : [])),
  );

/** The columns that PostgreSQL's refusal is about, by the constraint that it names; all of the table's when it names none. */
export const blamed = (filling: Filling, table: Table, message: string): ReadonlySet<string> => {
  const name = /constraint "(.+?)"/.exec(message)?.[1];
  const domain = /domain (\S+)/.exec(message)?.[1];
  const one = table.constraints.find((constraint) => constraint.name === name);
  const index = table.indexes.find((found) => found.name === name);
  const columns = [
    ...(one?.columns ?? []),
    ...(index?.keys ?? []).map(({ text }) => text),
    ...table.columns.flatMap((column) =>
      domain !== undefined && column.type.text.includes(domain) ? [column.name] : [],
    ),
    ...table.columns.flatMap((column) =>
      message.includes("no partition") &&
      filling.catalog.tables.some(({ partitionKey }) => partitionKey?.includes(column.name))
        ? [column.name]
        : [],
    ),
  ];
  return new Set(columns.length === 0 ? table.columns.map((column) => column.name) : columns);
};

/** One row on its way in: what each column may hold, and which of that is tried. */
export interface Draft {
  readonly columns: readonly Column[];
  readonly among: ReadonlyMap<string, readonly string[]>;
  readonly at: Map<string, number>;
}

/** The last row has nulls where it may. */
export const draftOf = (filling: Filling, table: Table, n: number, fixed: RowValues): Draft => {
  const keys = keyColumns(table);
  const columns = table.columns.filter(({ generated }) => generated === undefined);
  const among = columns.map(({ name, nullable, ...rest }) => {
    const known = fixed.get(name);
    const all = known === undefined ? choices(filling, table, { name, nullable, ...rest }, n) : [known];
    if (known !== undefined || !nullable || keys.has(name)) return [name, all] as const;
    return [name, n === filling.wanted ? ["NULL", ...all] : [...all, "NULL"]] as const;
  });
  return { columns, among: new Map(among), at: new Map() };
};

export const valuesOf = (table: Table, { columns, among, at }: Draft): RowValues => {
  const values = new Map<string, string>();
  for (const { name } of columns) {
    const value = among.get(name)?.[at.get(name) ?? 0];
    if (value !== undefined) values.set(name, value);
  }
  toItself(table, values);
  return values;
};

/** Goes on to the next choice of the columns at fault; false when there is none left. */
export const advance = ({ among, at }: Draft, columns: ReadonlySet<string>): boolean => {
  let moved = false;
  for (const name of columns) {
    const next = (at.get(name) ?? 0) + 1;
    if (next >= (among.get(name)?.length ?? 0)) continue;
    at.set(name, next);
    moved = true;
  }
  return moved;
};

export const insertText = (table: Table, values: RowValues): string => {
  const path = quotePath(table);
  if (values.size === 0) return `INSERT INTO ${path} DEFAULT VALUES`;
  const names = [...values.keys()].map(quoteName).join(", ");
  return `INSERT INTO ${path} (${names}) OVERRIDING SYSTEM VALUE VALUES (${[...values.values()].join(", ")})`;
};
