// Conflicts: never in working code, but in a file beside it, until somebody has looked and deleted that file.
import type { ConflictRecord } from "./manifest.ts";
import { sameKeys } from "./merge-tokens.ts";
import type { Source } from "./source.ts";
import { findUnit } from "./source.ts";

export const conflictPath = (path: string): string => `${path}.conflict`;

const fenced = (title: string, text: string): readonly string[] => [
  `--- ${title} ${"-".repeat(Math.max(3, 74 - title.length))}`,
  text.replaceAll("\r\n", "\n").trimEnd() || "(nothing)",
];

/** Both sides of every conflict of one file, for a person to read. */
export const conflictText = (path: string, conflicts: readonly ConflictRecord[]): string =>
  [
    `The generator changed what you had changed in ${path.slice(path.lastIndexOf("/") + 1)}. Your text was left as it is.`,
    "Take over what you want from below, then delete this file: until then `senior scaffold` reports it and exits 1.",
    ...conflicts.flatMap(({ about, ours, theirs }, index) => [
      "",
      `${"=".repeat(3)} ${index + 1} of ${conflicts.length}: ${about}`,
      ...fenced("yours", ours),
      ...fenced("generated", theirs),
    ]),
    "",
  ].join("\n");

/** Somebody took over the generated side. */
const isResolved = ({ key }: ConflictRecord, ours: Source | undefined, theirs: Source | undefined): boolean => {
  if (key === undefined) return false;
  const [mine, yours] = [ours, theirs].map((source) => (source === undefined ? undefined : findUnit(source, key)));
  return mine !== undefined && yours !== undefined && sameKeys(mine.tokens, yours.tokens);
};

/** Conflicts from before that nobody has settled, and those of this generation. */
export const openConflicts = (
  before: readonly ConflictRecord[],
  found: readonly ConflictRecord[],
  ours: Source | undefined,
  theirs: Source | undefined,
): readonly ConflictRecord[] => {
  const isReplaced = (old: ConflictRecord): boolean =>
    found.some(({ about, key }) => about === old.about && key === old.key);
  return [...before.filter((old) => !isReplaced(old) && !isResolved(old, ours, theirs)), ...found];
};
