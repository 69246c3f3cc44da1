// The queries for what is the same however many tables there are: server, settings, counters, ages, sessions, replicas.
import type { Section } from "../introspect/sql.ts";
import { section } from "../introspect/sql.ts";

const seconds = (from: string): string => `extract(epoch from pg_catalog.clock_timestamp() - ${from})::float8`;

/** How far the server has written; a replica, how far it has received. */
const here = `case when pg_catalog.pg_is_in_recovery() then coalesce(pg_catalog.pg_last_wal_receive_lsn(), pg_catalog.pg_last_wal_replay_lsn())
            else pg_catalog.pg_current_wal_lsn() end`;

const usable = (role: string): string => `pg_catalog.pg_has_role(current_user, '${role}', 'usage')`;

const server = section(
  "server",
  `select json_build_object(
       'at', pg_catalog.clock_timestamp(), 'version', current_setting('server_version_num')::int, 'started', pg_catalog.pg_postmaster_start_time(),
       'recovery', pg_catalog.pg_is_in_recovery(), 'user', current_user,
       'replayAge', case when pg_catalog.pg_is_in_recovery() then ${seconds("pg_catalog.pg_last_xact_replay_timestamp()")} end,
       'seesAll', ${usable("pg_read_all_stats")} or (select r.rolsuper from pg_catalog.pg_roles r where r.rolname = current_user))`,
);

const settings = section(
  "settings",
  `select json_build_object('name', s.name, 'value', s.setting, 'unit', s.unit, 'source', s.source, 'pending', s.pending_restart)
     from pg_catalog.pg_settings s
    where s.category !~ '^(Developer|Preset|Version and Platform|Client Connection Defaults / Locale|Error Handling)'
       or s.name in ('block_size', 'data_checksums', 'max_identifier_length', 'wal_segment_size', 'zero_damaged_pages', 'ignore_checksum_failure')`,
);

const database = section(
  "database",
  `select json_build_object(
       'name', d.datname, 'commits', d.xact_commit, 'rollbacks', d.xact_rollback, 'read', d.blks_read, 'hit', d.blks_hit,
       'tempFiles', d.temp_files, 'tempBytes', d.temp_bytes, 'deadlocks', d.deadlocks, 'conflicts', d.conflicts,
       'checksumFailures', d.checksum_failures,
       'since', coalesce(d.stats_reset, (select b.stats_reset from pg_catalog.pg_stat_bgwriter b)))
     from pg_catalog.pg_stat_database d where d.datname = pg_catalog.current_database()`,
);

const databases = section(
  "databases",
  `select json_build_object('name', d.datname, 'age', pg_catalog.age(d.datfrozenxid), 'multixactAge', pg_catalog.mxid_age(d.datminmxid),
       'template', d.datistemplate, 'connections', s.numbackends)
     from pg_catalog.pg_database d left join pg_catalog.pg_stat_database s on s.datid = d.oid`,
);

const oldest = section(
  "oldest",
  `select json_build_object('schema', o.schema, 'name', o.name, 'age', o.age, 'multixactAge', o.multixact_age, 'bytes', pg_catalog.pg_relation_size(o.oid))
     from (select c.oid, n.nspname as schema, c.relname as name, pg_catalog.age(c.relfrozenxid) as age, pg_catalog.mxid_age(c.relminmxid) as multixact_age
             from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
            where c.relkind in ('r', 'm', 't') and c.relfrozenxid <> '0'
            order by greatest(pg_catalog.age(c.relfrozenxid), pg_catalog.mxid_age(c.relminmxid)) desc, c.oid
            limit 10) o`,
);

const checkpoints = section("checkpoints", (version) =>
  version >= 170000
    ? "select json_build_object('timed', c.num_timed, 'requested', c.num_requested, 'since', c.stats_reset) from pg_catalog.pg_stat_checkpointer c"
    : "select json_build_object('timed', c.checkpoints_timed, 'requested', c.checkpoints_req, 'since', c.stats_reset) from pg_catalog.pg_stat_bgwriter c",
);

const archiver = section(
  "archiver",
  `select json_build_object('failed', a.failed_count, 'lastFailed', a.last_failed_time, 'lastArchived', a.last_archived_time)
     from pg_catalog.pg_stat_archiver a`,
);

