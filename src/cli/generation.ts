// One generation into a folder that may hold an earlier one: what becomes of each file, planned before anything is written.
import { regenerationFindings } from "../api/regenerate/findings.ts";
import { patchOf } from "../api/regenerate/patch.ts";
import type { Change, Generation, Mode, Regeneration } from "../api/regenerate/regeneration.ts";
import { regenerate } from "../api/regenerate/regenerate.ts";
import { basePath, manifestPath } from "../api/regenerate/manifest.ts";
import type { Io } from "../io/io.ts";
import type { FileSet, PlannedFile, WrittenFile } from "../kernel/fileset.ts";
import { fileSet } from "../kernel/fileset.ts";
import type { Finding } from "../kernel/finding.ts";
import type { Json } from "../kernel/json.ts";
import { joinPath } from "../kernel/paths.ts";
import type { Block, Report } from "../kernel/report.ts";
import { heading } from "../kernel/report.ts";
import { listed, plural } from "../kernel/words.ts";
import { readDisk, readPrevious } from "./scaffold-disk.ts";

export interface Planned {
  readonly root: string;
  /** Was nothing generated there before? */
  readonly isFirst: boolean;
  readonly changes: readonly Change[];
  readonly set: FileSet;
  readonly findings: readonly Finding[];
  /** Would the next run find anything to do? */
  readonly isStale: boolean;
}

const plannedFile = ({ path, change, before, after, executable }: Change): PlannedFile => ({
  path,
  text: after ?? "",
  plan: { change, ...(before === undefined ? {} : { before }) },
  ...(executable === true ? { executable } : {}),
});

const filesOf = ({ changes, memory, replaced }: Regeneration): readonly PlannedFile[] => [
  ...changes.map(plannedFile),
  ...memory.map((change) => ({ ...plannedFile(change), hidden: true })),
  ...replaced.map(({ memory: path, text }) => ({ path, text, hidden: true })),
];

/** The manifest names the document by its bytes, of which many do not matter. */
const isNews = ({ path, change }: Change): boolean =>
  change !== "unchanged" && change !== "kept" && path !== manifestPath;

export const planGeneration = async (
  io: Io,
  root: string,
  make: (isPart: boolean) => Generation,
  { mode, isPart }: { readonly mode: Mode; readonly isPart: boolean },
): Promise<Planned> => {
  const previous = mode === "adopt" ? undefined : await readPrevious(io, root);
  const isInside = isPart && previous !== undefined && previous.options["typesOnly"] !== true;
  const generation = make(isInside);
  const paths = generation.files.map(({ path }) => path);
  const disk = await readDisk(io, root, previous, paths);
  const result = regenerate({ previous, disk, generation, mode });
  return {
    root,
    isFirst: previous === undefined && !paths.some((path) => disk.texts.has(path)),
    changes: result.changes,
    set: fileSet(root, filesOf(result)),
    findings: regenerationFindings(result, (path) => joinPath(root, path)),
    isStale: result.changes.some(isNews) || result.memory.some(isNews),
  };
};

const verbs = {
  created: "created",
  updated: "updated",
  merged: "merged",
  kept: "kept as you left them",
  conflict: "with conflicts",
  removed: "removed",
} as const;

/** "2 updated, 1 merged, 3 kept as you left them". */
export const changeSummary = ({ changes }: Planned): string => {
  const parts = Object.entries(verbs).flatMap(([kind, words]) => {
    const count = changes.filter(({ change }) => change === kind).length;
    return count === 0 ? [] : [`${count} ${words}`];
  });
  return parts.length === 0 ? "nothing changed" : listed(parts);
};

/** Of a first generation everything is new: its files are listed, and their texts are no news. */
const patches = ({ changes, root, isFirst }: Planned): ReadonlyMap<Change, string> =>
  new Map(
    changes
      .filter(({ before, after, into }) => before !== after && into === undefined && !isFirst)
      .map((change) => [change, patchOf(change, root)] as const),
  );

export const patchBlocks = (planned: Planned): readonly Block[] => {
  const all = [...patches(planned).values()];
  return all.length === 0 ? [] : [heading("Changes"), { kind: "code", language: "diff", text: all.join("") }];
};

export const changeData = (planned: Planned, withPatches: boolean): Json => {
  const diffs = withPatches ? patches(planned) : new Map<Change, string>();
  return planned.changes.map((one) => {
    const diff = diffs.get(one);
    return {
      path: joinPath(planned.root, one.path),
      change: one.change,
      ...(diff === undefined ? {} : { diff }),
    };
  });
};

const staleWords: Readonly<Record<string, string>> = {
  created: "is missing",
  updated: "is not what the document gives",
  merged: "lacks what the document has",
  removed: "is no longer generated",
  conflict: "has a conflict that nobody has settled",
};

/** What a pipeline should know: every file that the next run would touch. */
export const staleFindings = ({ changes, root, isStale }: Planned): readonly Finding[] => {
  const files = changes.flatMap(({ path, change, before, after }): readonly Finding[] => {
    const words = staleWords[change];
    if (words === undefined || (change === "conflict" && before === after)) return [];
    const path_ = joinPath(root, path);
    return [{ rule: "scaffold/stale", severity: "error", at: { kind: "file", path: path_ }, message: words }];
  });
  if (files.length > 0 || !isStale) return files;
  return [
    {
      rule: "scaffold/stale",
      severity: "error",
      at: { kind: "file", path: joinPath(root, manifestPath) },
      message: `what the next run needs to keep your edits is not there (${basePath("…").replace("….txt", "")})`,
    },
  ];
};

export const plannedChanges = ({ changes, root }: Planned): readonly WrittenFile[] =>
  changes.map(({ path, change }) => ({ path: joinPath(root, path), change }));

/** A report that writes nothing and fails when there would have been something to write. */
export const checkReport = (planned: Planned, report: Report): Report => {
  const stale = staleFindings(planned);
  return {
    command: report.command,
    data: report.data,
    blocks: [
      planned.isStale
        ? {
            kind: "text",
            tone: "bad",
            text: `Stale: ${plural(stale.length, "file")} of ${planned.changes.length} would change`,
          }
        : { kind: "text", tone: "good", text: `Up to date: ${plural(planned.changes.length, "file")}` },
    ],
    findings: [...report.findings, ...stale],
    written: plannedChanges(planned),
    dryRun: true,
    exit: planned.isStale || report.findings.some(({ severity }) => severity === "error") ? 1 : 0,
  };
};
