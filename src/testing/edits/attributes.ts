// Edits of what every object has: comments, owners, rights, row security.
import type { Table, View } from "../../pg/catalog/tables.ts";
import { quoteName, quotePath } from "../../pg/quote.ts";
import type { Edit, Hand } from "./hand.ts";
import { alter, onColumn, onTable, plain } from "./hand.ts";

const subjectsOn = (hand: Hand, table: Table): readonly string[] => {
  const path = quotePath(table);
  const one = (noun: string, list: readonly { readonly name: string }[]): readonly string[] => {
    const found = hand.pick(list);
    return found === undefined ? [] : [`${noun} ${quoteName(found.name)} on ${path}`];
  };
  const index = hand.pick(table.indexes);
  return [
    `${table.kind === "foreign" ? "foreign table" : "table"} ${path}`,
    `column ${path}.${quoteName(hand.pick(table.columns)?.name ?? "")}`,
    ...(index === undefined ? [] : [`index ${quotePath({ schema: table.schema, name: index.name })}`]),
    ...one("constraint", table.constraints),
    ...one("trigger", table.triggers),
    ...one("policy", table.policies),
    ...one("rule", table.rules),
  ];
};

/** Objects of one kind, as SQL names them. */
const named =
  (noun: string, list: (hand: Hand) => readonly { readonly schema: string; readonly name: string }[]) =>
  (hand: Hand): readonly string[] => {
    const one = hand.pick(list(hand));
    return one === undefined ? [] : [`${noun} ${quotePath(one)}`];
  };

const subjects: readonly ((hand: Hand) => readonly string[])[] = [
  (hand) => {
    const table = hand.pick(hand.catalog.tables);
    return table === undefined ? [] : subjectsOn(hand, table);
  },
  named("view", ({ catalog }) => catalog.views.filter(({ materialized }) => !materialized)),
  named("materialized view", ({ catalog }) => catalog.views.filter(({ materialized }) => materialized)),
  named("type", ({ catalog }) => [...catalog.enums, ...catalog.composites, ...catalog.ranges]),
  named("domain", ({ catalog }) => catalog.domains),
  named("sequence", ({ catalog }) => catalog.sequences),
  named("collation", ({ catalog }) => catalog.collations),
  named("statistics", ({ catalog }) => catalog.statistics),
  named("text search configuration", ({ catalog }) => catalog.textSearchConfigurations),
  (hand) => {
    const one = hand.pick(hand.catalog.routines);
    return one === undefined ? [] : [`routine ${quotePath(one)}(${one.types.join(", ")})`];
  },
  (hand) => {
    const one = hand.pick(hand.catalog.schemas);
    return one === undefined ? [] : [`schema ${quoteName(one.name)}`];
  },
  (hand) => {
    const one = hand.pick(hand.catalog.views);
    return one === undefined ? [] : [`column ${quotePath(one)}.${quoteName(hand.pick(one.columns)?.name ?? "")}`];
  },
  (hand) => {
    const one = hand.pick(hand.catalog.composites);
    return one === undefined ? [] : [`column ${quotePath(one)}.${quoteName(hand.pick(one.attributes)?.name ?? "")}`];
  },
  (hand) => {
    const one = hand.pick(hand.catalog.domains);
    const check = hand.pick(one?.constraints ?? []);
    return one === undefined || check === undefined
      ? []
      : [`constraint ${quoteName(check.name)} on domain ${quotePath(one)}`];
  },
  (hand) => {
    const one = hand.pick(hand.catalog.publications);
    return one === undefined ? [] : [`publication ${quoteName(one.name)}`];
  },
  (hand) => {
    const one = hand.pick(hand.catalog.eventTriggers);
    return one === undefined ? [] : [`event trigger ${quoteName(one.name)}`];
  },
];

const anyObject = (hand: Hand): string | undefined => hand.pick(hand.pick(subjects)?.(hand) ?? []);

/** Roles that the edits name: they must be there before. */
export const editRoles: readonly string[] = ["reader", "boss"];

