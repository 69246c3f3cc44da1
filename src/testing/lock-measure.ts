// The same statements through our own measuring, in the words of the oracle.
import { withDisposable } from "../io/embedded/disposable.ts";
import { loadSqlParser } from "../io/sql-parser.ts";
import { measureMigration } from "../pg/lint/measure.ts";
import type { Measured } from "../pg/lint/model.ts";
import { readChain } from "../pg/migrations/read-chain.ts";
import type { Observed } from "./lock-oracle.ts";

const observed = ({ locks, works, error }: Measured): Observed => ({
  locks: [...new Set(locks.map(({ on, mode }) => `${on.name} ${mode}`))].sort(),
  works: works
    .map(({ kind, table, index, constraint }) =>
      kind === "build"
        ? `build ${index ?? ""} on ${table.name}`
        : kind === "scan" && constraint !== undefined && /fk|_fkey$/.test(constraint)
          ? `check ${constraint}`
          : `${kind} ${table.name}`,
    )
    .sort(),
  ...(error === undefined ? {} : { error: error.message }),
});

/** Each statement as a migration of its own on the same state: a transaction around it is rolled back by the oracle's rules. */
export const measureEach = async (state: string, statements: readonly string[]): Promise<readonly Observed[]> => {
  const parse = await loadSqlParser();
  const found: Observed[] = [];
  const options = { deadlineMs: 60_000, signal: new AbortController().signal };
  await withDisposable({}, options, async (database) => {
    const { error } = await database.run([state]);
    if (error !== undefined) throw new Error(error.message);
    for (const statement of statements) {
      const text = `begin;\n${statement};\nrollback;`;
      const chain = readChain([{ path: "1_one.sql", text }], { root: ".", parse });
      const [migration] = chain.migrations;
      if (migration === undefined) throw new Error("no migration");
      const measured = await measureMigration(database, migration, chain.tool);
      const [, one] = measured;
      if (one !== undefined) found.push(observed(one));
    }
  });
  return found;
};
