// What a plan does with each table: columns compared for equality, ranges, patterns, containment, order; from EXPLAIN's own texts.
import { byteIndexes } from "../positions.ts";
import type { Fields, ParseSql } from "../tree.ts";
import { listOf, nameParts, only } from "../tree.ts";
import type { Text } from "./expressions.ts";
import { columnOf, columnsIn, constantOf, isVariable, quoted, sideOf, uncast } from "./expressions.ts";
import type { PlanNode } from "./plan.ts";

export type UseKind =
  /** Compared with a value, or one of a list. */
  | "equal"
  /** Compared with a column of another table. */
  | "join"
  | "range"
  /** `LIKE 'abc%'`. */
  | "prefix"
  /** `LIKE '%abc%'`, `~`, `ILIKE`. */
  | "pattern"
  /** `@>`, `&&`, `?`, `@@`. */
  | "contains"
  | "order";

/** One use of a column, or of an expression, of one table. */
export interface Use {
  readonly kind: UseKind;
  /** As it goes into an index: a column's name as SQL, or an expression. */
  readonly key: string;
  /** The column, where the key is one. */
  readonly column?: string;
  readonly operator?: string;
  /** The value's text as in the plan, where it is a constant: for partial indexes. */
  readonly constant?: string;
  readonly descending?: boolean;
}

/** All that a plan does with one table under one name. */
export interface TableUse {
  readonly schema: string;
  readonly table: string;
  readonly alias: string;
  readonly uses: readonly Use[];
  /** Conditions as in the plan without the alias, for partial indexes: IS NULL, booleans, comparisons with constants. */
  readonly predicates: readonly { readonly text: string; readonly columns: readonly string[] }[];
  /** Columns that are read at all. */
  readonly columns: readonly string[];
}

const ranges = new Set(["<", "<=", ">", ">="]);
const containments = new Set(["@>", "<@", "&&", "?", "?|", "?&", "@@", "@?"]);
const patterns = new Set(["~~", "~~*", "~", "~*"]);

interface Found extends Use {
  readonly alias: string;
}

const kindOf = (operator: string, other: unknown): UseKind | undefined => {
  if (operator === "=") return isVariable(other) ? "join" : "equal";
  if (ranges.has(operator)) return "range";
  if (containments.has(operator)) return "contains";
  if (!patterns.has(operator)) return undefined;
  const value = constantOf(other);
  return operator === "~~" && value !== undefined && /^[^%_\\]/.test(value) ? "prefix" : "pattern";
};

const comparison = (expression: Fields, text: Text, aliases: ReadonlySet<string>): readonly Found[] => {
  const operator = nameParts(expression["name"])[0] ?? "";
  const any = expression["kind"] === "AEXPR_OP_ANY" || expression["kind"] === "AEXPR_IN";
  const sides = [
    [expression["lexpr"], expression["rexpr"]],
    ...(any ? [] : [[expression["rexpr"], expression["lexpr"]]]),
  ];
  return sides.flatMap(([node, other]): readonly Found[] => {
    const side = sideOf(node, text, aliases);
    const kind = kindOf(operator, other);
    if (side === undefined || kind === undefined) return [];
    // A column of the same table on the other side makes no key.
    if (columnsIn(other).some(({ alias }) => alias === side.alias)) return [];
    const constant = any ? undefined : constantOf(other);
    return [{ ...side, kind, operator, ...(constant === undefined ? {} : { constant }) }];
  });
};

/** The parts that all must hold. */
const conjuncts = (node: unknown): readonly unknown[] => {
  const bool = only(node, "BoolExpr");
  return bool?.["boolop"] === "AND_EXPR" ? listOf(bool["args"]).flatMap(conjuncts) : [node];
};

const usesIn = (node: unknown, text: Text, aliases: ReadonlySet<string>): readonly Found[] => {
  const expression = only(node, "A_Expr");
  if (expression !== undefined) return comparison(expression, text, aliases);
  const bool = only(node, "BoolExpr");
  // Each side of an OR may have an index of its own, which a bitmap joins.
  if (bool?.["boolop"] === "OR_EXPR") return listOf(bool["args"]).flatMap((one) => usesIn(one, text, aliases));
  if (bool?.["boolop"] === "AND_EXPR") return listOf(bool["args"]).flatMap((one) => usesIn(one, text, aliases));
  const test = only(node, "NullTest");
  if (test?.["nulltesttype"] !== "IS_NULL") return [];
  const side = sideOf(test["arg"], text, aliases);
  return side === undefined ? [] : [{ ...side, kind: "equal", operator: "is null" }];
};

const condition = /^(Filter|Index Cond|Recheck Cond|Hash Cond|Merge Cond|Join Filter)$/;

const parsed = (sql: string, parse: ParseSql): Fields | undefined => {
  const result = parse(sql);
  return result.kind === "statements" ? result.statements[0]?.fields : undefined;
};

interface Scan {
  readonly node: PlanNode;
  readonly alias: string;
}

