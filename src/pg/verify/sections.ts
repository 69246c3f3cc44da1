// What a database consists of, row by row of its system catalogs: a name that lasts, and a definition without object ids.

/** One catalog. All expressions are SQL; `x` is the row that changes when the definition does. */
export interface Section {
  /** In PostgreSQL's words. */
  readonly kind: string;
  /** FROM and joins, with `where`. Only what users made: nothing of the server's own, of TOAST or of temporary schemas. */
  readonly from: string;
  /** Tells rows apart as long as they live. */
  readonly id: string;
  readonly name: string;
  readonly definition: string;
  /** More rows whose change is a change of this one. */
  readonly also?: string;
  /** Its catalog and id, where extensions bring such things along: those are not looked at. */
  readonly member?: readonly [string, string];
}

const firstOwn = 16384;
const inUse = "n.nspname !~ '^pg_' and n.nspname <> 'information_schema'";
const noMember = (classid: string, oid: string): string =>
  `not exists (select from pg_depend d where d.classid = '${classid}'::regclass and d.objid = ${oid} and d.deptype = 'e')`;
const inSchema = (table: string, schema: string, oid = "x.oid"): string =>
  `${table} x join pg_namespace n on n.oid = x.${schema} where ${oid} >= ${firstOwn} and ${inUse}`;
const ofRelation = (table: string, relation: string, condition: string): string =>
  `${table} x join pg_class c on c.oid = x.${relation} join pg_namespace n on n.oid = c.relnamespace where c.oid >= ${firstOwn} and ${inUse} and ${condition}`;
const rolename = (oid: string): string => `(select rolname from pg_roles where oid = ${oid})`;
const path = "quote_ident(n.nspname) || '.' || quote_ident(c.relname)";
const json = (...parts: readonly string[]): string => `json_build_array(${parts.join(", ")})::text`;
/** Rights as text, in an order of their own. */
const rights = (acl: string): string => `(select array_agg(a::text order by a::text) from unnest(${acl}) a)`;
const simple = (kind: string, table: string, name: string, definition = "''"): Section => ({
  kind,
  from: `${table} x where x.oid >= ${firstOwn}`,
  id: "x.oid",
  name,
  definition,
  member: [table, "x.oid"],
});
const identity = (table: string): string => `(pg_identify_object('${table}'::regclass, x.oid, 0)).identity`;

