// The queries for what is rarer: operators, casts, languages, foreign data, publications, text search, event triggers.
import {
  functionName,
  isUsers,
  named,
  notMember,
  operatorName,
  opfamilyName,
  parserName,
  roleName,
  section,
  templateName,
} from "./sql.ts";

const type = (oid: string): string => `pg_catalog.format_type(${oid}, null)`;
const unless0 = (oid: string, sql: string): string => `case when ${oid} <> 0 then ${sql} end`;
const procedure = (oid: string): string => unless0(`${oid}::oid`, `${oid}::oid::regprocedure::text`);

/** Objects of a schema: catalog, alias and the column that holds their schema. */
const inSchema = (catalog: string, alias: string, namespace: string): string => `
     from pg_catalog.${catalog} ${alias} join ns on ns.oid = ${alias}.${namespace}
    where ${notMember(catalog, `${alias}.oid`)}`;

const operators = section(
  "operators",
  `select json_build_object('oid', o.oid, 'schema', ns.name, 'name', o.oprname, 'owner', ${roleName("o.oprowner")},
       'left', ${unless0("o.oprleft", type("o.oprleft"))}, 'right', ${type("o.oprright")},
       'function', ${unless0("o.oprcode::oid", functionName("o.oprcode::oid"))},
       'commutator', ${unless0("o.oprcom", operatorName("o.oprcom"))}, 'negator', ${unless0("o.oprnegate", operatorName("o.oprnegate"))},
       'restrict', ${unless0("o.oprrest::oid", functionName("o.oprrest::oid"))}, 'join', ${unless0("o.oprjoin::oid", functionName("o.oprjoin::oid"))},
       'hashes', o.oprcanhash, 'merges', o.oprcanmerge)
     ${inSchema("pg_operator", "o", "oprnamespace")}`,
  "o.oid",
);

const method = (oid: string): string => `(select m.amname from pg_catalog.pg_am m where m.oid = ${oid})`;

/** The operators and functions of a family: those that came with a class, or those that did not. */
const members = (family: string, condition: (catalog: string, oid: string) => string): string => `
  (select coalesce(json_agg(e.text), '[]') from (
     select 'OPERATOR ' || o.amopstrategy || ' ' || o.amopopr::regoperator::text
            || case when o.amoppurpose = 'o' then (select ' FOR ORDER BY ' || pg_catalog.quote_ident(fn.nspname) || '.' || pg_catalog.quote_ident(f2.opfname)
                 from pg_catalog.pg_opfamily f2 join pg_catalog.pg_namespace fn on fn.oid = f2.opfnamespace where f2.oid = o.amopsortfamily) else '' end as text
       from pg_catalog.pg_amop o where o.amopfamily = ${family} and ${condition("pg_amop", "o.oid")}
     union all
     select 'FUNCTION ' || p.amprocnum || ' (' || ${type("p.amproclefttype")} || ', ' || ${type("p.amprocrighttype")} || ') ' || p.amproc::oid::regprocedure::text
       from pg_catalog.pg_amproc p where p.amprocfamily = ${family} and ${condition("pg_amproc", "p.oid")}) e)`;

const ofClass = (catalog: string, oid: string, which = ""): string =>
  `exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.${catalog}'::regclass and d.objid = ${oid}
             and d.refclassid = 'pg_catalog.pg_opclass'::regclass and d.deptype = 'i' ${which})`;

const operatorFamilies = section(
  "operatorFamilies",
  `select json_build_object('oid', f.oid, 'schema', ns.name, 'name', f.opfname, 'owner', ${roleName("f.opfowner")}, 'method', ${method("f.opfmethod")},
       'members', ${members("f.oid", (catalog, oid) => `not ${ofClass(catalog, oid)}`)})
     ${inSchema("pg_opfamily", "f", "opfnamespace")}`,
  "f.oid",
);

const operatorClasses = section(
  "operatorClasses",
  `select json_build_object('oid', c.oid, 'schema', ns.name, 'name', c.opcname, 'owner', ${roleName("c.opcowner")}, 'method', ${method("c.opcmethod")},
       'type', ${type("c.opcintype")}, 'default', c.opcdefault, 'family', ${opfamilyName("c.opcfamily")},
       'storage', ${unless0("c.opckeytype", type("c.opckeytype"))},
       'members', ${members("c.opcfamily", (catalog, oid) => ofClass(catalog, oid, "and d.refobjid = c.oid"))})
     ${inSchema("pg_opclass", "c", "opcnamespace")}`,
  "c.oid",
);

