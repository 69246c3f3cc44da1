// Edits of types within types, of what they are made of while it is in use, and of functions that speak of them.
import { quoteName, quotePath } from "../../pg/quote.ts";
import type { Edit } from "./hand.ts";
import { alter, onTable, plain, typeOf } from "./hand.ts";

export const nestedEdits: readonly Edit[] = [
  onTable((hand, table) => `${alter(table)} add column ${hand.fresh("ar")} ${typeOf(hand)}[]`),
  (hand) => `create type ${hand.fresh("ct")} as (x ${typeOf(hand)}, y ${typeOf(hand)}[])`,
  (hand) =>
    `create domain ${hand.fresh("dd")} as ${typeOf(hand)}${hand.pick(["", "[]", " check (value is null or true)"]) ?? ""}`,
  // A row of a table as a column, an argument or a result.
  onTable((hand, table) => {
    const other = hand.pick(plain(hand).filter((one) => one !== table));
    if (other === undefined) return undefined;
    return hand.pick([
      `${alter(table)} add column ${hand.fresh("row")} ${quotePath(other)}`,
      `create function ${hand.fresh("ofrow")}(r ${quotePath(other)}) returns text language sql immutable as $f$ select r::text $f$`,
      `create function ${hand.fresh("arow")}() returns ${quotePath(other)} language sql stable as $f$ select * from ${quotePath(other)} limit 1 $f$`,
      `create type ${hand.fresh("ct")} as (r ${quotePath(other)}, n int)`,
    ]);
  }),
  (hand) => {
    const type = typeOf(hand);
    return hand.pick([
      `create function ${hand.fresh("ty")}(v ${type} default null) returns ${type} language sql immutable as $f$ select v $f$`,
      `create function ${hand.fresh("ty")}(v ${type}[]) returns setof ${type} language plpgsql as $f$ begin return query select unnest(v); end $f$`,
      `create procedure ${hand.fresh("tp")}(inout v ${type}) language sql as $f$ select v $f$`,
    ]);
  },
  (hand) => {
    const one = hand.pick(hand.catalog.composites);
    const attribute = quoteName(hand.pick(one?.attributes ?? [])?.name ?? "");
    if (one === undefined) return undefined;
    return hand.pick([
      `alter type ${quotePath(one)} add attribute ${hand.fresh("at")} ${typeOf(hand)} cascade`,
      `alter type ${quotePath(one)} drop attribute ${attribute} cascade`,
      `alter type ${quotePath(one)} rename attribute ${attribute} to ${hand.fresh("at")} cascade`,
      `create table ${hand.fresh("typed")} of ${quotePath(one)}`,
    ]);
  },
  (hand) => {
    const table = hand.pick(hand.catalog.tables.filter(({ ofType }) => ofType !== undefined));
    if (table === undefined) return undefined;
    const column = quoteName(hand.pick(table.columns)?.name ?? "");
    return hand.pick([
      `${alter(table)} not of`,
      `${alter(table)} add primary key (${column})`,
      `${alter(table)} alter column ${column} set default null`,
      `${alter(table)} alter column ${column} set not null`,
    ]);
  },
  // New values that serve at once.
  (hand) => {
    const one = hand.pick(hand.catalog.enums);
    const table = hand.pick(plain(hand));
    if (one === undefined || table === undefined) return undefined;
    const value = hand.pick(one.values)?.replaceAll("'", "''") ?? "";
    return hand.pick([
      `${alter(table)} add column ${hand.fresh("ec")} ${quotePath(one)} not null default '${value}'`,
      `${alter(table)} add column ${hand.fresh("ec")} ${quotePath(one)}[] default array['${value}']::${quotePath(one)}[]`,
      `create table ${hand.fresh("byenum")} (k ${quotePath(one)} not null) partition by list (k)`,
      `create view ${hand.fresh("ev")} as select '${value}'::${quotePath(one)} as v`,
      `create function ${hand.fresh("ef")}(k ${quotePath(one)} default '${value}') returns int language sql immutable begin atomic select case when k = '${value}' then 1 else 2 end; end`,
    ]);
  },
  onTable((hand, table) => {
    const column = table.columns.find(({ type }) => hand.catalog.enums.some(({ name }) => name === type.name));
    if (column === undefined || column.type.array) return undefined;
    const one = hand.catalog.enums.find(({ name }) => name === column.type.name);
    const value = hand.pick(one?.values ?? [])?.replaceAll("'", "''") ?? "";
    const name = quoteName(column.name);
    return hand.pick([
      `create index ${hand.fresh("ei")} on ${quotePath(table)} (${name}) where ${name} = '${value}'`,
      `${alter(table)} add constraint ${hand.fresh("eck")} check (${name} <> '${value}' or true)`,
      `create policy ${hand.fresh("ep")} on ${quotePath(table)} using (${name} = '${value}')`,
      `${alter(table)} alter column ${name} set default '${value}'`,
      `${alter(table)} add column ${hand.fresh("eg")} boolean generated always as (${name} = '${value}') stored`,
    ]);
  }),
];
