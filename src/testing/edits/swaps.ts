// Edits after which a name stands for something else, or something for another name: what a comparison by names takes for a change.
import type { Constraint, Table } from "../../pg/catalog/tables.ts";
import { quoteName, quotePath } from "../../pg/quote.ts";
import type { Edit, Hand } from "./hand.ts";
import { alter, list, onColumn, onTable, someColumns, text, together, typeOf } from "./hand.ts";

const aside = "senior__aside";

const pairOf = <T>(hand: Hand, of: readonly T[]): readonly [T, T] | undefined => {
  const [a, b] = [hand.pick(of), hand.pick(of)];
  return a === undefined || b === undefined || a === b ? undefined : [a, b];
};

/** Another text of the same constraint under its name. */
const rewritten = (hand: Hand, table: Table, one: Constraint): string | undefined => {
  if (one.kind === "check") return hand.pick([`check (true)`, `check (not (${one.expression}) or true)`]);
  if (one.kind === "foreign-key")
    return `foreign key (${list(one.columns)}) references ${quotePath(one.references.table)} (${list(one.references.columns)}) ${
      hand.pick([
        "on delete cascade",
        "on update set null",
        "deferrable initially deferred",
        "match full",
        "not valid",
      ]) ?? ""
    }`;
  if (one.kind === "exclusion") return undefined;
  const words = one.kind === "primary-key" ? "primary key" : "unique";
  const columns = hand.chance(0.5) ? one.columns.toReversed() : [...one.columns, ...someColumns(hand, table, 1)];
  return `${words} (${list([...new Set(columns)])})${hand.pick(["", "", " deferrable", ` with (fillfactor = 60)`]) ?? ""}`;
};

