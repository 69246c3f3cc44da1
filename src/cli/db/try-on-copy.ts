// What a dry run cannot take back on the server runs on a copy of its schema in the embedded PostgreSQL, without rows.
import { withShadow } from "../../io/embedded/load-schema.ts";
import type { Io } from "../../io/io.ts";
import { withSession } from "../../io/postgres/session.ts";
import { Fault } from "../../kernel/fault.ts";
import type { Catalog } from "../../pg/catalog.ts";
import type { Target } from "../../pg/connection.ts";
import { buildStatements } from "../../pg/diff/rehearse.ts";
import { within } from "../../pg/diff/scope.ts";
import { codeOnly } from "../../pg/lexer.ts";
import type { Migration, Way } from "../../pg/migrations/model.ts";
import { failureFault } from "../../pg/migrations/job.ts";
import { segmentsOf } from "../../pg/migrations/segments.ts";
import { readCatalogWith } from "../../pg/read-catalog.ts";
import { tablespacesNamed } from "../../pg/tablespaces.ts";
import type { Statement } from "../../pg/tree.ts";
import { joinedNeeds, needsFor } from "./side.ts";
import { claimOf } from "./run-migrations.ts";

/** Statements that a schema without rows has nothing to show for, or that the embedded server does not know. */
const empty = new Set(["VacuumStmt", "ReindexStmt", "ClusterStmt", "AlterSystemStmt", "CreateSubscriptionStmt"]);

/** Everything runs in one transaction there, and so not concurrently. */
const inOne = (way: Way, { start, end }: Statement): string => {
  const sql = way.text.slice(start, end);
  const word = "concurrently";
  const at = codeOnly(sql).search(/\bconcurrently\b/i);
  return at < 0 ? sql : sql.slice(0, at) + " ".repeat(word.length) + sql.slice(at + word.length);
};

const catalogOf = (io: Io, target: Target): Promise<Catalog> =>
  withSession(target, { deadlineMs: 60_000, signal: io.signal }, async (ask) => {
    const { catalog } = await readCatalogWith(ask, "server", { schemas: [] });
    return within(catalog, (schema) => schema !== "senior");
  });

/** Runs all ways one after the other. Gives a reason where no copy could be made; throws the Fault of a statement that is refused. */
export const tryOnCopy = async (
  io: Io,
  target: Target,
  migrations: readonly Migration[],
): Promise<string | undefined> => {
  io.terminal.progress("running what cannot be rolled back on a copy of the schema");
  const catalog = await catalogOf(io, target);
  const tablespaces = migrations.flatMap(({ up }) => up.statements.flatMap(tablespacesNamed));
  const needs = joinedNeeds(needsFor(catalog), { tablespaces });
  return withShadow({ deadlineMs: 60_000, signal: io.signal }, (shadow) =>
    shadow.within(needs, async (scratch) => {
      const { catalog: bare } = await scratch.read();
      const made = await scratch.run(["SET check_function_bodies = off", ...buildStatements(catalog, bare, 180_000)]);
      if (made.error !== undefined) return made.error.message;
      await scratch.run(["reset search_path"]);
      for (const migration of migrations) {
        const segments = segmentsOf(migration.up);
        for (const statement of segments.flatMap(({ statements }) => statements)) {
          if (empty.has(statement.kind)) continue;
          const error = await scratch.attempt(inOne(migration.up, statement));
          if (error === undefined) continue;
          const claim = { ...claimOf(migration, "plain", [], undefined), segments: segments.length };
          const job = {
            direction: "up" as const,
            claim,
            way: migration.up,
            done: 0,
            begun: false,
            claimed: false,
            books: [],
          };
          const failure = { statement, error, blockers: [], done: 0, segments: segments.length };
          const { message, at, help } = failureFault(job, failure);
          throw new Fault("world.database", `on a copy of the schema: ${message}`, {
            help,
            ...(at === undefined ? {} : { at }),
          });
        }
      }
      return undefined;
    }),
  );
};
