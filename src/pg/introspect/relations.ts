// The queries for schemas, tables, views, sequences and what hangs on them.
import type { Only } from "./sql.ts";
import {
  collationName,
  columnNames,
  functionName,
  notMember,
  relationName,
  roleName,
  section,
  typeName,
  typeReference,
} from "./sql.ts";

const schemas = section(
  "schemas",
  `select json_build_object('oid', n.oid, 'name', n.name, 'owner', ${roleName("n.nspowner")}, 'bootstrap', n.nspowner = 10, 'acl', n.nspacl::text[])
     from ns n where ${notMember("pg_namespace", "n.oid")}`,
  "n.oid",
);

const relations = section(
  "relations",
  `select json_build_object(
       'oid', s.oid, 'schema', s.schema, 'name', s.relname, 'kind', s.relkind, 'persistence', s.relpersistence,
       'owner', ${roleName("s.relowner")}, 'acl', s.relacl::text[],
       'partitionKey', case when s.relkind = 'p' then pg_catalog.pg_get_partkeydef(s.oid) end,
       'bound', pg_catalog.pg_get_expr(s.relpartbound, s.oid),
       'parents', case when s.relkind in ('r', 'p', 'f') then
                    (select json_agg(${relationName("h.inhparent")} order by h.inhseqno) from pg_catalog.pg_inherits h where h.inhrelid = s.oid) end,
       'ofType', case when s.reloftype <> 0 then ${typeName("s.reloftype")} end,
       'method', case when s.relam <> 0 then (select nullif(m.amname, 'heap') from pg_catalog.pg_am m where m.oid = s.relam) end,
       'tablespace', case when s.reltablespace <> 0 then (select t.spcname from pg_catalog.pg_tablespace t where t.oid = s.reltablespace) end,
       'options', s.reloptions,
       'toastOptions', case when s.reltoastrelid <> 0 then (select t.reloptions from pg_catalog.pg_class t where t.oid = s.reltoastrelid) end,
       'security', s.relrowsecurity, 'forced', s.relforcerowsecurity, 'replicaIdentity', s.relreplident,
       'populated', s.relispopulated,
       'definition', case when s.relkind in ('v', 'm') then pg_catalog.pg_get_viewdef(s.oid) end,
       'server', f.srvname, 'serverOptions', f.ftoptions)
     from rel s
     left join (select t.ftrelid, t.ftoptions, v.srvname from pg_catalog.pg_foreign_table t
                  join pg_catalog.pg_foreign_server v on v.oid = t.ftserver) f on f.ftrelid = s.oid
    where s.relkind <> 'S'`,
  "s.oid",
);

/** Of composite types too. PostgreSQL 17 and later have null where older ones have -1 for "not set". */
const columns = section(
  "columns",
  `select json_build_object(
       'relation', a.attrelid, 'number', a.attnum, 'name', a.attname, 'type', ${typeReference("a.atttypid", "a.atttypmod")},
       'notNull', a.attnotnull, 'expression', pg_catalog.pg_get_expr(d.adbin, d.adrelid), 'default', d.oid,
       'identity', nullif(a.attidentity, ''), 'generated', nullif(a.attgenerated, ''),
       'collation', case when a.attcollation <> t.typcollation then ${collationName("a.attcollation")} end,
       'inherited', case when not a.attislocal then true end,
       'storage', case when a.attstorage <> t.typstorage then a.attstorage end, 'compression', nullif(a.attcompression, ''),
       'statistics', nullif(a.attstattarget, -1), 'options', a.attoptions, 'foreignOptions', a.attfdwoptions, 'acl', a.attacl::text[])
     from (select oid from rel where relkind <> 'S' union all
           select c.oid from pg_catalog.pg_class c join ns on ns.oid = c.relnamespace where c.relkind = 'c') s
     join pg_catalog.pg_attribute a on a.attrelid = s.oid and a.attnum > 0 and not a.attisdropped
     join pg_catalog.pg_type t on t.oid = a.atttypid
     left join pg_catalog.pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where true`,
  "a.attrelid",
);

/** NOT NULL constraints that say more than NOT NULL does. */
const notNulls = section("notNulls", (version, only) =>
  version < 180000
    ? "select null::json where false"
    : `select json_build_object('relation', k.conrelid, 'number', k.conkey[1], 'noInherit', k.connoinherit, 'validated', k.convalidated,
              'name', case when k.conname !~ '_not_null[0-9]*$' or d.description is not null then k.conname end, 'comment', d.description)
         from rel s join pg_catalog.pg_constraint k on k.conrelid = s.oid
         left join pg_catalog.pg_description d on d.objoid = k.oid and d.classoid = 'pg_catalog.pg_constraint'::pg_catalog.regclass
        where k.contype = 'n' and (k.conname !~ '_not_null[0-9]*$' or k.connoinherit or not k.convalidated or d.description is not null)
          and ${only("k.conrelid")}`,
);

