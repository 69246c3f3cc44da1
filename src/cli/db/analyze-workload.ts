// What db analyze does with a server's statements: the costliest with their plans, and queries in loops.
import type { Io } from "../../io/io.ts";
import { withSession } from "../../io/postgres/session.ts";
import type { Watch } from "../../io/postgres/watch.ts";
import { watchStatements } from "../../io/postgres/watch.ts";
import { loadSqlParser } from "../../io/sql-parser.ts";
import type { Finding } from "../../kernel/finding.ts";
import type { Block } from "../../kernel/report.ts";
import { heading } from "../../kernel/report.ts";
import type { StatementFigures } from "../../pg/baseline.ts";
import type { Target } from "../../pg/connection.ts";
import { settingBytes } from "../../pg/health/measures.ts";
import { findNPlusOne } from "../../pg/nplusone/find.ts";
import { nPlusOneFindings } from "../../pg/nplusone/findings.ts";
import type { DatabaseReading } from "../../pg/rules/rule.ts";
import type { Planned } from "../../pg/slow/explain.ts";
import { explainStatements } from "../../pg/slow/explain.ts";
import { slowFindings, slowTable } from "../../pg/slow/findings.ts";
import { rankSlow } from "../../pg/slow/rank.ts";

export interface WorkloadFound {
  readonly findings: readonly Finding[];
  readonly blocks: readonly Block[];
  /** For a later comparison: the costliest, by their figures alone. */
  readonly statements: readonly StatementFigures[];
}

export const nothing: WorkloadFound = { findings: [], blocks: [], statements: [] };

interface Options {
  readonly deadlineMs: number;
  /** How long to watch, in all; one look where not set. */
  readonly watchMs: number | undefined;
}

const most = 10;
const mostKept = 200;

/** Six windows tell chance from cause; each must hold a few calls of a page. */
const watchOf = (watchMs: number): Watch => {
  const windows =
    watchMs < 60_000 ? Math.min(6, Math.floor(watchMs / 4000)) : Math.min(12, Math.round(watchMs / 10_000));
  const enough = Math.max(3, windows);
  return { windows: enough, windowMs: watchMs / enough };
};

export const analyzeWorkload = async (
  io: Io,
  target: Target,
  reading: DatabaseReading,
  { deadlineMs, watchMs }: Options,
): Promise<WorkloadFound> => {
  const { health } = reading;
  if (health === undefined) return nothing;
  const parse = await loadSqlParser();
  const session = { deadlineMs, signal: io.signal };
  const watch = watchMs === undefined ? undefined : watchOf(watchMs);
  const progress = (line: string): void => io.terminal.progress(line);
  const workload = await watchStatements(target, session, parse, watch, progress);
  const ranked = rankSlow(workload, most, 0.001);
  const statements = ranked.map(({ statement }) => statement);
  const plans =
    statements.length === 0
      ? new Map<string, Planned>()
      : await withSession(target, session, (ask, attempt) =>
          explainStatements(ask, attempt, statements, parse, reading.server.version),
        );
  const context = {
    catalog: reading.catalog,
    relations: health.relations,
    workMemory: settingBytes(health, "work_mem") ?? 4 * 1024 ** 2,
  };
  return {
    statements: rankSlow(workload, mostKept).map(({ statement: { queryId, text, calls }, totalMs }) => ({
      queryId,
      text,
      calls,
      totalMs,
    })),
    findings: [
      ...slowFindings(ranked, plans, context),
      ...nPlusOneFindings(findNPlusOne(workload, reading.catalog, parse, health.at)),
    ],
    blocks: [
      ...slowTable(ranked),
      ...(workload.gaps.length === 0
        ? []
        : [heading("Statements not seen"), { kind: "list" as const, items: workload.gaps }]),
    ],
  };
};
