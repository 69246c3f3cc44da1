// The queries that read a catalog, for PostgreSQL 14 to 18. Each gives rows of one text column that holds JSON.

/** Relations of users: not the system's, not temporary, not part of an extension. */
const scope = `scope as materialized (
  select c.oid, c.relname, c.relkind, c.relpersistence, c.relnamespace, n.nspname, c.relispartition, c.relpartbound,
         c.reltuples, c.relpages
    from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
   where n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'
     and c.relkind in ('r', 'p', 'f', 'v', 'm') and c.relpersistence <> 't'
     and not exists (select from pg_catalog.pg_depend d
                      where d.classid = 'pg_catalog.pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'))`;

const rows = (body: string): string => `with ${scope}\n${body}`;

const named = (schema: string, name: string): string => `json_build_object('schema', ${schema}, 'name', ${name})`;

const relationName = (oid: string): string =>
  `(select ${named("pn.nspname", "pc.relname")} from pg_catalog.pg_class pc join pg_catalog.pg_namespace pn on pn.oid = pc.relnamespace where pc.oid = ${oid})`;

const collationName = (oid: string): string =>
  `(select ${named("ln.nspname", "l.collname")} from pg_catalog.pg_collation l join pg_catalog.pg_namespace ln on ln.oid = l.collnamespace where l.oid = ${oid})`;

/** Column numbers (an int2[] or int2vector) of a relation as names, in their order. Expressions, number 0, are left out. */
const columnNames = (relation: string, numbers: string): string =>
  `(select coalesce(json_agg(ka.attname order by o.n), '[]') from unnest(${numbers}::int2[]) with ordinality o(attnum, n)
     join pg_catalog.pg_attribute ka on ka.attrelid = ${relation} and ka.attnum = o.attnum)`;

const schemas = `
select json_build_object('name', n.nspname)::text
  from pg_catalog.pg_namespace n
 where n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'
   and not exists (select from pg_catalog.pg_depend d
                    where d.classid = 'pg_catalog.pg_namespace'::regclass and d.objid = n.oid and d.deptype = 'e')`;

const relations = rows(`
select json_build_object(
         'oid', s.oid::text, 'schema', s.nspname, 'name', s.relname, 'kind', s.relkind, 'persistence', s.relpersistence,
         'partitionKey', case when s.relkind = 'p' then pg_catalog.pg_get_partkeydef(s.oid) end,
         'bound', pg_catalog.pg_get_expr(s.relpartbound, s.oid),
         'parents', (select coalesce(json_agg(${relationName("h.inhparent")} order by h.inhseqno), '[]')
                       from pg_catalog.pg_inherits h where h.inhrelid = s.oid),
         'comment', pg_catalog.obj_description(s.oid, 'pg_class'))::text
  from scope s`);

const columns = rows(`
select json_build_object(
         'relation', s.oid::text, 'number', a.attnum, 'name', a.attname, 'text', pg_catalog.format_type(a.atttypid, a.atttypmod),
         'typeSchema', tn.nspname, 'typeName', e.typname, 'typeKind', e.typtype, 'array', t.typelem <> 0 and t.typlen = -1 and t.typcategory = 'A',
         'base', case when e.typtype = 'd' then pg_catalog.format_type(e.typbasetype, e.typtypmod) end,
         'nullable', not a.attnotnull, 'expression', pg_catalog.pg_get_expr(d.adbin, d.adrelid),
         'identity', a.attidentity, 'generated', a.attgenerated,
         'collation', case when a.attcollation <> t.typcollation then ${collationName("a.attcollation")} end,
         'local', a.attislocal, 'comment', pg_catalog.col_description(s.oid, a.attnum))::text
  from scope s
  join pg_catalog.pg_attribute a on a.attrelid = s.oid and a.attnum > 0 and not a.attisdropped
  join pg_catalog.pg_type t on t.oid = a.atttypid
  join pg_catalog.pg_type e on e.oid = case when t.typelem <> 0 and t.typlen = -1 and t.typcategory = 'A' then t.typelem else t.oid end
  join pg_catalog.pg_namespace tn on tn.oid = e.typnamespace
  left join pg_catalog.pg_attrdef d on d.adrelid = s.oid and d.adnum = a.attnum
 where s.relkind in ('r', 'p', 'f')`);

