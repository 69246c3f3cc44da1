// What is wrong with a plan, in words: large scans that keep little, sorts that spill, loops over scans. No condition is ever quoted.
import { bytes } from "../../kernel/words.ts";
import type { Catalog } from "../catalog.ts";
import type { Table } from "../catalog/tables.ts";
import type { RelationHealth } from "../health/model.ts";
import type { PlanNode } from "../whatif/plan.ts";
import { nodesOf } from "../whatif/plan.ts";

export interface PlanContext {
  readonly catalog: Catalog;
  readonly relations: readonly RelationHealth[];
  readonly workMemory: number;
}

export interface Trouble {
  readonly kind: "scan" | "sort" | "loop";
  readonly text: string;
}

/** A table that is read in a few milliseconds is no trouble. */
const smallBytes = 8 * 1024 ** 2;

const count = (value: number): string => Math.round(value).toLocaleString("en-US");

const sizeOf = ({ relations }: PlanContext, name: string | undefined): RelationHealth | undefined =>
  relations.filter((one) => one.name === name).sort((a, b) => b.heapBytes - a.heapBytes)[0];

/** The columns of a table that a condition mentions: names alone leave it. */
const columnsIn = (table: Table | undefined, condition: string): readonly string[] =>
  (table?.columns ?? [])
    .map(({ name }) => name)
    .filter((name) =>
      new RegExp(`(?<![\\w'])"?${name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}"?(?![\\w'(])`).test(
        condition.replace(/'(?:[^']|'')*'/g, "''"),
      ),
    );

const scanTrouble = (context: PlanContext, node: PlanNode): Trouble | undefined => {
  if (node.type !== "Seq Scan" || node.relation === undefined) return undefined;
  const size = sizeOf(context, node.relation);
  const filter = node.conditions["Filter"];
  if (size === undefined || size.heapBytes < smallBytes) return undefined;
  const rows = Math.max(size.rows ?? 0, size.liveRows);
  if (filter === undefined) return undefined;
  if (node.rows > rows * 0.2) return undefined;
  const columns = columnsIn(
    context.catalog.tables.find(({ schema, name }) => schema === size.schema && name === size.name),
    filter,
  );
  const by = columns.length === 0 ? "" : ` by ${columns.join(", ")}`;
  return {
    kind: "scan",
    text: `reads all of ${size.schema}.${size.name} (${bytes(size.heapBytes)}, ${count(rows)} rows) to keep about ${count(node.rows)}${by}`,
  };
};

const sortTrouble = ({ workMemory }: PlanContext, node: PlanNode): Trouble | undefined => {
  const [input] = node.children;
  if (node.type !== "Sort" || input === undefined) return undefined;
  const size = input.rows * (input.width + 24);
  return size > workMemory
    ? {
        kind: "sort",
        text: `sorts about ${count(input.rows)} rows (${bytes(size)}), more than work_mem (${bytes(workMemory)})`,
      }
    : undefined;
};

/** A Materialize in between reads the table once; the rows are still compared one by one. */
const loopTrouble = (context: PlanContext, node: PlanNode): Trouble | undefined => {
  if (node.type !== "Nested Loop") return undefined;
  const [outer, inner] = node.children;
  const scanned = inner?.type === "Materialize" ? inner.children[0] : inner;
  if (outer === undefined || scanned?.type !== "Seq Scan" || outer.rows < 100) return undefined;
  const size = sizeOf(context, scanned.relation);
  const rows = Math.max(size?.rows ?? 0, size?.liveRows ?? 0);
  return rows < 1000
    ? undefined
    : {
        kind: "loop",
        text: `goes through the ${count(rows)} rows of ${scanned.relation ?? "a table"} once for each of about ${count(outer.rows)} rows`,
      };
};

/** The worst first; each once. */
export const troublesIn = (context: PlanContext, plan: PlanNode): readonly Trouble[] => {
  const nodes = nodesOf(plan);
  const found = [loopTrouble, scanTrouble, sortTrouble].flatMap((find) =>
    nodes.flatMap((node) => find(context, node) ?? []),
  );
  return [...new Map(found.map((one) => [one.text, one])).values()];
};
