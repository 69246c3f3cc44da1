// Reads a catalog through a function that answers queries, and builds the model from the rows.
import { Fault } from "../kernel/fault.ts";
import type { Catalog, CatalogReading, TableStatistics, Unmodelled } from "./catalog.ts";
import { catalogVersion } from "./catalog.ts";
import type { ObjectName } from "./catalog/object.ts";
import { byName, byPath, compareText } from "./catalog/object.ts";
import type { DefaultPrivileges } from "./catalog/services.ts";
import { catalogQueries, oldestVersion, sizesQuery, versionQuery } from "./introspect.ts";
import { identify } from "./introspect/links.ts";
import type { Context } from "./read-catalog/context.ts";
import { contextOf } from "./read-catalog/context.ts";
import { linksOf } from "./read-catalog/dependencies.ts";
import type { AclKind } from "./read-catalog/grants.ts";
import type { Kept } from "./read-catalog/kept.ts";
import { relationsOf } from "./read-catalog/relations.ts";
import { routinesOf } from "./read-catalog/routines.ts";
import type { Row } from "./read-catalog/rows.ts";
import { Rows, maybe, optional, rowsIn, text } from "./read-catalog/rows.ts";
import { servicesOf } from "./read-catalog/services.ts";
import { typesOf } from "./read-catalog/types.ts";

/** Runs a query of one text column and gives its rows. */
export type Ask = (sql: string) => Promise<readonly string[]>;

export interface CatalogScope {
  /** Only these schemas; all of the user's when empty. */
  readonly schemas: readonly string[];
  /** The role that ran a schema file: what it owns is left without an owner. */
  readonly loader?: string;
}

const aclKinds: Readonly<Record<DefaultPrivileges["objects"], AclKind>> = {
  tables: "table",
  sequences: "sequence",
  functions: "routine",
  types: "type",
  schemas: "schema",
  "large objects": "large object",
};

const defaultPrivileges = (row: Row, context: Context): DefaultPrivileges => {
  const objects = text(row, "objects") as DefaultPrivileges["objects"];
  const [role, schema] = [text(row, "role"), maybe(row, "schema")];
  return {
    ...(role === context.loader ? {} : { role }),
    ...optional("schema", schema),
    objects,
    grants: context.grants(row, aclKinds[objects], schema === undefined ? role : undefined),
  };
};

const tableStatistics = (row: Row): TableStatistics => ({
  schema: text(row, "schema"),
  name: text(row, "name"),
  ...(row["rows"] === null ? {} : { rows: Number(row["rows"]) }),
  bytes: Number(row["bytes"]),
  indexes: rowsIn(row, "indexes")
    .map((one) => ({ name: text(one, "name"), bytes: Number(one["bytes"]), scans: Number(one["scans"]) }))
    .sort(byName),
});

export const readVersion = async (ask: Ask): Promise<{ readonly version: number; readonly text: string }> => {
  const [number = "", full = ""] = ((await ask(versionQuery))[0] ?? "").split(" ");
  const version = Number(number);
  if (!(version >= oldestVersion)) {
    throw new Fault(
      "world.database",
      `the server is PostgreSQL ${full || "unknown"}; 14 is the oldest that can be read`,
      { help: "upgrade the server, or name a dump of its schema (pg_dump --schema-only) instead of the connection" },
    );
  }
  return { version, text: full };
};

const signatureOrder = (a: ObjectName & { readonly types: readonly string[] }, b: typeof a): number =>
  byPath(a, b) || compareText(a.types.join(), b.types.join());

const privilegeOrder = (a: DefaultPrivileges, b: DefaultPrivileges): number =>
  compareText(a.role ?? "", b.role ?? "") ||
  compareText(a.schema ?? "", b.schema ?? "") ||
  compareText(a.objects, b.objects);

interface Built {
  readonly catalog: Catalog;
  /** In scope, and not in the catalog: class and number. */
  readonly unknown: readonly string[];
}

