// The loop of a backfill: batch after batch in key order, each with its record, slower where others suffer.
import { Fault } from "../../kernel/fault.ts";
import { isObject } from "../../kernel/json.ts";
import { milliseconds, plural } from "../../kernel/words.ts";
import { moveSql } from "../../pg/backfill/book.ts";
import type { Limits, Pressure } from "../../pg/backfill/pace.ts";
import { nextSize, pressureSql } from "../../pg/backfill/pace.ts";
import type { Backfill, Key, KeyColumn } from "../../pg/backfill/statement.ts";
import { batchSql, nextKeySql } from "../../pg/backfill/statement.ts";
import { backOffMs, passes } from "../../pg/migrations/retry.ts";
import type { Outcome } from "../../pg/migrations/server.ts";
import { errorWords, jsonRows } from "../../pg/migrations/server.ts";
import type { RunnerSession } from "../../pg/migrations/session.ts";

export interface Plan {
  readonly id: string;
  readonly backfill: Backfill;
  /** `public.orders`, quoted where needed. */
  readonly table: string;
  readonly key: readonly KeyColumn[];
  /** The planner's estimate. */
  readonly rows: number;
}

export interface Pace extends Limits {
  readonly lockTimeoutMs: number;
  readonly pauseMs: number;
  readonly maxLagMs: number;
  readonly maxWaiting: number;
}

export interface Totals {
  readonly scanned: number;
  readonly updated: number;
  readonly batches: number;
  readonly slowestMs: number;
  readonly retries: number;
  /** How long it rested for others. */
  readonly restedMs: number;
  readonly size: number;
  readonly finished: boolean;
}

const number = (value: unknown): number => (typeof value === "number" ? value : 0);

/** Real state: where the backfill stands. */
export class BackfillRun {
  readonly #session: RunnerSession;
  readonly #plan: Plan;
  readonly #pace: Pace;
  readonly #begin: number;
  readonly #from: number;
  #reached: Key | undefined;
  #totals: Totals;

  constructor(
    session: RunnerSession,
    plan: Plan,
    pace: Pace,
    size: number,
    stood: { readonly reached: Key | undefined; readonly scanned: number },
  ) {
    this.#session = session;
    this.#plan = plan;
    this.#pace = pace;
    this.#reached = stood.reached;
    this.#from = stood.scanned;
    this.#begin = session.world.nowMs();
    this.#totals = { scanned: 0, updated: 0, batches: 0, slowestMs: 0, retries: 0, restedMs: 0, size, finished: false };
  }

  async run(): Promise<Totals> {
    let losses = 0;
    for (;;) {
      if (this.#session.world.signal.aborted) return this.#totals;
      await this.#rest();
      const outcome = await this.#batch();
      if (outcome === "end") return { ...this.#totals, finished: true };
      if (outcome === "lost") {
        if (++losses > 5)
          throw new Fault("world.database", "the connection was lost again and again", {
            help: "run this again: it goes on where it was",
          });
        await this.#find();
      }
    }
  }

  /** One batch and its record in one transaction; or a smaller one next time, where a lock was not to be had. */
  async #batch(): Promise<"moved" | "end" | "lost" | "again"> {
    const { id, backfill, key, table } = this.#plan;
    const { world } = this.#session;
    const next = await this.#session.run(nextKeySql(table, key, this.#reached, this.#totals.size));
    if (next.kind === "lost") return "lost";
    if (next.kind === "refused") throw this.#refused(next);
    const found = jsonRows(next.rows)[0];
    if (!isObject(found) || !Array.isArray(found["key"])) return "end";
    const until = (found["key"] as unknown[]).map(String);
    const begin = world.nowMs();
    const opened = await this.#session.run(
      `begin; set local lock_timeout = ${this.#pace.lockTimeoutMs}; set local statement_timeout = 0`,
    );
    if (opened.kind === "lost") return "lost";
    const ran = await this.#session.run(batchSql(backfill, key, this.#reached, until));
    if (ran.kind === "lost") return "lost";
    if (ran.kind === "refused") {
      await this.#session.run("rollback");
      return this.#again(ran);
    }
    const scanned = number(found["count"]);
    const ms = world.nowMs() - begin;
    const moved = await this.#session.run(
      moveSql(id, { before: this.#reached, reached: until, scanned, updated: ran.count, ms }),
    );
    if (moved.kind === "done" && moved.rows.length !== 1) {
      await this.#session.run("rollback");
      throw new Fault(
        "guard.lock",
        "the record of this backfill was moved by somebody else; the last batch was rolled back",
      );
    }
    const committed = moved.kind === "done" ? await this.#session.run("commit") : moved;
    if (committed.kind === "lost") return "lost";
    if (committed.kind === "refused") {
      await this.#session.run("rollback");
      return this.#again(committed);
    }
    this.#reached = until;
    this.#count(scanned, ran.count, world.nowMs() - begin);
    return "moved";
  }

  #count(scanned: number, updated: number, ms: number): void {
    const before = this.#totals;
    this.#totals = {
      ...before,
      scanned: before.scanned + scanned,
      updated: before.updated + updated,
      batches: before.batches + 1,
      slowestMs: Math.max(before.slowestMs, ms),
      size: scanned < before.size ? before.size : nextSize(before.size, ms, this.#pace),
    };
    this.#show();
  }

