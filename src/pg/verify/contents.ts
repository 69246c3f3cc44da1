// The rows of tables: filling empty ones with invented rows, and telling whether values are the same afterwards.
import type { Catalog } from "../catalog.ts";
import { nameKey } from "../catalog/object.ts";
import type { ForeignKey, Table } from "../catalog/tables.ts";
import { quoteName, quotePath, quoteText } from "../quote.ts";
import type { HeldRows } from "../rows/draft.ts";
import { fillTables } from "../rows.ts";
import { listOf } from "../tree.ts";
import type { Trial } from "../trial.ts";
import type { State } from "./state.ts";

/** `table column type` → number of rows and hash of the values. */
export type Contents = ReadonlyMap<string, string>;

/** Tables that hold rows of their own, as the state names them. */
export const tablesIn = (state: State): readonly string[] =>
  [...state].flatMap(([key, definition]) =>
    key.startsWith("relation ") && definition.startsWith('["r"') ? [key.slice("relation ".length)] : [],
  );

const lastName = (path: string): string => (/("(?:[^"]|"")*"|[^.]+)$/.exec(path)?.[1] ?? path).replace(/^"|"$/g, "");

/** Tables whose name stands in one of the texts. A text that may do anything stands for all of them. */
export const tablesNamed = (state: State, texts: readonly string[]): readonly string[] => {
  const text = texts.join("\n").toLowerCase();
  const all = tablesIn(state);
  if (/\b(execute|call|drop\s+schema)\b/.test(text)) return all;
  const words = new Set(text.match(/[\p{L}_][\p{L}\p{N}_$]*/gu) ?? []);
  return all.filter((path) => words.has(lastName(path).toLowerCase()) || /[^a-z0-9_]/i.test(lastName(path)));
};

/** `[what it is called, how many rows, hash of its values]` of one column, as an expression over all rows of its table. */
const columnSql = (table: string, column: string, type: string): string => {
  const value = `${column}::text`;
  return `json_build_array(${quoteText(`${table} ${column} ${type}`)}, count(*), md5(string_agg(coalesce(${value}, '~'), ',' order by ${value})))`;
};

/** Columns of each table, with their types, as the state names them. */
const columnsIn = (state: State, tables: ReadonlySet<string>): ReadonlyMap<string, readonly string[]> => {
  const found = new Map<string, string[]>();
  for (const [key, definition] of state) {
    if (!key.startsWith("column ")) continue;
    const path = key.slice("column ".length);
    const column = /\.("(?:[^"]|"")*"|[^.]+)$/.exec(path)?.[1] ?? "";
    const table = path.slice(0, -column.length - 1);
    if (!tables.has(table)) continue;
    const of = found.get(table) ?? [];
    found.set(table, of);
    of.push(columnSql(table, column, String(listOf(JSON.parse(definition))[0])));
  }
  return found;
};

/** A row has no more than 1,664 columns, and json_build_array takes 100 arguments: far fewer at once are planned faster. */
const together = 50;

export const readContents = async (trial: Trial, state: State, tables: readonly string[]): Promise<Contents> => {
  const found = new Map<string, string>();
  const queries = [...columnsIn(state, new Set(tables))].flatMap(([table, columns]) =>
    Array.from(
      { length: Math.ceil(columns.length / together) },
      (_, n) =>
        `select json_build_array(${columns.slice(n * together, (n + 1) * together).join(", ")})::text from only ${table}`,
    ),
  );
  for (let at = 0; at < queries.length; at += together)
    for (const row of await trial.rows(queries.slice(at, at + together).join(" union all ")))
      for (const column of listOf(JSON.parse(row))) {
        const [key, count, hash] = listOf(column);
        if (Number(count) > 0) found.set(String(key), `${String(count)} ${String(hash)}`);
      }
  return found;
};

const tableOf = (key: string): string => key.split(" ")[0] ?? "";

