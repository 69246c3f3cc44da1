// Builds tables, views and sequences from rows.
import type { ObjectName } from "../catalog/object.ts";
import { byName } from "../catalog/object.ts";
import type { Schema } from "../catalog/services.ts";
import type {
  Column,
  ExtendedStatistics,
  Identity,
  Sequence,
  SequenceOptions,
  Storage,
  Table,
  View,
  ViewColumn,
} from "../catalog/tables.ts";
import { constraint, index, policy, rule, trigger } from "./attached.ts";
import type { Context } from "./context.ts";
import type { Row } from "./rows.ts";
import {
  maybe,
  name,
  nameAt,
  number,
  optional,
  options,
  persistences,
  text,
  toastStrategies,
  truth,
  word,
} from "./rows.ts";

const sequenceOptions = (row: Row): SequenceOptions => ({
  start: text(row, "start"),
  increment: text(row, "increment"),
  min: text(row, "min"),
  max: text(row, "max"),
  cache: text(row, "cache"),
  cycle: truth(row, "cycle"),
  persistence: word(persistences, row["persistence"], "permanent"),
});

const partOf = (row: Row): string => `${text(row, "relation")} ${text(row, "number")}`;

const identity = (row: Row, sequence: Row, columnType: string): Identity => ({
  generation: row["identity"] === "a" ? "always" : "by default",
  sequence: {
    schema: text(sequence, "schema"),
    name: text(sequence, "name"),
    ...sequenceOptions(sequence),
    ...optional("type", text(sequence, "type") === columnType ? undefined : text(sequence, "type")),
  },
});

/** Rows of sections by the relation that they belong to, and of identity sequences and NOT NULL constraints by their column. */
interface Parts {
  readonly columns: ReadonlyMap<unknown, readonly Row[]>;
  readonly constraints: ReadonlyMap<unknown, readonly Row[]>;
  readonly indexes: ReadonlyMap<unknown, readonly Row[]>;
  readonly triggers: ReadonlyMap<unknown, readonly Row[]>;
  readonly rules: ReadonlyMap<unknown, readonly Row[]>;
  readonly policies: ReadonlyMap<unknown, readonly Row[]>;
  readonly identities: ReadonlyMap<string, Row>;
  readonly notNulls: ReadonlyMap<string, Row>;
  /** All rows of a table or view but its own. */
  readonly under: (oid: unknown) => readonly Row[];
}

/** Sections whose rows belong to a table or view. */
const sectionsUnder = [
  "columns",
  "notNulls",
  "constraints",
  "indexes",
  "triggers",
  "rules",
  "policies",
  "sequences",
] as const;

const partsOf = ({ rows }: Context): Parts => {
  const by = new Map(sectionsUnder.map((section) => [section, rows.by(section, "relation")]));
  const of = (section: (typeof sectionsUnder)[number]) => by.get(section) ?? new Map<unknown, readonly Row[]>();
  return {
    columns: of("columns"),
    constraints: of("constraints"),
    indexes: of("indexes"),
    triggers: of("triggers"),
    rules: of("rules"),
    policies: of("policies"),
    identities: new Map(
      rows.of("sequences").flatMap((row) => (row["link"] === "i" ? [[partOf(row), row] as const] : [])),
    ),
    notNulls: new Map(rows.of("notNulls").map((row) => [partOf(row), row])),
    under: (oid) => sectionsUnder.flatMap((section) => of(section).get(oid) ?? []),
  };
};

const expressionFields = (row: Row, parts: Parts, type: string): Pick<Column, "default" | "identity" | "generated"> => {
  const expression = maybe(row, "expression");
  const generated = maybe(row, "generated");
  if (maybe(row, "identity") !== undefined) {
    // A partition counts with the sequence of its table, and has no identity of its own.
    const sequence = parts.identities.get(partOf(row));
    return sequence === undefined ? {} : { identity: identity(row, sequence, type) };
  }
  if (generated === undefined) return optional("default", expression);
  return { generated: { expression: expression ?? "", storage: generated === "v" ? "virtual" : "stored" } };
};

