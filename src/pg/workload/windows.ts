// Windows of a workload: what each statement did between looks at the counters that are some time apart.
import type { Window, Workload, WorkloadStatement } from "./model.ts";

/** A look at the counters, and when it was. */
export interface Look {
  readonly atMs: number;
  readonly workload: Workload;
}

const idOf = ({ queryId, topLevel }: WorkloadStatement): string => `${queryId} ${topLevel}`;

const between = (before: WorkloadStatement | undefined, after: WorkloadStatement, ms: number): Window => {
  // Counters that fell were reset meanwhile: what is there came after that.
  const from = before !== undefined && before.calls <= after.calls ? before : undefined;
  return {
    ms,
    calls: after.calls - (from?.calls ?? 0),
    rows: (after.rows ?? 0) - (from?.rows ?? 0),
    totalMs: (after.totalMs ?? 0) - (from?.totalMs ?? 0),
  };
};

/** The last look's statements, each with a window for every two looks that follow each other. */
export const withWindows = (looks: readonly Look[]): Workload | undefined => {
  const last = looks.at(-1);
  if (last === undefined) return undefined;
  const tables = looks.map(({ workload }) => new Map(workload.statements.map((one) => [idOf(one), one])));
  const statements = last.workload.statements.map((statement) => {
    const windows = looks.slice(1).map((look, i): Window => {
      const ms = look.atMs - (looks[i]?.atMs ?? look.atMs);
      const after = tables[i + 1]?.get(idOf(statement));
      return after === undefined
        ? { ms, calls: 0, rows: 0, totalMs: 0 }
        : between(tables[i]?.get(idOf(statement)), after, ms);
    });
    return { ...statement, windows };
  });
  return { ...last.workload, statements };
};
