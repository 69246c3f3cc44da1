// What was measured of each statement of a migration: locks, rewrites, scans, builds. The subject of every lint rule.
import type { ObjectName } from "../catalog/object.ts";
import type { Migration, Tool } from "../migrations/model.ts";
import type { SchemaFile } from "../prepare.ts";
import type { Statement } from "../tree.ts";

/** Lock modes of tables, weakest first, as pg_locks spells them without `Lock`. */
export const lockModes = [
  "AccessShare",
  "RowShare",
  "RowExclusive",
  "ShareUpdateExclusive",
  "Share",
  "ShareRowExclusive",
  "Exclusive",
  "AccessExclusive",
] as const;

export type LockMode = (typeof lockModes)[number];

export interface Relation extends ObjectName {
  /** pg_class.relkind: r table, p partitioned, m materialised view, v view, S sequence, f foreign, i and I index. */
  readonly kind: string;
}

export interface Lock {
  readonly on: Relation;
  readonly mode: LockMode;
}

/** Work whose length grows with the table. */
export interface Work {
  readonly kind: "rewrite" | "scan" | "build";
  readonly table: Relation;
  /** The index that is built. */
  readonly index?: string;
  /** The constraint that is checked, as the server names it. */
  readonly constraint?: string;
}

export interface Refusal {
  readonly message: string;
  readonly sqlstate: string;
  readonly position?: number;
  readonly detail?: string;
  readonly hint?: string;
}

export interface Said {
  readonly severity: string;
  readonly message: string;
  readonly sqlstate: string;
  readonly detail?: string;
}

/** One statement as the server ran it. Relations that the same migration creates are left out of `locks`, `held` and `works`. */
export interface Measured {
  readonly statement: Statement;
  readonly sql: string;
  readonly migration: Migration;
  readonly file: SchemaFile;
  /** Statements with the same number ran in one transaction; undefined for one that ran by itself. */
  readonly transaction: number | undefined;
  /** Between BEGIN and COMMIT of the file itself. */
  readonly explicit: boolean;
  /** Locks that it takes and that nothing before it in the transaction took. */
  readonly locks: readonly Lock[];
  /** All locks of the transaction when it had run. */
  readonly held: readonly Lock[];
  readonly works: readonly Work[];
  /** Relations that are gone after it. */
  readonly dropped: readonly Relation[];
  /** Relations of this migration's own making, so far. */
  readonly isFresh: (name: ObjectName) => boolean;
  /** `lock_timeout` while it ran: `0` for none. */
  readonly lockTimeout: string;
  readonly said: readonly Said[];
  readonly error?: Refusal;
  /** Locks are what the manual says, since the statement runs outside of transactions and leaves none to be seen. */
  readonly stated: boolean;
}

/** What is known of a table on the server that the migration is for. */
export interface TableSize extends ObjectName {
  readonly bytes: number;
  readonly rows?: number;
  readonly indexBytes: number;
  /** Rows written in a second, on average. */
  readonly writesPerSecond?: number;
  /** Reads in a second: index and sequential scans, on average. */
  readonly readsPerSecond?: number;
}

export interface LintSubject {
  readonly tool: Tool;
  readonly migrations: readonly (readonly Measured[])[];
  readonly sizes: readonly TableSize[];
  /** Where the sizes come from, as people may see it; undefined when there are none. */
  readonly sizesFrom?: string;
  /** When they were read: ISO 8601. */
  readonly sizesAt?: string;
  /** Bytes that the disk reads or writes in a second: an assumption. */
  readonly bytesPerSecond: number;
}

const strength = (mode: LockMode): number => lockModes.indexOf(mode);

/** Holds up every reader, not only writers. */
export const blocksReads = (mode: LockMode): boolean => mode === "AccessExclusive";

/** Holds up INSERT, UPDATE and DELETE. */
export const blocksWrites = (mode: LockMode): boolean => strength(mode) >= strength("Share");

export const stronger = (a: LockMode, b: LockMode): LockMode => (strength(a) >= strength(b) ? a : b);

/** `ACCESS EXCLUSIVE`, as the manual writes it. */
export const modeText = (mode: LockMode): string => mode.replace(/(?<=[a-z])(?=[A-Z])/g, " ").toUpperCase();

/** The strongest lock of the list on a relation. */
export const lockOn = (locks: readonly Lock[], { schema, name }: ObjectName): LockMode | undefined =>
  locks
    .filter(({ on }) => on.schema === schema && on.name === name)
    .map(({ mode }) => mode)
    .reduce<LockMode | undefined>((best, mode) => (best === undefined ? mode : stronger(best, mode)), undefined);

/** What holds rows that queries want. */
export const isTable = ({ kind }: Relation): boolean => ["r", "p", "m"].includes(kind);
