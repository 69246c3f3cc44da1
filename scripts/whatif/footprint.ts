// What a command leaves on a server: locks as its own views show them meanwhile, and rows written by its own counters.
import postgres from "postgres";

export interface Footprint {
  /** Lock modes on relations that were seen, with how often. */
  readonly modes: Readonly<Record<string, number>>;
  readonly samples: number;
  /** Our sessions waited for a lock, or others waited for ours. */
  readonly waits: number;
  readonly written: number;
  readonly ms: number;
}

const writtenQuery = `select pg_stat_force_next_flush()::text, (tup_inserted + tup_updated + tup_deleted)::text w from pg_stat_database where datname = current_database()`;

/** `work` talks to the server under our own application name. */
export const footprint = async (url: string, work: () => Promise<unknown>): Promise<Footprint> => {
  const watch = postgres(url, { max: 1, ssl: false, onnotice: () => undefined, prepare: false });
  const written = async (): Promise<number> => {
    await Bun.sleep(1200);
    const [row] = await watch.unsafe<Record<string, unknown>[]>(
      writtenQuery.replace("pg_stat_force_next_flush()::text, ", ""),
    );
    return Number(row?.["w"]);
  };
  const before = await written();
  const modes: Record<string, number> = {};
  let [samples, waits, done] = [0, 0, false];
  const begun = performance.now();
  const reading = work().finally(() => (done = true));
  while (!done) {
    const rows = await watch.unsafe<Record<string, unknown>[]>(
      `select l.mode, l.granted from pg_locks l join pg_stat_activity a on a.pid = l.pid
        where a.application_name = 'senior' and l.locktype not in ('virtualxid')`,
    );
    samples++;
    for (const row of rows) {
      const mode = String(row["mode"]);
      modes[mode] = (modes[mode] ?? 0) + 1;
      if (row["granted"] !== true) waits++;
    }
  }
  await reading;
  const ms = performance.now() - begun;
  const after = await written();
  await watch.end();
  return { modes, samples, waits, written: after - before, ms };
};
