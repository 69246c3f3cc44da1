// senior db rollback: the ways back of applied migrations, the last one first, with what they would lose counted before.
import type { Io } from "../../io/io.ts";
import { loadSqlParser } from "../../io/sql-parser.ts";
import { Fault } from "../../kernel/fault.ts";
import type { Finding } from "../../kernel/finding.ts";
import type { Target } from "../../pg/connection.ts";
import { targetText } from "../../pg/connection.ts";
import { bookDown, bookOf, findBooks } from "../../pg/migrations/books.ts";
import type { Book } from "../../pg/migrations/books.ts";
import { wayOf } from "../../pg/migrations/entry.ts";
import type { Recorded } from "../../pg/migrations/history.ts";
import type { Chain, Migration, Way } from "../../pg/migrations/model.ts";
import { tools } from "../../pg/migrations/model.ts";
import type { Job } from "../../pg/migrations/job.ts";
import { segmentsOf } from "../../pg/migrations/segments.ts";
import { jsonRows } from "../../pg/migrations/server.ts";
import type { RunnerSession } from "../../pg/migrations/session.ts";
import type { ParseSql } from "../../pg/tree.ts";
import { command } from "../command.ts";
import { choice, flag, integer, text } from "../flags.ts";
import { approvalFlags, approvalsFor } from "./approval.ts";
import { keepSnapshot } from "./drift.ts";
import { dryRun } from "./dry-run.ts";
import { countLosses, refuseLosses } from "./losses.ts";
import { migrateReport } from "./migrate-report.ts";
import { readMigrations } from "./migration-source.ts";
import { checkWay, historyOf, openSession, runAll, runnerFlags, targetFrom } from "./run-migrations.ts";
import { connectionFlags } from "./source-args.ts";

/** What is to be undone, the last applied first. */
const chosen = (history: readonly Recorded[], to: string | undefined, steps: number): readonly Recorded[] => {
  const half = history.find(({ state }) => state === "running" || state === "failed");
  if (half !== undefined)
    throw new Fault(
      "guard.history",
      `migration ${half.version} stopped in the middle (${half.done} of ${half.segments} parts are in)`,
      {
        help: "finish it with senior db migrate; what is half in cannot be undone as a whole",
      },
    );
  const latest = history.toReversed();
  if (to === undefined) return latest.slice(0, steps);
  if (/^(0|none)$/.test(to)) return latest;
  const at = latest.findIndex(({ version }) => version === to);
  if (at < 0)
    throw new Fault("usage.bad-value", `${to} is not among the applied migrations`, {
      help: "see senior db status; --to 0 undoes all",
    });
  return latest.slice(0, at);
};

/** The way back of the files where a folder is given, else the one that was recorded with the migration. */
const wayBack = (recorded: Recorded, chain: Chain | undefined, parse: ParseSql): Way => {
  const own = chain?.migrations.find(({ version }) => version === recorded.version)?.down;
  const { undo } = recorded;
  const way =
    own ??
    (undo === undefined ? undefined : wayOf({ path: undo.path, text: undo.text }, undo.text, undo.wrapping, parse));
  if (way === undefined || (way.statements.length === 0 && way.error === undefined))
    throw new Fault("guard.history", `migration ${recorded.version} has no way back`, {
      help: "write its way back into the migration's file and name the folder, or write a new migration that undoes it",
    });
  checkWay(way);
  return way;
};

const jobOf = (recorded: Recorded, way: Way, books: readonly string[], approvedBy: readonly string[]): Job => {
  const { version, name, tool, checksum, state, done, begun } = recorded;
  const isHalf = state === "undoing";
  return {
    direction: "down",
    claim: { version, name, tool, checksum, segments: segmentsOf(way).length, again: false, approvedBy },
    way,
    done: isHalf ? done : 0,
    begun: isHalf && begun,
    claimed: isHalf,
    books,
  };
};

/** What the differ knew that a way back cannot bring. */
const unrestored = (ways: readonly Way[]): readonly Finding[] =>
  ways.flatMap(({ file, text: sql }) =>
    [...sql.matchAll(/^-- not restored: (.*)$/gm)].map(([, message = ""]): Finding => ({
      rule: "migrate/not-undone",
      severity: "warning",
      message: `not restored: ${message}`,
      at: { kind: "file", path: file.path },
    })),
  );

