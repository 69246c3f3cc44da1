// The generated side of a merge, with what users' code still needs of the last generation.
import type { Edit } from "./edits.ts";
import { applyEdits } from "./edits.ts";
import { settleImports, withoutUnusedImports } from "./imports.ts";
import { removalOf, insertUnits } from "./place-units.ts";
import { neededUnits } from "./references.ts";
import type { Source, Unit } from "./source.ts";
import { emptySource, readSource } from "./source.ts";

/** What one generated file has beyond what the generator says. */
export interface Extras {
  /** Names of the last generation that stay. */
  readonly retained: ReadonlySet<string>;
  /** Old name → new name, in the same file. */
  readonly aliases: ReadonlyMap<string, string>;
  /** Name → the module that has it now. */
  readonly forwards: ReadonlyMap<string, { readonly module: string; readonly isType: boolean }>;
  /** Handler → what stands for its stub: the user's own is elsewhere, or goes by another name. */
  readonly standIns: ReadonlyMap<string, string>;
}

export const noExtras: Extras = { retained: new Set(), aliases: new Map(), forwards: new Map(), standIns: new Map() };

export const hasExtras = ({ retained, aliases, forwards, standIns }: Extras): boolean =>
  retained.size + aliases.size + forwards.size + standIns.size > 0;

const aliasText = (from: string, to: string, isType: boolean): string =>
  `/** The name of ${to} before. */\nexport ${isType ? `type ${from} = ${to};` : `{ ${to} as ${from} };`}\n`;

const forwardTexts = (forwards: Extras["forwards"]): readonly string[] =>
  [
    ...Map.groupBy(
      [...forwards],
      ([, { module, isType }]) => `${isType ? "export type" : "export"} … from "${module}";`,
    ),
  ]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([line, all]) => {
      const names = all.map(([name]) => name).sort();
      return `${line.replace("…", `{ ${names.join(", ")} }`)}\n`;
    });

/** A unit of the last generation that gives others this name: a declaration, or a list of exports. */
const offering = (base: Source, name: string): Unit | undefined =>
  base.units.find(({ names }) => names.includes(name)) ??
  base.units.find(
    ({ key, tokens }) => /^(list|from) /.test(key) && tokens.some((token) => !token.isComment && token.key === name),
  );

const retainedUnits = (base: Source, theirs: Source, { retained }: Extras): readonly Unit[] => {
  const known = new Set(theirs.units.flatMap(({ names }) => names));
  const names = [...neededUnits(base, retained)].filter((name) => !known.has(name));
  const units = new Set(names.flatMap((name) => offering(base, name) ?? []));
  return base.units.filter((unit) => units.has(unit) && !theirs.units.some(({ key }) => key === unit.key));
};

/** What is left of a file that is no longer generated. */
const remains = (base: Source, kept: readonly Unit[]): Source => {
  const gone = base.units.filter((unit) => !kept.includes(unit));
  const text = applyEdits(
    base.text,
    gone.map((unit) => removalOf(base, unit)),
  );
  const source = readSource(text) ?? emptySource;
  return kept.length === 0 ? emptySource : (readSource(withoutUnusedImports(source)) ?? emptySource);
};

const withStandIns = (theirs: Source, { standIns }: Extras): Source => {
  const edits = theirs.units.flatMap((unit): readonly Edit[] => {
    const text = standIns.get(unit.names[0] ?? "");
    return text === undefined ? [] : [{ start: unit.start, end: unit.end, text }];
  });
  if (edits.length === 0) return theirs;
  const source = readSource(applyEdits(theirs.text, edits)) ?? theirs;
  return readSource(withoutUnusedImports(source)) ?? source;
};

const retain = (base: Source, theirs: Source, units: readonly Unit[]): Source => {
  if (units.length === 0) return theirs;
  const edits = insertUnits(theirs, base, new Set(units));
  const merged = readSource(applyEdits(theirs.text, edits)) ?? theirs;
  return readSource(settleImports(merged, undefined, base, "\n")) ?? merged;
};

/** The text of a generated file with its extras; "" when nothing of it is left. */
export const generatedSide = (base: Source, generated: Source | undefined, extras: Extras): string => {
  const ready = withStandIns(generated ?? emptySource, extras);
  const units = retainedUnits(base, ready, extras);
  const { text, exports } = generated === undefined ? remains(base, units) : retain(base, ready, units);
  const aliases = [...extras.aliases]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([from, to]) => aliasText(from, to, exports.get(to) === "type"));
  return [text.trimEnd() === "" ? "" : `${text.trimEnd()}\n`, ...aliases, ...forwardTexts(extras.forwards)]
    .filter((part) => part !== "")
    .join("\n");
};
