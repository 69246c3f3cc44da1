// SQL of tables: made with their columns and constraints in one statement, changed in place, never made anew.
import type { ObjectName } from "../../catalog/object.ts";
import { keyOf, partKey, sameName } from "../../catalog/object.ts";
import { quoteName, quotePath } from "../../quote.ts";
import { asideName } from "../aside.ts";
import type { ColumnPart, ConstraintPart, InheritancePart, Part, PartitionPart, Parts, TableShell } from "../part.ts";
import { parentColumn } from "../parentage.ts";
import { columnSettings, columnText, ownNotNull } from "./columns.ts";
import { constraintText } from "./constraints.ts";
import { foreignOptionChanges, foreignOptions, optionChanges, sameJson, withOptions } from "./text.ts";
import type { Context, Piece, Refusal, Writer } from "./writer.ts";
import { rebuild } from "./writer.ts";

const on = (table: Pick<TableShell, "schema" | "name" | "kind">): string =>
  `ALTER ${table.kind === "foreign" ? "FOREIGN TABLE" : "TABLE"} ${quotePath(table)}`;

/** Parts of one table that its CREATE TABLE can hold. `inside` says which do: circles force some out. */
export interface Inside {
  readonly columns: readonly ColumnPart[];
  readonly constraints: readonly ConstraintPart[];
  defaultOf(column: ColumnPart): string | undefined;
  /** It is NOT NULL here, and not where it is inherited from. */
  isOwnNotNull(column: ColumnPart): boolean;
}

const childrenOf = <K extends Part["kind"]>(
  parts: Parts,
  table: ObjectName,
  kind: K,
  inside: (key: string) => boolean,
) => {
  return parts
    .childrenOf(keyOf("table", table))
    .filter((part): part is Extract<Part, { kind: K }> => part.kind === kind && inside(part.key));
};

/** What CREATE TABLE holds, from the parts that the order lets into it. */
export const insideOf = (parts: Parts, table: ObjectName, inside: (key: string) => boolean): Inside => {
  const columns = childrenOf(parts, table, "column", inside).map(({ value }) => value);
  const constraints = childrenOf(parts, table, "constraint", inside).map(({ value }) => value);
  const defaultOf = ({ name }: ColumnPart): string | undefined => {
    const part = parts.byKey.get(partKey("default", table, name));
    return part?.kind === "default" && inside(part.key) ? part.value.expression : undefined;
  };
  const isOwnNotNull = (column: ColumnPart): boolean => {
    const parent = parts.byKey.get(parentColumn(parts, column) ?? "");
    return (
      !column.nullable && column.notNull?.validated !== false && parent?.kind === "column" && parent.value.nullable
    );
  };
  return { columns, constraints, defaultOf, isOwnNotNull };
};

