// Reads a catalog through a function that answers queries, and builds the model from the rows.
import { Fault } from "../kernel/fault.ts";
import type {
  Catalog,
  CatalogReading,
  Column,
  Constraint,
  EnumType,
  Index,
  ObjectName,
  ReferentialAction,
  Table,
  TableStatistics,
  TypeKind,
  View,
} from "./catalog.ts";
import { catalogVersion } from "./catalog.ts";
import { catalogQueries, oldestVersion, versionQuery } from "./introspect.ts";

/** Runs a query of one text column and gives its rows. */
export type Ask = (sql: string) => Promise<readonly string[]>;

export interface CatalogScope {
  /** Only these schemas; all of the user's when empty. */
  readonly schemas: readonly string[];
}

type Row = Readonly<Record<string, unknown>>;

// Rows are made by our own queries: their shape is known, and a test reads every kind of object from real servers.
const text = (row: Row, key: string): string => String(row[key]);
const maybe = (row: Row, key: string): string | undefined =>
  row[key] === null || row[key] === undefined || row[key] === "" ? undefined : text(row, key);
const texts = (row: Row, key: string): readonly string[] => (row[key] ?? []) as readonly string[];
const name = (row: Row, key: string): ObjectName | undefined => (row[key] ?? undefined) as ObjectName | undefined;
const optional = <K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } =>
  (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: V };

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const byPath = (a: ObjectName, b: ObjectName): number => compare(a.schema, b.schema) || compare(a.name, b.name);
const byName = (a: { readonly name: string }, b: { readonly name: string }): number => compare(a.name, b.name);

const typeKinds: Readonly<Record<string, TypeKind>> = {
  b: "base",
  e: "enum",
  d: "domain",
  c: "composite",
  r: "range",
  m: "multirange",
  p: "pseudo",
};

const column = (row: Row): Column => {
  const expression = maybe(row, "expression");
  const [identity, generated] = [maybe(row, "identity"), maybe(row, "generated")];
  return {
    name: text(row, "name"),
    type: {
      schema: text(row, "typeSchema"),
      name: text(row, "typeName"),
      kind: typeKinds[text(row, "typeKind")] ?? "base",
      array: row["array"] === true,
      text: text(row, "text"),
      ...optional("base", maybe(row, "base")),
    },
    nullable: row["nullable"] === true,
    ...(generated === undefined
      ? optional("default", expression)
      : { generated: { expression: expression ?? "", storage: generated === "v" ? "virtual" : "stored" } as const }),
    ...(identity === undefined ? {} : { identity: identity === "a" ? ("always" as const) : ("by default" as const) }),
    ...optional("collation", name(row, "collation")),
    local: row["local"] === true,
    ...optional("comment", maybe(row, "comment")),
  };
};

const actions: Readonly<Record<string, ReferentialAction>> = {
  a: "no action",
  r: "restrict",
  c: "cascade",
  n: "set null",
  d: "set default",
};
const matches = { s: "simple", f: "full", p: "partial" } as const;

const constraint = (row: Row): Constraint => {
  const common = {
    name: text(row, "name"),
    deferrable: row["deferrable"] !== true ? "no" : row["deferred"] === true ? "deferred" : "immediate",
    validated: row["validated"] === true,
    enforced: row["enforced"] === true,
    inherited: row["inherited"] === true,
    definition: text(row, "definition"),
  } as const;
  const columns = texts(row, "columns");
  switch (text(row, "type")) {
    case "f":
      return {
        ...common,
        kind: "foreign-key",
        columns,
        references: {
          table: name(row, "target") ?? { schema: "", name: "" },
          columns: texts(row, "targetColumns"),
          ...optional("index", maybe(row, "index")),
        },
        match: matches[text(row, "match") as keyof typeof matches],
        onUpdate: actions[text(row, "onUpdate")] ?? "no action",
        onDelete: actions[text(row, "onDelete")] ?? "no action",
      };
    case "c":
      return {
        ...common,
        kind: "check",
        columns,
        expression: text(row, "expression"),
        noInherit: row["noInherit"] === true,
      };
    default: {
      const kinds = { p: "primary-key", u: "unique", x: "exclusion" } as const;
      const kind = kinds[text(row, "type") as keyof typeof kinds];
      return { ...common, kind, columns, index: text(row, "index") };
    }
  }
};

