// Reads what the planner knows, for PostgreSQL 14 to 18, with queries that need no right but CONNECT and say what they could not see.
import { plural } from "../../kernel/words.ts";
import { quoteName, quotePath, quoteText } from "../quote.ts";
import type { Ask } from "../read-catalog.ts";
import type {
  ColumnStatistics,
  GroupStatistics,
  IndexEnds,
  PlannerStatistics,
  RelationNumbers,
  TableActivity,
} from "./statistics.ts";

const userSchema = (alias: string): string =>
  `${alias}.nspname not like 'pg\\_%' and ${alias}.nspname <> 'information_schema'`;

const relationsQuery = `select pg_catalog.json_build_object('schema', n.nspname, 'name', c.relname, 'kind', c.relkind, 'table', t.relname,
    'pages', c.relpages, 'tuples', c.reltuples, 'visible', c.relallvisible,
    'blocks', coalesce(case when c.relkind in ('r', 'm', 'i') then pg_catalog.pg_relation_size(c.oid) end, 0)
              / pg_catalog.current_setting('block_size')::int)::text
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  left join pg_catalog.pg_index i on i.indexrelid = c.oid
  left join pg_catalog.pg_class t on t.oid = i.indrelid
 where c.relkind in ('r', 'p', 'm', 'i', 'I') and c.relpersistence <> 't' and ${userSchema("n")}
 order by c.oid`;

const columnsQuery = (version: number): string => `select pg_catalog.json_strip_nulls(pg_catalog.json_build_object(
    'schema', s.schemaname, 'name', s.tablename, 'column', s.attname, 'inherited', s.inherited, 'nullFraction', s.null_frac,
    'width', s.avg_width, 'distinct', s.n_distinct, 'commonValues', s.most_common_vals::text,
    'commonFrequencies', s.most_common_freqs::text, 'histogram', s.histogram_bounds::text, 'correlation', s.correlation,
    'commonElements', s.most_common_elems::text, 'commonElementFrequencies', s.most_common_elem_freqs::text,
    'elementCounts', s.elem_count_histogram::text${
      version >= 170000
        ? `, 'rangeLengths', s.range_length_histogram::text, 'rangeEmpty', s.range_empty_frac, 'rangeBounds', s.range_bounds_histogram::text`
        : ""
    }))::text
  from pg_catalog.pg_stats s
 where s.schemaname not like 'pg\\_%' and s.schemaname <> 'information_schema'
 order by s.schemaname, s.tablename, s.attname, s.inherited`;

const groupsQuery = (version: number): string => `select pg_catalog.json_strip_nulls(pg_catalog.json_build_object(
    'schema', s.statistics_schemaname, 'name', s.statistics_name, 'inherited', ${version >= 150000 ? "s.inherited" : "false"},
    'columns', (select pg_catalog.json_object_agg(a.attnum, a.attname)
                  from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid
                  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
                 where n.nspname = s.schemaname and c.relname = s.tablename and a.attname = any (s.attnames)),
    'distinct', s.n_distinct::text, 'dependencies', s.dependencies::text, 'hasCommonValues', s.most_common_freqs is not null))::text
  from pg_catalog.pg_stats_ext s
 where s.schemaname not like 'pg\\_%' and s.schemaname <> 'information_schema'
 order by s.statistics_schemaname, s.statistics_name`;

/** As a new session has them: this one has changed some for itself. */
const settingsQuery = `select pg_catalog.json_object_agg(name, reset_val || coalesce(unit, ''))::text from pg_catalog.pg_settings
 where category like 'Query Tuning%' and name not like 'geqo\\_seed'
    or name in ('work_mem', 'hash_mem_multiplier', 'max_parallel_workers_per_gather', 'effective_io_concurrency', 'search_path',
                'block_size', 'constraint_exclusion', 'from_collapse_limit', 'join_collapse_limit')`;

const collationQuery = (version: number): string => `select pg_catalog.json_strip_nulls(pg_catalog.json_build_object(
    'provider', ${version >= 150000 ? "d.datlocprovider" : "'c'"},
    'name', ${
      version >= 170000
        ? "coalesce(d.datlocale, d.datcollate)"
        : version >= 150000
          ? "coalesce(d.daticulocale, d.datcollate)"
          : "d.datcollate"
    }${version >= 160000 ? ", 'rules', d.daticurules" : ""}))::text
  from pg_catalog.pg_database d where d.datname = pg_catalog.current_database()`;