/** Primary key first, then by name. */
const ordered = (constraints: readonly ConstraintPart[]): readonly ConstraintPart[] => {
  const rank = ({ kind }: ConstraintPart): number => ["primary-key", "unique", "exclusion", "check"].indexOf(kind);
  return constraints.toSorted((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
};

const tail = (table: TableShell): string =>
  [
    table.inherits.length === 0 ? "" : `\nINHERITS (${table.inherits.map(quotePath).join(", ")})`,
    table.partitionKey === undefined ? "" : `\nPARTITION BY ${table.partitionKey}`,
    table.storage.method === undefined ? "" : `\nUSING ${quoteName(table.storage.method)}`,
    withOptions(table.storage.options),
    table.storage.tablespace === undefined ? "" : ` TABLESPACE ${quoteName(table.storage.tablespace)}`,
    table.foreign === undefined
      ? ""
      : `\nSERVER ${quoteName(table.foreign.server)}${foreignOptions(table.foreign.options)}`,
  ].join("");

const isOn = (security: TableShell["rowSecurity"]): boolean => security === "on" || security === "forced";
const isForced = (security: TableShell["rowSecurity"]): boolean => security.endsWith("forced");

const rowSecurity = (from: TableShell["rowSecurity"], table: TableShell): readonly Piece[] => {
  const to = table.rowSecurity;
  return [
    ...(isOn(from) === isOn(to) ? [] : [`${on(table)} ${isOn(to) ? "ENABLE" : "DISABLE"} ROW LEVEL SECURITY`]),
    ...(isForced(from) === isForced(to)
      ? []
      : [`${on(table)} ${isForced(to) ? "FORCE" : "NO FORCE"} ROW LEVEL SECURITY`]),
  ];
};

/** `USING INDEX` is said by the index or constraint itself; a foreign table has none that could be set. */
const replicaIdentity = (table: TableShell): readonly Piece[] =>
  table.replicaIdentity === "index" || table.kind === "foreign"
    ? []
    : [`${on(table)} REPLICA IDENTITY ${table.replicaIdentity.toUpperCase()}`];

/** A new table with what its CREATE TABLE can hold. A partition is attached with its own indexes and names, under a light lock. */
export const createTable = (table: TableShell, inside: Inside): readonly Piece[] => {
  const local = inside.columns.filter((column) => column.local || table.partitionOf !== undefined);
  const lines = [
    ...local.map((column) => `  ${columnText(column, inside.defaultOf(column))}`),
    ...ordered(inside.constraints).map(
      (constraint) => `  CONSTRAINT ${quoteName(constraint.name)} ${constraintText(constraint)}`,
    ),
  ];
  const unlogged = table.persistence === "unlogged" ? "UNLOGGED " : "";
  const noun = table.kind === "foreign" ? "FOREIGN TABLE" : "TABLE";
  const type = table.ofType === undefined ? "" : ` OF ${quotePath(table.ofType)}`;
  const body =
    table.ofType === undefined
      ? lines.length === 0
        ? " ()"
        : ` (\n${lines.join(",\n")}\n)`
      : typed(inside, lines.slice(local.length));
  const inherited = inside.columns.filter((column) => !column.local && table.inherits.length > 0);
  return [
    `CREATE ${unlogged}${noun} ${quotePath(table)}${type}${body}${tail(table)}`,
    ...inherited.flatMap((column) => {
      const expression = inside.defaultOf(column);
      const prefix = `ALTER TABLE ONLY ${quotePath(table)} ALTER COLUMN ${quoteName(column.name)}`;
      return [
        ...(expression === undefined ? [] : [`${prefix} SET DEFAULT ${expression}`]),
        ...(inside.isOwnNotNull(column) ? [ownNotNull(column)] : []),
      ];
    }),
    ...inside.columns.flatMap(columnSettings),
    ...rowSecurity("off", table),
    ...(table.replicaIdentity === "default" ? [] : replicaIdentity(table)),
  ];
};

/** A typed table takes its columns from its type. */
const typed = (inside: Inside, constraints: readonly string[]): string => {
  const options = inside.columns.flatMap((column) => {
    const expression = inside.defaultOf(column);
    const words = [expression === undefined ? "" : ` DEFAULT ${expression}`, column.nullable ? "" : " NOT NULL"].join(
      "",
    );
    return words === "" ? [] : [`  ${quoteName(column.name)} WITH OPTIONS${words}`];
  });
  const lines = [...options, ...constraints];
  return lines.length === 0 ? "" : ` (\n${lines.join(",\n")}\n)`;
};

const storage = (from: TableShell, to: TableShell): readonly Piece[] => [
  ...(from.persistence === to.persistence
    ? []
    : [`${on(to)} SET ${to.persistence === "unlogged" ? "UNLOGGED" : "LOGGED"}`]),
  ...(from.storage.method === to.storage.method
    ? []
    : [`${on(to)} SET ACCESS METHOD ${quoteName(to.storage.method ?? "heap")}`]),
  ...(from.storage.tablespace === to.storage.tablespace
    ? []
    : [`${on(to)} SET TABLESPACE ${quoteName(to.storage.tablespace ?? "pg_default")}`]),
  ...optionChanges(on(to), from.storage.options, to.storage.options),
];

/** What has its columns from another type lets go of the first one; it takes the other when its columns are as that has them. */
const ofType = (from: TableShell, to: TableShell): readonly Piece[] => {
  if (sameJson(from.ofType, to.ofType)) return [];
  const letsGo = to.ofType === undefined || from.ofType !== undefined;
  return [letsGo ? `${on(to)} NOT OF` : `${on(to)} OF ${quotePath(to.ofType)}`];
};

const kindWords = {
  table: "an ordinary table",
  partitioned: "a partitioned table",
  foreign: "a foreign table",
} as const;

/** The way that copies no row: the table of before becomes a partition of the new one. */
const becomePartitioned = (table: TableShell): string => {
  const before = { schema: table.schema, name: asideName(table.name) };
  return [
    "the rows can stay where they are, as the first partition; write this in a migration of your own, then compare again:",
    `  ALTER TABLE ${quotePath(table)} RENAME TO ${quoteName(before.name)};`,
    `  CREATE TABLE ${quotePath(table)} (LIKE ${quotePath(before)} INCLUDING ALL EXCLUDING INDEXES) PARTITION BY ${table.partitionKey ?? ""};`,
    `  ALTER TABLE ${quotePath(table)} ATTACH PARTITION ${quotePath(before)} <the bounds of the rows it holds>;`,
    `A checked CHECK of those bounds on the old table spares the scan; keys must hold the columns of ${table.partitionKey ?? "the partition key"};`,
    "foreign keys that refer to the table, views, triggers and policies move over by hand.",
    `In the schema file ${quoteName(before.name)} is then one of the partitions`,
  ].join("\n");
};

const shapeRefusal = (from: TableShell, to: TableShell): Refusal => ({
  refused:
    from.kind === to.kind
      ? `${quotePath(to)} is partitioned by ${from.partitionKey ?? "nothing"} and cannot be partitioned by ${to.partitionKey ?? "nothing"} in place`
      : `${quotePath(to)} is ${kindWords[from.kind]} and cannot become ${kindWords[to.kind]} in place: PostgreSQL has no command for it, and a table is never made anew here`,
  help:
    from.kind === "table" && to.kind === "partitioned"
      ? becomePartitioned(to)
      : "make the new table under another name, copy the rows in batches, and rename both; or keep it as it is in the schema file",
});

const alter = (from: TableShell, to: TableShell): readonly Piece[] | typeof rebuild | Refusal => {
  if (from.kind === "foreign" && to.kind === "foreign" && from.foreign?.server !== to.foreign?.server) return rebuild;
  if (from.kind !== to.kind || from.partitionKey !== to.partitionKey) return shapeRefusal(from, to);
  const foreign = foreignOptionChanges(from.foreign?.options ?? [], to.foreign?.options ?? []);
  return [
    ...ofType(from, to),
    ...storage(from, to),
    ...rowSecurity(from.rowSecurity, to),
    ...(from.replicaIdentity === to.replicaIdentity ? [] : replicaIdentity(to)),
    ...(foreign === undefined ? [] : [`${on(to)} ${foreign}`]),
  ];
};

export const tableWriter: Writer<"table"> = {
  create: (table, { to, holds }: Context) => createTable(table, insideOf(to, table, holds)),
  drop: (table) => [`DROP ${table.kind === "foreign" ? "FOREIGN TABLE" : "TABLE"} ${quotePath(table)}`],
  alter,
};

const attach = ({ table, parent, bound }: PartitionPart): string =>
  `ALTER TABLE ${quotePath(parent)} ATTACH PARTITION ${quotePath(table)} ${bound}`;

const detach = ({ table, parent }: PartitionPart): string =>
  `ALTER TABLE ${quotePath(parent)} DETACH PARTITION ${quotePath(table)}`;

export const partitionWriter: Writer<"partition"> = {
  create: (part) => [attach(part)],
  drop: (part) => [detach(part)],
  // Under another parent it has other columns and keys: they change in between.
  alter: (from, to) => (sameName(from.parent, to.parent) ? [detach(from), attach(to)] : rebuild),
};

const heir = ({ table, tableKind }: InheritancePart): string => on({ ...table, kind: tableKind });

export const inheritanceWriter: Writer<"inheritance"> = {
  create: (part) => [`${heir(part)} INHERIT ${quotePath(part.parent)}`],
  drop: (part) => [`${heir(part)} NO INHERIT ${quotePath(part.parent)}`],
  alter: () => [],
};
