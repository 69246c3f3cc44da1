// Edits of functions, procedures, aggregates and triggers.
import { quoteName, quotePath } from "../../pg/quote.ts";
import type { Edit } from "./hand.ts";
import { alter, onTable, plain } from "./hand.ts";

export const routineEdits: readonly Edit[] = [
  (hand) =>
    `create function ${hand.fresh("f")}(a int, b text default 'x') returns text language sql ${hand.pick(["immutable", "stable strict", "volatile parallel safe cost 7"]) ?? ""} as $f$ select b || a::text $f$`,
  onTable(
    (hand, table) =>
      `create function ${hand.fresh("rows")}() returns setof ${quotePath(table)} language sql stable begin atomic select * from ${quotePath(table)}; end`,
  ),
  (hand) => `create procedure ${hand.fresh("pr")}(inout n int) language plpgsql as $p$ begin n := n + 1; end $p$`,
  (hand) =>
    `create function ${hand.fresh("tf")}() returns trigger language plpgsql as $t$ begin return ${hand.pick(["new", "null", "old"]) ?? "new"}; end $t$`,
  (hand) => {
    const one = hand.pick(hand.catalog.routines);
    if (one === undefined) return undefined;
    const noun = `routine ${quotePath(one)}(${one.types.join(", ")})`;
    return hand.pick([
      `drop ${noun} cascade`,
      `alter ${noun} rename to ${hand.fresh("f")}`,
      `alter ${noun} security definer`,
      `alter ${noun} set search_path = ''`,
      `revoke execute on ${noun} from public`,
    ]);
  },
  onTable((hand, table) => {
    const one = hand.pick(hand.catalog.routines.filter(({ returns }) => returns === "trigger"));
    if (one === undefined) return undefined;
    const when =
      hand.pick([
        "before insert",
        "after update or delete",
        "after truncate",
        `before update of ${quoteName(table.columns[0]?.name ?? "")}`,
      ]) ?? "";
    const each = when.includes("truncate") ? "statement" : hand.pick(["row", "statement"]);
    const guard = each === "row" && when === "before insert" && hand.chance(0.4) ? " when (new is not null)" : "";
    return `create trigger ${hand.fresh("tr")} ${when} on ${quotePath(table)} for each ${each ?? "row"}${guard} execute function ${quotePath(one)}()`;
  }),
  onTable((hand, table) => {
    const one = hand.pick(table.triggers);
    if (one === undefined) return undefined;
    const name = quoteName(one.name);
    return hand.pick([
      `drop trigger ${name} on ${quotePath(table)}`,
      `${alter(table)} disable trigger ${name}`,
      `${alter(table)} enable always trigger ${name}`,
      `alter trigger ${name} on ${quotePath(table)} rename to ${hand.fresh("tr")}`,
    ]);
  }),
  (hand) => {
    const one = hand.pick(hand.catalog.routines.filter(({ types }) => types.join() === "integer,text"));
    const table = hand.pick(plain(hand));
    if (one === undefined || table === undefined) return undefined;
    return hand.pick([
      `${alter(table)} add column ${hand.fresh("d")} text default ${quotePath(one)}(1, 'y')`,
      `${alter(table)} add constraint ${hand.fresh("ck")} check (${quotePath(one)}(1, 'y') <> 'z')`,
      `create view ${hand.fresh("v")} as select ${quotePath(one)}(1, 'y') as y`,
      `create index ${hand.fresh("fi")} on ${quotePath(table)} (${quotePath(one)}(1, ${quoteName(table.columns[0]?.name ?? "")}::varchar::text))`,
    ]);
  },
  // The same function with another body or other traits.
  (hand) => {
    const one = hand.pick(hand.catalog.routines.filter(({ body }) => body.kind === "source"));
    return one === undefined
      ? undefined
      : hand.pick([
          one.definition.replace(/(AS \$\w*\$)/i, "$1 "),
          `alter routine ${quotePath(one)}(${one.types.join(", ")}) ${hand.pick(["cost 33", "strict", "volatile", "parallel restricted", "leakproof", "reset all", "set work_mem = '8MB'", "set \"my.setting\" = 'a, b'"]) ?? ""}`,
          `grant execute on routine ${quotePath(one)}(${one.types.join(", ")}) to reader with grant option`,
        ]);
  },
  (hand) =>
    `create function ${hand.fresh("tab")}(variadic a int[], out n int, out t text) returns setof record language sql rows 7 as $f$ select unnest(a), 'x' $f$`,
  (hand) =>
    `create function ${hand.fresh("dep")}(a int default 3) returns table (x int, "Y y" text) language sql return (a, 'b')`,
  (hand) => {
    const one = hand.pick(hand.catalog.aggregates);
    return one === undefined
      ? undefined
      : hand.pick([
          `drop aggregate ${quotePath(one)}(${one.arguments}) cascade`,
          `comment on aggregate ${quotePath(one)}(${one.arguments}) is 'sum'`,
          `create view ${hand.fresh("av")} as select ${quotePath(one)}(n) as s from generate_series(1, 3) n`,
        ]);
  },
  (hand) => `create aggregate ${hand.fresh("agg")} (int) (sfunc = int4pl, stype = int, initcond = '0')`,
];
