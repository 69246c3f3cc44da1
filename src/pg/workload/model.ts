// A workload as data: the statements that a database runs, without their constants, with how often and how long each ran.

export type Verb = "select" | "insert" | "update" | "delete" | "merge" | "other";

/** What one statement did between two looks at the counters. */
export interface Window {
  readonly ms: number;
  readonly calls: number;
  readonly rows: number;
  readonly totalMs: number;
}

/** One statement. Times are milliseconds of execution, planning not included. */
export interface WorkloadStatement {
  /** The server's own number of the statement (`pg_stat_statements.queryid`), else a hash of its text. */
  readonly queryId: string;
  readonly verb: Verb;
  /** Normalised: constants are `$1`, `$2`, …; comments are gone. Safe to print. */
  readonly text: string;
  /** False for text that the parser refuses (cut off, another version's syntax): it is normalised word by word and cannot be planned. */
  readonly readable: boolean;
  /** False for what ran inside a function. */
  readonly topLevel: boolean;
  readonly calls: number;
  /** Times are missing where only the statements were logged. */
  readonly totalMs?: number;
  readonly meanMs?: number;
  readonly stddevMs?: number;
  readonly rows?: number;
  /** Blocks of 8 KiB. */
  readonly sharedHit?: number;
  readonly sharedRead?: number;
  readonly tempWritten?: number;
  readonly windows?: readonly Window[];
  /** As it was written, with constants, where a file of the user's or a log said so: for planning alone, never printed or saved. */
  readonly examples: readonly string[];
}

export interface Workload {
  /** Where it comes from, as people may read it: `pg_stat_statements 1.12`, `queries.sql`. */
  readonly source: string;
  readonly kind: "pg_stat_statements" | "file" | "log";
  /** By total time, then calls, then text. */
  readonly statements: readonly WorkloadStatement[];
  /** From when the counters count (ISO 8601), where that is known. */
  readonly since?: string;
  /** What could not be seen, in words. */
  readonly gaps: readonly string[];
}

const weight = ({ totalMs }: WorkloadStatement): number => totalMs ?? -1;

/** The order of `Workload.statements`. */
export const byWeight = (a: WorkloadStatement, b: WorkloadStatement): number =>
  weight(b) - weight(a) || b.calls - a.calls || (a.text < b.text ? -1 : a.text > b.text ? 1 : 0);

/** A workload that says why it is empty. */
export const noWorkload = (source: string, kind: Workload["kind"], gap: string): Workload => ({
  source,
  kind,
  statements: [],
  gaps: [gap],
});
