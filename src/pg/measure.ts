// What the statistics say about a table, as evidence for findings.
import type { Evidence } from "../kernel/finding.ts";
import { bytes, plural } from "../kernel/words.ts";
import type { CatalogReading, TableStatistics } from "./catalog.ts";
import type { ObjectName } from "./catalog/object.ts";
import { byPath } from "./catalog/object.ts";

/** Statistics are sorted by path. */
export const statisticsOf = ({ statistics }: CatalogReading, table: ObjectName): TableStatistics | undefined => {
  let [low, high] = [0, statistics.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const one = statistics[middle];
    if (one === undefined) return undefined;
    const order = byPath(one, table);
    if (order === 0) return one;
    if (order < 0) low = middle + 1;
    else high = middle - 1;
  }
  return undefined;
};

const rowsText = ({ rows }: TableStatistics): string =>
  rows === undefined ? "never analysed" : `about ${plural(rows, "row")}`;

/** `public.orders has about 1,200 rows in 96.0 KiB`. */
export const tableText = (table: TableStatistics): string =>
  `${table.schema}.${table.name} holds ${bytes(table.bytes)} (${rowsText(table)})`;

/** Evidence about some tables, left out where nothing is known (a schema file, a partitioned table). */
export const sizeEvidence = (
  reading: CatalogReading,
  tables: readonly ObjectName[],
): { readonly evidence?: Evidence } => {
  const known = tables.flatMap((table) => statisticsOf(reading, table) ?? []);
  if (known.length === 0) return {};
  const data = known.map(({ schema, name, rows, bytes: size }) => ({ schema, name, rows: rows ?? null, bytes: size }));
  return { evidence: { note: known.map(tableText).join("; "), data } };
};
