// Runs one migration, forth or back, segment by segment: each leaves its record together with what it does.
import { Fault } from "../../kernel/fault.ts";
import { milliseconds, plural } from "../../kernel/words.ts";
import { quoteText } from "../quote.ts";
import type { Statement } from "../tree.ts";
import type { Event } from "./history.ts";
import { claimSql, eventSql, progressSql, removeSql, undoSql } from "./history.ts";
import type { Job, JobResult, RunnerOptions } from "./job.ts";
import { sqlOf, statementTitle } from "./job.ts";
import type { Lone } from "./lone.ts";
import { dropBroken, isIn } from "./lone.ts";
import { isIndexBuild } from "./recover.ts";
import { backOffMs, passes } from "./retry.ts";
import type { MigrationSegment } from "./segments.ts";
import { isSetting, segmentsOf } from "./segments.ts";
import type { Outcome, ServerError } from "./server.ts";
import { errorWords } from "./server.ts";
import type { RunnerSession } from "./session.ts";

/** Somebody else moved the row: the two must not both go on. */
const movedFault = (version: string): Fault =>
  new Fault(
    "guard.lock",
    `the record of migration ${version} was changed by somebody else while it ran; it was rolled back`,
    {
      help: "look at `senior db status`, then run this again",
    },
  );

type Tried =
  | { readonly kind: "in" }
  | {
      readonly kind: "refused";
      readonly statement: Statement;
      readonly error: ServerError;
      readonly blockers: readonly string[];
    }
  | { readonly kind: "lost"; readonly outcome: Extract<Outcome, { kind: "lost" }>; readonly xid: string | undefined };

/** Real state: how far the job is. */
export class JobRun {
  readonly #session: RunnerSession;
  readonly #job: Job;
  readonly #options: RunnerOptions;
  readonly #segments: readonly MigrationSegment[];
  #done: number;
  #begun: boolean;
  #claimed: boolean;
  #retries = 0;
  #losses = 0;
  #spentMs = 0;

  constructor(session: RunnerSession, job: Job, options: RunnerOptions) {
    this.#session = session;
    this.#job = job;
    this.#options = options;
    this.#segments = segmentsOf(job.way);
    this.#done = job.done;
    this.#begun = job.begun;
    this.#claimed = job.claimed;
  }

