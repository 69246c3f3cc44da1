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

/** What tells the members of a list apart; undefined where it does not. */
const identities = (list: readonly unknown[]): readonly string[] | undefined => {
  const found = list.map((one) =>
    isFields(one) && "name" in one ? JSON.stringify([one["schema"], one["name"], one["arguments"]]) : "",
  );
  return new Set(found).size === found.length && !found.includes("") ? found : undefined;
};

const memberOf = (list: unknown, identity: string): unknown => {
  if (!Array.isArray(list)) return undefined;
  const at = identities(list)?.indexOf(identity) ?? -1;
  return at < 0 ? undefined : list[at];
};

interface Sides {
  readonly from: unknown;
  readonly to: unknown;
  readonly ownFrom: unknown;
  readonly ownTo: unknown;
}

const mapped = (sides: Sides, pick: (side: unknown) => unknown): Sides => ({
  from: pick(sides.from),
  to: pick(sides.to),
  ownFrom: pick(sides.ownFrom),
  ownTo: pick(sides.ownTo),
});

/** The same where a server says just what the other side says. */
const agrees = ({ from, to, ownFrom, ownTo }: Sides): boolean =>
  from !== undefined &&
  ((ownFrom !== undefined && sameJson(ownFrom, to)) || (ownTo !== undefined && sameJson(ownTo, from)));

/** The new side; what is unchanged stays the very object. */
const worded = (sides: Sides): unknown => {
  const { from, to } = sides;
  if (from === undefined || from === to) return to;
  if (Array.isArray(to)) {
    const list: readonly unknown[] = to;
    const found = identities(list);
    if (found === undefined) return agrees(sides) ? from : to;
    const next = found.map((identity) => worded(mapped(sides, (side) => memberOf(side, identity))));
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
  from.own === undefined && to.own === undefined
    ? to.catalog
    : (worded({ from: from.catalog, to: to.catalog, ownFrom: from.own, ownTo: to.own }) as Catalog);
