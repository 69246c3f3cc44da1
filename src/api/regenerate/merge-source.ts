// Three-way merge of a TypeScript file, statement by statement: whatever a user touched keeps its bytes.
import type { Edit } from "./edits.ts";
import { applyEdits, lineEndOf, withLineEnd } from "./edits.ts";
import { followModules, inWordsOf, settleImports, usedNames } from "./imports.ts";
import type { Hunk } from "./merge-tokens.ts";
import { hunksBetween, mergeTokens, sameKeys } from "./merge-tokens.ts";
import { pairUnits } from "./pair-units.ts";
import { insertUnits, removalOf } from "./place-units.ts";
import type { Block, Source, Unit } from "./source.ts";
import { emptySource, innerKey, readSource } from "./source.ts";
import type { Token } from "./syntax.ts";

export interface MergeRules {
  /** Handlers, by name: their value belongs to the user once it is not the stub. */
  readonly handlers: ReadonlySet<string>;
  /** Declarations that have a new name. */
  readonly renamed: ReadonlyMap<string, string>;
  /** Names that the user took away and other code still needs. */
  readonly restored: ReadonlySet<string>;
}

export interface SourceConflict {
  /** What it is about: `createApp`. */
  readonly about: string;
  /** Where it stands in ours; missing when the user took it away. */
  readonly key?: string;
  readonly ours: string;
  readonly theirs: string;
}

export interface MergedSource {
  readonly text: string;
  readonly conflicts: readonly SourceConflict[];
  /** What the generator would take away and the user has changed. */
  readonly kept: readonly Unit[];
}

interface Versions<B extends Block = Block> {
  readonly base: B;
  readonly ours: B;
  readonly theirs: B;
}

const isHandler = ({ names }: Unit, { handlers }: MergeRules): boolean =>
  names.length === 1 && handlers.has(names[0] ?? "");

const about = ({ key, names }: Unit): string => (names.length > 0 ? names.join(", ") : key.replace(/^statement /, ""));

/** Changes that may go missing: words of comments, new names (the old ones stay known), and the stub of a written handler. */
const isSoft = (hunk: Hunk, before: Unit, theirs: Unit, rules: MergeRules): boolean => {
  const gone = before.tokens.slice(hunk.from, hunk.to);
  const come = theirs.tokens.slice(hunk.theirFrom, hunk.theirTo);
  if ([...gone, ...come].every(({ isComment }) => isComment)) return true;
  const isRename =
    gone.length === come.length && gone.every(({ key }, index) => rules.renamed.get(key) === come[index]?.key);
  const at = before.tokens[hunk.from]?.start ?? Infinity;
  return isRename || (isHandler(theirs, rules) && before.initializer !== undefined && at >= before.initializer);
};

const isInValue = (hunk: Hunk, { tokens, initializer }: Unit): boolean =>
  initializer !== undefined && (tokens[hunk.from]?.start ?? Infinity) >= initializer;

const valueOf = ({ tokens, initializer }: Unit) => tokens.filter(({ start }) => start >= (initializer ?? Infinity));

interface Parts {
  readonly edits: readonly Edit[];
  readonly conflicts: readonly SourceConflict[];
  readonly kept: readonly Unit[];
}

const nothing: Parts = { edits: [], conflicts: [], kept: [] };

const conflictOf = (ours: Unit, theirs: Unit, { ours: mine, theirs: yours }: Versions): SourceConflict => ({
  about: about(theirs),
  key: ours.key,
  ours: mine.text.slice(ours.start, ours.end),
  theirs: yours.text.slice(theirs.start, theirs.end),
});

/** A unit in its three versions. */
interface Triple {
  readonly before: Unit;
  readonly mine: Unit;
  readonly yours: Unit;
}

/** Token by token: as one thing that is merged or not. */
const mergeWhole = (
  { before, mine, yours }: Triple,
  versions: Versions,
  rules: MergeRules,
  isOwn: (token: Token, unit: Unit) => boolean,
): Parts => {
  const side = ({ text }: Block, unit: Unit) => ({ text, tokens: unit.tokens.filter((token) => isOwn(token, unit)) });
  const [base, ours, theirs] = [side(versions.base, before), side(versions.ours, mine), side(versions.theirs, yours)];
  if (sameKeys(ours.tokens, theirs.tokens)) return nothing;
  const isWritten = isHandler(yours, rules) && !sameKeys(valueOf(before), valueOf(mine));
  const hunks = hunksBetween(base, theirs).filter((hunk) => !(isWritten && isInValue(hunk, before)));
  const { edits, lost } = mergeTokens(base, ours, theirs, hunks);
  return lost.every((hunk) =>
    isSoft(hunk, { ...before, tokens: base.tokens }, { ...yours, tokens: theirs.tokens }, rules),
  )
    ? { ...nothing, edits }
    : { ...nothing, conflicts: [conflictOf(mine, yours, versions)] };
};

const isOutside = ({ start }: Token, { body }: Unit): boolean =>
  body === undefined || start < body.head || start >= body.end;

/** A function, statement by statement. */
const mergeFunction = (
  triple: Triple,
  versions: Versions,
  rules: MergeRules,
  inUse: ReadonlySet<string>,
): Parts | undefined => {
  const { before, mine, yours } = triple;
  const [base, ours, theirs] = [before.body, mine.body, yours.body];
  if (base === undefined || ours === undefined || theirs === undefined || isHandler(yours, rules)) return undefined;
  if ([base, ours, theirs].some(({ units }) => units.length === 0)) return undefined;
  const outer = mergeWhole(triple, versions, rules, isOutside);
  const inner = mergeUnits({ base, ours, theirs }, rules, inUse);
  return {
    edits: [...outer.edits, ...inner.edits],
    conflicts: [
      ...outer.conflicts,
      ...inner.conflicts.map((one) => (one.key === undefined ? one : { ...one, key: innerKey(mine, one.key) })),
    ],
    kept: inner.kept.map((unit) => ({ ...unit, key: innerKey(mine, unit.key) })),
  };
};

