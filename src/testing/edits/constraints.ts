// Edits of constraints and indexes.
import { quoteName, quotePath } from "../../pg/quote.ts";
import type { Edit } from "./hand.ts";
import { alter, cascade, list, onColumn, onTable, plain, someColumns } from "./hand.ts";

export const constraintEdits: readonly Edit[] = [
  onColumn((hand, table, { name }) => {
    const valid = hand.chance(0.3) ? " not valid" : "";
    return `${alter(table)} add constraint ${hand.fresh("ck")} check (${quoteName(name)} is not null or true)${valid}`;
  }),
  onTable((hand, table) => {
    const kind = hand.pick(["primary key", "unique", "unique nulls not distinct"]) ?? "unique";
    const tail =
      hand.pick(["", "", " deferrable initially deferred", ` include (${list(someColumns(hand, table, 1))})`]) ?? "";
    const name = hand.chance(0.5) ? `constraint ${hand.fresh("k")} ` : "";
    return kind === "primary key" && tail.includes("deferrable")
      ? undefined
      : `${alter(table)} add ${name}${kind} (${list(someColumns(hand, table, 2))})${tail}`;
  }),
  onTable((hand, table) => {
    const target = hand.pick(
      plain(hand).filter(({ constraints }) =>
        constraints.some(({ kind }) => kind === "primary-key" || kind === "unique"),
      ),
    );
    const key = target?.constraints.find((one) => one.kind === "primary-key" || one.kind === "unique");
    if (target === undefined || key === undefined || key.kind === "foreign-key") return undefined;
    const columns = key.columns.map((name) => target.columns.find((one) => one.name === name));
    const own = columns.map((one) => table.columns.find(({ type }) => type.text === one?.type.text)?.name);
    if (own.some((name) => name === undefined) || new Set(own).size < own.length) return undefined;
    const action =
      hand.pick(["", " on delete cascade", " on delete set null on update cascade", " deferrable", " match full"]) ??
      "";
    const valid = hand.chance(0.3) ? " not valid" : "";
    return `${alter(table)} add foreign key (${list(own.map((name) => name ?? ""))}) references ${quotePath(target)} (${list(key.columns)})${action}${valid}`;
  }),
  onTable(
    (hand, table) =>
      `${alter(table)} add exclude using btree (${quoteName(hand.pick(table.columns)?.name ?? "")} with =)`,
  ),
  onTable((hand, table) => {
    const one = hand.pick(table.constraints);
    return one === undefined ? undefined : `${alter(table)} drop constraint ${quoteName(one.name)}${cascade(hand)}`;
  }),
  onTable((hand, table) => {
    const one = hand.pick(table.constraints);
    const form = hand.pick([
      `rename constraint ${quoteName(one?.name ?? "")} to ${hand.fresh("k")}`,
      `validate constraint ${quoteName(one?.name ?? "")}`,
      `alter constraint ${quoteName(one?.name ?? "")} deferrable initially deferred`,
    ]);
    return one === undefined ? undefined : `${alter(table)} ${form ?? ""}`;
  }),
];

export const indexEdits: readonly Edit[] = [
  onTable((hand, table) => {
    const names = someColumns(hand, table, 3);
    const first = quoteName(names[0] ?? "");
    const keys = hand.pick([
      list(names),
      `${first} desc nulls last`,
      `(${first}::varchar::text)`,
      `lower(${first}::varchar::text), ${first}`,
      `(${first}::varchar::text) text_pattern_ops`,
      `${first} collate "C"`,
    ]);
    const tail =
      hand.pick([
        "",
        "",
        ` include (${first})`,
        ` with (fillfactor = 70)`,
        ` where ${first} is not null`,
        " nulls not distinct",
      ]) ?? "";
    const unique = hand.chance(0.2) || tail.includes("nulls not") ? "unique " : "";
    return `create ${unique}index ${hand.fresh("i")} on ${quotePath(table)} (${keys ?? ""})${tail}`;
  }),
  onColumn((hand, table, { name }) => {
    const method = hand.pick(["hash", "brin", "gin", "gist", "spgist"]) ?? "hash";
    return `create index ${hand.fresh("i")} on ${quotePath(table)} using ${method} (${quoteName(name)})`;
  }),
  onTable((hand, table) => {
    const index = hand.pick(table.indexes);
    if (index === undefined) return undefined;
    const path = quotePath({ schema: table.schema, name: index.name });
    return hand.pick([
      `drop index ${path}`,
      `alter index ${path} rename to ${hand.fresh("i")}`,
      `alter index ${path} set (fillfactor = 55)`,
      `alter table ${quotePath(table)} cluster on ${quoteName(index.name)}`,
      `alter table ${quotePath(table)} replica identity using index ${quoteName(index.name)}`,
    ]);
  }),
  onTable(
    (hand, table) =>
      `create statistics ${hand.fresh("s")} on ${list(table.columns.slice(0, 2).map(({ name }) => name))} from ${quotePath(table)}`,
  ),
];
