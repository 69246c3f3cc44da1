// Edits of tables: made, partitioned, attached, inherited, renamed, stored otherwise.
import { quoteName, quotePath } from "../../pg/quote.ts";
import type { Edit } from "./hand.ts";
import { alter, cascade, onTable, together, typeOf } from "./hand.ts";

export const tableEdits: readonly Edit[] = [
  (hand) =>
    `create table ${hand.fresh("t")} (id bigint primary key, ${hand.fresh("a")} ${typeOf(hand)}, b text default 'x', unique (b))`,
  (hand) =>
    `create ${hand.chance(0.3) ? "unlogged " : ""}table ${hand.fresh("t")} (a int generated always as identity primary key, k date not null, v ${typeOf(hand)}) with (fillfactor = 80)`,
  (hand) =>
    `create table ${hand.fresh("p")} (id int, at date not null, v text, primary key (id, at)) partition by ${hand.pick(["range (at)", "list (at)", "hash (id)"]) ?? ""}`,
  onTable((hand, table) => {
    if (table.kind !== "partitioned") return undefined;
    const year = 2000 + hand.below(40);
    const bound =
      table.partitionKey?.startsWith("RANGE") === true
        ? hand.pick([`for values from ('${year}-01-01') to ('${year + 1}-01-01')`, "default"])
        : table.partitionKey?.startsWith("LIST") === true
          ? hand.pick([`for values in ('${year}-01-01')`, "default"])
          : `for values with (modulus 4, remainder ${hand.below(4)})`;
    return `create table ${hand.fresh("part")} partition of ${quotePath(table)} ${bound ?? "default"}`;
  }),
  onTable((_, table) =>
    table.partitionOf === undefined
      ? undefined
      : `${alter({ ...table, ...table.partitionOf.parent })} detach partition ${quotePath(table)}`,
  ),
  onTable((hand, table) => `create table ${hand.fresh("t")} (like ${quotePath(table)} including all)`),
  onTable((hand, table) =>
    table.kind === "table"
      ? `create table ${hand.fresh("heir")} (extra int) inherits (${quotePath(table)})`
      : undefined,
  ),
  onTable((hand, table) => {
    const other = hand.pick(
      hand.catalog.tables.filter(
        ({ kind, partitionOf }) => kind === "table" && partitionOf === undefined && table.kind === "partitioned",
      ),
    );
    const year = 2100 + hand.below(40);
    return other === undefined
      ? undefined
      : `${alter(table)} attach partition ${quotePath(other)} ${hand.pick([`for values from ('${year}-01-01') to ('${year + 1}-01-01')`, `for values in ('${year}-01-01')`, "for values with (modulus 4, remainder 3)", "default"]) ?? ""}`;
  }),
  // A table like its parent, filled beside it, then attached.
  onTable((hand, table) => {
    if (table.kind !== "partitioned") return undefined;
    const name = hand.fresh("part");
    const year = 2100 + hand.below(40);
    const bound = hand.pick([
      `for values from ('${year}-01-01') to ('${year + 1}-01-01')`,
      `for values in ('${year}-01-01')`,
      "default",
    ]);
    return together(
      `create table ${name} (like ${quotePath(table)} including ${hand.pick(["all", "defaults", "constraints including indexes"]) ?? "all"})`,
      `${alter(table)} attach partition ${name} ${bound ?? ""}`,
    );
  }),
  onTable((hand, table) =>
    table.kind === "partitioned" && table.columns.some(({ type }) => type.text === "date")
      ? `create table ${hand.fresh("sub")} partition of ${quotePath(table)} for values from ('${2200 + hand.below(50)}-01-01') to ('${2260 + hand.below(50)}-01-01') partition by hash (${quoteName(table.columns[0]?.name ?? "")})`
      : undefined,
  ),
  onTable((hand, table) => {
    const parent = hand.pick(hand.catalog.tables.filter(({ kind }) => kind === "table"));
    return parent === undefined || table.kind !== "table" ? undefined : `${alter(table)} inherit ${quotePath(parent)}`;
  }),
  onTable((_, table) => {
    const parent = table.inherits[0];
    return parent === undefined ? undefined : `${alter(table)} no inherit ${quotePath(parent)}`;
  }),
  onTable((hand, table) => `drop table ${quotePath(table)}${cascade(hand)}`),
  onTable((hand, table) => `${alter(table)} rename to ${hand.fresh(table.name.slice(0, 20))}`),
  onTable(
    (hand, table) => `${alter(table)} set schema ${quoteName(hand.pick(hand.catalog.schemas)?.name ?? "public")}`,
  ),
  onTable(
    (hand, table) =>
      `${alter(table)} ${hand.pick(["set unlogged", "set logged", "set (fillfactor = 66, autovacuum_enabled = false)", "reset (fillfactor)", "replica identity full", "replica identity default", "set without cluster"]) ?? ""}`,
  ),
];