export const sections: readonly Section[] = [
  {
    kind: "relation",
    from: inSchema("pg_class", "relnamespace").replace(
      " where ",
      " left join pg_sequence s on s.seqrelid = x.oid where x.relkind in ('r','p','v','m','S','f','c') and ",
    ),
    member: ["pg_class", "x.oid"],
    id: "x.oid",
    name: "quote_ident(n.nspname) || '.' || quote_ident(x.relname)",
    definition: json(
      "x.relkind, x.relpersistence, x.reloptions, x.relrowsecurity, x.relforcerowsecurity, x.relreplident, x.relispartition",
      `${rolename("x.relowner")}, ${rights("x.relacl")}`,
      "pg_get_partkeydef(x.oid), pg_get_expr(x.relpartbound, x.oid)",
      "format_type(s.seqtypid, null), s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcycle",
      "(select amname from pg_am where oid = x.relam)",
    ),
    also: "s",
  },
  {
    kind: "column",
    from: ofRelation(
      "pg_attribute",
      "attrelid",
      `x.attnum > 0 and not x.attisdropped and c.relkind in ('r','p','v','m','f','c')`,
    ),
    member: ["pg_class", "c.oid"],
    id: "x.attrelid || '.' || x.attnum",
    name: `${path} || '.' || quote_ident(x.attname)`,
    definition: json(
      "format_type(x.atttypid, x.atttypmod), x.attnotnull, x.attidentity, x.attgenerated, x.attstorage, x.attcompression",
      `x.attoptions, ${rights("x.attacl")}`,
      "(select collname from pg_collation where oid = x.attcollation and oid <> (select typcollation from pg_type where oid = x.atttypid))",
    ),
  },
  {
    kind: "default",
    from: ofRelation("pg_attrdef", "adrelid", "true").replace(
      " where ",
      " join pg_attribute t on t.attrelid = x.adrelid and t.attnum = x.adnum where ",
    ),
    member: ["pg_class", "c.oid"],
    id: "x.oid",
    name: `${path} || '.' || quote_ident(t.attname)`,
    definition: "pg_get_expr(x.adbin, x.adrelid)",
  },
  {
    kind: "constraint",
    from: ofRelation("pg_constraint", "conrelid", "x.contype <> 'n' and x.contype <> 't'"),
    member: ["pg_class", "c.oid"],
    id: "x.oid",
    name: `${path} || '.' || quote_ident(x.conname)`,
    definition: "pg_get_constraintdef(x.oid)",
  },
  {
    kind: "index",
    from: ofRelation("pg_index", "indexrelid", "true"),
    member: ["pg_class", "c.oid"],
    id: "x.indexrelid",
    name: path,
    definition: json("pg_get_indexdef(x.indexrelid), x.indisvalid, x.indisreplident, x.indisclustered, c.reloptions"),
    also: "c",
  },
  {
    kind: "view",
    from: ofRelation("pg_rewrite", "ev_class", "true"),
    member: ["pg_class", "c.oid"],
    id: "x.oid",
    name: `${path} || case when x.rulename = '_RETURN' then '' else '.' || quote_ident(x.rulename) end`,
    definition:
      "case when x.rulename = '_RETURN' then pg_get_viewdef(x.ev_class) else pg_get_ruledef(x.oid) || x.ev_enabled::text end",
  },
  {
    kind: "trigger",
    from: ofRelation("pg_trigger", "tgrelid", "not x.tgisinternal"),
    member: ["pg_class", "c.oid"],
    id: "x.oid",
    name: `${path} || '.' || quote_ident(x.tgname)`,
    definition: json("pg_get_triggerdef(x.oid), x.tgenabled"),
  },
  {
    kind: "policy",
    from: ofRelation("pg_policy", "polrelid", "true"),
    member: ["pg_class", "c.oid"],
    id: "x.oid",
    name: `${path} || '.' || quote_ident(x.polname)`,
    definition: json(
      "x.polcmd, x.polpermissive, pg_get_expr(x.polqual, x.polrelid), pg_get_expr(x.polwithcheck, x.polrelid)",
      "(select array_agg(case when r = 0 then 'public' else (select rolname::text from pg_roles where oid = r) end order by 1) from unnest(x.polroles) r)",
    ),
  },
  {
    kind: "inheritance",
    from: ofRelation("pg_inherits", "inhrelid", "c.relkind in ('r','p','f')"),
    member: ["pg_class", "c.oid"],
    id: "x.inhrelid || '.' || x.inhparent",
    name: path,
    definition: "x.inhparent::regclass::text",
  },
  {
    kind: "statistics",
    from: inSchema("pg_statistic_ext", "stxnamespace"),
    member: ["pg_statistic_ext", "x.oid"],
    id: "x.oid",
    name: "quote_ident(n.nspname) || '.' || quote_ident(x.stxname)",
    definition: "pg_get_statisticsobjdef(x.oid)",
  },
  {
    kind: "function",
    from: inSchema("pg_proc", "pronamespace"),
    member: ["pg_proc", "x.oid"],
    id: "x.oid",
    name: `quote_ident(n.nspname) || '.' || quote_ident(x.proname) || '(' || pg_get_function_identity_arguments(x.oid) || ')'`,
    definition: json(
      "x.prokind, case when x.prokind in ('f','p','w') then pg_get_functiondef(x.oid) else pg_get_function_result(x.oid) end",
      `${rolename("x.proowner")}, ${rights("x.proacl")}`,
    ),
  },
  {
    kind: "type",
    from: inSchema("pg_type", "typnamespace").replace(
      " where ",
      " where x.typtype in ('e','d','r','b') and x.typelem = 0 and ",
    ),
    member: ["pg_type", "x.oid"],
    id: "x.oid",
    name: "quote_ident(n.nspname) || '.' || quote_ident(x.typname)",
    definition: json(
      `x.typtype, format_type(x.typbasetype, x.typtypmod), x.typnotnull, x.typdefault, ${rolename("x.typowner")}, ${rights("x.typacl")}`,
      "(select array_agg(e.enumlabel order by e.enumsortorder) from pg_enum e where e.enumtypid = x.oid)",
      "(select format_type(rngsubtype, null) from pg_range where rngtypid = x.oid)",
    ),
    also: "enum",
  },
  {
    kind: "domain constraint",
    from: `pg_constraint x join pg_type t on t.oid = x.contypid join pg_namespace n on n.oid = t.typnamespace where x.contype = 'c' and ${inUse}`,
    id: "x.oid",
    name: "quote_ident(n.nspname) || '.' || quote_ident(t.typname) || '.' || quote_ident(x.conname)",
    definition: "pg_get_constraintdef(x.oid)",
  },
  {
    kind: "schema",
    from: `pg_namespace x where (x.oid >= ${firstOwn} or x.nspname = 'public') and x.nspname !~ '^pg_'`,
    member: ["pg_namespace", "x.oid"],
    id: "x.oid",
    name: "quote_ident(x.nspname)",
    definition: json(rolename("x.nspowner"), rights("x.nspacl")),
  },
  {
    kind: "comment",
    from: `pg_description x where x.objoid >= ${firstOwn} and x.classoid <> 'pg_extension'::regclass`,
    id: "x.classoid || '.' || x.objoid || '.' || x.objsubid",
    name: "coalesce((pg_identify_object(x.classoid, x.objoid, x.objsubid)).type || ' ' || (pg_identify_object(x.classoid, x.objoid, x.objsubid)).identity, '')",
    definition: "x.description",
  },
  simple("extension", "pg_extension", "quote_ident(x.extname)"),
  simple("language", "pg_language", "quote_ident(x.lanname)"),
  simple("cast", "pg_cast", identity("pg_cast"), "x.castcontext::text"),
  simple("operator", "pg_operator", identity("pg_operator")),
  simple("operator class", "pg_opclass", identity("pg_opclass")),
  simple("operator family", "pg_opfamily", identity("pg_opfamily")),
  simple("collation", "pg_collation", identity("pg_collation"), json("x.collprovider, x.collcollate, x.collctype")),
  simple("conversion", "pg_conversion", identity("pg_conversion")),
  simple("text search configuration", "pg_ts_config", identity("pg_ts_config")),
  simple("text search dictionary", "pg_ts_dict", identity("pg_ts_dict"), "x.dictinitoption"),
  simple("foreign-data wrapper", "pg_foreign_data_wrapper", "quote_ident(x.fdwname)", "x.fdwoptions::text"),
  simple("server", "pg_foreign_server", "quote_ident(x.srvname)", "x.srvoptions::text"),
  simple(
    "event trigger",
    "pg_event_trigger",
    "quote_ident(x.evtname)",
    json("x.evtevent, x.evtenabled, x.evttags, x.evtfoid::regproc"),
  ),
  simple(
    "publication",
    "pg_publication",
    "quote_ident(x.pubname)",
    json("x.puballtables, x.pubinsert, x.pubupdate, x.pubdelete, x.pubtruncate, x.pubviaroot"),
  ),
  simple("published table", "pg_publication_rel", identity("pg_publication_rel"), "pg_get_expr(x.prqual, x.prrelid)"),
  simple("default privileges", "pg_default_acl", identity("pg_default_acl"), `${rights("x.defaclacl")}::text`),
];

