// Reads a catalog through a function that answers queries, and builds the model from the rows.
import { Fault } from "../kernel/fault.ts";
import type { Catalog, CatalogReading, TableStatistics } from "./catalog.ts";
import { catalogVersion } from "./catalog.ts";
import type { ObjectName } from "./catalog/object.ts";
import { byName, byPath, compareText } from "./catalog/object.ts";
import type { DefaultPrivileges, Extension } from "./catalog/services.ts";
import { catalogQueries, oldestVersion, sizesQuery, versionQuery } from "./introspect.ts";
import type { Context } from "./read-catalog/context.ts";
import { contextOf } from "./read-catalog/context.ts";
import { linksOf } from "./read-catalog/dependencies.ts";
import type { AclKind } from "./read-catalog/grants.ts";
import { grantsOf } from "./read-catalog/grants.ts";
import { relationsOf } from "./read-catalog/relations.ts";
import { routinesOf } from "./read-catalog/routines.ts";
import type { Row } from "./read-catalog/rows.ts";
import { Rows, maybe, optional, rowsIn, text, texts } from "./read-catalog/rows.ts";
import { typesOf } from "./read-catalog/types.ts";

/** Runs a query of one text column and gives its rows. */
export type Ask = (sql: string) => Promise<readonly string[]>;

export interface CatalogScope {
  /** Only these schemas; all of the user's when empty. */
  readonly schemas: readonly string[];
  /** The role that ran a schema file: what it owns is left without an owner. */
  readonly loader?: string;
}

const extension = (row: Row, context: Context): Extension => ({
  name: text(row, "name"),
  schema: text(row, "schema"),
  version: text(row, "version"),
  ...context.described("pg_extension", row),
});

const granted = {
  r: { objects: "tables", acl: "table" },
  S: { objects: "sequences", acl: "sequence" },
  f: { objects: "functions", acl: "routine" },
  T: { objects: "types", acl: "type" },
  n: { objects: "schemas", acl: "schema" },
  L: { objects: "large objects", acl: "large object" },
} as const satisfies Readonly<Record<string, { objects: DefaultPrivileges["objects"]; acl: AclKind }>>;

const defaultPrivileges = (row: Row, { version }: Context, loader: string | undefined): DefaultPrivileges => {
  const { objects, acl } = granted[text(row, "objects") as keyof typeof granted];
  const [role, schema] = [text(row, "role"), maybe(row, "schema")];
  return {
    ...(role === loader ? {} : { role }),
    ...optional("schema", schema),
    objects,
    grants: grantsOf(texts(row, "acl"), acl, schema === undefined ? role : undefined, version),
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

const readVersion = async (ask: Ask): Promise<{ readonly version: number; readonly text: string }> => {
  const [number = "", full = ""] = ((await ask(versionQuery))[0] ?? "").split(" ");
  const version = Number(number);
  if (!(version >= oldestVersion)) {
    throw new Fault(
      "world.database",
      `the server is PostgreSQL ${full || "unknown"}; 14 is the oldest that can be read`,
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

const catalogOf = (context: Context, { schemas: wanted, loader }: CatalogScope): Catalog => {
  const { rows } = context;
  const inScope = (schema: string): boolean => wanted.length === 0 || wanted.includes(schema);
  const pick = <T extends ObjectName>(found: readonly T[], order: (a: T, b: T) => number = byPath): readonly T[] =>
    found.filter(({ schema }) => inScope(schema)).sort(order);
  const relations = relationsOf(context);
  const types = typesOf(context);
  const { routines, aggregates } = routinesOf(context);
  const { dependencies } = linksOf(context);
  return {
    version: catalogVersion,
    schemas: relations.schemas.filter(({ name }) => inScope(name)).sort(byName),
    extensions: rows
      .of("extensions")
      .map((row) => extension(row, context))
      .sort(byName),
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
    operators: [],
    operatorFamilies: [],
    operatorClasses: [],
    casts: [],
    transforms: [],
    conversions: [],
    languages: [],
    accessMethods: [],
    eventTriggers: [],
    statistics: pick(relations.statistics),
    publications: [],
    foreignDataWrappers: [],
    servers: [],
    userMappings: [],
    textSearchParsers: [],
    textSearchTemplates: [],
    textSearchDictionaries: [],
    textSearchConfigurations: [],
    defaultPrivileges: rows
      .of("defaultPrivileges")
      .map((row) => defaultPrivileges(row, context, loader))
      .filter(({ schema }) => schema === undefined || inScope(schema))
      .sort(privilegeOrder),
    dependencies,
    unmodelled: [],
  };
};

const readRows = async (ask: Ask, queries: readonly string[]): Promise<Rows> => {
  const rows = new Rows();
  for (const query of queries) for (const answer of await ask(query)) rows.add(answer);
  return rows;
};

/** Reads everything in scope. `ask` must answer from one snapshot, with an empty search_path so that names are printed in full. */
export const readCatalogWith = async (
  ask: Ask,
  kind: CatalogReading["server"]["kind"],
  scope: CatalogScope,
): Promise<CatalogReading> => {
  const { version, text: versionText } = await readVersion(ask);
  const catalog = catalogOf(contextOf(await readRows(ask, catalogQueries(version)), version, scope.loader), scope);
  const sizes =
    kind === "embedded" ? [] : (await readRows(ask, [sizesQuery(version)])).of("sizes").map(tableStatistics);
  const known = new Set(catalog.schemas.map(({ name }) => name));
  const statistics = sizes.filter(({ schema }) => known.has(schema)).sort(byPath);
  return { server: { version, text: versionText, kind }, catalog, statistics };
};
