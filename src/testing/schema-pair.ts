// The pairs of schemas that stand as fixtures, and what a judge must say of a migration between two of them.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Pair, Verdict } from "../../scripts/judge/judge.ts";

const fixtures = join(import.meta.dirname, "../pg/diff/fixtures");

export const fixturePairs = (): readonly string[] => readdirSync(fixtures).sort();

/** `-- tablespaces: one, another` in the first line. */
const tablespacesSaid = (text: string): readonly string[] => /^-- tablespaces: (.*)/.exec(text)?.[1]?.split(", ") ?? [];

/** `moved`: old path → new path of the tables that stand elsewhere on the new side. */
export const fixturePair = (id: string, moved: Readonly<Record<string, string>> = {}): Pair => {
  const [old = "", next = ""] = ["old", "new"].map((side) => readFileSync(join(fixtures, id, `${side}.sql`), "utf8"));
  return { id, roles: [], tablespaces: tablespacesSaid(old), setup: null, moved, old, new: next };
};

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
