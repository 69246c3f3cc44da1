// Takes tables and views apart: columns, defaults, constraints, indexes, triggers, rules, policies.
import type { Grant, ObjectKey, ObjectName } from "../../catalog/object.ts";
import { keyOf, partKey } from "../../catalog/object.ts";
import type * as Tables from "../../catalog/tables.ts";
import { omit } from "../omit.ts";
import type { ConstraintPart, IndexPart } from "../part.ts";
import type { Collector } from "./collector.ts";
import { nameOf, path, pick, plain } from "./collector.ts";

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

type NotNull = NonNullable<Tables.Column["notNull"]>;

/** What is to be said where NOT NULL is: an automatic name, told for its comment alone, comes by itself. */
const saidOfNotNull = (table: ObjectName, column: string, notNull: NotNull): NotNull | undefined => {
  const isAutomatic = notNull.comment !== undefined && notNull.name === `${table.name}_${column}_not_null`;
  const { noInherit, validated } = notNull;
  const said = isAutomatic ? { noInherit, validated } : omit(notNull, "comment");
  return isAutomatic && !noInherit && validated ? undefined : said;
};

const addColumn = (into: Collector, table: Tables.Table, of: ObjectKey, column: Tables.Column): void => {
  const key = partKey("column", table, column.name);
  const { default: expression, notNull, ...rest } = column;
  const said = notNull === undefined ? undefined : saidOfNotNull(table, column.name, notNull);
  const value = { ...plain(rest), ...(said === undefined ? {} : { notNull: said }) };
  into.add("column", key, { ...value, table: pick(table), tableKind: table.kind }, of);
  if (notNull?.comment !== undefined && notNull.name !== undefined) {
    const own = partKey("constraint", table, notNull.name);
    const subject = `CONSTRAINT ${nameOf(notNull.name)} ON ${path(table)}`;
    into.add("comment", `comment on ${own}`, { subject, kind: "constraint", key: own, comment: notNull.comment }, key);
  }
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
  if (index === undefined) return {};
  const { options, replicaIdentity, clustered, tablespace } = index;
  if (options.length === 0 && !replicaIdentity && !clustered && tablespace === undefined) return {};
  return { keyIndex: { options, replicaIdentity, clustered, ...(tablespace === undefined ? {} : { tablespace }) } };
};

const addConstraint = (into: Collector, table: Tables.Table, of: ObjectKey, constraint: Tables.Constraint): void => {
  const key = partKey("constraint", table, constraint.name);
  const index = table.indexes.find((one) => one.constraint === constraint.name);
  const fromParent = constraint.inherited && (!constraint.local || table.partitionOf !== undefined);
  // The key of a partition is made together with its parent's, but keeps a name of its own.
  const isHandedDown = constraint.kind === "check" && (table.partitionOf !== undefined || table.inherits.length > 0);
  if (fromParent && index === undefined && !isHandedDown) into.aliases.set(key, of);
  else {
    const value = {
      ...plain(constraint),
      table: pick(table),
      tableKind: table.kind,
      partition: table.partitionOf !== undefined,
      fromParent: fromParent && isHandedDown,
      ...(index?.partOf === undefined ? {} : { partOf: index.partOf }),
      ...keyIndexOf(index),
    } as unknown as ConstraintPart;
    into.add("constraint", key, value, of);
    into.attributes("constraint", key, `CONSTRAINT ${nameOf(constraint.name)} ON ${path(table)}`, constraint);
  }
};

export const inheritanceKey = (table: ObjectName, parent: ObjectName): string =>
  `inheritance ${path(table)} FROM ${path(parent)}`;

const partitionKey = (table: ObjectName): string => `partition ${path(table)}`;

export const addTable = (into: Collector, table: Tables.Table): void => {
  const { columns, constraints, indexes, triggers, rules, policies, ...shell } = table;
  const key = into.add("table", keyOf("table", table), plain(shell)) as ObjectKey;
  const noun = table.kind === "foreign" ? "FOREIGN TABLE" : "TABLE";
  into.attributes("table", key, `${noun} ${path(table)}`, table, table.schema);
  if (table.partitionOf !== undefined)
    into.add("partition", partitionKey(table), { table: pick(table), ...table.partitionOf }, key);
  for (const parent of table.inherits)
    into.add("inheritance", inheritanceKey(table, parent), { table: pick(table), parent, tableKind: table.kind }, key);
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

export const addView = (into: Collector, view: Tables.View): void => {
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
