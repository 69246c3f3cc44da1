// What a person should know of a regeneration: renamed and removed operations, conflicts, and what was kept for whom.
import type { Finding, Location, Severity } from "../../kernel/finding.ts";
import { plural } from "../../kernel/words.ts";
import { conflictPath } from "./conflicts.ts";
import { lineAt } from "./edits.ts";
import type { HandlerFate } from "./handlers.ts";
import type { ConflictRecord } from "./manifest.ts";
import type { MergedFile } from "./merge-file.ts";
import type { Regeneration } from "./regeneration.ts";
import { findUnit, readSource } from "./source.ts";

/** Where a unit of a merged file stands. */
type Locate = (path: string, key?: string) => Location;

const locator = ({ project }: Regeneration, shown: (path: string) => string): Locate => {
  const texts = new Map([...project.files].map(([path, { text }]) => [path, text]));
  return (path, key) => {
    const text = texts.get(path);
    const source = text === undefined ? undefined : readSource(text);
    const unit = source === undefined || key === undefined ? undefined : findUnit(source, key);
    const place = text === undefined || unit === undefined ? {} : { line: lineAt(text, unit.code) };
    return { kind: "file", path: shown(path), ...place };
  };
};

const finding = (rule: string, severity: Severity, at: Location, message: string, help?: string): Finding => ({
  rule: `scaffold/${rule}`,
  severity,
  at,
  message,
  ...(help === undefined ? {} : { help }),
});

const operationMove = ({ pair }: HandlerFate): string => {
  const { old, now } = pair;
  return now === undefined || now.operation === old.operation
    ? old.operation
    : `${old.operation}, now ${now.operation}`;
};

type FateWords = (fate: HandlerFate, locate: Locate) => readonly Finding[];

const at = ({ file, name }: HandlerFate, locate: Locate): Location => locate(file, `value ${name}`);

const fateWords = {
  same: (fate, locate) =>
    fate.pair.now === undefined || fate.pair.now.operation === fate.pair.old.operation
      ? []
      : [
          finding(
            "operation-moved",
            "info",
            at(fate, locate),
            `${operationMove(fate)}: the handler ${fate.name} serves it`,
          ),
        ],
  renamed: (fate, locate) => [
    finding(
      "operation-renamed",
      "info",
      at(fate, locate),
      `${operationMove(fate)}: ${fate.pair.old.name} is now ${fate.name}`,
    ),
  ],
  moved: (fate, locate) => [
    finding(
      "handler-moved",
      "info",
      at(fate, locate),
      `${operationMove(fate)}: ${fate.pair.old.name} went from ${fate.pair.old.file} to ${fate.file}${fate.name === fate.pair.old.name ? "" : ` as ${fate.name}`}`,
    ),
  ],
  aliased: (fate, locate) => [
    finding(
      "operation-renamed",
      "info",
      at(fate, locate),
      `${operationMove(fate)}: ${fate.name} is exported as ${fate.pair.now?.name ?? ""}, since other code of the file calls it by its name`,
    ),
  ],
  forwarded: (fate, locate) => [
    finding(
      "handler-moved",
      "info",
      at(fate, locate),
      `${operationMove(fate)}: your handler ${fate.name} stays here, and ${fate.pair.now?.file ?? ""} passes it on`,
      `move it to ${fate.pair.now?.file ?? ""} in place of the export there, when you like`,
    ),
  ],
  removed: ({ pair, file }, locate) => [
    finding(
      "operation-removed",
      "info",
      locate(file),
      `${pair.old.operation} is no longer in the document: its untouched stub ${pair.old.name} went`,
    ),
  ],
  retired: (fate, locate) => [
    finding(
      "operation-removed",
      "warning",
      at(fate, locate),
      `${fate.pair.old.operation} is no longer in the document: your handler ${fate.name} is kept, and no route leads to it`,
      "delete it when nobody needs it any more",
    ),
  ],
} satisfies Record<HandlerFate["kind"], FateWords>;

const conflictFindings = (
  path: string,
  conflicts: readonly ConflictRecord[],
  locate: Locate,
  shown: (path: string) => string,
) =>
  conflicts.map(({ about, key }) =>
    finding(
      "conflict",
      "error",
      locate(path, key),
      `the generator and you both changed ${about}: your text was left as it is`,
      `both sides are in ${shown(conflictPath(path))}; take over what you want, then delete that file`,
    ),
  );

const troubleWords = {
  syntax: "this file does not parse: it was merged line by line",
  "no-base": "the text generated last is not known: what differs was left as it is, and only what is missing was added",
} as const satisfies Record<NonNullable<MergedFile["trouble"]>, string>;

const keptFindings = (
  { path, kept, trouble }: MergedFile,
  handlers: ReadonlySet<string>,
  locate: Locate,
): readonly Finding[] => [
  ...(trouble === undefined ? [] : [finding("rough-merge", "warning", locate(path), troubleWords[trouble])]),
  ...kept
    .filter((key) => !handlers.has(`${path} ${key}`))
    .map((key) =>
      finding(
        "kept",
        "warning",
        locate(path, key),
        `${key.replace(/^\w+ /, "")} is no longer generated, and stays since you changed it`,
        "delete it when nobody needs it any more",
      ),
    ),
];

const demandFindings = (
  { project }: Regeneration,
  locate: Locate,
  shown: (path: string) => string,
): readonly Finding[] => {
  const { extras, restored } = project.answers;
  const groups = Map.groupBy(project.demands, ({ file, name }) => `${file} ${name}`);
  return [...groups.values()].flatMap(([first, ...more]) => {
    if (first === undefined) return [];
    const { file, name, by, line } = first;
    const user = `${shown(by)}:${line}${more.length === 0 ? "" : ` and ${plural(more.length, "other place")}`}`;
    if (restored.get(file)?.has(name) === true) {
      return [
        finding("put-back", "info", locate(file), `${name} had been taken out, and ${user} needs it: it is back`),
      ];
    }
    const own = extras.get(file);
    const to = own?.aliases.get(name);
    if (to !== undefined)
      return [finding("still-used", "info", locate(file), `${name} is now ${to}: the old name stays for ${user}`)];
    if (own?.forwards.has(name) === true)
      return [
        finding("still-used", "info", locate(file), `${name} moved to another file: this one passes it on for ${user}`),
      ];
    if (own?.retained.has(name) !== true) return [];
    return [finding("still-used", "info", locate(file), `${name} is no longer in the document: it stays for ${user}`)];
  });
};

/** `shown` gives a path below the output folder as a person would type it. */
export const regenerationFindings = (result: Regeneration, shown: (path: string) => string): readonly Finding[] => {
  const locate = locator(result, shown);
  const { fates, project, conflicts, moved, absent, replaced } = result;
  const handlers = new Set(fates.map(({ file, name }) => `${file} value ${name}`));
  return [
    ...fates.flatMap((fate) => fateWords[fate.kind](fate, locate)),
    ...Object.entries(conflicts).flatMap(([path, all]) => conflictFindings(path, all, locate, shown)),
    ...[...project.files.values()].flatMap((file) => keptFindings(file, handlers, locate)),
    ...demandFindings(result, locate, shown),
    ...[...moved].map(([from, to]) =>
      finding("file-moved", "info", locate(to), `${from} is now ${to}, with what you wrote in it`),
    ),
    ...absent.map((path) =>
      finding("absent", "info", locate(path), "you deleted this file, and nothing imports it: it stays away"),
    ),
    ...replaced.map(({ path, memory }) =>
      finding("replaced", "info", locate(path), `what you had written is in ${shown(memory)}`),
    ),
  ];
};
