// The queries for types and collations.
import {
  collationName,
  functionName,
  notMember,
  opclassName,
  roleName,
  section,
  typeName,
  typeReference,
} from "./sql.ts";

const userTypes = (kinds: string): string => `
     from pg_catalog.pg_type t join ns on ns.oid = t.typnamespace
    where ${kinds} and ${notMember("pg_type", "t.oid")}`;

const common = `'oid', t.oid, 'schema', ns.name, 'name', t.typname, 'owner', ${roleName("t.typowner")}, 'acl', t.typacl::text[]`;

const enums = section(
  "enums",
  `select json_build_object(${common},
       'values', (select json_agg(e.enumlabel order by e.enumsortorder) from pg_catalog.pg_enum e where e.enumtypid = t.oid))
     ${userTypes("t.typtype = 'e'")}`,
  "t.oid",
);

const domains = section(
  "domains",
  `select json_build_object(${common}, 'base', ${typeReference("t.typbasetype", "t.typtypmod")}, 'notNull', t.typnotnull,
       'default', pg_catalog.pg_get_expr(t.typdefaultbin, 0),
       'collation', (select ${collationName("t.typcollation")} from pg_catalog.pg_type b where b.oid = t.typbasetype and b.typcollation <> t.typcollation))
     ${userTypes("t.typtype = 'd'")}`,
  "t.oid",
);

const domainConstraints = section(
  "domainConstraints",
  `select json_build_object('oid', k.oid, 'type', k.contypid, 'name', k.conname, 'validated', k.convalidated,
       'expression', pg_catalog.pg_get_expr(k.conbin, 0), 'definition', pg_catalog.pg_get_constraintdef(k.oid))
     from pg_catalog.pg_constraint k join pg_catalog.pg_type t on t.oid = k.contypid join ns on ns.oid = t.typnamespace
    where k.contype = 'c' and ${notMember("pg_type", "t.oid")}`,
  "k.oid",
);

const composites = section(
  "composites",
  `select json_build_object(${common}, 'relation', t.typrelid)
     from pg_catalog.pg_type t join ns on ns.oid = t.typnamespace join pg_catalog.pg_class c on c.oid = t.typrelid and c.relkind = 'c'
    where t.typtype = 'c' and ${notMember("pg_type", "t.oid")}`,
  "t.oid",
);

const ranges = section(
  "ranges",
  `select json_build_object(${common}, 'subtype', ${typeReference("r.rngsubtype", "-1")}, 'opclass', ${opclassName("r.rngsubopc")},
       'collation', (select ${collationName("r.rngcollation")} from pg_catalog.pg_type b where b.oid = r.rngsubtype and b.typcollation <> r.rngcollation),
       'canonical', case when r.rngcanonical <> 0 then ${functionName("r.rngcanonical")} end,
       'subtypeDiff', case when r.rngsubdiff <> 0 then ${functionName("r.rngsubdiff")} end,
       'multirange', ${typeName("r.rngmultitypid")})
     from pg_catalog.pg_range r join pg_catalog.pg_type t on t.oid = r.rngtypid join ns on ns.oid = t.typnamespace
    where ${notMember("pg_type", "t.oid")}`,
  "t.oid",
);

/** Array types are made with their elements' type and are no objects of their own. */
const baseTypes = section(
  "baseTypes",
  `select json_build_object(${common}, 'shell', not t.typisdefined,
       'functions', json_build_object('input', ${functionName("t.typinput")}, 'output', ${functionName("t.typoutput")},
          'receive', ${functionName("t.typreceive")}, 'send', ${functionName("t.typsend")}, 'typmod_in', ${functionName("t.typmodin")},
          'typmod_out', ${functionName("t.typmodout")}, 'analyze', ${functionName("t.typanalyze")}, 'subscript', ${functionName("t.typsubscript")}),
       'length', t.typlen, 'byValue', t.typbyval, 'alignment', t.typalign, 'storage', t.typstorage, 'category', t.typcategory,
       'preferred', t.typispreferred, 'default', t.typdefault,
       'element', case when t.typelem <> 0 then ${typeReference("t.typelem", "-1")} end, 'delimiter', t.typdelim, 'collatable', t.typcollation <> 0)
     ${userTypes("(t.typtype = 'b' or not t.typisdefined)")}
      and not exists (select from pg_catalog.pg_type e where e.typarray = t.oid)`,
  "t.oid",
);

/** Types that the other sections refer to, by number and modifier. A domain's base is what it stands on in the end. */
export const typeReferences = section(
  "types",
  (
    _,
    only,
  ) => `select json_build_object('id', ${typeReference("u.id", "u.modifier")}, 'text', pg_catalog.format_type(u.id, u.modifier),
       'schema', n.nspname, 'name', e.typname, 'kind', e.typtype, 'array', e.oid <> t.oid,
       'base', case when e.typtype = 'd' then
          (with recursive standing as (
             select e.typbasetype as id, e.typtypmod as modifier union all
             select b.typbasetype, b.typtypmod from standing s join pg_catalog.pg_type b on b.oid = s.id and b.typtype = 'd')
           select pg_catalog.format_type(s.id, s.modifier) from standing s join pg_catalog.pg_type b on b.oid = s.id and b.typtype <> 'd') end)
     from (select a.atttypid, a.atttypmod from pg_catalog.pg_attribute a join pg_catalog.pg_class c on c.oid = a.attrelid
             join ns on ns.oid = c.relnamespace
            where c.relkind in ('r', 'p', 'f', 'v', 'm', 'c') and a.attnum > 0 and not a.attisdropped and ${only("a.attrelid")}
           union select t.typbasetype, t.typtypmod from pg_catalog.pg_type t join ns on ns.oid = t.typnamespace where t.typtype = 'd' and ${only("t.oid")}
           union select r.rngsubtype, -1 from pg_catalog.pg_range r join pg_catalog.pg_type t on t.oid = r.rngtypid join ns on ns.oid = t.typnamespace
                   where ${only("t.oid")}
           union select t.typelem, -1 from pg_catalog.pg_type t join ns on ns.oid = t.typnamespace where t.typtype = 'b' and t.typelem <> 0 and ${only("t.oid")}) u(id, modifier)
     join pg_catalog.pg_type t on t.oid = u.id
     join pg_catalog.pg_type e on e.oid = case when t.typelem <> 0 and t.typlen = -1 and t.typcategory = 'A' then t.typelem else t.oid end
     join pg_catalog.pg_namespace n on n.oid = e.typnamespace`,
);

const locale = (version: number): string =>
  version >= 170000
    ? "c.colllocale"
    : version >= 150000
      ? "c.colliculocale"
      : "case when c.collprovider = 'i' then c.collcollate end";

const collations = section(
  "collations",
  (
    version,
  ) => `select json_build_object('oid', c.oid, 'schema', ns.name, 'name', c.collname, 'owner', ${roleName("c.collowner")},
       'provider', c.collprovider, 'deterministic', c.collisdeterministic, 'locale', ${locale(version)},
       'collate', case when c.collprovider = 'c' then c.collcollate end, 'ctype', case when c.collprovider = 'c' then c.collctype end,
       'rules', ${version >= 160000 ? "c.collicurules" : "null"})
     from pg_catalog.pg_collation c join ns on ns.oid = c.collnamespace
    where ${notMember("pg_collation", "c.oid")}`,
  "c.oid",
);

export const typeSections = [enums, domains, domainConstraints, composites, ranges, baseTypes, collations];
