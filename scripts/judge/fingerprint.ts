// An independent reading of a database: one line per object, in the server's own words, to compare two databases of one server.
import type postgres from "postgres";

const user = `n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'`;
const member = (catalog: string, oid: string): string =>
  `not exists (select from pg_depend e where e.classid = '${catalog}'::regclass and e.objid = ${oid} and e.deptype = 'e')`;
/** Rights without who granted them; those that an object has by itself included. */
const acl = (list: string, kind: string, owner: string): string =>
  `(select string_agg(x, ' ' order by x) from (select coalesce(r.rolname, 'public') || ':' || a.privilege_type || case when a.is_grantable then '*' else '' end as x
      from aclexplode(coalesce(${list}, acldefault('${kind}', ${owner}))) a left join pg_roles r on r.oid = a.grantee) acl)`;

/** Options say the same in any order. */
const options = (list: string): string => `coalesce((select string_agg(o, ',' order by o) from unnest(${list}) o), '')`;

const space = `coalesce((select s.spcname from pg_tablespace s where s.oid = c.reltablespace), '')`;

/** Each gives rows of one column of text. The order of columns is left out, and whether an inherited one is declared too: no ALTER TABLE can change that. */
export const fingerprintQueries = (version: number): readonly string[] => [
  `select 'schema ' || n.nspname || ' owner ' || n.nspowner::regrole || ' ' || coalesce(${acl("n.nspacl", "n", "n.nspowner")}, '') from pg_namespace n where ${user}`,
  `select 'extension ' || e.extname || ' in ' || e.extnamespace::regnamespace from pg_extension e`,
  `select 'relation ' || c.oid::regclass || ' ' || c.relkind::text || c.relpersistence::text || ' owner ' || c.relowner::regrole || ' rls ' || c.relrowsecurity || c.relforcerowsecurity
          || ' replica ' || c.relreplident::text || ' space ' || ${space} || ' options ' || ${options("c.reloptions")} || ' key ' || coalesce(pg_get_partkeydef(c.oid), '')
          || ' bound ' || coalesce(pg_get_expr(c.relpartbound, c.oid), '') || ' parents '
          || coalesce((select string_agg(h.inhparent::regclass::text, ',' order by h.inhseqno) from pg_inherits h where h.inhrelid = c.oid), '')
          || ' acl ' || coalesce(${acl("c.relacl", "r", "c.relowner")}, '')
     from pg_class c join pg_namespace n on n.oid = c.relnamespace where ${user} and c.relkind in ('r','p','f','v','m') and ${member("pg_class", "c.oid")}`,
  `select 'sequence ' || c.oid::regclass || ' ' || format_type(s.seqtypid, null) || ' ' || s.seqstart || ' ' || s.seqincrement || ' ' || s.seqmin || ' ' || s.seqmax || ' '
          || s.seqcache || ' ' || s.seqcycle || ' owner ' || c.relowner::regrole || ' of ' || coalesce((select d.refobjid::regclass || '.' || a.attname || d.deptype::text from pg_depend d join pg_attribute a
             on a.attrelid = d.refobjid and a.attnum = d.refobjsubid where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype in ('a','i') and d.refobjsubid > 0), '')
          || ' acl ' || coalesce(${acl("c.relacl", "s", "c.relowner")}, '')
     from pg_class c join pg_sequence s on s.seqrelid = c.oid join pg_namespace n on n.oid = c.relnamespace where ${user} and ${member("pg_class", "c.oid")}`,
  `select 'column ' || c.oid::regclass || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || case when a.attnotnull then ' not null' else '' end
          || ' default ' || coalesce(pg_get_expr(d.adbin, d.adrelid), '') || ' identity ' || a.attidentity::text || ' generated ' || a.attgenerated::text
          || ' collation ' || case when a.attcollation <> t.typcollation then a.attcollation::regcollation::text else '' end
          || ' storage ' || a.attstorage::text || ' compression ' || a.attcompression::text || ' statistics ' || coalesce(nullif(a.attstattarget, -1)::text, '')
          || ' options ' || ${options("a.attoptions")} || ' local ' || case when a.attinhcount > 0 and not c.relispartition then 'as may be' else a.attislocal::text end
          || ' foreign ' || ${options("a.attfdwoptions")} || ' acl ' || coalesce((select string_agg(x, ' ' order by x) from (select coalesce(r.rolname, 'public') || ':' || e.privilege_type || e.is_grantable as x
                                    from aclexplode(a.attacl) e left join pg_roles r on r.oid = e.grantee) l), '')
     from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_type t on t.oid = a.atttypid join pg_namespace n on n.oid = c.relnamespace
     left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where ${user} and c.relkind in ('r','p','f','v','m','c') and a.attnum > 0 and not a.attisdropped and ${member("pg_class", "c.oid")}`,
  `select 'constraint ' || coalesce(nullif(k.conrelid, 0)::regclass::text, k.contypid::regtype::text) || '.' || k.conname || ' ' || pg_get_constraintdef(k.oid)
          || ' local ' || k.conislocal || ' inherited ' || k.coninhcount || ' validated ' || k.convalidated
     from pg_constraint k join pg_namespace n on n.oid = k.connamespace where ${user} and k.contype in ('p','u','f','c','x') and ${member("pg_constraint", "k.oid")}`,
  `select 'index ' || pg_get_indexdef(i.indexrelid) || ' valid ' || i.indisvalid || ' replica ' || i.indisreplident || ' clustered ' || i.indisclustered || ' space ' || ${space}
          || ' part of ' || coalesce((select h.inhparent::regclass::text from pg_inherits h where h.inhrelid = i.indexrelid), '')
     from pg_index i join pg_class c on c.oid = i.indexrelid join pg_namespace n on n.oid = c.relnamespace where ${user} and ${member("pg_class", "i.indrelid")}`,
  `select 'view ' || c.oid::regclass || ' ' || pg_get_viewdef(c.oid) || ' populated ' || c.relispopulated
     from pg_class c join pg_namespace n on n.oid = c.relnamespace where ${user} and c.relkind in ('v','m') and ${member("pg_class", "c.oid")}`,
  `select 'type ' || t.oid::regtype || ' ' || t.typtype::text || ' owner ' || t.typowner::regrole || ' base ' || coalesce(format_type(nullif(t.typbasetype, 0), t.typtypmod), '')
          || ' not null ' || t.typnotnull || ' default ' || coalesce(t.typdefault, '') || ' values '
          || coalesce((select string_agg(quote_literal(l.enumlabel), ',' order by l.enumsortorder) from pg_enum l where l.enumtypid = t.oid), '')
          || ' range ' || coalesce((select r.rngsubtype::regtype::text || r.rngmultitypid::regtype::text from pg_range r where r.rngtypid = t.oid), '')
          || ' acl ' || coalesce(${acl("t.typacl", "T", "t.typowner")}, '')
     from pg_type t join pg_namespace n on n.oid = t.typnamespace left join pg_class c on c.oid = t.typrelid
    where ${user} and (t.typtype in ('e','d','r') or (t.typtype = 'c' and c.relkind = 'c') or (t.typtype = 'b' and t.typelem = 0)) and ${member("pg_type", "t.oid")}`,
  `select 'routine ' || p.oid::regprocedure || ' ' || case when p.prokind = 'a' then
            (select a.aggkind::text || a.aggtransfn::text || a.aggfinalfn::text || a.aggtranstype::regtype || coalesce(a.agginitval, '') from pg_aggregate a where a.aggfnoid = p.oid)
            else pg_get_functiondef(p.oid) end || ' owner ' || p.proowner::regrole || ' acl ' || coalesce(${acl("p.proacl", "f", "p.proowner")}, '')
     from pg_proc p join pg_namespace n on n.oid = p.pronamespace where ${user} and ${member("pg_proc", "p.oid")}
      and not exists (select from pg_depend d where d.classid = 'pg_proc'::regclass and d.objid = p.oid and d.deptype = 'i')`,
  `select 'trigger ' || pg_get_triggerdef(t.oid) || ' ' || t.tgenabled::text from pg_trigger t join pg_class c on c.oid = t.tgrelid join pg_namespace n on n.oid = c.relnamespace
    where ${user} and not t.tgisinternal`,
  `select distinct 'reads ' || c.oid::regclass || ' ' || d.refobjid::regclass || '.' || a.attname from pg_rewrite r
     join pg_class c on c.oid = r.ev_class join pg_namespace n on n.oid = c.relnamespace
     join pg_depend d on d.classid = 'pg_rewrite'::regclass and d.objid = r.oid and d.refclassid = 'pg_class'::regclass and d.refobjid <> c.oid
     join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid where ${user} and ${member("pg_class", "c.oid")}`,
  `select 'rule ' || pg_get_ruledef(r.oid) || ' ' || r.ev_enabled::text from pg_rewrite r join pg_class c on c.oid = r.ev_class join pg_namespace n on n.oid = c.relnamespace
    where ${user} and r.rulename <> '_RETURN' and ${member("pg_class", "c.oid")}`,
  `select 'policy ' || p.polrelid::regclass || '.' || p.polname || ' ' || p.polcmd::text || p.polpermissive || ' to ' ||
          (select string_agg(case when r = 0 then 'public' else r::regrole::text end, ',' order by r) from unnest(p.polroles) r)
          || ' using ' || coalesce(pg_get_expr(p.polqual, p.polrelid), '') || ' check ' || coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '')
     from pg_policy p join pg_class c on c.oid = p.polrelid join pg_namespace n on n.oid = c.relnamespace where ${user}`,
  `select 'statistics ' || pg_get_statisticsobjdef(s.oid) || ' target ' || coalesce(s.stxstattarget, -1) || ' owner ' || s.stxowner::regrole from pg_statistic_ext s join pg_namespace n on n.oid = s.stxnamespace where ${user}`,
  `select 'collation ' || c.oid::regcollation || ' ' || c.collprovider::text || c.collisdeterministic from pg_collation c join pg_namespace n on n.oid = c.collnamespace where ${user}`,
  `select 'event trigger ' || t.evtname || ' ' || t.evtevent || ' ' || t.evtfoid::regproc || ' ' || t.evtenabled::text || ${options("t.evttags")} from pg_event_trigger t`,
  `select 'publication ' || p.pubname || ' ' || p.puballtables || p.pubinsert || p.pubupdate || p.pubdelete || p.pubtruncate || p.pubviaroot || ' '
          || coalesce((select string_agg(r.prrelid::regclass::text${version >= 150000 ? " || coalesce((select string_agg(attname, ',' order by attname) from pg_attribute where attrelid = r.prrelid and attnum = any (r.prattrs)), '') || coalesce(pg_get_expr(r.prqual, r.prrelid), '')" : ""}, ',' order by r.prrelid::regclass::text)
                         from pg_publication_rel r where r.prpubid = p.oid), '') from pg_publication p`,
  `select 'cast ' || k.castsource::regtype || ' ' || k.casttarget::regtype || ' ' || k.castcontext::text || k.castmethod::text || k.castfunc::regproc from pg_cast k where k.oid >= 16384 and ${member("pg_cast", "k.oid")}`,
  `select 'operator ' || o.oid::regoperator || ' ' || o.oprcode || ' ' || o.oprcanhash || o.oprcanmerge from pg_operator o join pg_namespace n on n.oid = o.oprnamespace where ${user} and ${member("pg_operator", "o.oid")}`,
  `select 'text search configuration ' || c.oid::regconfig || ' ' || coalesce((select string_agg(m.maptokentype || ':' || m.mapdict::regdictionary, ',' order by m.maptokentype, m.mapseqno)
            from pg_ts_config_map m where m.mapcfg = c.oid), '') from pg_ts_config c join pg_namespace n on n.oid = c.cfgnamespace where ${user} and ${member("pg_ts_config", "c.oid")}`,
  `select 'text search dictionary ' || d.oid::regdictionary || ' ' || coalesce(d.dictinitoption, '') from pg_ts_dict d join pg_namespace n on n.oid = d.dictnamespace where ${user} and ${member("pg_ts_dict", "d.oid")}`,
  `select 'default privileges ' || d.defaclrole::regrole || ' ' || coalesce(nullif(d.defaclnamespace, 0)::regnamespace::text, '') || ' ' || d.defaclobjtype::text || ' '
          || coalesce((select string_agg(x, ' ' order by x) from (select coalesce(r.rolname, 'public') || ':' || a.privilege_type || a.is_grantable as x from aclexplode(d.defaclacl) a left join pg_roles r on r.oid = a.grantee) l), '')
     from pg_default_acl d`,
  ...(version >= 150000
    ? [
        `select 'published schema ' || p.pubname || ' ' || s.pnnspid::regnamespace from pg_publication_namespace s join pg_publication p on p.oid = s.pnpubid`,
      ]
    : []),
  `select 'user mapping ' || s.srvname || ' ' || coalesce(nullif(m.umuser, 0)::regrole::text, 'public') || ' ' || ${options("m.umoptions")} from pg_user_mapping m join pg_foreign_server s on s.oid = m.umserver`,
  `select 'operator class ' || n.nspname || '.' || k.opcname || ' ' || k.opcintype::regtype || ' ' || k.opcdefault || ' ' || k.opckeytype::regtype || ' family ' || f.opfname
          || ' ' || coalesce((select string_agg(o.amopstrategy || o.amopopr::regoperator::text, ',' order by o.amopstrategy, o.amopopr::regoperator::text) from pg_amop o where o.amopfamily = f.oid), '')
     from pg_opclass k join pg_opfamily f on f.oid = k.opcfamily join pg_namespace n on n.oid = k.opcnamespace where ${user} and ${member("pg_opclass", "k.oid")}`,
  `select 'operator family ' || n.nspname || '.' || f.opfname from pg_opfamily f join pg_namespace n on n.oid = f.opfnamespace where ${user} and ${member("pg_opfamily", "f.oid")}`,
  `select 'conversion ' || n.nspname || '.' || k.conname || ' ' || k.conproc::regproc || k.condefault from pg_conversion k join pg_namespace n on n.oid = k.connamespace where ${user}`,
  `select 'wrapper ' || w.fdwname || ' ' || w.fdwhandler::regproc || ${options("w.fdwoptions")} || ' acl ' || coalesce(${acl("w.fdwacl", "F", "w.fdwowner")}, '') from pg_foreign_data_wrapper w where ${member("pg_foreign_data_wrapper", "w.oid")}`,
  `select 'server ' || s.srvname || ' ' || coalesce(s.srvtype, '') || coalesce(s.srvversion, '') || ${options("s.srvoptions")} || ' acl ' || coalesce(${acl("s.srvacl", "S", "s.srvowner")}, '') from pg_foreign_server s`,
  `select 'foreign table ' || f.ftrelid::regclass || ' ' || ${options("f.ftoptions")} from pg_foreign_table f`,
  `select 'comment on ' || o.type || ' ' || o.identity || ' ' || d.description from pg_description d, lateral pg_identify_object(d.classoid, d.objoid, d.objsubid) o
    where (d.objoid >= 16384) and not exists (select from pg_depend e where e.classid = d.classoid and e.objid = d.objoid and e.deptype = 'e')
      and o.identity not like 'pg\\_%' and o.type <> 'extension'`,
];

