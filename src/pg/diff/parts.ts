// A catalog taken apart: flat objects, each with its key and the one it belongs to, so that two catalogs compare part by part.
import type { Catalog } from "../catalog.ts";
import type { Grant, ObjectKey, ObjectKind, ObjectName } from "../catalog/object.ts";
import { globalKey, keyOf, partKey, signatureKey } from "../catalog/object.ts";
import { omit } from "./omit.ts";
import type * as Routines from "../catalog/routines.ts";
import type * as Services from "../catalog/services.ts";
import type * as Tables from "../catalog/tables.ts";
import type * as Types from "../catalog/types.ts";

/** What every part but an attribute leaves to attributes of its own. */
type Plain<T> = Omit<T, "comment" | "owner" | "grants">;

interface OnTable {
  readonly table: ObjectName;
}

/** That a table is a partition of another: it may be attached after it was made. */
export type PartitionPart = OnTable & { readonly parent: ObjectName; readonly bound: string };
/** A table without its columns and what hangs on them. */
export type TableShell = Plain<
  Omit<Tables.Table, "columns" | "constraints" | "indexes" | "triggers" | "rules" | "policies">
>;
export type ColumnPart = OnTable &
  Plain<Omit<Tables.Column, "default">> & {
    /** Of a partition or an inheriting table. */
    readonly tableKind: Tables.Table["kind"];
  };
export type DefaultPart = OnTable & { readonly name: string; readonly expression: string; readonly view: boolean };
type Distribute<T> = T extends unknown ? Plain<T> : never;
export type ConstraintPart = OnTable &
  Distribute<Tables.Constraint> & {
    readonly tableKind: Tables.Table["kind"];
    /** The index of a partition's key belongs to the key of its parent. */
    readonly partOf?: ObjectName;
    readonly partition: boolean;
    /** Made on the parent, and there for its partitions too: it comes and goes with that one. */
    readonly fromParent: boolean;
    /** Of a key whose index has settings of its own. */
    readonly keyIndex?: Pick<Tables.Index, "options" | "replicaIdentity" | "clustered">;
  };
export type IndexPart = OnTable &
  Plain<Tables.Index> & { readonly schema: string; readonly on: "table" | "partitioned" | "view" };
export type TriggerPart = OnTable & Plain<Tables.Trigger>;
export type RulePart = OnTable & Plain<Tables.RewriteRule> & { readonly view: boolean };
export type PolicyPart = OnTable & Plain<Tables.Policy>;
export type ViewPart = Plain<Omit<Tables.View, "columns" | "indexes" | "triggers" | "rules">> & {
  readonly columns: readonly Plain<Omit<Tables.ViewColumn, "default">>[];
};
export type DomainPart = Plain<Omit<Types.DomainType, "constraints">>;
export type DomainConstraintPart = { readonly domain: ObjectName } & Plain<Types.DomainConstraint>;
export type CompositePart = Plain<Omit<Types.CompositeType, "attributes">> & {
  readonly attributes: readonly Plain<Types.CompositeAttribute>[];
};

/** What a comment, an owner or rights are about, as SQL names it after ON: `COLUMN public.t.c`. */
export interface Subject {
  readonly subject: string;
  readonly kind: Kind;
  readonly key: ObjectKey;
}

export interface GrantsPart extends Subject {
  readonly grants: readonly Grant[];
  /** Set for the rights on single columns. */
  readonly column?: string;
  readonly table?: ObjectKey;
  /** For default privileges of the time before: the schema of the object. */
  readonly schema?: string;
}