/** Written by a transaction from `$1` on: younger is less of an age, and what is frozen is older than all. */
const young = (row: string): string => `age(${row}.xmin) <= (select age($1))`;

const changed = ({ also }: Section): string =>
  [young("x")]
    .concat(also === "s" || also === "c" ? [young(also)] : [])
    .concat(also === "enum" ? [`exists (select from pg_enum e where e.enumtypid = x.oid and ${young("e")})`] : [])
    .join(" or ");

const memberText = ({ member }: Section): string =>
  member === undefined ? "" : ` and ${noMember(member[0], member[1])}`;

/** Where a catalog says whose row it is; its own oid where it does not stand here. */
const owners: Readonly<Record<string, string>> = {
  pg_attribute: "attrelid",
  pg_attrdef: "adrelid",
  pg_index: "indexrelid",
  pg_rewrite: "ev_class",
  pg_policy: "polrelid",
  pg_inherits: "inhrelid",
  pg_description: "objoid",
  pg_sequence: "seqrelid",
  pg_enum: "enumtypid",
};

const alsoCatalogs: Readonly<Record<string, string>> = { s: "pg_sequence", c: "pg_class", enum: "pg_enum" };

/** The catalogs whose rows make a section's: while nothing is written in them, the section stays as it is. */
export const catalogsOf = ({ from, also }: Section): readonly string[] => [
  /^\w+/.exec(from)?.[0] ?? "",
  ...(also === undefined ? [] : [alsoCatalogs[also] ?? ""]),
];