/** Without those that a range type brings along. */
const casts = section(
  "casts",
  `select json_build_object('oid', c.oid, 'source', ${type("c.castsource")}, 'target', ${type("c.casttarget")}, 'context', c.castcontext,
       'method', c.castmethod, 'function', ${procedure("c.castfunc")})
     from pg_catalog.pg_cast c where ${isUsers("pg_cast", "c.oid")}
      and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_catalog.pg_cast'::regclass and d.objid = c.oid and d.deptype = 'i')`,
  "c.oid",
);

const transforms = section(
  "transforms",
  `select json_build_object('oid', t.oid, 'type', ${type("t.trftype")}, 'language', l.lanname, 'fromSql', ${procedure("t.trffromsql")}, 'toSql', ${procedure("t.trftosql")})
     from pg_catalog.pg_transform t join pg_catalog.pg_language l on l.oid = t.trflang where ${isUsers("pg_transform", "t.oid")}`,
  "t.oid",
);

const conversions = section(
  "conversions",
  `select json_build_object('oid', c.oid, 'schema', ns.name, 'name', c.conname, 'owner', ${roleName("c.conowner")},
       'from', pg_catalog.pg_encoding_to_char(c.conforencoding), 'to', pg_catalog.pg_encoding_to_char(c.contoencoding),
       'function', ${functionName("c.conproc::oid")}, 'default', c.condefault)
     ${inSchema("pg_conversion", "c", "connamespace")}`,
  "c.oid",
);

const languages = section(
  "languages",
  `select json_build_object('oid', l.oid, 'name', l.lanname, 'owner', ${roleName("l.lanowner")}, 'acl', l.lanacl::text[], 'trusted', l.lanpltrusted,
       'handler', ${functionName("l.lanplcallfoid")}, 'inline', ${unless0("l.laninline", functionName("l.laninline"))},
       'validator', ${unless0("l.lanvalidator", functionName("l.lanvalidator"))})
     from pg_catalog.pg_language l where ${isUsers("pg_language", "l.oid")}`,
  "l.oid",
);

const accessMethods = section(
  "accessMethods",
  `select json_build_object('oid', m.oid, 'name', m.amname, 'kind', m.amtype, 'handler', ${functionName("m.amhandler::oid")})
     from pg_catalog.pg_am m where ${isUsers("pg_am", "m.oid")}`,
  "m.oid",
);

const eventTriggers = section(
  "eventTriggers",
  `select json_build_object('oid', e.oid, 'name', e.evtname, 'owner', ${roleName("e.evtowner")}, 'event', e.evtevent, 'tags', e.evttags,
       'function', ${functionName("e.evtfoid")}, 'firing', e.evtenabled)
     from pg_catalog.pg_event_trigger e where ${isUsers("pg_event_trigger", "e.oid")}`,
  "e.oid",
);

const publications = section(
  "publications",
  (
    version,
  ) => `select json_build_object('oid', p.oid, 'name', p.pubname, 'owner', ${roleName("p.pubowner")}, 'allTables', p.puballtables,
       'insert', p.pubinsert, 'update', p.pubupdate, 'delete', p.pubdelete, 'truncate', p.pubtruncate, 'viaRoot', p.pubviaroot,
       'generated', ${version >= 180000 ? "p.pubgencols" : "'n'"},
       'tables', (select json_agg(json_build_object('schema', rn.nspname, 'name', rc.relname
                    ${
                      version < 150000
                        ? ""
                        : `, 'where', pg_catalog.pg_get_expr(r.prqual, r.prrelid),
                    'columns', (select json_agg(a.attname order by a.attname) from pg_catalog.pg_attribute a
                                 where a.attrelid = r.prrelid and a.attnum = any (r.prattrs))`
                    }))
                  from pg_catalog.pg_publication_rel r join pg_catalog.pg_class rc on rc.oid = r.prrelid
                  join pg_catalog.pg_namespace rn on rn.oid = rc.relnamespace where r.prpubid = p.oid),
       'schemas', ${
         version < 150000
           ? "null"
           : `(select json_agg(sn.nspname) from pg_catalog.pg_publication_namespace s
                       join pg_catalog.pg_namespace sn on sn.oid = s.pnnspid where s.pnpubid = p.oid)`
       })
     from pg_catalog.pg_publication p where ${isUsers("pg_publication", "p.oid")}`,
  "p.oid",
);

const secret = "'(pass|secret|token|credential|private|^key$|_key$|apikey)'";
const openOptions = (options: string): string =>
  `(select json_agg(o.entry) from unnest(${options}) o(entry) where split_part(o.entry, '=', 1) !~* ${secret})`;