// Columns, targets and indexes of constraints and indexes are given as numbers: their names are in other sections.
const constraints = section(
  "constraints",
  (version) => `select json_build_object(
       'oid', k.oid, 'relation', k.conrelid, 'name', k.conname, 'type', k.contype, 'deferrable', k.condeferrable, 'deferred', k.condeferred,
       'validated', k.convalidated, 'enforced', ${version >= 180000 ? "k.conenforced" : "true"},
       'inherited', k.coninhcount > 0 or k.conparentid <> 0, 'local', k.conislocal, 'definition', pg_catalog.pg_get_constraintdef(k.oid),
       'columns', k.conkey, 'index', k.conindid, 'target', k.confrelid, 'targetColumns', k.confkey,
       'match', k.confmatchtype, 'onUpdate', k.confupdtype, 'onDelete', k.confdeltype,
       'expression', pg_catalog.pg_get_expr(k.conbin, k.conrelid), 'noInherit', k.connoinherit)
     from rel s join pg_catalog.pg_constraint k on k.conrelid = s.oid
    where k.contype in ('p', 'u', 'f', 'c', 'x')`,
  "k.oid",
);

/** Foreign keys that refer to what is not read: tables of extensions. */
const outerTargets = section(
  "outerTargets",
  `select json_build_object('oid', k.oid, 'target', ${relationName("k.confrelid")}, 'targetColumns', ${columnNames("k.confrelid", "k.confkey")},
       'index', (select i.relname from pg_catalog.pg_class i where i.oid = k.conindid))
     from pg_catalog.pg_constraint k
    where k.contype = 'f' and k.conrelid in (select oid from rel) and k.confrelid not in (select oid from rel)`,
  "k.oid",
);

const indexes = section(
  "indexes",
  (version) => `select json_build_object(
       'oid', i.indexrelid, 'relation', i.indrelid, 'name', c.relname, 'method', m.amname, 'unique', i.indisunique, 'valid', i.indisvalid and i.indisready,
       'nullsNotDistinct', ${version >= 150000 ? "i.indnullsnotdistinct" : "false"}, 'replicaIdentity', i.indisreplident,
       'clustered', i.indisclustered,
       'keys', i.indnkeyatts, 'columns', i.indkey::int2[], 'opclasses', i.indclass::oid[], 'collations', i.indcollation::oid[],
       'keyOptions', i.indoption::int2[],
       'expressions', case when i.indexprs is not null then
                        (select json_agg(case when i.indkey[p.n - 1] = 0 then pg_catalog.pg_get_indexdef(i.indexrelid, p.n, false) end order by p.n)
                           from generate_series(1, i.indnkeyatts) p(n)) end,
       'settings', (select json_agg(json_build_object('number', a.attnum, 'opclassOptions', a.attoptions, 'statistics', nullif(a.attstattarget, -1)))
                      from pg_catalog.pg_attribute a where a.attrelid = i.indexrelid and (a.attoptions is not null or a.attstattarget >= 0)),
       'predicate', pg_catalog.pg_get_expr(i.indpred, i.indrelid),
       'partOf', case when c.relispartition then (select ${relationName("h.inhparent")} from pg_catalog.pg_inherits h where h.inhrelid = i.indexrelid) end,
       'tablespace', case when c.reltablespace <> 0 then (select t.spcname from pg_catalog.pg_tablespace t where t.oid = c.reltablespace) end,
       'options', c.reloptions,
       'definition', pg_catalog.pg_get_indexdef(i.indexrelid))
     from rel s
     join pg_catalog.pg_index i on i.indrelid = s.oid and i.indislive
     join pg_catalog.pg_class c on c.oid = i.indexrelid
     join pg_catalog.pg_am m on m.oid = c.relam
    where true`,
  "i.indexrelid",
);

const usedByIndexes = (numbers: string, only: Only): string =>
  `(select unnest(i.${numbers}::oid[]) from pg_catalog.pg_index i where i.indexrelid >= 16384 and ${only("i.indexrelid")})`;

const opclassNames = section(
  "opclassNames",
  (_, only) => `select json_build_object('oid', o.oid, 'schema', n.nspname, 'name', o.opcname)
     from pg_catalog.pg_opclass o join pg_catalog.pg_namespace n on n.oid = o.opcnamespace where o.oid in ${usedByIndexes("indclass", only)}`,
);

