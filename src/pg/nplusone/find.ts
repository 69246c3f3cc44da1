// Finds N+1 queries in a workload: a lookup that is called once for each row that another statement returned, window after window.
import type { Catalog } from "../catalog.ts";
import { nameKey } from "../catalog/object.ts";
import type { ParseSql } from "../tree.ts";
import type { Workload, WorkloadStatement } from "../workload/model.ts";
import type { Road } from "./related.ts";
import { roadsIn, roadsTo } from "./related.ts";
import type { Lookup, Shape } from "./shape.ts";
import { shapeOf } from "./shape.ts";

export type Grade = "likely" | "possible";

export interface NPlusOne {
  readonly grade: Grade;
  readonly child: WorkloadStatement;
  readonly lookup: Lookup;
  /** One, or several whose rows together explain the calls. */
  readonly parents: readonly { readonly statement: WorkloadStatement; readonly road: Road }[];
  /** Calls of the child for each row of its parents: about 1. */
  readonly callsPerRow: number;
  /** How much that varies between windows (coefficient of variation); absent without windows. */
  readonly variation?: number;
  readonly windows: number;
  /** Calls of the child for each call of its parents: the N. */
  readonly fanOut: number;
  /** Calls that one query for all rows would save, per minute; absent where the time is not known. */
  readonly savedPerMinute?: number;
}

/** What one statement did in one span of time. */
interface Counts {
  readonly ms?: number;
  readonly calls: number;
  readonly rows: number;
}

interface Known {
  readonly statement: WorkloadStatement;
  readonly shape: Shape;
  readonly counts: readonly Counts[];
}

/** A look at counters that began at different times says nothing, and a handful of calls neither. */
const fewCalls = 20;
const leastFanOut = 3;
const leastWindows = 3;

const countsOf = ({ windows, calls, rows = 0 }: WorkloadStatement): readonly Counts[] =>
  windows === undefined || windows.length === 0 ? [{ calls, rows }] : windows;

const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;
const variationOf = (values: readonly number[]): number => {
  const middle = mean(values);
  return middle === 0 ? Infinity : Math.sqrt(mean(values.map((one) => (one - middle) ** 2))) / middle;
};

/** How the child's calls follow the rows of some parents. */
interface Fit {
  readonly callsPerRow: number;
  readonly variation: number;
  readonly windows: number;
  readonly fanOut: number;
  /** How much the parents' rows vary: against an even load, any two statements keep their ratio. */
  readonly load: number;
  /** How much the child's share in everything else varies: when all traffic rises and falls together, any two keep their ratio. */
  readonly tide: number;
}

/** `total`: calls of everything, in each span. */
const fitOf = (child: Known, parents: readonly Known[], total: readonly number[]): Fit | undefined => {
  const spans = child.counts.map((own, i) => ({
    calls: own.calls,
    rows: sum(parents.map(({ counts }) => counts[i]?.rows ?? 0)),
    asked: sum(parents.map(({ counts }) => counts[i]?.calls ?? 0)),
    others: (total[i] ?? 0) - own.calls,
  }));
  // A call in one window may be counted in the next: a few calls tell nothing.
  const busy = spans.filter(({ rows, calls }) => rows >= 5 || calls >= 5);
  const [calls, rows, asked] = [
    sum(busy.map((one) => one.calls)),
    sum(busy.map((one) => one.rows)),
    sum(busy.map((one) => one.asked)),
  ];
  if (rows === 0 || asked === 0 || calls < fewCalls) return undefined;
  return {
    callsPerRow: calls / rows,
    variation: variationOf(busy.map((one) => (one.rows === 0 ? 10 : one.calls / one.rows))),
    windows: busy.length,
    fanOut: calls / asked,
    load: variationOf(busy.map((one) => one.rows)),
    tide: variationOf(busy.map((one) => (one.others <= 0 ? 0 : one.calls / one.others))),
  };
};

const near = (value: number, low: number, high: number): boolean => value >= low && value <= high;

/**
 * Rows without a parent (nulls) and rows asked for twice lower the ratio, and then it wanders: the further from one, the steadier it
 * must be. Without windows, or under an even load, nothing better than "possible" can be said.
 */
const gradeOf = (fit: Fit, several: boolean): Grade | undefined => {
  const { callsPerRow, variation, windows, load, tide } = fit;
  if (windows < leastWindows) {
    return !several && near(callsPerRow, 0.98, 1.02) ? "possible" : undefined;
  }
  const exact = near(callsPerRow, 0.95, 1.05) && variation < (several ? 0.03 : 0.1);
  const steady = !several && near(callsPerRow, 0.5, 1.3) && variation < 0.15;
  if (!exact && !steady) return undefined;
  // The ratio must stay while the load moves, and stay better than the child's share in all traffic does. One that is not 1 and never
  // moves at all is two clocks in step: nulls and rows asked for twice come and go.
  const clocks = !exact && variation < 0.002;
  const moved = load >= Math.max(0.1, 2 * variation) && tide >= 2 * variation;
  if (clocks) return "possible";
  return moved ? "likely" : exact && !several ? "possible" : undefined;
};

interface Candidate {
  readonly known: Known;
  readonly road: Road;
}

