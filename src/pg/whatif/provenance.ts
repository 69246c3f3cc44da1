// What answers rest on: what was measured, modelled and assumed, how old it is, and which planner answered for which.
import type { CatalogReading } from "../catalog.ts";
import { assumptions } from "./assume.ts";
import type { PlannedStatement } from "./planned.ts";
import type { PlannerStatistics } from "./statistics.ts";
import type { Workload } from "../workload/model.ts";

export interface Provenance {
  readonly measured: readonly string[];
  readonly modelled: readonly string[];
  readonly assumed: readonly string[];
  readonly notSeen: readonly string[];
}

/** What newer planners do that cannot be taken from them in the clone (release notes, "Optimizer"). What can be, is (older-planner.ts). */
const since: readonly (readonly [number, string])[] = [
  [160000, "PostgreSQL 15 knows fewer plans for DISTINCT and UNION, and no anti join that hashes the smaller side"],
  [170000, "lists (IN) on later columns of an index were dearer before 17"],
  [180000, "semi joins that hash the smaller side came with 18"],
];

const days = (from: string, to: string): number => (Date.parse(to) - Date.parse(from)) / 86_400_000;

const ages = ({ activity, takenAt }: PlannerStatistics): readonly string[] => {
  const known = activity.flatMap(({ analyzed, live }) =>
    analyzed === undefined || live === 0 ? [] : [days(analyzed, takenAt)],
  );
  if (known.length === 0) return [];
  const oldest = Math.max(...known);
  return [
    `statistics are up to ${oldest < 1 ? `${Math.max(1, Math.round(oldest * 24))} h` : `${Math.round(oldest)} d`} old`,
  ];
};

const changed = ({ activity }: PlannerStatistics): readonly string[] => {
  const stale = activity.filter(({ changed: rows, live }) => live > 1000 && rows > live * 0.2);
  return stale.length === 0
    ? []
    : [
        `${stale.length} tables changed by more than a fifth since their last ANALYZE (${stale
          .slice(0, 3)
          .map(({ schema, name }) => `${schema}.${name}`)
          .join(", ")}): estimates there are old`,
      ];
};

export const provenanceOf = (
  reading: CatalogReading,
  statistics: PlannerStatistics,
  workload: Workload,
  statements: readonly PlannedStatement[],
  notes: readonly string[],
  /** Nothing was measured: there is a schema alone. */
  isAssumed = false,
): Provenance => {
  const { version, text } = reading.server;
  const count = (values: PlannedStatement["values"]): number =>
    statements.filter((one) => one.values === values).length;
  const older = version < 180000 ? since.filter(([from]) => version < from).map(([, what]) => what) : [];
  return {
    measured: [
      ...(isAssumed ? [] : [`sizes, column statistics and settings of PostgreSQL ${text}, read ${statistics.takenAt}`]),
      ...ages(statistics),
      `calls from ${workload.source}${workload.since === undefined ? "" : ` since ${workload.since}`}`,
    ],
    modelled: [
      "costs by the planner of PostgreSQL 18, embedded, without a row",
      ...(isAssumed ? [] : ["sizes of indexes that do not exist, and the time to build them"]),
      ...notes,
      ...(older.length === 0
        ? []
        : [
            `plans as PostgreSQL ${text} makes them, without skip scans and what else came later, but for this: ${older.join("; ")}`,
          ]),
    ],
    assumed: [
      ...(isAssumed ? assumptions : []),
      ...(count("typical") > 0
        ? [
            `typical values for the parameters of ${count("typical")} statements, half of each cost; any value for the other half`,
          ]
        : []),
      ...(count("any") > 0 ? [`any value for the parameters of ${count("any")} statements`] : []),
      ...(statements.some(({ statement }) => ["insert", "update", "merge"].includes(statement.verb))
        ? []
        : ["no writes: the workload holds none, so that keeping an index costs nothing but its size"]),
      ...(statistics.settings["max_parallel_workers_per_gather"] === "0"
        ? []
        : ["parallel workers are free when they are asked for"]),
    ],
    notSeen: [...statistics.gaps, ...workload.gaps, ...changed(statistics)],
  };
};