/** What is otherwise now: `rows of table` where all of its values are concerned, else `table.column`. Sorted. */
export const lostIn = (before: Contents, after: Contents): readonly string[] => {
  const lost = [...before].filter(([key, content]) => after.get(key) !== content).map(([key]) => key);
  return [...Map.groupBy(lost, tableOf)]
    .flatMap(([table, keys]) => {
      const all = [...before.keys()].filter((key) => tableOf(key) === table).length === keys.length;
      return all ? [`rows of ${table}`] : keys.map((key) => `${table}.${key.split(" ")[1] ?? ""}`);
    })
    .sort();
};

const emptyTables = async (trial: Trial, tables: readonly Table[]): Promise<ReadonlySet<string>> => {
  if (tables.length === 0) return new Set();
  const queries = tables.map(
    (table, at) => `select ${quoteText(String(at))} where not exists (select from ${quotePath(table)})`,
  );
  const rows = await trial.rows(queries.join(" union all "));
  return new Set(rows.flatMap((at) => tables[Number(at)] ?? []).map(nameKey));
};

const referencedBy = (tables: readonly Table[], table: Table): readonly string[] => [
  ...new Set(
    tables
      .flatMap(({ constraints }) => constraints.filter((one): one is ForeignKey => one.kind === "foreign-key"))
      .filter(({ references }) => nameKey(references.table) === nameKey(table))
      .flatMap(({ references }) => references.columns),
  ),
];

/** Rows of tables that are not empty, as far as empty ones refer to them. */
const heldRows = async (trial: Trial, tables: readonly Table[], empty: ReadonlySet<string>): Promise<HeldRows> => {
  const held = new Map<string, readonly ReadonlyMap<string, string>[]>();
  const toFill = tables.filter((table) => empty.has(nameKey(table)));
  for (const table of tables) {
    if (empty.has(nameKey(table))) continue;
    const columns = referencedBy(toFill, table);
    if (columns.length === 0) {
      held.set(nameKey(table), []);
      continue;
    }
    const values = columns.map((name) => `quote_nullable(${quoteName(name)}::text)`).join(", ");
    const rows = await trial.rows(`select json_build_array(${values})::text from ${quotePath(table)} limit 3`);
    held.set(
      nameKey(table),
      rows.map((row) => new Map(columns.map((name, i) => [name, String(listOf(JSON.parse(row))[i])] as const))),
    );
  }
  return held;
};

/** Invented rows have keys of their own: sequences go on after them. */
const moveSequences = async (trial: Trial): Promise<void> => {
  const moves = await trial.rows(
    `select format('select setval(%L::regclass, greatest(max(%I)::bigint, 1)) from %I.%I', s.oid::regclass, a.attname, n.nspname, c.relname)
     from pg_depend d join pg_class s on s.oid = d.objid and s.relkind = 'S' join pg_class c on c.oid = d.refobjid
     join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid and a.attnum = d.refobjsubid
     where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.deptype in ('a', 'i') and a.attnum > 0`,
  );
  for (const move of moves) await trial.run([move]);
};

/** Puts rows into every table that has none. Gives how many tables hold rows now. */
export const fillEmpty = async (trial: Trial, catalog: Catalog): Promise<number> => {
  const tables = catalog.tables.filter(({ kind, partitionOf }) => kind !== "foreign" && partitionOf === undefined);
  const empty = await emptyTables(trial, tables);
  if (empty.size === 0) return tables.length;
  const held = await heldRows(trial, tables, empty);
  await trial.run(["begin", "set local session_replication_role = replica", "set local search_path = pg_catalog"]);
  const insert = async (sql: string): Promise<string | undefined> => {
    const { error } = await trial.run(["savepoint row", sql, "release savepoint row"]);
    if (error !== undefined) await trial.run(["rollback to savepoint row", "release savepoint row"]);
    return error?.message;
  };
  const filled = await fillTables(catalog, insert, { held });
  await trial.run(["commit"]);
  await moveSequences(trial);
  return tables.length - empty.size + filled.filter(({ rows }) => rows > 0).length;
};

/** Makes room where invented rows stand in the way; triggers have no say in it. */
export const emptyAll = async (trial: Trial, state: State): Promise<void> => {
  const tables = tablesIn(state);
  if (tables.length === 0) return;
  await trial.run(["begin", "set local session_replication_role = replica", `truncate ${tables.join(", ")} cascade`]);
  await trial.run(["commit"]);
};
