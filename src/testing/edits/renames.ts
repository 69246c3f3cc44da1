// Edits that give objects of every kind other names, or move them to other schemas.
import { quoteName, quotePath } from "../../pg/quote.ts";
import type { Edit, Hand } from "./hand.ts";
import { onTable } from "./hand.ts";

interface Named {
  readonly schema: string;
  readonly name: string;
}

const moved =
  (noun: string, list: (hand: Hand) => readonly Named[]): Edit =>
  (hand) => {
    const one = hand.pick(list(hand));
    if (one === undefined) return undefined;
    const schema = hand.pick(hand.catalog.schemas)?.name ?? "public";
    return `alter ${noun} ${quotePath(one)} ${hand.chance(0.6) ? `rename to ${hand.fresh("n")}` : `set schema ${quoteName(schema)}`}`;
  };

export const renameEdits: readonly Edit[] = [
  moved("sequence", ({ catalog }) => catalog.sequences),
  moved("domain", ({ catalog }) => catalog.domains),
  moved("type", ({ catalog }) => [...catalog.enums, ...catalog.composites, ...catalog.ranges]),
  moved("view", ({ catalog }) => catalog.views.filter(({ materialized }) => !materialized)),
  moved("materialized view", ({ catalog }) => catalog.views.filter(({ materialized }) => materialized)),
  moved("statistics", ({ catalog }) => catalog.statistics),
  moved("collation", ({ catalog }) => catalog.collations),
  (hand) => {
    const one = hand.pick(hand.catalog.schemas.filter(({ name }) => name !== "public"));
    return one === undefined ? undefined : `alter schema ${quoteName(one.name)} rename to ${hand.fresh("sch")}`;
  },
  (hand) => {
    const one = hand.pick(hand.catalog.domains);
    const check = hand.pick(one?.constraints ?? []);
    return one === undefined || check === undefined
      ? undefined
      : `alter domain ${quotePath(one)} rename constraint ${quoteName(check.name)} to ${hand.fresh("dk")}`;
  },
  (hand) => {
    const one = hand.pick(hand.catalog.composites);
    const attribute = hand.pick(one?.attributes ?? []);
    return one === undefined || attribute === undefined
      ? undefined
      : `alter type ${quotePath(one)} rename attribute ${quoteName(attribute.name)} to ${hand.fresh("at")}`;
  },
  (hand) => {
    const one = hand.pick(hand.catalog.routines);
    const schema = hand.pick(hand.catalog.schemas)?.name ?? "public";
    return one === undefined
      ? undefined
      : `alter routine ${quotePath(one)}(${one.types.join(", ")}) set schema ${quoteName(schema)}`;
  },
  (hand) => {
    const one = hand.pick(hand.catalog.aggregates);
    return one === undefined
      ? undefined
      : `alter aggregate ${quotePath(one)}(${one.arguments === "" ? "*" : one.arguments}) rename to ${hand.fresh("agg")}`;
  },
  onTable((hand, table) => {
    const rule = hand.pick(table.rules);
    return rule === undefined
      ? undefined
      : `alter rule ${quoteName(rule.name)} on ${quotePath(table)} rename to ${hand.fresh("r")}`;
  }),
  onTable((hand, table) => {
    const policy = hand.pick(table.policies);
    return policy === undefined
      ? undefined
      : `alter policy ${quoteName(policy.name)} on ${quotePath(table)} rename to ${hand.fresh("po")}`;
  }),
];
