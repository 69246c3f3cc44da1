// A plan in words, without a constant of anybody: what is read how, how many rows come of it, what it costs.
import type { PlanNode } from "./plan.ts";

const whole = (value: number): string => Math.round(value).toLocaleString("en-US");

export const costText = (value: number): string =>
  value >= 100 ? whole(value) : value.toLocaleString("en-US", { maximumFractionDigits: 2 });

/** `Index Scan using orders_pkey on orders o`. */
export const nodeText = ({ type, relation, alias, index, joinType }: PlanNode): string => {
  const on =
    relation === undefined ? "" : ` on ${relation}${alias === undefined || alias === relation ? "" : ` ${alias}`}`;
  const using = index === undefined ? "" : ` using ${index}`;
  const join = joinType === undefined || joinType === "Inner" ? "" : ` (${joinType.toLowerCase()})`;
  return `${type}${join}${using}${on}`;
};

/** One line for each node, indented. `names` are what tried indexes will be called. */
export const planLines = (root: PlanNode, names: ReadonlyMap<string, string>, depth = 0): readonly string[] => {
  const index = root.index === undefined ? undefined : (names.get(root.index) ?? root.index);
  const node = index === undefined ? root : { ...root, index };
  const rows = `${whole(root.rows)} ${root.rows === 1 ? "row" : "rows"}`;
  return [
    `${"  ".repeat(depth)}${nodeText(node)}: ${rows}, cost ${costText(root.cost)}`,
    ...root.children.flatMap((child) => planLines(child, names, depth + 1)),
  ];
};

/** The nodes alone, where rows and costs would stand for nothing. */
export const planShape = (root: PlanNode, names: ReadonlyMap<string, string>, depth = 0): readonly string[] =>
  planLines(root, names, depth).map((line) => line.replace(/: [\d,]+ rows?, cost [\d,.]+$/, ""));
