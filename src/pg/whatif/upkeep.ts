// What keeping an index costs: entries for every row that is written, and updates that were HOT until now.
import { nameKey } from "../catalog/object.ts";
import type { ParseSql } from "../tree.ts";
import type { Candidate } from "./candidates.ts";
import type { CandidateOptions } from "./shapes.ts";
import { holderOf } from "./candidates.ts";
import type { Tried } from "./clone.ts";
import type { Costed } from "./costs.ts";
import type { PlannedStatement } from "./planned.ts";
import type { TableActivity } from "./statistics.ts";

export interface Written {
  /** Rows that get a new entry in every index. */
  rows: number;
  /** Rows changed without, where no indexed column changes. */
  hot: number;
  readonly columns: Set<string>;
}

/** Rows that statements of the workload write, by table. */
export const writesOf = (
  statements: readonly PlannedStatement[],
  before: readonly (Costed | undefined)[],
  { activity, parse }: { readonly activity: readonly TableActivity[]; readonly parse: ParseSql },
): ReadonlyMap<string, Written> => {
  const found = new Map<string, Written>();
  for (const [i, { statement }] of statements.entries()) {
    const root = before[i]?.plans[0];
    if (root?.type !== "ModifyTable" || root.relation === undefined || root.schema === undefined) continue;
    const key = nameKey({ schema: root.schema, name: root.relation });
    const table = activity.find((one) => nameKey(one) === key);
    const rows = statement.rows ?? statement.calls * Math.max(1, root.children[0]?.rows ?? 1);
    const written = found.get(key) ?? { rows: 0, hot: 0, columns: new Set<string>() };
    const hotShare = table === undefined || table.updated === 0 ? 0 : table.hotUpdated / table.updated;
    if (statement.verb === "update") {
      written.hot += rows * hotShare;
      written.rows += rows * (1 - hotShare);
      for (const column of columnsSet(statement.text, parse)) written.columns.add(column);
    } else if (statement.verb !== "delete") written.rows += rows;
    found.set(key, written);
  }
  return found;
};

const columnsSet = (sql: string, parse: ParseSql): readonly string[] => {
  const result = parse(sql);
  const fields = result.kind === "statements" ? result.statements[0]?.fields : undefined;
  const targets = Array.isArray(fields?.["targetList"])
    ? (fields["targetList"] as readonly Record<string, Record<string, unknown>>[])
    : [];
  return targets.flatMap(({ ResTarget }) => (typeof ResTarget?.["name"] === "string" ? [ResTarget["name"]] : []));
};

/** What one new entry costs, in the planner's units: the way down, the entry, and now and then a page that is not in memory. */
const entryCost = ({ candidate, level }: { readonly candidate: Candidate; readonly level: number }): number =>
  candidate.method === "gin" ? 3 : candidate.method === "brin" ? 0.01 : (level + 1) * 50 * 0.0025 + 0.005 + 0.3;

const touches = ({ keys, include, predicate }: Candidate, columns: ReadonlySet<string>): boolean =>
  [...keys, ...include].some((key) => columns.has(key.replaceAll('"', ""))) ||
  [...columns].some((column) => predicate?.includes(column) ?? false);

export const keepCost = (
  candidate: Candidate,
  tried: Tried,
  writes: ReadonlyMap<string, Written>,
  { catalog, known }: Pick<CandidateOptions, "catalog" | "known">,
): { readonly keeps: number; readonly endsHot: boolean } => {
  const written = writes.get(nameKey({ schema: candidate.schema, name: candidate.table }));
  if (written === undefined) return { keeps: 0, endsHot: false };
  const whole = known.relations.get(nameKey({ schema: candidate.schema, name: candidate.table }))?.tuples ?? 0;
  const share = candidate.predicate === undefined || whole <= 0 ? 1 : Math.min(1, tried.rows / whole);
  const each = entryCost({ candidate, level: tried.level }) * share;
  const endsHot = written.hot > 0 && touches(candidate, written.columns);
  const others = holderOf(catalog, { schema: candidate.schema, name: candidate.table })?.indexes.length ?? 0;
  // An update that was HOT writes an entry into every index from now on.
  return { keeps: written.rows * each + (endsHot ? written.hot * (each + others * 0.7) : 0), endsHot };
};
