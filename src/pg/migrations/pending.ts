// A folder held against the history: what is applied, what is to be run, and what does not agree.
import type { Recorded } from "./history.ts";
import type { Chain, Migration } from "./model.ts";
import { versionOrder } from "./naming.ts";

export interface Standing {
  /** To be run, in order; a repeatable whose text has changed is among them. */
  readonly pending: readonly Migration[];
  /** Stopped in the middle: they come before all others. */
  readonly halfway: readonly { readonly migration?: Migration; readonly recorded: Recorded }[];
  readonly applied: readonly { readonly migration: Migration; readonly recorded: Recorded }[];
  /** Applied, and another text stands in the file now. */
  readonly edited: readonly { readonly migration: Migration; readonly recorded: Recorded }[];
  /** Applied, and no file has the version. */
  readonly missing: readonly Recorded[];
  /** Pending, though versions after them are applied: a branch that was merged late. */
  readonly late: readonly Migration[];
}

/** A history without checksums (adopted from another tool) agrees with every text. */
const agrees = ({ checksum }: Migration, recorded: Recorded): boolean =>
  recorded.checksum === "" || recorded.checksum === checksum;

export const standingOf = (
  { tool, migrations }: Pick<Chain, "tool" | "migrations">,
  history: readonly Recorded[],
): Standing => {
  const recordOf = (migration: Migration): Recorded | undefined =>
    history.find(({ version }) => version === migration.version);
  const known = new Set(migrations.map(({ version }) => version));
  const pairs = migrations.flatMap((migration) => {
    const recorded = recordOf(migration);
    return recorded === undefined ? [] : [{ migration, recorded }];
  });
  const done = pairs.filter(({ recorded }) => recorded.state === "applied");
  const edited = done.filter(({ migration, recorded }) => !agrees(migration, recorded));
  const pending = migrations.filter(
    (migration) =>
      recordOf(migration) === undefined || edited.some((one) => one.migration === migration && migration.repeatable),
  );
  const versions = done.filter(({ migration }) => !migration.repeatable).map(({ migration }) => migration.version);
  const highest = versions.toSorted(versionOrder[tool]).at(-1);
  return {
    pending,
    halfway: history
      .filter(({ state }) => state !== "applied")
      .map((recorded) => {
        const migration = migrations.find(({ version }) => version === recorded.version);
        return { recorded, ...(migration === undefined ? {} : { migration }) };
      }),
    applied: done.filter(({ migration, recorded }) => agrees(migration, recorded)),
    edited: edited.filter(({ migration }) => !migration.repeatable),
    missing: history.filter(({ version, state }) => state === "applied" && !known.has(version)),
    late:
      highest === undefined
        ? []
        : pending.filter((one) => !one.repeatable && versionOrder[tool](one.version, highest) < 0),
  };
};
