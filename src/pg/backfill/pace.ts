// How large the next batch is, and how long to rest before it.

export interface Limits {
  /** How long a batch should take. */
  readonly targetMs: number;
  readonly least: number;
  readonly most: number;
}

/** Twice or half as large at most: one slow batch among fast ones must not throw the pace over. */
export const nextSize = (size: number, tookMs: number, { targetMs, least, most }: Limits): number => {
  const factor = Math.min(2, Math.max(0.5, targetMs / Math.max(tookMs, 1)));
  return Math.round(Math.min(most, Math.max(least, size * factor)));
};

export interface Pressure {
  /** Of the replica that is furthest behind; 0 without replicas. */
  readonly lagMs: number;
  /** Sessions that wait for a lock. */
  readonly waiting: number;
}

/** What others suffer now. Without the rights of pg_monitor replicas of other users are not seen. */
export const pressureSql = `select json_build_object(
  'lag', coalesce((select max(extract(epoch from replay_lag)) * 1000 from pg_catalog.pg_stat_replication), 0)::float8,
  'waiting', (select count(*) from pg_catalog.pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()))::text as row`;
