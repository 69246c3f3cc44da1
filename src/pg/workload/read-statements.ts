// A workload from pg_stat_statements in any of its versions (1.6 to 1.12), read without a way to fail inside the transaction.
import { isObject } from "../../kernel/json.ts";
import { quoteName } from "../quote.ts";
import type { Ask } from "../read-catalog.ts";
import type { ParseSql } from "../tree.ts";
import type { Workload, WorkloadStatement } from "./model.ts";
import { byWeight, noWorkload } from "./model.ts";
import { isMissed, normalise } from "./normalise.ts";

type Row = Readonly<Record<string, unknown>>;

/** Whether the extension is there, loaded and readable, and which columns this version of it has. */
const stateQuery = `select pg_catalog.json_build_object(
  'version', e.extversion, 'schema', n.nspname,
  'loaded', exists (select from pg_catalog.pg_settings where name = 'pg_stat_statements.max' and vartype = 'integer'),
  'readable', pg_catalog.has_schema_privilege(n.oid, 'usage') and pg_catalog.has_table_privilege(v.oid, 'select'),
  'all', pg_catalog.pg_has_role('pg_read_all_stats', 'usage'),
  'track', pg_catalog.current_setting('pg_stat_statements.track', true),
  'columns', (select pg_catalog.json_agg(a.attname) from pg_catalog.pg_attribute a where a.attrelid = v.oid and a.attnum > 0),
  'info', exists (select from pg_catalog.pg_class i where i.relnamespace = n.oid and i.relname = 'pg_stat_statements_info'
                     and pg_catalog.has_table_privilege(i.oid, 'select')))::text
  from pg_catalog.pg_extension e
  join pg_catalog.pg_namespace n on n.oid = e.extnamespace
  join pg_catalog.pg_class v on v.relnamespace = n.oid and v.relname = 'pg_stat_statements' and v.relkind = 'v'
 where e.extname = 'pg_stat_statements'`;

/** Longer texts are cut by the network more than they help. */
const longestText = 100_000;

/** Field of ours, and the columns it may come from: before 1.8 times had no `exec` in their names. */
const sources: Readonly<Record<string, readonly string[]>> = {
  calls: ["calls"],
  totalMs: ["total_exec_time", "total_time"],
  stddevMs: ["stddev_exec_time", "stddev_time"],
  rows: ["rows"],
  sharedHit: ["shared_blks_hit"],
  sharedRead: ["shared_blks_read"],
  tempWritten: ["temp_blks_written"],
  since: ["stats_since"],
  topLevel: ["toplevel"],
};

const rowsQuery = (schema: string, columns: readonly string[]): string => {
  const fields = Object.entries(sources).flatMap(([field, names]) => {
    const column = names.find((name) => columns.includes(name));
    return column === undefined ? [] : [`'${field}', s.${column}`];
  });
  return `select pg_catalog.json_build_object('id', s.queryid::text, 'long', pg_catalog.length(s.query) > ${longestText},
      'text', pg_catalog.left(s.query, ${longestText}), ${fields.join(", ")})::text
    from ${quoteName(schema)}.pg_stat_statements s
   where s.dbid = (select d.oid from pg_catalog.pg_database d where d.datname = pg_catalog.current_database())`;
};

const infoQuery = (schema: string): string =>
  `select pg_catalog.json_build_object('reset', pg_catalog.to_char(stats_reset at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'), 'dealloc', dealloc)::text
     from ${quoteName(schema)}.pg_stat_statements_info`;

const num = (row: Row, key: string): number | undefined =>
  row[key] === null || row[key] === undefined ? undefined : Number(row[key]);

/** Figures that may be missing in a version. */
const figures = ["rows", "sharedHit", "sharedRead", "tempWritten"] as const;

