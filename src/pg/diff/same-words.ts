// Two catalogs in the same words: an expression that a server printed is read once more than one from a file, and may be printed otherwise then.
import type { Catalog } from "../catalog.ts";
import { sameJson } from "./sql/text.ts";

/** A side as it is compared; and, of a server, as the server itself says it. */
export interface Worded {
  readonly catalog: Catalog;
  readonly own?: Catalog;
}

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The members of a list by what tells them apart; undefined where nothing does. */
const membersOf = (list: unknown): ReadonlyMap<string, unknown> | undefined => {
  if (!Array.isArray(list)) return undefined;
  const members: readonly unknown[] = list;
  const found = new Map(
    members.flatMap((one) =>
      isFields(one) && "name" in one
        ? [[JSON.stringify([one["schema"], one["name"], one["arguments"]]), one] as const]
        : [],
    ),
  );
  return found.size === members.length ? found : undefined;
};

interface Sides<T = unknown> {
  readonly from: T;
  readonly to: T;
  readonly ownFrom: T;
  readonly ownTo: T;
}

const mapped = <T, U>(sides: Sides<T>, pick: (side: T) => U): Sides<U> => ({
  from: pick(sides.from),
  to: pick(sides.to),
  ownFrom: pick(sides.ownFrom),
  ownTo: pick(sides.ownTo),
});

/** The same where a server says just what the other side says. */
const agrees = ({ from, to, ownFrom, ownTo }: Sides): boolean =>
  from !== undefined &&
  ((ownFrom !== undefined && sameJson(ownFrom, to)) || (ownTo !== undefined && sameJson(ownTo, from)));

/** The new side; what is the same on both is the old side's very object, which nobody need compare again. */
const worded = (sides: Sides): unknown => {
  const { from, to } = sides;
  if (from === undefined) return to;
  if (sameJson(from, to)) return from;
  if (Array.isArray(to)) {
    const list: readonly unknown[] = to;
    const members = mapped(sides, membersOf);
    if (members.to === undefined) return agrees(sides) ? from : to;
    const next = [...members.to.keys()].map((identity) => worded(mapped(members, (side) => side?.get(identity))));
    return next.every((one, at) => one === list[at]) ? to : next;
  }
  if (!isFields(to)) return agrees(sides) ? from : to;
  const fields = Object.entries(to).map(
    ([key, value]) => [key, value, worded(mapped(sides, (side) => (isFields(side) ? side[key] : undefined)))] as const,
  );
  return fields.every(([, before, after]) => before === after)
    ? to
    : Object.fromEntries(fields.map(([key, , after]) => [key, after]));
};

/** The new side in the words of the old one, where one of the servers shows that they mean the same. */
export const inSameWords = (from: Worded, to: Worded): Catalog =>
  worded({ from: from.catalog, to: to.catalog, ownFrom: from.own, ownTo: to.own }) as Catalog;
