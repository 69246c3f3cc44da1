// What the host and the embedded server's worker say to each other.
import type { DiskOrder, Explained } from "../../pg/whatif/planner.ts";

/** PostgreSQL's own refusal of a statement. `position` counts characters of the statement from 1. */
export interface SqlError {
  readonly message: string;
  readonly sqlstate: string;
  readonly position?: number;
  readonly detail?: string;
  readonly hint?: string;
  /** The call stack in PostgreSQL's words, when the error happened inside a function. */
  readonly where?: string;
}

export interface NewExtension {
  readonly name: string;
  /** Versions that statements ask for, for one that is not bundled. */
  readonly versions: readonly string[];
}

export type Order =
  /** Starts the server. `progress` is one 32-bit word: the statement of a `run` that was begun last. */
  | { readonly kind: "open"; readonly engine: WebAssembly.Module; readonly progress: SharedArrayBuffer }
  /** Puts the files of extensions in place. */
  | { readonly kind: "extend"; readonly id: number; readonly extensions: readonly NewExtension[] }
  /** Runs statements one by one until one fails. */
  | { readonly kind: "run"; readonly id: number; readonly statements: readonly string[] }
  /** Runs one statement and listens to what the server says meanwhile. */
  | { readonly kind: "trace"; readonly id: number; readonly statement: string }
  /** Runs a query of one text column. */
  | { readonly kind: "rows"; readonly id: number; readonly sql: string }
  /** Runs EXPLAIN statements, which may hold parameters without values. */
  | { readonly kind: "explain"; readonly id: number; readonly statements: readonly string[] }
  | { readonly kind: "disk"; readonly id: number; readonly orders: readonly DiskOrder[] };

export type Reply =
  | { readonly kind: "opened" }
  | { readonly kind: "extended"; readonly id: number }
  | { readonly kind: "ran"; readonly id: number; readonly ran: Ran }
  | { readonly kind: "traced"; readonly id: number; readonly traced: Traced }
  | { readonly kind: "rows"; readonly id: number; readonly rows: readonly string[] }
  | { readonly kind: "explained"; readonly id: number; readonly answers: readonly Explained[] }
  | { readonly kind: "patched"; readonly id: number }
  /** A query of ours failed, or the server itself: `message` is for a bug report. */
  | { readonly kind: "broken"; readonly id?: number; readonly message: string };

/** `done` statements succeeded; `error` says why the next one did not. */
export interface Ran {
  readonly done: number;
  readonly error?: SqlError;
}

/** Something that the server said while it worked. */
export interface Notice {
  readonly severity: string;
  readonly message: string;
  readonly sqlstate: string;
  readonly detail?: string;
}

export interface Traced {
  readonly notices: readonly Notice[];
  readonly error?: SqlError;
}