const time = (column: string): string =>
  `pg_catalog.to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`;

const activityQuery = (version: number): string => `select pg_catalog.json_strip_nulls(pg_catalog.json_build_object(
    'schema', s.schemaname, 'name', s.relname, 'inserted', s.n_tup_ins, 'updated', s.n_tup_upd, 'hotUpdated', s.n_tup_hot_upd,
    'deleted', s.n_tup_del, 'changed', s.n_mod_since_analyze, 'live', s.n_live_tup,
    'analyzed', ${time("greatest(s.last_analyze, s.last_autoanalyze)")},
    'indexes', (select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object('name', i.indexrelname, 'scans', i.idx_scan${
      version >= 160000 ? `, 'lastScan', ${time("i.last_idx_scan")}` : ""
    }) order by i.indexrelname), '[]') from pg_catalog.pg_stat_user_indexes i where i.relid = s.relid)))::text
  from pg_catalog.pg_stat_user_tables s order by s.schemaname, s.relname`;

const sinceQuery = `select ${time("stats_reset")} from pg_catalog.pg_stat_database where datname = pg_catalog.current_database() and stats_reset is not null`;

const hiddenQuery = `select n.nspname || '.' || c.relname from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p', 'm') and c.relpersistence <> 't' and ${userSchema("n")}
   and not pg_catalog.has_any_column_privilege(c.oid, 'select') order by 1`;

/** Where the ends of an index can be had by two probes: valid, whole, not redefined, and the column may be read. */
const leadingQuery = `select pg_catalog.json_build_object('schema', n.nspname, 'table', t.relname, 'name', c.relname, 'column', a.attname)::text
  from pg_catalog.pg_index i
  join pg_catalog.pg_class c on c.oid = i.indexrelid and c.relkind = 'i'
  join pg_catalog.pg_am m on m.oid = c.relam and m.amname = 'btree'
  join pg_catalog.pg_class t on t.oid = i.indrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  join pg_catalog.pg_attribute a on a.attrelid = t.oid and a.attnum = i.indkey[0]
  join pg_catalog.pg_opclass o on o.oid = i.indclass[0] and o.opcdefault
 where i.indpred is null and i.indisvalid and c.relpages > 1 and ${userSchema("n")}
   and pg_catalog.has_column_privilege(t.oid, a.attnum, 'select') and not t.relrowsecurity
   and not exists (select from pg_catalog.pg_type y where y.oid = a.atttypid and y.typtype not in ('b', 'd', 'e'))
   and exists (select from pg_catalog.pg_aggregate g join pg_catalog.pg_proc p on p.oid = g.aggfnoid and p.proname = 'min'
                where p.proargtypes[0] = a.atttypid or a.atttypid in ('varchar'::regtype, 'cidr'::regtype)
                   or (p.proargtypes[0] = 'anyenum'::regtype and exists (select from pg_catalog.pg_type y where y.oid = a.atttypid and y.typtype = 'e')))
 order by c.oid`;

interface Leading {
  readonly schema: string;
  readonly table: string;
  readonly name: string;
  readonly column: string;
}

const endQuery = ({ schema, table, name, column }: Leading): string => {
  const [from, what] = [quotePath({ schema, name: table }), quoteName(column)];
  // Ordered and limited, so that no other plan than the two ends of the index can be cheaper.
  const end = (order: string): string =>
    `(select ${what}::text from ${from} where ${what} is not null order by ${what} ${order} limit 1)`;
  return `select pg_catalog.json_build_object('schema', ${quoteText(schema)}, 'name', ${quoteText(name)}, 'column', ${quoteText(column)},
    'least', ${end("asc")}, 'greatest', ${end("desc")})::text`;
};

/** So many at once: distance costs little, and one that is late costs few others. */
const batch = 20;

const json = async <T>(ask: Ask, sql: string): Promise<readonly T[]> =>
  (await ask(sql)).map((text) => JSON.parse(text) as T);

