// One direction of one migration as the runner takes it: what it is, how it may end, and its failure in words.
import { Fault } from "../../kernel/fault.ts";
import { plural } from "../../kernel/words.ts";
import { characterIndex } from "../positions.ts";
import { placeIn } from "../prepare.ts";
import type { Statement } from "../tree.ts";
import type { Claim } from "./history.ts";
import type { Way } from "./model.ts";
import { passes } from "./retry.ts";
import type { ServerError } from "./server.ts";
import { errorWords } from "./server.ts";

export interface RunnerOptions {
  readonly lockTimeoutMs: number;
  readonly statementTimeoutMs: number;
  /** Attempts after the first, where a lock was not to be had. */
  readonly retries: number;
  /** What to do with a statement that may have run or not: nobody can tell but a person. */
  readonly resume?: "again" | "done";
}

/** One direction of one migration that is to be run. */
export interface Job {
  readonly direction: "up" | "down";
  readonly claim: Claim;
  readonly way: Way;
  /** Segments that are in from before. */
  readonly done: number;
  /** The one after them was begun. */
  readonly begun: boolean;
  /** The row is there already. */
  readonly claimed: boolean;
  /** What another tool's history gets, in the same transaction. */
  readonly books: readonly string[];
}

export interface Failure {
  readonly statement: Statement;
  readonly error: ServerError;
  readonly blockers: readonly string[];
  /** Segments that stay, of all. */
  readonly done: number;
  readonly segments: number;
}

export type JobResult =
  | { readonly kind: "done"; readonly ms: number; readonly retries: number; readonly statements: number }
  | { readonly kind: "failed"; readonly failure: Failure }
  | { readonly kind: "stopped"; readonly done: number; readonly segments: number };

export const sqlOf = ({ text }: Way, { start, end }: Statement): string => text.slice(start, end);

/** `CREATE INDEX CONCURRENTLY orders_user_idx ON …`, on one line. */
export const statementTitle = (way: Way, statement: Statement, length = 60): string => {
  const line = sqlOf(way, statement).trim().replace(/\s+/g, " ");
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
};

/** The Fault of a failed migration: place, the server's words, and what is left of it. */
export const failureFault = ({ way, claim, direction }: Job, failure: Failure): Fault => {
  const { statement, error, blockers, done, segments } = failure;
  const offset =
    error.position === undefined
      ? leading(sqlOf(way, statement))
      : characterIndex(sqlOf(way, statement), error.position - 1);
  const left =
    done === 0
      ? "nothing of it was kept"
      : `${done} of its ${plural(segments, "part")} ${done === 1 ? "is" : "are"} in and recorded; the next run goes on after ${done === 1 ? "it" : "them"}`;
  const why = blockers.length === 0 ? "" : `\nin the way: ${blockers.join("\n            ")}`;
  const what = direction === "up" ? "migration" : "the way back of migration";
  return new Fault("world.database", `${what} ${claim.version} stopped: ${errorWords(error)}${why}\n${left}`, {
    at: placeIn(way.file, statement.start + offset),
    help:
      error.hint ??
      (passes(error.sqlstate) === undefined
        ? "mend the statement, then run this again"
        : "run this again when others are done, or give it longer with --lock-timeout and --lock-retries"),
    data: { version: claim.version, sqlstate: error.sqlstate, done, segments },
  });
};

const leading = (sql: string): number => sql.length - sql.trimStart().length;
