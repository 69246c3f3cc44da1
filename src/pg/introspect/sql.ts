// Pieces of SQL that the catalog queries share. Names are written out in full: the search_path is empty.

/** A condition on the number of an object: true for all of them, or for some. */
export type Only = (oid: string) => string;

/** One list of the catalog as SQL: rows of one column of JSON, from the tables of `scope`. */
export interface Section {
  readonly name: string;
  /** For a server of this version (`server_version_num`), and for the objects that are meant. */
  readonly sql: (version: number, only: Only) => string;
}

/** `key` is the number of the object that a row is about; what is said of it is added to the conditions that `sql` ends with. */
export const section = (
  name: string,
  sql: string | ((version: number, only: Only) => string),
  key?: string,
): Section => ({
  name,
  sql: (version, only) => {
    const text = typeof sql === "string" ? sql : sql(version, only);
    return key === undefined ? text : `${text} and ${only(key)}`;
  },
});

const all: Only = () => "true";

/**
 * The user's schemas and relations. What the server made itself has a number below 16384 (FirstNormalObjectId), the schema `public`
 * excepted; what an extension made is its member.
 */
export const scope = `
  member as materialized (select classid, objid from pg_catalog.pg_depend where deptype = 'e'),
  ns as materialized (
    select n.oid, n.nspname as name, n.nspowner, n.nspacl
      from pg_catalog.pg_namespace n
     where n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'),
  rel as materialized (
    select c.*, ns.name as schema
      from pg_catalog.pg_class c join ns on ns.oid = c.relnamespace
     where c.relkind in ('r', 'p', 'f', 'v', 'm', 'S') and c.relpersistence <> 't'
       and not exists (select from member where classid = 'pg_catalog.pg_class'::regclass and objid = c.oid))`;

export const notMember = (catalog: string, oid: string): string =>
  `not exists (select from member where classid = 'pg_catalog.${catalog}'::regclass and objid = ${oid})`;

/** Objects without schema that are the user's. */
export const isUsers = (catalog: string, oid: string): string => `${oid} >= 16384 and ${notMember(catalog, oid)}`;

export const named = (schema: string, name: string): string =>
  `json_build_object('schema', ${schema}, 'name', ${name})`;

const nameIn =
  (catalog: string, name: string, namespace: string) =>
  (oid: string): string =>
    `(select ${named("xn.nspname", `x.${name}`)} from pg_catalog.${catalog} x join pg_catalog.pg_namespace xn on xn.oid = x.${namespace} where x.oid = ${oid})`;

// Each gives the name of the object with this number, or null.
export const relationName = nameIn("pg_class", "relname", "relnamespace");
export const functionName = nameIn("pg_proc", "proname", "pronamespace");
export const collationName = nameIn("pg_collation", "collname", "collnamespace");
export const opclassName = nameIn("pg_opclass", "opcname", "opcnamespace");
export const opfamilyName = nameIn("pg_opfamily", "opfname", "opfnamespace");
export const operatorName = nameIn("pg_operator", "oprname", "oprnamespace");
export const typeName = nameIn("pg_type", "typname", "typnamespace");
export const parserName = nameIn("pg_ts_parser", "prsname", "prsnamespace");
export const templateName = nameIn("pg_ts_template", "tmplname", "tmplnamespace");

export const roleName = (oid: string): string => `pg_catalog.pg_get_userbyid(${oid})`;

/** Column numbers (an int2[] or int2vector) of a relation as names, in their order. Expressions, number 0, are left out. */
export const columnNames = (relation: string, numbers: string): string =>
  `(select coalesce(json_agg(ka.attname order by o.n), '[]') from unnest(${numbers}::int2[]) with ordinality o(attnum, n)
     join pg_catalog.pg_attribute ka on ka.attrelid = ${relation} and ka.attnum = o.attnum)`;

/** A type as rows of the section `types` know it: number and modifier. */
export const typeReference = (oid: string, modifier: string): string => `${oid} || ' ' || ${modifier}`;

/** Sections in one query, a row each: its name, then JSON texts, each after a record separator (which JSON never holds as such). */
export const queryOf = (sections: readonly Section[], version: number, only: Only = all): string =>
  `with ${scope}\n${sections
    .map(
      ({ name, sql }) =>
        `select '${name}' || coalesce((select string_agg(E'\\x1e' || x.json::text, '') from (${sql(version, only)}) x(json)), '')`,
    )
    .join("\nunion all\n")}`;
