// What a statement takes away for good, and how the rows it would take are counted.
import { quoteText } from "../quote.ts";
import type { Fields, Statement } from "../tree.ts";
import { listOf, nameParts, only, textOf } from "../tree.ts";

/** Something that goes, by the names of the statement. */
export interface Taken {
  readonly kind: "table" | "column" | "schema" | "type";
  /** As the statement spells it, each part quoted for `to_regclass`. */
  readonly path: string;
  readonly column?: string;
  readonly statement: Statement;
}

const exact = (name: string): string => `"${name.replaceAll('"', '""')}"`;

const pathOf = (names: readonly (string | undefined)[]): string =>
  names
    .filter((name) => name !== undefined)
    .map(exact)
    .join(".");

const rangePath = (range: unknown): string => {
  const { schemaname, relname } = (range ?? {}) as Fields;
  return pathOf([textOf(schemaname), textOf(relname)]);
};

type Taking = (fields: Fields) => readonly Omit<Taken, "statement">[];

const dropped: Taking = ({ removeType, objects }) => {
  const names = listOf(objects);
  if (removeType === "OBJECT_TABLE")
    return names.map((node) => ({ kind: "table", path: pathOf(nameParts(only(node, "List")?.["items"])) }));
  if (removeType === "OBJECT_SCHEMA")
    return names.map((node) => ({ kind: "schema", path: pathOf([textOf(only(node, "String")?.["sval"])]) }));
  // A type goes alone only when no column has it; CASCADE takes the columns.
  if (removeType === "OBJECT_TYPE" || removeType === "OBJECT_DOMAIN")
    return names.map((node) => ({ kind: "type", path: pathOf(nameParts(only(node, "TypeName")?.["names"])) }));
  return [];
};

const altered: Taking = ({ relation, cmds, objtype }) => {
  if (objtype !== "OBJECT_TABLE") return [];
  return listOf(cmds).flatMap((node) => {
    const command = only(node, "AlterTableCmd");
    const column = textOf(command?.["name"]);
    if (command?.["subtype"] !== "AT_DropColumn" || column === undefined) return [];
    return [{ kind: "column" as const, path: rangePath(relation), column }];
  });
};

const takings: Readonly<Record<string, Taking>> = {
  DropStmt: dropped,
  AlterTableStmt: altered,
  TruncateStmt: ({ relations }) =>
    listOf(relations).map((node) => ({ kind: "table", path: rangePath(only(node, "RangeVar")) })),
};

export const takenBy = (statement: Statement): readonly Taken[] =>
  Object.hasOwn(takings, statement.kind)
    ? (takings[statement.kind]?.(statement.fields) ?? []).map((one) => ({ ...one, statement }))
    : [];

/** Beyond this many rows the planner's estimate will do: what matters is that it is not nothing. */
const countUpTo = 1_000_000;

const counted = (from: string): string =>
  `select count(*)::text from (select 1 from ${from} limit ${countUpTo}) counted`;

/**
 * A query that gives the queries to count with, one a row, so that what is not there is not asked for. Views and foreign tables lose
 * nothing here.
 */
export const questionSql = ({ kind, path, column }: Taken): string => {
  const relation = `select c.oid, n.nspname, c.relname from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.relkind in ('r', 'p', 'm')`;
  const all =
    "select format('table %I.%I', nspname, relname) as what, format($q$" +
    counted("%I.%I") +
    "$q$, nspname, relname) as question from found";
  if (kind === "table")
    return `with found as (${relation} and c.oid = to_regclass(${quoteText(path)}) and c.relkind <> 'm') ${all}`;
  if (kind === "schema")
    return `with found as (${relation} and c.relkind <> 'm' and not c.relispartition and c.relnamespace = to_regnamespace(${quoteText(path)})) ${all} order by 1`;
  const columns = `with found as (${relation} and c.relkind <> 'm' and not c.relispartition), columns as (select f.*, a.attname from found f join pg_catalog.pg_attribute a on a.attrelid = f.oid
  where a.attnum > 0 and not a.attisdropped and a.attgenerated = '' and `;
  const named =
    kind === "column"
      ? `f.oid = to_regclass(${quoteText(path)}) and a.attname = ${quoteText(column ?? "")}`
      : `a.atttypid = to_regtype(${quoteText(path)})`;
  return `${columns}${named}) select format('column %I.%I.%I', nspname, relname, attname) as what,
  format($q$${counted("%I.%I where %I is not null")}$q$, nspname, relname, attname) as question from columns order by 1`;
};

export const isManyRows = (count: number): boolean => count >= countUpTo;
