// A catalog before and after migrations, from a database of one's own in which they really ran, and who is who on the way.
import { withDisposable } from "../../io/embedded/disposable.ts";
import type { Disposable } from "../../io/embedded/disposable.ts";
import type { Needs } from "../../io/embedded/shadow.ts";
import type { Io } from "../../io/io.ts";
import { Fault } from "../../kernel/fault.ts";
import { applyLoosely, applyWay } from "../../pg/apply.ts";
import type { CatalogReading } from "../../pg/catalog.ts";
import type { Migration, Tool } from "../../pg/migrations/model.ts";
import { faultIn } from "../../pg/prepare.ts";
import { errorText } from "../../pg/trial.ts";
import type { Step } from "../../pg/whatif/culprit.ts";
import type { Identities } from "../../pg/whatif/identity.ts";
import { identitiesOf, identityQuery } from "../../pg/whatif/identity.ts";

export interface Migrated {
  readonly before: CatalogReading;
  readonly after: CatalogReading;
  readonly known: Identities;
  readonly steps: readonly Step[];
}

export interface Migrating {
  readonly needs: Needs;
  /** Makes the state before. */
  readonly prepare: (database: Disposable) => Promise<void>;
  /** They run before the state that is compared with. */
  readonly earlier: readonly Migration[];
  readonly migrations: readonly Migration[];
  readonly tool: Tool;
  readonly deadlineMs: number;
  /** Whose state is before, in words. */
  readonly source: string;
}

const identities = async (database: Disposable): Promise<Identities> =>
  identitiesOf(await database.rows(identityQuery));

/** Throws a Fault where a migration is refused: then there is no state after it. */
const apply = async (database: Disposable, { up }: Migration, { tool, source }: Migrating): Promise<void> => {
  const stopped = await applyWay(database, up, tool);
  if (stopped === undefined) return;
  const { message, at, frame } = faultIn(
    "input.invalid",
    `its plans cannot be checked: on the schema of ${source} PostgreSQL refused this statement: ${errorText(stopped.error)}`,
    up.file,
    stopped.statement.start,
  );
  throw new Fault("input.invalid", message, {
    ...(at === undefined ? {} : { at }),
    ...(frame === undefined ? {} : { frame }),
    help: "where it was applied already, name only the migrations that are still to come (--changed, or single files)",
  });
};

export const migratedCatalog = (io: Io, given: Migrating): Promise<Migrated> =>
  withDisposable(given.needs, { deadlineMs: given.deadlineMs, signal: io.signal }, async (database) => {
    await given.prepare(database);
    for (const { up } of given.earlier)
      if ((await applyWay(database, up, given.tool)) !== undefined) await applyLoosely(database, up);
    const before = await database.read();
    const known = await identities(database);
    const steps: Step[] = [];
    for (const migration of given.migrations) {
      io.terminal.progress(`running ${migration.up.file.path} on a copy of the schema`);
      await apply(database, migration, given);
      steps.push({ path: migration.up.file.path, after: await identities(database) });
    }
    return { before, after: await database.read(), known, steps };
  });