/** `public.t t(a, b)`: names for the columns as they stand in the table, whose order no command changes. What is read is told besides. */
export const listsInAnyOrder = (line: string): string =>
  /^(view|rule) /.test(line)
    ? line.replace(
        /(\S+\.\S+ \S+)\(((?:\w+|"[^"]*")(?:, (?:\w+|"[^"]*"))*)\)/g,
        (_, head: string, list: string) => `${head}(${list.split(", ").sort().join(", ")})`,
      )
    : line;

/** Lines of a database, sorted. */
export const fingerprint = async (sql: postgres.Sql, version: number): Promise<readonly string[]> => {
  const lines: string[] = [];
  await sql.unsafe("set search_path = ''");
  for (const query of fingerprintQueries(version)) {
    const rows = await sql.unsafe<Record<string, string>[]>(query);
    for (const row of rows) lines.push(listsInAnyOrder(String(Object.values(row)[0])));
  }
  return lines.sort();
};

/**
 * A check that a table had when it began to inherit stays its own besides: no command makes it its parent's alone. The other way round,
 * one that should be the table's own and is not, is a difference.
 */
const asOwn = (line: string): string =>
  /^constraint .* CHECK \(/s.test(line)
    ? line.replace(/ local false inherited (?!0 )/, " local true inherited ")
    : line;

/** What one has and the other has not. */
export const unlike = (have: readonly string[], want: readonly string[]): readonly string[] => {
  const [a, b] = [new Set(have), new Set(want)];
  const [lacking, more] = [want.filter((line) => !a.has(line)), have.filter((line) => !b.has(line))];
  const own = new Set(lacking.map(asOwn).filter((line) => more.includes(line)));
  return [
    ...more.filter((line) => !own.has(line)).map((line) => `has   ${line}`),
    ...lacking.filter((line) => !own.has(asOwn(line))).map((line) => `wants ${line}`),
  ];
};
