// The gate on plans: a workload is planned on a clone of production before and after migrations, and what breaks or gets dearer is found.
import { withEmbeddedServer } from "../../io/embedded/server.ts";
import type { Io } from "../../io/io.ts";
import { loadSqlParser } from "../../io/sql-parser.ts";
import { Fault } from "../../kernel/fault.ts";
import type { Finding } from "../../kernel/finding.ts";
import { atLeast } from "../../kernel/finding.ts";
import type { Json } from "../../kernel/json.ts";
import type { Block, Report } from "../../kernel/report.ts";
import { plural } from "../../kernel/words.ts";
import type { Snapshot } from "../../pg/snapshot.ts";
import { assumedStatistics } from "../../pg/whatif/assume.ts";
import { carryStatistics } from "../../pg/whatif/carry-statistics.ts";
import type { CloneSource } from "../../pg/whatif/build-clone.ts";
import type { Answer } from "../../pg/whatif/answer.ts";
import { Clone } from "../../pg/whatif/clone.ts";
import { knownOf } from "../../pg/whatif/index-shape.ts";
import { narrowSource } from "../../pg/whatif/narrow.ts";
import { planBlocks, planData, planFindings } from "../../pg/whatif/plan-gate.ts";
import { answersOf, planChanges } from "../../pg/whatif/plan-change.ts";
import type { PlannedStatement } from "../../pg/whatif/planned.ts";
import { plannedStatements } from "../../pg/whatif/planned.ts";
import { provenanceOf } from "../../pg/whatif/provenance.ts";
import type { Workload } from "../../pg/workload/model.ts";
import { workloadOfText } from "../../pg/workload/read-text.ts";
import { decimal, flag, text } from "../flags.ts";
import type { Migrating } from "./migrated-catalog.ts";
import { migratedCatalog } from "./migrated-catalog.ts";

export const planFlags = {
  checkPlans: flag("Plan the workload before and after on a clone of the planner; fail on what breaks or gets dearer"),
  workload: text("With --check-plans: a file of queries, or a PostgreSQL log, in place of pg_stat_statements", {
    value: "FILE",
    scope: "user",
  }),
  maxPlanRatio: decimal("With --check-plans: so many times dearer a plan may get", { min: 1, max: 1e6, default: 2 }),
} as const;

export interface PlanArgs {
  readonly workload: string | undefined;
  readonly maxPlanRatio: number;
}

export interface CheckedPlans {
  readonly findings: readonly Finding[];
  readonly blocks: readonly Block[];
  readonly data: Json;
  /** Something broke, or got too dear by what was measured. */
  readonly failed: boolean;
}

const noStatements = ({ source, gaps }: Workload): Fault =>
  new Fault("input.invalid", `there is no statement to check plans of: ${[source, ...gaps].join("; ")}`, {
    help: "give the application's queries with --workload queries.sql, or a PostgreSQL log with durations",
  });

const noWorkload = (): Fault =>
  new Fault("usage.missing-argument", "--check-plans needs a workload", {
    help: "give --workload queries.sql, or a server or snapshot that counted statements (pg_stat_statements)",
  });

const answers = async (
  io: Io,
  source: CloneSource,
  statements: readonly PlannedStatement[],
  deadlineMs: number,
): Promise<{ readonly answers: readonly (readonly Answer[])[]; readonly notes: readonly string[] }> =>
  withEmbeddedServer({ deadlineMs, signal: io.signal }, async (server) => {
    const texts = statements.flatMap(({ variants }) => variants.map(({ sql }) => sql));
    const clone = await Clone.of(server, narrowSource(source, texts), await loadSqlParser());
    return { answers: await answersOf(clone, statements), notes: clone.notes };
  });

/** What production's statistics do not say about the state after. */
const carriedNotes = (made: number, retyped: readonly string[]): readonly string[] => [
  ...(retyped.length === 0
    ? []
    : [`assumed: values of ${retyped.slice(0, 5).join(", ")} are spread as they were before their type changed`]),
  ...(made === 0
    ? []
    : [`not seen: what will be in ${plural(made, "new table")}; statements on them are checked for errors only`]),
];

/**
 * Plans of a workload before and after. Without production nothing is measured: sizes are assumed, and only what breaks is an error.
 */
export const checkPlans = async (
  io: Io,
  given: Migrating,
  production: Snapshot | undefined,
  args: PlanArgs,
): Promise<CheckedPlans> => {
  const parse = await loadSqlParser();
  const workload =
    args.workload === undefined
      ? production?.workload
      : workloadOfText(args.workload, await io.files.readText(args.workload), parse);
  if (workload === undefined) throw noWorkload();
  const { before, after, known, steps } = await migratedCatalog(io, given);
  const statistics = production?.statistics ?? assumedStatistics(before.catalog, io.now().toISOString());
  const around = { catalog: before.catalog, known: knownOf(statistics), parse };
  const statements = plannedStatements(workload, around);
  if (statements.length === 0) throw noStatements(workload);
  const last = steps.at(-1)?.after ?? known;
  const carried = carryStatistics(statistics, known, last);
  io.terminal.progress(`planning ${plural(statements.length, "statement")} as it is now`);
  // Plans are those of production's version, whichever the copy of its schema stands on.
  const server = production?.reading.server ?? before.server;
  const first = await answers(io, { reading: { ...before, server }, statistics }, statements, given.deadlineMs);
  io.terminal.progress(`planning ${plural(statements.length, "statement")} after the migration`);
  const second = await answers(
    io,
    { reading: { ...after, server }, statistics: carried.statistics },
    statements,
    given.deadlineMs,
  );
  const changed = planChanges(statements, first.answers, second.answers, {
    ratio: args.maxPlanRatio,
    made: carried.made,
  });
  const { measured, modelled, assumed, notSeen } = provenanceOf(
    production?.reading ?? before,
    statistics,
    workload,
    statements,
    first.notes,
    production === undefined,
  );
  const check = {
    changed,
    before: known,
    steps,
    ratio: args.maxPlanRatio,
    assumed: production === undefined,
    source: given.source,
    workload: workload.source,
    rests: [
      ...measured.map((one) => `measured: ${one}`),
      ...modelled.filter((one) => !/^sizes of indexes/.test(one)).map((one) => `modelled: ${one}`),
      ...assumed.filter((one) => !/^no writes/.test(one)).map((one) => `assumed: ${one}`),
      ...notSeen.map((one) => `not seen: ${one}`),
      ...carriedNotes(carried.made.size, carried.retyped),
    ],
  };
  const findings = planFindings(check);
  return {
    findings,
    blocks: planBlocks(check),
    data: planData(check),
    failed: findings.some(({ severity }) => atLeast(severity, "error")),
  };
};

/** A report with what was found about plans. */
export const withPlans = (report: Report, plans: CheckedPlans | undefined): Report =>
  plans === undefined
    ? report
    : {
        ...report,
        blocks: [...report.blocks, ...plans.blocks],
        findings: [...report.findings, ...plans.findings],
        data: { ...(report.data as Readonly<Record<string, Json>>), plans: plans.data },
      };