/** Every kind of part. A kind that is added here compiles only when SQL, words and order all know it. */
export interface Objects {
  schema: Plain<Services.Schema>;
  extension: Plain<Services.Extension>;
  language: Plain<Routines.Language>;
  "access method": Plain<Routines.AccessMethod>;
  collation: Plain<Types.Collation>;
  enum: Plain<Types.EnumType>;
  domain: DomainPart;
  "domain constraint": DomainConstraintPart;
  composite: CompositePart;
  range: Plain<Types.RangeType>;
  "base type": Plain<Types.BaseType>;
  sequence: Omit<Plain<Tables.Sequence>, "ownedBy">;
  "owned by": { readonly sequence: ObjectName; readonly table: ObjectName; readonly column: string };
  table: TableShell;
  partition: PartitionPart;
  column: ColumnPart;
  default: DefaultPart;
  constraint: ConstraintPart;
  index: IndexPart;
  view: ViewPart;
  routine: Plain<Routines.Routine>;
  aggregate: Plain<Routines.Aggregate>;
  operator: Plain<Routines.Operator>;
  "operator family": Plain<Routines.OperatorFamily>;
  "operator class": Plain<Routines.OperatorClass>;
  cast: Plain<Routines.Cast>;
  transform: Plain<Routines.Transform>;
  conversion: Plain<Routines.Conversion>;
  trigger: TriggerPart;
  rule: RulePart;
  policy: PolicyPart;
  statistics: Plain<Tables.ExtendedStatistics>;
  "text search parser": Plain<Services.TextSearchParser>;
  "text search template": Plain<Services.TextSearchTemplate>;
  "text search dictionary": Plain<Services.TextSearchDictionary>;
  "text search configuration": Plain<Services.TextSearchConfiguration>;
  "foreign-data wrapper": Plain<Services.ForeignDataWrapper>;
  server: Plain<Services.ForeignServer>;
  "user mapping": Plain<Services.UserMapping>;
  publication: Plain<Services.Publication>;
  "event trigger": Plain<Routines.EventTrigger>;
  "default privileges": Services.DefaultPrivileges;
  owner: Subject & { readonly owner?: string };
  comment: Subject & { readonly comment: string };
  grants: GrantsPart;
}

export type Kind = keyof Objects;

/** `of` is the key of the part that this one comes and goes with. */
export type Part = { [K in Kind]: PartOf<K> }[Kind];
export interface PartOf<K extends Kind> {
  readonly kind: K;
  readonly key: string;
  readonly value: Objects[K];
  readonly of?: string;
}

/** All parts by key, with keys of the catalog that stand for no part of their own led to the part that holds them. */
export interface Parts {
  readonly byKey: ReadonlyMap<string, Part>;
  /** What a part cannot be without, its owner included. */
  readonly needs: ReadonlyMap<string, ReadonlySet<string>>;
  readonly catalog: Catalog;
  /** The part that a key of the catalog stands for, or is held by. */
  partKeyOf(key: string): string | undefined;
}

/** Leaves out what attributes of their own say. */
const plain = <T extends object>(value: T): Plain<T> =>
  omit(
    value as T & { readonly comment: unknown; readonly owner: unknown; readonly grants: unknown },
    "comment",
    "owner",
    "grants",
  );

interface Attributed {
  readonly comment?: string;
  readonly owner?: string;
  readonly grants?: readonly Grant[];
}

/** Collects parts; real state while a catalog is taken apart. */
class Collector {
  readonly byKey = new Map<string, Part>();
  readonly aliases = new Map<string, string>();

  add<K extends Kind>(kind: K, key: string, value: Objects[K], of?: string): string {
    this.byKey.set(key, { kind, key, value, ...(of === undefined ? {} : { of }) } as unknown as Part);
    return key;
  }

  /** A sequence needs a column, and a partition its parent, only for belonging to it: that is a part of its own. */
  linkKey(object: string, on: string): string {
    const link = object.startsWith("sequence ") ? `owner column of ${object}` : object.replace(/^table /, "partition ");
    return /^(column|table) /.test(on) && this.byKey.has(link) ? link : object;
  }

  /** Adds the owner, comment and rights of an object. `subject` is how SQL names it: `TABLE public.t`. */
  attributes(kind: Kind, key: ObjectKey, subject: string, value: Attributed, schema?: string): void {
    const about = { subject, kind, key };
    if ("grants" in value || value.owner !== undefined)
      this.add(
        "owner",
        `owner of ${key}`,
        { ...about, ...(value.owner === undefined ? {} : { owner: value.owner }) },
        key,
      );
    if (value.comment !== undefined)
      this.add("comment", `comment on ${key}`, { ...about, comment: value.comment }, key);
    if (value.grants !== undefined)
      this.add(
        "grants",
        `grants on ${key}`,
        { ...about, grants: value.grants, ...(schema === undefined ? {} : { schema }) },
        key,
      );
  }
}

