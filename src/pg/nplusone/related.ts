// Foreign keys as the roads between tables: which lookups may follow from which rows.
import type { Catalog } from "../catalog.ts";
import type { ObjectName } from "../catalog/object.ts";
import { nameKey } from "../catalog/object.ts";
import type { Lookup } from "./shape.ts";

/** Rows of `parent` give `from`, by which rows of the looked-up table are found at `to`. */
export interface Road {
  readonly parent: ObjectName;
  readonly from: string;
  readonly to: string;
  readonly constraint: string;
  /** `one`: each parent row has at most one (a belongs-to); `many`: its children. */
  readonly kind: "one" | "many";
}

/** Every road to a table, by its key. */
export const roadsIn = ({ tables }: Catalog): ReadonlyMap<string, readonly Road[]> => {
  const roads = new Map<string, Road[]>();
  const add = (to: ObjectName, road: Road): void => {
    const all = roads.get(nameKey(to));
    if (all === undefined) roads.set(nameKey(to), [road]);
    else all.push(road);
  };
  for (const table of tables) {
    for (const key of table.constraints) {
      if (key.kind !== "foreign-key") continue;
      const target = key.references.table;
      // A key of several columns (a tenant and an id) is found by any of its own that tells rows apart: the last.
      key.columns.forEach((column, i) => {
        const referenced = key.references.columns[i] ?? column;
        add(target, { parent: table, from: column, to: referenced, constraint: key.name, kind: "one" });
        add(table, { parent: target, from: referenced, to: column, constraint: key.name, kind: "many" });
      });
    }
  }
  return roads;
};

export const roadsTo = (roads: ReadonlyMap<string, readonly Road[]>, { table, columns }: Lookup): readonly Road[] =>
  (roads.get(nameKey(table)) ?? []).filter(({ to }) => columns.includes(to));
