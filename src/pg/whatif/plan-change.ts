// What a migration does to the plans of a workload: cheaper, dearer, as before, or no plan at all any more.
import { nameKey } from "../catalog/object.ts";
import type { Answer } from "./answer.ts";
import type { Clone } from "./clone.ts";
import type { PlanNode } from "./plan.ts";
import { nodesOf } from "./plan.ts";
import type { PlannedStatement } from "./planned.ts";

interface Sides {
  readonly before: PlanNode;
  readonly after: PlanNode;
}

export type PlanChange =
  | ({ readonly kind: "cheaper" } & Sides)
  | ({ readonly kind: "dearer" } & Sides)
  | ({ readonly kind: "same" } & Sides)
  /** It reads a relation that the migration makes: it can be planned, and what it will cost cannot be known. */
  | ({ readonly kind: "unknown" } & Sides)
  | { readonly kind: "breaks"; readonly before: PlanNode; readonly reason: string }
  /** Production cannot plan it either, or the clone cannot. */
  | { readonly kind: "unplanned"; readonly reason: string };

export interface ChangedStatement {
  readonly statement: PlannedStatement;
  readonly change: PlanChange;
}

/** Plans of statements that write and of joins need the schemas of their relations: VERBOSE. */
export const answersOf = async (
  clone: Clone,
  statements: readonly PlannedStatement[],
): Promise<readonly (readonly Answer[])[]> => {
  const answers = await clone.explain(
    statements.flatMap(({ variants }) => variants),
    true,
  );
  let at = 0;
  return statements.map(({ variants }) => answers.slice(at, (at += variants.length)));
};

/** Messages of class 22 hold the value that was not understood. */
const reasonOf = ({ reason, sqlstate }: Extract<Answer, { kind: "refused" }>): string => {
  const words = sqlstate.startsWith("22") ? reason.replace(/: "[^]*$/, "") : reason;
  return sqlstate === "" ? words : `${words} (SQLSTATE ${sqlstate})`;
};

export interface Judging {
  /** So many times dearer is too dear. */
  readonly ratio: number;
  /** Relations that the migration made. */
  readonly made: ReadonlySet<string>;
}

/** What reading ten pages costs: below that no ratio matters to anybody. */
export const leastDifference = 10;

const reads = (plan: PlanNode, made: ReadonlySet<string>): boolean =>
  nodesOf(plan).some(
    ({ schema, relation }) =>
      schema !== undefined && relation !== undefined && made.has(nameKey({ schema, name: relation })),
  );

const kindOf = ({ before, after }: Sides, { ratio, made }: Judging): "cheaper" | "dearer" | "same" | "unknown" => {
  if (reads(after, made)) return "unknown";
  const [from, to] = [Math.max(before.cost, 1e-9), Math.max(after.cost, 1e-9)];
  if (Math.abs(to - from) < leastDifference) return "same";
  return to >= from * ratio ? "dearer" : from >= to * ratio ? "cheaper" : "same";
};

/** The variant whose cost grew most: a mean would hide an index that only some values use. */
const worst = (sides: readonly Sides[]): Sides | undefined =>
  sides.toSorted(
    (a, b) => b.after.cost / Math.max(b.before.cost, 1e-9) - a.after.cost / Math.max(a.before.cost, 1e-9),
  )[0];

const changeOf = (
  { values }: PlannedStatement,
  before: readonly Answer[],
  after: readonly Answer[],
  judging: Judging,
): PlanChange => {
  const pairs = before.flatMap((one, i) => {
    const other = after[i];
    return one.kind === "plan" && other !== undefined ? [{ before: one.plan, answer: other }] : [];
  });
  const first = before.find((one) => one.kind === "refused");
  const last = pairs.at(-1);
  if (last === undefined) return { kind: "unplanned", reason: first === undefined ? "" : reasonOf(first) };
  // Typical values are written with the types that columns had: only the statement itself can break.
  const broken = (values === "typical" ? [last] : pairs).find(({ answer }) => answer.kind === "refused");
  if (broken?.answer.kind === "refused")
    return { kind: "breaks", before: broken.before, reason: reasonOf(broken.answer) };
  const sides = worst(
    pairs.flatMap((pair) => (pair.answer.kind === "plan" ? [{ before: pair.before, after: pair.answer.plan }] : [])),
  );
  return sides === undefined ? { kind: "unplanned", reason: "" } : { kind: kindOf(sides, judging), ...sides };
};

/** One for each statement, in their order. */
export const planChanges = (
  statements: readonly PlannedStatement[],
  before: readonly (readonly Answer[])[],
  after: readonly (readonly Answer[])[],
  judging: Judging,
): readonly ChangedStatement[] =>
  statements.map((statement, i) => ({
    statement,
    change: changeOf(statement, before[i] ?? [], after[i] ?? [], judging),
  }));