const constraints = (version: number): string =>
  rows(`
select json_build_object(
         'relation', s.oid::text, 'name', k.conname, 'type', k.contype, 'deferrable', k.condeferrable, 'deferred', k.condeferred,
         'validated', k.convalidated, 'enforced', ${version >= 180000 ? "k.conenforced" : "true"},
         'inherited', k.coninhcount > 0 or k.conparentid <> 0, 'definition', pg_catalog.pg_get_constraintdef(k.oid),
         'columns', ${columnNames("k.conrelid", "k.conkey")},
         'index', (select i.relname from pg_catalog.pg_class i where i.oid = k.conindid),
         'target', case when k.contype = 'f' then ${relationName("k.confrelid")} end,
         'targetColumns', ${columnNames("k.confrelid", "k.confkey")},
         'match', k.confmatchtype, 'onUpdate', k.confupdtype, 'onDelete', k.confdeltype,
         'expression', pg_catalog.pg_get_expr(k.conbin, k.conrelid), 'noInherit', k.connoinherit)::text
  from scope s join pg_catalog.pg_constraint k on k.conrelid = s.oid
 where k.contype in ('p', 'u', 'f', 'c', 'x')`);

const indexes = (version: number): string =>
  rows(`
select json_build_object(
         'relation', s.oid::text, 'name', c.relname, 'method', m.amname, 'unique', i.indisunique, 'valid', i.indisvalid and i.indisready,
         'nullsNotDistinct', ${version >= 150000 ? "i.indnullsnotdistinct" : "false"}, 'replicaIdentity', i.indisreplident,
         'keys', (select json_agg(json_build_object(
                           'text', pg_catalog.pg_get_indexdef(i.indexrelid, p.n, false), 'column', a.attname,
                           'opclass', (select ${named("onn.nspname", "o.opcname")} from pg_catalog.pg_opclass o
                                         join pg_catalog.pg_namespace onn on onn.oid = o.opcnamespace where o.oid = i.indclass[p.n - 1]),
                           'collation', ${collationName("i.indcollation[p.n - 1]")},
                           'option', i.indoption[p.n - 1]) order by p.n)
                    from generate_series(1, i.indnkeyatts) p(n)
                    left join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[p.n - 1] and a.attnum <> 0),
         'include', ${columnNames("i.indrelid", "(i.indkey::int2[])[i.indnkeyatts : i.indnatts - 1]")},
         'predicate', pg_catalog.pg_get_expr(i.indpred, i.indrelid),
         'constraint', (select k.conname from pg_catalog.pg_constraint k
                         where k.conindid = i.indexrelid and k.conrelid = i.indrelid and k.contype in ('p', 'u', 'x') limit 1),
         'partOf', (select ${relationName("h.inhparent")} from pg_catalog.pg_inherits h where h.inhrelid = i.indexrelid),
         'definition', pg_catalog.pg_get_indexdef(i.indexrelid))::text
  from scope s
  join pg_catalog.pg_index i on i.indrelid = s.oid and i.indislive
  join pg_catalog.pg_class c on c.oid = i.indexrelid
  join pg_catalog.pg_am m on m.oid = c.relam`);

const enums = `
select json_build_object('schema', n.nspname, 'name', t.typname,
         'values', (select coalesce(json_agg(e.enumlabel order by e.enumsortorder), '[]')
                      from pg_catalog.pg_enum e where e.enumtypid = t.oid))::text
  from pg_catalog.pg_type t join pg_catalog.pg_namespace n on n.oid = t.typnamespace
 where t.typtype = 'e' and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'
   and not exists (select from pg_catalog.pg_depend d
                    where d.classid = 'pg_catalog.pg_type'::regclass and d.objid = t.oid and d.deptype = 'e')`;

/** Sizes wait for no lock: a relation that goes away meanwhile has none. */
const statistics = rows(`
select json_build_object(
         'schema', s.nspname, 'name', s.relname, 'rows', case when s.reltuples >= 0 and (s.reltuples > 0 or s.relpages > 0) then s.reltuples end,
         'bytes', coalesce(pg_catalog.pg_table_size(s.oid), 0),
         'indexes', (select coalesce(json_agg(json_build_object('name', c.relname, 'bytes', coalesce(pg_catalog.pg_relation_size(c.oid), 0),
                                                                'scans', pg_catalog.pg_stat_get_numscans(c.oid))), '[]')
                       from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid where i.indrelid = s.oid))::text
  from scope s
 where s.relkind in ('r', 'm')`);

export interface CatalogQueries {
  readonly schemas: string;
  readonly relations: string;
  readonly columns: string;
  readonly constraints: string;
  readonly indexes: string;
  readonly enums: string;
  readonly statistics: string;
}

/** The queries for a server of this version (`server_version_num`). */
export const catalogQueries = (version: number): CatalogQueries => ({
  schemas,
  relations,
  columns,
  constraints: constraints(version),
  indexes: indexes(version),
  enums,
  statistics,
});

export const versionQuery = "select current_setting('server_version_num') || ' ' || current_setting('server_version')";

/** The oldest server that the queries are written for. */
export const oldestVersion = 140000;