const columnGrants = (
  into: Collector,
  of: ObjectKey,
  on: ObjectName,
  column: { readonly name: string; readonly grants: readonly Grant[] },
): void => {
  if (column.grants.length === 0) return;
  const key = partKey("column", on, column.name);
  into.add(
    "grants",
    `grants on ${key}`,
    { subject: `TABLE ${path(on)}`, kind: "column", key, column: column.name, table: of, grants: column.grants },
    into.byKey.has(key) ? key : of,
  );
};

const path = (name: ObjectName): string => keyOf("table", name).slice("table ".length);
const nameOf = (name: string): string => globalKey("schema", name).slice("schema ".length);

const addIndex = (
  into: Collector,
  table: ObjectName,
  of: ObjectKey,
  on: IndexPart["on"],
  index: Tables.Index,
): void => {
  const name = { schema: table.schema, name: index.name };
  const key = keyOf("index", name);
  if (index.constraint !== undefined) {
    const owner = partKey("constraint", table, index.constraint);
    into.aliases.set(key, owner);
    if (index.comment !== undefined) {
      const about = { subject: `INDEX ${path(name)}`, kind: "index" as const, key };
      into.add("comment", `comment on ${key}`, { ...about, comment: index.comment }, owner);
    }
    return;
  }
  into.add("index", key, { ...plain(index), table: pick(table), schema: table.schema, on }, of);
  into.attributes("index", key, `INDEX ${path(name)}`, index);
};

const pick = ({ schema, name }: ObjectName): ObjectName => ({ schema, name });

const addTriggers = (into: Collector, table: ObjectName, of: ObjectKey, triggers: readonly Tables.Trigger[]): void => {
  for (const trigger of triggers) {
    const key = partKey("trigger", table, trigger.name);
    if (trigger.inherited) into.aliases.set(key, of);
    else {
      into.add("trigger", key, { ...plain(trigger), table: pick(table) }, of);
      into.attributes("trigger", key, `TRIGGER ${nameOf(trigger.name)} ON ${path(table)}`, trigger);
    }
  }
};

const addRules = (
  into: Collector,
  table: ObjectName,
  of: ObjectKey,
  view: boolean,
  rules: readonly Tables.RewriteRule[],
): void => {
  for (const rule of rules) {
    const key = partKey("rule", table, rule.name);
    into.add("rule", key, { ...plain(rule), table: pick(table), view }, of);
    into.attributes("rule", key, `RULE ${nameOf(rule.name)} ON ${path(table)}`, rule);
  }
};

const addColumn = (into: Collector, table: Tables.Table, of: ObjectKey, column: Tables.Column): void => {
  const key = partKey("column", table, column.name);
  const { default: expression, ...rest } = column;
  into.add("column", key, { ...plain(rest), table: pick(table), tableKind: table.kind }, of);
  const defaultKey = partKey("default", table, column.name);
  if (expression === undefined) into.aliases.set(defaultKey, key);
  else into.add("default", defaultKey, { table: pick(table), name: column.name, expression, view: false }, key);
  if (column.identity !== undefined) into.aliases.set(keyOf("sequence", column.identity.sequence), key);
  if (column.comment !== undefined) {
    const subject = `COLUMN ${path(table)}.${nameOf(column.name)}`;
    into.add("comment", `comment on ${key}`, { subject, kind: "column", key, comment: column.comment }, key);
  }
  columnGrants(into, of, table, column);
};

/** What the definition of a key does not say of its index, where there is something to say. */
const keyIndexOf = (index: Tables.Index | undefined): Pick<ConstraintPart, "keyIndex"> => {
  if (index === undefined || (index.options.length === 0 && !index.replicaIdentity && !index.clustered)) return {};
  const { options, replicaIdentity, clustered } = index;
  return { keyIndex: { options, replicaIdentity, clustered } };
};

const addConstraint = (into: Collector, table: Tables.Table, of: ObjectKey, constraint: Tables.Constraint): void => {
  const key = partKey("constraint", table, constraint.name);
  const index = table.indexes.find((one) => one.constraint === constraint.name);
  const fromParent = constraint.inherited && (!constraint.local || table.partitionOf !== undefined);
  // The key of a partition is made together with its parent's, but keeps a name of its own.
  const isPartitionCheck = constraint.kind === "check" && table.partitionOf !== undefined;
  if (fromParent && index === undefined && !isPartitionCheck) into.aliases.set(key, of);
  else {
    const value = {
      ...plain(constraint),
      table: pick(table),
      tableKind: table.kind,
      partition: table.partitionOf !== undefined,
      fromParent: fromParent && isPartitionCheck,
      ...(index?.partOf === undefined ? {} : { partOf: index.partOf }),
      ...keyIndexOf(index),
    } as unknown as ConstraintPart;
    into.add("constraint", key, value, of);
    into.attributes("constraint", key, `CONSTRAINT ${nameOf(constraint.name)} ON ${path(table)}`, constraint);
  }
};

