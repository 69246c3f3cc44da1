// What the runner needs of the world: a connection that may be lost, a clock, chance, and somebody to tell.
import type { Json } from "../../kernel/json.ts";

/** PostgreSQL's own refusal of a statement. */
export interface ServerError {
  readonly sqlstate: string;
  readonly message: string;
  readonly detail?: string;
  readonly hint?: string;
  /** In characters of the statement, from 1. */
  readonly position?: number;
  /** Where in functions. */
  readonly where?: string;
}

export type Outcome =
  | {
      readonly kind: "done";
      readonly rows: readonly Row[];
      /** How many rows the last statement read or changed. */
      readonly count: number;
    }
  | { readonly kind: "refused"; readonly error: ServerError }
  /** The connection is gone; what the statement did is not known. */
  | { readonly kind: "lost"; readonly sqlstate?: string; readonly message: string };

/** Columns as text, as the server prints them. */
export type Row = Readonly<Record<string, string | null>>;

/** One connection to one server process. */
export interface Connection {
  /** Runs one statement, or settings that belong together. Never throws. */
  run(sql: string): Promise<Outcome>;
  /** The server process. */
  readonly pid: number;
  /** The process that answered is the one that the connection was opened to: nobody stands between. */
  readonly isDirect: boolean;
  close(): Promise<void>;
}

export interface World {
  /** A new connection; throws a Fault when there is none to be had. */
  connect(): Promise<Connection>;
  sleep(ms: number): Promise<void>;
  /** From 0 to 1. */
  random(): number;
  nowMs(): number;
  progress(line: string): void;
  note(line: string): void;
  /** Aborts when a person wants the run to end. */
  readonly signal: AbortSignal;
}

/** The server's words in one paragraph. */
export const errorWords = ({ message, sqlstate, detail, where }: ServerError): string =>
  [
    `${message} (SQLSTATE ${sqlstate})`,
    ...(detail === undefined ? [] : [detail]),
    ...(where === undefined ? [] : [`in ${where.replaceAll("\n", ", ")}`]),
  ].join("\n");

/** The one column of rows that hold JSON. */
export const jsonRows = (rows: readonly Row[]): readonly Json[] =>
  rows.map((row) => JSON.parse(Object.values(row)[0] ?? "null") as Json);
