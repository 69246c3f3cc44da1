// What takes long in a transaction of its own: the locks that a rewrite holds keep nobody from tables that have nothing to do with it.
import { nameKey } from "../catalog/object.ts";
import type { Node } from "./node.ts";

interface Unit {
  readonly id: string;
  readonly node: Node;
  /** Units that must run before it. */
  readonly before: ReadonlySet<string>;
}

const tableOf = ({ change }: Node): string => {
  const { value, kind } = "to" in change ? change.to : change.from;
  return kind === "column" ? nameKey(value.table) : "";
};

/** Units that wait for each other, directly or not, and those that `joined` gives one name. */
const groupsOf = <U extends Unit>(
  units: readonly U[],
  joined: (unit: U) => string | undefined,
): readonly (readonly U[])[] => {
  const leader = new Map(units.map(({ id }) => [id, id]));
  const find = (id: string): string => {
    const up = leader.get(id) ?? id;
    return up === id ? id : find(up);
  };
  const first = new Map<string, string>();
  for (const unit of units) {
    for (const one of unit.before) if (leader.has(one)) leader.set(find(one), find(unit.id));
    const name = joined(unit);
    if (name === undefined) continue;
    leader.set(find(first.get(name) ?? unit.id), find(unit.id));
    first.set(name, unit.id);
  }
  return [...Map.groupBy(units, ({ id }) => find(id)).values()];
};

/** The quick ones together, then each table that is written anew, with what that needs. */
export const apartFromLong = <U extends Unit>(
  units: readonly U[],
  isLong: (unit: U) => boolean,
): readonly (readonly U[])[] => {
  if (!units.some(isLong)) return [units];
  const groups = groupsOf(units, (unit) => (isLong(unit) ? tableOf(unit.node) : undefined));
  const quick = groups.filter((group) => !group.some(isLong)).flat();
  return [...(quick.length === 0 ? [] : [quick]), ...groups.filter((group) => group.some(isLong))];
};
