// The queries for tables, indexes and sequences: sizes, counters, and what a row takes.
import type { Section } from "../introspect/sql.ts";
import { named, section } from "../introspect/sql.ts";
import { quotePath } from "../quote.ts";

/** Smaller relations are not worth an estimate of their bloat: 8 MiB in pages. */
const worthwhilePages = 1024;

/** The counters' own functions, by number: the views over them add up every index of every table. */
const stat = (name: string, oid = "s.oid"): string => `pg_catalog.pg_stat_get_${name}(${oid})`;

/** Sizes wait for no lock: a relation that goes away meanwhile has none. */
const relations = section(
  "relations",
  `select json_build_object(
       'schema', s.schema, 'name', s.relname, 'kind', s.relkind, 'pages', s.relpages, 'visible', s.relallvisible,
       'rows', case when s.reltuples >= 0 and (s.reltuples > 0 or s.relpages > 0) then s.reltuples end,
       'heap', coalesce(pg_catalog.pg_relation_size(s.oid), 0),
       'toast', case when s.reltoastrelid <> 0 then pg_catalog.pg_total_relation_size(s.reltoastrelid) end,
       'inserted', ${stat("tuples_inserted")}, 'updated', ${stat("tuples_updated")}, 'hotUpdated', ${stat("tuples_hot_updated")}, 'deleted', ${stat("tuples_deleted")},
       'scans', ${stat("numscans")}, 'scanned', ${stat("tuples_returned")}, 'live', ${stat("live_tuples")}, 'dead', ${stat("dead_tuples")},
       'changed', ${stat("mod_since_analyze")}, 'insertedSince', ${stat("ins_since_vacuum")},
       'vacuum', greatest(${stat("last_vacuum_time")}, ${stat("last_autovacuum_time")}), 'analyze', greatest(${stat("last_analyze_time")}, ${stat("last_autoanalyze_time")}),
       'vacuums', ${stat("vacuum_count")} + ${stat("autovacuum_count")}, 'analyzes', ${stat("analyze_count")} + ${stat("autoanalyze_count")},
       'age', greatest(case when s.relfrozenxid <> '0' then pg_catalog.age(s.relfrozenxid) end, pg_catalog.age(t.relfrozenxid)),
       'multixactAge', greatest(case when s.relminmxid <> '0' then pg_catalog.mxid_age(s.relminmxid) end, pg_catalog.mxid_age(t.relminmxid)),
       'options', s.reloptions)
     from rel s left join pg_catalog.pg_class t on t.oid = s.reltoastrelid and s.reltoastrelid <> 0
    where s.relkind in ('r', 'p', 'm')`,
);

const indexes = section(
  "indexes",
  (version) => `select json_build_object(
       'schema', s.schema, 'name', c.relname, 'table', s.relname, 'method', m.amname, 'bytes', coalesce(pg_catalog.pg_relation_size(c.oid), 0),
       'pages', c.relpages, 'rows', case when c.reltuples >= 0 and c.relpages > 0 then c.reltuples end, 'scans', ${stat("numscans", "c.oid")},
       'lastScan', ${version >= 160000 ? stat("lastscan", "c.oid") : "null"}, 'valid', i.indisvalid and i.indisready, 'unique', i.indisunique)
     from rel s join pg_catalog.pg_index i on i.indrelid = s.oid and i.indislive
     join pg_catalog.pg_class c on c.oid = i.indexrelid and c.relkind = 'i'
     join pg_catalog.pg_am m on m.oid = c.relam`,
);

/**
 * Averages alone, never a value. The statistics are looked up relation by relation (OFFSET keeps them from being joined as a whole), and
 * those of an index's plain columns are its table's.
 */
const widths = section(
  "widths",
  `select json_build_object('schema', b.schema, 'name', b.name, 'columns', (
       select json_agg(json_build_object('name', x.attname, 'length', x.attlen, 'alignment', x.attalign, 'width', p.avg_width, 'nulls', p.null_frac, 'distinct', p.n_distinct)
                       order by x.attnum)
         from pg_catalog.pg_attribute x
         left join pg_catalog.pg_attribute o on o.attrelid = b.source and x.attrelid <> b.source and b.keys[x.attnum - 1] <> 0 and o.attnum = b.keys[x.attnum - 1]
         left join lateral (select v.avg_width, v.null_frac, v.n_distinct from pg_catalog.pg_stats v
                             where v.schemaname = b.schema and v.tablename = case when o.attname is null then b.name else b.table_name end
                               and v.attname = coalesce(o.attname, x.attname) and not v.inherited offset 0) p on true
        where x.attrelid = b.oid and x.attnum > 0 and not x.attisdropped))
     from (select s.oid, s.schema, s.relname as name, s.relname as table_name, s.oid as source, null::int2vector as keys from rel s
            where s.relkind in ('r', 'm') and s.relpages >= ${worthwhilePages}
           union all
           select c.oid, s.schema, c.relname, s.relname, s.oid, i.indkey from rel s
             join pg_catalog.pg_index i on i.indrelid = s.oid and i.indislive
             join pg_catalog.pg_class c on c.oid = i.indexrelid and c.relpages >= ${worthwhilePages}
             join pg_catalog.pg_am m on m.oid = c.relam and m.amname = 'btree') b`,
);

/** Those that feed no column of their own reach, or reach beyond what a JSON number holds, never run out. */
const sequences = section(
  "sequences",
  `select json_build_object('schema', s.schema, 'name', s.relname, 'type', pg_catalog.format_type(q.seqtypid, null), 'min', q.seqmin::text, 'max', q.seqmax::text,
       'increment', q.seqincrement::text, 'cycle', q.seqcycle, 'readable', pg_catalog.has_sequence_privilege(s.oid, 'SELECT') and pg_catalog.has_schema_privilege(s.relnamespace, 'USAGE'),
       'table', case when a.attname is not null then ${named("tn.nspname", "t.relname")} end, 'column', a.attname,
       'columnType', pg_catalog.format_type(coalesce(nullif(y.typbasetype, 0), y.oid), null))
     from rel s join pg_catalog.pg_sequence q on q.seqrelid = s.oid
     left join pg_catalog.pg_depend d on d.classid = 'pg_catalog.pg_class'::regclass and d.objid = s.oid and d.objsubid = 0
                                     and d.refclassid = 'pg_catalog.pg_class'::regclass and d.refobjsubid > 0 and d.deptype in ('a', 'i')
     left join pg_catalog.pg_class t on t.oid = d.refobjid
     left join pg_catalog.pg_namespace tn on tn.oid = t.relnamespace
     left join pg_catalog.pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
     left join pg_catalog.pg_type y on y.oid = a.atttypid
    where s.relkind = 'S' and (q.seqmax < 9007199254740991 or coalesce(nullif(y.typbasetype, 0), y.oid) in ('int2'::regtype, 'int4'::regtype))`,
);

/** The position of sequences, by their number in the list: reading one locks it as any reader does, pg_sequence_last_value as a writer. */
export const positionsQuery = (sequences: readonly { readonly schema: string; readonly name: string }[]): string =>
  sequences
    .map(
      (one, i) =>
        `select '${i}' || E'\\x1e' || case when q.is_called then q.last_value::text else '' end from ${quotePath(one)} q`,
    )
    .join(" union all ");

/** Each with what a reader misses when it cannot be read. */
export const relationSections: readonly (readonly [Section, string])[] = [
  [relations, "sizes and counters of tables"],
  [indexes, "sizes and counters of indexes"],
  [sequences, "sequences"],
  [widths, "widths of columns, and with them bloat"],
];
