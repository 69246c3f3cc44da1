// The registry: bundled and user plugins merged into one table, purely.
import { Fault } from "./kernel/fault.ts";
import type { Reporter } from "./kernel/report.ts";
import type { FrameworkPlugin, Plugin, ProfilePlugin, Provided, ReferencePlugin } from "./sdk.ts";

export interface Registry {
  readonly frameworks: ReadonlyMap<string, FrameworkPlugin>;
  readonly reporters: ReadonlyMap<string, Reporter>;
  readonly references: ReadonlyMap<string, ReferencePlugin>;
  readonly profiles: readonly ProfilePlugin[];
}

interface Named {
  readonly plugin: string;
  readonly item: Provided;
}

const replaces = (item: Provided): boolean => item.kind === "reference" && item.replaces === true;

const refuse = (message: string, help: string): Fault => new Fault("plugin.broken", message, { help });

const byName = <Item extends Provided>(
  all: readonly Named[],
  kind: Item["kind"],
  nameOf: (item: Item) => string,
): ReadonlyMap<string, Item> => {
  const table = new Map<string, Item>();
  const origin = new Map<string, Named>();
  for (const named of all) {
    if (named.item.kind !== kind) continue;
    const item = named.item as Item;
    const name = nameOf(item);
    const taken = origin.get(name);
    if (taken === undefined && replaces(item)) {
      throw refuse(
        `${named.plugin} replaces the ${kind} "${name}", which nobody provides`,
        `known are ${[...table.keys()].join(", ")}; leave \`replaces\` out to add one`,
      );
    }
    if (taken !== undefined && (!replaces(item) || replaces(taken.item))) {
      throw refuse(
        `two plugins provide the ${kind} "${name}": ${taken.plugin} and ${named.plugin}`,
        kind === "reference" && !replaces(taken.item) ? "rename one, or say `replaces: true`" : "rename one of them",
      );
    }
    origin.set(name, named);
    table.set(name, item);
  }
  return table;
};

/** Merges plugins in the order given. A name may be provided once per kind; a reference may be replaced once. */
export const mergePlugins = (plugins: readonly Plugin[]): Registry => {
  const all = plugins.flatMap((plugin) => plugin.provides.map((item) => ({ plugin: plugin.name, item })));
  const only = <Item extends Provided>(kind: Item["kind"]): readonly Item[] =>
    all.filter(({ item }) => item.kind === kind).map(({ item }) => item as Item);
  return {
    frameworks: byName<FrameworkPlugin>(all, "framework", (item) => item.name),
    reporters: byName<Reporter>(all, "reporter", (item) => item.name),
    references: byName<ReferencePlugin>(all, "reference", (item) => item.topic),
    profiles: only<ProfilePlugin>("profile"),
  };
};
