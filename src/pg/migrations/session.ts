// The runner's session: connected, locked, with settings of its own; found again after it was lost.
import { Fault } from "../../kernel/fault.ts";
import { quoteName } from "../quote.ts";
import { lockKey } from "./history.ts";
import { heldSql, takeLock } from "./lock.ts";
import { refusePooled } from "./pooler.ts";
import type { Connection, Outcome, Row, World } from "./server.ts";
import { errorWords } from "./server.ts";
import { Watcher } from "./watch.ts";

export interface SessionOptions {
  /** How long another runner is waited for. */
  readonly waitMs: number;
  /** How long a server that is gone is waited for. */
  readonly reconnectMs: number;
  /** The key of the advisory lock; that of the migrations where none is given. */
  readonly lock?: string;
}

const readOnlyHelp = "connect to the primary; of several hosts name it first";

/** Settings a migration has made must not reach the next one. */
const fresh = "reset session authorization; reset role; reset all; deallocate all";

/** Real state: the connection, and what must be set again on the next one. */
export class RunnerSession {
  readonly #world: World;
  readonly #options: SessionOptions;
  readonly #watcher: Watcher;
  #connection: Connection;
  #role = "none";
  #settings: readonly string[] = [];

  private constructor(world: World, options: SessionOptions, connection: Connection) {
    this.#world = world;
    this.#options = options;
    this.#connection = connection;
    this.#watcher = new Watcher(world);
  }

  /** Connects and takes the lock. Throws Faults for replicas, and for another runner that does not end in time. */
  static async open(world: World, options: SessionOptions): Promise<RunnerSession> {
    const session = new RunnerSession(world, options, await world.connect());
    try {
      await session.#begin();
      return session;
    } catch (error) {
      await session.close();
      throw error;
    }
  }

  get #key(): string {
    return this.#options.lock ?? lockKey;
  }

  get pid(): number {
    return this.#connection.pid;
  }

  get world(): World {
    return this.#world;
  }

  async #begin(): Promise<void> {
    const state = await this.rows(
      `select pg_is_in_recovery()::text as replica, current_setting('transaction_read_only') as readonly, current_setting('role') as role`,
    );
    const { replica, readonly, role } = state[0] ?? {};
    if (replica === "true")
      throw new Fault("world.database", "this server is a replica, which can only be read", { help: readOnlyHelp });
    if (readonly === "on")
      throw new Fault(
        "world.database",
        "transactions of this connection are read-only (default_transaction_read_only)",
        {
          help: "connect as a user, or to a database, that may write",
        },
      );
    this.#role = role ?? "none";
    await refusePooled(this.#connection, this.#world);
    await takeLock(this.#connection, this.#world, this.#options.waitMs, this.#key);
    await this.#checkLock();
  }

  async #checkLock(): Promise<void> {
    const held = await this.rows(heldSql(this.#connection.pid, this.#key));
    if (held[0]?.["held"] === "true") return;
    throw new Fault(
      "world.database",
      "the lock against a second runner is not held by the server process that runs the statements: a pooler hands out another one for each transaction",
      { help: "connect to PostgreSQL itself, or to a pooler's session mode" },
    );
  }

  /** Settings of the running migration, made again after a loss. */
  remember(settings: readonly string[]): void {
    this.#settings = settings;
  }

  run(sql: string): Promise<Outcome> {
    return this.#connection.run(sql);
  }

  /** Runs a statement that may take long: its progress is shown, and who is in the way is known afterwards. */
  async watched(
    sql: string,
    what: string,
  ): Promise<{ readonly outcome: Outcome; readonly blockers: readonly string[] }> {
    const { signal } = this.#world;
    const cancel = (): void => void this.#watcher.cancel(this.pid);
    signal.addEventListener("abort", cancel, { once: true });
    try {
      const { result, blockers } = await this.#watcher.during(this.pid, what, this.#connection.run(sql));
      return { outcome: result, blockers };
    } finally {
      signal.removeEventListener("abort", cancel);
    }
  }

  /** Rows of a query of ours. Throws a Fault when it is refused or the connection is lost. */
  async rows(sql: string): Promise<readonly Row[]> {
    const outcome = await this.run(sql);
    if (outcome.kind === "done") return outcome.rows;
    if (outcome.kind === "lost") throw new Fault("world.database", `the connection was lost: ${outcome.message}`);
    throw rightsFault(outcome.error.sqlstate, errorWords(outcome.error));
  }

  /** What ends every transaction of ours: whatever role the file took on, the history is written as the connected user. */
  get asOurselves(): string {
    const role = this.#role === "none" ? "none" : quoteName(this.#role);
    return `set constraints all immediate; set local session authorization default; set local role ${role}; set local standard_conforming_strings = on`;
  }

  /** Back to how the session began, keeping the lock. */
  async refresh(): Promise<void> {
    await this.run(fresh);
    this.#settings = [];
  }

  /** True while the lock is held; throws when a pooler is between. */
  checkLock(): Promise<void> {
    return this.#checkLock();
  }

  /**
   * A new connection after a loss. The lock is free again only when the old server process has ended, so that afterwards nothing of the old
   * session is still under way.
   */
  async reopen(): Promise<void> {
    const begin = this.#world.nowMs();
    for (let attempt = 0; ; attempt++) {
      try {
        this.#connection = await this.#world.connect();
        await this.#begin();
        break;
      } catch (error) {
        const isOver = this.#world.nowMs() - begin > this.#options.reconnectMs || this.#world.signal.aborted;
        // A lock that another runner took meanwhile, or a replica in the primary's place, will not pass by waiting.
        if (!(error instanceof Fault) || isOver || !isPassing(error)) throw error;
        this.#world.progress(`waiting for the server: ${error.message}`);
        await this.#world.sleep(Math.min(3000, 200 * 2 ** attempt) * (0.5 + this.#world.random() / 2));
      }
    }
    for (const sql of this.#settings) await this.run(sql);
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.#watcher.close(), this.#connection.close()]);
  }
}

const isPassing = ({ code, message }: Fault): boolean => code === "world.database" && !message.includes("replica");

/** A refusal of a statement of ours, with what usually helps. */
export const rightsFault = (sqlstate: string, words: string): Fault => {
  if (sqlstate === "42501")
    return new Fault("world.database", `the history cannot be kept: ${words}`, {
      help: "let somebody with the right run: create schema senior authorization <this user>; or grant usage on schema senior and all on its tables to this user",
    });
  if (sqlstate === "53100" || sqlstate === "53200")
    return new Fault("world.database", words, {
      help: "give the server room, then run this again: nothing is half done",
    });
  return new Fault("world.database", words);
};
