// Which migration of several took from a plan what it stood on, and what that was.
import { nameKey } from "../catalog/object.ts";
import type { Identities, RelationIdentity } from "./identity.ts";
import { laterColumn, laterOf } from "./identity.ts";
import type { PlanNode } from "./plan.ts";
import { nodesOf } from "./plan.ts";

/** A migration, and who is who after it. */
export interface Step {
  readonly path: string;
  readonly after: Identities;
}

export interface Culprit {
  readonly path: string | undefined;
  /** What the plan used and lost, in words. */
  readonly lost: readonly string[];
}

/** Relations and indexes of a plan. EXPLAIN names no schema of an index that a bitmap reads. */
const standsOn = (plan: PlanNode, { byName, byOid }: Identities): readonly RelationIdentity[] => {
  const nodes = nodesOf(plan);
  const names = new Set(nodes.flatMap(({ index }) => index ?? []));
  return [
    ...nodes.flatMap(({ schema, relation }) =>
      schema === undefined || relation === undefined ? [] : (byName.get(nameKey({ schema, name: relation })) ?? []),
    ),
    ...[...byOid.values()].filter(({ kind, name }) => kind === "i" && names.has(name)),
  ];
};

const lostOf = (one: RelationIdentity, before: Identities, after: Identities): readonly string[] => {
  const later = laterOf(one, before, after);
  const path = `${one.schema}.${one.name}`;
  const what = one.kind === "i" ? "index" : one.kind === "m" ? "materialized view" : "table";
  if (later === undefined) return [`${what} ${path} is gone`];
  const renamed = later.name !== one.name || later.schema !== one.schema;
  return [
    ...(renamed && what !== "index" ? [`${what} ${path} is ${later.schema}.${later.name} now`] : []),
    ...(what === "index"
      ? []
      : Object.values(one.columns).flatMap(([name]) => {
          const column = laterColumn(name, one, later);
          if (column === undefined) return [`column ${path}.${name} is gone`];
          if (column.name !== name) return [`column ${path}.${name} is ${column.name} now`];
          return column.retyped ? [`column ${path}.${name} has another type`] : [];
        })),
  ];
};

/** The first migration after which something is missing that the plan stood on; the last one where nothing is. */
export const culpritOf = (plan: PlanNode, before: Identities, steps: readonly Step[]): Culprit => {
  const needed = standsOn(plan, before);
  for (const { path, after } of steps) {
    const lost = [...new Set(needed.flatMap((one) => lostOf(one, before, after)))].sort();
    if (lost.length > 0) return { path, lost };
  }
  return { path: steps.at(-1)?.path, lost: [] };
};
