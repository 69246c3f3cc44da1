// What planners before PostgreSQL 18 could not do, undone in the clone: by settings, by statistics, by rewriting a statement.
import { nameKey } from "../catalog/object.ts";
import { isObject } from "../../kernel/json.ts";
import { byteIndexes } from "../positions.ts";
import type { Fields, ParseSql } from "../tree.ts";
import { listOf, nameParts, only, walk } from "../tree.ts";
import type { PlanNode } from "./plan.ts";
import { nodesOf } from "./plan.ts";

/** `server_version_num` of the first planner that has it, and the setting that takes it away. */
const switches: readonly (readonly [number, string])[] = [
  [160000, "enable_presorted_aggregate"],
  [170000, "enable_group_by_reordering"],
  [180000, "enable_distinct_reordering"],
  [180000, "enable_self_join_elimination"],
];

export const settingsBefore = (version: number): Readonly<Record<string, string>> =>
  Object.fromEntries(switches.filter(([since]) => version < since).map(([, name]) => [name, "off"]));

/** Since 17 conditions are folded away by what is NOT NULL: before it, no column is, as far as planning goes. */
export const knowsNotNull = (version: number): boolean => version >= 170000;

/** Since 18 an index is read by its later columns, skipping from value to value of the first. */
export const skipsColumns = (version: number): boolean => version >= 180000;

/** Since 17 a condition that is false makes an empty result; before it, what stands beneath is planned all the same. */
export const foldsFalse = (version: number): boolean => version >= 170000;

export interface IndexKeys {
  readonly schema: string;
  readonly table: string;
  readonly name: string;
  /** Columns in order; null for an expression. */
  readonly keys: readonly (string | null)[];
}

/** btrees of these names, one row of JSON each. */
export const indexKeysQuery = (
  names: readonly string[],
): string => `select pg_catalog.json_build_object('schema', n.nspname, 'table', t.relname, 'name', c.relname,
    'keys', (select pg_catalog.json_agg(a.attname order by p.n) from pg_catalog.generate_series(1, i.indnkeyatts) p(n)
               left join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[p.n - 1] and a.attnum <> 0))::text
  from pg_catalog.pg_index i
  join pg_catalog.pg_class c on c.oid = i.indexrelid
  join pg_catalog.pg_am m on m.oid = c.relam and m.amname = 'btree'
  join pg_catalog.pg_class t on t.oid = i.indrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where i.indnkeyatts > 1 and c.relname in (${names.map((name) => `'${name.replaceAll("'", "''")}'`).join(", ")})`;

/** The texts that AND joins, without the parentheses around all. */
const conjuncts = (condition: string): readonly string[] => {
  const parts: string[] = [];
  let [depth, from, quote] = [0, 0, ""];
  for (let at = 0; at < condition.length; at++) {
    const here = condition[at] ?? "";
    if (quote !== "") {
      if (here === quote) quote = "";
    } else if (here === "'" || here === '"') quote = here;
    else if (here === "(") depth++;
    else if (here === ")") depth--;
    else if (depth === 1 && condition.startsWith(" AND ", at)) {
      parts.push(condition.slice(from, at));
      from = at + 5;
    }
  }
  return [...parts, condition.slice(from)];
};

const compared = /^\(*(?:(?:"(?:[^"]|"")+"|[\w$]+)\.)?("(?:[^"]|"")+"|[\w$]+)\)*(?:::[a-z ]+)?\)*\s+(IS NULL|=|\S+)/;

/** Columns that an Index Cond compares, and whether for equality. */
const comparedIn = (condition: string): ReadonlyMap<string, boolean> => {
  const found = new Map<string, boolean>();
  for (const part of conjuncts(condition)) {
    const [, name, operator] = compared.exec(part) ?? [];
    if (name === undefined) continue;
    const column = name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name;
    found.set(column, (found.get(column) ?? false) || operator === "=" || operator === "IS NULL");
  }
  return found;
};

export interface SkippedColumn {
  readonly schema: string;
  readonly table: string;
  readonly column: string;
}

/** Columns of indexes that a plan skips through: not fixed, with a condition on a later one. */
export const skippedColumns = (plan: PlanNode, indexes: readonly IndexKeys[]): readonly SkippedColumn[] => {
  const found = new Map<string, SkippedColumn>();
  for (const { index, schema: own, conditions } of nodesOf(plan)) {
    const condition = conditions["Index Cond"];
    if (index === undefined || condition === undefined) continue;
    const columns = comparedIn(condition);
    for (const { schema, table, keys } of indexes.filter(
      (one) => one.name === index && (own === undefined || own === one.schema),
    )) {
      const last = keys.findLastIndex((key) => key !== null && columns.has(key));
      for (const column of keys.slice(0, Math.max(0, last)))
        if (column !== null && columns.get(column) !== true)
          found.set(`${nameKey({ schema, name: table })}\0${column}`, { schema, table, column });
    }
  }
  return [...found.values()];
};