const notNull = (row: Row | undefined): Pick<Column, "notNull"> =>
  row === undefined
    ? {}
    : {
        notNull: {
          ...optional("name", maybe(row, "name")),
          noInherit: truth(row, "noInherit"),
          validated: truth(row, "validated"),
          ...optional("comment", maybe(row, "comment")),
        },
      };

const column = (row: Row, parts: Parts, context: Context): Column => ({
  name: text(row, "name"),
  type: context.type(row["type"]),
  nullable: !truth(row, "notNull"),
  ...notNull(parts.notNulls.get(partOf(row))),
  ...expressionFields(row, parts, context.type(row["type"]).text),
  ...optional("collation", name(row, "collation")),
  local: !truth(row, "inherited"),
  ...(maybe(row, "storage") === undefined ? {} : { storage: word(toastStrategies, row["storage"], "plain") }),
  ...(maybe(row, "compression") === undefined
    ? {}
    : { compression: row["compression"] === "l" ? ("lz4" as const) : ("pglz" as const) }),
  ...optional("statistics", number(row, "statistics")),
  options: options(row, "options"),
  foreignOptions: options(row, "foreignOptions"),
  grants: context.grants(row, "column"),
  ...context.described("pg_class", row, row["number"]),
});

const viewColumn = (row: Row, context: Context): ViewColumn => ({
  name: text(row, "name"),
  type: context.type(row["type"]),
  ...optional("default", maybe(row, "expression")),
  ...optional("collation", name(row, "collation")),
  ...optional("statistics", number(row, "statistics")),
  options: options(row, "options"),
  grants: context.grants(row, "column"),
  ...context.described("pg_class", row, row["number"]),
});

const storage = (row: Row): Storage => ({
  ...optional("method", maybe(row, "method")),
  ...optional("tablespace", maybe(row, "tablespace")),
  options: [...options(row, "options"), ...options(row, "toastOptions", "toast.")],
});

const attached = (row: Row, parts: Parts, context: Context) => {
  const of = <T extends { readonly name: string }>(
    rows: ReadonlyMap<unknown, readonly Row[]>,
    build: (row: Row, context: Context) => T,
  ): readonly T[] => (rows.get(row["oid"]) ?? []).map((one) => build(one, context)).sort(byName);
  return {
    indexes: of(parts.indexes, index),
    triggers: of(parts.triggers, trigger),
    rules: of(parts.rules, rule),
    constraints: of(parts.constraints, constraint),
    policies: of(parts.policies, policy),
  };
};

const numbered = (row: Row, parts: Parts): readonly Row[] =>
  (parts.columns.get(row["oid"]) ?? []).toSorted((a, b) => Number(a["number"]) - Number(b["number"]));

const tableKinds: Readonly<Record<string, Table["kind"]>> = { r: "table", p: "partitioned", f: "foreign" };
const identities = { d: "default", f: "full", n: "nothing", i: "index" } as const;

const securityOf = (on: boolean, forced: boolean): Table["rowSecurity"] =>
  on ? (forced ? "forced" : "on") : forced ? "off-forced" : "off";

const table = (row: Row, parts: Parts, context: Context): Table => {
  const bound = maybe(row, "bound");
  const parents = (row["parents"] ?? []) as readonly ObjectName[];
  const parent = parents[0];
  const server = maybe(row, "server");
  const { indexes, triggers, rules, constraints, policies } = attached(row, parts, context);
  return {
    ...context.path(row),
    kind: word(tableKinds, row["kind"], "table"),
    persistence: word(persistences, row["persistence"], "permanent"),
    ...optional("partitionKey", maybe(row, "partitionKey")),
    ...(bound === undefined || parent === undefined ? {} : { partitionOf: { parent, bound } }),
    inherits: bound === undefined ? parents : [],
    ...optional("ofType", name(row, "ofType")),
    storage: storage(row),
    rowSecurity: securityOf(truth(row, "security"), truth(row, "forced")),
    replicaIdentity: word(identities, row["replicaIdentity"], "default"),
    ...(server === undefined ? {} : { foreign: { server, options: options(row, "serverOptions") } }),
    columns: numbered(row, parts).map((one) => column(one, parts, context)),
    constraints,
    indexes,
    triggers,
    rules,
    policies,
    ...context.owned("pg_class", "table", row),
  };
};

