// From the last generation, the disk and a new generation to what each file becomes, and what a person should know.
import { Fault } from "../../kernel/fault.ts";
import { plural } from "../../kernel/words.ts";
import { conflictChanges, fileChanges } from "./changes.ts";
import { conflictPath, openConflicts } from "./conflicts.ts";
import { handlerFates, recordedHandlers, retiredHandlers } from "./handlers.ts";
import type { ConflictRecord, HandlerRecord } from "./manifest.ts";
import { basePath, memoryFolder } from "./manifest.ts";
import { digest, memoryChanges, memoryTexts, plain } from "./memory.ts";
import type { MergedProject } from "./merge-project.ts";
import { mergeProject } from "./merge-project.ts";
import { movedFiles, pairOperations, renamedNames } from "./operations.ts";
import type { Version } from "./project.ts";
import { isTouched, isTypeScript, sourceReader } from "./project.ts";
import type { Change, Input, Regeneration, Replaced } from "./regeneration.ts";
import type { Source } from "./source.ts";

type Versions = ReadonlyMap<string, Version>;

/** The last generated text, when it is known for sure. */
const baseOf = (path: string, { previous, disk }: Input): string | undefined => {
  const expected = previous?.files[path];
  if (expected === undefined) return undefined;
  return [disk.texts.get(basePath(path)), disk.texts.get(path)]
    .map((text) => (text === undefined ? undefined : plain(text)))
    .find((text) => text !== undefined && digest(text) === expected);
};

const refuseForeign = ({ previous, disk, generation, mode }: Input): void => {
  if (previous !== undefined || mode !== "merge") return;
  const foreign = generation.files.filter(({ path, text }) => {
    const ours = disk.texts.get(path);
    return ours !== undefined && plain(ours) !== text;
  });
  if (foreign.length === 0) return;
  const paths = foreign.map(({ path }) => path);
  const some = paths.slice(0, 5).join(", ") + (paths.length > 5 ? ", …" : "");
  throw new Fault(
    "guard.overwrite",
    `${plural(paths.length, "file")} would be overwritten, and nothing is known of who wrote ${paths.length === 1 ? "it" : "them"}: ${some}`,
    {
      help: "keep what is there and add what is missing with --adopt, take the generated files with --force, or choose another --output",
    },
  );
};

/** Paths of the last generation that this one is about. */
const formerPaths = ({ previous, generation }: Input): readonly string[] => {
  const own = new Set(generation.files.map(({ path }) => path));
  return Object.keys(previous?.files ?? {}).filter((path) => !generation.isPart || own.has(path));
};

const versionsOf = (input: Input, moved: ReadonlyMap<string, string>): Versions => {
  const { disk, generation } = input;
  const theirs = new Map(generation.files.map(({ path, text }) => [path, text]));
  const origin = new Map([...moved].map(([from, to]) => [to, from]));
  const paths = new Set([...theirs.keys(), ...formerPaths(input)]);
  return new Map(
    [...paths].sort().flatMap((path): (readonly [string, Version])[] => {
      if (moved.has(path)) return [];
      const from = origin.get(path);
      const known = from ?? path;
      const ours = disk.texts.get(known);
      const generated = theirs.get(path);
      const base = baseOf(known, input) ?? (ours !== undefined && plain(ours) === generated ? generated : undefined);
      const version = {
        path,
        ...(base === undefined ? {} : { base }),
        ...(ours === undefined ? {} : { ours }),
        ...(generated === undefined ? {} : { theirs: generated }),
        ...(from === undefined ? {} : { from }),
      };
      return [[path, version]];
    }),
  );
};

/** A file that is there follows its tag, unless somebody else took the name. */
const followed = (input: Input, moves: ReadonlyMap<string, string>): ReadonlyMap<string, string> =>
  new Map(
    [...moves].filter(
      ([from, to]) => input.disk.texts.has(from) && baseOf(from, input) !== undefined && !input.disk.texts.has(to),
    ),
  );

const handlersByFile = (handlers: readonly HandlerRecord[]): ReadonlyMap<string, ReadonlySet<string>> => {
  const files = new Map<string, Set<string>>();
  const add = (file: string, name: string): void => {
    files.set(file, (files.get(file) ?? new Set()).add(name));
  };
  for (const { file, name, home } of handlers) {
    add(file, name);
    if (home !== undefined) add(home.file, home.name);
  }
  return files;
};

/** Texts that the generated side replaced, under a name of their own in the memory. */
const replacedTexts = (changes: readonly Change[], versions: Versions): readonly Replaced[] =>
  changes.flatMap(({ path, change, before }) => {
    const version = versions.get(path);
    const isOwn = version === undefined || version.base === undefined || isTouched(version);
    if (before === undefined || change === "unchanged" || !isOwn) return [];
    return [{ path, memory: `${memoryFolder}/replaced/${path}.${digest(before).slice(0, 8)}.txt`, text: before }];
  });