export const partitionKey = (table: ObjectName): string => `partition ${path(table)}`;

const addTable = (into: Collector, table: Tables.Table): void => {
  const { columns, constraints, indexes, triggers, rules, policies, ...shell } = table;
  const key = into.add("table", keyOf("table", table), plain(shell)) as ObjectKey;
  const noun = table.kind === "foreign" ? "FOREIGN TABLE" : "TABLE";
  into.attributes("table", key, `${noun} ${path(table)}`, table, table.schema);
  if (table.partitionOf !== undefined)
    into.add("partition", partitionKey(table), { table: pick(table), ...table.partitionOf }, key);
  for (const column of columns) addColumn(into, table, key, column);
  for (const constraint of constraints) addConstraint(into, table, key, constraint);
  const on = table.kind === "partitioned" ? "partitioned" : "table";
  for (const index of indexes) addIndex(into, table, key, on, index);
  addTriggers(into, table, key, triggers);
  addRules(into, table, key, false, rules);
  for (const policy of policies) {
    const own = partKey("policy", table, policy.name);
    into.add("policy", own, { ...plain(policy), table: pick(table) }, key);
    into.attributes("policy", own, `POLICY ${nameOf(policy.name)} ON ${path(table)}`, policy);
  }
};

const addView = (into: Collector, view: Tables.View): void => {
  const { columns, indexes, triggers, rules, ...rest } = view;
  const key = keyOf("view", view);
  const bare = columns.map((column) => omit(column, "default", "comment", "grants"));
  into.add("view", key, { ...plain(rest), columns: bare });
  const noun = view.materialized ? "MATERIALIZED VIEW" : "VIEW";
  into.attributes("view", key, `${noun} ${path(view)}`, view, view.schema);
  for (const column of columns) {
    const own = partKey("column", view, column.name);
    into.aliases.set(own, key);
    const subject = `COLUMN ${path(view)}.${nameOf(column.name)}`;
    if (column.comment !== undefined)
      into.add("comment", `comment on ${own}`, { subject, kind: "column", key: own, comment: column.comment }, key);
    if (column.default !== undefined) {
      const value = { table: pick(view), name: column.name, expression: column.default, view: true };
      into.add("default", partKey("default", view, column.name), value, key);
    }
    columnGrants(into, key, view, column);
  }
  for (const index of indexes) addIndex(into, view, key, "view", index);
  addTriggers(into, view, key, triggers);
  addRules(into, view, key, true, rules);
};

const addDomain = (into: Collector, domain: Types.DomainType): void => {
  const { constraints, ...rest } = domain;
  const key = keyOf("type", domain);
  into.add("domain", key, plain(rest));
  into.attributes("domain", key, `DOMAIN ${path(domain)}`, domain, domain.schema);
  for (const constraint of constraints) {
    const own = partKey("domain constraint", domain, constraint.name);
    into.add("domain constraint", own, { ...plain(constraint), domain: pick(domain) }, key);
    into.attributes(
      "domain constraint",
      own,
      `CONSTRAINT ${nameOf(constraint.name)} ON DOMAIN ${path(domain)}`,
      constraint,
    );
  }
};

const addComposite = (into: Collector, type: Types.CompositeType): void => {
  const key = keyOf("type", type);
  const attributes = type.attributes.map((one) => omit(one, "comment"));
  into.add("composite", key, { ...plain(type), attributes });
  into.attributes("composite", key, `TYPE ${path(type)}`, type, type.schema);
  for (const { name, comment } of type.attributes) {
    if (comment === undefined) continue;
    const own = partKey("column", type, name);
    const subject = `COLUMN ${path(type)}.${nameOf(name)}`;
    into.add("comment", `comment on ${own}`, { subject, kind: "column", key: own, comment }, key);
  }
};

