// Columns, expressions and constants in the conditions of a plan, as they would be written in an index.
import { isObject } from "../../kernel/json.ts";
import type { Fields } from "../tree.ts";
import { fieldsOf, nameParts, only } from "../tree.ts";

export interface Column {
  readonly alias: string;
  readonly name: string;
}

export const columnOf = (node: unknown): Column | undefined => {
  const parts = nameParts(only(node, "ColumnRef")?.["fields"]);
  const name = parts.at(-1);
  return name === undefined ? undefined : { alias: parts.at(-2) ?? "", name };
};

/** Through casts that say nothing: `(name)::text`. */
export const uncast = (node: unknown): unknown => {
  const cast = only(node, "TypeCast");
  return cast === undefined ? node : uncast(cast["arg"]);
};

export const columnsIn = (node: unknown): readonly Column[] => {
  const found: Column[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) visit(one);
    else if (isObject(value)) {
      const column = columnOf(value);
      if (column === undefined) for (const inner of Object.values(value)) visit(inner);
      else found.push(column);
    }
  };
  visit(node);
  return found;
};

export const isVariable = (node: unknown): boolean =>
  columnsIn(node).length > 0 ||
  JSON.stringify(node).includes('"SubLink"') ||
  JSON.stringify(node).includes('"SubPlan"');

export interface Text {
  readonly sql: string;
  readonly indexOf: (byte: number) => number;
}

const aggregates =
  /^(sum|count|avg|min|max|every|bool_(and|or)|bit_(and|or|xor)|.*_agg|.*_agg_strict|std.*|var.*|percentile.*|rank|row_number|now|random)$/;

/** What is computed over many rows, or anew each time, is no key. */
const isAggregate = (call: Fields): boolean =>
  aggregates.test(nameParts(call["funcname"]).at(-1) ?? "") || call["over"] !== undefined || call["agg_star"] === true;

/** Whether an expression is worth an index: a function, a field of a document; not arithmetic on several columns. */
const expressionOf = (
  node: unknown,
  text: Text,
  aliases: ReadonlySet<string>,
): { alias: string; key: string } | undefined => {
  const inner = uncast(node);
  const call = only(inner, "FuncCall");
  const arrow = only(inner, "A_Expr");
  const isArrow = arrow !== undefined && ["->>", "->", "#>>"].includes(nameParts(arrow["name"])[0] ?? "");
  if (call === undefined ? !isArrow : isAggregate(call)) return undefined;
  const columns = columnsIn(inner);
  const [first] = columns;
  const alias = first?.alias;
  if (alias === undefined || !aliases.has(alias) || columns.some((one) => one.alias !== alias)) return undefined;
  const key = isArrow ? arrowText(arrow, text) : callText(call ?? {}, text);
  // A parameter is no part of an index.
  return key === undefined || /\$\d/.test(key) ? undefined : { alias, key: key.replaceAll(`${alias}.`, "") };
};

const locationOf = (fields: Fields): number => (typeof fields["location"] === "number" ? fields["location"] : 0);

/** From the function's name to the parenthesis that closes it. */
const callText = (call: Fields, { sql, indexOf }: Text): string | undefined => {
  const start = indexOf(locationOf(call));
  const open = sql.indexOf("(", start);
  const end = open < 0 ? undefined : closing(sql, open);
  return end === undefined ? undefined : sql.slice(start, end + 1);
};

const closing = (sql: string, open: number): number | undefined => {
  let [depth, quoted] = [0, ""];
  for (let at = open; at < sql.length; at++) {
    const here = sql[at] ?? "";
    if (quoted !== "") {
      if (here === quoted) quoted = "";
    } else if (here === "'" || here === '"') quoted = here;
    else if (here === "(") depth++;
    else if (here === ")" && --depth === 0) return at;
  }
  return undefined;
};

/** The parenthesis around an operator holds both of its sides. */
const arrowText = (arrow: Fields, { sql, indexOf }: Text): string | undefined => {
  const at = indexOf(locationOf(arrow));
  for (let open = sql.lastIndexOf("(", at); open >= 0; open = sql.lastIndexOf("(", open - 1)) {
    const end = closing(sql, open);
    if (end !== undefined && end > at) return sql.slice(open, end + 1);
    if (open === 0) break;
  }
  return undefined;
};

export const quoted = (name: string): string =>
  /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;

export interface Side {
  readonly alias: string;
  readonly key: string;
  readonly column?: string;
}

export const sideOf = (node: unknown, text: Text, aliases: ReadonlySet<string>): Side | undefined => {
  const column = columnOf(uncast(node));
  if (column === undefined) return expressionOf(node, text, aliases);
  const alias = column.alias === "" && aliases.size === 1 ? [...aliases][0] : column.alias;
  return alias === undefined || !aliases.has(alias)
    ? undefined
    : { alias, key: quoted(column.name), column: column.name };
};

/** A constant with its casts, as the plan prints it. */
export const constantOf = (node: unknown): string | undefined => {
  const constant = only(uncast(node), "A_Const");
  if (constant === undefined) return undefined;
  const text = fieldsOf(constant["sval"])["sval"];
  if (typeof text === "string") return text;
  const whole = fieldsOf(constant["ival"])["ival"];
  return typeof whole === "number" ? String(whole) : undefined;
};