export const isFoldedAway = (plan: PlanNode): boolean =>
  nodesOf(plan).some(({ conditions }) => conditions["One-Time Filter"] === "false");

const andParts = (node: unknown): readonly unknown[] => {
  const bool = only(node, "BoolExpr");
  return bool?.["boolop"] === "AND_EXPR" ? listOf(bool["args"]).flatMap(andParts) : [node];
};

const withoutPlaces = (value: unknown): string =>
  JSON.stringify(value, (key, inner: unknown) => (key === "location" ? undefined : inner));

const isConstant = (node: unknown): boolean => {
  let constant = true;
  walk(node, (fields) => {
    if (["ColumnRef", "ParamRef", "SubLink"].some((kind) => isObject(fields[kind]))) constant = false;
  });
  return constant;
};

const columnText = (node: unknown): string | undefined => {
  const parts = nameParts(only(node, "ColumnRef")?.["fields"]);
  return parts.length === 0 ? undefined : parts.join(".");
};

interface Equality {
  readonly column: string;
  readonly value: string;
  /** Byte offsets of the column and of the operator. */
  readonly from: number;
  readonly operator: number;
}

const offset = (fields: Fields | undefined): number =>
  typeof fields?.["location"] === "number" ? fields["location"] : 0;

/** Columns that are set equal stand for each other. */
const representative = (same: ReadonlyMap<string, string>, column: string): string => {
  const next = same.get(column);
  return next === undefined ? column : representative(same, next);
};

/** All but the first of those equalities that contradict each other. */
const contradictions = (where: unknown): readonly Equality[] => {
  const same = new Map<string, string>();
  const equalities: Equality[] = [];
  for (const part of andParts(where)) {
    const expression = only(part, "A_Expr");
    if (expression?.["kind"] !== "AEXPR_OP" || nameParts(expression["name"])[0] !== "=") continue;
    const [left, right] = [columnText(expression["lexpr"]), columnText(expression["rexpr"])];
    if (left !== undefined && right !== undefined) {
      const [a, b] = [representative(same, left), representative(same, right)];
      if (a !== b) same.set(a, b);
    } else if (left !== undefined && isConstant(expression["rexpr"]))
      equalities.push({
        column: left,
        value: withoutPlaces(expression["rexpr"]),
        from: offset(only(expression["lexpr"], "ColumnRef")),
        operator: offset(expression),
      });
  }
  const first = new Map<string, string>();
  return equalities.filter(({ column, value }) => {
    const key = representative(same, column);
    const known = first.get(key);
    if (known === undefined) first.set(key, value);
    return known !== undefined && known !== value;
  });
};

/** Of one table alone: a join without rows was seen to be empty by older planners too. */
const readsOne = (fields: Fields): boolean => {
  const [first, second] = listOf(fields["fromClause"]);
  return second === undefined && (first === undefined || only(first, "RangeVar") !== undefined);
};

/**
 * The statement with contradictions that the planner does not see: `a = 1 AND a = 2` becomes `a = 1 AND $1 IS NOT DISTINCT FROM 2`, and
 * no row is expected, as in planners that plan what is beneath. Undefined where there are none.
 */
export const withoutContradictions = (sql: string, parse: ParseSql): string | undefined => {
  const result = parse(sql);
  if (result.kind !== "statements") return undefined;
  const found: Equality[] = [];
  let most = 0;
  for (const { fields } of result.statements)
    walk(fields, (inner) => {
      if (inner["whereClause"] !== undefined && readsOne(inner)) found.push(...contradictions(inner["whereClause"]));
      if (typeof inner["number"] === "number") most = Math.max(most, inner["number"]);
    });
  if (found.length === 0) return undefined;
  const indexOf = byteIndexes(sql);
  let [text, at] = ["", 0];
  for (const { from, operator } of found.toSorted((a, b) => a.from - b.from)) {
    const [start, end] = [indexOf(from), indexOf(operator)];
    const column = sql.slice(start, end).trim();
    text += `${sql.slice(at, start)}(${column} is null) is true and $${++most} is not distinct from`;
    at = end + 1;
  }
  return text + sql.slice(at);
};
