// Partitions with other bounds: all of them are let go before one of them is taken back, since one may take what another had.
import type { Change } from "./change.ts";

interface Step {
  readonly statements: readonly string[];
  readonly change: Change;
}

const isBound = ({ change }: Step): boolean => change.verb === "alter" && change.to.kind === "partition";

const isDetach = (sql: string): boolean => sql.includes(" DETACH PARTITION ");

/** Steps of one transaction. */
export const detachedFirst = <S extends Step>(steps: readonly S[]): readonly S[] => {
  const bound = steps.filter(isBound);
  const [first] = bound;
  if (first === undefined || bound.length === 1) return steps;
  const gone = bound.flatMap(({ statements }) => statements.filter(isDetach));
  return steps.map((step) => {
    if (!isBound(step)) return step;
    const rest = step.statements.filter((sql) => !isDetach(sql));
    return { ...step, statements: step === first ? [...gone, ...rest] : rest };
  });
};
