// Edits of types and sequences.
import { quoteName, quotePath } from "../../pg/quote.ts";
import type { Edit } from "./hand.ts";
import { alter, plain, together, typeOf } from "./hand.ts";

export const typeEdits: readonly Edit[] = [
  (hand) => `create type ${hand.fresh("e")} as enum ('a', 'b', 'c d', 'it''s')`,
  (hand) => {
    const one = hand.pick(hand.catalog.enums);
    const value = hand.pick(one?.values ?? []);
    if (one === undefined || value === undefined) return undefined;
    const text = `'${value.replaceAll("'", "''")}'`;
    const path = quotePath(one);
    return hand.pick([
      `alter type ${path} add value 'n${hand.below(1000)}' ${hand.pick(["before", "after"]) ?? ""} ${text}`,
      `alter type ${path} add value 'n${hand.below(1000)}'`,
      `alter type ${path} rename value ${text} to 'r${hand.below(1000)}'`,
      `drop type ${path} cascade`,
      `alter type ${path} rename to ${hand.fresh("e")}`,
    ]);
  },
  (hand) =>
    `create domain ${hand.fresh("d")} as ${hand.pick(["text", "integer", "varchar(40)"]) ?? "text"} ${hand.pick(["", "not null", "default null", "check (value is not null or true)", 'collate "C"']) ?? ""}`,
  (hand) => {
    const one = hand.pick(hand.catalog.domains);
    if (one === undefined) return undefined;
    const path = quotePath(one);
    const check = hand.pick(one.constraints);
    return hand.pick([
      `alter domain ${path} add constraint ${hand.fresh("dk")} check (value::text <> 'never')${hand.chance(0.3) ? " not valid" : ""}`,
      `alter domain ${path} set default null`,
      `alter domain ${path} drop default`,
      `alter domain ${path} ${one.nullable ? "set" : "drop"} not null`,
      check === undefined ? undefined : `alter domain ${path} drop constraint ${quoteName(check.name)}`,
      `drop domain ${path} cascade`,
    ]);
  },
  (hand) => `create type ${hand.fresh("ct")} as (a int, b ${typeOf(hand)}, "C c" text)`,
  (hand) => {
    const one = hand.pick(hand.catalog.composites);
    if (one === undefined) return undefined;
    const attribute = quoteName(hand.pick(one.attributes)?.name ?? "");
    return hand.pick([
      `alter type ${quotePath(one)} add attribute ${hand.fresh("at")} text`,
      `alter type ${quotePath(one)} drop attribute ${attribute}`,
      `alter type ${quotePath(one)} alter attribute ${attribute} type text`,
      `drop type ${quotePath(one)} cascade`,
    ]);
  },
  (hand) => `create type ${hand.fresh("rg")} as range (subtype = ${hand.pick(["float8", "int", "date"]) ?? "int"})`,
  (hand) => {
    const one = hand.pick(hand.catalog.ranges);
    const table = hand.pick(plain(hand));
    if (one === undefined || table === undefined) return undefined;
    const path = quotePath(one);
    return hand.pick([
      `${alter(table)} add column ${hand.fresh("rc")} ${path}`,
      `${alter(table)} add column ${hand.fresh("rc")} ${quotePath(one.multirange)}`,
      `alter type ${path} rename to ${hand.fresh("rg")}`,
      `drop type ${path} cascade`,
      `revoke usage on type ${path} from public`,
    ]);
  },
  // A domain over another type, taken by the columns that had it.
  (hand) => {
    const one = hand.pick(hand.catalog.domains);
    if (one === undefined) return undefined;
    const users = hand.catalog.tables.flatMap((table) =>
      table.columns
        .filter(({ type }) => type.schema === one.schema && type.name === one.name && !type.array)
        .map(({ name }) => ({ table, name: quoteName(name) })),
    );
    const base = hand.pick(["text", "varchar(300)", "varchar(12)"]) ?? "text";
    const [path, aside] = [quotePath(one), `${one.name.slice(0, 40)}__aside`];
    return together(
      `alter domain ${path} rename to ${quoteName(aside)}`,
      `create domain ${path} as ${base}${hand.chance(0.5) ? " check (length(value::text) < 300)" : ""}`,
      ...users.map(
        ({ table, name }) => `${alter(table)} alter column ${name} type ${path} using ${name}::text::${path}`,
      ),
      `drop domain ${quotePath({ schema: one.schema, name: aside })}`,
    );
  },
  (hand) =>
    `create sequence ${hand.fresh("sq")} ${hand.pick(["", "as smallint", "increment -2", "minvalue 5 maxvalue 99 cycle", "cache 10 start 3"]) ?? ""}`,
  (hand) => {
    const one = hand.pick(hand.catalog.sequences);
    const table = hand.pick(plain(hand));
    if (one === undefined || table === undefined) return undefined;
    return hand.pick([
      `alter sequence ${quotePath(one)} increment by 3 cache 4`,
      `alter sequence ${quotePath(one)} owned by ${quotePath(table)}.${quoteName(hand.pick(table.columns)?.name ?? "")}`,
      `alter sequence ${quotePath(one)} owned by none`,
      `alter sequence ${quotePath(one)} as bigint`,
      `drop sequence ${quotePath(one)} cascade`,
      `${alter(table)} add column ${hand.fresh("n")} bigint default nextval('${quotePath(one).replaceAll("'", "''")}')`,
    ]);
  },
];