const view = (row: Row, parts: Parts, context: Context): View => {
  const { indexes, triggers, rules } = attached(row, parts, context);
  return {
    ...context.path(row),
    materialized: row["kind"] === "m",
    definition: text(row, "definition").replace(/;$/, ""),
    columns: numbered(row, parts).map((one) => viewColumn(one, context)),
    storage: storage(row),
    populated: truth(row, "populated"),
    indexes,
    triggers,
    rules,
    ...context.owned("pg_class", "table", row),
  };
};

const sequence = (row: Row, tables: ReadonlyMap<unknown, Row>, parts: Parts, context: Context): Sequence => {
  const owner = row["link"] === "a" ? tables.get(row["relation"]) : undefined;
  const column = parts.columns.get(row["relation"])?.find((one) => one["number"] === row["number"]);
  return {
    ...context.path(row),
    type: text(row, "type"),
    ...sequenceOptions(row),
    ...(owner === undefined || column === undefined
      ? {}
      : { ownedBy: { table: context.path(owner), column: text(column, "name") } }),
    ...context.owned("pg_class", "sequence", row),
  };
};

const statistics = (row: Row, context: Context): ExtendedStatistics => ({
  ...context.path(row),
  table: nameAt(row, "table"),
  ...optional("target", number(row, "target")),
  definition: text(row, "definition"),
  ...context.ownedOnly("pg_statistic_ext", row),
  grants: [],
});

/**
 * The schema `public` as the server made it counts as PostgreSQL 15 and later make it: owned by pg_database_owner, and everybody may use
 * it. Older ones gave it to the superuser and let everybody create in it.
 */
const schema = (row: Row, context: Context): Schema => {
  const { owner, grants, comment } = context.owned("pg_namespace", "schema", row);
  const own = { name: text(row, "name"), ...optional("owner", owner), grants };
  if (own.name !== "public") return { ...own, ...optional("comment", comment) };
  const standard = { ...own, ...(comment === "standard public schema" ? {} : optional("comment", comment)) };
  if (context.version >= 150000 || !truth(row, "bootstrap")) return standard;
  const isOld = ({ grantee, privileges }: (typeof grants)[number]): boolean =>
    grantee === "public" && privileges.join() === "CREATE,USAGE";
  return {
    ...standard,
    owner: "pg_database_owner",
    grants: grants.map((grant) => (isOld(grant) ? { ...grant, privileges: ["USAGE"] } : grant)),
  };
};

export interface Relations {
  readonly schemas: readonly Schema[];
  readonly tables: readonly Table[];
  readonly views: readonly View[];
  readonly sequences: readonly Sequence[];
  readonly statistics: readonly ExtendedStatistics[];
}

export const relationsOf = (context: Context): Relations => {
  const { rows } = context;
  const parts = partsOf(context);
  const relations = rows.of("relations");
  const isView = (row: Row): boolean => row["kind"] === "v" || row["kind"] === "m";
  const unlessKept = <T extends ObjectName>(row: Row, build: (row: Row, parts: Parts, context: Context) => T): T =>
    context.kept.of([row, ...parts.under(row["oid"])], () => build(row, parts, context));
  const byNumber = new Map(relations.map((row) => [row["oid"], row]));
  return {
    schemas: rows.of("schemas").map((row) => schema(row, context)),
    tables: relations.filter((row) => !isView(row)).map((row) => unlessKept(row, table)),
    views: relations.filter(isView).map((row) => unlessKept(row, view)),
    sequences: rows
      .of("sequences")
      .filter((row) => row["link"] !== "i")
      .map((row) => sequence(row, byNumber, parts, context)),
    statistics: rows.of("statistics").map((row) => statistics(row, context)),
  };
};
