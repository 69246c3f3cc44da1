// Values for the parameters of a statement, taken from the statistics: for planning inside the clone alone, never printed.
import type { Catalog } from "../catalog.ts";
import type { Column } from "../catalog/tables.ts";
import { isObject } from "../../kernel/json.ts";
import { byteIndexes } from "../positions.ts";
import { quoteText } from "../quote.ts";
import type { Fields, ParseSql } from "../tree.ts";
import { listOf, nameParts, only, textOf } from "../tree.ts";
import type { Known } from "./index-shape.ts";
import type { ColumnStatistics } from "./statistics.ts";

/** The elements of an array as the server writes it. */
export const arrayElements = (text: string): readonly string[] => {
  const found = text.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"|([^,]+)/gs);
  return [...found].map(([, inQuotes, bare]) =>
    inQuotes === undefined ? (bare ?? "") : inQuotes.replace(/\\(.)/gs, "$1"),
  );
};

interface Table {
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly Pick<Column, "name" | "type">[];
}

/** Tables of a statement by alias; several of one alias in different blocks are all kept. */
const tablesIn = (tree: Fields, catalog: Catalog): ReadonlyMap<string, readonly Table[]> => {
  const found = new Map<string, Table[]>();
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) visit(one);
    if (!isObject(value)) return;
    const name = textOf(value["relname"]);
    if (name !== undefined) {
      const schema = textOf(value["schemaname"]);
      const table = catalog.tables.find((one) => one.name === name && (schema === undefined || one.schema === schema));
      const alias = textOf((isObject(value["alias"]) ? value["alias"] : {})["aliasname"]) ?? name;
      if (table !== undefined) found.set(alias, [...(found.get(alias) ?? []), table]);
    }
    for (const inner of Object.values(value)) visit(inner);
  };
  visit(tree);
  return found;
};

interface Resolved {
  readonly table: Table;
  readonly column: Pick<Column, "name" | "type">;
}

const resolve = (node: unknown, tables: ReadonlyMap<string, readonly Table[]>): Resolved | undefined => {
  const parts = nameParts(only(node, "ColumnRef")?.["fields"]);
  const name = parts.at(-1);
  const alias = parts.at(-2);
  const among = alias === undefined ? [...tables.values()].flat() : (tables.get(alias) ?? []);
  for (const table of among) {
    const column = table.columns.find((one) => one.name === name);
    if (column !== undefined) return { table, column };
  }
  return undefined;
};

/** What a value should be: any, or high or low among those there are. */
type Where = "some" | "low" | "high" | "higher";

const places: Readonly<Record<Where, number>> = { some: 0.5, low: 0.1, high: 0.9, higher: 0.95 };

const valueFrom = ({ commonValues, histogram }: ColumnStatistics, where: Where): string | undefined => {
  const among =
    histogram === undefined
      ? commonValues === undefined
        ? []
        : arrayElements(commonValues)
      : arrayElements(histogram);
  return among[Math.min(among.length - 1, Math.floor(among.length * places[where]))];
};

interface Bound {
  readonly parameter: number;
  readonly operator: string;
  readonly resolved: Resolved;
}

const parameterOf = (node: unknown): number | undefined => {
  const reference = only(node, "ParamRef") ?? only(only(node, "TypeCast")?.["arg"], "ParamRef");
  return typeof reference?.["number"] === "number" ? reference["number"] : undefined;
};

const turned: Readonly<Record<string, string>> = { "<": ">", ">": "<", "<=": ">=", ">=": "<=" };

/** Parameters that are compared with a column. */
const boundIn = (tree: Fields, tables: ReadonlyMap<string, readonly Table[]>): readonly Bound[] => {
  const found: Bound[] = [];
  const add = (column: unknown, value: unknown, operator: string): void => {
    const parameter = parameterOf(value);
    const resolved = parameter === undefined ? undefined : resolve(column, tables);
    if (parameter !== undefined && resolved !== undefined) found.push({ parameter, operator, resolved });
  };
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) visit(one);
    if (!isObject(value)) return;
    const expression = only(value, "A_Expr");
    if (expression !== undefined) {
      const operator = nameParts(expression["name"])[0] ?? "";
      const right = listOf(only(expression["rexpr"], "List")?.["items"]);
      if (expression["kind"] === "AEXPR_BETWEEN") {
        add(expression["lexpr"], right[0], ">=");
        add(expression["lexpr"], right[1], "<=");
      } else if (expression["kind"] === "AEXPR_IN") for (const one of right) add(expression["lexpr"], one, "=");
      else if (expression["kind"] === "AEXPR_OP") {
        add(expression["lexpr"], expression["rexpr"], operator);
        add(expression["rexpr"], expression["lexpr"], turned[operator] ?? operator);
      }
    }
    for (const inner of Object.values(value)) visit(inner);
  };
  visit(tree);
  return found;
};

