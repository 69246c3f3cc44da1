// The queries for extensions, default privileges, comments and dependencies.
import { isUsers, roleName, section } from "./sql.ts";

const extensions = section(
  "extensions",
  `select json_build_object('oid', e.oid, 'name', e.extname, 'schema', n.nspname, 'version', e.extversion, 'fixed', not e.extrelocatable)
     from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
    where e.oid >= 16384`,
  "e.oid",
);

const defaultPrivileges = section(
  "defaultPrivileges",
  `select json_build_object('oid', a.oid, 'role', ${roleName("a.defaclrole")}, 'schema', ns.name, 'objects', case a.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions' when 'T' then 'types'
                                                when 'n' then 'schemas' else 'large objects' end, 'acl', a.defaclacl::text[])
     from pg_catalog.pg_default_acl a left join ns on ns.oid = a.defaclnamespace
    where (a.defaclnamespace = 0 or ns.oid is not null) and ${isUsers("pg_default_acl", "a.oid")}`,
  "a.oid",
);

/** Of the user's objects, and of the schema public. */
const comments = section(
  "comments",
  `select json_build_object('class', d.classoid, 'oid', d.objoid, 'part', d.objsubid, 'text', d.description)
     from pg_catalog.pg_description d
    where (d.objoid >= 16384 or (d.classoid = 'pg_catalog.pg_namespace'::regclass and d.objoid = 2200))
      and not exists (select from member where classid = d.classoid and objid = d.objoid)`,
  "d.objoid",
);

const members = section(
  "members",
  `select json_build_array(d.classid, d.objid, e.extname)
     from pg_catalog.pg_depend d join pg_catalog.pg_extension e on e.oid = d.refobjid
    where d.deptype = 'e' and d.refclassid = 'pg_catalog.pg_extension'::regclass and e.oid >= 16384`,
);

/** What no list of the catalog holds; the names alone, since values may be secret. */
const leftovers = section(
  "leftovers",
  `select json_build_object('kind', 'subscription', 'identity', s.subname)
     from pg_catalog.pg_subscription s join pg_catalog.pg_database b on b.oid = s.subdbid where b.datname = current_database()
   union all
   select json_build_object('kind', 'security label', 'identity', l.provider || ' on ' || (pg_catalog.pg_identify_object(l.classoid, l.objoid, l.objsubid)).identity)
     from pg_catalog.pg_seclabel l where l.objoid >= 16384
   union all
   select json_build_object('kind', 'database setting', 'identity', split_part(c.entry, '=', 1)
            || case when s.setrole = 0 then '' else ' for ' || pg_catalog.quote_ident(${roleName("s.setrole")}) end)
     from pg_catalog.pg_db_role_setting s join pg_catalog.pg_database b on b.oid = s.setdatabase, unnest(s.setconfig) c(entry)
    where b.datname = current_database()`,
);

/** The server's own words for objects, given as class and number. Those of the system and of sessions have no place in a catalog. */
export const identify = (objects: readonly string[]): string => `
  select json_build_object('kind', i.type, 'identity', i.identity)::text
    from (values ${objects.map((object) => `(${object.split(" ").slice(0, 2).join("::oid, ")}::oid)`).join(", ")}) v(class, object),
         lateral pg_catalog.pg_identify_object(v.class, v.object, 0) i
   where i.identity is not null and coalesce(i.schema, '') !~ '^(pg_|information_schema$)' and i.identity !~ '^(pg_toast|pg_temp_)'`;

const numbered = (prefix: string): string =>
  `d.${prefix === "" ? "classid" : "refclassid"} || ' ' || d.${prefix}objid || case when d.${prefix}objsubid = 0 then '' else ' ' || d.${prefix}objsubid end`;

/**
 * Who needs whom, as one text each: class, number and part of both, and how: `i`: internal to it, `a`: goes with it, `n`: needs it. By
 * far the most rows of all, and an object of JSON for each would take the longest.
 */
const dependencies = section(
  "dependencies",
  `select to_json(${numbered("")} || '>' || ${numbered("ref")} || '>' || d.deptype::text)
     from pg_catalog.pg_depend d
    where d.objid >= 16384 and d.deptype in ('n', 'a', 'i', 'P', 'S')
      and not exists (select from member where classid = d.classid and objid = d.objid)`,
  "d.objid",
);

export const linkSections = [extensions, defaultPrivileges, comments, dependencies];
/** Of all objects together: read whole or not at all. */
export const sharedSections = [members, leftovers];
