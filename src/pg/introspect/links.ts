// The queries for extensions, default privileges, comments and dependencies.
import { isUsers, roleName, section } from "./sql.ts";

const extensions = section(
  "extensions",
  `select json_build_object('oid', e.oid, 'name', e.extname, 'schema', n.nspname, 'version', e.extversion)
     from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
    where e.oid >= 16384`,
);

const defaultPrivileges = section(
  "defaultPrivileges",
  `select json_build_object('oid', a.oid, 'role', ${roleName("a.defaclrole")}, 'schema', ns.name, 'objects', a.defaclobjtype, 'acl', a.defaclacl::text[])
     from pg_catalog.pg_default_acl a left join ns on ns.oid = a.defaclnamespace
    where (a.defaclnamespace = 0 or ns.oid is not null) and ${isUsers("pg_default_acl", "a.oid")}`,
);

/** Of the user's objects, and of the schema public. */
const comments = section(
  "comments",
  `select json_build_object('class', d.classoid, 'oid', d.objoid, 'part', d.objsubid, 'text', d.description)
     from pg_catalog.pg_description d
    where (d.objoid >= 16384 or (d.classoid = 'pg_catalog.pg_namespace'::regclass and d.objoid = 2200))
      and not exists (select from member where classid = d.classoid and objid = d.objoid)`,
);

/** Who needs whom, as numbers: class, object, part of both; `i`: internal to it, `a`: goes with it, `n`: needs it. */
const dependencies = section(
  "dependencies",
  `select json_build_array(d.classid, d.objid, d.objsubid, d.refclassid, d.refobjid, d.refobjsubid, d.deptype)
     from pg_catalog.pg_depend d
    where d.objid >= 16384 and d.deptype in ('n', 'a', 'i', 'P', 'S')
      and not exists (select from member where classid = d.classid and objid = d.objid)`,
);

export const linkSections = [extensions, defaultPrivileges, comments, dependencies];