/** That a sequence is dropped with its column is a part of its own: the column's default needs the sequence first. */
const addSequence = (into: Collector, { ownedBy, ...sequence }: Tables.Sequence): void => {
  addSimple(into, "sequence", [sequence], inSchema("sequence", "SEQUENCE"));
  if (ownedBy === undefined) return;
  const key = keyOf("sequence", sequence);
  // It belongs to whom its table belongs.
  into.byKey.delete(`owner of ${key}`);
  into.add("owned by", `owner column of ${key}`, { sequence: pick(sequence), ...ownedBy }, key);
};

const signature = ({ types }: Routines.Signature): string => `(${types.join(", ")})`;

const addRoutines = (into: Collector, catalog: Catalog): void => {
  for (const routine of catalog.routines) {
    const key = signatureKey("routine", routine, routine.types);
    into.add("routine", key, plain(routine));
    const noun = routine.kind === "procedure" ? "PROCEDURE" : "FUNCTION";
    into.attributes("routine", key, `${noun} ${path(routine)}${signature(routine)}`, routine, routine.schema);
  }
  for (const aggregate of catalog.aggregates) {
    const key = signatureKey("routine", aggregate, aggregate.types);
    into.add("aggregate", key, plain(aggregate));
    const subject = `AGGREGATE ${path(aggregate)}(${aggregate.arguments === "" ? "*" : aggregate.arguments})`;
    into.attributes("aggregate", key, subject, aggregate, aggregate.schema);
  }
};

/** Kinds whose parts are the object itself, with how SQL names it. */
const addSimple = <T extends object>(
  into: Collector,
  kind: Kind,
  objects: readonly T[],
  name: (object: T) => { readonly key: ObjectKey; readonly subject: string; readonly schema?: string },
): void => {
  for (const object of objects) {
    const { key, subject, schema } = name(object);
    into.add(kind, key, plain(object) as unknown as Objects[Kind]);
    into.attributes(kind, key, subject, object, schema);
  }
};

/** `TYPE public.mood`: what is told apart by schema and name. */
const inSchema = (kind: ObjectKind, noun: string) => (object: ObjectName) => ({
  key: keyOf(kind, object),
  subject: `${noun} ${path(object)}`,
  schema: object.schema,
});

const global = (kind: ObjectKind, noun: string) => (object: { readonly name: string }) => ({
  key: globalKey(kind, object.name),
  subject: `${noun} ${nameOf(object.name)}`,
});

const operatorPath = ({ schema, name }: ObjectName): string => `${nameOf(schema)}.${name}`;

export const operatorKey = (operator: ObjectName & { readonly left?: string; readonly right: string }): ObjectKey =>
  `operator ${operatorPath(operator)}(${operator.left ?? "NONE"}, ${operator.right})`;

