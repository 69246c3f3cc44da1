// What a plan does with each table: columns compared for equality, ranges, patterns, containment, order; from EXPLAIN's own texts.
import { isObject } from "../../kernel/json.ts";
import { byteIndexes } from "../positions.ts";
import type { Fields, ParseSql } from "../tree.ts";
import { fieldsOf, listOf, nameParts, only } from "../tree.ts";
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

interface Column {
  readonly alias: string;
  readonly name: string;
}

const columnOf = (node: unknown): Column | undefined => {
  const parts = nameParts(only(node, "ColumnRef")?.["fields"]);
  const name = parts.at(-1);
  return name === undefined ? undefined : { alias: parts.at(-2) ?? "", name };
};

/** Through casts that say nothing: `(name)::text`. */
const uncast = (node: unknown): unknown => {
  const cast = only(node, "TypeCast");
  return cast === undefined ? node : uncast(cast["arg"]);
};

const columnsIn = (node: unknown): readonly Column[] => {
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

const isVariable = (node: unknown): boolean =>
  columnsIn(node).length > 0 ||
  JSON.stringify(node).includes('"SubLink"') ||
  JSON.stringify(node).includes('"SubPlan"');

interface Text {
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

const quoted = (name: string): string => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`);

interface Side {
  readonly alias: string;
  readonly key: string;
  readonly column?: string;
}

const sideOf = (node: unknown, text: Text, aliases: ReadonlySet<string>): Side | undefined => {
  const column = columnOf(uncast(node));
  if (column === undefined) return expressionOf(node, text, aliases);
  const alias = column.alias === "" && aliases.size === 1 ? [...aliases][0] : column.alias;
  return alias === undefined || !aliases.has(alias)
    ? undefined
    : { alias, key: quoted(column.name), column: column.name };
};

/** A constant with its casts, as the plan prints it. */
const constantOf = (node: unknown): string | undefined => {
  const constant = only(uncast(node), "A_Const");
  if (constant === undefined) return undefined;
  const text = fieldsOf(constant["sval"])["sval"];
  if (typeof text === "string") return text;
  const whole = fieldsOf(constant["ival"])["ival"];
  return typeof whole === "number" ? String(whole) : undefined;
};

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
