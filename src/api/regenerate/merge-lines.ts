// Three-way merge of texts that are no TypeScript, line by line.
import { applyEdits } from "./edits.ts";
import type { Piece } from "./merge-tokens.ts";
import { hunksBetween, mergeTokens } from "./merge-tokens.ts";

const linesOf = (text: string): readonly Piece[] =>
  [...text.matchAll(/[^\n]+/g)].flatMap((match) => {
    const key = match[0].trimEnd();
    return key === "" ? [] : [{ key, start: match.index, end: match.index + key.length }];
  });

export interface MergedLines {
  readonly text: string;
  /** What the generator wants and the user's text has no place for. */
  readonly conflicts: readonly { readonly ours: string; readonly theirs: string }[];
}

/** Lines that both sides changed stay as the user has them. */
export const mergeLines = (base: string, ours: string, theirs: string): MergedLines => {
  const side = (text: string) => ({ text, tokens: linesOf(text) });
  const [before, mine, yours] = [side(base), side(ours), side(theirs)];
  const { edits, lost } = mergeTokens(before, mine, yours, hunksBetween(before, yours));
  const part = (tokens: readonly Piece[], from: number, to: number): string =>
    tokens
      .slice(from, to)
      .map(({ key }) => `${key}\n`)
      .join("");
  return {
    text: applyEdits(ours, edits),
    conflicts: lost.map(({ from, to, theirFrom, theirTo }) => ({
      ours: part(before.tokens, from, to),
      theirs: part(yours.tokens, theirFrom, theirTo),
    })),
  };
};
