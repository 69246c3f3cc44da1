// The ground that a shadow stands on: who works there, and how a session is begun and set right. Other servers have other users.
import { quoteName } from "../../pg/quote.ts";
import type { SqlServer } from "./server.ts";

export interface Ground {
  /** Runs the files, and so owns what they give to nobody. */
  readonly loader: string;
  /** What begins a transaction in which the loader works, with roles that must be there. */
  begin(roles: readonly string[]): Promise<readonly string[]>;
  /** Whatever files set must not change what a reading sees or how names are printed. */
  readonly settle: readonly string[];
  /** After a reading, which is not the loader's. */
  readonly resume: readonly string[];
}

const loader = "senior loader";

/** A rollback goes back to the user that was set before; the embedded server begins with none set. */
export const embeddedGround: Ground = {
  loader,
  begin: (roles) =>
    Promise.resolve([
      "set session authorization postgres",
      "begin",
      ...roles.map((role) => `create role ${quoteName(role)}`),
      `create role ${quoteName(loader)} superuser`,
      `set session authorization ${quoteName(loader)}`,
    ]),
  settle: [
    "set constraints all immediate",
    "set session authorization postgres",
    "reset role",
    "reset all",
    "set search_path = ''",
  ],
  resume: [`set session authorization ${quoteName(loader)}`, "reset search_path"],
};

/** Runs what must not fail: statements of ours. */
export const mustRun = async (server: SqlServer, statements: readonly string[]): Promise<void> => {
  const { error } = await server.run(statements);
  if (error !== undefined) throw new Error(`the shadow refused its own statement: ${error.message}`);
};
