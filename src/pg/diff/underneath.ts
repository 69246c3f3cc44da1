// What lies under the part of a catalog that is compared: objects of other schemas that it cannot be without.
import type { Catalog } from "../catalog.ts";
import { globalKey, keyOf, signatureKey } from "../catalog/object.ts";
import type { Table } from "../catalog/tables.ts";
import { partsOf } from "./parts.ts";

/** Enough to refer to: a table of others has no rules, triggers or policies here, and refers to nothing itself. */
const bare = (table: Table): Table => ({
  ...table,
  constraints: table.constraints.filter(({ kind }) => kind === "primary-key" || kind === "unique"),
  indexes: table.indexes.filter(({ unique }) => unique),
  triggers: [],
  rules: [],
  policies: [],
});

const onlyKeys = (all: Catalog, has: (key: string) => boolean): Catalog => {
  const named = <T extends { readonly schema: string; readonly name: string }>(
    kind: Parameters<typeof keyOf>[0],
    list: readonly T[],
  ): readonly T[] => list.filter((one) => has(keyOf(kind, one)));
  const signed = <T extends { readonly schema: string; readonly name: string; readonly types: readonly string[] }>(
    list: readonly T[],
  ): readonly T[] => list.filter((one) => has(signatureKey("routine", one, one.types)));
  return {
    ...all,
    schemas: all.schemas.filter(({ name }) => has(globalKey("schema", name))),
    extensions: all.extensions.filter(({ name }) => has(globalKey("extension", name))),
    tables: named("table", all.tables),
    views: named("view", all.views),
    sequences: named("sequence", all.sequences),
    enums: named("type", all.enums),
    domains: named("type", all.domains),
    composites: named("type", all.composites),
    ranges: named("type", all.ranges),
    baseTypes: named("type", all.baseTypes),
    collations: named("collation", all.collations),
    routines: signed(all.routines),
    aggregates: signed(all.aggregates),
    textSearchDictionaries: named("text search dictionary", all.textSearchDictionaries),
    textSearchConfigurations: named("text search configuration", all.textSearchConfigurations),
  };
};

/** Keys of all that some parts need, with all parts of what is needed. */
const reached = (catalog: Catalog, begin: Iterable<string>): ReadonlySet<string> => {
  const parts = partsOf(catalog);
  const seen = new Set<string>();
  const open = [...begin];
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    const part = parts.byKey.get(key);
    if (part === undefined || seen.has(key)) continue;
    seen.add(key);
    open.push(...(parts.needs.get(key) ?? []), ...parts.childrenOf(key).map((child) => child.key));
    if (part.of !== undefined) open.push(part.of);
    const { value } = part;
    if ("schema" in value && typeof value.schema === "string") open.push(globalKey("schema", value.schema));
  }
  return seen;
};

const others = (all: Catalog, has: (schema: string) => boolean): Catalog => ({
  ...all,
  tables: all.tables.map((table) => (has(table.schema) ? table : bare(table))),
});

/** The lists that something else may need. */
const lists = [
  "schemas",
  "extensions",
  "tables",
  "views",
  "sequences",
  "enums",
  "domains",
  "composites",
  "ranges",
  "baseTypes",
  "collations",
  "routines",
  "aggregates",
  "textSearchDictionaries",
  "textSearchConfigurations",
] as const satisfies readonly (keyof Catalog)[];

/** The scoped part and what lies under it. */
export const withUnderneath = (all: Catalog, scoped: Catalog, has: (schema: string) => boolean): Catalog => {
  const bared = others(all, has);
  const wanted = reached(bared, partsOf(scoped).byKey.keys());
  const under = onlyKeys(bared, (key) => wanted.has(key));
  const merged = lists.map((list) => {
    const own: readonly unknown[] = scoped[list];
    const below: readonly unknown[] = under[list];
    return [list, [...own, ...below.filter((one) => !own.includes(one))]] as const;
  });
  return { ...scoped, ...(Object.fromEntries(merged) as unknown as Pick<Catalog, (typeof lists)[number]>) };
};

/** Objects of `schemas` whose names a text mentions, and what lies under them. */
export const mentioned = (all: Catalog, schemas: (name: string) => boolean, text: string): Catalog => {
  const bared = others(all, () => false);
  const plain = text.replaceAll('"', "").toLowerCase();
  const isMentioned = ({ schema, name }: { readonly schema: string; readonly name: string }): boolean =>
    schemas(schema) && plain.includes(`${schema}.${name}`.toLowerCase());
  const begin = [...partsOf(bared).byKey.values()].flatMap(({ key, value }) =>
    ("schema" in value &&
      typeof value.schema === "string" &&
      "name" in value &&
      typeof value.name === "string" &&
      isMentioned({ schema: value.schema, name: value.name })) ||
    (key.startsWith("extension ") && "schema" in value && typeof value.schema === "string" && schemas(value.schema)) ||
    (key.startsWith("schema ") && "name" in value && typeof value.name === "string" && schemas(value.name))
      ? [key]
      : [],
  );
  const wanted = reached(bared, begin);
  const found = onlyKeys(bared, (key) => wanted.has(key));
  return Object.fromEntries(
    Object.entries(found).map(([list, value]) => [
      list,
      Array.isArray(value) && list !== "dependencies" && !(lists as readonly string[]).includes(list)
        ? []
        : (value as unknown),
    ]),
  ) as unknown as Catalog;
};
