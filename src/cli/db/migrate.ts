// senior db migrate: brings a server up to a folder of migrations, so that nothing is ever half applied without a record.
import type { Io } from "../../io/io.ts";
import { loadSqlParser } from "../../io/sql-parser.ts";
import { Fault } from "../../kernel/fault.ts";
import type { Finding } from "../../kernel/finding.ts";
import type { Report } from "../../kernel/report.ts";
import type { Target } from "../../pg/connection.ts";
import { targetText } from "../../pg/connection.ts";
import { bookUp } from "../../pg/migrations/books.ts";
import type { Recorded } from "../../pg/migrations/history.ts";
import { eventSql } from "../../pg/migrations/history.ts";
import type { Chain, Migration } from "../../pg/migrations/model.ts";
import { tools } from "../../pg/migrations/model.ts";
import { versionOrder } from "../../pg/migrations/naming.ts";
import type { Standing } from "../../pg/migrations/pending.ts";
import { standingOf } from "../../pg/migrations/pending.ts";
import type { Job } from "../../pg/migrations/job.ts";
import { segmentsOf } from "../../pg/migrations/segments.ts";
import type { RunnerSession } from "../../pg/migrations/session.ts";
import { quoteText } from "../../pg/quote.ts";
import { command } from "../command.ts";
import { choice, flag, text } from "../flags.ts";
import { approvalFlags, approvalsFor } from "./approval.ts";
import type { Drift } from "./drift.ts";
import { driftFindings, findDrift, keepSnapshot, refuseDrift, snapshotOf, snapshotSql } from "./drift.ts";
import { dryRun } from "./dry-run.ts";
import { planFlags, withPlans } from "./check-plans.ts";
import { countLosses, refuseLosses } from "./losses.ts";
import { adoptedFinding, lateFinding, migrateReport, missingFinding } from "./migrate-report.ts";
import { refuseEdited, refuseLate, resumed } from "./migrate-guards.ts";
import { migratePlans, plansRefused } from "./migrate-plans.ts";
import { readMigrations } from "./migration-source.ts";
import type { Taken } from "./run-migrations.ts";
import {
  checkFiles,
  claimOf,
  historyOf,
  makeHistory,
  openSession,
  readAdopted,
  recordAs,
  runAll,
  runnerFlags,
  targetFrom,
  withdraw,
} from "./run-migrations.ts";
import { connectionFlags } from "./source-args.ts";

/** Everything up to a version, that one included. */
const upTo = (
  { tool, migrations }: Chain,
  list: readonly Migration[],
  to: string | undefined,
): readonly Migration[] => {
  if (to === undefined) return list;
  if (!migrations.some(({ version }) => versionOrder[tool](version, to) === 0))
    throw new Fault("usage.bad-value", `there is no migration with the version ${to}`);
  return list.filter((one) => !one.repeatable && versionOrder[tool](one.version, to) <= 0);
};

const jobOf = (
  chain: Chain,
  migration: Migration,
  recorded: Recorded | undefined,
  { book }: Taken,
  approvedBy: readonly string[],
): Job => {
  const segments = segmentsOf(migration.up).length;
  const isHalf = recorded !== undefined && recorded.state !== "applied";
  return {
    direction: "up",
    claim: { ...claimOf(migration, chain.tool, approvedBy, book), segments },
    way: migration.up,
    done: isHalf ? recorded.done : 0,
    begun: isHalf && recorded.begun,
    claimed: isHalf,
    books: bookUp(book, migration),
  };
};

/** The new text of what was applied is taken for what was applied. */
const acceptEdited = async (session: RunnerSession, { edited, halfway }: Standing): Promise<void> => {
  for (const { migration } of [...edited, ...halfway]) {
    if (migration === undefined) continue;
    const { version, checksum } = migration;
    await session.rows(
      `update senior.migrations set checksum = ${quoteText(checksum)} where version = ${quoteText(version)}`,
    );
    await session.rows(eventSql({ event: "accepted", version, checksum }));
  }
};

