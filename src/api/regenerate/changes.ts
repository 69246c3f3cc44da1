// What becomes of each file of a regeneration, told from its texts before and after.
import { conflictPath, conflictText } from "./conflicts.ts";
import type { MergedFile } from "./merge-file.ts";
import type { MergedProject } from "./merge-project.ts";
import type { Version } from "./project.ts";
import { isTouched } from "./project.ts";
import type { Change, ChangeKind, Input, Regeneration } from "./regeneration.ts";

const changeKind = (version: Version, { text }: MergedFile): ChangeKind => {
  const { ours } = version;
  if (text === undefined) return ours === undefined ? "unchanged" : "removed";
  if (ours === undefined) return "created";
  const touched = version.base === undefined || isTouched(version);
  if (version.from !== undefined) return touched ? "merged" : "created";
  return ours === text ? (touched ? "kept" : "unchanged") : touched ? "merged" : "updated";
};

export const withTexts = (
  path: string,
  change: ChangeKind,
  before: string | undefined,
  after: string | undefined,
): Change => ({
  path,
  change,
  ...(before === undefined ? {} : { before }),
  ...(after === undefined ? {} : { after }),
});

export const fileChanges = (
  versions: ReadonlyMap<string, Version>,
  project: MergedProject,
  conflicts: Regeneration["conflicts"],
  input: Input,
): readonly Change[] => {
  const executable = new Set(input.generation.files.filter((file) => file.executable === true).map(({ path }) => path));
  return [...versions.values()].flatMap((version): readonly Change[] => {
    const file = project.files.get(version.path);
    if (file === undefined || (file.text === undefined && version.ours === undefined)) return [];
    const { path, from, ours } = version;
    const change = conflicts[path] === undefined ? changeKind(version, file) : "conflict";
    const own = withTexts(path, change, from === undefined ? ours : undefined, file.text);
    const moved = from === undefined || ours === undefined ? {} : { from: { path: from, text: ours } };
    const former =
      from === undefined || ours === undefined ? [] : [{ ...withTexts(from, "removed", ours, undefined), into: path }];
    return [{ ...own, ...moved, ...(executable.has(path) ? { executable: true } : {}) }, ...former];
  });
};

/** A text that is either there, with one content, or not. */
export const plainChange = (path: string, before: string | undefined, after: string | undefined): Change =>
  withTexts(
    path,
    after === undefined ? "removed" : before === undefined ? "created" : before === after ? "unchanged" : "updated",
    before,
    after,
  );

export const conflictChanges = (conflicts: Regeneration["conflicts"], { previous, disk }: Input): readonly Change[] => {
  const now = new Map(Object.entries(conflicts).map(([path, all]) => [conflictPath(path), conflictText(path, all)]));
  const former = Object.keys(previous?.conflicts ?? {}).map(conflictPath);
  return [...new Set([...now.keys(), ...former])].sort().flatMap((path): readonly Change[] => {
    const [before, after] = [disk.texts.get(path), now.get(path)];
    return before === undefined && after === undefined ? [] : [plainChange(path, before, after)];
  });
};