const index = (row: Row): Index => ({
  name: text(row, "name"),
  method: text(row, "method"),
  unique: row["unique"] === true,
  nullsNotDistinct: row["nullsNotDistinct"] === true,
  valid: row["valid"] === true,
  keys: ((row["keys"] ?? []) as readonly Row[]).map((key) => ({
    text: maybe(key, "column") ?? text(key, "text"),
    expression: maybe(key, "column") === undefined,
    opclass: name(key, "opclass") ?? { schema: "", name: "" },
    ...optional("collation", name(key, "collation")),
    // Bits of pg_index.indoption: 1 DESC, 2 NULLS FIRST.
    descending: (Number(key["option"]) & 1) !== 0,
    nullsFirst: (Number(key["option"]) & 2) !== 0,
  })),
  include: texts(row, "include"),
  ...optional("predicate", maybe(row, "predicate")),
  ...optional("constraint", maybe(row, "constraint")),
  replicaIdentity: row["replicaIdentity"] === true,
  ...optional("partOf", name(row, "partOf")),
  definition: text(row, "definition"),
});

interface Parts {
  readonly columns: ReadonlyMap<string, readonly Row[]>;
  readonly constraints: ReadonlyMap<string, readonly Row[]>;
  readonly indexes: ReadonlyMap<string, readonly Row[]>;
}

const tableKinds: Readonly<Record<string, Table["kind"]>> = { r: "table", p: "partitioned", f: "foreign" };

const table = (row: Row, parts: Parts): Table => {
  const oid = text(row, "oid");
  const bound = maybe(row, "bound");
  const parents = (row["parents"] ?? []) as readonly ObjectName[];
  const parent = parents[0];
  const numbered = (parts.columns.get(oid) ?? []).toSorted((a, b) => Number(a["number"]) - Number(b["number"]));
  return {
    schema: text(row, "schema"),
    name: text(row, "name"),
    kind: tableKinds[text(row, "kind")] ?? "table",
    persistence: row["persistence"] === "u" ? "unlogged" : "permanent",
    ...optional("partitionKey", maybe(row, "partitionKey")),
    ...(bound === undefined || parent === undefined ? {} : { partitionOf: { parent, bound } }),
    inherits: bound === undefined ? parents : [],
    columns: numbered.map(column),
    constraints: (parts.constraints.get(oid) ?? []).map(constraint).sort(byName),
    indexes: (parts.indexes.get(oid) ?? []).map(index).sort(byName),
    ...optional("comment", maybe(row, "comment")),
  };
};

const view = (row: Row, parts: Parts): View => ({
  schema: text(row, "schema"),
  name: text(row, "name"),
  materialized: row["kind"] === "m",
  indexes: (parts.indexes.get(text(row, "oid")) ?? []).map(index).sort(byName),
});

const enumType = (row: Row): EnumType => ({
  schema: text(row, "schema"),
  name: text(row, "name"),
  values: texts(row, "values"),
});

const tableStatistics = (row: Row): TableStatistics => ({
  schema: text(row, "schema"),
  name: text(row, "name"),
  ...(row["rows"] === null ? {} : { rows: Number(row["rows"]) }),
  bytes: Number(row["bytes"]),
  indexes: ((row["indexes"] ?? []) as readonly Row[])
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

/** Reads everything in scope. `ask` must answer from one snapshot, with an empty search_path so that names are printed in full. */
export const readCatalogWith = async (
  ask: Ask,
  kind: CatalogReading["server"]["kind"],
  { schemas: wanted }: CatalogScope,
): Promise<CatalogReading> => {
  const { version, text: versionText } = await readVersion(ask);
  const queries = catalogQueries(version);
  const rows = async (sql: string): Promise<readonly Row[]> => (await ask(sql)).map((json) => JSON.parse(json) as Row);
  const grouped = async (sql: string) => Map.groupBy(await rows(sql), (row) => text(row, "relation"));
  const inScope = ({ schema }: { readonly schema: string }): boolean => wanted.length === 0 || wanted.includes(schema);

  const schemas = (await rows(queries.schemas)).map((row) => text(row, "name"));
  const relations = await rows(queries.relations);
  const parts: Parts = {
    columns: await grouped(queries.columns),
    constraints: await grouped(queries.constraints),
    indexes: await grouped(queries.indexes),
  };
  const isView = (row: Row): boolean => row["kind"] === "v" || row["kind"] === "m";
  const pick = <T extends ObjectName>(found: readonly T[]): readonly T[] => found.filter(inScope).sort(byPath);
  const catalog: Catalog = {
    version: catalogVersion,
    schemas: schemas.filter((schema) => inScope({ schema })).sort(compare),
    tables: pick(relations.filter((row) => !isView(row)).map((row) => table(row, parts))),
    views: pick(relations.filter(isView).map((row) => view(row, parts))),
    enums: pick((await rows(queries.enums)).map(enumType)),
  };
  const statistics = kind === "embedded" ? [] : pick((await rows(queries.statistics)).map(tableStatistics));
  return { server: { version, text: versionText, kind }, catalog, statistics };
};
