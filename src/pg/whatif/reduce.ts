// A catalog without what the planner does not look at, so that it can be built quickly, and without what only production has.
import type { Catalog } from "../catalog.ts";
import type { ObjectName } from "../catalog/object.ts";
import type { Column, ColumnType, Index, Table, View } from "../catalog/tables.ts";
import { omit } from "../diff/omit.ts";
import type { DatabaseCollation } from "./statistics.ts";

/** Where the clone keeps what is its own. */
export const cloneSchema = "senior clone";

/** Production's default collation, under a name of its own: an embedded database is created with C. */
export const productionCollation: ObjectName = { schema: cloneSchema, name: "production" };

/** Order and patterns as in C: nothing to do. */
export const isPlainCollation = ({ provider, name }: DatabaseCollation): boolean =>
  provider === "c" && /^(C|POSIX)$/i.test(name);

const isText = ({ name, kind, base }: ColumnType): boolean =>
  kind === "domain" ? /^(text|character)/.test(base ?? "") : ["text", "varchar", "bpchar", "citext"].includes(name);

interface Reduction {
  /** Text has production's collation, under its name here. */
  readonly collated: boolean;
  /** The planner may use what is NOT NULL. */
  readonly notNull: boolean;
}

const bareColumn =
  ({ collated, notNull }: Reduction) =>
  (column: Column): Column => {
    const virtual = column.generated?.storage === "virtual" ? { generated: column.generated } : {};
    const collation = column.collation ?? (collated && isText(column.type) ? productionCollation : undefined);
    return {
      name: column.name,
      type: column.type,
      nullable: column.nullable || !notNull,
      ...virtual,
      ...(collation === undefined ? {} : { collation }),
      local: column.local,
      ...(column.statistics === undefined ? {} : { statistics: column.statistics }),
      options: column.options,
      foreignOptions: [],
      grants: [],
    };
  };

/** Indexes of plain relations are made afterwards, in production's order. */
const isAttached = (index: Index): boolean => index.constraint !== undefined || index.partOf !== undefined;

const bareTable =
  (reduction: Reduction) =>
  (table: Table): Table => ({
    schema: table.schema,
    name: table.name,
    kind: table.kind,
    persistence: "permanent",
    ...(table.partitionKey === undefined ? {} : { partitionKey: table.partitionKey }),
    ...(table.partitionOf === undefined ? {} : { partitionOf: table.partitionOf }),
    inherits: table.inherits,
    ...(table.ofType === undefined ? {} : { ofType: table.ofType }),
    storage: { options: table.storage.options.filter(({ name }) => !name.startsWith("toast.")) },
    rowSecurity: "off",
    replicaIdentity: "default",
    grants: [],
    columns: table.columns.map(bareColumn(reduction)),
    // Checking what is empty would only read indexes into the cache before they have their sizes.
    constraints: table.constraints.map((one) => (one.kind === "foreign-key" ? { ...one, validated: false } : one)),
    indexes: table.indexes.filter((index) => table.kind === "partitioned" || isAttached(index)).map(bareIndex),
    triggers: [],
    rules: [],
    policies: [],
  });

const bareIndex = (index: Index): Index => omit(index, "comment");

const bareView = (view: View): View => ({
  schema: view.schema,
  name: view.name,
  materialized: view.materialized,
  definition: view.definition,
  columns: view.columns.map((column) => ({ ...column, grants: [] })),
  storage: { options: view.materialized ? [] : view.storage.options },
  populated: view.populated,
  indexes: [],
  triggers: [],
  rules: [],
  grants: [],
});

const bare = <T extends { readonly comment?: string; readonly owner?: string }>(
  value: T,
): Omit<T, "comment" | "owner"> => {
  const rest = omit(value, "comment", "owner");
  return "grants" in rest ? { ...rest, grants: [] } : rest;
};

/** Sequences are not planned, nor is what guards, copies or replicates rows. */
export const reduceCatalog = (catalog: Catalog, collation: DatabaseCollation, notNull: boolean): Catalog => {
  const collated = !isPlainCollation(collation);
  return {
    ...catalog,
    schemas: catalog.schemas.map((one) => bare(one)),
    extensions: catalog.extensions.map((one) => bare(one)),
    tables: catalog.tables.filter(({ kind }) => kind !== "foreign").map(bareTable({ collated, notNull })),
    views: catalog.views.map(bareView),
    sequences: [],
    enums: catalog.enums.map((one) => bare(one)),
    domains: catalog.domains.map((one) => bare(one)),
    composites: catalog.composites.map((one) => bare(one)),
    ranges: catalog.ranges.map((one) => bare(one)),
    baseTypes: catalog.baseTypes.map((one) => bare(one)),
    collations: catalog.collations.map((one) => bare(one)),
    routines: catalog.routines.map((one) => bare(one)),
    aggregates: catalog.aggregates.map((one) => bare(one)),
    eventTriggers: [],
    accessMethods: [],
    transforms: [],
    statistics: catalog.statistics.map((one) => bare(one)),
    publications: [],
    foreignDataWrappers: [],
    servers: [],
    userMappings: [],
    defaultPrivileges: [],
  };
};

/** What makes the collation. ICU orders much as glibc does, and as in glibc patterns need an index of their own. */
export const collationStatements = ({ provider, name, rules }: DatabaseCollation): readonly string[] => {
  const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;
  const make = (options: string): string => `create collation "${cloneSchema}".production (${options})`;
  if (provider === "b") return [make(`provider = builtin, locale = ${text(name)}`)];
  if (provider === "i")
    return [make(`provider = icu, locale = ${text(name)}${rules === undefined ? "" : `, rules = ${text(rules)}`}`)];
  const tag = name.replace(/[.@].*$/, "").replace("_", "-");
  // The first that works: C.UTF-8 orders by code points, as libc does here.
  return /^C\b/.test(name)
    ? [make(`provider = libc, locale = ${text(name)}`)]
    : [make(`provider = icu, locale = ${text(tag)}`), make(`provider = libc, locale = ${text(name)}`)];
};