/** A lower bound lies near the end, as in "the last days"; with an upper one, both do. */
const placeOf = ({ operator, resolved }: Bound, all: readonly Bound[]): Where | undefined => {
  if (operator === "=") return "some";
  if (operator === ">" || operator === ">=") return "high";
  if (operator !== "<" && operator !== "<=") return undefined;
  const between = all.some(
    (other) => other.resolved.column === resolved.column && (other.operator === ">" || other.operator === ">="),
  );
  return between ? "higher" : "low";
};

/** How many rows a LIMIT lets through, where its number is a parameter. */
const limits = (tree: Fields): readonly { readonly parameter: number; readonly kind: "limit" | "offset" }[] => {
  const found: { parameter: number; kind: "limit" | "offset" }[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) visit(one);
    if (!isObject(value)) return;
    const [limit, offset] = [parameterOf(value["limitCount"]), parameterOf(value["limitOffset"])];
    if (limit !== undefined) found.push({ parameter: limit, kind: "limit" });
    if (offset !== undefined) found.push({ parameter: offset, kind: "offset" });
    for (const inner of Object.values(value)) visit(inner);
  };
  visit(tree);
  return found;
};

const references = (tree: Fields): readonly { readonly parameter: number; readonly location: number }[] => {
  const found: { parameter: number; location: number }[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const one of value) visit(one);
    if (!isObject(value)) return;
    const reference = only(value, "ParamRef");
    if (typeof reference?.["number"] === "number" && typeof reference["location"] === "number")
      found.push({ parameter: reference["number"], location: reference["location"] });
    for (const inner of Object.values(value)) visit(inner);
  };
  visit(tree);
  return found;
};

const replaced = (sql: string, tree: Fields, values: ReadonlyMap<number, string>): string => {
  const indexOf = byteIndexes(sql);
  let [text, at] = ["", 0];
  for (const { parameter, location } of references(tree).toSorted((a, b) => a.location - b.location)) {
    const [start, value] = [indexOf(location), values.get(parameter)];
    const end = start + String(parameter).length + 1;
    if (value === undefined || start < at) continue;
    text += sql.slice(at, start) + value;
    at = end;
  }
  return text + sql.slice(at);
};

export interface Surroundings {
  readonly catalog: Catalog;
  readonly known: Known;
  readonly parse: ParseSql;
}

const firstTree = (sql: string, parse: ParseSql): Fields | undefined => {
  const result = parse(sql);
  return result.kind === "statements" && result.statements.length === 1 ? result.statements[0]?.fields : undefined;
};

/** LIMIT with the rows that a call gave on average, OFFSET with none: what they are is not in the statement any more. */
export const withLimits = (sql: string, rowsPerCall: number | undefined, parse: ParseSql): string => {
  const tree = firstTree(sql, parse);
  if (tree === undefined) return sql;
  const rows = Math.max(1, Math.ceil(rowsPerCall ?? 20));
  return replaced(
    sql,
    tree,
    new Map(limits(tree).map(({ parameter, kind }) => [parameter, kind === "limit" ? String(rows) : "0"])),
  );
};

/** The statement with a typical value for each parameter that is compared with a column; undefined where there is none such. */
export const withTypicalValues = (sql: string, { catalog, known, parse }: Surroundings): string | undefined => {
  const tree = firstTree(sql, parse);
  if (tree === undefined) return undefined;
  const bounds = boundIn(tree, tablesIn(tree, catalog));
  const values = new Map<number, string>();
  for (const bound of bounds) {
    const { table, column } = bound.resolved;
    const statistics = known.columns.get(`${table.schema}\0${table.name}\0${column.name}`);
    const where = placeOf(bound, bounds);
    const value = statistics === undefined || where === undefined ? undefined : valueFrom(statistics, where);
    if (value !== undefined) values.set(bound.parameter, `${quoteText(value)}::${column.type.text}`);
  }
  return values.size === 0 ? undefined : replaced(sql, tree, values);
};
