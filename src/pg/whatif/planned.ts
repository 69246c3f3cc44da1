// Statements of a workload as they are planned: with the values that are known, with typical ones, and for any value.
import type { Workload, WorkloadStatement } from "../workload/model.ts";
import { withoutComments } from "../workload/normalise.ts";
import type { Surroundings } from "./typical-values.ts";
import { withLimits, withTypicalValues } from "./typical-values.ts";

/** One text to plan. `share` of its statement's calls look like it. */
export interface Variant {
  readonly sql: string;
  /** It holds parameters without values. */
  readonly generic: boolean;
  readonly share: number;
}

export interface PlannedStatement {
  readonly statement: WorkloadStatement;
  readonly variants: readonly Variant[];
  /** Values from the workload itself, or assumed ones. */
  readonly values: "given" | "typical" | "any";
}

const hasParameters = (sql: string): boolean => /\$\d/.test(sql.replace(/'(?:[^']|'')*'/g, ""));

const fromExamples = (statement: WorkloadStatement): readonly Variant[] =>
  statement.examples.map((sql) => {
    const bare = withoutComments(sql).replace(/;\s*$/, "");
    return { sql: bare, generic: hasParameters(bare), share: 1 / statement.examples.length };
  });

const planned = (statement: WorkloadStatement, around: Surroundings): PlannedStatement => {
  const given = fromExamples(statement);
  if (given.length > 0 && given.every(({ generic }) => !generic))
    return { statement, variants: given, values: "given" };
  const rows = statement.rows === undefined || statement.calls === 0 ? undefined : statement.rows / statement.calls;
  const text = withLimits(statement.text, rows, around.parse);
  if (!hasParameters(text)) return { statement, variants: [{ sql: text, generic: false, share: 1 }], values: "given" };
  const typical = withTypicalValues(text, around);
  const any: Variant = { sql: text, generic: true, share: typical === undefined ? 1 : 0.5 };
  return typical === undefined
    ? { statement, variants: [any], values: "any" }
    : { statement, variants: [{ sql: typical, generic: hasParameters(typical), share: 0.5 }, any], values: "typical" };
};

/** What reads the server's own catalog is not the application's, nor are the records of a migration runner. */
const isOurs = ({ text }: WorkloadStatement): boolean =>
  !/\bpg_catalog\.|\bpg_stat_|\binformation_schema\b|\bsenior\.(migrations|migration_events|catalog_snapshot)\b/i.test(
    text,
  );

/** The statements that the planner has plans for, with what to plan for each. */
export const plannedStatements = (workload: Workload, around: Surroundings): readonly PlannedStatement[] =>
  workload.statements
    .filter((statement) => statement.verb !== "other" && statement.readable && isOurs(statement))
    .map((statement) => planned(statement, around));