const catalogs: readonly string[] = [...new Set(sections.flatMap(catalogsOf))];

/** Prepared once. One row for each catalog: its name, how many rows are users' own, and how many a transaction from `$1` on has written. */
export const prepareSigns = `prepare senior_signs (xid) as ${catalogs
  .map((name) => {
    const own = name === "pg_namespace" ? "" : ` where x.${owners[name] ?? "oid"} >= ${firstOwn}`;
    return `select json_build_array('${name}', count(*), count(*) filter (where ${young("x")}))::text from ${name} x${own}`;
  })
  .join("\nunion all\n")}`;

export const signsSql = (base: string): string => `execute senior_signs ('${base}')`;

/**
 * Prepared when it is asked first, since planning costs more than running. How many rows a section has, how many of them a transaction
 * from `$1` on has written, and id, name and definition of these, but for what belongs to extensions.
 */
export const prepareSection = (at: number): string => {
  const section = sections[at];
  if (section === undefined) return "";
  const isNew = changed(section);
  const row = `json_build_array((${section.id})::text, ${section.name}, ${section.definition})`;
  return `prepare senior_look_${at} (xid) as select json_build_array(count(*), count(*) filter (where ${isNew}), json_agg(${row}) filter (where (${isNew})${memberText(section)}))::text from ${section.from}`;
};

export const lookSql = (at: number, base: string): string => `execute senior_look_${at} ('${base}')`;

/** The ids of all rows of sections: asked where some are gone. */
export const idsSql = (ats: readonly number[]): string =>
  ats
    .flatMap((at) => {
      const section = sections[at];
      return section === undefined
        ? []
        : [`select json_build_array(${at}, json_agg((${section.id})::text))::text from ${section.from}`];
    })
    .join(" union all ");

/** Id, name and definition of these rows of a section. */
export const rowsSql = (at: number, ids: readonly string[]): string => {
  const section = sections[at];
  if (section === undefined) return "";
  const list = ids.map((id) => `'${id}'`).join(", ");
  return `select json_build_array((${section.id})::text, ${section.name}, ${section.definition})::text from ${section.from} and (${section.id})::text in (${list})`;
};

/** The next transaction's number, and what of ours is prepared still: a migration may have taken it back. */
export const horizonSql = `select json_build_array(pg_snapshot_xmax(pg_current_snapshot())::xid::text,
  (select json_agg(name) from pg_prepared_statements where name like 'senior\\_%'))::text`;
