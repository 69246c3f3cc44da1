// The pairs of schemas that stand as fixtures, and what a judge must say of a migration between two of them.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Pair, Verdict } from "../../scripts/judge/judge.ts";

const fixtures = join(import.meta.dirname, "../pg/diff/fixtures");

export const fixturePairs = (): readonly string[] => readdirSync(fixtures).sort();

/** `moved`: old path → new path of the tables that stand elsewhere on the new side. */
export const fixturePair = (id: string, moved: Readonly<Record<string, string>> = {}): Pair => ({
  id,
  roles: [],
  setup: null,
  moved,
  old: readFileSync(join(fixtures, id, "old.sql"), "utf8"),
  new: readFileSync(join(fixtures, id, "new.sql"), "utf8"),
});

/** Up, down and empty on repetition, with nothing made anew and no row lost. */
export const proven = {
  outcome: "judged",
  up: true,
  down: true,
  empty: true,
  recreated: [],
  lost: [],
  trouble: [],
} satisfies Partial<Verdict>;
