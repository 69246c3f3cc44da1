// What a running server knows about a database: sizes, counters, ages, settings, and what it could not be asked. Plain JSON.
import type { ObjectName, Option } from "../catalog/object.ts";
import type { Activity } from "./activity.ts";

/** Moments are ISO 8601; absent where there was none. Counters are those of this server since `Database.countersSince`. */
export interface Health extends Live {
  /** Tables, partitioned tables and materialised views in scope. Sorted by schema and name. */
  readonly relations: readonly RelationHealth[];
  /** Sorted by schema and name. */
  readonly indexes: readonly IndexHealth[];
  /** Sequences that can run out within 2^53 values. Sorted by schema and name. */
  readonly sequences: readonly SequenceHealth[];
}

/** What can be read at once on any server, however many tables it holds. */
export interface Live {
  /** The server's clock when it was read. */
  readonly at: string;
  readonly server: Server;
  /** Sorted by name. */
  readonly settings: readonly Setting[];
  readonly database: Database;
  /** Every database of the server: their ages are everybody's. Sorted by name. */
  readonly databases: readonly DatabaseAge[];
  /** The relations of this database that hold back its age most, oldest first, of any schema. */
  readonly oldest: readonly OldRelation[];
  readonly activity: Activity;
  readonly gaps: readonly Gap[];
}

/** Something that could not be seen, and why. */
export interface Gap {
  readonly what: string;
  readonly why: string;
}

export interface Server {
  /** As in `server_version_num`. */
  readonly version: number;
  readonly startedAt: string;
  /** A replica: its counters say nothing about what the primary does. */
  readonly inRecovery: boolean;
  /** On a replica: since its last replayed transaction, in seconds. */
  readonly replayAgeSeconds?: number;
  readonly user: string;
  /** May see other users' sessions and statements. */
  readonly seesAll: boolean;
  readonly checkpoints?: { readonly timed: number; readonly requested: number; readonly since?: string };
  readonly archiver?: { readonly failed: number; readonly lastFailed?: string; readonly lastArchived?: string };
}

export interface Setting {
  readonly name: string;
  /** In `unit`. */
  readonly value: string;
  /** `8kB`, `kB`, `ms`, `s`, `min`; absent for a plain number or a word. */
  readonly unit?: string;
  /** `default`, `configuration file`, `database`, `user` … */
  readonly source: string;
  readonly pendingRestart: boolean;
}

export interface Database {
  readonly name: string;
  readonly commits: number;
  readonly rollbacks: number;
  readonly blocksRead: number;
  readonly blocksHit: number;
  readonly tempFiles: number;
  readonly tempBytes: number;
  readonly deadlocks: number;
  readonly conflicts: number;
  readonly checksumFailures?: number;
  /** When the counters began, at the latest; absent where the server does not say. */
  readonly countersSince?: string;
}

export interface DatabaseAge {
  readonly name: string;
  /** Transactions since the oldest row that is not frozen. */
  readonly transactionAge: number;
  readonly multixactAge: number;
  readonly template: boolean;
  readonly connections?: number;
}

export interface OldRelation extends ObjectName {
  readonly transactionAge: number;
  readonly multixactAge: number;
  readonly bytes: number;
}

export interface RelationHealth extends ObjectName {
  readonly kind: "table" | "partitioned" | "materialized view";
  /** As of the last VACUUM, ANALYZE or index build. */
  readonly pages: number;
  /** An estimate of the last VACUUM or ANALYZE; absent when neither has run. */
  readonly rows?: number;
  /** Pages that hold nothing which any transaction could not see. */
  readonly visiblePages: number;
  /** The main fork, measured. */
  readonly heapBytes: number;
  /** TOAST with its index, measured. */
  readonly toastBytes: number;
  /** All indexes, measured. */
  readonly indexBytes: number;
  readonly inserted: number;
  readonly updated: number;
  /** Of `updated`: without writing any index. */
  readonly hotUpdated: number;
  readonly deleted: number;
  readonly sequentialScans: number;
  readonly sequentialRows: number;
  /** Of all its indexes. */
  readonly indexScans: number;
  readonly liveRows: number;
  readonly deadRows: number;
  readonly changedSinceAnalyze: number;
  readonly insertedSinceVacuum: number;
  readonly lastVacuum?: string;
  readonly lastAnalyze?: string;
  readonly vacuums: number;
  readonly analyzes: number;
  /** Transactions since its oldest row that is not frozen, TOAST included. */
  readonly transactionAge?: number;
  readonly multixactAge?: number;
  /** `fillfactor`, `autovacuum_enabled`, … */
  readonly options: readonly Option[];
  /** Of relations of 8 MiB and more, whose columns the user may read: what a row takes. */
  readonly widths?: readonly ColumnWidth[];
}

export interface IndexHealth extends ObjectName {
  readonly table: string;
  readonly method: string;
  readonly bytes: number;
  readonly pages: number;
  readonly rows?: number;
  /** Times that a query began to read it. */
  readonly scans: number;
  /** From PostgreSQL 16; absent when there was none since the counters began. */
  readonly lastScan?: string;
  readonly valid: boolean;
  readonly unique: boolean;
  /** Of btrees of 8 MiB and more: what an entry takes. */
  readonly widths?: readonly ColumnWidth[];
}

export interface ColumnWidth {
  readonly name: string;
  /** Of the type: bytes, or -1 for variable. */
  readonly length: number;
  /** In bytes. */
  readonly alignment: 1 | 2 | 4 | 8;
  /** Average bytes of a value that is not null, header included; absent without statistics. */
  readonly width?: number;
  readonly nullShare?: number;
  /** As in pg_stats: positive a count, negative a share of the rows. */
  readonly distinct?: number;
}

/** Numbers are text: they reach beyond what JSON numbers hold exactly. */
export interface SequenceHealth extends ObjectName {
  readonly type: string;
  readonly min: string;
  readonly max: string;
  readonly increment: string;
  readonly cycle: boolean;
  /** Absent when it was never used, or may not be read. */
  readonly last?: string;
  /** The column that it feeds. */
  readonly column?: { readonly table: ObjectName; readonly name: string; readonly type: string };
}