const readEnds = async (ask: Ask, attempt: Ask): Promise<{ ends: readonly IndexEnds[]; missed: number }> => {
  const leading = await json<Leading>(ask, leadingQuery);
  const ends: IndexEnds[] = [];
  let missed = 0;
  const seen = new Map<string, Leading[]>();
  for (const one of leading) {
    const key = [one.schema, one.table, one.column].join("\0");
    seen.set(key, [...(seen.get(key) ?? []), one]);
  }
  const groups = [...seen.values()];
  for (let at = 0; at < groups.length; at += batch) {
    const part = groups.slice(at, at + batch);
    const sql = part.flatMap(([one]) => (one === undefined ? [] : [endQuery(one)])).join("\nunion all\n");
    const rows = await attempt(sql).catch(() => undefined);
    if (rows === undefined) missed += part.length;
    for (const [i, row] of (rows ?? []).entries()) {
      const end = JSON.parse(row) as { readonly [K in keyof IndexEnds]: IndexEnds[K] | null };
      if (end.least === null || end.greatest === null) continue;
      const { least, greatest } = end;
      ends.push(...(part[i] ?? []).map(({ schema, name, column }) => ({ schema, name, column, least, greatest })));
    }
  }
  return { ends, missed };
};

const shown = (names: readonly string[]): string =>
  names.length <= 5 ? names.join(", ") : `${names.slice(0, 5).join(", ")} and ${names.length - 5} more`;

interface Seen {
  readonly relations: readonly RelationNumbers[];
  readonly columns: readonly ColumnStatistics[];
  readonly hidden: readonly string[];
  readonly missed: number;
  readonly settings: Readonly<Record<string, string>>;
}

const gapsOf = ({ relations, columns, hidden, missed, settings }: Seen): readonly string[] => {
  const known = new Set(columns.map(({ schema, name }) => `${schema}.${name}`));
  const blind = new Set(hidden);
  const bare = relations
    .filter(({ kind, blocks, schema, name }) => /[rm]/.test(kind) && blocks > 0 && !known.has(`${schema}.${name}`))
    .map(({ schema, name }) => `${schema}.${name}`)
    .filter((name) => !blind.has(name));
  return [
    ...(hidden.length > 0
      ? [
          `this user may not read ${plural(hidden.length, "table")} (${shown(hidden)}): statistics of their columns are hidden`,
        ]
      : []),
    ...(bare.length > 0
      ? [
          `${plural(bare.length, "table")} with rows ${bare.length === 1 ? "has" : "have"} no statistics (${shown(bare)}): run ANALYZE`,
        ]
      : []),
    ...(missed > 0 ? [`the ends of ${plural(missed, "index", "indexes")} could not be read in time`] : []),
    ...(settings["block_size"] === "8192"
      ? []
      : [`the server's blocks hold ${settings["block_size"] ?? "?"} bytes, not 8192: sizes of pages differ`]),
  ];
};

export interface StatisticsOptions {
  /** `server_version_num`. */
  readonly version: number;
  readonly now: Date;
  /** Leave out every value of a user. */
  readonly redact: boolean;
}

/** Everything the planner knows. Ends of indexes come last, since they may take long. */
export const readStatistics = async (
  ask: Ask,
  attempt: Ask,
  { version, now, redact: bare }: StatisticsOptions,
): Promise<PlannerStatistics> => {
  const relations = await json<RelationNumbers>(ask, relationsQuery);
  const columns = await json<ColumnStatistics>(ask, columnsQuery(version));
  const groups = await json<GroupStatistics>(ask, groupsQuery(version));
  const [settings = {}] = await json<Readonly<Record<string, string>>>(ask, settingsQuery);
  const [collation] = await json<PlannerStatistics["collation"]>(ask, collationQuery(version));
  const activity = await json<TableActivity>(ask, activityQuery(version));
  const [since] = await ask(sinceQuery);
  const hidden = await ask(hiddenQuery);
  const { ends, missed } = bare ? { ends: [], missed: 0 } : await readEnds(ask, attempt);
  return {
    relations,
    columns,
    groups,
    ends,
    settings,
    collation: collation ?? { provider: "c", name: "C" },
    activity,
    ...(since === undefined ? {} : { countersSince: since }),
    takenAt: now.toISOString(),
    redacted: false,
    gaps: gapsOf({ relations, columns, hidden, missed, settings }),
  };
};
