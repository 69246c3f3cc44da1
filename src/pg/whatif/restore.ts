// SQL that puts production's statistics into the clone: PostgreSQL 18's own functions, and catalog rows where it has none.
import type { ObjectName } from "../catalog/object.ts";
import { nameKey } from "../catalog/object.ts";
import { quoteText } from "../quote.ts";
import type { ColumnStatistics, GroupStatistics, RelationNumbers } from "./statistics.ts";

const real = (value: number): string => (Number.isFinite(value) ? String(value) : "0");

export const restoreRelation = ({
  schema,
  name,
  pages,
  tuples,
  visible,
}: Pick<RelationNumbers, "schema" | "name" | "pages" | "tuples" | "visible">): string =>
  `select pg_catalog.pg_restore_relation_stats('schemaname', ${quoteText(schema)}, 'relname', ${quoteText(name)}, 'relpages', ${pages}::int, 'reltuples', ${real(Math.max(-1, tuples))}::real, 'relallvisible', ${Math.min(visible, pages)}::int)`;

/** Field, PostgreSQL's name of it, its type. */
const attributes: readonly (readonly [keyof ColumnStatistics, string, string])[] = [
  ["nullFraction", "null_frac", "real"],
  ["width", "avg_width", "int"],
  ["distinct", "n_distinct", "real"],
  ["commonValues", "most_common_vals", "text"],
  ["commonFrequencies", "most_common_freqs", "real[]"],
  ["histogram", "histogram_bounds", "text"],
  ["correlation", "correlation", "real"],
  ["commonElements", "most_common_elems", "text"],
  ["commonElementFrequencies", "most_common_elem_freqs", "real[]"],
  ["elementCounts", "elem_count_histogram", "real[]"],
  ["rangeLengths", "range_length_histogram", "text"],
  ["rangeEmpty", "range_empty_frac", "real"],
  ["rangeBounds", "range_bounds_histogram", "text"],
];

const restoreColumn = (one: ColumnStatistics): string => {
  const given = attributes.flatMap(([field, name, type]) => {
    const value = one[field];
    return value === undefined ? [] : [`'${name}', ${quoteText(String(value))}::${type}`];
  });
  return `pg_catalog.pg_restore_attribute_stats('schemaname', ${quoteText(one.schema)}, 'relname', ${quoteText(one.name)}, 'attname', ${quoteText(one.column)}, 'inherited', ${String(one.inherited)}, ${given.join(", ")})`;
};

/** One query for each relation: how many of its columns were restored. */
export const restoreColumns = (
  columns: readonly ColumnStatistics[],
): readonly { readonly relation: ObjectName; readonly wanted: number; readonly sql: string }[] =>
  [...Map.groupBy(columns, nameKey).values()].flatMap((group) => {
    const [first] = group;
    if (first === undefined) return [];
    const sum = group.map((one) => `${restoreColumn(one)}::int`).join(" + ");
    return [{ relation: first, wanted: group.length, sql: `select (${sum})::text` }];
  });

const bytesOf = (size: number, fill: (view: DataView) => void): string => {
  const bytes = new Uint8Array(size);
  fill(new DataView(bytes.buffer));
  return bytes.toHex();
};

/** `"1, 2": 33` and `"1 => 2": 0.5`: lists of column numbers, in order, with a figure. */
const entriesOf = (text: string): readonly { readonly columns: readonly number[]; readonly figure: number }[] =>
  [...text.matchAll(/"([-\d,=> ]+)":\s*([\d.eE+-]+)/g)].map(([, columns = "", figure]) => ({
    columns: columns.split(/\s*(?:,|=>)\s*/).map(Number),
    figure: Number(figure),
  }));

/** MVNDistinct as it is stored (mvdistinct.c): magic, type, count; each a double, a count, and column numbers. */
const distinctBytes = (text: string, numberOf: (column: number) => number): string => {
  const entries = entriesOf(text);
  const size = 12 + entries.reduce((sum, { columns }) => sum + 12 + 2 * columns.length, 0);
  return bytesOf(size, (view) => {
    for (const [at, value] of [0xa352bfa4, 1, entries.length].entries()) view.setUint32(at * 4, value, true);
    let at = 12;
    for (const { columns, figure } of entries) {
      view.setFloat64(at, figure, true);
      view.setInt32(at + 8, columns.length, true);
      at += 12;
      for (const column of columns) {
        view.setInt16(at, numberOf(column), true);
        at += 2;
      }
    }
  });
};

/** MVDependencies as they are stored (dependencies.c): magic, type, count; each a double, a count of 16 bits, and column numbers. */
const dependencyBytes = (text: string, numberOf: (column: number) => number): string => {
  const entries = entriesOf(text);
  const size = 12 + entries.reduce((sum, { columns }) => sum + 10 + 2 * columns.length, 0);
  return bytesOf(size, (view) => {
    for (const [at, value] of [0xb4549a2c, 1, entries.length].entries()) view.setUint32(at * 4, value, true);
    let at = 12;
    for (const { columns, figure } of entries) {
      view.setFloat64(at, figure, true);
      view.setInt16(at + 8, columns.length, true);
      at += 10;
      for (const column of columns) {
        view.setInt16(at, numberOf(column), true);
        at += 2;
      }
    }
  });
};

/** Types that have no input take their bytes through casts that only the clone has. */
export const groupCasts: readonly string[] = [
  "create cast (bytea as pg_ndistinct) without function",
  "create cast (bytea as pg_dependencies) without function",
];

/** `numbers` are the clone's own numbers of the table's columns; a table that lost columns counts differently. */
export const restoreGroup = (group: GroupStatistics, numbers: ReadonlyMap<string, number>): string => {
  const numberOf = (column: number): number => numbers.get(group.columns[column] ?? "") ?? column;
  const distinct =
    group.distinct === undefined ? "null" : `'\\x${distinctBytes(group.distinct, numberOf)}'::bytea::pg_ndistinct`;
  const dependencies =
    group.dependencies === undefined
      ? "null"
      : `'\\x${dependencyBytes(group.dependencies, numberOf)}'::bytea::pg_dependencies`;
  return `insert into pg_catalog.pg_statistic_ext_data (stxoid, stxdinherit, stxdndistinct, stxddependencies)
    select e.oid, ${String(group.inherited)}, ${distinct}, ${dependencies}
      from pg_catalog.pg_statistic_ext e join pg_catalog.pg_namespace n on n.oid = e.stxnamespace
     where n.nspname = ${quoteText(group.schema)} and e.stxname = ${quoteText(group.name)}`;
};
