// A dry run: what is pending really runs on the server, in one transaction that is rolled back, and the locks it took are shown.
import type { Io } from "../../io/io.ts";
import { Fault } from "../../kernel/fault.ts";
import type { Finding } from "../../kernel/finding.ts";
import type { Report } from "../../kernel/report.ts";
import { milliseconds, plural } from "../../kernel/words.ts";
import type { Migration } from "../../pg/migrations/model.ts";
import { failureFault, statementTitle } from "../../pg/migrations/runner.ts";
import type { MigrationSegment } from "../../pg/migrations/segments.ts";
import { segmentsOf } from "../../pg/migrations/segments.ts";
import type { RunnerSession } from "../../pg/migrations/session.ts";
import { placeIn } from "../../pg/prepare.ts";
import type { Shown } from "./migrate-report.ts";
import { lossFindings } from "./migrate-report.ts";
import { claimOf } from "./run-migrations.ts";

export interface DryRun extends Shown {
  readonly migrations: readonly Migration[];
  readonly limits: { readonly lockTimeout: number; readonly statementTimeout: number };
}

interface Tried {
  readonly migration: Migration;
  readonly statements: number;
  readonly ms: number;
  /** Relations that stood before, each with the strongest lock that was taken on it. */
  readonly locks: readonly string[];
}

/** Locks on what others can see: a relation made by this transaction is nobody's yet. */
const locksSql = `select format('%s %s', upper(regexp_replace(replace(l.mode, 'Lock', ''), '([a-z])([A-Z])', '\\1 \\2', 'g')), l.relation::regclass::text) as lock
from pg_catalog.pg_locks l join pg_catalog.pg_class c on c.oid = l.relation
where l.pid = pg_backend_pid() and l.locktype = 'relation' and l.granted and l.mode in ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
  and c.relnamespace <> 'pg_catalog'::regnamespace and age(c.xmin) > 0 order by 1`;

/** From the first part that needs a commit before it, nothing more can be tried in one transaction. */
const untilCommit = (segments: readonly MigrationSegment[]): number => {
  const alone = segments.findIndex(({ kind }) => kind === "alone");
  const split = segments.findIndex(
    ({ kind }, at) =>
      at > 0 &&
      kind === "transaction" &&
      segments[at - 1]?.statements.some(({ kind: node }) => node === "AlterEnumStmt") === true,
  );
  const found = [alone, split].filter((at) => at >= 0);
  return found.length === 0 ? segments.length : Math.min(...found);
};

const runPart = async (
  session: RunnerSession,
  { migrations, limits, chain }: DryRun,
): Promise<{ readonly tried: readonly Tried[]; readonly rest: readonly Migration[] }> => {
  const tried: Tried[] = [];
  await session.rows("begin");
  await session.rows(
    `set local lock_timeout = ${limits.lockTimeout}; set local statement_timeout = ${limits.statementTimeout}`,
  );
  const seen = new Set<string>();
  for (const [at, migration] of migrations.entries()) {
    const segments = segmentsOf(migration.up);
    const until = untilCommit(segments);
    const begin = session.world.nowMs();
    const statements = segments.slice(0, until).flatMap((segment) => segment.statements);
    for (const statement of statements) {
      const { outcome, blockers } = await session.watched(
        migration.up.text.slice(statement.start, statement.end),
        `dry run of ${migration.version}: ${statementTitle(migration.up, statement)}`,
      );
      if (outcome.kind === "lost")
        throw new Fault(
          "world.database",
          `the connection was lost, and with it everything that was tried: ${outcome.message}`,
        );
      if (outcome.kind === "refused") {
        await session.run("rollback");
        const failure = { statement, error: outcome.error, blockers, done: 0, segments: segments.length };
        const claim = { ...claimOf(migration, chain.tool, []), segments: segments.length };
        throw failureFault(
          { direction: "up", claim, way: migration.up, done: 0, begun: false, claimed: false, books: [] },
          failure,
        );
      }
    }
    const locks = (await session.rows(locksSql)).map(({ lock }) => lock ?? "").filter((lock) => !seen.has(lock));
    for (const lock of locks) seen.add(lock);
    const ms = session.world.nowMs() - begin;
    tried.push({ migration, statements: statements.length, ms, locks });
    if (until < segments.length) return { tried, rest: migrations.slice(at) };
  }
  return { tried, rest: [] };
};

const notTried = (rest: readonly Migration[]): readonly Finding[] =>
  rest.map(({ version, up }, at) => {
    const first =
      at === 0
        ? up.statements[
            segmentsOf(up)
              .slice(0, untilCommit(segmentsOf(up)))
              .flatMap(({ statements }) => statements).length
          ]
        : up.statements[0];
    const place = first === undefined ? { kind: "file" as const, path: up.file.path } : placeIn(up.file, first.start);
    return {
      rule: "migrate/not-tried",
      severity: "info",
      message:
        at === 0
          ? `${version} cannot be rolled back from here on: this runs outside of a transaction, or needs one that has ended`
          : `${version} comes after what cannot be rolled back`,
      at: place,
    };
  });

export const dryRun = async (io: Io, session: RunnerSession, wanted: DryRun): Promise<Report> => {
  const { chain, source, checksum, migrations, findings, losses } = wanted;
  const { tried, rest } = await runPart(session, wanted).finally(() => session.run("rollback"));
  io.terminal.clear();
  const path = migrations.length === 1 ? (migrations[0]?.up.file.path ?? chain.root) : chain.root;
  return {
    command: "db migrate",
    title: source,
    blocks: [
      {
        kind: "text",
        text:
          migrations.length === 0
            ? `${source} is up to date: nothing to run`
            : `${source}: ${plural(tried.length, "migration")} ran and ${tried.length === 1 ? "was" : "were"} rolled back; nothing has changed`,
        tone: "good",
      },
      ...(tried.length === 0
        ? []
        : [
            {
              kind: "table" as const,
              columns: [
                { title: "version" },
                { title: "name" },
                { title: "ran" },
                { title: "took", align: "right" as const },
                { title: "locks on what stands" },
              ],
              rows: tried.map(({ migration, statements, ms, locks }) => [
                migration.version,
                migration.name,
                plural(statements, "statement"),
                milliseconds(ms),
                locks.join(", ") || "none that others wait for",
              ]),
            },
            {
              kind: "text" as const,
              text: `To apply exactly this: senior db migrate ${path} --checksum ${checksum}`,
              tone: "dim" as const,
            },
          ]),
    ],
    findings: [...findings, ...notTried(rest), ...lossFindings(losses)],
    data: {
      target: source,
      tool: chain.tool,
      dryRun: true,
      checksum,
      tried: tried.map(({ migration, statements, ms, locks }) => ({
        version: migration.version,
        name: migration.name,
        statements,
        durationMs: Math.round(ms),
        locks: [...locks],
      })),
      notTried: rest.map(({ version }) => version),
      losses: losses.map(({ what, rows }) => ({ what, rows: Number.isNaN(rows) ? null : rows })),
    },
  };
};
