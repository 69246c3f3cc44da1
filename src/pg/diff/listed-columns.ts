// Names that a query gives to all columns of a table, one after the other: `public.t t(a, b)`. Where a table has its columns in another order, so has the list.
import type { Catalog } from "../catalog.ts";
import type { RewriteRule, Table } from "../catalog/tables.ts";
import { quoteName, quotePath } from "../quote.ts";

const identifier = String.raw`(?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)`;

const listing = new RegExp(
  String.raw`(${identifier}\.${identifier}) (${identifier})\((${identifier}(?:, ${identifier})*)\)`,
  "gu",
);

/** Paths of the tables whose columns a query lists. */
export const listedIn = (definition: string): ReadonlySet<string> =>
  new Set([...definition.matchAll(listing)].flatMap(([, table]) => table ?? []));

const namesIn = (list: string): readonly string[] => list.match(new RegExp(identifier, "gu")) ?? [];

/** The columns of the new side in the order in which the old side's table will have them: those that are added come last. */
const orderOn = (before: Table, after: Table, added: readonly string[] = []): readonly string[] => {
  const names = after.columns.map(({ name }) => name);
  const stay = before.columns.map(({ name }) => name).filter((name) => names.includes(name) && !added.includes(name));
  const come = [...added, ...names.filter((name) => !stay.includes(name) && !added.includes(name))];
  return [...stay, ...come.filter((name) => names.includes(name))];
};

/** Columns in the order in which statements add them, by the path of their table. */
export type Added = ReadonlyMap<string, readonly string[]>;

const addition = new RegExp(String.raw`^ALTER TABLE (${identifier}\.${identifier}) ADD COLUMN (${identifier}) `, "u");

const unquoted = (name: string): string => (name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name);

export const addedBy = (statements: readonly string[]): Added => {
  const found = new Map<string, string[]>();
  for (const sql of statements) {
    const [, table = "", column = ""] = addition.exec(sql) ?? [];
    if (table !== "") found.set(table, [...(found.get(table) ?? []), unquoted(column)]);
  }
  return found;
};

type Tables = (path: string) => readonly [Table, Table] | undefined;

const reordered = (definition: string, tables: Tables, added: Added): string =>
  definition.replace(listing, (all, path: string, alias: string, list: string) => {
    const [before, after] = tables(path) ?? [];
    if (before === undefined || after === undefined) return all;
    const names = namesIn(list);
    const called = new Map(after.columns.map(({ name }, at) => [name, names[at] ?? quoteName(name)]));
    return `${path} ${alias}(${orderOn(before, after, added.get(path))
      .map((name) => called.get(name) ?? quoteName(name))
      .join(", ")})`;
  });

/** The new side with its lists of columns as the tables of the old side will have them, once these are added. */
export const withListsInPlace = (from: Catalog, to: Catalog, added: Added): Catalog => {
  const lists = [...to.views, ...to.views.flatMap(({ rules }) => rules), ...to.tables.flatMap(({ rules }) => rules)];
  if (!lists.some(({ definition }) => listedIn(definition).size > 0)) return to;
  const [before, after] = [from, to].map(({ tables }) => new Map(tables.map((one) => [quotePath(one), one])));
  const tables: Tables = (path) => {
    const [a, b] = [before?.get(path), after?.get(path)];
    return a === undefined || b === undefined ? undefined : [a, b];
  };
  const inPlace = <T extends { readonly definition: string }>(one: T): T => {
    const definition = reordered(one.definition, tables, added);
    return definition === one.definition ? one : { ...one, definition };
  };
  const isSame = (list: readonly unknown[], other: readonly unknown[]): boolean =>
    list.every((one, at) => one === other[at]);
  const withRules = <T extends { readonly rules: readonly RewriteRule[] }>(one: T): T => {
    const rules = one.rules.map(inPlace);
    return isSame(rules, one.rules) ? one : { ...one, rules };
  };
  const [views, owners] = [to.views.map((one) => withRules(inPlace(one))), to.tables.map(withRules)];
  return isSame(views, to.views) && isSame(owners, to.tables) ? to : { ...to, views, tables: owners };
};
