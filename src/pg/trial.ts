// A database to try migrations on, which really commits; and what it still needs before a statement can run at all.
import type { CatalogReading } from "./catalog.ts";
import { quoteName } from "./quote.ts";
import type { CatalogScope } from "./read-catalog.ts";
import type { Statement } from "./tree.ts";
import { textOf } from "./tree.ts";

export interface TrialError {
  readonly message: string;
  readonly sqlstate: string;
  /** Characters of the statement, from 1. */
  readonly position?: number;
  readonly detail?: string;
  readonly hint?: string;
  readonly where?: string;
}

export interface TrialNotice {
  readonly severity: string;
  readonly message: string;
  readonly sqlstate: string;
  readonly detail?: string;
}

export interface Traced {
  readonly notices: readonly TrialNotice[];
  readonly error?: TrialError;
}

/** One session of a throw-away server, outside of any transaction. */
export interface Trial {
  run(statements: readonly string[]): Promise<{ readonly done: number; readonly error?: TrialError }>;
  /** Runs one statement, and gives what the server said meanwhile. */
  trace(statement: string): Promise<Traced>;
  rows(sql: string): Promise<readonly string[]>;
  /** The catalog as it is now; to be asked outside of a transaction. */
  read(scope?: CatalogScope): Promise<CatalogReading>;
  extend(extensions: readonly string[]): Promise<void>;
}

/** Statements that mean nothing to a database of one's own, or would end its session. */
const left: ReadonlySet<string> = new Set([
  "AlterDatabaseRefreshCollStmt",
  "AlterDatabaseSetStmt",
  "AlterDatabaseStmt",
  "CheckPointStmt",
  "CopyStmt",
  "DiscardStmt",
]);

/** True for a statement that is passed over: rows of COPY, settings of a database, DISCARD. */
export const isPassedOver = ({ kind, fields }: Statement): boolean =>
  left.has(kind) || (kind === "CreateExtensionStmt" && textOf(fields["extname"]) === "plpgsql");

const missingRole = ({ sqlstate, message }: TrialError): string | undefined =>
  sqlstate === "42704" ? /^role "(.+)" does not exist$/s.exec(message)?.[1] : undefined;

const missingExtension = ({ sqlstate, message }: TrialError): string | undefined =>
  sqlstate === "0A000" ? /^extension "(.+)" is not available$/s.exec(message)?.[1] : undefined;

/** Makes what only a real installation has: a role that is named, an extension. False when nothing of the kind is missing. */
export const supply = async (trial: Trial, error: TrialError): Promise<boolean> => {
  const role = missingRole(error);
  if (role !== undefined) return (await trial.run([`create role ${quoteName(role)}`])).error === undefined;
  const extension = missingExtension(error);
  if (extension === undefined) return false;
  await trial.extend([extension]);
  return true;
};

/** PostgreSQL's own words: message, SQLSTATE, and what it adds. */
export const errorText = ({ message, sqlstate, detail }: TrialError): string =>
  `${message} (SQLSTATE ${sqlstate})${detail === undefined ? "" : `: ${detail}`}`;