const checkSum = (list: readonly Migration[], given: string | undefined): string => {
  const hash = new Bun.CryptoHasher("sha256")
    .update(list.map(({ version, checksum }) => `${version} ${checksum}`).join("\n"))
    .digest("hex");
  if (given !== undefined && (given.length < 8 || !hash.startsWith(given)))
    throw new Fault("guard.history", `what is to be run is not what --checksum says: it is ${hash.slice(0, 16)}`, {
      help: "a file has changed, or another migration is pending; run --dry-run again and look at it",
    });
  return hash.slice(0, 16);
};

const findingsAbout = (chain: Chain, standing: Standing, taken: Taken, isFolder: boolean): readonly Finding[] => [
  ...chain.findings.filter(({ rule }) => rule !== "migration/transaction"),
  ...standing.late.map(lateFinding),
  // Of one file nobody expects the others.
  ...(isFolder ? standing.missing : []).map(missingFinding),
  ...(taken.book === undefined || taken.adopted.length === 0 ? [] : [adoptedFinding(taken.book, taken.adopted.length)]),
];

export default command({
  name: "migrate",
  about: "Apply a migration, or all that are pending in a folder, and record each",
  more: [
    "Reads the layouts of dbmate, golang-migrate, Flyway, goose, sql-migrate, Prisma, Drizzle, node-pg-migrate, Knex, diesel and plain pairs.",
    "Each part of a migration that can run in a transaction commits together with its record in the schema senior; what cannot (indexes",
    "built concurrently, VACUUM) is recorded before and after. A run that is killed at any point is gone on with by the next one.",
    "One runner at a time; locks are waited for briefly and tried again. The history of dbmate, golang-migrate and Flyway is taken over and",
    "kept up in the same transaction, so that both tools can be used. Rows that would be lost are counted and must be accepted.",
    "--dry-run really runs everything on the server and rolls it back; what cannot be rolled back runs on a copy of the schema.",
    "--check-plans plans the server's workload before and after on a clone of its planner, and applies nothing when a statement breaks",
    "or gets more than twice as dear (--max-plan-ratio).",
    "A server that is not on this machine needs --approved-by, which is recorded.",
  ].join("\n"),
  examples: [
    {
      run: "senior db migrate migrations/ --dry-run",
      about: "Run all that is pending on the server of DATABASE_URL, and roll it back",
    },
    { run: "senior db migrate migrations/20240115_add_user_indexes.sql", about: "Apply one file" },
    {
      run: 'senior db migrate migrations/ --connection postgres://app@db.example/shop --approved-by "Ada Lovelace (tech lead)"',
      about: "Apply to a server elsewhere",
    },
    {
      run: "senior db migrate migrations/ --check-plans",
      about: "Apply, unless a statement that the server counted would break or get twice as dear",
    },
  ],
  positionals: { path: text("A migration file, or the folder of them", { value: "FILE|DIR", required: true }) },
  flags: {
    ...connectionFlags,
    dryRun: flag("Run everything and roll it back"),
    format: choice(tools, "For which runner the files were written, where it cannot be told"),
    to: text("Up to this version, and no further", { value: "VERSION" }),
    ...approvalFlags,
    acceptDataLoss: flag("Apply although rows or values are lost", { scope: "user" }),
    acceptEdited: flag("Take the new text of applied migrations for what was applied", { scope: "user" }),
    outOfOrder: flag("Apply migrations that are older than the newest applied one", {
      default: true,
      off: "Refuse when a pending migration is older than the newest applied one",
    }),
    checksum: text("Only if what is pending is exactly what this checksum of a dry run stands for", { value: "HASH" }),
    resume: choice(
      ["again", "done"],
      "What became of an interrupted statement that leaves no trace: it ran (done) or did not",
    ),
    failOnDrift: flag("Refuse when the schema was changed past the migrations"),
    ...planFlags,
    ...runnerFlags,
  },
  graceful: true,
  async run({ args, io, registry }) {
    const chain = await readMigrations(io, args.path, await loadSqlParser(), args.format);
    const target = await targetFrom(io, args, "migrate");
    const approvedBy = await approvalsFor(io, registry, target, args);
    const source = targetText(target);
    io.terminal.progress(`connecting to ${source}`);
    const session = await openSession(io, target, args);
    try {
      const drift = await driftSince(io, target, session, chain);
      if (args.failOnDrift) refuseDrift(drift);
      const isFolder = (await io.files.kind(args.path)) === "folder";
      const report = await migrate(io, session, { chain, isFolder, target, source, approvedBy, args });
      if (!args.dryRun && report.exit === undefined) await keepSnapshot(io, target, session);
      return { ...report, findings: [...report.findings, ...driftFindings(drift)] };
    } finally {
      await session.close();
      io.terminal.clear();
    }
  },
});

