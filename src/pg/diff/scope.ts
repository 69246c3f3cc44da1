// What a comparison is about: some schemas, and what belongs to them.
import type { Catalog } from "../catalog.ts";
import type { Platform } from "./platform.ts";

/** Tables in which migration runners keep their books. */
const books = new Set([
  "schema_migrations",
  "flyway_schema_history",
  "senior_migrations",
  "goose_db_version",
  "gorp_migrations",
  "__diesel_schema_migrations",
  "schema_info",
  "pgmigrations",
  "__drizzle_migrations",
  "_prisma_migrations",
  "knex_migrations",
  "knex_migrations_lock",
]);

export interface Scope {
  /** Only these, where there are any. */
  readonly only: readonly string[];
  readonly exclude: readonly string[];
}

const named = <T extends { readonly schema: string }>(
  list: readonly T[],
  has: (schema: string) => boolean,
): readonly T[] => list.filter(({ schema }) => has(schema));

/** The part of a catalog that lies in some schemas; what has no schema stays. */
export const within = (catalog: Catalog, has: (schema: string) => boolean): Catalog => ({
  ...catalog,
  schemas: catalog.schemas.filter(({ name }) => has(name)),
  extensions: named(catalog.extensions, has),
  tables: named(catalog.tables, has),
  views: named(catalog.views, has),
  sequences: named(catalog.sequences, has),
  enums: named(catalog.enums, has),
  domains: named(catalog.domains, has),
  composites: named(catalog.composites, has),
  ranges: named(catalog.ranges, has),
  baseTypes: named(catalog.baseTypes, has),
  collations: named(catalog.collations, has),
  routines: named(catalog.routines, has),
  aggregates: named(catalog.aggregates, has),
  operators: named(catalog.operators, has),
  operatorFamilies: named(catalog.operatorFamilies, has),
  operatorClasses: named(catalog.operatorClasses, has),
  conversions: named(catalog.conversions, has),
  statistics: named(catalog.statistics, has),
  textSearchParsers: named(catalog.textSearchParsers, has),
  textSearchTemplates: named(catalog.textSearchTemplates, has),
  textSearchDictionaries: named(catalog.textSearchDictionaries, has),
  textSearchConfigurations: named(catalog.textSearchConfigurations, has),
  defaultPrivileges: catalog.defaultPrivileges.filter(({ schema }) => schema === undefined || has(schema)),
});

/** Which schemas are compared: those asked for; of a server those of the desired state, but for its platform's; of two files, all. */
export const scopeOf = (to: Catalog, { only, exclude }: Scope, platform?: Platform): ((schema: string) => boolean) => {
  const wanted = new Set(to.schemas.map(({ name }) => name));
  return (schema) => {
    if (exclude.includes(schema)) return false;
    if (only.length > 0) return only.includes(schema);
    return platform === undefined || (wanted.has(schema) && !platform.schema(schema));
  };
};

/** What of a catalog is compared: objects of no schema too, unless they are the platform's or only serve what is left out. */
export const comparedOf = (
  catalog: Catalog,
  has: (schema: string) => boolean,
  { role, publication }: Platform,
  to: Catalog,
): Catalog => {
  const scoped = within(catalog, has);
  const isOwn = ({ owner }: { readonly owner?: string }): boolean => owner === undefined || !role(owner);
  return {
    ...scoped,
    eventTriggers: scoped.eventTriggers.filter(({ function: { schema } }) => has(schema) || schema === "pg_catalog"),
    publications: scoped.publications.filter(
      ({ name }) => !publication(name) || to.publications.some((one) => one.name === name),
    ),
    foreignDataWrappers: scoped.foreignDataWrappers.filter(isOwn),
    servers: scoped.servers.filter(isOwn),
  };
};

/** A runner's books on the server are no part of a schema file. */
export const withoutBooks = (from: Catalog, to: Catalog): Catalog => {
  const isBook = ({ schema, name }: { readonly schema: string; readonly name: string }): boolean =>
    books.has(name) && !to.tables.some((table) => table.schema === schema && table.name === name);
  const owned = new Set(from.tables.filter(isBook).map(({ schema, name }) => `${schema}.${name}`));
  if (owned.size === 0) return from;
  return {
    ...from,
    tables: from.tables.filter((table) => !isBook(table)),
    sequences: from.sequences.filter(
      ({ ownedBy }) => ownedBy === undefined || !owned.has(`${ownedBy.table.schema}.${ownedBy.table.name}`),
    ),
  };
};
