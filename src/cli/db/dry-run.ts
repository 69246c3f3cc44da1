// A dry run: what is pending really runs on the server, in one transaction that is rolled back, and the locks it took are shown.
import type { Io } from "../../io/io.ts";
import { Fault } from "../../kernel/fault.ts";
import type { Finding } from "../../kernel/finding.ts";
import type { Report } from "../../kernel/report.ts";
import { milliseconds, plural } from "../../kernel/words.ts";
import type { Migration } from "../../pg/migrations/model.ts";
import { failureFault, statementTitle } from "../../pg/migrations/job.ts";
import type { MigrationSegment } from "../../pg/migrations/segments.ts";
import { segmentsOf } from "../../pg/migrations/segments.ts";
import type { RunnerSession } from "../../pg/migrations/session.ts";
import type { Target } from "../../pg/connection.ts";
import { placeIn } from "../../pg/prepare.ts";
import { tryOnCopy } from "./try-on-copy.ts";
import type { Shown } from "./migrate-report.ts";
import { lossFindings } from "./migrate-report.ts";
import { claimOf } from "./run-migrations.ts";

export interface DryRun extends Shown {
  readonly command?: string;
  readonly target: Target;
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

/** Oids of the relations that stand before anything is tried: what others can see, and wait for. */
const standingSql = `select c.oid::text as oid from pg_catalog.pg_class c where c.relkind in ('r', 'p', 'm', 'v', 'S', 'f')
  and c.relnamespace <> 'pg_catalog'::regnamespace`;

/** Locks that queries of others wait for, the strongest of each relation first. */
const locksSql = `select l.relation::text as oid, l.relation::regclass::text as name,
  upper(regexp_replace(replace(l.mode, 'Lock', ''), '([a-z])([A-Z])', '\\1 \\2', 'g')) as mode
from pg_catalog.pg_locks l where l.pid = pg_backend_pid() and l.locktype = 'relation' and l.granted
  and l.mode in ('ShareLock', 'ShareRowExclusiveLock', 'ExclusiveLock', 'AccessExclusiveLock')
order by name, array_position(array['AccessExclusiveLock', 'ExclusiveLock', 'ShareRowExclusiveLock', 'ShareLock'], l.mode)`;

type LockRow = Readonly<Record<string, string | null>>;

/** `ACCESS EXCLUSIVE public.orders`, one for each standing relation, where it is stronger than what was said of it before. */
const locksOn = (
  rows: readonly LockRow[],
  standing: ReadonlySet<string | null | undefined>,
  seen: Map<string, string>,
): readonly string[] => {
  const strongest = new Map<string, LockRow>();
  for (const row of rows) {
    const oid = row["oid"] ?? "";
    if (standing.has(oid) && !strongest.has(oid)) strongest.set(oid, row);
  }
  return [...strongest].flatMap(([oid, { mode, name }]) => {
    if (seen.get(oid) === mode) return [];
    seen.set(oid, mode ?? "");
    return [`${mode ?? ""} ${name ?? ""}`];
  });
};

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
  const standing = new Set((await session.rows(standingSql)).map(({ oid }) => oid));
  const seen = new Map<string, string>();
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
        const claim = { ...claimOf(migration, chain.tool, [], undefined), segments: segments.length };
        throw failureFault(
          { direction: "up", claim, way: migration.up, done: 0, begun: false, claimed: false, books: [] },
          failure,
        );
      }
    }
    const locks = locksOn(await session.rows(locksSql), standing, seen);
    const ms = session.world.nowMs() - begin;
    tried.push({ migration, statements: statements.length, ms, locks });
    if (until < segments.length) return { tried, rest: migrations.slice(at) };
  }
  return { tried, rest: [] };
};

const notTried = (rest: readonly Migration[], why: string | undefined): readonly Finding[] =>
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
      message: `${
        at === 0
          ? `${version} cannot be rolled back from here on: this runs outside of a transaction, or needs one that has ended`
          : `${version} comes after what cannot be rolled back`
      }; ${why === undefined ? "it ran on a copy of the schema without rows instead" : `no copy of the schema could be made to try it on: ${why}`}`,
      at: place,
    };
  });

export const dryRun = async (io: Io, session: RunnerSession, wanted: DryRun): Promise<Report> => {
  const { chain, source, checksum, migrations, findings, losses } = wanted;
  const { tried, rest } = await runPart(session, wanted).finally(() => session.run("rollback"));
  const why = rest.length === 0 ? undefined : await tryOnCopy(io, wanted.target, migrations);
  io.terminal.clear();
  const path = migrations.length === 1 ? (migrations[0]?.up.file.path ?? chain.root) : chain.root;
  return {
    command: wanted.command ?? "db migrate",
    title: source,
    blocks: [
      {
        kind: "text",
        text:
          migrations.length === 0
            ? `${source} is up to date: nothing to run`
            : `${source}: ${plural(tried.length, "migration")} ran${rest.length === 0 ? "" : ", the last as far as it can be rolled back,"} and ${tried.length === 1 ? "was" : "were"} rolled back; nothing has changed`,
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
            ...(checksum === ""
              ? []
              : [
                  {
                    kind: "text" as const,
                    text: `To apply exactly this: senior db migrate ${path} --checksum ${checksum}`,
                    tone: "dim" as const,
                  },
                ]),
          ]),
    ],
    findings: [...findings, ...notTried(rest, why), ...lossFindings(losses)],
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