const secretNames = (options: string): string =>
  `(select json_agg(split_part(o.entry, '=', 1)) from unnest(${options}) o(entry) where split_part(o.entry, '=', 1) ~* ${secret})`;

const foreignDataWrappers = section(
  "foreignDataWrappers",
  `select json_build_object('oid', f.oid, 'name', f.fdwname, 'owner', ${roleName("f.fdwowner")}, 'acl', f.fdwacl::text[],
       'handler', ${unless0("f.fdwhandler", functionName("f.fdwhandler"))}, 'validator', ${unless0("f.fdwvalidator", functionName("f.fdwvalidator"))},
       'options', ${openOptions("f.fdwoptions")}, 'secrets', ${secretNames("f.fdwoptions")})
     from pg_catalog.pg_foreign_data_wrapper f where ${isUsers("pg_foreign_data_wrapper", "f.oid")}`,
  "f.oid",
);

const servers = section(
  "servers",
  `select json_build_object('oid', s.oid, 'name', s.srvname, 'owner', ${roleName("s.srvowner")}, 'acl', s.srvacl::text[], 'wrapper', f.fdwname,
       'type', s.srvtype, 'version', s.srvversion, 'options', ${openOptions("s.srvoptions")},
       'secrets', ${secretNames("s.srvoptions")})
     from pg_catalog.pg_foreign_server s join pg_catalog.pg_foreign_data_wrapper f on f.oid = s.srvfdw
    where ${isUsers("pg_foreign_server", "s.oid")}`,
  "s.oid",
);

/** Secrets stay on the server: only the names of the options that hold them are read. */
const userMappings = section(
  "userMappings",
  `select json_build_object('oid', u.umid, 'server', u.srvname, 'user', case when u.usename = current_user then 'CURRENT_USER' else u.usename end, 'options', ${openOptions("u.umoptions")},
       'secrets', ${secretNames("u.umoptions")})
     from pg_catalog.pg_user_mappings u where ${isUsers("pg_user_mapping", "u.umid")}`,
  "u.umid",
);

const textSearchParsers = section(
  "textSearchParsers",
  `select json_build_object('oid', p.oid, 'schema', ns.name, 'name', p.prsname, 'start', ${functionName("p.prsstart::oid")},
       'token', ${functionName("p.prstoken::oid")}, 'end', ${functionName("p.prsend::oid")},
       'headline', ${unless0("p.prsheadline::oid", functionName("p.prsheadline::oid"))}, 'lexTypes', ${functionName("p.prslextype::oid")})
     ${inSchema("pg_ts_parser", "p", "prsnamespace")}`,
  "p.oid",
);

const textSearchTemplates = section(
  "textSearchTemplates",
  `select json_build_object('oid', t.oid, 'schema', ns.name, 'name', t.tmplname,
       'init', ${unless0("t.tmplinit::oid", functionName("t.tmplinit::oid"))}, 'lexize', ${functionName("t.tmpllexize::oid")})
     ${inSchema("pg_ts_template", "t", "tmplnamespace")}`,
  "t.oid",
);

const textSearchDictionaries = section(
  "textSearchDictionaries",
  `select json_build_object('oid', d.oid, 'schema', ns.name, 'name', d.dictname, 'owner', ${roleName("d.dictowner")},
       'template', ${templateName("d.dicttemplate")}, 'options', d.dictinitoption)
     ${inSchema("pg_ts_dict", "d", "dictnamespace")}`,
  "d.oid",
);

const textSearchConfigurations = section(
  "textSearchConfigurations",
  `select json_build_object('oid', c.oid, 'schema', ns.name, 'name', c.cfgname, 'owner', ${roleName("c.cfgowner")}, 'parser', ${parserName("c.cfgparser")},
       'mappings', (select json_agg(json_build_object('token', (select t.alias from pg_catalog.ts_token_type(c.cfgparser) t where t.tokid = m.maptokentype),
                      'dictionary', ${named("dn.nspname", "d.dictname")}) order by m.mapseqno)
                    from pg_catalog.pg_ts_config_map m join pg_catalog.pg_ts_dict d on d.oid = m.mapdict
                    join pg_catalog.pg_namespace dn on dn.oid = d.dictnamespace where m.mapcfg = c.oid))
     ${inSchema("pg_ts_config", "c", "cfgnamespace")}`,
  "c.oid",
);

export const serviceSections = [
  operators,
  operatorFamilies,
  operatorClasses,
  casts,
  transforms,
  conversions,
  languages,
  accessMethods,
  eventTriggers,
  publications,
  foreignDataWrappers,
  servers,
  userMappings,
  textSearchParsers,
  textSearchTemplates,
  textSearchDictionaries,
  textSearchConfigurations,
];