const addRest = (into: Collector, catalog: Catalog): void => {
  addSimple(into, "language", catalog.languages, global("language", "LANGUAGE"));
  addSimple(into, "access method", catalog.accessMethods, global("access method", "ACCESS METHOD"));
  addSimple(into, "collation", catalog.collations, inSchema("collation", "COLLATION"));
  addSimple(into, "operator", catalog.operators, (one) => ({
    key: operatorKey(one),
    subject: `OPERATOR ${operatorPath(one)} (${one.left ?? "NONE"}, ${one.right})`,
  }));
  addSimple(into, "operator family", catalog.operatorFamilies, (one) => ({
    key: `operator family ${path(one)} USING ${nameOf(one.method)}`,
    subject: `OPERATOR FAMILY ${path(one)} USING ${nameOf(one.method)}`,
  }));
  addSimple(into, "operator class", catalog.operatorClasses, (one) => ({
    key: `operator class ${path(one)} USING ${nameOf(one.method)}`,
    subject: `OPERATOR CLASS ${path(one)} USING ${nameOf(one.method)}`,
  }));
  addSimple(into, "cast", catalog.casts, ({ source, target }) => ({
    key: `cast (${source} AS ${target})`,
    subject: `CAST (${source} AS ${target})`,
  }));
  addSimple(into, "transform", catalog.transforms, ({ type, language }) => ({
    key: `transform ${type} ${nameOf(language)}`,
    subject: `TRANSFORM FOR ${type} LANGUAGE ${nameOf(language)}`,
  }));
  addSimple(into, "conversion", catalog.conversions, inSchema("conversion", "CONVERSION"));
  addSimple(into, "statistics", catalog.statistics, inSchema("statistics", "STATISTICS"));
  addSimple(
    into,
    "text search parser",
    catalog.textSearchParsers,
    inSchema("text search parser", "TEXT SEARCH PARSER"),
  );
  addSimple(
    into,
    "text search template",
    catalog.textSearchTemplates,
    inSchema("text search template", "TEXT SEARCH TEMPLATE"),
  );
  addSimple(
    into,
    "text search dictionary",
    catalog.textSearchDictionaries,
    inSchema("text search dictionary", "TEXT SEARCH DICTIONARY"),
  );
  addSimple(
    into,
    "text search configuration",
    catalog.textSearchConfigurations,
    inSchema("text search configuration", "TEXT SEARCH CONFIGURATION"),
  );
  addSimple(
    into,
    "foreign-data wrapper",
    catalog.foreignDataWrappers,
    global("foreign-data wrapper", "FOREIGN DATA WRAPPER"),
  );
  addSimple(into, "server", catalog.servers, global("server", "SERVER"));
  addSimple(into, "user mapping", catalog.userMappings, ({ server, user }) => ({
    key: `user mapping ${nameOf(user)} ${nameOf(server)}`,
    subject: `USER MAPPING FOR ${nameOf(user)} SERVER ${nameOf(server)}`,
  }));
  addSimple(into, "publication", catalog.publications, global("publication", "PUBLICATION"));
  addSimple(into, "event trigger", catalog.eventTriggers, global("event trigger", "EVENT TRIGGER"));
  for (const one of catalog.defaultPrivileges) into.add("default privileges", defaultPrivilegesKey(one), one);
};

export const defaultPrivilegesKey = ({ role, schema, objects }: Services.DefaultPrivileges): string =>
  `default privileges ${role ?? ""} ${schema ?? ""} ${objects}`;

type Resolve = (key: string) => string | undefined;

const needsOf = (into: Collector, catalog: Catalog, resolved: Resolve): ReadonlyMap<string, ReadonlySet<string>> => {
  const needs = new Map([...into.byKey.keys()].map((key) => [key, new Set<string>()]));
  for (const { object, on } of catalog.dependencies) {
    const [from, to] = [resolved(into.linkKey(object, on)), resolved(on)];
    if (from !== undefined && to !== undefined && from !== to) needs.get(from)?.add(to);
  }
  for (const { key, of, kind, value } of into.byKey.values()) {
    if (of !== undefined) needs.get(key)?.add(of);
    // To take a right on a table away takes it from its columns too.
    const whole = kind === "grants" && value.column !== undefined ? `grants on ${value.table ?? ""}` : undefined;
    if (whole !== undefined && into.byKey.has(whole)) needs.get(key)?.add(whole);
    const schema =
      "schema" in value && typeof value.schema === "string" ? globalKey("schema", value.schema) : undefined;
    if (schema !== undefined && of === undefined && into.byKey.has(schema) && schema !== key)
      needs.get(key)?.add(schema);
  }
  return needs;
};

/** Takes a catalog apart. */
export const partsOf = (catalog: Catalog): Parts => {
  const into = new Collector();
  addSimple(into, "schema", catalog.schemas, global("schema", "SCHEMA"));
  addSimple(into, "extension", catalog.extensions, global("extension", "EXTENSION"));
  addSimple(into, "enum", catalog.enums, inSchema("type", "TYPE"));
  addSimple(into, "range", catalog.ranges, inSchema("type", "TYPE"));
  addSimple(into, "base type", catalog.baseTypes, inSchema("type", "TYPE"));
  for (const sequence of catalog.sequences) addSequence(into, sequence);
  for (const domain of catalog.domains) addDomain(into, domain);
  for (const composite of catalog.composites) addComposite(into, composite);
  addRoutines(into, catalog);
  for (const table of catalog.tables) addTable(into, table);
  for (const view of catalog.views) addView(into, view);
  addRest(into, catalog);
  const partKeyOf: Resolve = (key) => {
    const target = into.aliases.get(key) ?? key;
    return into.byKey.has(target) ? target : undefined;
  };
  return { byKey: into.byKey, needs: needsOf(into, catalog, partKeyOf), catalog, partKeyOf };
};