const build = (context: Context, { schemas: wanted }: CatalogScope): Built => {
  const { rows } = context;
  const inScope = (schema: string): boolean => wanted.length === 0 || wanted.includes(schema);
  const pick = <T extends ObjectName>(found: readonly T[], order: (a: T, b: T) => number = byPath): readonly T[] =>
    found.filter(({ schema }) => inScope(schema)).toSorted(order);
  const relations = relationsOf(context);
  const types = typesOf(context);
  const { routines, aggregates } = routinesOf(context);
  const services = servicesOf(context);
  const { dependencies, unknown } = linksOf(context);
  // Fields in the order of the type, so that the JSON is the same everywhere.
  const catalog: Catalog = {
    version: catalogVersion,
    schemas: relations.schemas.filter(({ name }) => inScope(name)).toSorted(byName),
    extensions: services.extensions,
    tables: pick(relations.tables),
    views: pick(relations.views),
    sequences: pick(relations.sequences),
    enums: pick(types.enums),
    domains: pick(types.domains),
    composites: pick(types.composites),
    ranges: pick(types.ranges),
    baseTypes: pick(types.baseTypes),
    collations: pick(types.collations),
    routines: pick(routines, signatureOrder),
    aggregates: pick(aggregates, signatureOrder),
    operators: pick(services.operators, () => 0),
    operatorFamilies: pick(services.operatorFamilies, () => 0),
    operatorClasses: pick(services.operatorClasses, () => 0),
    casts: services.casts,
    transforms: services.transforms,
    conversions: pick(services.conversions),
    languages: services.languages,
    accessMethods: services.accessMethods,
    eventTriggers: services.eventTriggers,
    statistics: pick(relations.statistics),
    publications: services.publications,
    foreignDataWrappers: services.foreignDataWrappers,
    servers: services.servers,
    userMappings: services.userMappings,
    textSearchParsers: pick(services.textSearchParsers),
    textSearchTemplates: pick(services.textSearchTemplates),
    textSearchDictionaries: pick(services.textSearchDictionaries),
    textSearchConfigurations: pick(services.textSearchConfigurations),
    defaultPrivileges: rows
      .of("defaultPrivileges")
      .map((row) => defaultPrivileges(row, context))
      .filter(({ schema }) => schema === undefined || inScope(schema))
      .sort(privilegeOrder),
    dependencies,
    unmodelled: [],
  };
  return { catalog, unknown };
};

const byKind = (a: Unmodelled, b: Unmodelled): number =>
  compareText(a.kind, b.kind) || compareText(a.identity, b.identity);

/** What the server holds and the model does not, in the server's own words. */
const unmodelledIn = async (ask: Ask, rows: Rows, unknown: readonly string[]): Promise<readonly Unmodelled[]> => {
  const named = unknown.length === 0 ? [] : (await ask(identify(unknown))).map((json) => JSON.parse(json) as Row);
  return [...rows.of("leftovers"), ...named]
    .map((row) => ({ kind: text(row, "kind"), identity: text(row, "identity") }))
    .sort(byKind);
};

export const readRows = async (ask: Ask, queries: readonly string[]): Promise<Rows> => {
  const rows = new Rows();
  for (const query of queries) for (const answer of await ask(query)) rows.add(answer);
  return rows;
};

/** Version in numbers and in words. */
export type ServerVersion = Awaited<ReturnType<typeof readVersion>>;

/** The reading that rows make, with what only another question to the server tells. */
export const readingOf = async (
  ask: Ask,
  rows: Rows,
  server: ServerVersion & Pick<CatalogReading["server"], "kind">,
  scope: CatalogScope,
  kept?: Kept,
): Promise<CatalogReading> => {
  const { version, kind } = server;
  const { catalog: known, unknown } = build(contextOf(rows, version, scope.loader, kept), scope);
  const catalog = { ...known, unmodelled: await unmodelledIn(ask, rows, unknown) };
  const sizes =
    kind === "embedded" ? [] : (await readRows(ask, [sizesQuery(version)])).of("sizes").map(tableStatistics);
  const schemas = new Set(catalog.schemas.map(({ name }) => name));
  const statistics = sizes.filter(({ schema }) => schemas.has(schema)).sort(byPath);
  return { server, catalog, statistics };
};

/** Reads everything in scope. `ask` must answer from one snapshot, with an empty search_path so that names are printed in full. */
export const readCatalogWith = async (
  ask: Ask,
  kind: CatalogReading["server"]["kind"],
  scope: CatalogScope,
): Promise<CatalogReading> => {
  const server = { ...(await readVersion(ask)), kind };
  return readingOf(ask, await readRows(ask, catalogQueries(server.version)), server, scope);
};
