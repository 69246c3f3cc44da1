// Is one server process behind a connection, or a pooler that hands out another for each transaction?
import { Fault } from "../../kernel/fault.ts";
import type { Connection, World } from "./server.ts";

/** What a lock of the session is worth there: nothing, and it stays behind in the pool. */
const pooledFault = (): Fault =>
  new Fault(
    "world.database",
    "this connection goes through a pooler in transaction mode: each transaction may meet another server process, so that neither the lock against a second runner nor SET holds",
    {
      help: "connect to PostgreSQL itself or to a pooler's session mode: on Neon the host without -pooler, on Supabase port 5432 instead of 6543, in PgBouncer pool_mode = session; nothing was changed",
    },
  );

const processOf = async (connection: Connection): Promise<string | undefined> => {
  const outcome = await connection.run("select pg_backend_pid()::text as pid");
  return outcome.kind === "done" ? (outcome.rows[0]?.["pid"] ?? undefined) : undefined;
};

const holds = async (connection: Connection): Promise<void> => {
  await connection.run("begin");
  await processOf(connection);
};

const patienceMs = 5000;

/** Another session; undefined where there is none to be had in time. */
const second = async (world: World): Promise<Connection | undefined> => {
  const coming = world.connect();
  const late = world.sleep(patienceMs).then(() => undefined);
  const come = await Promise.race([coming, late]);
  if (come === undefined) void coming.then((one) => one.close()).catch(() => undefined);
  return come;
};

/** Two sessions hold a process each and let go of both: in transaction mode the first then gets the other's, at once or in turn. */
const isShared = async (connection: Connection, world: World): Promise<boolean> => {
  const other = await second(world);
  // A pool whose only process belongs to our session has none for another: that is what a lock asks for.
  if (other === undefined) return false;
  try {
    await holds(connection);
    const both = await Promise.race([holds(other).then(() => true), world.sleep(patienceMs).then(() => false)]);
    const own = await processOf(connection);
    await connection.run("commit");
    // A pool of one process: the other waits for our transaction to end, as it would not for a session of its own.
    if (!both) return true;
    await other.run("commit");
    for (let turn = 0; turn < 4; turn++) if ((await processOf(connection)) !== own) return true;
    return false;
  } finally {
    await other.close();
  }
};

/** Throws before anything is locked. Whoever stands between gives another number for cancelling than the process has. */
export const refusePooled = async (connection: Connection, world: World): Promise<void> => {
  if (connection.isDirect || !(await isShared(connection, world))) return;
  throw pooledFault();
};
