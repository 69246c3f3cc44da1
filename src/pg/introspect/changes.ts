// The queries that tell, inside one transaction, which objects may be another since a reading: those that changed, and what is printed
// with their names.
//
// A version of a row of the server's catalogs is told by its place and by the (sub)transaction that wrote it: neither comes twice, and what
// it holds does not change (but for estimates of sizes, which no reading looks at). Prints are sums over all versions that are seen, in
// small groups of objects with numbers that follow each other. That is what one table with all that hangs on it gets, more or less.
import type { Only } from "./sql.ts";

/** Objects with the same number but for its last bits are told apart no further. */
const groupBits = 4;

const groupOf = (object: number): number => Math.floor(object / 2 ** groupBits);

/** Sections are read again in parts: of relations and what hangs on them, of types, of routines, of the rest. */
export type Part = "relations" | "types" | "routines" | "rest";

/** What a row of a catalog, called t, is about: the number of an object that is read. */
interface Watched {
  readonly part: Part;
  readonly catalog: string;
  readonly object: string;
  readonly join?: string;
}

const own = (part: Part, ...catalogs: readonly string[]): readonly Watched[] =>
  catalogs.map((catalog) => ({ part, catalog, object: "t.oid" }));

const owned = (part: Part, ...columns: readonly (readonly [catalog: string, column: string])[]): readonly Watched[] =>
  columns.map(([catalog, column]) => ({ part, catalog, object: `t.${column}` }));

const families = (catalog: string, family: string): readonly Watched[] => [
  ...owned("rest", [catalog, family]),
  { part: "rest", catalog, object: "c.oid", join: `join pg_catalog.pg_opclass c on c.opcfamily = t.${family}` },
];

/** Rows of these are about one object each, or about a part of one. */
const watched: readonly Watched[] = [
  ...own("relations", "pg_namespace", "pg_class", "pg_constraint", "pg_trigger", "pg_rewrite", "pg_policy"),
  ...own("relations", "pg_statistic_ext", "pg_default_acl"),
  ...owned("relations", ["pg_attribute", "attrelid"], ["pg_attrdef", "adrelid"], ["pg_index", "indexrelid"]),
  ...owned("relations", ["pg_rewrite", "ev_class"], ["pg_constraint", "conrelid"], ["pg_sequence", "seqrelid"]),
  ...owned("relations", ["pg_inherits", "inhrelid"], ["pg_partitioned_table", "partrelid"]),
  ...owned("relations", ["pg_foreign_table", "ftrelid"], ["pg_description", "objoid"], ["pg_depend", "objid"]),
  {
    part: "relations",
    catalog: "pg_class",
    object: "o.oid",
    join: "join pg_catalog.pg_class o on o.reltoastrelid = t.oid and t.relkind = 't' and o.reltoastrelid <> 0",
  },
  {
    part: "relations",
    catalog: "pg_description",
    object: "k.conrelid",
    join: "join pg_catalog.pg_constraint k on k.oid = t.objoid and k.contype = 'n' and k.conrelid <> 0",
  },
  ...own("types", "pg_type", "pg_collation"),
  ...owned("types", ["pg_enum", "enumtypid"], ["pg_range", "rngtypid"]),
  ...own("routines", "pg_proc"),
  ...owned("routines", ["pg_aggregate", "aggfnoid::oid"]),
  {
    part: "types",
    catalog: "pg_type",
    object: "r.rngtypid",
    join: "join pg_catalog.pg_range r on r.rngmultitypid = t.oid",
  },
  {
    part: "types",
    catalog: "pg_constraint",
    object: "t.oid",
    join: "join pg_catalog.pg_type d on d.oid = t.contypid and t.contypid <> 0",
  },
  ...own("rest", "pg_operator", "pg_opfamily", "pg_opclass", "pg_transform", "pg_conversion", "pg_language", "pg_am"),
  ...own("rest", "pg_event_trigger", "pg_publication", "pg_foreign_data_wrapper", "pg_foreign_server"),
  ...own("rest", "pg_user_mapping", "pg_ts_parser", "pg_ts_template", "pg_ts_dict", "pg_ts_config"),
  ...owned("rest", ["pg_publication_rel", "prpubid"], ["pg_ts_config_map", "mapcfg"]),
  ...families("pg_amop", "amopfamily"),
  ...families("pg_amproc", "amprocfamily"),
];

/** Rows of these may change what is printed of anything: nothing says what depends on them, or how often names are looked up with them. */
const shared: readonly (readonly [catalog: string, condition?: string])[] = [
  ["pg_authid"],
  ["pg_tablespace"],
  ["pg_database"],
  ["pg_db_role_setting"],
  ["pg_subscription"],
  ["pg_seclabel"],
  ["pg_extension"],
  ["pg_cast"],
  ["pg_depend", "t.deptype = 'e'"],
];

