// Builds a database of one's own as a server's catalog says it is; what cannot be had here is passed over.
import type { Disposable } from "../../io/embedded/disposable.ts";
import type { Catalog } from "../../pg/catalog.ts";
import { buildStatements } from "../../pg/diff/rehearse.ts";
import { supply } from "../../pg/trial.ts";

export const runCatalog = async (database: Disposable, catalog: Catalog): Promise<void> => {
  const { catalog: empty } = await database.read();
  await database.run(["set check_function_bodies = off"]);
  const statements = buildStatements(catalog, empty, 180000);
  for (let from = 0; from < statements.length;) {
    const { done, error } = await database.run(statements.slice(from));
    if (error === undefined) break;
    from += done;
    if (!(await supply(database, error))) from++;
  }
  await database.run(["reset check_function_bodies"]);
};