export const attributeEdits: readonly Edit[] = [
  (hand) => {
    const subject = anyObject(hand);
    return subject === undefined
      ? undefined
      : `comment on ${subject} is ${hand.pick(["'what it is'", "'it''s\n\"two\" lines'", "null"]) ?? ""}`;
  },
  (hand) => {
    const table = hand.pick<Table | View>([...plain(hand), ...hand.catalog.views]);
    if (table === undefined) return undefined;
    const right =
      hand.pick([
        "select",
        "all",
        "insert, update",
        `select (${quoteName(table.columns[0]?.name ?? "")})`,
        `update (${quoteName(table.columns[0]?.name ?? "")})`,
      ]) ?? "";
    return hand.chance(0.7)
      ? `grant ${right} on ${quotePath(table)} to ${hand.pick(["reader", "boss", "public"]) ?? ""}${hand.chance(0.2) ? " with grant option" : ""}`
      : `revoke ${right} on ${quotePath(table)} from reader`;
  },
  (hand) => {
    const { enums, domains, sequences, schemas } = hand.catalog;
    return hand.pick([
      ...enums.slice(0, 1).map((one) => `revoke usage on type ${quotePath(one)} from public`),
      ...domains.slice(0, 1).map((one) => `grant usage on type ${quotePath(one)} to reader`),
      ...sequences.slice(0, 1).map((one) => `grant usage on sequence ${quotePath(one)} to reader`),
      ...schemas.slice(0, 1).map((one) => `grant create on schema ${quoteName(one.name)} to boss`),
      `alter default privileges grant select on tables to reader`,
      `alter default privileges in schema ${quoteName(hand.pick(schemas)?.name ?? "public")} grant insert, update on tables to reader with grant option`,
      `alter default privileges in schema ${quoteName(hand.pick(schemas)?.name ?? "public")} revoke insert on tables from reader`,
      `alter default privileges for role boss revoke usage on types from public`,
      `alter default privileges for role boss grant usage on schemas to reader`,
      `alter default privileges in schema public grant usage on sequences to public`,
      `revoke all on schema ${quoteName(hand.pick(schemas)?.name ?? "public")} from public`,
      `grant all on all tables in schema ${quoteName(hand.pick(schemas)?.name ?? "public")} to reader`,
      `revoke all on all tables in schema ${quoteName(hand.pick(schemas)?.name ?? "public")} from reader`,
      `grant execute on all functions in schema ${quoteName(hand.pick(schemas)?.name ?? "public")} to boss`,
      `alter default privileges revoke execute on functions from public`,
    ]);
  },
  (hand) => {
    const subject = anyObject(hand);
    return subject === undefined || /^(column|index|constraint|trigger|policy)/.test(subject)
      ? undefined
      : `alter ${subject} owner to boss`;
  },
  onTable((hand, table) => {
    const one = hand.pick(table.policies);
    return hand.pick([
      `${alter(table)} ${hand.pick(["enable", "force", "disable", "no force"]) ?? ""} row level security`,
      `create policy ${hand.fresh("po")} on ${quotePath(table)} ${hand.pick(["", "as restrictive", "for select", "for insert"]) ?? ""} ${hand.chance(0.5) ? "to reader" : ""}`,
      one === undefined
        ? undefined
        : hand.pick([
            `drop policy ${quoteName(one.name)} on ${quotePath(table)}`,
            `alter policy ${quoteName(one.name)} on ${quotePath(table)} to boss`,
            `alter policy ${quoteName(one.name)} on ${quotePath(table)} using (${quoteName(hand.pick(table.columns)?.name ?? "")} is null)`,
            `alter policy ${quoteName(one.name)} on ${quotePath(table)} with check (current_user = 'boss')`,
            `alter policy ${quoteName(one.name)} on ${quotePath(table)} rename to ${hand.fresh("po")}`,
          ]),
    ]);
  }),
  onColumn(
    (hand, table, { name }) =>
      `create policy ${hand.fresh("po")} on ${quotePath(table)} using (${quoteName(name)} is not null)`,
  ),
  (hand) => `create schema ${hand.fresh("sch")}`,
  (hand) =>
    hand.pick([
      `create publication ${hand.fresh("pub")} for all tables`,
      ...plain(hand)
        .slice(0, 1)
        .map((table) => `create publication ${hand.fresh("pub")} for table ${quotePath(table)}`),
    ]),
  (hand) =>
    hand.pick([
      `create collation ${hand.fresh("col")} (provider = builtin, locale = 'C.UTF-8')`,
      `create text search configuration ${hand.fresh("ts")} (copy = english)`,
    ]),
];