/** A unit of all three versions. */
const mergeUnit = (triple: Triple, versions: Versions, rules: MergeRules, inUse: ReadonlySet<string>): Parts => {
  const { before, mine, yours } = triple;
  if (sameKeys(before.tokens, yours.tokens)) return nothing;
  const { base, ours, theirs } = versions;
  const text = ours.text.slice(mine.start, mine.end);
  const newText = theirs.text.slice(yours.start, yours.end);
  if (text === withLineEnd(base.text.slice(before.start, before.end), lineEndOf(ours.text))) {
    return { ...nothing, edits: [{ start: mine.start, end: mine.end, text: newText }] };
  }
  return mergeFunction(triple, versions, rules, inUse) ?? mergeWhole(triple, versions, rules, () => true);
};

const mergeHeader = (versions: Versions<Source>, rules: MergeRules): readonly Edit[] => {
  const { base, ours, theirs } = versions;
  if (base.header === undefined || ours.header === undefined || theirs.header === undefined) return [];
  const triple = { before: base.header, mine: ours.header, yours: theirs.header };
  return mergeUnit(triple, versions, rules, new Set()).edits;
};

const inverted = <K, V>(map: ReadonlyMap<K, V>): ReadonlyMap<V, K> => new Map([...map].map(([a, b]) => [b, a]));

const mergeUnits = (versions: Versions, rules: MergeRules, inUse: ReadonlySet<string>): Parts => {
  const { base, ours, theirs } = versions;
  const successor = pairUnits(base.units, theirs.units, rules.renamed);
  const origin = inverted(successor);
  const mineOf = pairUnits(base.units, ours.units, new Map());
  const own = new Set(ours.units);
  for (const mine of mineOf.values()) own.delete(mine);
  const ownByKey = new Map([...own].map((unit) => [unit.key, unit]));
  const [edits, conflicts, kept]: [Edit[], SourceConflict[], Unit[]] = [[], [], []];
  const placed = new Map<Unit, Unit>();
  const added = new Set<Unit>();
  for (const yours of theirs.units) {
    const before = origin.get(yours);
    const mine = (before === undefined ? undefined : mineOf.get(before)) ?? ownByKey.get(yours.key);
    if (mine !== undefined) placed.set(yours, mine);
    if (mine === undefined) {
      const isWanted = before === undefined || yours.names.some((name) => rules.restored.has(name));
      const isChanged = before !== undefined && !sameKeys(before.tokens, yours.tokens);
      if (isWanted) added.add(yours);
      else if (isChanged && yours.names.length === 0) {
        conflicts.push({ about: about(yours), ours: "", theirs: theirs.text.slice(yours.start, yours.end) });
      }
    } else if (before !== undefined) {
      const outcome = mergeUnit({ before, mine, yours }, versions, rules, inUse);
      edits.push(...outcome.edits);
      conflicts.push(...outcome.conflicts);
      kept.push(...outcome.kept);
    } else if (!sameKeys(mine.tokens, yours.tokens) && !isHandler(yours, rules)) {
      conflicts.push(conflictOf(mine, yours, versions));
    }
  }
  for (const [before, mine] of mineOf) {
    if (successor.has(before)) continue;
    if (mine.names.some((name) => inUse.has(name))) continue;
    if (sameKeys(before.tokens, mine.tokens)) edits.push(removalOf(ours, mine));
    else kept.push(mine);
  }
  return { edits: [...edits, ...insertUnits(ours, theirs, added, placed)], conflicts, kept };
};

const declaredNames = ({ names, body }: Unit): readonly string[] => [
  ...names,
  ...(body?.units.flatMap((unit) => unit.names) ?? []),
];

/** Names that went away and that what is left of the file still uses. */
const stillUsed = (merged: Source, { ours }: Versions): ReadonlySet<string> => {
  const has = new Set([
    ...merged.units.flatMap(declaredNames),
    ...merged.imports.flatMap(({ bindings }) => bindings.map(({ local }) => local)),
  ]);
  const lost = new Set(ours.units.flatMap(declaredNames).filter((name) => !has.has(name)));
  return lost.size === 0 ? lost : lost.intersection(usedNames(merged));
};

/** Merges, or says nothing when one of the texts does not parse or the result would not. */
export const mergeSource = (
  baseText: string | undefined,
  oursText: string,
  theirsText: string,
  rules: MergeRules,
): MergedSource | undefined => {
  const lineEnd = lineEndOf(oursText);
  const [ours, theirs] = [readSource(oursText), readSource(withLineEnd(theirsText, lineEnd))];
  const base = baseText === undefined ? emptySource : readSource(baseText);
  if (ours === undefined || theirs === undefined || base === undefined) return undefined;
  const [before, mine] = followModules(base, ours, theirs);
  const versions = { base: before, ours: mine, theirs: inWordsOf(mine, theirs) };
  const merge = (inUse: ReadonlySet<string>) => {
    const parts = mergeUnits(versions, rules, inUse);
    const text = applyEdits(mine.text, [...mergeHeader(versions, rules), ...parts.edits]);
    return { ...parts, source: readSource(text) };
  };
  const first = merge(new Set());
  const inUse = first.source === undefined ? new Set<string>() : stillUsed(first.source, versions);
  const { source, conflicts, kept } = inUse.size === 0 ? first : merge(inUse);
  if (source === undefined) return undefined;
  const text = settleImports(source, before, versions.theirs, lineEnd);
  return readSource(text) === undefined ? undefined : { text, conflicts, kept };
};
