// Dependencies between modelled objects, from the server's own table of them; and what in it is not modelled.
import type { Dependency } from "../catalog.ts";
import type { ObjectKey } from "../catalog/object.ts";
import { compareText } from "../catalog/object.ts";
import type { Context } from "./context.ts";
import type { Numbered } from "./keys.ts";
import { keysOf } from "./keys.ts";

interface Edge {
  readonly object: Numbered;
  readonly on: Numbered;
  /** `i`: internal to it, `a`: goes with it, `n`: needs it. */
  readonly kind: string;
}

const edgesOf = ({ rows }: Context): readonly Edge[] =>
  rows.of("dependencies").map((row) => {
    const [object = "", on = "", kind = ""] = (row as unknown as string).split(">");
    return { object, on, kind };
  });

const whole = (object: Numbered): Numbered => object.split(" ", 2).join(" ");

/**
 * Keys of what has none of its own: an array type, a rule behind a view, a trigger behind a foreign key are internal to something that
 * has one, at times through others; what merely goes with something (`a`) counts as its part when nothing better is known.
 */
const settle = (keys: Map<Numbered, ObjectKey>, edges: readonly Edge[]): void => {
  for (const kinds of ["i", "ia"]) {
    for (let found = true; found;) {
      found = false;
      for (const { object, on, kind } of edges) {
        const key = kinds.includes(kind) && !keys.has(object) ? (keys.get(on) ?? keys.get(whole(on))) : undefined;
        if (key === undefined) continue;
        keys.set(object, key);
        found = true;
      }
    }
  }
};

/** The table, view or type that a part belongs to by its name. */
const ownerPath = (key: ObjectKey): string => key.replace(/^\S+ (?:constraint )?/, "");

const isPartOf = (part: ObjectKey, owner: ObjectKey): boolean =>
  /^(column|default|constraint|trigger|rule|policy|domain constraint) /.test(part) &&
  ownerPath(part).startsWith(`${ownerPath(owner)}.`) &&
  /^(table|view|type) /.test(owner);

export interface Links {
  readonly dependencies: readonly Dependency[];
  /** In scope, and not modelled. */
  readonly unknown: readonly Numbered[];
}

export const linksOf = (context: Context): Links => {
  const edges = edgesOf(context);
  const keys = keysOf(context);
  settle(keys, edges);
  const found = new Map<string, Dependency>();
  const unknown = new Set<Numbered>();
  for (const edge of edges) {
    const object = keys.get(edge.object) ?? keys.get(whole(edge.object));
    const on = keys.get(edge.on) ?? keys.get(whole(edge.on));
    if (object === undefined) unknown.add(whole(edge.object));
    if (object === undefined || on === undefined || object === on) continue;
    if (isPartOf(object, on)) continue;
    found.set(`${object}\0${on}`, { object, on });
  }
  const order = (a: Dependency, b: Dependency): number => compareText(a.object, b.object) || compareText(a.on, b.on);
  return { dependencies: [...found.values()].sort(order), unknown: [...unknown].sort(compareText) };
};
