// EXPLAIN's plans as data: cost, rows, the nodes, and a text that is equal for equal plans.
import { isObject } from "../../kernel/json.ts";

export interface PlanNode {
  readonly type: string;
  /** Of a relation; EXPLAIN says it with VERBOSE alone. */
  readonly schema?: string;
  readonly relation?: string;
  readonly alias?: string;
  readonly index?: string;
  readonly cost: number;
  readonly startup: number;
  readonly rows: number;
  readonly width: number;
  readonly joinType?: string;
  /** Conditions by PostgreSQL's name of them: `Filter`, `Index Cond`, `Hash Cond`. They hold constants: never print them. */
  readonly conditions: Readonly<Record<string, string>>;
  readonly sortKey: readonly string[];
  readonly groupKey: readonly string[];
  /** What it gives, with VERBOSE. */
  readonly output: readonly string[];
  readonly children: readonly PlanNode[];
}

const conditionNames = [
  "Filter",
  "Index Cond",
  "Recheck Cond",
  "Hash Cond",
  "Merge Cond",
  "Join Filter",
  "One-Time Filter",
];

const textAt = (node: Record<string, unknown>, key: string): string | undefined =>
  typeof node[key] === "string" ? node[key] : undefined;

const nodeOf = (node: Record<string, unknown>): PlanNode => {
  const [schema, relation, alias, index, joinType] = [
    "Schema",
    "Relation Name",
    "Alias",
    "Index Name",
    "Join Type",
  ].map((key) => textAt(node, key));
  const list = (key: string): readonly unknown[] => (Array.isArray(node[key]) ? (node[key] as unknown[]) : []);
  return {
    type: textAt(node, "Node Type") ?? "?",
    ...(schema === undefined ? {} : { schema }),
    ...(relation === undefined ? {} : { relation }),
    ...(alias === undefined ? {} : { alias }),
    ...(index === undefined ? {} : { index }),
    ...(joinType === undefined ? {} : { joinType }),
    cost: Number(node["Total Cost"]),
    startup: Number(node["Startup Cost"]),
    rows: Number(node["Plan Rows"]),
    width: Number(node["Plan Width"]),
    conditions: Object.fromEntries(
      conditionNames.flatMap((name) => {
        const value = textAt(node, name);
        return value === undefined ? [] : [[name, value] as const];
      }),
    ),
    sortKey: list("Sort Key").map(String),
    groupKey: list("Group Key").map(String),
    output: list("Output").map(String),
    children: list("Plans").filter(isObject).map(nodeOf),
  };
};

/** The root of what EXPLAIN (FORMAT JSON) gave. */
export const planOf = (json: string): PlanNode | undefined => {
  const value: unknown = JSON.parse(json);
  const first: unknown = Array.isArray(value) ? value[0] : undefined;
  return isObject(first) && isObject(first["Plan"]) ? nodeOf(first["Plan"]) : undefined;
};

/** The same for plans of the same shape over the same relations and indexes. */
export const signature = ({ type, joinType, relation, index, children }: PlanNode): string =>
  `${type}${joinType === undefined ? "" : ` ${joinType}`}${index === undefined ? "" : `(${index})`}${relation === undefined ? "" : `<${relation}>`}${
    children.length === 0 ? "" : `[${children.map(signature).join(" ")}]`
  }`;

export const nodesOf = (node: PlanNode): readonly PlanNode[] => [node, ...node.children.flatMap(nodesOf)];

export const indexesIn = (node: PlanNode): ReadonlySet<string> =>
  new Set(nodesOf(node).flatMap(({ index }) => (index === undefined ? [] : [index])));
