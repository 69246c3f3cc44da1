// What is asked of the planner, and what it answers: a plan, or why there is none.
import type { PlanNode } from "./plan.ts";
import { planOf } from "./plan.ts";
import type { Explained } from "./planner.ts";

export type Answer =
  | { readonly kind: "plan"; readonly plan: PlanNode }
  | { readonly kind: "refused"; readonly reason: string; readonly sqlstate: string };

/** A statement to plan; `generic` says that its parameters have no values. */
export interface Asked {
  readonly sql: string;
  readonly generic: boolean;
}

export const asAnswer = (answer: Explained): Answer => {
  if (answer.kind === "refused")
    return { kind: "refused", reason: answer.error.message, sqlstate: answer.error.sqlstate };
  const plan = planOf(answer.json);
  return plan === undefined
    ? { kind: "refused", reason: "EXPLAIN gave no plan", sqlstate: "" }
    : { kind: "plan", plan };
};
