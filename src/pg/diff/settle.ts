// Renames and moves in rounds: schemas first, then what stands elsewhere, then names, those that change hands before others; each looked for where those before it have led.
import type { Catalog } from "../catalog.ts";
import type { AsideStage } from "./expand.ts";
import { findRelocations } from "./relocate.ts";
import { findSchemaRenames } from "./rename-schema.ts";
import type { Renames, Said } from "./renaming.ts";
import { findFollowers, findRenames } from "./rename.ts";
import { Rehearsal } from "./stage.ts";
import { findTakeOvers } from "./take-over.ts";

const rounds = [findSchemaRenames, findRelocations, findTakeOvers, findRenames, findFollowers] as const;

const none: Renames = { renamings: [], candidates: [], ambiguous: [], answered: [] };

const joined = (a: Renames, b: Renames): Renames => ({
  renamings: [...a.renamings, ...b.renamings],
  candidates: [...a.candidates, ...b.candidates],
  ambiguous: [...a.ambiguous, ...b.ambiguous],
  answered: [...a.answered, ...b.answered],
});

/** All that was renamed or moved, in the order in which it is done. The stage holds the old side, and does so again afterwards. */
export const settleRenames = (
  stage: AsideStage,
  from: Catalog,
  to: Catalog,
  said: readonly Said[],
  guess: boolean,
): Promise<Renames> => {
  const next = async (at: number, now: Catalog, found: Renames): Promise<Renames> => {
    const find = rounds[at];
    if (find === undefined || found.ambiguous.length > 0) return found;
    const round = find(now, to, said, guess);
    const all = joined(found, round);
    if (find === findRenames && round.renamings.length === 0) return all;
    if (at === rounds.length - 1 || round.renamings.length === 0) return next(at + 1, now, all);
    const rehearsal = new Rehearsal(stage);
    for (const { up } of round.renamings) for (const sql of up) await rehearsal.step(sql);
    return next(at + 1, await rehearsal.read(), all);
  };
  return stage.aside(() => next(0, from, none));
};
