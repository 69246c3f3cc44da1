// Estimates of how much of a table or btree is air, from the average widths of its columns: no page is read.
import type { ColumnWidth, IndexHealth, RelationHealth } from "./model.ts";

/** Bytes. `expected` is what the rows would take if they were written anew, at the same fill factor. */
export interface Bloat {
  readonly actual: number;
  readonly expected: number;
  readonly wasted: number;
  /** Of `actual`. */
  readonly share: number;
}

const pageSize = 8192;
/** Header of a page; of a btree's page, with what the btree keeps at its end. */
const pageHeader = 24;
const btreePage = pageHeader + 16;
const linePointer = 4;
const rowHeader = 23;
const indexRowHeader = 8;

const aligned = (bytes: number, to: number): number => Math.ceil(bytes / to) * to;

/** Values of up to 126 bytes have a header of one byte, and are not aligned. */
const shortValue = 126;

/** Bytes of the columns in their order, padding included; undefined when the statistics do not tell. */
const dataBytes = (columns: readonly ColumnWidth[]): number | undefined => {
  let offset = 0;
  for (const { length, alignment, width = length > 0 ? length : undefined, nullShare = 0 } of columns) {
    if (width === undefined) return undefined;
    const packed = length < 0 && width <= shortValue;
    const padded = packed ? offset : aligned(offset, alignment);
    offset += (padded - offset + width) * (1 - nullShare);
  }
  return offset;
};

const hasNulls = (columns: readonly ColumnWidth[]): boolean => columns.some(({ nullShare = 0 }) => nullShare > 0);

const bloatOf = (actual: number, expected: number): Bloat => {
  const wasted = Math.max(0, actual - expected);
  return { actual, expected, wasted, share: actual === 0 ? 0 : wasted / actual };
};

const option = (
  options: readonly { readonly name: string; readonly value: string }[],
  name: string,
  otherwise: number,
) => Number(options.find((one) => one.name === name)?.value ?? otherwise);

/** Half of the rows changed since the statistics were taken: they describe another table. */
const isStale = ({ changedSinceAnalyze, liveRows }: RelationHealth): boolean => changedSinceAnalyze > liveRows / 2;

export const tableBloat = (table: RelationHealth): Bloat | undefined => {
  const { widths, rows, heapBytes, options } = table;
  if (widths === undefined || rows === undefined || isStale(table)) return undefined;
  const data = dataBytes(widths);
  if (data === undefined || data === 0) return undefined;
  const header = aligned(rowHeader + (hasNulls(widths) ? Math.ceil(widths.length / 8) : 0), 8);
  const row = aligned(header + data, 8) + linePointer;
  const usable = (pageSize - pageHeader) * (option(options, "fillfactor", 100) / 100);
  const perPage = Math.max(1, Math.floor(usable / row));
  // VACUUM keeps the row count; what is dead by now is air already.
  return bloatOf(heapBytes, Math.ceil(rows / perPage) * pageSize);
};

/** How many different keys there are, at most: the product of the columns' own counts. */
const distinctKeys = (columns: readonly ColumnWidth[], rows: number): number =>
  Math.min(
    rows,
    columns.reduce(
      (product, { distinct = -1 }) => product * Math.max(1, distinct < 0 ? -distinct * rows : distinct),
      1,
    ),
  );

/**
 * From PostgreSQL 13 equal keys share an entry (deduplication), in indexes without INCLUDE columns. `fillFactor` is the index's own, 90
 * where it sets none.
 */
export const indexBloat = (index: IndexHealth, { fillFactor = 90, included = 0 } = {}): Bloat | undefined => {
  const { widths, rows, bytes } = index;
  if (widths === undefined || rows === undefined || rows === 0) return undefined;
  const data = dataBytes(widths);
  if (data === undefined) return undefined;
  const entry = aligned(indexRowHeader + (hasNulls(widths) ? 8 : 0) + data, 8) + linePointer;
  const distinct = distinctKeys(widths, rows);
  const shared = !index.unique && included === 0 && rows / distinct > 1.5;
  // Row numbers of six bytes in lists of at most a third of a page, each list with its key.
  const lists = Math.max(distinct, (rows * 6) / 2700);
  const total = shared ? lists * entry + rows * 6 : rows * entry;
  const leaves = total / ((pageSize - btreePage) * (fillFactor / 100));
  return bloatOf(bytes, Math.ceil(leaves * 1.005 + 1) * pageSize);
};
