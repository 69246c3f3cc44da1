// Rows for every table of a catalog, so that a migration can be tried on more than empty tables.
import { order } from "../kernel/graph.ts";
import type { Catalog } from "./catalog.ts";
import type { ObjectName } from "./catalog/object.ts";
import { nameKey } from "./catalog/object.ts";
import type { Column, ForeignKey, Table } from "./catalog/tables.ts";
import { quoteName, quotePath, quoteText } from "./quote.ts";
import type { ValueOf } from "./rows/values.ts";
import { valuesIn } from "./rows/values.ts";

/**
 * Tries one INSERT and keeps it when it works; otherwise gives PostgreSQL's message and leaves no trace. Triggers and foreign keys must
 * be off (`session_replication_role = replica`): keys hold by construction, and a trigger could do anything.
 */
export type TryInsert = (sql: string) => Promise<string | undefined>;

export interface FilledTable extends ObjectName {
  /** How many rows went in. */
  readonly rows: number;
  /** Why not all of them, in PostgreSQL's words. */
  readonly reason?: string;
}

/** Literals that a row has, by column. */
type RowValues = ReadonlyMap<string, string>;

/** Tables that hold rows already and get no more, by `nameKey`: what is in the columns that others refer to, as literals. */
export type HeldRows = ReadonlyMap<string, readonly RowValues[]>;

interface Filling {
  readonly catalog: Catalog;
  readonly valueOf: ValueOf;
  readonly wanted: number;
  /** By table, then by row number: rows that are in. */
  readonly done: Map<string, Map<number, RowValues>>;
}

const foreignKeys = ({ constraints }: Table): readonly ForeignKey[] =>
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
const referred = (
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

const attempts = 60;

/** The columns that PostgreSQL's refusal is about, by the constraint that it names; all of the table's when it names none. */
const blamed = (filling: Filling, table: Table, message: string): ReadonlySet<string> => {
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
interface Draft {
  readonly columns: readonly Column[];
  readonly among: ReadonlyMap<string, readonly string[]>;
  readonly at: Map<string, number>;
}

/** The last row has nulls where it may. */
const draftOf = (filling: Filling, table: Table, n: number, fixed: RowValues): Draft => {
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

const valuesOf = (table: Table, { columns, among, at }: Draft): RowValues => {
  const values = new Map<string, string>();
  for (const { name } of columns) {
    const value = among.get(name)?.[at.get(name) ?? 0];
    if (value !== undefined) values.set(name, value);
  }
  toItself(table, values);
  return values;
};

/** Goes on to the next choice of the columns at fault; false when there is none left. */
const advance = ({ among, at }: Draft, columns: ReadonlySet<string>): boolean => {
  let moved = false;
  for (const name of columns) {
    const next = (at.get(name) ?? 0) + 1;
    if (next >= (among.get(name)?.length ?? 0)) continue;
    at.set(name, next);
    moved = true;
  }
  return moved;
};

const insertText = (table: Table, values: RowValues): string => {
  const path = quotePath(table);
  if (values.size === 0) return `INSERT INTO ${path} DEFAULT VALUES`;
  const names = [...values.keys()].map(quoteName).join(", ");
  return `INSERT INTO ${path} (${names}) OVERRIDING SYSTEM VALUE VALUES (${[...values.values()].join(", ")})`;
};

interface Tried {
  readonly values?: RowValues;
  readonly reason?: string;
}

/** Puts row `n` in, choice after choice of the columns that PostgreSQL objects to. */
const tryRow = async (
  filling: Filling,
  table: Table,
  n: number,
  { insert, circle }: { readonly insert: TryInsert; readonly circle: ReadonlySet<string> },
): Promise<Tried> => {
  const fixed = referred(filling, table, n, circle);
  if (fixed === undefined) return { reason: "a table that it refers to has no such row" };
  const draft = draftOf(filling, table, n, fixed);
  let reason: string | undefined;
  for (let attempt = 0; attempt < attempts; attempt++) {
    const values = valuesOf(table, draft);
    const refused = await insert(insertText(table, values));
    if (refused === undefined) return { values };
    reason ??= refused;
    if (!advance(draft, blamed(filling, table, refused))) break;
  }
  return reason === undefined ? {} : { reason };
};

const fillTable = async (
  filling: Filling,
  table: Table,
  insert: TryInsert,
  circle: ReadonlySet<string>,
): Promise<FilledTable> => {
  const rows = new Map<number, RowValues>();
  filling.done.set(nameKey(table), rows);
  let reason: string | undefined;
  for (let n = 1; n <= filling.wanted; n++) {
    const tried = await tryRow(filling, table, n, { insert, circle });
    if (tried.values !== undefined) rows.set(n, tried.values);
    reason ??= tried.reason;
  }
  const { schema, name } = table;
  return { schema, name, rows: rows.size, ...(reason === undefined ? {} : { reason }) };
};

/**
 * Fills every table with up to `wanted` rows, those referred to first: keys that refer to each other agree, unique values differ, checks
 * and partition bounds are met by trying what they name, the last row holds nulls where it may. Partitions get theirs from their parent.
 */
export const fillTables = async (
  catalog: Catalog,
  insert: TryInsert,
  wanted = 3,
  held: HeldRows = new Map(),
): Promise<readonly FilledTable[]> => {
  const tables = catalog.tables.filter(
    (table) => table.kind !== "foreign" && table.partitionOf === undefined && !held.has(nameKey(table)),
  );
  const byKey = new Map(tables.map((table) => [nameKey(table), table]));
  const parents = (key: string): readonly string[] => {
    const table = byKey.get(key);
    const keys = table === undefined ? [] : foreignKeys(table).map(({ references }) => nameKey(references.table));
    return keys.filter((parent) => parent !== key);
  };
  const ordered = order([...byKey.keys()], parents);
  const done = new Map([...held].map(([key, rows]) => [key, new Map(rows.map((row, i) => [i + 1, row] as const))]));
  const filling: Filling = { catalog, valueOf: valuesIn(catalog), wanted, done };
  const filled: FilledTable[] = [];
  for (const key of ordered.order) {
    const table = byKey.get(key);
    const circle = new Set(ordered.circles.find((one) => one.includes(key)) ?? []);
    if (table !== undefined) filled.push(await fillTable(filling, table, insert, circle));
  }
  return filled;
};
