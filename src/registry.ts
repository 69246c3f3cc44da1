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

const byName = <Item extends Provided>(
  all: readonly Named[],
  kind: Item["kind"],
  nameOf: (item: Item) => string,
): ReadonlyMap<string, Item> => {
  const table = new Map<string, Item>();
  const origin = new Map<string, string>();
  for (const { plugin, item } of all) {
    if (item.kind !== kind) continue;
    const name = nameOf(item as Item);
    const taken = origin.get(name);
    if (taken !== undefined) {
      throw new Fault("plugin.broken", `two plugins provide the ${kind} "${name}": ${taken} and ${plugin}`, {
        help: "rename one of them",
      });
    }
    origin.set(name, plugin);
    table.set(name, item as Item);
  }
  return table;
};

/** Merges plugins in the order given. A name may be provided once per kind. */
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
