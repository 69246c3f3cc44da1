// What was found for a workload, and the figures that every view of it needs.
import { nameKey } from "../catalog/object.ts";
import type { Finding } from "../../kernel/finding.ts";
import type { NamedIndex } from "./index-names.ts";
import type { Known } from "./index-shape.ts";
import type { PlannedStatement } from "./planned.ts";
import type { Provenance } from "./provenance.ts";
import type { Advice, Chosen } from "./search.ts";
import { buildSeconds } from "./sizes.ts";

export interface Suggestion {
  readonly advice: Advice;
  readonly statements: readonly PlannedStatement[];
  /** In the order of `advice.chosen`. */
  readonly named: readonly NamedIndex[];
  readonly known: Known;
  readonly provenance: Provenance;
  readonly source: string;
  readonly workload: string;
  /** Statements that have no plan, with the reason. */
  readonly unplanned: readonly string[];
  /** Indexes to drop, and notes. */
  readonly others: readonly Finding[];
  /** Show the plans of every statement before and after. */
  readonly showPlans: boolean;
  /** Why there is no migration file, where there is none. */
  readonly unproven?: string;
  /** Tables of whose values nothing was measured: advice about them has no figures. */
  readonly unmeasured: ReadonlySet<string>;
  /** There is a schema alone: no figure of this advice was measured. */
  readonly assumed: boolean;
}

export const share = (part: number, whole: number): string => {
  const percent = whole === 0 ? 0 : (100 * part) / whole;
  return `${percent >= 10 ? percent.toFixed(0) : percent.toFixed(1)} %`;
};

export const short = (sql: string): string => (sql.length > 90 ? `${sql.slice(0, 89)}…` : sql);

export const totals = ({ advice, statements }: Suggestion): { readonly before: number; readonly after: number } => {
  const sum = (costs: Advice["before"]): number =>
    costs.reduce((all, one, i) => all + (one?.cost ?? 0) * (statements[i]?.statement.calls ?? 0), 0);
  return { before: sum(advice.before), after: sum(advice.after) };
};

export const duration = (seconds: number): string =>
  seconds < 1
    ? "less than a second"
    : seconds < 90
      ? `about ${Math.round(seconds)} s`
      : `about ${Math.round(seconds / 60)} min`;

export interface Effect {
  readonly sql: string;
  readonly queryId: string;
  readonly calls: number;
  readonly before: number;
  readonly after: number;
}

export const effectsOf = ({ queries }: Chosen, { advice, statements }: Suggestion): readonly Effect[] =>
  queries
    .flatMap((query) => {
      const [one, before, after] = [statements[query], advice.before[query], advice.after[query]];
      if (one === undefined || before === undefined || after === undefined || after.cost >= before.cost) return [];
      const { text: sql, queryId, calls } = one.statement;
      return [{ sql, queryId, calls, before: before.cost, after: after.cost }];
    })
    .sort((a, b) => (b.before - b.after) * b.calls - (a.before - a.after) * a.calls);

export const seconds = (chosen: Chosen, known: Known): number => {
  const { schema, table } = chosen.candidate;
  const blocks = known.relations.get(nameKey({ schema, name: table }))?.blocks ?? 0;
  return buildSeconds(blocks, chosen.tried.rows, chosen.tried.blocks);
};

/** Figures about such a table would be made of assumptions alone. */
export const isUnmeasured = ({ candidate: { schema, table } }: Chosen, { unmeasured, assumed }: Suggestion): boolean =>
  assumed || unmeasured.has(nameKey({ schema, name: table }));
