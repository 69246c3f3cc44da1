// Dependencies between modelled objects, from the server's own table of them; and what in it is not modelled.
import type { Dependency } from "../catalog.ts";
import type { ObjectKey } from "../catalog/object.ts";
import { compareText } from "../catalog/object.ts";
import type { Context } from "./context.ts";
import type { Edge, End, Numbered } from "./edges.ts";
import { keysOf } from "./keys.ts";

const keyAt = ({ key, whole }: End): ObjectKey | undefined => key ?? whole?.key;

/**
 * Keys of what has none of its own: an array type, a rule behind a view, a trigger behind a foreign key are internal to something that
 * has one, at times through others; what merely goes with something (`a`) counts as its part when nothing better is known.
 */
const settle = (edges: readonly Edge[]): void => {
  const keyless = edges.filter(({ object, kind }) => object.key === undefined && "ia".includes(kind));
  for (const kinds of ["i", "ia"]) {
    for (let found = true; found;) {
      found = false;
      for (const { object, on, kind } of keyless) {
        const key = object.key === undefined && kinds.includes(kind) ? keyAt(on) : undefined;
        if (key === undefined) continue;
        object.key = key;
        found = true;
      }
    }
  }
};

export interface Links {
  readonly dependencies: readonly Dependency[];
  /** In scope, and not modelled. */
  readonly unknown: readonly Numbered[];
}

export const linksOf = (context: Context): Links => {
  const known = context.kept.edges;
  const edges = known.of(context.rows.of("dependencies") as readonly unknown[] as readonly string[], keysOf(context));
  settle(edges);
  const found = new Set<Dependency>();
  const unknown = new Set<Numbered>();
  for (const edge of edges) {
    const [object, on] = [keyAt(edge.object), keyAt(edge.on)];
    if (object === undefined) unknown.add((edge.object.whole ?? edge.object).number);
    if (object === undefined || on === undefined || object === on) continue;
    const link = known.link(edge, object, on);
    if (link !== undefined) found.add(link);
  }
  return { dependencies: known.sorted(found), unknown: [...unknown].sort(compareText) };
};
