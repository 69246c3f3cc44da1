// The stage of a rehearsal: a throw-away copy of the old side with rows in it, on which steps are run.
import { Fault } from "../../kernel/fault.ts";
import type { Catalog } from "../catalog.ts";
import type { ObjectName } from "../catalog/object.ts";
import { quotePath } from "../quote.ts";
import type { TryInsert } from "../rows.ts";
import { fillTables } from "../rows.ts";
import { retypedColumn } from "./one-rewrite.ts";
import { KnownParts } from "./parts.ts";

interface Refusal {
  readonly message: string;
  readonly sqlstate: string;
  readonly detail?: string;
}

/** A database to try things on, inside one transaction. */
export interface Stage {
  run(statements: readonly string[]): Promise<{ readonly done: number; readonly error?: Refusal }>;
  attempt(statement: string): Promise<Refusal | undefined>;
  /** Runs group after group until one fails, which leaves no trace; gives how many worked. */
  attemptGroups(groups: readonly (readonly string[])[]): Promise<number>;
  rows(sql: string): Promise<readonly string[]>;
  /** The catalog as it is now; `whole`: nothing of it is taken from the reading before. */
  read(options?: { readonly whole?: boolean }): Promise<{ readonly catalog: Catalog }>;
}

/** CONCURRENTLY needs to be outside of a transaction. */
export const withoutConcurrently = (sql: string): string =>
  sql.replace(/^(CREATE (?:UNIQUE )?INDEX|DROP INDEX) CONCURRENTLY /, "$1 ");

const isAboutRows = ({ sqlstate }: Refusal): boolean => /^(22|23)/.test(sqlstate);

const noCast = ({ sqlstate, message }: Refusal): boolean =>
  sqlstate === "42846" || /cannot be cast automatically/.test(message);

const refusedFault = (sql: string, refusal: Refusal): Fault => {
  const { message, detail } = refusal;
  const at = retypedColumn(sql, message);
  const words = detail === undefined ? message : `${message} (${detail})`;
  if (at !== undefined && noCast(refusal))
    return new Fault("input.unsupported", `${at.table}.${at.column}: PostgreSQL has no such conversion: ${words}`, {
      help: `say how values are converted: --using '${at.table}.${at.column}=<expression of ${at.column}>'`,
    });
  if (/because it is part of the partition key/.test(message))
    return new Fault("input.unsupported", `PostgreSQL refuses a step of the way: ${words}\n${sql}`, {
      help: "a partition key keeps its type: make a table of the new shape beside it, copy the rows in batches, and rename both; a label of an enum that is only called otherwise takes ALTER TYPE … RENAME VALUE",
    });
  return new Fault("input.unsupported", `PostgreSQL refuses a step of the way: ${words}\n${sql}`, {
    help: "split the change into two that PostgreSQL takes, or write this step by hand",
  });
};

export interface RefusedRows {
  readonly statement: string;
  readonly message: string;
}

/** What is meant, and all whose rows refer to rows of it on one of the sides: what refers to nothing could not come back. */
const withReferring = (meant: readonly ObjectName[], sides: readonly Catalog[]): ReadonlySet<string> => {
  const found = new Set(meant.map(quotePath));
  const references = sides.flatMap(({ tables }) =>
    tables.flatMap((table) =>
      table.constraints.flatMap((one) =>
        one.kind === "foreign-key" ? [{ from: quotePath(table), to: quotePath(one.references.table) }] : [],
      ),
    ),
  );
  for (let size = -1; size !== found.size;) {
    size = found.size;
    for (const { from, to } of references) if (found.has(to)) found.add(from);
  }
  return found;
};

/** Real state: what happened to the rows on the way. */
export class Rehearsal {
  readonly #stage: Stage;
  #sides: readonly Catalog[] = [];
  readonly #refused: RefusedRows[] = [];
  readonly #emptied = new Set<string>();
  /** Of its catalogs, most of which have nearly everything in common. */
  readonly parts = new KnownParts();

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** What it goes between: rows that are taken out go with what refers to them on either side. */
  between(...sides: readonly Catalog[]): void {
    this.#sides = sides;
  }

  get refused(): readonly RefusedRows[] {
    return this.#refused;
  }

  /** Invented rows were taken out again, because a step refused them. */
  get madeRoom(): boolean {
    return this.#emptied.size > 0;
  }

  /** Bodies of functions are not checked by migrations either. */
  async read(options?: { readonly whole?: boolean }): Promise<Catalog> {
    const { catalog } = await this.#stage.read(options);
    await this.#stage.run(["SET check_function_bodies = off"]);
    return catalog;
  }

  /** A value of an enum that a subtransaction added could not be used before the end of the whole transaction. */
  async #try(statement: string): Promise<Refusal | undefined> {
    if (!/^ALTER TYPE .* ADD VALUE /s.test(statement)) return this.#stage.attempt(statement);
    return (await this.#stage.run([statement])).error;
  }

  /** Runs a step. Rows are ours: where they stand in the way they make room, and it is said. */
  async step(sql: string): Promise<void> {
    const statement = withoutConcurrently(sql);
    const error = await this.#try(statement);
    if (error === undefined) return;
    if (!isAboutRows(error)) throw refusedFault(sql, error);
    this.#refused.push({ statement: sql, message: error.message });
    await this.#makeRoom(({ name, schema }) => sql.includes(`${quotePath({ schema, name })} `));
    if ((await this.#stage.attempt(statement)) === undefined) return;
    await this.#makeRoom(() => true);
    const last = await this.#stage.attempt(statement);
    if (last !== undefined) throw refusedFault(sql, last);
  }

  async #makeRoom(isMeant: (table: ObjectName) => boolean): Promise<void> {
    const now = await this.read();
    const meant = now.tables.filter(isMeant);
    const emptied = withReferring(meant.length === 0 ? now.tables : meant, [now, ...this.#sides]);
    for (const table of now.tables) {
      if (table.kind === "foreign" || !emptied.has(quotePath(table))) continue;
      this.#emptied.add(quotePath(table));
      await this.#stage.attempt(`TRUNCATE ${quotePath(table)} CASCADE`);
    }
  }
}

/** Fills every table with a few rows, triggers and foreign keys being off. */
export const fillStage = async (
  stage: Stage,
  catalog: Catalog,
): Promise<{ readonly tables: number; readonly rows: number }> => {
  // Only a superuser may; else triggers run, and each row is tried all the same.
  await stage.attempt("SET session_replication_role = replica");
  const insert: TryInsert = async (sql) => (await stage.attempt(sql))?.message;
  const filled = await fillTables(catalog, insert, { tryGroups: (groups) => stage.attemptGroups(groups) });
  await stage.attempt("SET session_replication_role = origin");
  // As in the migrations: a function may call one that comes after it.
  await stage.attempt("SET check_function_bodies = off");
  return {
    tables: filled.filter(({ rows }) => rows > 0).length,
    rows: filled.reduce((sum, { rows }) => sum + rows, 0),
  };
};
