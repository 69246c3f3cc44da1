// Shells of extensions that are not bundled, so that schemas which use them load: types hold text, functions do nothing.

/** What a shell consists of. Everything is optional: many extensions only add functions that schemas never name. */
interface Shell {
  /** Types that hold text, by name; `typed` ones take a modifier: geometry(Point, 4326). */
  readonly types?: readonly string[];
  readonly typed?: readonly string[];
  /** `f(integer) → text`: they give null. */
  readonly functions?: readonly string[];
  /** Further SQL. */
  readonly sql?: string;
}

const language = (name: string): Shell => ({
  sql: `create function ${name}_call_handler() returns language_handler language c as '$libdir/plpgsql', 'plpgsql_call_handler';
create trusted language ${name} handler ${name}_call_handler;`,
});

const wrapper = (name: string): Shell => ({ sql: `create foreign data wrapper ${name};` });

const nothing: Shell = {};

/** What schemas name most of PostGIS. */
const spatial: readonly string[] = [
  ...[
    "st_makepoint(float8, float8)",
    "st_point(float8, float8)",
    "st_setsrid(geometry, integer)",
    "st_transform(geometry, integer)",
  ],
  ...["st_geomfromtext(text)", "st_geomfromtext(text, integer)", "st_geomfromgeojson(text)", "st_centroid(geometry)"],
  ...[
    "st_buffer(geometry, float8)",
    "st_union(geometry, geometry)",
    "st_makeenvelope(float8, float8, float8, float8, integer)",
  ],
]
  .map((head) => `${head} → geometry`)
  .concat(
    ["st_geogfromtext(text)", "geography(geometry)"].map((head) => `${head} → geography`),
    ["st_x(geometry)", "st_y(geometry)", "st_area(geometry)", "st_length(geometry)"].map((head) => `${head} → float8`),
    ["geometry", "geography"].flatMap((type) => [
      `st_distance(${type}, ${type}) → float8`,
      `st_dwithin(${type}, ${type}, float8) → boolean`,
      `st_intersects(${type}, ${type}) → boolean`,
      `st_astext(${type}) → text`,
      `st_asgeojson(${type}) → text`,
    ]),
    ["st_within", "st_contains", "st_covers"].map((name) => `${name}(geometry, geometry) → boolean`),
    ["st_isvalid(geometry) → boolean", "st_srid(geometry) → integer", "st_geometrytype(geometry) → text"],
  );

/** Extension → its shell. */
const shells: Readonly<Record<string, Shell>> = {
  address_standardizer: nothing,
  adminpack: nothing,
  age: nothing,
  auto_explain: nothing,
  citus: nothing,
  dblink: wrapper("dblink_fdw"),
  h3: { types: ["h3index"] },
  http: nothing,
  hypopg: nothing,
  index_advisor: nothing,
  mysql_fdw: wrapper("mysql_fdw"),
  neon: nothing,
  old_snapshot: nothing,
  orafce: nothing,
  pg_cron: {
    sql: `create schema cron;
create function cron.schedule(text, text) returns bigint language sql as 'select 1::bigint';
create function cron.schedule(text, text, text) returns bigint language sql as 'select 1::bigint';
create function cron.unschedule(text) returns boolean language sql as 'select true';
create function cron.unschedule(bigint) returns boolean language sql as 'select true';
create table cron.job (jobid bigint, schedule text, command text, nodename text, nodeport integer, database text, username text, active boolean, jobname text);`,
  },
  pg_graphql: { sql: "create schema if not exists graphql;" },
  pg_hint_plan: nothing,
  pg_ivm: nothing,
  pg_jsonschema: {
    sql: `create function json_matches_schema(schema json, instance json) returns boolean language sql immutable as 'select true';
create function jsonb_matches_schema(schema json, instance jsonb) returns boolean language sql immutable as 'select true';`,
  },
  pg_net: {
    sql: `create schema net;
create function net.http_post(url text, body jsonb default '{}', params jsonb default '{}', headers jsonb default '{}', timeout_milliseconds integer default 1000) returns bigint language sql as 'select 1::bigint';
create function net.http_get(url text, params jsonb default '{}', headers jsonb default '{}', timeout_milliseconds integer default 1000) returns bigint language sql as 'select 1::bigint';`,
  },
  pg_partman: nothing,
  pg_prewarm: nothing,
  pg_repack: nothing,
  pg_search: nothing,
  pg_stat_kcache: nothing,
  pg_stat_monitor: nothing,
  pg_tle: nothing,
  pg_uuidv7: {
    sql: "create function uuid_generate_v7() returns uuid language sql volatile as 'select gen_random_uuid()';",
  },
  pgaudit: nothing,
  pgjwt: nothing,
  pglogical: nothing,
  pgmq: nothing,
  pgroonga: nothing,
  pgrouting: nothing,
  pgrowlocks: nothing,
  pgsodium: { sql: "create schema if not exists pgsodium;" },
  pgstattuple: nothing,
  plperl: language("plperl"),
  plperlu: language("plperlu"),
  plpgsql_check: nothing,
  plpython3u: language("plpython3u"),
  pltcl: language("pltcl"),
  plv8: language("plv8"),
  postgis: {
    typed: ["geometry", "geography"],
    types: ["box2d", "box3d", "raster"],
    functions: spatial,
    sql: `create table spatial_ref_sys (srid integer primary key, auth_name varchar(256), auth_srid integer, srtext varchar(2048), proj4text varchar(2048));`,
  },
  postgis_raster: nothing,
  postgis_sfcgal: nothing,
  postgis_tiger_geocoder: nothing,
  postgis_topology: nothing,
  postgres_fdw: wrapper("postgres_fdw"),
  rum: nothing,
  sslinfo: nothing,
  supabase_vault: nothing,
  tds_fdw: wrapper("tds_fdw"),
  timescaledb: {
    sql: `create function create_hypertable(relation regclass, time_column_name name, chunk_time_interval anyelement default null::interval, if_not_exists boolean default false, migrate_data boolean default false) returns void language sql as '';
create function time_bucket(bucket_width interval, ts timestamptz) returns timestamptz language sql immutable as 'select ts';
create function time_bucket(bucket_width interval, ts timestamp) returns timestamp language sql immutable as 'select ts';`,
  },
  timescaledb_toolkit: nothing,
  unit: { types: ["unit"] },
  wrappers: nothing,
  xml2: nothing,
  zombodb: nothing,
};

