// Rows for every table of a catalog, so that a migration can be tried on more than empty tables.
import { order } from "../kernel/graph.ts";
import type { Catalog } from "./catalog.ts";
import type { ObjectName } from "./catalog/object.ts";
import { nameKey } from "./catalog/object.ts";
import type { Table } from "./catalog/tables.ts";
import type { Filling, HeldRows, RowValues } from "./rows/draft.ts";
import { advance, blamed, draftOf, foreignKeys, insertText, referred, valuesOf } from "./rows/draft.ts";
import { valuesIn } from "./rows/values.ts";

/**
 * Tries one INSERT and keeps it when it works; otherwise gives PostgreSQL's message and leaves no trace. Triggers and foreign keys must
 * be off (`session_replication_role = replica`): keys hold by construction, and a trigger could do anything.
 */
export type TryInsert = (sql: string) => Promise<string | undefined>;

/** Tries group after group of INSERTs until one fails, which leaves no trace; gives how many groups went in. */
export type TryGroups = (groups: readonly (readonly string[])[]) => Promise<number>;

export interface FilledTable extends ObjectName {
  /** How many rows went in. */
  readonly rows: number;
  /** Why not all of them, in PostgreSQL's words. */
  readonly reason?: string;
}

const attempts = 60;

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

/** All rows of a table as they are tried first; undefined where one cannot be told before others are in. */
const firstRows = (filling: Filling, { table, circle }: Waiting): readonly RowValues[] | undefined => {
  const rows: RowValues[] = [];
  for (let n = 1; n <= filling.wanted; n++) {
    const fixed = referred(filling, table, n, circle);
    if (fixed === undefined) return undefined;
    rows.push(valuesOf(table, draftOf(filling, table, n, fixed)));
  }
  return rows;
};

interface Waiting {
  readonly table: Table;
  /** The tables that refer to each other with it. */
  readonly circle: ReadonlySet<string>;
}

const together = 100;

/** The first tables that wait, as many as go in as they are tried first: most do, and a call for each row takes its time. */
const fillAtOnce = async (
  filling: Filling,
  waiting: readonly Waiting[],
  tryGroups: TryGroups,
): Promise<readonly FilledTable[]> => {
  const groups: { readonly table: Table; readonly rows: readonly RowValues[] }[] = [];
  for (const one of waiting.slice(0, together)) {
    const rows = firstRows(filling, one);
    if (rows === undefined) break;
    groups.push({ table: one.table, rows });
    filling.done.set(nameKey(one.table), new Map(rows.map((row, at) => [at + 1, row])));
  }
  if (groups.length === 0) return [];
  const went = await tryGroups(groups.map(({ table, rows }) => rows.map((row) => insertText(table, row))));
  for (const { table } of groups.slice(went)) filling.done.delete(nameKey(table));
  return groups.slice(0, went).map(({ table: { schema, name }, rows }) => ({ schema, name, rows: rows.length }));
};

/** Tables in the order that they are filled in: those referred to first. */
const inOrder = (tables: readonly Table[]): readonly Waiting[] => {
  const byKey = new Map(tables.map((table) => [nameKey(table), table]));
  const parents = (key: string): readonly string[] => {
    const table = byKey.get(key);
    const keys = table === undefined ? [] : foreignKeys(table).map(({ references }) => nameKey(references.table));
    return keys.filter((parent) => parent !== key);
  };
  const { order: keys, circles } = order([...byKey.keys()], parents);
  const circleOf = new Map(circles.flatMap((circle) => circle.map((key) => [key, new Set(circle)] as const)));
  return keys.flatMap((key): readonly Waiting[] => {
    const table = byKey.get(key);
    return table === undefined ? [] : [{ table, circle: circleOf.get(key) ?? new Set() }];
  });
};

export interface FillOptions {
  /** How many rows each table gets; 3 when it is not said. */
  readonly wanted?: number;
  readonly held?: HeldRows;
  /** Many rows in few calls. */
  readonly tryGroups?: TryGroups;
}

/**
 * Fills every table with up to `wanted` rows, those referred to first: keys that refer to each other agree, unique values differ, checks
 * and partition bounds are met by trying what they name, the last row holds nulls where it may. Partitions get theirs from their parent.
 */
export const fillTables = async (
  catalog: Catalog,
  insert: TryInsert,
  { wanted = 3, held = new Map(), tryGroups }: FillOptions = {},
): Promise<readonly FilledTable[]> => {
  const tables = catalog.tables.filter(
    (table) => table.kind !== "foreign" && table.partitionOf === undefined && !held.has(nameKey(table)),
  );
  const done = new Map([...held].map(([key, rows]) => [key, new Map(rows.map((row, i) => [i + 1, row] as const))]));
  const filling: Filling = { catalog, valueOf: valuesIn(catalog), wanted, done };
  const filled: FilledTable[] = [];
  let waiting = inOrder(tables);
  while (waiting.length > 0) {
    const atOnce = tryGroups === undefined ? [] : await fillAtOnce(filling, waiting, tryGroups);
    const next = atOnce.length < together ? waiting[atOnce.length] : undefined;
    filled.push(...atOnce);
    if (next !== undefined) filled.push(await fillTable(filling, next.table, insert, next.circle));
    waiting = waiting.slice(atOnce.length + (next === undefined ? 0 : 1));
  }
  return filled;
};
