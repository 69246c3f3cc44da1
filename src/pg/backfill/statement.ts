// An UPDATE that is to run in batches: checked, and limited to a range of keys.
import { Fault } from "../../kernel/fault.ts";
import { piecesOf } from "../lexer.ts";
import type { SchemaFile } from "../prepare.ts";
import { faultIn } from "../prepare.ts";
import { quoteName, quoteText } from "../quote.ts";
import type { ParseSql, Statement } from "../tree.ts";
import { listOf, only, textOf } from "../tree.ts";

export interface Backfill {
  /** The statement, without a semicolon. */
  readonly sql: string;
  /** The table as the statement names it, each part quoted for `to_regclass`. */
  readonly path: string;
  /** What columns of the table are called by in the statement. */
  readonly alias: string;
  readonly columns: readonly string[];
  /** Where its condition begins, behind the word WHERE; undefined for every row. */
  readonly condition: number | undefined;
}

/** A column of the key, with its type as SQL. */
export interface KeyColumn {
  readonly name: string;
  readonly type: string;
}

const exact = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** The index behind the word WHERE that stands in no parentheses. */
const conditionAt = (sql: string): number | undefined => {
  let [depth, found] = [0, undefined as number | undefined];
  for (const { kind, start, end } of piecesOf(sql)) {
    if (kind !== "code") continue;
    for (const { 0: mark, index } of sql.slice(start, end).matchAll(/[()]|\bwhere\b/gi)) {
      if (mark === "(") depth += 1;
      else if (mark === ")") depth -= 1;
      else if (depth === 0) found = start + index + mark.length;
    }
  }
  return found;
};

const refusals: readonly (readonly [string, string])[] = [
  ["withClause", "a WITH clause would be computed anew for every batch"],
  ["returningClause", "RETURNING has nobody to return rows to"],
  ["returningList", "RETURNING has nobody to return rows to"],
];

const onlyStatement = (file: SchemaFile, parse: ParseSql): Statement => {
  const parsed = parse(file.text);
  if (parsed.kind === "error")
    throw faultIn("input.syntax", `PostgreSQL cannot parse this: ${parsed.message}`, file, parsed.index);
  const [statement, second] = parsed.statements;
  if (statement === undefined) throw new Fault("input.invalid", `there is no statement in ${file.path}`);
  if (second !== undefined || statement.kind !== "UpdateStmt")
    throw faultIn(
      "input.unsupported",
      "a backfill is one UPDATE statement",
      file,
      (second ?? statement).start,
      "write several backfills for several statements",
    );
  return statement;
};

/** Reads the one UPDATE of a text. Throws a Fault for what cannot run in batches. */
export const readBackfill = (file: SchemaFile, parse: ParseSql): Backfill => {
  const statement = onlyStatement(file, parse);
  const { fields, start, end } = statement;
  for (const [key, reason] of refusals)
    if (fields[key] !== undefined) throw faultIn("input.unsupported", reason, file, start, "leave it out");
  if (only(fields["whereClause"], "CurrentOfExpr") !== undefined)
    throw faultIn("input.unsupported", "WHERE CURRENT OF needs a cursor", file, start);
  const relation = (fields["relation"] ?? {}) as Readonly<Record<string, unknown>>;
  const { schemaname, relname, alias } = relation;
  const names = [textOf(schemaname), textOf(relname)].filter((name) => name !== undefined);
  const called = textOf((alias as Readonly<Record<string, unknown>> | undefined)?.["aliasname"]);
  const sql = file.text.slice(start, end).trim();
  return {
    sql,
    path: names.map(exact).join("."),
    alias: called === undefined ? names.map(exact).join(".") : exact(called),
    columns: listOf(fields["targetList"]).flatMap((node) => textOf(only(node, "ResTarget")?.["name"]) ?? []),
    condition: fields["whereClause"] === undefined ? undefined : conditionAt(sql),
  };
};

/** Values as the server printed them, one for each column of the key. */
export type Key = readonly string[];

const literals = (columns: readonly KeyColumn[], key: Key): string =>
  `(${columns.map(({ type }, at) => `${quoteText(key[at] ?? "")}::${type}`).join(", ")})`;

const names = (columns: readonly KeyColumn[], prefix = ""): string =>
  `(${columns.map(({ name }) => `${prefix}${quoteName(name)}`).join(", ")})`;

/** The last of the next `count` keys, and how many there are: one row of JSON, or none at the end. */
export const nextKeySql = (
  path: string,
  columns: readonly KeyColumn[],
  after: Key | undefined,
  count: number,
): string => {
  const list = columns.map(({ name }) => quoteName(name)).join(", ");
  const where = after === undefined ? "" : ` where ${names(columns)} > ${literals(columns, after)}`;
  const values = columns.map(({ name }) => `${quoteName(name)}::text`).join(", ");
  const backwards = columns.map(({ name }) => `${quoteName(name)} desc`).join(", ");
  return `with keys as materialized (select ${list} from ${path}${where} order by ${list} limit ${count})
select json_build_object('key', json_build_array(${values}), 'count', (select count(*) from keys))::text as row from keys order by ${backwards} limit 1`;
};

/** The statement for keys above `after` up to `until`, that one included. */
export const batchSql = (
  { sql, condition, alias }: Backfill,
  columns: readonly KeyColumn[],
  after: Key | undefined,
  until: Key,
): string => {
  const own = names(columns, `${alias}.`);
  const range = `${after === undefined ? "" : `${own} > ${literals(columns, after)} and `}${own} <= ${literals(columns, until)}`;
  // A comment may stand at the end of the text: the parenthesis closes on a line of its own.
  return condition === undefined
    ? `${sql}\nwhere ${range}`
    : `${sql.slice(0, condition)} (${sql.slice(condition)}\n) and ${range}`;
};

/** What the table is, and its keys: one row of JSON. */
export const tableSql = (
  path: string,
): string => `select json_build_object('name', format('%I.%I', n.nspname, c.relname), 'kind', c.relkind::text,
  'rows', greatest(c.reltuples, (select sum(p.reltuples) from pg_catalog.pg_partition_tree(c.oid) t join pg_catalog.pg_class p on p.oid = t.relid where t.isleaf))::float8,
  'keys', (select json_agg(k.columns order by k.first desc, k.name) from (select i.indisprimary as first, x.relname as name,
      (select json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod), 'null', not a.attnotnull) order by u.at)
        from unnest(i.indkey::int2[]) with ordinality u (attnum, at) join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum = u.attnum
        where u.at <= i.indnkeyatts) as columns
    from pg_catalog.pg_index i join pg_catalog.pg_class x on x.oid = i.indexrelid
    where i.indrelid = c.oid and i.indisunique and i.indisvalid and i.indpred is null and i.indexprs is null) k))::text as row
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace where c.oid = to_regclass(${quoteText(path)})`;
