// What a SELECT looks like to the search for N+1: the tables it reads, and the columns that single values are looked up by.
import type { Catalog } from "../catalog.ts";
import type { ObjectName } from "../catalog/object.ts";
import type { Fields, ParseSql } from "../tree.ts";
import { fieldsOf, listOf, nameParts, only, stringNode, textOf, walk } from "../tree.ts";

export interface Shape {
  /** Tables of the catalog that it reads anywhere. */
  readonly reads: readonly ObjectName[];
  /** For a lookup: one table, whose rows are found by single values of these columns. */
  readonly lookup?: Lookup;
  /** An UPDATE's or DELETE's rows, a lock: what it is for is not reading. */
  readonly locks: boolean;
}

export interface Lookup {
  readonly table: ObjectName;
  readonly columns: readonly string[];
  /** What stands between SELECT and FROM, and after the conditions on single values: for the rewrite. */
  readonly aggregates: boolean;
  readonly limited: boolean;
}

const tableOf = (range: Fields | undefined, catalog: Catalog): ObjectName | undefined => {
  const [schema, name] = [textOf(range?.["schemaname"]), textOf(range?.["relname"])];
  const found = [...catalog.tables, ...catalog.views].filter(
    (one) => one.name === name && (schema === undefined || one.schema === schema),
  );
  // Which of two is meant says the search_path of the application, which nobody here knows.
  return found.length === 1 || schema !== undefined ? found[0] : found.find((one) => one.schema === "public");
};

const readsOf = (fields: Fields, catalog: Catalog): readonly ObjectName[] => {
  const found = new Map<string, ObjectName>();
  walk(fields, (node) => {
    const table = tableOf(only(node, "RangeVar"), catalog);
    if (table !== undefined) found.set(`${table.schema}.${table.name}`, { schema: table.schema, name: table.name });
  });
  return [...found.values()];
};

/** The conditions that AND joins. */
const conjuncts = (where: unknown): readonly unknown[] => {
  const and = only(where, "BoolExpr");
  return and?.["boolop"] === "AND_EXPR" ? listOf(and["args"]).flatMap(conjuncts) : where === undefined ? [] : [where];
};

const columnIn = (node: unknown): string | undefined => {
  const parts = nameParts(only(node, "ColumnRef")?.["fields"]);
  return parts.at(-1);
};

const isParameter = (node: unknown): boolean => {
  if (only(node, "ParamRef") !== undefined) return true;
  const cast = only(node, "TypeCast");
  return cast !== undefined && isParameter(cast["arg"]);
};

/** `column = $1`, either way round. */
const equalTo = (node: unknown): string | undefined => {
  const fields = only(node, "A_Expr");
  if (fields?.["kind"] !== "AEXPR_OP" || stringNode(listOf(fields["name"])[0]) !== "=") return undefined;
  const [left, right] = [fields["lexpr"], fields["rexpr"]];
  if (isParameter(right)) return columnIn(left);
  return isParameter(left) ? columnIn(right) : undefined;
};

/** Conditions that every lookup of an application carries: not deleted, active. */
const isFixed = (node: unknown): boolean =>
  only(node, "NullTest") !== undefined ||
  only(node, "BooleanTest") !== undefined ||
  only(node, "ColumnRef") !== undefined ||
  (only(node, "BoolExpr")?.["boolop"] === "NOT_EXPR" && listOf(only(node, "BoolExpr")?.["args"]).every(isFixed));

const aggregateNames = new Set([
  "count",
  "sum",
  "min",
  "max",
  "avg",
  "array_agg",
  "json_agg",
  "jsonb_agg",
  "string_agg",
  "bool_or",
  "bool_and",
]);

const hasAggregate = (fields: Fields): boolean => {
  let found = false;
  walk(fields["targetList"], (node) => {
    const name = nameParts(only(node, "FuncCall")?.["funcname"]).at(-1);
    if (name !== undefined && aggregateNames.has(name)) found = true;
  });
  return found;
};

const lookupOf = (fields: Fields, catalog: Catalog): Lookup | undefined => {
  const from = listOf(fields["fromClause"]);
  const table = tableOf(only(from[0], "RangeVar"), catalog);
  const plain = !["withClause", "groupClause", "havingClause", "distinctClause", "larg", "windowClause"].some(
    (key) => fields[key] !== undefined,
  );
  if (table === undefined || from.length !== 1 || !plain || fields["whereClause"] === undefined) return undefined;
  const terms = conjuncts(fields["whereClause"]);
  const columns = terms.flatMap((term) => equalTo(term) ?? []);
  if (columns.length === 0 || !terms.every((term) => equalTo(term) !== undefined || isFixed(term))) return undefined;
  return {
    table: { schema: table.schema, name: table.name },
    columns,
    aggregates: hasAggregate(fields),
    limited: fields["limitCount"] !== undefined,
  };
};

/** Undefined for what is no SELECT, or reads no table of the catalog. */
export const shapeOf = (sql: string, parse: ParseSql, catalog: Catalog): Shape | undefined => {
  const parsed = parse(sql);
  const [statement, ...more] = parsed.kind === "statements" ? parsed.statements : [];
  if (statement === undefined || more.length > 0 || statement.kind !== "SelectStmt") return undefined;
  const fields = fieldsOf(statement.fields);
  const reads = readsOf(fields, catalog);
  if (reads.length === 0) return undefined;
  const locks = fields["lockingClause"] !== undefined;
  const lookup = locks ? undefined : lookupOf(fields, catalog);
  return { reads, locks, ...(lookup === undefined ? {} : { lookup }) };
};
