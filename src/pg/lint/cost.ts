// How long work takes on a table of a size, and how bad that is: an assumption, and said to be one.
import type { Severity } from "../../kernel/finding.ts";
import { bytes, plural } from "../../kernel/words.ts";
import type { ObjectName } from "../catalog/object.ts";
import { sameName } from "../catalog/object.ts";
import type { LintSubject, TableSize, Work } from "./model.ts";

export const sizeOf = ({ sizes }: LintSubject, table: ObjectName): TableSize | undefined =>
  sizes.find((one) => sameName(one, table));

/** Bytes that go through the disk: read, and written where something new comes of it. */
const moved: Readonly<Record<Work["kind"], (size: TableSize) => number>> = {
  rewrite: ({ bytes: table, indexBytes }) => 2 * table + 2 * indexBytes,
  scan: ({ bytes: table }) => table,
  // An index is mostly about a third of its table.
  build: ({ bytes: table }) => (4 / 3) * table,
};

/** Undefined when nothing is known of the table. */
export const secondsFor = (subject: LintSubject, { kind, table }: Work): number | undefined => {
  const size = sizeOf(subject, table);
  return size === undefined ? undefined : moved[kind](size) / subject.bytesPerSecond;
};

/** `about 14 min`. */
export const spanText = (seconds: number): string => {
  if (seconds < 0.1) return "well under a second";
  if (seconds < 1) return "under a second";
  if (seconds < 90) return `about ${Math.round(seconds)} s`;
  if (seconds < 5400) return `about ${Math.round(seconds / 60)} min`;
  return `about ${(seconds / 3600).toFixed(1)} h`;
};

/** Bad enough to stop a release: queries wait for more than a second. Without sizes a table counts as large. */
export const severityOf = (seconds: number | undefined): Severity =>
  seconds === undefined || seconds >= 1 ? "error" : seconds >= 0.1 ? "warning" : "info";

const rate = (perSecond: number): string => (perSecond >= 10 ? perSecond.toFixed(0) : perSecond.toPrecision(2));

/** `84.0 GiB, about 14 min at 200.0 MiB/s, 220 writes/s wait`; empty when nothing is known. */
export const costText = (subject: LintSubject, work: Work): string => {
  const size = sizeOf(subject, work.table);
  const seconds = secondsFor(subject, work);
  if (size === undefined || seconds === undefined) return "";
  const writes =
    size.writesPerSecond === undefined ? "" : `; ${rate(size.writesPerSecond)} rows are written in a second`;
  const rows = size.rows === undefined ? "" : ` in ${plural(size.rows, "row")}`;
  return `${bytes(size.bytes)}${rows}, ${spanText(seconds)} at ${bytes(subject.bytesPerSecond)}/s${writes}`;
};
