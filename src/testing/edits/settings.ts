// Edits of how things are told and done: deferrable, enforced, enabled, checked, granted on single columns.
import { quoteName, quotePath } from "../../pg/quote.ts";
import type { Edit } from "./hand.ts";
import { alter, list, onColumn, onTable, plain, someColumns, together } from "./hand.ts";

export const settingEdits: readonly Edit[] = [
  onTable((hand, table) => {
    const one = hand.pick(table.constraints);
    if (one === undefined) return undefined;
    return `${alter(table)} alter constraint ${quoteName(one.name)} ${hand.pick(["deferrable", "not deferrable", "deferrable initially deferred", "not enforced", "enforced", "inherit", "no inherit"]) ?? ""}`;
  }),
  onColumn((hand, table, { name }) => {
    const column = quoteName(name);
    const named = hand.fresh("nn");
    return hand.pick([
      `${alter(table)} add constraint ${named} not null ${column}`,
      `${alter(table)} add constraint ${named} not null ${column} not valid`,
      together(
        `${alter(table)} add constraint ${named} not null ${column}`,
        `comment on constraint ${named} on ${quotePath(table)} is 'needed'`,
      ),
      `${alter(table)} add check (${column} is not null or true) not enforced`,
      `${alter(table)} add constraint ${hand.fresh("kk")} check (${column} is not null or true) no inherit`,
    ]);
  }),
  onTable((hand, table) => {
    const [column = ""] = someColumns(hand, table, 1);
    return hand.pick([
      `${alter(table)} add constraint ${hand.fresh("ex")} exclude using gist (${quoteName(column)} with &&)`,
      `${alter(table)} add constraint ${hand.fresh("ex")} exclude using hash (${quoteName(column)} with =) where (${quoteName(column)} is not null) deferrable`,
      `${alter(table)} add constraint ${hand.fresh("ex")} exclude using btree ((${quoteName(column)}::varchar::text) with =)`,
    ]);
  }),
  onTable((hand, table) => {
    const index = hand.pick(table.indexes);
    if (index === undefined) return undefined;
    const path = quotePath({ schema: table.schema, name: index.name });
    return hand.pick([
      `alter index ${path} alter column 1 set statistics 300`,
      `alter index ${path} reset (fillfactor)`,
      `comment on index ${path} is 'quick'`,
      `${alter(table)} replica identity using index ${quoteName(index.name)}`,
      `${alter(table)} replica identity nothing`,
    ]);
  }),
  (hand) => {
    const view = hand.pick(hand.catalog.views.filter(({ materialized }) => !materialized));
    const routine = hand.pick(hand.catalog.routines.filter(({ returns }) => returns === "trigger"));
    if (view === undefined) return undefined;
    const [path, column] = [quotePath(view), quoteName(hand.pick(view.columns)?.name ?? "")];
    return hand.pick([
      `alter view ${path} set (security_invoker = true)`,
      `alter view ${path} set (check_option = ${hand.pick(["local", "cascaded"]) ?? ""})`,
      `alter view ${path} reset (security_barrier)`,
      `grant select (${column}), update (${column}) on ${path} to reader`,
      `comment on column ${path}.${column} is 'seen'`,
      `create rule ${hand.fresh("vr")} as on insert to ${path} do instead nothing`,
      routine === undefined
        ? undefined
        : `create trigger ${hand.fresh("vt")} instead of insert or update on ${path} for each row execute function ${quotePath(routine)}()`,
    ]);
  },
  onTable((hand, table) => {
    const routine = hand.pick(hand.catalog.routines.filter(({ returns }) => returns === "trigger"));
    if (routine === undefined) return undefined;
    const path = quotePath(table);
    const call = `execute function ${quotePath(routine)}(${hand.pick(["", "'a'", "'it''s', 'b'"]) ?? ""})`;
    return hand.pick([
      `create constraint trigger ${hand.fresh("ctr")} after insert or update on ${path} deferrable initially deferred for each row ${call}`,
      `create trigger ${hand.fresh("ttr")} after update on ${path} referencing old table as o new table as n for each statement ${call}`,
      `create trigger ${hand.fresh("wtr")} before update on ${path} for each row when (old.* is distinct from new.*) ${call}`,
      `create trigger ${hand.fresh("dtr")} before delete on ${path} for each row when (old.${quoteName(hand.pick(table.columns)?.name ?? "")} is not null) ${call}`,
    ]);
  }),
  onTable((hand, table) => {
    const [trigger, rule] = [hand.pick(table.triggers), hand.pick(table.rules)];
    return hand.pick([
      trigger === undefined ? undefined : `${alter(table)} enable replica trigger ${quoteName(trigger.name)}`,
      rule === undefined ? undefined : `${alter(table)} disable rule ${quoteName(rule.name)}`,
      rule === undefined ? undefined : `${alter(table)} enable always rule ${quoteName(rule.name)}`,
      rule === undefined ? undefined : `drop rule ${quoteName(rule.name)} on ${quotePath(table)}`,
      `${alter(table)} disable trigger user`,
    ]);
  }),
  onTable((hand, table) => {
    const other = hand.pick(plain(hand));
    const [mine, theirs] = [hand.pick(table.columns)?.name, hand.pick(other?.columns ?? [])?.name];
    if (other === undefined || mine === undefined || theirs === undefined) return undefined;
    return hand.pick([
      `create policy ${hand.fresh("sub")} on ${quotePath(table)} using (exists (select from ${quotePath(other)} o where o.${quoteName(theirs)} is not null))`,
      `create rule ${hand.fresh("ru")} as on insert to ${quotePath(table)} where new.${quoteName(mine)} is null do also delete from ${quotePath(other)} where ${quoteName(theirs)} is null`,
      `create view ${hand.fresh("j")} as select a.${quoteName(mine)} as x, b.* from ${quotePath(table)} a left join ${quotePath(other)} b on a.${quoteName(mine)}::varchar = b.${quoteName(theirs)}::varchar`,
      `create materialized view ${hand.fresh("mj")} as select ${quoteName(theirs)}, count(*) as n from ${quotePath(other)} group by ${quoteName(theirs)} with no data`,
    ]);
  }),
  onTable(
    (hand, table) =>
      `grant ${hand.pick(["select", "insert", "update", "references"]) ?? ""} (${list(someColumns(hand, table, 3))}) on ${quotePath(table)} to ${hand.pick(["reader", "boss", "public"]) ?? ""}${hand.chance(0.3) ? " with grant option" : ""}`,
  ),
  onTable(
    (hand, table) =>
      `revoke ${hand.pick(["select", "all", "update"]) ?? ""} (${list(someColumns(hand, table, 3))}) on ${quotePath(table)} from ${hand.pick(["reader", "boss", "public"]) ?? ""}`,
  ),
  // A function that others rely on, made anew with another result or other arguments.
  (hand) => {
    const one = hand.pick(
      hand.catalog.routines.filter(({ kind, body }) => kind === "function" && body.kind === "source"),
    );
    return one === undefined || one.returns === "trigger" || one.returns === "event_trigger"
      ? undefined
      : together(
          `drop function ${quotePath(one)}(${one.types.join(", ")}) cascade`,
          `create function ${quotePath(one)}(${[...one.types, ...(hand.chance(0.5) ? ["int default 1"] : [])].join(", ")}) returns ${hand.pick(["text", "int", "setof text"]) ?? ""} language sql ${hand.pick(["immutable", "volatile"]) ?? ""} as 'select null'`,
        );
  },
  (hand) => {
    const one = hand.pick(hand.catalog.sequences);
    if (one === undefined) return undefined;
    return `alter sequence ${quotePath(one)} ${hand.pick(["as smallint", "as bigint", "maxvalue 900", "no maxvalue", "minvalue -5", "cycle", "no cycle", "start 4", "restart 8", "cache 7", "increment -1", "set unlogged"]) ?? ""}`;
  },
];
