// Rows of the queries for tables, indexes and sequences as the model.
import { byPath, nameKey } from "../catalog/object.ts";
import type { Row, Rows } from "../read-catalog/rows.ts";
import { maybe, name, number, optional, options, rowsIn, text, truth, word } from "../read-catalog/rows.ts";
import type { ColumnWidth, IndexHealth, RelationHealth, SequenceHealth } from "./model.ts";

const count = (row: Row, key: string): number => number(row, key) ?? 0;

const kinds = { r: "table", p: "partitioned", m: "materialized view" } as const;
const alignments: Readonly<Record<string, ColumnWidth["alignment"]>> = { c: 1, s: 2, i: 4, d: 8 };

const columnWidth = (row: Row): ColumnWidth => ({
  name: text(row, "name"),
  length: count(row, "length"),
  alignment: alignments[text(row, "alignment")] ?? 8,
  ...optional("width", number(row, "width")),
  ...optional("nullShare", number(row, "nulls")),
  ...optional("distinct", number(row, "distinct")),
});

type Widths = ReadonlyMap<string, readonly ColumnWidth[]>;

const widthsOf = (rows: Rows): Widths =>
  new Map(
    rows
      .of("widths")
      .map((row) => [
        nameKey({ schema: text(row, "schema"), name: text(row, "name") }),
        rowsIn(row, "columns").map(columnWidth),
      ]),
  );

const relation = (row: Row, indexes: readonly IndexHealth[], widths: Widths): RelationHealth => {
  const path = { schema: text(row, "schema"), name: text(row, "name") };
  return {
    ...path,
    kind: word(kinds, row["kind"], "table"),
    pages: count(row, "pages"),
    ...optional("rows", number(row, "rows")),
    visiblePages: count(row, "visible"),
    heapBytes: count(row, "heap"),
    toastBytes: count(row, "toast"),
    indexBytes: indexes.reduce((sum, { bytes }) => sum + bytes, 0),
    inserted: count(row, "inserted"),
    updated: count(row, "updated"),
    hotUpdated: count(row, "hotUpdated"),
    deleted: count(row, "deleted"),
    sequentialScans: count(row, "scans"),
    sequentialRows: count(row, "scanned"),
    indexScans: indexes.reduce((sum, { scans }) => sum + scans, 0),
    liveRows: count(row, "live"),
    deadRows: count(row, "dead"),
    changedSinceAnalyze: count(row, "changed"),
    insertedSinceVacuum: count(row, "insertedSince"),
    ...optional("lastVacuum", maybe(row, "vacuum")),
    ...optional("lastAnalyze", maybe(row, "analyze")),
    vacuums: count(row, "vacuums"),
    analyzes: count(row, "analyzes"),
    ...optional("transactionAge", number(row, "age")),
    ...optional("multixactAge", number(row, "multixactAge")),
    options: options(row, "options"),
    ...optional("widths", widths.get(nameKey(path))),
  };
};

const index = (row: Row, widths: Widths): IndexHealth => {
  const path = { schema: text(row, "schema"), name: text(row, "name") };
  return {
    ...path,
    table: text(row, "table"),
    method: text(row, "method"),
    bytes: count(row, "bytes"),
    pages: count(row, "pages"),
    ...optional("rows", number(row, "rows")),
    scans: count(row, "scans"),
    ...optional("lastScan", maybe(row, "lastScan")),
    valid: truth(row, "valid"),
    unique: truth(row, "unique"),
    ...optional("widths", widths.get(nameKey(path))),
  };
};

/** `positions`: by quoted path. */
const sequence = (row: Row, positions: ReadonlyMap<string, string>): SequenceHealth => {
  const path = { schema: text(row, "schema"), name: text(row, "name") };
  const [table, column, type] = [name(row, "table"), maybe(row, "column"), maybe(row, "columnType")];
  return {
    ...path,
    type: text(row, "type"),
    min: text(row, "min"),
    max: text(row, "max"),
    increment: text(row, "increment"),
    cycle: truth(row, "cycle"),
    ...optional("last", positions.get(nameKey(path))),
    ...(table === undefined || column === undefined || type === undefined
      ? {}
      : { column: { table, name: column, type } }),
  };
};

export interface Relations {
  readonly relations: readonly RelationHealth[];
  readonly indexes: readonly IndexHealth[];
  readonly sequences: readonly SequenceHealth[];
}

export const relationsOf = (rows: Rows, positions: ReadonlyMap<string, string>): Relations => {
  const widths = widthsOf(rows);
  const indexes = rows.of("indexes").map((row) => index(row, widths));
  const byTable = Map.groupBy(indexes, ({ schema, table }) => nameKey({ schema, name: table }));
  return {
    relations: rows
      .of("relations")
      .map((row) =>
        relation(row, byTable.get(nameKey({ schema: text(row, "schema"), name: text(row, "name") })) ?? [], widths),
      )
      .sort(byPath),
    indexes: indexes.sort(byPath),
    sequences: rows
      .of("sequences")
      .map((row) => sequence(row, positions))
      .sort(byPath),
  };
};
