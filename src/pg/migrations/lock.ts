// One runner at a time: an advisory lock of the session that runs the migrations, asked for without ever waiting inside the server.
import { Fault } from "../../kernel/fault.ts";
import { milliseconds } from "../../kernel/words.ts";
import { lockKey } from "./history.ts";
import type { Connection, Row, World } from "./server.ts";

/** An advisory lock of one bigint is told by its two halves. */
const isLock = (key: string): string => {
  const [high, low] = [BigInt(key) >> 32n, BigInt(key) & 0xffffffffn];
  return `l.locktype = 'advisory' and l.objsubid = 1 and l.classid = ${high} and l.objid = ${low}
  and l.database = (select oid from pg_catalog.pg_database where datname = current_database())`;
};

/** Who holds the lock: one row, or none. */
export const holderSql = (
  key = lockKey,
): string => `select l.pid::text as pid, coalesce(a.usename::text, '?') as "user", coalesce(a.client_addr::text, 'local') as host,
  coalesce(a.application_name, '') as application, coalesce(a.state, '') as state,
  coalesce(extract(epoch from clock_timestamp() - a.backend_start)::bigint::text, '?') as seconds
from pg_catalog.pg_locks l left join pg_catalog.pg_stat_activity a on a.pid = l.pid where l.granted and ${isLock(key)}`;

/** `true` while this very server process holds the lock: behind a pooler the next transaction may be another's. */
export const heldSql = (pid: number, key: string): string =>
  `select (pg_backend_pid() = ${pid} and exists (select 1 from pg_catalog.pg_locks l where l.pid = pg_backend_pid() and l.granted and ${isLock(key)}))::text as held`;

export const holderText = ({ pid, user, host, seconds, state }: Row): string =>
  `process ${pid ?? "?"} of ${user ?? "?"} from ${host ?? "?"}, connected for ${seconds ?? "?"} s, ${state ?? ""}`;

/**
 * `pg_advisory_lock` would wait inside a query, whose snapshot an index that is being built concurrently waits for in turn: the two would
 * wait for each other for ever. So the lock is tried again and again.
 */
export const takeLock = async (connection: Connection, world: World, waitMs: number, key: string): Promise<void> => {
  const begin = world.nowMs();
  let told = "";
  for (;;) {
    const tried = await connection.run(`select pg_try_advisory_lock(${key})::text as got`);
    if (tried.kind === "lost") throw new Fault("world.database", `the connection was lost: ${tried.message}`);
    if (tried.kind === "refused") throw new Fault("world.database", tried.error.message);
    if (tried.rows[0]?.["got"] === "true") return;
    const holder = await connection.run(holderSql(key));
    const row = holder.kind === "done" ? holder.rows[0] : undefined;
    const who = row === undefined ? "" : holderText(row);
    if (world.nowMs() - begin >= waitMs)
      throw new Fault("guard.lock", `another runner is at work on this database${who === "" ? "" : `: ${who}`}`, {
        help: `wait until it has ended, or longer with --wait (it was ${milliseconds(waitMs)}); a runner that died holds the lock until the server notices`,
      });
    if (who !== "" && row?.["pid"] !== told) {
      told = row?.["pid"] ?? "";
      world.note(`waiting for another runner: ${who}`);
    }
    await world.sleep(200 + 100 * world.random());
  }
};
