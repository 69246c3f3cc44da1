// Statistics for a schema of which nothing was measured: assumed, the same for every table, and said to be so.
import type { Catalog } from "../catalog.ts";
import { nameKey } from "../catalog/object.ts";
import type { Column, Table } from "../catalog/tables.ts";
import type { ColumnStatistics, PlannerStatistics, RelationNumbers } from "./statistics.ts";

/** Large enough that reading a table whole costs more than an index. */
export const assumedRows = 100_000;

export const assumptions: readonly string[] = [
  `every table holds ${assumedRows.toLocaleString("en-US")} rows; keys differ in each of them, references come ten times each`,
  "all other values are spread as PostgreSQL assumes where it knows nothing; settings are its defaults",
];

const widths: Readonly<Record<string, number>> = {
  bool: 1,
  int2: 2,
  int4: 4,
  date: 4,
  float4: 4,
  int8: 8,
  float8: 8,
  timestamp: 8,
  timestamptz: 8,
  uuid: 16,
  numeric: 8,
  jsonb: 200,
  json: 200,
};

const widthOf = ({ type }: Column): number => (type.kind === "enum" ? 4 : (widths[type.name] ?? 24));

/** Negative: a fraction of the rows. Undefined where nothing in the schema says it. */
const distinctOf = (table: Table, { name, type }: Column, catalog: Catalog): number | undefined => {
  if (type.name === "bool" && !type.array) return 2;
  if (type.kind === "enum" && !type.array)
    return catalog.enums.find((one) => nameKey(one) === nameKey(type))?.values.length;
  const own = table.constraints.filter(
    (one) => "columns" in one && one.columns.length === 1 && one.columns[0] === name,
  );
  const unique = table.indexes.some(
    ({ unique: is, keys, predicate }) => is && predicate === undefined && keys.length === 1 && keys[0]?.text === name,
  );
  if (unique || own.some(({ kind }) => kind === "primary-key" || kind === "unique")) return -1;
  return own.some(({ kind }) => kind === "foreign-key") ? -0.1 : undefined;
};

const columnsOf = (table: Table, catalog: Catalog): readonly ColumnStatistics[] =>
  table.columns.flatMap((column) => {
    const distinct = distinctOf(table, column, catalog);
    if (distinct === undefined) return [];
    return [
      {
        schema: table.schema,
        name: table.name,
        column: column.name,
        inherited: table.kind === "partitioned",
        nullFraction: 0,
        width: widthOf(column),
        distinct,
      },
    ];
  });

const numbersOf = (table: Table): RelationNumbers => {
  const width = 28 + table.columns.reduce((sum, column) => sum + widthOf(column), 0);
  const blocks = table.kind === "partitioned" ? 0 : Math.ceil((assumedRows * width) / 8192);
  const kind = table.kind === "partitioned" ? "p" : "r";
  return {
    schema: table.schema,
    name: table.name,
    kind,
    pages: blocks,
    tuples: assumedRows,
    visible: blocks,
    blocks,
  };
};

/** For a schema alone. `takenAt` is now. */
export const assumedStatistics = (catalog: Catalog, takenAt: string): PlannerStatistics => {
  const tables = catalog.tables.filter(({ kind }) => kind !== "foreign");
  return {
    relations: tables.map(numbersOf),
    columns: tables.flatMap((table) => columnsOf(table, catalog)),
    groups: [],
    ends: [],
    settings: { max_parallel_workers_per_gather: "0" },
    collation: { provider: "b", name: "C.UTF-8" },
    activity: [],
    takenAt,
    redacted: false,
    gaps: [],
  };
};

/** Tables of whose values nothing is known: never analysed, hidden from this user, or too new. */
export const unmeasuredTables = (catalog: Catalog, { columns }: PlannerStatistics): ReadonlySet<string> => {
  const known = new Set(columns.map(nameKey));
  const partitions = Map.groupBy(
    catalog.tables.filter(({ partitionOf }) => partitionOf !== undefined),
    ({ partitionOf }) => (partitionOf === undefined ? "" : nameKey(partitionOf.parent)),
  );
  const isKnown = (table: Table): boolean =>
    known.has(nameKey(table)) || (partitions.get(nameKey(table)) ?? []).some(isKnown);
  return new Set(catalog.tables.filter((table) => !isKnown(table)).map(nameKey));
};
