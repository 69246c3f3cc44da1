// Merges every file of a generation, until no file asks another for a name that is not there.
import { lineAt } from "./edits.ts";
import type { Extras } from "./generated-side.ts";
import { hasExtras, noExtras } from "./generated-side.ts";
import type { MergedFile } from "./merge-file.ts";
import { mergeFile } from "./merge-file.ts";
import type { Version } from "./project.ts";
import { isTouched, isTypeScript } from "./project.ts";
import { offers, referencesOf, resolveModule } from "./references.ts";
import type { Source } from "./source.ts";
import type { Answers, Demand } from "./still-needed.ts";
import { answerDemands } from "./still-needed.ts";

export interface ProjectMerge {
  readonly versions: ReadonlyMap<string, Version>;
  /** The user's own files below the output folder. */
  readonly others: ReadonlyMap<string, string>;
  /** Names of handlers, by file. */
  readonly handlers: ReadonlyMap<string, ReadonlySet<string>>;
  readonly renamed: ReadonlyMap<string, string>;
  /** Stand-ins for stubs, by file. */
  readonly extras: ReadonlyMap<string, Extras>;
  readonly read: (text: string) => Source | undefined;
}

export interface MergedProject {
  readonly files: ReadonlyMap<string, MergedFile>;
  /** Names that are gone from the document, and stay for code that uses them. */
  readonly demands: readonly Demand[];
  readonly answers: Answers;
}

type Files = ReadonlyMap<string, MergedFile>;

/** Specifiers, read from the text: parsing every generated file would take its time. */
const specifiers = (text: string): readonly string[] =>
  [...text.matchAll(/\b(?:from|import)\s*["'](\.[^"'\n]+)["']/g)].map((match) => match[1] ?? "");

const imports = (path: string, text: string, target: string): boolean =>
  specifiers(text).some((module) => resolveModule(path, module, (one) => one === target) !== undefined);

/** Files that users deleted and others import. */
const wantedFiles = ({ versions, others }: ProjectMerge, files: Files): ReadonlySet<string> => {
  const deleted = [...versions.values()].filter(({ base, ours }) => base !== undefined && ours === undefined);
  if (deleted.length === 0) return new Set();
  const texts = [...others, ...[...files].map(([path, { text }]) => [path, text ?? ""] as const)];
  return new Set(
    deleted.map(({ path }) => path).filter((target) => texts.some(([path, text]) => imports(path, text, target))),
  );
};

/** Generated names that a file lost through its user. */
const isDamaged = ({ text, generated }: MergedFile, { read }: ProjectMerge): boolean => {
  const [now, made] = [text, generated].map((one) => (one === undefined ? undefined : read(one)));
  return now !== undefined && made !== undefined && [...made.exports.keys()].some((name) => !offers(now, name));
};

/** Files that may ask for what is not there: the others are as the generator made them, and fit each other. */
const suspects = (merge: ProjectMerge, files: Files, { extras }: Answers): ReadonlyMap<string, string> => {
  const { versions, others } = merge;
  const touched = [...versions.values()].filter((version) => isTypeScript(version.path) && isTouched(version));
  const damaged = touched
    .map(({ path }) => files.get(path))
    .filter((file) => file !== undefined && isDamaged(file, merge));
  const near = [...files.values()].filter(({ path, text }) =>
    damaged.some((one) => one !== undefined && text !== undefined && imports(path, text, one.path)),
  );
  const extended = [...extras].filter(([, one]) => hasExtras(one)).map(([path]) => path);
  const paths = new Set([...touched.map(({ path }) => path), ...near.map(({ path }) => path), ...extended]);
  const texts = [...paths].flatMap((path) => {
    const text = files.get(path)?.text;
    return text === undefined ? [] : [[path, text] as const];
  });
  return new Map([...texts, ...others]);
};

const findDemands = (merge: ProjectMerge, files: Files, answers: Answers): readonly Demand[] => {
  const { versions, others, read } = merge;
  const exists = (path: string): boolean => versions.has(path) || others.has(path);
  return [...suspects(merge, files, answers)].flatMap(([by, text]) => {
    const source = read(text);
    if (source === undefined) return [];
    return referencesOf(by, source, exists).flatMap(({ file, name, offset }): readonly Demand[] => {
      const target = files.get(file);
      if (target === undefined) return [];
      const found = target.text === undefined ? undefined : read(target.text);
      if (target.text !== undefined && (found === undefined || offers(found, name))) return [];
      return [{ file, name, by, line: lineAt(text, offset) }];
    });
  });
};

const mergeAll = (merge: ProjectMerge, answers: Answers, wanted: ReadonlySet<string>): Files => {
  const { versions, handlers, renamed, read } = merge;
  return new Map(
    [...versions].map(([path, version]) => {
      const rules = {
        handlers: handlers.get(path) ?? new Set<string>(),
        renamed,
        restored: answers.restored.get(path) ?? new Set<string>(),
        extras: answers.extras.get(path) ?? noExtras,
        isWanted: wanted.has(path) || answers.restored.has(path),
      };
      return [path, mergeFile(version, rules, read)] as const;
    }),
  );
};

const sizeOf = ({ extras, restored }: Answers): number =>
  [...extras.values()].reduce((sum, one) => sum + one.retained.size + one.aliases.size + one.forwards.size, 0) +
  [...restored.values()].reduce((sum, names) => sum + names.size, 0);

/** Every answer may ask for more; the names are finite, and so is this. */
const maxRounds = 25;

export const mergeProject = (merge: ProjectMerge): MergedProject => {
  let answers: Answers = { extras: merge.extras, restored: new Map() };
  let files = mergeAll(merge, answers, new Set());
  const answered: Demand[] = [];
  for (let round = 0; round < maxRounds; round++) {
    const demands = findDemands(merge, files, answers);
    const wanted = wantedFiles(merge, files);
    const next = answerDemands(demands, answers, merge);
    const isSettled =
      sizeOf(next) === sizeOf(answers) && [...wanted].every((path) => files.get(path)?.text !== undefined);
    if (isSettled) break;
    answered.push(...demands);
    answers = next;
    files = mergeAll(merge, answers, wanted);
  }
  return { files, demands: answered, answers };
};