interface Wanted {
  /** A folder was named, not one file. */
  readonly isFolder: boolean;
  readonly target: Target;
  readonly chain: Chain;
  readonly source: string;
  readonly approvedBy: readonly string[];
  readonly args: {
    readonly dryRun: boolean;
    readonly to: string | undefined;
    readonly acceptDataLoss: boolean;
    readonly acceptEdited: boolean;
    readonly outOfOrder: boolean;
    readonly checksum: string | undefined;
    readonly resume: "again" | "done" | undefined;
    readonly lockTimeout: number;
    readonly lockRetries: number;
    readonly statementTimeout: number;
    readonly checkPlans: boolean;
    readonly workload: string | undefined;
    readonly maxPlanRatio: number;
  };
}

/** What was changed past the migrations since the last run. */
const driftSince = async (io: Io, target: Target, session: RunnerSession, chain: Chain): Promise<Drift | undefined> => {
  const [there] = await session.rows("select (to_regclass('senior.catalog_snapshot') is not null)::text as there");
  if (there?.["there"] !== "true") return undefined;
  // What another runner did since is known by name: its changes are no drift.
  const { adopted, withdrawn } = await readAdopted(session, chain, await historyOf(session));
  if (adopted.length + withdrawn.length > 0) return undefined;
  const [row] = await session.rows(snapshotSql);
  return findDrift(io, target, snapshotOf(row?.["row"] ?? undefined));
};

const migrate = async (
  io: Io,
  session: RunnerSession,
  { chain, isFolder, target, source, approvedBy, args }: Wanted,
): Promise<Report> => {
  const before = await historyOf(session);
  const taken = await readAdopted(session, chain, before);
  const adopted = new Set(taken.adopted.map(({ migration }) => migration));
  if (!args.dryRun) {
    await makeHistory(session);
    await recordAs(session, "adopted", chain.tool, taken.adopted, approvedBy, taken);
    await withdraw(session, taken.withdrawn, taken.book);
  }
  const history = args.dryRun ? before.filter((one) => !taken.withdrawn.includes(one)) : await historyOf(session);
  const standing = standingOf(chain, history);
  const left = { ...standing, pending: standing.pending.filter((one) => !adopted.has(one)) };
  refuseEdited(left, args.acceptEdited);
  if (args.acceptEdited && !args.dryRun) {
    await acceptEdited(session, left);
    return migrate(io, session, {
      chain,
      isFolder,
      target,
      source,
      approvedBy,
      args: { ...args, acceptEdited: false },
    });
  }
  refuseLate(left, args.outOfOrder);
  const halves = resumed(left);
  const pending = upTo(chain, left.pending, args.to);
  const all = [...halves.map(({ migration }) => migration), ...pending];
  checkFiles(chain, all);
  const checksum = checkSum(all, args.checksum);
  const losses = await countLosses(
    session,
    all.map(({ up }) => up),
  );
  const shown = {
    chain,
    source,
    checksum,
    losses,
    findings: findingsAbout(chain, left, taken, isFolder),
    applied: left.applied.length + (args.dryRun ? adopted.size : 0),
  };
  const plans = await migratePlans(io, chain, all, target, args);
  if (args.dryRun)
    return withPlans(await dryRun(io, session, { ...shown, migrations: all, limits: args, target }), plans);
  if (plans?.failed === true) return withPlans(plansRefused(shown, all.length), plans);
  refuseLosses(losses, args.acceptDataLoss);
  const jobs = all.map((migration) =>
    jobOf(
      chain,
      migration,
      history.find(({ version }) => version === migration.version),
      taken,
      approvedBy,
    ),
  );
  const ran = await runAll(session, jobs, {
    lockTimeoutMs: args.lockTimeout,
    statementTimeoutMs: args.statementTimeout,
    retries: args.lockRetries,
    ...(args.resume === undefined ? {} : { resume: args.resume }),
  });
  return withPlans(migrateReport({ ...shown, ran, waiting: all.length - ran.length, signal: io.signal }), plans);
};
