// Gathers single calls of statements, as a file or a log tells them, into a workload.
import type { ParseSql } from "../tree.ts";
import type { Workload, WorkloadStatement } from "./model.ts";
import { byWeight } from "./model.ts";
import type { Normalised } from "./normalise.ts";
import { isMissed, normalise } from "./normalise.ts";

/** One call, or several with their mean. */
export interface Observation {
  readonly sql: string;
  readonly calls: number;
  readonly meanMs?: number;
  readonly rows?: number;
}

interface Sum {
  readonly normalised: Normalised;
  readonly examples: Set<string>;
  calls: number;
  timed: number;
  totalMs: number;
  squares: number;
  rows: number | undefined;
}

/** Enough to see values that are far apart. */
const mostExamples = 5;

const hash = (text: string): string => new Bun.CryptoHasher("sha256").update(text).digest("hex").slice(0, 16);

const sumOf = (normalised: Normalised): Sum => ({
  normalised,
  examples: new Set(),
  calls: 0,
  timed: 0,
  totalMs: 0,
  squares: 0,
  rows: undefined,
});

const add = (sum: Sum, { sql, calls, meanMs, rows }: Observation): void => {
  sum.calls += calls;
  if (sum.examples.size < mostExamples && sql.length < 100_000) sum.examples.add(sql);
  if (rows !== undefined) sum.rows = (sum.rows ?? 0) + rows * calls;
  if (meanMs === undefined) return;
  sum.timed += calls;
  sum.totalMs += meanMs * calls;
  sum.squares += meanMs * meanMs * calls;
};

const times = ({ timed, totalMs, squares, calls }: Sum) => {
  if (timed === 0) return {};
  const meanMs = totalMs / timed;
  // Calls without a time are taken to be like those with one.
  return { totalMs: meanMs * calls, meanMs, stddevMs: Math.sqrt(Math.max(0, squares / timed - meanMs * meanMs)) };
};

const statementOf = (sum: Sum): WorkloadStatement => ({
  queryId: hash(sum.normalised.text),
  ...sum.normalised,
  topLevel: true,
  calls: sum.calls,
  ...times(sum),
  ...(sum.rows === undefined ? {} : { rows: sum.rows }),
  examples: sum.normalised.verb === "other" ? [] : [...sum.examples],
});

/** The workload that some observations amount to; those alike but for constants are one statement. */
export const collect = (
  observations: Iterable<Observation>,
  parse: ParseSql,
  about: Pick<Workload, "source" | "kind" | "since" | "gaps">,
): Workload => {
  const known = new Map<string, Sum>();
  const sums = new Map<string, Sum>();
  for (const one of observations) {
    let sum = known.get(one.sql);
    if (sum === undefined) {
      const normalised = normalise(one.sql, parse);
      sum = sums.get(normalised.text) ?? sumOf(normalised);
      sums.set(normalised.text, sum);
      if (known.size < 100_000) known.set(one.sql, sum);
    }
    add(sum, one);
  }
  const unread = [...sums.values()].filter(({ normalised }) => isMissed(normalised)).length;
  return {
    ...about,
    statements: [...sums.values()].map(statementOf).sort(byWeight),
    gaps: [...about.gaps, ...(unread === 0 ? [] : [`${unread} of the statements cannot be parsed`])],
  };
};