/** The generated side of everything; what was there before goes into the memory. */
const forced = (input: Input): Versions =>
  new Map(
    [...versionsOf(input, new Map())].map(([path, version]) => [
      path,
      { ...version, ...(version.ours === undefined ? {} : { base: plain(version.ours) }) },
    ]),
  );

const conflictsOf = (
  input: Input,
  { files }: MergedProject,
  moved: ReadonlyMap<string, string>,
  read: (text: string) => Source | undefined,
): Readonly<Record<string, readonly ConflictRecord[]>> => {
  const former = new Map([...moved].map(([from, to]) => [to, from]));
  const elsewhere = Object.entries(input.previous?.conflicts ?? {}).filter(([path]) => {
    const isOut = input.generation.isPart && !files.has(path);
    return isOut && input.disk.texts.has(conflictPath(path));
  });
  const own = [...files.values()].flatMap(({ path, text, generated, conflicts }) => {
    const from = former.get(path) ?? path;
    const isOpen = input.disk.texts.has(conflictPath(from)) && input.mode !== "force";
    const before = isOpen ? (input.previous?.conflicts[from] ?? []) : [];
    // Only what was open before has to be read again: files are many, and reading them is what takes the time.
    const [ours, theirs] = [text, generated].map((one) =>
      one === undefined || before.length === 0 ? undefined : read(one),
    );
    const open = openConflicts(before, conflicts, ours, theirs);
    return open.length === 0 ? [] : [[path, open] as const];
  });
  return Object.fromEntries([...elsewhere, ...own]);
};

/** Files that a user deleted, and that nothing else needs. */
const absentFiles = (versions: Versions, { files }: MergedProject): readonly string[] =>
  [...versions.values()].flatMap(({ path, base, ours }) => {
    const file = files.get(path);
    const isGone = file?.generated !== undefined && file.text === undefined;
    return base !== undefined && ours === undefined && isGone ? [path] : [];
  });

/** Files that are not generated this time, and may need names of those that are. */
const othersOf = (
  { disk, mode }: Input,
  versions: Versions,
  moved: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> =>
  mode === "force"
    ? new Map()
    : new Map([
        ...disk.others,
        ...[...disk.texts].filter(([path]) => isTypeScript(path) && !versions.has(path) && !moved.has(path)),
      ]);

const formerHandlers = ({ previous, generation, mode }: Input): readonly HandlerRecord[] =>
  mode === "force" || generation.isPart ? [] : [...(previous?.handlers ?? []), ...(previous?.retired ?? [])];

/** A file that moved is news where a user had written in it. */
const movedByUsers = (moved: ReadonlyMap<string, string>, versions: Versions): ReadonlyMap<string, string> =>
  new Map(
    [...moved].filter(([, to]) => {
      const version = versions.get(to);
      return version !== undefined && isTouched(version);
    }),
  );

/** Plans a generation into a folder that may hold an earlier one. Nothing is lost: every text that goes is in the plan. */
export const regenerate = (input: Input): Regeneration => {
  refuseForeign(input);
  const { previous, generation, mode } = input;
  const read = sourceReader();
  const pairs = pairOperations(formerHandlers(input), generation.handlers);
  const now = new Set(generation.files.map(({ path }) => path));
  const moved = followed(input, movedFiles(pairs, new Set(formerPaths(input)), now));
  const versions = mode === "force" ? forced(input) : versionsOf(input, moved);
  const others = othersOf(input, versions, moved);
  const { fates, extras } = handlerFates(pairs, { versions, others, moved, read });
  const recorded = recordedHandlers(generation.handlers, fates);
  const handlers = handlersByFile(recorded);
  const project = mergeProject({ versions, others, handlers, renamed: renamedNames(pairs), extras, read });
  const conflicts = conflictsOf(input, project, moved, read);
  const changes = fileChanges(versions, project, conflicts, input);
  const remembered = generation.isPart
    ? { handlers: previous?.handlers ?? [], retired: previous?.retired ?? [] }
    : { handlers: recorded, retired: retiredHandlers(fates) };
  return {
    changes: [...changes, ...conflictChanges(conflicts, input)].toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    memory: memoryChanges(memoryTexts(input, project, remembered, conflicts), input),
    project,
    fates,
    moved: movedByUsers(moved, versions),
    conflicts,
    absent: absentFiles(versions, project),
    replaced: mode === "force" ? replacedTexts(changes, versionsOf(input, new Map())) : [],
  };
};
