// Edits that PostgreSQL takes only when what depends is taken down first and put up again: what people do by hand.
import type { Catalog } from "../../pg/catalog.ts";
import type { ObjectKey } from "../../pg/catalog/object.ts";
import { keyOf, partKey, signatureKey } from "../../pg/catalog/object.ts";
import type { View } from "../../pg/catalog/tables.ts";
import { quoteName, quotePath } from "../../pg/quote.ts";
import type { Edit } from "./hand.ts";
import { alter, onColumn, text, together } from "./hand.ts";

/** Views over an object, those over views after them. */
const viewsOver = (catalog: Catalog, keys: readonly ObjectKey[]): readonly View[] => {
  const found: View[] = [];
  const under = new Set<string>(keys);
  for (let size = -1; size !== under.size;) {
    size = under.size;
    for (const { object, on } of catalog.dependencies) {
      const view = under.has(on) ? catalog.views.find((one) => keyOf("view", one) === object) : undefined;
      if (view === undefined || found.includes(view)) continue;
      found.push(view);
      under.add(object);
      for (const { name } of view.columns) under.add(partKey("column", view, name));
    }
  }
  return found;
};

const noun = ({ materialized }: View): string => (materialized ? "materialized view" : "view");

const down = (views: readonly View[]): readonly string[] =>
  views.map((view) => `drop ${noun(view)} if exists ${quotePath(view)} cascade`);

const up = (views: readonly View[], change = (definition: string): string => definition): readonly string[] =>
  views.flatMap((view) => [
    `create ${noun(view)} ${quotePath(view)} (${view.columns.map(({ name }) => quoteName(name)).join(", ")}) as ${change(view.definition).replace(/;\s*$/, "")}`,
    ...view.indexes.map(({ definition }) => definition),
  ]);

export const dependantEdits: readonly Edit[] = [
  // Another type under views over views.
  onColumn((hand, table, { name }) => {
    const views = viewsOver(hand.catalog, [partKey("column", table, name), keyOf("table", table)]);
    if (views.length === 0) return undefined;
    const type = hand.pick(["text", "varchar(90)", "bigint", "numeric", "timestamptz"]) ?? "text";
    return together(
      ...down(views),
      `${alter(table)} alter column ${quoteName(name)} type ${type} using ${quoteName(name)}::text::${type}`,
      ...up(views),
    );
  }),
  // Another signature under views that call it.
  (hand) => {
    const routine = hand.pick(hand.catalog.routines.filter(({ types }) => types.join() === "integer,text"));
    if (routine === undefined) return undefined;
    const views = viewsOver(hand.catalog, [signatureKey("routine", routine, routine.types)]);
    const body = `language sql immutable as $f$ select b || a::text || c::text $f$`;
    const more = (definition: string): string => definition.replaceAll(/(\([^()]*'y'::text)\)/g, "$1, true)");
    return together(
      ...down(views),
      `drop function ${quotePath(routine)}(integer, text) cascade`,
      `create function ${quotePath(routine)}(a int, b text default 'x', c boolean default false) returns text ${body}`,
      ...up(views, hand.chance(0.5) ? more : undefined),
    );
  },
  // The same signature, other names of arguments or another result.
  (hand) => {
    const routine = hand.pick(hand.catalog.routines.filter(({ types }) => types.join() === "integer,text"));
    if (routine === undefined) return undefined;
    const views = viewsOver(hand.catalog, [signatureKey("routine", routine, routine.types)]);
    const result = hand.pick(["varchar", "text"]) ?? "text";
    return together(
      ...down(views),
      `drop function ${quotePath(routine)}(integer, text) cascade`,
      `create function ${quotePath(routine)}(n int, t text default 'z') returns ${result} language sql immutable as $f$ select t || n::text $f$`,
      ...up(views),
    );
  },
  // Values of an enum in another order, or fewer of them.
  (hand) => {
    const one = hand.pick(hand.catalog.enums);
    if (one === undefined || one.values.length < 2) return undefined;
    const users = hand.catalog.tables.flatMap((table) =>
      table.columns
        .filter(({ type }) => type.schema === one.schema && type.name === one.name)
        .map((column) => ({ table, column })),
    );
    const views = viewsOver(
      hand.catalog,
      users.flatMap(({ table, column }) => [partKey("column", table, column.name), keyOf("table", table)]),
    );
    const values = hand.chance(0.7) ? one.values.toReversed() : one.values.slice(1);
    const [path, aside] = [quotePath(one), quotePath({ schema: one.schema, name: `${one.name.slice(0, 40)}__aside` })];
    return together(
      ...down(views),
      `alter type ${path} rename to ${quoteName(`${one.name.slice(0, 40)}__aside`)}`,
      `create type ${path} as enum (${values.map(text).join(", ")})`,
      ...users.flatMap(({ table, column }) => {
        const name = quoteName(column.name);
        const array = column.type.array ? "[]" : "";
        return [
          ...(column.default === undefined ? [] : [`${alter(table)} alter column ${name} drop default`]),
          `${alter(table)} alter column ${name} type ${path}${array} using ${name}::text${array}::${path}${array}`,
        ];
      }),
      ...up(views),
      `drop type ${aside} cascade`,
    );
  },
  // A view without its first column, under others.
  (hand) => {
    const view = hand.pick(hand.catalog.views.filter(({ columns }) => columns.length > 1));
    if (view === undefined) return undefined;
    const above = viewsOver(hand.catalog, [
      keyOf("view", view),
      ...view.columns.map(({ name }) => partKey("column", view, name)),
    ]);
    const names = view.columns.slice(hand.chance(0.5) ? 1 : 0).toReversed();
    return together(
      ...down([view, ...above]),
      `create ${noun(view)} ${quotePath(view)} as select ${names.map(({ name }) => quoteName(name)).join(", ")} from (${view.definition.replace(/;\s*$/, "")}) inner_view (${view.columns.map(({ name }) => quoteName(name)).join(", ")})`,
      ...up(above),
    );
  },
];
