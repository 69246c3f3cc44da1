// What the commands that change a server's migrations have in common: the session, the history, what was adopted, and the runs.
import type { Io } from "../../io/io.ts";
import { resolveTarget } from "../../io/postgres/resolve.ts";
import { worldOf } from "../../io/postgres/world.ts";
import { Fault } from "../../kernel/fault.ts";
import { codeFrame } from "../../kernel/frame.ts";
import { listed } from "../../kernel/words.ts";
import type { Target } from "../../pg/connection.ts";
import type { Adopted, Book } from "../../pg/migrations/books.ts";
import { appliedIn, bookOf, findBooks, readBook } from "../../pg/migrations/books.ts";
import {
  claimSql,
  eventSql,
  hasHistory,
  historySql,
  progressSql,
  readHistory,
  recordedOf,
  removeSql,
} from "../../pg/migrations/history.ts";
import type { Recorded } from "../../pg/migrations/history.ts";
import type { Chain, Migration, Tool, Way } from "../../pg/migrations/model.ts";
import { placeIn } from "../../pg/prepare.ts";
import { quotePath } from "../../pg/quote.ts";
import { jsonRows } from "../../pg/migrations/server.ts";
import { RunnerSession } from "../../pg/migrations/session.ts";
import type { Job } from "../../pg/migrations/job.ts";
import { failureFault } from "../../pg/migrations/job.ts";
import { JobRun } from "../../pg/migrations/runner.ts";
import type { Ran } from "./migrate-report.ts";
import { duration, integer } from "../flags.ts";
import type { Given } from "./source-args.ts";
import { sourceOf } from "./source-args.ts";

export const runnerFlags = {
  lockTimeout: duration("How long a statement waits for a lock before it is tried again later; not index builds", {
    min: 1,
    default: 5000,
  }),
  lockRetries: integer("How often it is tried again, with growing pauses", { min: 0, max: 1000, default: 10 }),
  statementTimeout: duration("How long one statement may take; 0 for as long as it needs. Not index builds", {
    min: 0,
    default: 0,
  }),
  wait: duration("How long to wait for another runner that is at work", { min: 0, default: 60_000 }),
  reconnect: duration("How long to wait for a server that went away", { min: 0, default: 30_000 }),
} as const;

/** The server that a command changes: never a file. */
export const targetFrom = async (io: Io, given: Omit<Given, "schemaFile">, verb: string): Promise<Target> => {
  const source = await sourceOf(io, { ...given, schemaFile: undefined }, verb);
  if (source.kind !== "server") throw new Fault("usage.missing-argument", `no server to ${verb}`);
  return resolveTarget(io, source.connection);
};

export const openSession = (
  io: Io,
  target: Target,
  { wait, reconnect }: { readonly wait: number; readonly reconnect: number },
  lock?: string,
): Promise<RunnerSession> =>
  RunnerSession.open(worldOf(io, target), {
    waitMs: wait,
    reconnectMs: reconnect,
    ...(lock === undefined ? {} : { lock }),
  });

/** Makes the history where there is none. The lock is held, so no other runner makes it at the same time. */
export const makeHistory = async (session: RunnerSession): Promise<void> => {
  const [row] = await session.rows(hasHistory);
  if (row?.["there"] === "true") return;
  await session.rows("begin");
  try {
    for (const sql of historySql) await session.rows(sql);
  } catch (error) {
    await session.run("rollback");
    throw error;
  }
  await session.rows("commit");
};

export const historyOf = async (session: RunnerSession): Promise<readonly Recorded[]> => {
  const [row] = await session.rows(hasHistory);
  return row?.["there"] === "true" ? jsonRows(await session.rows(readHistory)).map(recordedOf) : [];
};

export interface Taken {
  readonly book: Book | undefined;
  readonly adopted: readonly Adopted[];
  /** Recorded by us, and undone by the other runner since. */
  readonly withdrawn: readonly Recorded[];
}

/** What the chain's own tool says is applied and we have no record of. */
export const readAdopted = async (
  session: RunnerSession,
  chain: Chain,
  history: readonly Recorded[],
): Promise<Taken> => {
  const book = bookOf(jsonRows(await session.rows(findBooks)), chain.tool);
  if (book === undefined) return { book, adopted: [], withdrawn: [] };
  const all = appliedIn(book, jsonRows(await session.rows(readBook(book))), chain);
  const known = new Set(history.map(({ version }) => version));
  const theirs = new Set(all.map(({ migration }) => migration.version));
  const here = new Set(chain.migrations.map(({ version }) => version));
  return {
    book,
    adopted: all.filter(({ migration }) => !known.has(migration.version)),
    withdrawn: history.filter(
      (one) =>
        one.state === "applied" && one.book === quotePath(book) && here.has(one.version) && !theirs.has(one.version),
    ),
  };
};

