// A second connection that looks on while a statement runs: how far an index is, and who stands in the way.
import { isObject } from "../../kernel/json.ts";
import { plural } from "../../kernel/words.ts";
import type { Connection, World } from "./server.ts";
import { jsonRows } from "./server.ts";

const lookSql = (pid: number): string => `select json_build_object('wait', a.wait_event_type, 'phase', p.phase,
  'blocks', p.blocks_done, 'blocksTotal', p.blocks_total, 'tuples', p.tuples_done, 'tuplesTotal', p.tuples_total,
  'lockers', p.lockers_done, 'lockersTotal', p.lockers_total,
  'blockers', (select json_agg(json_build_object('pid', b.pid, 'state', b.state, 'user', b.usename,
      'seconds', extract(epoch from clock_timestamp() - b.xact_start)::int, 'query', left(b.query, 80)))
    from pg_catalog.pg_stat_activity b where b.pid = any (pg_catalog.pg_blocking_pids(a.pid))))::text as row
from pg_catalog.pg_stat_activity a left join pg_catalog.pg_stat_progress_create_index p on p.pid = a.pid where a.pid = ${pid}`;

const number = (value: unknown): number => (typeof value === "number" ? value : 0);
const word = (value: unknown): string => (typeof value === "string" ? value : "");

const share = (done: unknown, total: unknown): string =>
  number(total) > 0 ? ` ${Math.floor((100 * number(done)) / number(total))} %` : "";

/** `building index: scanning table 43 %`. */
const progressOf = (row: Readonly<Record<string, unknown>>): string => {
  const phase = word(row["phase"]);
  if (phase === "") return "";
  const amount =
    share(row["blocks"], row["blocksTotal"]) ||
    share(row["tuples"], row["tuplesTotal"]) ||
    (number(row["lockersTotal"]) > 0
      ? ` ${number(row["lockers"])} of ${plural(number(row["lockersTotal"]), "transaction")}`
      : "");
  return `${phase}${amount}`;
};

/** `process 812 (idle in transaction for 95 s): UPDATE orders …`. */
const blockersOf = (row: Readonly<Record<string, unknown>>): readonly string[] => {
  const list = row["blockers"];
  if (!Array.isArray(list)) return [];
  return (list as unknown[]).filter(isObject).map((one) => {
    const query = word(one["query"]).replace(/\s+/g, " ").trim();
    return `process ${number(one["pid"])} of ${word(one["user"])} (${word(one["state"])}, in its transaction for ${number(one["seconds"])} s)${query === "" ? "" : `: ${query}`}`;
  });
};

export interface Watched<T> {
  readonly result: T;
  /** Who was last seen in the way. */
  readonly blockers: readonly string[];
}

/** Real state: the second connection, opened when first needed. Looking on never makes the work fail. */
export class Watcher {
  readonly #world: World;
  #connection: Promise<Connection | undefined> | undefined;

  constructor(world: World) {
    this.#world = world;
  }

  async during<T>(pid: number, what: string, work: Promise<T>): Promise<Watched<T>> {
    const state = { ended: false };
    let blockers: readonly string[] = [];
    const isOver = (): boolean => state.ended;
    const stop = (): void => {
      state.ended = true;
    };
    void work.then(stop, stop);
    const begin = this.#world.nowMs();
    const look = async (): Promise<void> => {
      await Promise.race([this.#world.sleep(250), work.then(stop, stop)]);
      while (!isOver()) {
        const row = await this.#look(pid);
        if (isOver()) return;
        blockers = blockersOf(row);
        const seconds = Math.round((this.#world.nowMs() - begin) / 1000);
        const doing = progressOf(row) || (blockers[0] === undefined ? "" : `waiting for ${blockers[0]}`);
        this.#world.progress(`${what} (${seconds} s)${doing === "" ? "" : `: ${doing}`}`);
        await Promise.race([this.#world.sleep(400), work.then(stop, stop)]);
      }
    };
    const [result] = await Promise.all([work, look()]);
    return { result, blockers };
  }

  async #look(pid: number): Promise<Readonly<Record<string, unknown>>> {
    this.#connection ??= this.#world.connect().catch(() => undefined);
    const connection = await this.#connection;
    const outcome = await connection?.run(lookSql(pid));
    if (outcome?.kind === "lost") this.#connection = undefined;
    const row = outcome?.kind === "done" ? jsonRows(outcome.rows)[0] : undefined;
    return isObject(row) ? row : {};
  }

  /** Ends the statement that the process runs, as Ctrl-C does. */
  async cancel(pid: number): Promise<void> {
    this.#connection ??= this.#world.connect().catch(() => undefined);
    await (await this.#connection)?.run(`select pg_cancel_backend(${pid})::text`);
  }

  async close(): Promise<void> {
    await (await this.#connection)?.close();
  }
}