export default command({
  name: "rollback",
  about: "Undo the last applied migrations by their ways back",
  more: [
    "The ways back are those that were recorded when the migrations were applied, so that the files of another branch are not needed;",
    "with a folder, its files are taken instead. Rows and values that would be lost are counted, and must be accepted.",
    "Killed at any point, it goes on where it was. --dry-run really runs everything and rolls it back.",
  ].join("\n"),
  examples: [
    {
      run: "senior db rollback --dry-run",
      about: "Run the last way back on the server of DATABASE_URL, and roll it back",
    },
    { run: "senior db rollback --to 20240115093000", about: "Undo everything that was applied after a version" },
  ],
  positionals: { path: text("The folder whose ways back are taken, instead of the recorded ones", { value: "DIR" }) },
  flags: {
    ...connectionFlags,
    dryRun: flag("Run everything and roll it back"),
    to: text("Undo what was applied after this version; 0 for all", { value: "VERSION" }),
    steps: integer("How many to undo", { min: 1, default: 1 }),
    format: choice(tools, "For which runner the files were written, where it cannot be told"),
    ...approvalFlags,
    acceptDataLoss: flag("Undo although rows or values are lost", { scope: "user" }),
    resume: choice(
      ["again", "done"],
      "What became of an interrupted statement that leaves no trace: it ran (done) or did not",
    ),
    ...runnerFlags,
  },
  graceful: true,
  async run({ args, io, registry }) {
    const parse = await loadSqlParser();
    const chain = args.path === undefined ? undefined : await readMigrations(io, args.path, parse, args.format);
    const target = await targetFrom(io, args, "roll back");
    const approvedBy = await approvalsFor(io, registry, target, args);
    const session = await openSession(io, target, args);
    try {
      const report = await rollback(io, session, {
        target,
        chain,
        parse,
        approvedBy,
        source: targetText(target),
        args,
      });
      if (!args.dryRun) await keepSnapshot(io, target, session);
      return report;
    } finally {
      await session.close();
      io.terminal.clear();
    }
  },
});

interface Wanted {
  readonly target: Target;
  readonly chain: Chain | undefined;
  readonly parse: ParseSql;
  readonly approvedBy: readonly string[];
  readonly source: string;
  readonly args: {
    readonly dryRun: boolean;
    readonly to: string | undefined;
    readonly steps: number;
    readonly acceptDataLoss: boolean;
    readonly resume: "again" | "done" | undefined;
    readonly lockTimeout: number;
    readonly lockRetries: number;
    readonly statementTimeout: number;
  };
}

/** The migration that was applied before another, for tools that keep only the highest version. */
const below = (history: readonly Recorded[], version: string): Recorded | undefined => {
  const at = history.findIndex((one) => one.version === version);
  return at > 0 ? history[at - 1] : undefined;
};

const rollback = async (io: Io, session: RunnerSession, { target, chain, parse, approvedBy, source, args }: Wanted) => {
  const history = await historyOf(session);
  if (history.length === 0)
    throw new Fault("guard.history", `${source} has no migrations that senior has applied`, {
      help: "histories of other runners are taken over by senior db migrate or senior db baseline",
    });
  const list = chosen(history, args.to, args.steps).map((recorded) => ({
    recorded,
    way: wayBack(recorded, chain, parse),
  }));
  const ways = list.map(({ way }) => way);
  const books = jsonRows(await session.rows(findBooks));
  const bookFor = ({ tool }: Recorded): Book | undefined => bookOf(books, tool);
  const losses = await countLosses(session, ways);
  const shown = {
    chain: { tool: history[0]?.tool ?? "plain", root: "the history", migrations: [], findings: [] } satisfies Chain,
    source,
    checksum: "",
    losses,
    findings: unrestored(ways),
    applied: history.length,
  };
  if (args.dryRun) {
    const migrations = list.map(({ recorded, way }): Migration => ({ ...recorded, repeatable: false, up: way }));
    return dryRun(io, session, { ...shown, command: "db rollback", migrations, limits: args, target });
  }
  refuseLosses(losses, args.acceptDataLoss);
  const jobs = list.map(({ recorded, way }) =>
    jobOf(recorded, way, bookDown(bookFor(recorded), recorded, below(history, recorded.version)), approvedBy),
  );
  const ran = await runAll(session, jobs, {
    lockTimeoutMs: args.lockTimeout,
    statementTimeoutMs: args.statementTimeout,
    retries: args.lockRetries,
    ...(args.resume === undefined ? {} : { resume: args.resume }),
  });
  return migrateReport({ ...shown, command: "db rollback", ran, waiting: jobs.length - ran.length, signal: io.signal });
};
