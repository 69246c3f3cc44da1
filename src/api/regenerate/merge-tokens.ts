// Three-way merge of two sequences of tokens: what changed from `base` to `theirs` becomes edits of `ours`.
import { diffArrays } from "diff";
import type { Edit } from "./edits.ts";

export interface Piece {
  readonly key: string;
  readonly start: number;
  readonly end: number;
}

export interface Side<T extends Piece = Piece> {
  readonly text: string;
  readonly tokens: readonly T[];
}

/** Tokens `from` to `to` of base became tokens `theirFrom` to `theirTo`. */
export interface Hunk {
  readonly from: number;
  readonly to: number;
  readonly theirFrom: number;
  readonly theirTo: number;
}

export interface MergedTokens {
  readonly edits: readonly Edit[];
  /** Changes whose place the user has changed as well. */
  readonly lost: readonly Hunk[];
}

/** Beyond this many differences two texts are not worth comparing. */
const maxEdits = 5000;

const keys = (tokens: readonly Piece[]): string[] => tokens.map(({ key }) => key);

const rawHunks = (base: readonly Piece[], theirs: readonly Piece[]): readonly Hunk[] => {
  const whole = { from: 0, to: base.length, theirFrom: 0, theirTo: theirs.length };
  const changes = diffArrays(keys(base), keys(theirs), { maxEditLength: maxEdits });
  if (changes === undefined) return [whole];
  const hunks: Hunk[] = [];
  let [at, theirAt] = [0, 0];
  let open: Hunk | undefined;
  for (const { added, removed, count } of changes) {
    if (!added && !removed) {
      if (open !== undefined) hunks.push(open);
      open = undefined;
      at += count;
      theirAt += count;
      continue;
    }
    open ??= { from: at, to: at, theirFrom: theirAt, theirTo: theirAt };
    if (removed) at += count;
    else theirAt += count;
    open = { ...open, to: at, theirTo: theirAt };
  }
  return open === undefined ? hunks : [...hunks, open];
};

const shifted = ({ from, to, theirFrom, theirTo }: Hunk, by: number): Hunk => ({
  from: from + by,
  to: to + by,
  theirFrom: theirFrom + by,
  theirTo: theirTo + by,
});

/** An insertion or removal that may stand at several places stands where a line begins: there a person would put it. */
const placed = (hunk: Hunk, base: Side, theirs: Side): Hunk => {
  const isInsertion = hunk.from === hunk.to;
  if (!isInsertion && hunk.theirFrom !== hunk.theirTo) return hunk;
  const { text, tokens } = isInsertion ? theirs : base;
  const [first, last] = isInsertion ? [hunk.theirFrom, hunk.theirTo] : [hunk.from, hunk.to];
  const key = (index: number): string | undefined => tokens[index]?.key;
  const beginsLine = (index: number): boolean => {
    const token = tokens[index];
    const before = tokens[index - 1];
    return token === undefined || before === undefined || text.slice(before.end, token.start).includes("\n");
  };
  let back = 0;
  while (first - back > 0 && key(first - back - 1) === key(last - back - 1)) back++;
  for (let by = 0; by <= back; by++) if (beginsLine(first - by)) return shifted(hunk, -by);
  return hunk;
};

/** For each token of base, where it is in ours; -1 where it is not. */
const whereIn = (base: readonly Piece[], ours: readonly Piece[]): readonly number[] => {
  const places = base.map(() => -1);
  let [at, ourAt] = [0, 0];
  for (const { from, to, theirFrom, theirTo } of [
    ...rawHunks(base, ours),
    { from: base.length, to: base.length, theirFrom: ours.length, theirTo: ours.length },
  ]) {
    while (at < from && ourAt < theirFrom) places[at++] = ourAt++;
    at = to;
    ourAt = theirTo;
  }
  return places;
};

const insertion = (hunk: Hunk, places: readonly number[], ours: Side, theirs: Side): Edit | undefined => {
  const { tokens } = ours;
  const before = tokens[places[hunk.from - 1] ?? -1];
  const after = tokens[places[hunk.from] ?? -1];
  const isOpen = (places[hunk.from - 1] ?? -1) + 1 === (places[hunk.from] ?? tokens.length);
  const lastTheirs = theirs.tokens[hunk.theirTo - 1];
  const beforeTheirs = theirs.tokens[hunk.theirFrom - 1];
  if (hunk.from > 0 && before !== undefined && beforeTheirs !== undefined && lastTheirs !== undefined && isOpen) {
    return { start: before.end, end: before.end, text: theirs.text.slice(beforeTheirs.end, lastTheirs.end) };
  }
  const [firstTheirs, nextTheirs] = [theirs.tokens[hunk.theirFrom], theirs.tokens[hunk.theirTo]];
  if (hunk.from > 0 || after === undefined || firstTheirs === undefined || nextTheirs === undefined) return undefined;
  return { start: after.start, end: after.start, text: theirs.text.slice(firstTheirs.start, nextTheirs.start) };
};

/** The tokens of a hunk as they stand in ours, when they all do, side by side. */
const standing = (
  { from, to }: Hunk,
  places: readonly number[],
): readonly [first: number, last: number] | undefined => {
  const first = places[from] ?? -1;
  if (first < 0) return undefined;
  for (let index = from; index < to; index++) if (places[index] !== first + index - from) return undefined;
  return [first, first + to - from - 1];
};

const replacement = (hunk: Hunk, places: readonly number[], ours: Side, theirs: Side): Edit | undefined => {
  const range = standing(hunk, places);
  const [first, last] = range === undefined ? [] : [ours.tokens[range[0]], ours.tokens[range[1]]];
  if (range === undefined || first === undefined || last === undefined) return undefined;
  const [theirFirst, theirLast] = [theirs.tokens[hunk.theirFrom], theirs.tokens[hunk.theirTo - 1]];
  if (hunk.theirFrom < hunk.theirTo && theirFirst !== undefined && theirLast !== undefined) {
    return { start: first.start, end: last.end, text: theirs.text.slice(theirFirst.start, theirLast.end) };
  }
  const before = ours.tokens[range[0] - 1];
  const after = ours.tokens[range[1] + 1];
  return before === undefined
    ? { start: first.start, end: after?.start ?? last.end, text: "" }
    : { start: before.end, end: last.end, text: "" };
};

/** What changed from base to theirs. */
export const hunksBetween = (base: Side, theirs: Side): readonly Hunk[] =>
  rawHunks(base.tokens, theirs.tokens).map((hunk) => placed(hunk, base, theirs));

/** Applies to ours what changed from base to theirs, as far as it still finds its place. */
export const mergeTokens = (base: Side, ours: Side, theirs: Side, hunks: readonly Hunk[]): MergedTokens => {
  const places = whereIn(base.tokens, ours.tokens);
  const edits: Edit[] = [];
  const lost: Hunk[] = [];
  for (const hunk of hunks) {
    const edit = (hunk.from === hunk.to ? insertion : replacement)(hunk, places, ours, theirs);
    if (edit === undefined) lost.push(hunk);
    else edits.push(edit);
  }
  return { edits, lost };
};

export const sameKeys = (a: readonly Piece[], b: readonly Piece[]): boolean =>
  a.length === b.length && a.every(({ key }, index) => key === b[index]?.key);
