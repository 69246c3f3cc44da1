// What a kind of part must know to appear in a migration: how it is made, taken away, and changed in place.
import type { Kind, Objects, Parts } from "../part.ts";

/**
 * When a statement may run: `main` with others in one transaction; `early` in a transaction before those that use it (a new enum value);
 * `alone` outside of any transaction; `late` in a later transaction than what came before it, so that its scan holds no strong lock.
 */
export type Stage = "early" | "main" | "alone" | "late";

export interface Statement {
  readonly sql: string;
  readonly stage: Stage;
}

/** A statement of the stage `main` is its text alone. */
export type Piece = string | Statement;

/** It cannot be changed in place: it is dropped and made again, and with it what needs it. */
export const rebuild = "rebuild";

/** Nothing that keeps the rows leads there: what, why, and what the user can do. */
export interface Refusal {
  readonly refused: string;
  readonly help: string;
}

export interface Context {
  /** Statements that block no reads and writes for long, at the price of more transactions. */
  readonly online: boolean;
  /** Of the server that will run it (`server_version_num`); of the oldest one supported where nothing is known. */
  readonly version: number;
  readonly from: Parts;
  readonly to: Parts;
  /** Where later migrations lead: what binds rows there must be met by values that are filled in now. */
  readonly beyond?: Parts;
  /** The way back of a migration: it must not stop at what that migration did to rows. */
  readonly isReturn: boolean;
  /** Values that the checks of a new column let in, by `schema.table.column`. */
  readonly fitting?: ReadonlyMap<string, string>;
  /** True for what the plan itself makes: nobody uses it yet, so that it may be locked. */
  readonly isNew: (key: string) => boolean;
  /** True for a part that the CREATE TABLE of its table holds. */
  readonly holds: (key: string) => boolean;
  /** An expression for existing rows, by `schema.table.column`. */
  readonly using: ReadonlyMap<string, string>;
}

export interface Writer<K extends Kind> {
  create(value: Objects[K], context: Context): readonly Piece[];
  drop(value: Objects[K], context: Context): readonly Piece[];
  alter(from: Objects[K], to: Objects[K], context: Context): readonly Piece[] | typeof rebuild | Refusal;
}

/** For what has no form of ALTER. */
export const alwaysRebuild = (): typeof rebuild => rebuild;

export const isRefusal = (result: readonly Piece[] | typeof rebuild | Refusal): result is Refusal =>
  typeof result === "object" && "refused" in result;