const candidatesFor = (
  child: Known,
  lookup: Lookup,
  all: readonly Known[],
  roads: ReturnType<typeof roadsIn>,
): readonly Candidate[] => {
  const mine = roadsTo(roads, lookup);
  return all.flatMap((known): readonly Candidate[] => {
    if (known === child || known.shape.locks) return [];
    const { calls, rows = 0 } = known.statement;
    if (rows < calls * 1.5) return [];
    const road = mine.find(({ parent }) => known.shape.reads.some((one) => nameKey(one) === nameKey(parent)));
    return road === undefined ? [] : [{ known, road }];
  });
};

/** Part of the calls at most, in every window: else it cannot be one of several parents. */
const isPart =
  (child: Known) =>
  ({ known }: Candidate): boolean =>
    child.counts.every(({ calls }, i) => (known.counts[i]?.rows ?? 0) <= calls * 1.05 + 3);

const mostTogether = 10;

/** One parent, then two, then three: the fewest that explain the calls. */
function* choices(child: Known, candidates: readonly Candidate[]): Generator<readonly Candidate[]> {
  for (const one of candidates) yield [one];
  if (child.counts.length < leastWindows) return;
  const rows = ({ known }: Candidate): number => known.statement.rows ?? 0;
  const few = candidates
    .filter(isPart(child))
    .toSorted((a, b) => rows(b) - rows(a))
    .slice(0, mostTogether);
  for (const [i, a] of few.entries()) for (const b of few.slice(i + 1)) yield [a, b];
  for (const [i, a] of few.entries()) {
    for (const [j, b] of few.slice(i + 1).entries()) for (const c of few.slice(i + j + 2)) yield [a, b, c];
  }
}

interface Chosen {
  readonly grade: Grade;
  readonly fit: Fit;
  readonly parents: readonly Candidate[];
}

/** A small distance is a better explanation; a likely one before a possible one, and few parents before many. */
const worth = ({ grade, fit, parents }: Chosen): number =>
  (grade === "likely" ? 0 : 10) + parents.length + Math.abs(1 - fit.callsPerRow) + fit.variation;

const chooseParents = (
  child: Known,
  candidates: readonly Candidate[],
  below: number,
  total: readonly number[],
): Chosen | undefined => {
  let best: Chosen | undefined;
  for (const parents of choices(child, candidates)) {
    const fit = fitOf(
      child,
      parents.map(({ known }) => known),
      total,
    );
    const grade = fit === undefined || fit.fanOut < below ? undefined : gradeOf(fit, parents.length > 1);
    if (fit === undefined || grade === undefined) continue;
    const chosen = { grade, fit, parents };
    if (best === undefined || worth(chosen) < worth(best)) best = chosen;
  }
  return best;
};

const minutes = (child: Known, workload: Workload, now: string | undefined): number | undefined => {
  const ms = sum(child.counts.map((one) => one.ms ?? 0));
  if (ms > 0) return ms / 60_000;
  if (workload.since === undefined || now === undefined) return undefined;
  const span = (Date.parse(now) - Date.parse(workload.since)) / 60_000;
  return span > 1 ? span : undefined;
};

const found = (child: Known, lookup: Lookup, { grade, fit, parents }: Chosen, time: number | undefined): NPlusOne => {
  const calls = sum(child.counts.map((one) => one.calls));
  const asked = sum(parents.flatMap(({ known }) => known.counts.map((one) => one.calls)));
  return {
    grade,
    child: child.statement,
    lookup,
    parents: parents.map(({ known, road }) => ({ statement: known.statement, road })),
    callsPerRow: fit.callsPerRow,
    ...(fit.windows < leastWindows ? {} : { variation: fit.variation }),
    windows: child.statement.windows?.length ?? 0,
    fanOut: fit.fanOut,
    ...(time === undefined ? {} : { savedPerMinute: Math.max(0, calls - asked) / time }),
  };
};

/** Calls of all statements in each span. */
const totalsOf = ({ statements }: Workload): readonly number[] => {
  const totals: number[] = [];
  for (const statement of statements) {
    countsOf(statement).forEach(({ calls }, i) => {
      totals[i] = (totals[i] ?? 0) + calls;
    });
  }
  return totals;
};

/** `now`: the server's clock, for workloads without windows. Most calls first. */
export const findNPlusOne = (
  workload: Workload,
  catalog: Catalog,
  parse: ParseSql,
  now?: string,
): readonly NPlusOne[] => {
  const roads = roadsIn(catalog);
  const all = workload.statements
    .filter(({ verb, readable, calls }) => verb === "select" && readable && calls > 0)
    .flatMap((statement): readonly Known[] => {
      const shape = shapeOf(statement.text, parse, catalog);
      return shape === undefined ? [] : [{ statement, shape, counts: countsOf(statement) }];
    });
  const total = totalsOf(workload);
  const findings: NPlusOne[] = [];
  const children = new Set<Known>();
  // A second round, for what follows from a lookup that is itself one of many: there two rows are enough.
  for (const below of [leastFanOut, 1.5]) {
    for (const child of all) {
      const { lookup } = child.shape;
      if (lookup === undefined || children.has(child)) continue;
      const candidates = candidatesFor(child, lookup, all, roads).filter(
        ({ known }) => below === leastFanOut || children.has(known),
      );
      const chosen = chooseParents(child, candidates, below, total);
      if (chosen === undefined) continue;
      children.add(child);
      findings.push(found(child, lookup, chosen, minutes(child, workload, now)));
    }
  }
  return findings.sort((a, b) => b.child.calls - a.child.calls || (a.child.text < b.child.text ? -1 : 1));
};