// Two catalogs may have a version at the same place by the same transaction: the seed tells them apart.
const print = (seed: number): string =>
  `pg_catalog.hashtidextended(t.ctid, pg_catalog.age(t.xmin)::bigint + ${seed} * 4294967296)`;

/** Objects of the user have numbers from 16384 on, but for the schema public. */
const isUsers = (object: string): string => `(${object} >= 16384 or ${object} = 2200)`;

export const concernsAll = "all";

const groupIn = (object: string): string => `(${object}::bigint >> ${groupBits})`;

const watchedOf = (version: number): readonly Watched[] => [
  ...watched,
  ...(version < 150000 ? [] : owned("rest", ["pg_publication_namespace", "pnpubid"])),
];

/** `group print` of all groups in these rows. */
const groupsIn = (tuples: readonly string[]): string => `
  (select string_agg(E'\\x1e' || g.id || ' ' || g.print, '') from (
     select v.id, bit_xor(v.print) as print from (${tuples.join("\n       union all ")}) v(id, print) group by v.id) g)`;

/** A row for each part: its name, then `group print` of every group of objects, each after a record separator. */
export const printsQuery = (version: number): string => {
  const parts = Map.groupBy([...watchedOf(version).entries()], ([, { part }]) => part);
  const common = shared.map(
    ([catalog, condition = "true"], at) =>
      `select -1::bigint, ${print(100 + at)} from pg_catalog.${catalog} t where ${condition}`,
  );
  const rows = [...parts].map(([part, list]) => {
    const tuples = list.map(
      ([at, { catalog, object, join = "" }]) =>
        `select ${groupIn(object)}, ${print(at)} from pg_catalog.${catalog} t ${join} where ${isUsers(object)}`,
    );
    return `select '${part}' || coalesce(${groupsIn(tuples)}, '')`;
  });
  return [...rows, `select '${concernsAll}' || ${groupsIn(common)}`].join("\nunion all\n");
};

/** All numbers of groups: for single numbers the server has indexes to go by. */
export const numbersOf = (groups: Iterable<number>): readonly number[] =>
  [...groups].flatMap((group) => Array.from({ length: 2 ** groupBits }, (_, at) => group * 2 ** groupBits + at));

/** Parts that are read with the object that they belong to: catalog, and its column for that. */
const partsOfOthers: readonly (readonly [catalog: string, owner: string])[] = [
  ["pg_rewrite", "ev_class"],
  ["pg_attrdef", "adrelid"],
  ["pg_publication_rel", "prpubid"],
  ["pg_amop", "amopfamily"],
  ["pg_amproc", "amprocfamily"],
];

/** In which catalogs the objects of a part are; those of the other parts are in none of these. */
const catalogsOf: { readonly [P in Part]?: readonly string[] } = {
  types: ["pg_type", "pg_collation"],
  routines: ["pg_proc"],
};

const isOfPart = (part: Part): string => {
  const own = catalogsOf[part];
  const list = (own ?? Object.values(catalogsOf).flat()).map(
    (catalog) => `'pg_catalog.${catalog}'::pg_catalog.regclass`,
  );
  return `d.refclassid ${own === undefined ? "not in" : "in"} (${list.join(", ")})`;
};

export const parts = ["relations", "types", "routines", "rest"] as const satisfies readonly Part[];

/**
 * The numbers of everything that needs one of the objects `$1` of the first part, `$2` of the second and so on, directly or not, and of what
 * that is a part of. What everything needs may be in a group with an object of another part that changed: it is left alone.
 */
export const dependantsQuery = `
  with recursive hit(object) as (
    (${parts
      .map(
        (part, at) =>
          `select d.objid from pg_catalog.pg_depend d where d.refobjid = any ($${at + 1}) and ${isOfPart(part)}`,
      )
      .join("\n     union all ")})
    union
      select d.objid from hit h join pg_catalog.pg_depend d on d.refobjid = h.object)
  select h.object::text from hit h
  union
  ${partsOfOthers
    .map(
      ([catalog, owner]) => `select t.${owner}::oid::text from hit h join pg_catalog.${catalog} t on t.oid = h.object`,
    )
    .join("\n  union\n  ")}
  union
  select c.oid::text from hit h join pg_catalog.pg_amop t on t.oid = h.object join pg_catalog.pg_opclass c on c.opcfamily = t.amopfamily
  union
  select c.oid::text from hit h join pg_catalog.pg_amproc t on t.oid = h.object join pg_catalog.pg_opclass c on c.opcfamily = t.amprocfamily`;

/** Objects that may be another than they were: whole groups, and single ones. */
export interface Touched {
  readonly groups: ReadonlySet<number>;
  readonly objects: ReadonlySet<number>;
}

export const isTouched = ({ groups, objects }: Touched, object: number): boolean =>
  objects.has(object) || groups.has(groupOf(object));

/** The objects `$1`. */
export const onlyGiven: Only = (oid) => `${oid} = any ($1)`;