/** Rows of one statement (several users ran it) as one: counts add up, spreads by their squares. */
const merged = (rows: readonly Row[], parse: ParseSql): WorkloadStatement => {
  const [first = {}] = rows;
  const sum = (key: string): number | undefined =>
    rows.every((row) => num(row, key) === undefined)
      ? undefined
      : rows.reduce((total, row) => total + (num(row, key) ?? 0), 0);
  const calls = sum("calls") ?? 0;
  const totalMs = sum("totalMs") ?? 0;
  const meanMs = calls === 0 ? 0 : totalMs / calls;
  const squares = rows.reduce((total, row) => {
    const own = num(row, "calls") ?? 0;
    const mean = own === 0 ? 0 : (num(row, "totalMs") ?? 0) / own;
    return total + own * ((num(row, "stddevMs") ?? 0) ** 2 + mean ** 2);
  }, 0);
  const known = figures.flatMap((key) => {
    const value = sum(key);
    return value === undefined ? [] : [[key, value] as const];
  });
  return {
    queryId: String(first["id"]),
    ...normalise(typeof first["text"] === "string" ? first["text"] : "", parse),
    topLevel: first["topLevel"] !== false,
    calls,
    totalMs,
    meanMs,
    stddevMs: calls === 0 ? 0 : Math.sqrt(Math.max(0, squares / calls - meanMs ** 2)),
    ...Object.fromEntries(known),
    examples: [],
  };
};

interface State {
  readonly version: string;
  readonly schema: string;
  readonly columns: readonly string[];
  readonly row: Row;
}

const install =
  "add pg_stat_statements to shared_preload_libraries, restart, and run CREATE EXTENSION pg_stat_statements in this database";

const stateOf = async (ask: Ask): Promise<State | string> => {
  const [json] = await ask(stateQuery);
  const row: unknown = json === undefined ? undefined : JSON.parse(json);
  if (!isObject(row)) return `pg_stat_statements is not installed in this database (${install})`;
  const version = String(row["version"]);
  if (row["loaded"] !== true)
    return `pg_stat_statements ${version} is created, but its library is not loaded (${install})`;
  if (row["readable"] !== true)
    return `this user may not read pg_stat_statements (GRANT pg_read_all_stats TO this user)`;
  const columns = Array.isArray(row["columns"]) ? row["columns"].map(String) : [];
  return { version, schema: String(row["schema"]), columns, row };
};

/** What of the server's own bookkeeping explains holes in the workload. */
const gapsOf = (state: State, rows: readonly Row[], statements: readonly WorkloadStatement[], dealloc: number) => {
  const hidden = rows.filter(({ id, text }) => id === null || text === "<insufficient privilege>").length;
  const long = rows.filter((row) => row["long"] === true).length;
  const unread = statements.filter(isMissed).length - long;
  return [
    ...(hidden > 0
      ? [`${hidden} statements of other users are hidden from this one (GRANT pg_read_all_stats TO this user)`]
      : []),
    ...(state.row["track"] === "none" ? ["pg_stat_statements.track is none: nothing new is counted"] : []),
    ...(dealloc > 0
      ? [
          `entries were thrown out ${dealloc} times because pg_stat_statements.max was reached: rare statements may be missing`,
        ]
      : []),
    ...(long > 0 ? [`${long} statements are longer than ${longestText} characters and were not read in full`] : []),
    ...(unread > 0 ? [`${unread} statements cannot be parsed`] : []),
    ...(rows.length === 0 ? ["pg_stat_statements has counted no statement of this database yet"] : []),
  ];
};

/** The statements of this database. What stands in the way is a gap, never a failed query: that would end the transaction. */
export const readStatements = async (ask: Ask, parse: ParseSql): Promise<Workload> => {
  const state = await stateOf(ask);
  if (typeof state === "string") return noWorkload("pg_stat_statements", "pg_stat_statements", state);
  const rows = (await ask(rowsQuery(state.schema, state.columns))).map((json) => JSON.parse(json) as Row);
  const [info] = state.row["info"] === true ? await ask(infoQuery(state.schema)) : [];
  const { reset, dealloc } = (info === undefined ? {} : JSON.parse(info)) as Row;
  const seen = rows.filter(({ id, text }) => id !== null && text !== "<insufficient privilege>");
  const groups = Map.groupBy(seen, (row) => `${String(row["id"])} ${String(row["topLevel"])}`);
  const statements = [...groups.values()].map((group) => merged(group, parse)).sort(byWeight);
  return {
    source: `pg_stat_statements ${state.version}`,
    kind: "pg_stat_statements",
    statements,
    ...(typeof reset === "string" ? { since: reset } : {}),
    gaps: gapsOf(state, rows, statements, Number(dealloc ?? 0)),
  };
};
