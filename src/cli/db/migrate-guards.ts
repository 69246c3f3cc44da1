// What stops db migrate before anything runs: edited files, late ones, and migrations that stopped in the middle.
import { Fault } from "../../kernel/fault.ts";
import type { Recorded } from "../../pg/migrations/history.ts";
import type { Migration } from "../../pg/migrations/model.ts";
import type { Standing } from "../../pg/migrations/pending.ts";
import { versionsText } from "./run-migrations.ts";

export const refuseEdited = ({ edited }: Standing, accepted: boolean): void => {
  const [first] = edited;
  if (first === undefined || accepted) return;
  const list = edited.map(({ migration }) => migration);
  throw new Fault(
    "guard.history",
    `${edited.length === 1 ? "an applied migration has" : "applied migrations have"} another text now: ${versionsText(list)}`,
    {
      at: { kind: "file", path: first.migration.up.file.path },
      data: { edited: list.map(({ version }) => version) },
    },
  );
};

export const refuseLate = ({ late }: Standing, allowed: boolean): void => {
  if (late.length === 0 || allowed) return;
  throw new Fault("guard.history", `older than what is applied already: ${versionsText(late)}`, {
    help: "give them newer versions, or leave --no-out-of-order away to apply them all the same",
  });
};

/** A migration that stopped in the middle goes on only with the very text that it stopped in. */
export const resumed = ({
  halfway,
}: Standing): readonly { readonly migration: Migration; readonly recorded: Recorded }[] =>
  halfway.map(({ migration, recorded }) => {
    if (recorded.state === "undoing")
      throw new Fault("guard.history", `the way back of migration ${recorded.version} stopped in the middle`, {
        help: "finish it first: senior db rollback",
      });
    if (migration === undefined)
      throw new Fault(
        "guard.history",
        `migration ${recorded.version} stopped in the middle (${recorded.done} of ${recorded.segments} parts are in), and its file is not here`,
        {
          help: "put the file back, then run this again",
        },
      );
    if (migration.checksum !== recorded.checksum)
      throw new Fault(
        "guard.history",
        `migration ${recorded.version} stopped in the middle (${recorded.done} of ${recorded.segments} parts are in), and its text has changed since`,
        {
          at: { kind: "file", path: migration.up.file.path },
          help: "put the text back as it was; only parts after those that are in may change, with --accept-edited",
        },
      );
    return { migration, recorded };
  });
