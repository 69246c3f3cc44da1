// The order of changes: what others need comes first and goes last; what CREATE TABLE can hold is held by it, unless that makes a circle.
import { order } from "../../kernel/graph.ts";
import type { Change } from "./change.ts";
import { Graph } from "./graph.ts";
import { boundsInTheWay, dropOwner, heldParts, replacedKeys, rivalKeys, tableOf } from "./held.ts";
import type { Node, Work } from "./node.ts";
import { goes } from "./node.ts";
import type { Part, Parts } from "./part.ts";

export interface Arranged {
  /** In an order that can be run. */
  readonly nodes: readonly Node[];
  /** For each node, those that must run before it. */
  readonly before: ReadonlyMap<string, ReadonlySet<string>>;
  /** Parts that their table's CREATE TABLE holds. */
  readonly held: ReadonlySet<string>;
  /** Circles that could not be opened: a bug of ours, or a schema that PostgreSQL could not have made. */
  readonly circles: readonly (readonly Node[])[];
}

/** Of what could leave its table, those that something else of the circle needs to: all, where that cannot be told. */
const closing = (
  keys: readonly string[],
  circle: readonly Node[],
  parts: Parts,
  ownerOf: (key: string) => string | undefined,
): readonly string[] => {
  const inCircle = new Set(circle.map(({ change }) => change.key));
  const closes = keys.filter((key) =>
    [...(parts.needs.get(key) ?? [])].some((need) => {
      const owner = ownerOf(need) ?? need;
      return owner !== ownerOf(key) && inCircle.has(owner);
    }),
  );
  return closes.length === 0 ? keys : closes;
};

/** What may leave a CREATE TABLE, or a DROP TABLE, to open a circle. */
const loosened = (
  circle: readonly Node[],
  changes: ReadonlyMap<string, Change>,
  held: ReadonlySet<string>,
  to: Parts,
): readonly string[] => {
  const tables = new Set(circle.filter(({ act }) => act === "create").map(({ change }) => change.key));
  const loose = [...held].filter((key) => {
    const change = changes.get(key);
    if (change?.verb !== "create") return false;
    const table = tableOf(change.to);
    const loose =
      change.to.kind === "default" ||
      change.to.kind === "constraint" ||
      (change.to.kind === "column" && change.to.value.generated !== undefined);
    return loose && table !== undefined && tables.has(table);
  });
  return closing(loose, circle, to, (key) => {
    const part = held.has(key) ? to.byKey.get(key) : undefined;
    return part === undefined ? undefined : tableOf(part);
  });
};

const loosenedDrops = (
  circle: readonly Node[],
  changes: ReadonlyMap<string, Change>,
  from: Parts,
  apart: ReadonlySet<string>,
): readonly string[] => {
  const dropped = new Set(circle.filter(({ act }) => act === "drop").map(({ change }) => change.key));
  const loose = [...changes.values()].flatMap((change) => {
    if (!goes(change) || apart.has(change.key)) return [];
    const { kind } = (change as { readonly from: Part }).from;
    const owner = dropOwner(from, changes, change.key);
    return owner !== change.key &&
      dropped.has(owner) &&
      ["constraint", "index", "default", "policy", "trigger", "rule"].includes(kind)
      ? [change.key]
      : [];
  });
  return closing(loose, circle, from, (key) => dropOwner(from, changes, key));
};

/** Orders all changes. Circles through a new or dropped table are opened by taking its constraints and defaults out. */
export const arrange = (work: Work, from: Parts, to: Parts): Arranged => {
  const { changes } = work;
  const [out, apart] = [new Set(rivalKeys(changes)), new Set([...replacedKeys(changes), ...boundsInTheWay(changes)])];
  for (;;) {
    const held = heldParts(changes, out);
    const graph = new Graph(work, from, to, held, apart);
    const nodes = [...graph.nodes.values()];
    const sorted = order(
      nodes.map(({ id }) => id),
      (id) => graph.before.get(id) ?? [],
    );
    const named = (ids: readonly string[]): readonly Node[] => ids.flatMap((id) => graph.nodes.get(id) ?? []);
    const circles = sorted.circles.map(named);
    const loose = circles.flatMap((circle) => loosened(circle, changes, held, to));
    const drops = circles.flatMap((circle) => loosenedDrops(circle, changes, from, apart));
    if (loose.length === 0 && drops.length === 0)
      return { nodes: named(sorted.order), before: graph.before, held, circles };
    for (const key of loose) out.add(key);
    for (const key of drops) apart.add(key);
  }
};