export const swapEdits: readonly Edit[] = [
  onTable((hand, table) => {
    const pair = pairOf(hand, table.columns);
    if (pair === undefined) return undefined;
    const [a, b] = pair.map(({ name }) => quoteName(name));
    const rename = `${alter(table)} rename column`;
    return together(
      `${rename} ${a ?? ""} to ${aside}`,
      `${rename} ${b ?? ""} to ${a ?? ""}`,
      `${rename} ${aside} to ${b ?? ""}`,
    );
  }),
  (hand) => {
    const pair = pairOf(
      hand,
      hand.catalog.tables.filter(
        ({ kind, schema, partitionOf }) => kind === "table" && schema === "public" && partitionOf === undefined,
      ),
    );
    if (pair === undefined) return undefined;
    const [a, b] = pair.map(quotePath);
    const [nameA, nameB] = pair.map(({ name }) => quoteName(name));
    return together(
      `alter table ${a ?? ""} rename to ${aside}`,
      `alter table ${b ?? ""} rename to ${nameA ?? ""}`,
      `alter table public.${aside} rename to ${nameB ?? ""}`,
    );
  },
  // The usual way to put a view in a table's place.
  onTable((hand, table) => {
    const name = `${table.name.slice(0, 40)}_base`;
    const columns = hand.chance(0.5) ? "*" : list(someColumns(hand, table, 4));
    return together(
      `${alter(table)} rename to ${quoteName(name)}`,
      `create view ${quotePath(table)} as select ${columns} from ${quotePath({ schema: table.schema, name })}`,
    );
  }),
  onColumn((hand, table, { name }) => {
    const type = typeOf(hand);
    return together(
      `${alter(table)} drop column ${quoteName(name)} cascade`,
      `${alter(table)} add column ${quoteName(name)} ${type}${hand.chance(0.3) ? " not null" : ""}`,
    );
  }),
  onTable((hand, table) => {
    const type = typeOf(hand);
    return together(
      `drop table ${quotePath(table)} cascade`,
      `create table ${quotePath(table)} (id int primary key, ${hand.fresh("n")} ${type}, ${table.columns
        .slice(-1)
        .map(({ name }) => `${quoteName(`${name.slice(0, 50)}2`)} text`)
        .join(", ")})`,
    );
  }),
  onTable((hand, table) => {
    const one = hand.pick(table.constraints);
    const next = one === undefined ? undefined : rewritten(hand, table, one);
    if (one === undefined || next === undefined) return undefined;
    const name = quoteName(one.name);
    return together(
      `${alter(table)} drop constraint ${name}${hand.chance(0.5) ? " cascade" : ""}`,
      `${alter(table)} add constraint ${name} ${next}`,
    );
  }),
  onTable((hand, table) => {
    const index = hand.pick(table.indexes.filter(({ constraint }) => constraint === undefined));
    if (index === undefined) return undefined;
    const path = quotePath({ schema: table.schema, name: index.name });
    const columns = list(someColumns(hand, table, 2));
    return together(
      `drop index ${path}`,
      `create ${hand.chance(0.2) ? "unique " : ""}index ${quoteName(index.name)} on ${quotePath(table)} (${columns})${hand.pick(["", " with (fillfactor = 50)", " where true"]) ?? ""}`,
    );
  }),
  // A unique index that becomes a key, and a key that becomes one.
  onTable((hand, table) => {
    const index = hand.pick(table.indexes.filter(({ unique, constraint }) => unique && constraint === undefined));
    const key = hand.pick(table.constraints.filter(({ kind }) => kind === "unique"));
    if (index !== undefined && hand.chance(0.6))
      return `${alter(table)} add constraint ${hand.chance(0.5) ? quoteName(index.name) : hand.fresh("uk")} ${hand.pick(["unique", "primary key"]) ?? ""} using index ${quoteName(index.name)}`;
    return key?.kind !== "unique"
      ? undefined
      : together(
          `${alter(table)} drop constraint ${quoteName(key.name)} cascade`,
          `create unique index ${quoteName(key.name)} on ${quotePath(table)} (${list(key.columns)})`,
        );
  }),
  (hand) => {
    const view = hand.pick(hand.catalog.views);
    if (view === undefined) return undefined;
    const [now, next] = view.materialized ? ["materialized view", "view"] : ["view", "materialized view"];
    return together(
      `drop ${now} ${quotePath(view)} cascade`,
      `create ${next} ${quotePath(view)} as ${view.definition}`,
    );
  },
  // An enum's columns become text with a check, or text an enum.
  onColumn((hand, table, { name, type, default: fallback }) => {
    const one = hand.catalog.enums.find((other) => other.schema === type.schema && other.name === type.name);
    const column = `${alter(table)} alter column ${quoteName(name)}`;
    if (one === undefined || type.array) return undefined;
    return together(
      ...(fallback === undefined ? [] : [`${column} drop default`]),
      `${column} type text using ${quoteName(name)}::text`,
      `${alter(table)} add check (${quoteName(name)} in (${one.values.map(text).join(", ")}))`,
    );
  }),
  // serial becomes identity.
  onColumn((hand, table, { name, default: fallback }) => {
    if (fallback?.startsWith("nextval(") !== true) return undefined;
    const column = `${alter(table)} alter column ${quoteName(name)}`;
    const owned = hand.catalog.sequences.find(
      ({ ownedBy }) => ownedBy?.column === name && ownedBy.table.name === table.name,
    );
    return together(
      `${column} drop default`,
      ...(owned === undefined ? [] : [`drop sequence ${quotePath(owned)} cascade`]),
      `${column} set not null`,
      `${column} add generated ${hand.pick(["always", "by default"]) ?? ""} as identity`,
    );
  }),
  // A key and what refers to it get another type together.
  onTable((hand, table) => {
    const keys = table.constraints.filter(({ kind }) => kind === "foreign-key");
    const key = hand.pick(keys);
    if (key?.kind !== "foreign-key" || key.columns.length !== 1) return undefined;
    const type = hand.pick(["bigint", "numeric(12)", "text"]) ?? "bigint";
    const target = key.references;
    const change = (on: string, column = ""): string =>
      `alter table ${on} alter column ${quoteName(column)} type ${type} using ${quoteName(column)}::${type}`;
    return together(
      `${alter(table)} drop constraint ${quoteName(key.name)}`,
      change(quotePath(table), key.columns[0]),
      change(quotePath(target.table), target.columns[0]),
      `${alter(table)} add constraint ${quoteName(key.name)} foreign key (${list(key.columns)}) references ${quotePath(target.table)} (${list(target.columns)})`,
    );
  }),
];
