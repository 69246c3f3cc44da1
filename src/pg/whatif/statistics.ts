// What the planner knows of a database: sizes, column statistics, settings, collation. It holds values of users: never print it.
import type { ObjectName } from "../catalog/object.ts";

/** A table, materialised view or index as the planner sees its size. */
export interface RelationNumbers extends ObjectName {
  /** `pg_class.relkind`: r, p, m, i, I. */
  readonly kind: string;
  /** The table of an index. */
  readonly table?: string;
  /** `pg_class.relpages`, `reltuples` (-1: never counted) and `relallvisible`, as of the last VACUUM or ANALYZE. */
  readonly pages: number;
  readonly tuples: number;
  readonly visible: number;
  /** How long the file is now, in blocks of 8 KiB. */
  readonly blocks: number;
}

/** One row of pg_stats. Arrays of values are the server's text of them. */
export interface ColumnStatistics extends ObjectName {
  readonly column: string;
  readonly inherited: boolean;
  readonly nullFraction: number;
  readonly width: number;
  /** Negative: a fraction of the rows. */
  readonly distinct: number;
  readonly commonValues?: string;
  readonly commonFrequencies?: string;
  readonly histogram?: string;
  readonly correlation?: number;
  readonly commonElements?: string;
  readonly commonElementFrequencies?: string;
  readonly elementCounts?: string;
  readonly rangeLengths?: string;
  readonly rangeEmpty?: number;
  readonly rangeBounds?: string;
}

/** Statistics over several columns (CREATE STATISTICS): `"1, 2": 33` by the numbers of columns, and their names. */
export interface GroupStatistics extends ObjectName {
  readonly inherited: boolean;
  /** Column number → name, as in production. */
  readonly columns: Readonly<Record<string, string>>;
  readonly distinct?: string;
  readonly dependencies?: string;
  readonly hasCommonValues: boolean;
}

/** The least and the greatest value of the first column of a btree. */
export interface IndexEnds extends ObjectName {
  readonly column: string;
  readonly least: string;
  readonly greatest: string;
}

export interface DatabaseCollation {
  /** libc, ICU or the server's own. */
  readonly provider: "c" | "i" | "b";
  readonly name: string;
  readonly rules?: string;
}

/** How often a table was written and its indexes were read since the counters began. */
export interface TableActivity extends ObjectName {
  readonly inserted: number;
  readonly updated: number;
  readonly hotUpdated: number;
  readonly deleted: number;
  readonly analyzed?: string;
  /** Rows changed since the last ANALYZE. */
  readonly changed: number;
  readonly live: number;
  readonly indexes: readonly { readonly name: string; readonly scans: number; readonly lastScan?: string }[];
}

export interface PlannerStatistics {
  /** In the order of their creation: among equal costs the planner takes the older index. */
  readonly relations: readonly RelationNumbers[];
  readonly columns: readonly ColumnStatistics[];
  readonly groups: readonly GroupStatistics[];
  readonly ends: readonly IndexEnds[];
  readonly settings: Readonly<Record<string, string>>;
  readonly collation: DatabaseCollation;
  readonly activity: readonly TableActivity[];
  /** From when the counters of activity count. */
  readonly countersSince?: string;
  /** When it was read. */
  readonly takenAt: string;
  /** Without most-common values, histograms and ends. */
  readonly redacted: boolean;
  /** What could not be seen, in words. */
  readonly gaps: readonly string[];
}

/** The same without a value of any user. */
export const redact = (statistics: PlannerStatistics): PlannerStatistics => ({
  ...statistics,
  columns: statistics.columns.map(
    ({ schema, name, column, inherited, nullFraction, width, distinct, correlation }): ColumnStatistics => ({
      schema,
      name,
      column,
      inherited,
      nullFraction,
      width,
      distinct,
      ...(correlation === undefined ? {} : { correlation }),
    }),
  ),
  ends: [],
  redacted: true,
  gaps: [
    ...statistics.gaps,
    "most-common values, histograms and ends were left out: skew is not seen, ranges are guessed at a third of the rows, and partial indexes on frequent values are not proposed",
  ],
});