/** Asking who blocks a process locks the lock table for a moment: only for those that wait for a lock. */
const sessions = section(
  "sessions",
  `select json_build_object(
       'pid', a.pid, 'type', a.backend_type, 'user', a.usename, 'database', a.datname, 'application', nullif(a.application_name, ''), 'state', a.state,
       'transactionSeconds', ${seconds("a.xact_start")}, 'statementSeconds', ${seconds("a.query_start")}, 'stateSeconds', ${seconds("a.state_change")},
       'waitType', a.wait_event_type, 'waitEvent', a.wait_event, 'snapshotAge', pg_catalog.age(a.backend_xmin),
       'blockedBy', case when a.wait_event_type = 'Lock' then pg_catalog.pg_blocking_pids(a.pid) end,
       'statement', case when a.query not in ('', '<insufficient privilege>') then left(a.query, 2000) end)
     from pg_catalog.pg_stat_activity a where a.pid <> pg_catalog.pg_backend_pid()`,
);

const waits = section(
  "waits",
  `select json_build_object('pid', l.pid, 'mode', l.mode, 'what', l.locktype, 'seconds', ${seconds("l.waitstart")},
       'relation', (select n.nspname || '.' || c.relname from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
                     where c.oid = l.relation and l.database = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())))
     from pg_catalog.pg_locks l where not l.granted`,
);

const share = (done: string, total: string): string =>
  `case when ${total} > 0 then least(1, ${done}::float8 / ${total}) end`;

const progressRow = (alias: string, command: string, done: string, total: string): string =>
  `select json_build_object('pid', ${alias}.pid, 'command', ${command}, 'phase', ${alias}.phase, 'share', ${share(`${alias}.${done}`, `${alias}.${total}`)},
       'relation', (select rn.nspname || '.' || rc.relname from pg_catalog.pg_class rc join pg_catalog.pg_namespace rn on rn.oid = rc.relnamespace where rc.oid = ${alias}.relid))`;

const mine = (alias: string): string => `where ${alias}.datname = pg_catalog.current_database()`;

const progress = section(
  "progress",
  `${progressRow("v", "'VACUUM'", "heap_blks_scanned", "heap_blks_total")} from pg_catalog.pg_stat_progress_vacuum v ${mine("v")}
   union all ${progressRow("a", "'ANALYZE'", "sample_blks_scanned", "sample_blks_total")} from pg_catalog.pg_stat_progress_analyze a ${mine("a")}
   union all ${progressRow("i", "replace(i.command, ' CONCURRENTLY', '')", "blocks_done", "blocks_total")} from pg_catalog.pg_stat_progress_create_index i ${mine("i")}
   union all ${progressRow("c", "c.command", "heap_blks_scanned", "heap_blks_total")} from pg_catalog.pg_stat_progress_cluster c ${mine("c")}`,
);

const replicas = section(
  "replicas",
  `select json_build_object('name', coalesce(nullif(r.application_name, ''), r.usename), 'state', coalesce(r.state, 'unknown'), 'sync', coalesce(r.sync_state, 'unknown'),
       'lagBytes', pg_catalog.pg_wal_lsn_diff(${here}, r.replay_lsn), 'lagSeconds', extract(epoch from r.replay_lag)::float8)
     from pg_catalog.pg_stat_replication r`,
);

const slots = section(
  "slots",
  `select json_build_object('name', s.slot_name, 'type', s.slot_type, 'active', s.active, 'walStatus', s.wal_status,
       'heldBytes', pg_catalog.pg_wal_lsn_diff(${here}, s.restart_lsn),
       'age', greatest(pg_catalog.age(s.xmin), pg_catalog.age(s.catalog_xmin)))
     from pg_catalog.pg_replication_slots s`,
);

const prepared = section(
  "prepared",
  `select json_build_object('name', p.gid, 'owner', p.owner, 'database', p.database, 'seconds', ${seconds("p.prepared")}, 'age', pg_catalog.age(p.transaction))
     from pg_catalog.pg_prepared_xacts p`,
);

/** Each with what a reader misses when it cannot be read. */
export const liveSections: readonly (readonly [Section, string])[] = [
  [server, "the server"],
  [settings, "settings"],
  [database, "the database's counters"],
  [databases, "ages of databases"],
  [oldest, "ages of tables"],
  [checkpoints, "checkpoints"],
  [archiver, "the archiver"],
  [sessions, "sessions"],
  [waits, "locks waited for"],
  [progress, "progress of maintenance"],
  [replicas, "replicas"],
  [slots, "replication slots"],
  [prepared, "prepared transactions"],
];
