// Names that users' code asks of generated files which no longer have them, and what can be done about each.
import { pairUnits } from "./pair-units.ts";
import type { Version } from "./project.ts";
import type { Extras } from "./generated-side.ts";
import { noExtras } from "./generated-side.ts";
import { offers } from "./references.ts";
import type { Source } from "./source.ts";

/** A name that `by` asks of `file`, which does not have it. */
export interface Demand {
  readonly file: string;
  readonly name: string;
  readonly by: string;
  readonly line: number;
}

export interface Answers {
  readonly extras: ReadonlyMap<string, Extras>;
  /** File → names that the user took out of it, and that must come back. */
  readonly restored: ReadonlyMap<string, ReadonlySet<string>>;
}

interface World {
  readonly versions: ReadonlyMap<string, Version>;
  readonly read: (text: string) => Source | undefined;
  readonly renamed: ReadonlyMap<string, string>;
}

const folderOf = (path: string): string => path.slice(0, path.lastIndexOf("/") + 1);

/** The generated file of the same folder that has the name now and had it not before. */
const newHome = ({ file, name }: Demand, { versions, read }: World): string | undefined =>
  [...versions.values()].find(({ path, base, theirs }) => {
    if (path === file || folderOf(path) !== folderOf(file) || theirs === undefined || !theirs.includes(name))
      return false;
    const [now, before] = [read(theirs), base === undefined ? undefined : read(base)];
    return now !== undefined && offers(now, name) && !(before !== undefined && offers(before, name));
  })?.path;

const newName = ({ name }: Demand, base: Source, theirs: Source, { renamed }: World): string | undefined => {
  const unit = base.units.find(({ names }) => names.includes(name));
  const successor = unit === undefined ? undefined : pairUnits(base.units, theirs.units, renamed).get(unit);
  const to = successor?.names[unit?.names.indexOf(name) ?? 0];
  return to === name ? undefined : to;
};

const withExtra = (extras: Extras, demand: Demand, base: Source, theirs: Source | undefined, world: World): Extras => {
  const { name } = demand;
  const to = theirs === undefined ? undefined : newName(demand, base, theirs, world);
  if (to !== undefined) return { ...extras, aliases: new Map([...extras.aliases, [name, to]]) };
  const home = newHome(demand, world);
  const text = home === undefined ? undefined : world.versions.get(home)?.theirs;
  const kind = text === undefined ? undefined : world.read(text)?.exports.get(name);
  if (home !== undefined && kind !== undefined) {
    const module = `./${home.slice(folderOf(home).length).replace(/\.ts$/, ".js")}`;
    return { ...extras, forwards: new Map([...extras.forwards, [name, { module, isType: kind === "type" }]]) };
  }
  return { ...extras, retained: new Set([...extras.retained, name]) };
};

/** What there is to do about demands, on top of what was done already. */
export const answerDemands = (demands: readonly Demand[], { extras, restored }: Answers, world: World): Answers => {
  const [more, back] = [new Map(extras), new Map(restored)];
  for (const demand of demands) {
    const { base, theirs } = world.versions.get(demand.file) ?? {};
    const [before, now] = [base, theirs].map((text) => (text === undefined ? undefined : world.read(text)));
    if (now !== undefined && offers(now, demand.name)) {
      back.set(demand.file, new Set([...(back.get(demand.file) ?? []), demand.name]));
    } else if (before !== undefined && offers(before, demand.name)) {
      const known = more.get(demand.file) ?? noExtras;
      more.set(demand.file, withExtra(known, demand, before, now, world));
    }
  }
  return { extras: more, restored: back };
};