/** Rows for migrations that ran before we kept the history. */
export const recordAs = async (
  session: RunnerSession,
  event: "adopted" | "baselined",
  tool: Tool,
  given: readonly Adopted[],
  approvedBy: readonly string[],
  { book, books = [] }: { readonly book: Book | undefined; readonly books?: readonly string[] },
): Promise<void> => {
  if (given.length === 0) return;
  await session.rows("begin");
  try {
    for (const { migration, edited } of given) {
      const { version } = migration;
      // A checksum that no text has: the file is not what was applied.
      const checksum = edited ? "changed before it was adopted" : migration.checksum;
      const claim = { ...claimOf(migration, tool, approvedBy, book), checksum, segments: 0 };
      await session.rows(claimSql(claim));
      await session.rows(progressSql({ version, done: 0, before: 0, state: "applied", begun: false, addedMs: 0 }));
      await session.rows(eventSql({ event, version, checksum, approvedBy }));
    }
    for (const sql of books) await session.rows(sql);
  } catch (error) {
    await session.run("rollback");
    throw error;
  }
  await session.rows("commit");
};

/** Rows of what the other runner has undone go: it is pending again. */
export const withdraw = async (
  session: RunnerSession,
  list: readonly Recorded[],
  book: Book | undefined,
): Promise<void> => {
  for (const { version, checksum, done } of list) {
    await session.rows(removeSql(version, done));
    await session.rows(
      eventSql({ event: "undone", version, checksum, message: `by ${book?.tool ?? "another runner"}` }),
    );
  }
};

const undoOf = (down: Way | undefined): Recorded["undo"] =>
  down === undefined ? undefined : { text: down.text, wrapping: down.wrapping, path: down.file.path };

export const claimOf = (migration: Migration, tool: Tool, approvedBy: readonly string[], book: Book | undefined) => ({
  book: book === undefined ? undefined : quotePath(book),
  version: migration.version,
  name: migration.name,
  tool,
  checksum: migration.checksum,
  undo: undoOf(migration.down),
  again: migration.repeatable,
  approvedBy,
});

/** A way that cannot be parsed stops everything before anything has run. */
export const checkWay = ({ file, error }: Way): void => {
  if (error === undefined) return;
  const at = placeIn(file, error.index);
  throw new Fault("input.syntax", `PostgreSQL cannot parse this: ${error.message} (SQLSTATE 42601)`, {
    at,
    frame: codeFrame(file.text, at.line ?? 1, at.column ?? 1),
  });
};

/** Findings about the files that are to be run stop the run, and so does a file that nothing says where to run. */
export const checkFiles = ({ findings }: Chain, migrations: readonly Migration[]): void => {
  const paths = new Set(migrations.map(({ up }) => up.file.path));
  const bad = findings.find(
    ({ severity, at, rule }) =>
      severity === "error" &&
      at.kind === "file" &&
      rule !== "migration/transaction" &&
      (rule === "migration/no-way-forward" || paths.has(at.path)),
  );
  if (bad !== undefined)
    throw new Fault("input.invalid", bad.message, {
      at: bad.at,
      ...(bad.help === undefined ? {} : { help: bad.help }),
    });
  for (const { up } of migrations) checkWay(up);
};

export const versionsText = (list: readonly { readonly version: string }[]): string =>
  `${listed(list.slice(0, 5).map(({ version }) => version))}${list.length > 5 ? " …" : ""}`;

/** Runs job after job until one does not end well. */
export const runAll = async (
  session: RunnerSession,
  jobs: readonly Job[],
  options: ConstructorParameters<typeof JobRun>[2],
): Promise<readonly Ran[]> => {
  const ran: Ran[] = [];
  for (const job of jobs) {
    const result = await new JobRun(session, job, options).run();
    if (result.kind === "failed") throw failureFault(job, result.failure);
    ran.push({ version: job.claim.version, name: job.claim.name, result });
    if (result.kind === "stopped") break;
  }
  return ran;
};