const scansIn = (node: PlanNode): readonly Scan[] => [
  ...(node.relation === undefined || node.type === "ModifyTable" ? [] : [{ node, alias: node.alias ?? node.relation }]),
  ...node.children.flatMap(scansIn),
];

const everyNode = (node: PlanNode): readonly PlanNode[] => [node, ...node.children.flatMap(everyNode)];

/** `(NOT c.spam)` and `(u.deleted_at IS NULL)`: what does not vary from call to call. */
const predicateOf = (node: unknown, alias: string): { text: string; columns: readonly string[] } | undefined => {
  const columns = columnsIn(node);
  if (columns.length === 0 || columns.some((one) => one.alias !== "" && one.alias !== alias)) return undefined;
  const expression = only(node, "A_Expr");
  const [first] = columns;
  if (first === undefined) return undefined;
  const name = quoted(first.name);
  const names = [first.name];
  const test = only(node, "NullTest");
  if (test !== undefined && columnOf(uncast(test["arg"])) !== undefined)
    return { text: `${name} IS ${test["nulltesttype"] === "IS_NULL" ? "NULL" : "NOT NULL"}`, columns: names };
  if (columnOf(node) !== undefined) return { text: name, columns: names };
  const bool = only(node, "BoolExpr");
  if (bool?.["boolop"] === "NOT_EXPR" && columnOf(listOf(bool["args"])[0]) !== undefined)
    return { text: `NOT ${name}`, columns: names };
  if (expression === undefined || nameParts(expression["name"])[0] !== "=") return undefined;
  const value = constantOf(expression["rexpr"]);
  if (value === undefined || columnOf(uncast(expression["lexpr"])) === undefined) return undefined;
  return { text: `${name} = '${value.replaceAll("'", "''")}'`, columns: names };
};

const orders = (keys: readonly string[], parse: ParseSql, aliases: ReadonlySet<string>): readonly Found[] => {
  const found: Found[] = [];
  for (const key of keys) {
    const descending = / DESC\b/.test(key);
    const sql = `select ${key.replace(/ (DESC|ASC|NULLS (FIRST|LAST)|USING \S+|COLLATE \S+)/g, "")}`;
    const target = only(listOf(parsed(sql, parse)?.["targetList"])[0], "ResTarget")?.["val"];
    const text = { sql, indexOf: byteIndexes(sql) };
    const side = target === undefined ? undefined : sideOf(target, text, aliases);
    if (side === undefined) break;
    found.push({ ...side, kind: "order", descending });
  }
  return found;
};

/** `min(t.a)` and `max(t.a)` read one end of an index. */
const extremes = (output: readonly string[]): readonly string[] =>
  output.flatMap((text) => /^(?:min|max)\(([^()]+)\)$/.exec(text)?.[1] ?? []);

/** The tables of a plan made by EXPLAIN VERBOSE, with all that is done with them. */
export const tableUses = (root: PlanNode, parse: ParseSql): readonly TableUse[] => {
  const scans = scansIn(root);
  const aliases = new Set(scans.map(({ alias }) => alias));
  const found: Found[] = [];
  const predicates: { readonly alias: string; readonly text: string; readonly columns: readonly string[] }[] = [];
  for (const node of everyNode(root)) {
    for (const [name, given] of Object.entries(node.conditions)) {
      if (!condition.test(name)) continue;
      const sql = `select where ${given}`;
      const where = parsed(sql, parse)?.["whereClause"];
      if (where === undefined) continue;
      const own = node.alias === undefined ? aliases : new Set([...aliases, node.alias]);
      const text = { sql, indexOf: byteIndexes(sql) };
      for (const part of conjuncts(where)) {
        found.push(...usesIn(part, text, own));
        const alias = columnsIn(part)[0]?.alias;
        const predicate = alias === undefined ? undefined : predicateOf(part, alias);
        if (alias !== undefined && predicate !== undefined) predicates.push({ alias, ...predicate });
      }
    }
    found.push(...orders(node.sortKey, parse, aliases), ...orders(extremes(node.output).slice(0, 1), parse, aliases));
    if (node.groupKey.length > 0 && node.groupKey.length <= 3) found.push(...orders(node.groupKey, parse, aliases));
  }
  return scans.flatMap(({ node, alias }) => {
    if (node.relation === undefined || node.schema === undefined) return [];
    const columns = new Set<string>();
    for (const one of everyNode(root))
      for (const text of [...one.output, ...Object.values(one.conditions), ...one.sortKey])
        for (const [, name] of text.matchAll(new RegExp(`(?<![\\w"])${escaped(alias)}\\.("[^"]+"|\\w+)`, "g")))
          if (name !== undefined) columns.add(name.replaceAll('"', ""));
    return [
      {
        schema: node.schema,
        table: node.relation,
        alias,
        uses: found.filter((one) => one.alias === alias),
        predicates: predicates.filter((one) => one.alias === alias),
        columns: [...columns].sort(),
      },
    ];
  });
};

const escaped = (name: string): string => quoted(name).replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
