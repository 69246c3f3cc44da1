// Edits of tables that have parents: partitions that go elsewhere, heirs that come and go while their parents change.
import { keyOf } from "../../pg/catalog/object.ts";
import type { Table } from "../../pg/catalog/tables.ts";
import { quoteName, quotePath } from "../../pg/quote.ts";
import type { Edit, Hand } from "./hand.ts";
import { alter, list, onTable, together } from "./hand.ts";

const plainTable = ({ kind, partitionOf }: Table): boolean => kind === "table" && partitionOf === undefined;

const changeOf = (hand: Hand, table: Table): string => {
  const column = quoteName(hand.pick(table.columns)?.name ?? "");
  return `${alter(table)} ${
    hand.pick([
      `add column ${hand.fresh("pc")} int not null default 7`,
      `drop column ${column} cascade`,
      `alter column ${column} type text using ${column}::text`,
      `alter column ${column} set not null`,
      `alter column ${column} drop not null`,
      `alter column ${column} set default null`,
      `rename column ${column} to ${hand.fresh("pr")}`,
      `add constraint ${hand.fresh("pk")} check (${column} is not null or true)${hand.pick(["", " no inherit", " not valid"]) ?? ""}`,
    ]) ?? ""
  }`;
};

const heirsOf = (hand: Hand, { schema, name }: Table): readonly Table[] =>
  hand.catalog.tables.filter(({ inherits }) =>
    inherits.some((parent) => parent.schema === schema && parent.name === name),
  );

export const lineageEdits: readonly Edit[] = [
  // A table made like another inherits from it, which changes as well.
  onTable((hand, table) => {
    if (!plainTable(table)) return undefined;
    const name = hand.fresh("heir");
    return together(
      `create table ${name} (like ${quotePath(table)} including ${hand.pick(["constraints", "all", "defaults including constraints"]) ?? "all"})`,
      ...(hand.chance(0.5) ? [`alter table ${name} add column ${hand.fresh("own")} text`] : []),
      `alter table ${name} inherit ${quotePath(table)}`,
    );
  }),
  // Parents with heirs change, and heirs of their own accord.
  (hand) => {
    const parent = hand.pick(hand.catalog.tables.filter((table) => heirsOf(hand, table).length > 0));
    return parent === undefined ? undefined : changeOf(hand, parent);
  },
  (hand) => {
    const heir = hand.pick(hand.catalog.tables.filter(({ inherits }) => inherits.length > 0));
    return heir === undefined ? undefined : changeOf(hand, heir);
  },
  (hand) => {
    const heir = hand.pick(hand.catalog.tables.filter(({ inherits }) => inherits.length > 0));
    const parent = heir?.inherits[0];
    if (heir === undefined || parent === undefined) return undefined;
    const other = hand.catalog.tables.find((one) => keyOf("table", one) === keyOf("table", parent));
    return together(
      `${alter(heir)} no inherit ${quotePath(parent)}`,
      ...(other !== undefined && hand.chance(0.6) ? [changeOf(hand, other)] : []),
      ...(hand.chance(0.4) ? [`drop table ${quotePath(parent)} cascade`] : []),
    );
  },
  // Two parents, with a column of the same name.
  onTable((hand, table) =>
    plainTable(table) && table.columns.length > 0
      ? together(
          `create table ${quoteName(`${table.name.slice(0, 30)}_uncle`)} (${quoteName(table.columns[0]?.name ?? "")} ${table.columns[0]?.type.text ?? "int"}, uncle int default 5)`,
          `create table ${hand.fresh("nephew")} (own int) inherits (${quotePath(table)}, ${quoteName(`${table.name.slice(0, 30)}_uncle`)})`,
        )
      : undefined,
  ),
  // Partitions: changed through their parent, given other bounds, let go and taken back.
  (hand) => {
    const parent = hand.pick(hand.catalog.tables.filter(({ kind }) => kind === "partitioned"));
    return parent === undefined ? undefined : changeOf(hand, parent);
  },
  (hand) => {
    const part = hand.pick(hand.catalog.tables.filter(({ partitionOf }) => partitionOf !== undefined));
    if (part?.partitionOf === undefined) return undefined;
    const { parent, bound } = part.partitionOf;
    const year = 2300 + hand.below(90);
    const next = bound.includes("FROM")
      ? `for values from ('${year}-01-01') to ('${year + 1}-01-01')`
      : bound.includes(" IN ")
        ? `for values in ('${year}-02-02')`
        : "default";
    return together(
      `alter table ${quotePath(parent)} detach partition ${quotePath(part)}`,
      `alter table ${quotePath(parent)} attach partition ${quotePath(part)} ${next}`,
    );
  },
  (hand) => {
    const part = hand.pick(hand.catalog.tables.filter(({ partitionOf }) => partitionOf !== undefined));
    if (part === undefined) return undefined;
    const column = quoteName(hand.pick(part.columns)?.name ?? "");
    return hand.pick([
      `${alter(part)} alter column ${column} set default null`,
      `create index ${hand.fresh("pi")} on ${quotePath(part)} (${column})`,
      `${alter(part)} add constraint ${hand.fresh("pck")} check (${column} is not null or true)`,
      `${alter(part)} add constraint ${hand.fresh("puk")} unique (${column})`,
      `${alter(part)} alter column ${column} set not null`,
      `${alter(part)} alter column ${column} set statistics 9`,
      `${alter(part)} rename to ${hand.fresh("part")}`,
      `drop table ${quotePath(part)}`,
    ]);
  },
  // What a partitioned table hands down.
  (hand) => {
    const parent = hand.pick(hand.catalog.tables.filter(({ kind }) => kind === "partitioned"));
    if (parent === undefined) return undefined;
    const names = parent.columns.map(({ name }) => name);
    const routine = hand.pick(hand.catalog.routines.filter(({ returns }) => returns === "trigger"));
    return hand.pick([
      `create index ${hand.fresh("ppi")} on ${quotePath(parent)} (${list(names.slice(0, 2).toReversed())})`,
      `create unique index ${hand.fresh("ppu")} on ${quotePath(parent)} (${list(names)})`,
      `${alter(parent)} add constraint ${hand.fresh("ppk")} unique (${list(names)})`,
      `create index ${hand.fresh("ppo")} on only ${quotePath(parent)} (${list(names.slice(0, 1))})`,
      routine === undefined
        ? undefined
        : `create trigger ${hand.fresh("ptr")} after insert or update on ${quotePath(parent)} for each row execute function ${quotePath(routine)}()`,
      `alter table ${quotePath(parent)} alter column ${quoteName(names[0] ?? "")} set default null`,
      `create table ${hand.fresh("ref")} (id int primary key, ${parent.columns.map(({ name, type }) => `${quoteName(name)} ${type.text}`).join(", ")})`,
    ]);
  },
  // A key that refers to a partitioned table, or from one.
  (hand) => {
    const parent = hand.pick(hand.catalog.tables.filter(({ kind }) => kind === "partitioned"));
    const key = parent?.constraints.find((one) => one.kind === "primary-key" || one.kind === "unique");
    if (parent === undefined || key === undefined || key.kind === "foreign-key") return undefined;
    const columns = parent.columns.filter(({ name }) => key.columns.includes(name));
    return `create table ${hand.fresh("ref")} (id int, ${columns.map(({ name, type }) => `${quoteName(name)} ${type.text}`).join(", ")}, foreign key (${list(key.columns)}) references ${quotePath(parent)} (${list(key.columns)})${hand.pick(["", " on delete cascade"]) ?? ""})`;
  },
];