  #show(): void {
    const { scanned, updated, size } = this.#totals;
    const { rows, table } = this.#plan;
    const seconds = Math.max(0.001, (this.#session.world.nowMs() - this.#begin) / 1000);
    const all = this.#from + scanned;
    const share = rows > 0 ? Math.min(100, (100 * all) / rows) : 0;
    const left = rows > all ? (rows - all) / (scanned / seconds) : 0;
    const eta =
      rows > all && scanned > 0
        ? `, about ${left < 90 ? `${Math.ceil(left)} s` : `${Math.ceil(left / 60)} min`} left`
        : "";
    this.#session.world.progress(
      `${table}: ${rows > 0 ? `${share.toFixed(1)} %, ` : ""}${plural(updated, "row")} updated, ${Math.round(scanned / seconds).toLocaleString("en-US")}/s in batches of ${size.toLocaleString("en-US")}${eta}`,
    );
  }

  #refused(outcome: Extract<Outcome, { kind: "refused" }>): Fault {
    return new Fault("world.database", `the backfill of ${this.#plan.table} stopped: ${errorWords(outcome.error)}`, {
      help: `${plural(this.#totals.updated, "row")} of this run ${this.#totals.updated === 1 ? "is" : "are"} kept; mend the cause and run this again: it goes on where it was`,
      data: { ...this.#totals },
    });
  }

  async #again(outcome: Extract<Outcome, { kind: "refused" }>): Promise<"again"> {
    const why = passes(outcome.error.sqlstate);
    const { retries, size } = this.#totals;
    if (why === undefined || retries > 1000) throw this.#refused(outcome);
    this.#totals = { ...this.#totals, retries: retries + 1, size: Math.max(this.#pace.least, Math.round(size / 2)) };
    const { world } = this.#session;
    const pause = Math.min(5000, backOffMs(Math.min(retries, 4), world.random()));
    world.progress(`${this.#plan.table}: ${why}; next attempt in ${milliseconds(pause)}`);
    await world.sleep(pause);
    return "again";
  }

  /** Rests between batches, and for as long as replicas lag or others queue for locks. */
  async #rest(): Promise<void> {
    const { pauseMs, maxLagMs, maxWaiting } = this.#pace;
    const { world } = this.#session;
    if (this.#totals.batches > 0) await world.sleep(pauseMs);
    const begin = world.nowMs();
    for (;;) {
      const { lagMs, waiting } = await this.#pressure();
      if ((lagMs <= maxLagMs && waiting <= maxWaiting) || world.signal.aborted) break;
      world.progress(
        `${this.#plan.table}: resting: ${lagMs > maxLagMs ? `a replica is ${milliseconds(lagMs)} behind` : `${plural(waiting, "session")} wait for locks`}`,
      );
      await world.sleep(500);
    }
    this.#totals = { ...this.#totals, restedMs: this.#totals.restedMs + world.nowMs() - begin };
  }

  async #pressure(): Promise<Pressure> {
    const outcome = await this.#session.run(pressureSql);
    const row = outcome.kind === "done" ? jsonRows(outcome.rows)[0] : undefined;
    return isObject(row) ? { lagMs: number(row["lag"]), waiting: number(row["waiting"]) } : { lagMs: 0, waiting: 0 };
  }

  /** After a loss: what the record says is what is in. */
  async #find(): Promise<void> {
    this.#session.world.note(`${this.#plan.table}: the connection was lost; connecting again`);
    await this.#session.reopen();
    const [row] = await this.#session.rows(
      `select reached::text as reached from senior.backfills where id = '${this.#plan.id}'`,
    );
    const reached = row?.["reached"] ?? undefined;
    this.#reached = reached === undefined ? undefined : (JSON.parse(reached) as readonly unknown[]).map(String);
  }
}
