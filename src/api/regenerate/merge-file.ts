// One file of a regeneration: created, updated, merged, kept as it is, or taken away.
import { lineEndOf, withLineEnd } from "./edits.ts";
import type { Extras } from "./generated-side.ts";
import { generatedSide, hasExtras } from "./generated-side.ts";
import type { ConflictRecord } from "./manifest.ts";
import { mergeLines } from "./merge-lines.ts";
import type { MergeRules, SourceConflict } from "./merge-source.ts";
import { mergeSource } from "./merge-source.ts";
import { sameKeys } from "./merge-tokens.ts";
import type { Version } from "./project.ts";
import { isTouched, isTypeScript } from "./project.ts";
import type { Source } from "./source.ts";
import { emptySource } from "./source.ts";

export interface MergedFile {
  readonly path: string;
  /** What the file holds now; missing when there is no such file. */
  readonly text?: string;
  /** The generated side: the base of the next merge. Missing when nothing is generated there. */
  readonly generated?: string;
  readonly conflicts: readonly ConflictRecord[];
  /** What the generator would take away, and stays since a user changed it: keys of units. */
  readonly kept: readonly string[];
  /** The user's text does not parse, or what was generated last is not known: the merge is rougher. */
  readonly trouble?: "syntax" | "no-base";
}

export interface FileRules extends MergeRules {
  readonly extras: Extras;
  /** A file that the user deleted comes back when others import it. */
  readonly isWanted: boolean;
}

type Read = (text: string) => Source | undefined;

/** What the generator says, with what users' code still needs of the last generation. */
const generatedText = ({ path, base, theirs }: Version, { extras }: FileRules, read: Read): string | undefined => {
  if (!isTypeScript(path) || !hasExtras(extras)) return theirs;
  const before = base === undefined ? emptySource : (read(base) ?? emptySource);
  const text = generatedSide(before, theirs === undefined ? undefined : read(theirs), extras);
  return text === "" ? undefined : text;
};

const record = ({ about, key, ours, theirs }: SourceConflict): ConflictRecord => ({
  about,
  ...(key === undefined ? {} : { key }),
  ours,
  theirs,
});

const wholeFile = (ours: string, theirs: string): ConflictRecord => ({ about: "the whole file", ours, theirs });

const same = (path: string, text: string, generated: string): MergedFile => ({
  path,
  text,
  generated,
  conflicts: [],
  kept: [],
});

/** By lines: for what is no TypeScript, or does not parse. */
const mergedByLines = (version: Version, ours: string, generated: string, read: Read): MergedFile => {
  const { path, base } = version;
  const theirs = withLineEnd(generated, lineEndOf(ours));
  const isCode = isTypeScript(path);
  const trouble = isCode ? { trouble: "syntax" as const } : {};
  const untouched = { ...same(path, ours, generated), ...trouble };
  if (base === generated) return untouched;
  const { text, conflicts } =
    base === undefined ? { text: ours, conflicts: [] } : mergeLines(withLineEnd(base, lineEndOf(ours)), ours, theirs);
  const isBroken = isCode && read(ours) !== undefined && read(text) === undefined;
  if (base === undefined || isBroken) return { ...untouched, conflicts: [wholeFile(ours, theirs)] };
  return { ...untouched, text, conflicts: conflicts.map((one) => ({ about: "some lines", ...one })) };
};

/** Nothing but what the generator wrote at its top. */
const isEmpty = ({ text, header }: Source, base: Source | undefined): boolean =>
  text.slice(header?.end ?? 0).trim() === "" && sameKeys(header?.tokens ?? [], base?.header?.tokens ?? []);

/** A file that is no longer generated: what users wrote stays. */
const withdrawn = (version: Version, ours: string, rules: FileRules, read: Read): MergedFile => {
  const { path, base } = version;
  const nothing: MergedFile = { path, conflicts: [], kept: [] };
  if (!isTouched(version)) return nothing;
  const merged = isTypeScript(path) ? mergeSource(base, ours, "", rules) : undefined;
  if (merged === undefined) return { ...nothing, text: ours, kept: ["the whole file"] };
  const left = read(merged.text);
  if (left === undefined || isEmpty(left, base === undefined ? undefined : read(base))) return nothing;
  return { ...nothing, text: merged.text, kept: merged.kept.map(({ key }) => key) };
};

const mergedWith = (version: Version, ours: string, generated: string, rules: FileRules, read: Read): MergedFile => {
  const { path, base } = version;
  const merged = isTypeScript(path) ? mergeSource(base, ours, generated, rules) : undefined;
  if (merged === undefined) return mergedByLines(version, ours, generated, read);
  const trouble = base === undefined ? { trouble: "no-base" as const } : {};
  const kept = merged.kept.map(({ key }) => key);
  return { path, text: merged.text, generated, conflicts: merged.conflicts.map(record), kept, ...trouble };
};

export const mergeFile = (version: Version, rules: FileRules, read: Read): MergedFile => {
  const { path, base, ours } = version;
  const generated = generatedText(version, rules, read);
  if (ours === undefined) {
    const isAbsent = generated === undefined || (base !== undefined && !rules.isWanted);
    const remembered = generated === undefined ? {} : { generated };
    return { path, ...(isAbsent ? {} : { text: generated }), ...remembered, conflicts: [], kept: [] };
  }
  if (generated === undefined) return withdrawn(version, ours, rules, read);
  const theirs = withLineEnd(generated, lineEndOf(ours));
  if (ours === theirs) return same(path, ours, generated);
  if (base !== undefined && !isTouched(version)) return same(path, theirs, generated);
  return mergedWith(version, ours, generated, rules, read);
};