export const isShell = (name: string): boolean => Object.hasOwn(shells, name);

/** A type whose values are kept as text; a modifier is a number, see modifiers.ts. */
const textType = (name: string, typed: boolean): string => `
create type ${name};
create function ${name}_in(cstring${typed ? ", oid, integer" : ""}) returns ${name} language internal immutable strict as 'textin';
create function ${name}_out(${name}) returns cstring language internal immutable strict as 'textout';
${
  typed
    ? `create function ${name}_typmod_in(cstring[]) returns integer language internal immutable strict as 'bpchartypmodin';
create function ${name}_typmod_out(integer) returns cstring language internal immutable strict as 'bpchartypmodout';`
    : ""
}
create type ${name} (input = ${name}_in, output = ${name}_out, internallength = variable, storage = extended${
  typed ? `, typmod_in = ${name}_typmod_in, typmod_out = ${name}_typmod_out` : ""
});
create cast (text as ${name}) without function as assignment;
create cast (${name} as text) without function as assignment;`;

/** Enough of an operator class for an index on a table whose values of this type are null. */
const gistClass = (
  type: string,
): string => `create operator class gist_${type}_ops default for type ${type} using gist as
  function 1 gist_point_consistent(internal, point, smallint, oid, internal), function 2 gist_box_union(internal, internal),
  function 3 gist_point_compress(internal), function 5 gist_box_penalty(internal, internal, internal),
  function 6 gist_box_picksplit(internal, internal), function 7 gist_box_same(box, box, internal);`;

const stub = (signature: string): string => {
  const [, head = "", returns = ""] = /^(.*) → (.*)$/.exec(signature) ?? [];
  return `create function ${head} returns ${returns} language sql immutable as 'select null::${returns}';`;
};

/** The files of a shell as CREATE EXTENSION wants them; `versions` are those that statements ask for. */
export const shellFiles = (name: string, versions: readonly string[]): ReadonlyMap<string, string> => {
  const shell = shells[name] ?? nothing;
  const typed = shell.typed ?? [];
  const sql = [
    ...typed.map((type) => textType(type, true)),
    ...(shell.types ?? []).map((type) => textType(type, false)),
    ...typed.map(gistClass),
    ...(shell.functions ?? []).map(stub),
    shell.sql ?? "",
  ].join("\n");
  const control = ["comment = 'shell'", "default_version = 'shell'", "relocatable = false"];
  return new Map([
    [`${name}.control`, control.join("\n")],
    ...["shell", ...versions].map((version) => [`${name}--${version}.sql`, sql] as const),
  ]);
};