const collationNames = section(
  "collationNames",
  (_, only) => `select json_build_object('oid', o.oid, 'schema', n.nspname, 'name', o.collname)
     from pg_catalog.pg_collation o join pg_catalog.pg_namespace n on n.oid = o.collnamespace where o.oid in ${usedByIndexes("indcollation", only)}`,
);

/** Before PostgreSQL 15 the triggers of partitions that come from their parent are marked internal. */
const triggers = section(
  "triggers",
  (version) => `select json_build_object(
       'oid', t.oid, 'relation', t.tgrelid, 'name', t.tgname, 'function', ${functionName("t.tgfoid")}, 'firing', t.tgenabled,
       'constraint', t.tgconstraint <> 0, 'inherited', t.tgparentid <> 0, 'definition', pg_catalog.pg_get_triggerdef(t.oid))
     from rel s join pg_catalog.pg_trigger t on t.tgrelid = s.oid
    where (not t.tgisinternal ${version < 150000 ? "or (t.tgparentid <> 0 and t.tgconstraint = 0)" : ""})`,
  "t.oid",
);

const rules = section(
  "rules",
  `select json_build_object('oid', r.oid, 'relation', r.ev_class, 'name', r.rulename, 'firing', r.ev_enabled,
                            'definition', pg_catalog.pg_get_ruledef(r.oid))
     from rel s join pg_catalog.pg_rewrite r on r.ev_class = s.oid
    where r.rulename <> '_RETURN'`,
  "r.oid",
);

const policies = section(
  "policies",
  `select json_build_object('oid', p.oid, 'relation', p.polrelid, 'name', p.polname, 'permissive', p.polpermissive, 'command', p.polcmd,
       'roles', (select json_agg(case when r.role = 0 then 'public' else ${roleName("r.role")} end) from unnest(p.polroles) r(role)),
       'using', pg_catalog.pg_get_expr(p.polqual, p.polrelid), 'check', pg_catalog.pg_get_expr(p.polwithcheck, p.polrelid))
     from rel s join pg_catalog.pg_policy p on p.polrelid = s.oid
    where true`,
  "p.oid",
);

const sequences = section(
  "sequences",
  `select json_build_object('oid', s.oid, 'schema', s.schema, 'name', s.relname, 'owner', ${roleName("s.relowner")}, 'acl', s.relacl::text[],
       'persistence', s.relpersistence, 'type', pg_catalog.format_type(q.seqtypid, null),
       'start', q.seqstart::text, 'increment', q.seqincrement::text, 'min', q.seqmin::text, 'max', q.seqmax::text, 'cache', q.seqcache::text,
       'cycle', q.seqcycle, 'link', d.deptype, 'relation', d.refobjid, 'number', d.refobjsubid)
     from rel s join pg_catalog.pg_sequence q on q.seqrelid = s.oid
     left join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_class'::regclass and d.objid = s.oid and d.objsubid = 0
                                     and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjsubid > 0 and d.deptype in ('a', 'i')
    where true`,
  "s.oid",
);

const statistics = section(
  "statistics",
  (
    version,
  ) => `select json_build_object('oid', e.oid, 'schema', ns.name, 'name', e.stxname, 'owner', ${roleName("e.stxowner")},
       'table', ${relationName("e.stxrelid")}, 'target', ${version >= 170000 ? "e.stxstattarget" : "nullif(e.stxstattarget, -1)"},
       'definition', pg_catalog.pg_get_statisticsobjdef(e.oid))
     from pg_catalog.pg_statistic_ext e join ns on ns.oid = e.stxnamespace
    where ${notMember("pg_statistic_ext", "e.oid")}`,
  "e.oid",
);

export const relationSections = [schemas, relations, columns, notNulls, sequences];
export const attachedSections = [
  constraints,
  outerTargets,
  indexes,
  opclassNames,
  collationNames,
  triggers,
  rules,
  policies,
  statistics,
];

/** Sizes wait for no lock: a relation that goes away meanwhile has none. */
export const sizes = section(
  "sizes",
  `select json_build_object(
       'schema', s.schema, 'name', s.relname, 'rows', case when s.reltuples >= 0 and (s.reltuples > 0 or s.relpages > 0) then s.reltuples end,
       'bytes', coalesce(pg_catalog.pg_table_size(s.oid), 0),
       'indexes', (select coalesce(json_agg(json_build_object('name', c.relname, 'bytes', coalesce(pg_catalog.pg_relation_size(c.oid), 0),
                                                              'scans', pg_catalog.pg_stat_get_numscans(c.oid))), '[]')
                     from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid where i.indrelid = s.oid))
     from rel s where s.relkind in ('r', 'm')`,
);
