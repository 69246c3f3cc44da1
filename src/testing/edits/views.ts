// Edits of views and rules.
import type { Table, View } from "../../pg/catalog/tables.ts";
import { quoteName, quotePath } from "../../pg/quote.ts";
import type { Edit, Hand } from "./hand.ts";
import { onTable, plain } from "./hand.ts";

const viewBody = (hand: Hand): string | undefined => {
  const from = hand.pick<Table | View>([...plain(hand), ...hand.catalog.views]);
  if (from === undefined || from.columns.length === 0) return undefined;
  const names = from.columns.map(({ name }) => name).filter(() => hand.chance(0.7));
  const columns = (names.length === 0 ? from.columns.map(({ name }) => name) : names).map(
    (name) => `x.${quoteName(name)}`,
  );
  return hand.pick([
    `select ${columns.join(", ")} from ${quotePath(from)} x`,
    `select count(*) as n, max(x.*::text) as m from ${quotePath(from)} x`,
    `select ${columns.join(", ")}, 1 as one from ${quotePath(from)} x where x is not null`,
    `with w as (select * from ${quotePath(from)}) select count(*) as n from w`,
  ]);
};

export const viewEdits: readonly Edit[] = [
  (hand) => {
    const body = viewBody(hand);
    return body === undefined
      ? undefined
      : `create ${hand.pick(["view", "view", "materialized view"]) ?? "view"} ${hand.fresh("v")} as ${body}`;
  },
  (hand) => {
    const [view, body] = [hand.pick(hand.catalog.views), viewBody(hand)];
    return view === undefined || body === undefined || view.materialized || body.includes(quotePath(view))
      ? undefined
      : `create or replace view ${quotePath(view)} as ${body}`;
  },
  (hand) => {
    const view = hand.pick(hand.catalog.views);
    if (view === undefined) return undefined;
    const noun = view.materialized ? "materialized view" : "view";
    return hand.pick([
      `drop ${noun} ${quotePath(view)} cascade`,
      `alter ${noun} ${quotePath(view)} rename to ${hand.fresh("v")}`,
      `alter view ${quotePath(view)} set (security_barrier = true)`,
      `alter view ${quotePath(view)} alter column ${quoteName(view.columns[0]?.name ?? "")} set default null`,
      `create index ${hand.fresh("vi")} on ${quotePath(view)} (${quoteName(view.columns[0]?.name ?? "")})`,
      `alter ${noun} ${quotePath(view)} rename column ${quoteName(view.columns[0]?.name ?? "")} to ${hand.fresh("vc")}`,
    ]);
  },
  onTable(
    (hand, table) =>
      `create rule ${hand.fresh("r")} as on delete to ${quotePath(table)} do ${hand.pick(["instead nothing", "also select 1"]) ?? ""}`,
  ),
];
