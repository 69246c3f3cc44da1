// What statements cost on the clone: averaged over their variants, and asked once for each set of indexes that matters to them.
import type { Answer } from "./answer.ts";
import type { Clone } from "./clone.ts";
import type { PlanNode } from "./plan.ts";
import type { PlannedStatement } from "./planned.ts";

/** How one statement is planned: the cost of a call, averaged over its variants, and the plans. */
export interface Costed {
  readonly cost: number;
  readonly plans: readonly PlanNode[];
}

/** Variants that cannot be planned are left out; a statement without any has no cost. */
const costOf = (answers: readonly Answer[], shares: readonly number[]): Costed | undefined => {
  const planned = answers.flatMap((answer, i) =>
    answer.kind === "plan" ? [{ plan: answer.plan, share: shares[i] ?? 0 }] : [],
  );
  const whole = planned.reduce((sum, { share }) => sum + share, 0);
  if (whole === 0) return undefined;
  return {
    cost: planned.reduce((sum, { plan, share }) => sum + plan.cost * share, 0) / whole,
    plans: planned.map(({ plan }) => plan),
  };
};

/** The cost of a workload: each statement as often as it is called. */
export const sum = (costs: readonly (Costed | undefined)[], calls: readonly number[]): number =>
  costs.reduce((total, one, i) => total + (one?.cost ?? 0) * (calls[i] ?? 0), 0);

/** Real state: what was asked of the clone already. */
export class Costs {
  readonly #clone: Clone;
  readonly #statements: readonly PlannedStatement[];
  readonly #relevant: ReadonlyMap<string, ReadonlySet<number>>;
  readonly #known = new Map<string, Costed | undefined>();

  constructor(
    clone: Clone,
    statements: readonly PlannedStatement[],
    relevant: ReadonlyMap<string, ReadonlySet<number>>,
  ) {
    this.#clone = clone;
    this.#statements = statements;
    this.#relevant = relevant;
  }

  #key(query: number, names: readonly string[]): string {
    return `${query} ${names.filter((name) => this.#relevant.get(name)?.has(query) ?? false).join(" ")}`;
  }

  /** The cost of some statements when these indexes are there. */
  async of(queries: readonly number[], given: readonly string[]): Promise<readonly (Costed | undefined)[]> {
    const names = given.toSorted();
    const missing = queries.filter((query) => !this.#known.has(this.#key(query, names)));
    if (missing.length > 0) {
      await this.#clone.show(new Set(names));
      const variants = missing.flatMap((query) =>
        (this.#statements[query]?.variants ?? []).map((one) => ({ query, ...one })),
      );
      const answers = await this.#clone.explain(variants, true);
      for (const query of missing) {
        const own = answers.filter((_, i) => variants[i]?.query === query);
        const shares = variants.filter((one) => one.query === query).map(({ share }) => share);
        this.#known.set(this.#key(query, names), costOf(own, shares));
      }
    }
    return queries.map((query) => this.#known.get(this.#key(query, names)));
  }
}