  async run(): Promise<JobResult> {
    const segments = this.#segments.length;
    await this.#session.refresh();
    for (const sql of this.#settingsBefore(this.#done)) await this.#session.run(sql);
    this.#session.remember(this.#settingsBefore(this.#done));
    if (segments === 0) await this.#record([...this.#finish(0), ...this.#job.books]);
    while (this.#done < segments) {
      if (this.#session.world.signal.aborted) return { kind: "stopped", done: this.#done, segments };
      const segment = this.#segments[this.#done];
      if (segment === undefined) break;
      const tried = segment.kind === "alone" ? await this.#alone(segment) : await this.#transaction(segment);
      if (tried.kind === "lost") await this.#find(tried);
      else if (tried.kind === "in") this.#move();
      else if (!(await this.#again(tried))) return await this.#fail(tried);
    }
    return {
      kind: "done",
      ms: this.#spentMs,
      retries: this.#retries,
      statements: this.#segments.reduce((sum, one) => sum + one.statements.length, 0),
    };
  }

  #move(): void {
    this.#done += 1;
    this.#begun = false;
    this.#claimed = true;
    this.#session.remember(this.#settingsBefore(this.#done));
  }

  #settingsBefore(segment: number): readonly string[] {
    return this.#segments
      .slice(0, segment)
      .flatMap(({ statements }) => statements.filter(isSetting).map((one) => sqlOf(this.#job.way, one)));
  }

  get #version(): string {
    return this.#job.claim.version;
  }

  /** The statements that record the next segment as done; the last one finishes the migration. */
  #finish(ms: number): readonly string[] {
    const { claim, direction } = this.#job;
    const { version, checksum, approvedBy } = claim;
    const [before, all] = [this.#done, this.#segments.length];
    const done = Math.min(before + 1, all);
    const isLast = done === all;
    const event: Event = {
      event: isLast ? (direction === "up" ? "applied" : "undone") : "part",
      version,
      checksum,
      approvedBy,
      durationMs: ms,
      ...(isLast ? {} : { message: `${done} of ${all}` }),
    };
    const state = isLast ? "applied" : direction === "up" ? "running" : "undoing";
    const move =
      isLast && direction === "down"
        ? removeSql(version, before)
        : progressSql({ version, done, before, state, begun: false, addedMs: ms });
    return [...this.#claim(), move, eventSql(event)];
  }

  #claim(): readonly string[] {
    const { claim, direction } = this.#job;
    if (this.#claimed) return [];
    return [direction === "up" ? claimSql(claim) : undoSql(claim.version, this.#segments.length)];
  }

  /** A transaction of ours alone. Each statement that moves a row must find it where we left it. */
  async #record(statements: readonly string[]): Promise<void> {
    await this.#session.rows("begin");
    for (const sql of [this.#session.asOurselves, ...statements]) {
      const rows = await this.#session.rows(sql).catch(async (error: unknown) => {
        await this.#session.run("rollback");
        throw error;
      });
      if (sql.endsWith("returning version::text") && rows.length !== 1) {
        await this.#session.run("rollback");
        throw movedFault(this.#version);
      }
    }
    await this.#session.rows("commit");
  }

  async #transaction(segment: MigrationSegment): Promise<Tried> {
    const { way, books } = this.#job;
    const { lockTimeoutMs, statementTimeoutMs } = this.#options;
    const begin = this.#session.world.nowMs();
    await this.#session.checkLock();
    const refused = async (statement: Statement, error: ServerError, blockers: readonly string[]): Promise<Tried> => {
      await this.#session.run("rollback");
      return { kind: "refused", statement, error, blockers };
    };
    const opening = [
      segment.begin === undefined ? "begin" : sqlOf(way, segment.begin),
      `set local lock_timeout = ${lockTimeoutMs}; set local statement_timeout = ${statementTimeoutMs}; set local idle_in_transaction_session_timeout = 0`,
    ];
    const [first] = segment.statements;
    const last = segment.statements.at(-1) ?? first;
    if (first === undefined || last === undefined) return { kind: "in" };
    for (const sql of opening) {
      const outcome = await this.#session.run(sql);
      if (outcome.kind === "lost") return { kind: "lost", outcome, xid: undefined };
      if (outcome.kind === "refused") return refused(first, outcome.error, []);
    }
    for (const statement of segment.statements) {
      const { outcome, blockers } = await this.#session.watched(sqlOf(way, statement), this.#title(statement));
      if (outcome.kind === "lost") return { kind: "lost", outcome, xid: undefined };
      if (outcome.kind === "refused") return refused(statement, outcome.error, blockers);
    }
    const ms = this.#session.world.nowMs() - begin;
    const isLast = this.#done + 1 === this.#segments.length;
    const closing = [this.#session.asOurselves, ...this.#finish(ms), ...(isLast ? books : [])];
    for (const sql of closing) {
      const outcome = await this.#session.run(sql);
      if (outcome.kind === "lost") return { kind: "lost", outcome, xid: undefined };
      if (outcome.kind === "refused") return refused(last, outcome.error, []);
      if (sql.endsWith("returning version::text") && outcome.rows.length !== 1) {
        await this.#session.run("rollback");
        throw movedFault(this.#version);
      }
    }
    const xid = await this.#session.run("select pg_current_xact_id()::text as xid");
    const committed = await this.#session.run("commit");
    if (committed.kind === "refused") return refused(last, committed.error, []);
    if (committed.kind === "lost")
      return {
        kind: "lost",
        outcome: committed,
        xid: xid.kind === "done" ? (xid.rows[0]?.["xid"] ?? undefined) : undefined,
      };
    this.#spentMs += ms;
    return { kind: "in" };
  }

  #title(statement: Statement): string {
    const part = this.#segments.length > 1 ? ` part ${this.#done + 1} of ${this.#segments.length}` : "";
    return `${this.#version}${part}: ${statementTitle(this.#job.way, statement)}`;
  }

  /** A statement outside of any transaction: recorded before and after, and asked for where its end was not seen. */
  async #alone({ statements }: MigrationSegment): Promise<Tried> {
    const [statement] = statements;
    if (statement === undefined) return { kind: "in" };
    await this.#session.checkLock();
    const begin = this.#session.world.nowMs();
    const isThere = await isIn(this.#lone(statement));
    if (!isThere) {
      await this.#begin();
      const { lockTimeoutMs, statementTimeoutMs } = this.#options;
      const build = isIndexBuild(statement);
      const own = this.#settingsBefore(this.#done).join(";");
      const lock = build ? 0 : lockTimeoutMs;
      const limits = `${build || !own.includes("lock_timeout") ? `set lock_timeout = ${lock};` : ""}set statement_timeout = ${build ? 0 : statementTimeoutMs}`;
      const set = await this.#session.run(limits);
      if (set.kind === "lost") return { kind: "lost", outcome: set, xid: undefined };
      const { outcome, blockers } = await this.#session.watched(
        sqlOf(this.#job.way, statement),
        this.#title(statement),
      );
      if (outcome.kind === "lost") return { kind: "lost", outcome, xid: undefined };
      await this.#session.run("reset lock_timeout; reset statement_timeout");
      for (const sql of this.#settingsBefore(this.#done)) await this.#session.run(sql);
      if (outcome.kind === "refused") {
        await dropBroken(this.#lone(statement));
        return { kind: "refused", statement, error: outcome.error, blockers };
      }
    }
    const ms = this.#session.world.nowMs() - begin;
    const isLast = this.#done + 1 === this.#segments.length;
    await this.#record([...this.#finish(ms), ...(isLast ? this.#job.books : [])]);
    this.#spentMs += ms;
    return { kind: "in" };
  }

  #lone(statement: Statement): Lone {
    const { resume } = this.#options;
    return {
      session: this.#session,
      job: this.#job,
      statement,
      begun: this.#begun,
      ...(resume === undefined ? {} : { resume }),
    };
  }

  async #begin(): Promise<void> {
    const { claim, direction } = this.#job;
    const { version } = claim;
    const row = { version, done: this.#done, before: this.#done, begun: true, addedMs: 0 };
    await this.#record([...this.#claim(), progressSql({ ...row, state: direction === "up" ? "running" : "undoing" })]);
    this.#claimed = true;
    this.#begun = true;
  }

  /** True when the segment is to be tried once more, after a pause. */
  async #again({ error, blockers }: Extract<Tried, { kind: "refused" }>): Promise<boolean> {
    const why = passes(error.sqlstate);
    const { world } = this.#session;
    if (why === undefined || this.#retries >= this.#options.retries || world.signal.aborted) return false;
    const pause = backOffMs(this.#retries, world.random());
    this.#retries += 1;
    const behind = blockers[0] === undefined ? "" : ` behind ${blockers[0]}`;
    world.note(
      `${this.#version}: ${why}${behind}; attempt ${this.#retries + 1} of ${this.#options.retries + 1} in ${milliseconds(pause)}`,
    );
    await world.sleep(pause);
    return true;
  }

  async #event(event: Event): Promise<void> {
    const outcome = await this.#session.run(eventSql(event));
    if (outcome.kind === "lost") throw new Fault("world.database", `the connection was lost: ${outcome.message}`);
  }

  /** A part that failed: what is in stays recorded; a migration of which nothing is in leaves no row. */
  async #fail({ statement, error, blockers }: Extract<Tried, { kind: "refused" }>): Promise<JobResult> {
    const { claim, direction } = this.#job;
    const segments = this.#segments.length;
    const done = this.#done;
    const message = errorWords(error);
    if (this.#session.world.signal.aborted && error.sqlstate === "57014") {
      await this.#settle("running", "stopped by hand");
      return { kind: "stopped", done, segments };
    }
    await this.#settle(direction === "up" ? "failed" : "undoing", message);
    // A full disk or a lost right must not hide the first error.
    await this.#event({
      event: "failed",
      version: claim.version,
      checksum: claim.checksum,
      approvedBy: claim.approvedBy,
      message,
    }).catch(() => undefined);
    return { kind: "failed", failure: { statement, error, blockers, done, segments } };
  }

  async #settle(state: "running" | "failed" | "undoing", message: string): Promise<void> {
    if (!this.#claimed) return;
    const { direction, claim } = this.#job;
    const done = this.#done;
    const isNothing = done === 0;
    const row = { version: claim.version, done, before: done, begun: false, addedMs: 0 };
    const sql =
      isNothing && direction === "up"
        ? removeSql(claim.version, 0)
        : progressSql({ ...row, state: isNothing && direction === "down" ? "applied" : state, message });
    await this.#record([sql]).catch(() => undefined);
  }

  /** After a loss: connected again, and told by the history how far it is. */
  async #find({ outcome, xid }: Extract<Tried, { kind: "lost" }>): Promise<void> {
    const { world } = this.#session;
    this.#losses += 1;
    world.note(`${this.#version}: the connection was lost: ${outcome.message}`);
    await this.#session.reopen();
    const before = this.#done;
    const { version } = this.#job.claim;
    await this.#ask();
    this.#session.remember(this.#settingsBefore(this.#done));
    for (const sql of this.#settingsBefore(this.#done)) await this.#session.run(sql);
    const verdict = xid === undefined ? "" : await this.#xactStatus(xid);
    world.note(
      `${version}: connected again; ${this.#done > before ? `the transaction had committed${verdict}` : this.#begun ? "a statement outside of any transaction was under way" : `the transaction was rolled back${verdict}`}`,
    );
    // Somebody ended us on purpose: to go on would be to argue.
    if (outcome.sqlstate === "57P01" || this.#losses > 3)
      throw new Fault("world.database", `the connection was ended: ${outcome.message}`, {
        help: `${this.#done} of ${plural(this.#segments.length, "part")} of migration ${version} ${this.#done === 1 ? "is" : "are"} in and recorded; run this again to go on`,
        data: { version, done: this.#done, segments: this.#segments.length },
      });
  }

  /** How far the history says that it is. */
  async #ask(): Promise<void> {
    const { claim, direction } = this.#job;
    const [row] = await this.#session.rows(
      `select done::text, begun::text, state, checksum from senior.migrations where version = ${quoteText(claim.version)}`,
    );
    const isUp = direction === "up";
    const isIn = isUp ? row?.["state"] === "applied" && row["checksum"] === claim.checksum : row === undefined;
    this.#claimed = row !== undefined && row["state"] !== "applied";
    this.#begun = row?.["begun"] === "true";
    this.#done = isIn ? this.#segments.length : this.#claimed ? Number(row?.["done"] ?? 0) : 0;
  }

  async #xactStatus(xid: string): Promise<string> {
    const status = await this.#session.run(`select pg_xact_status('${xid}'::xid8)::text as status`);
    return status.kind === "done"
      ? ` (PostgreSQL: transaction ${xid} ${status.rows[0]?.["status"] ?? "forgotten"})`
      : "";
  }
}
