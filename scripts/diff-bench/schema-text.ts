// A schema as text lines, told by a server's own functions alone: what two databases are compared by when tools are judged.
import postgres from "postgres";

const query = `
select 'column ' || c.oid::regclass || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || case when a.attnotnull then ' not null' else '' end
       || coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') || ' ' || a.attidentity::text || a.attgenerated::text as line
  from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
 where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm')
union all select 'constraint ' || conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) from pg_constraint
           where connamespace = 'public'::regnamespace and contype in ('p', 'u', 'f', 'c', 'x') and conrelid <> 0
union all select 'index ' || pg_get_indexdef(indexrelid) || case when indisvalid then '' else ' invalid' end from pg_index where indrelid in (select oid from pg_class where relnamespace = 'public'::regnamespace)
union all select 'view ' || oid::regclass || ' ' || pg_get_viewdef(oid) from pg_class where relnamespace = 'public'::regnamespace and relkind in ('v', 'm')
union all select 'routine ' || pg_get_functiondef(oid) from pg_proc where pronamespace = 'public'::regnamespace and prokind in ('f', 'p')
union all select 'trigger ' || pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
union all select 'policy ' || polrelid::regclass || ' ' || polname || ' ' || polcmd::text || ' ' || coalesce(pg_get_expr(polqual, polrelid), '') from pg_policy
union all select 'row security ' || oid::regclass from pg_class where relrowsecurity
union all select 'enum ' || enumtypid::regtype || ' ' || string_agg(enumlabel, ',' order by enumsortorder) from pg_enum group by enumtypid
union all select 'domain ' || contypid::regtype || ' ' || conname || ' ' || pg_get_constraintdef(oid) from pg_constraint where contypid <> 0 and connamespace = 'public'::regnamespace
union all select 'sequence ' || c.oid::regclass || ' ' || q.seqstart || ' ' || format_type(q.seqtypid, null) from pg_sequence q join pg_class c on c.oid = q.seqrelid
union all select 'comment ' || i.identity || ' ' || d.description from pg_description d, lateral pg_identify_object(d.classoid, d.objoid, d.objsubid) i where d.objoid >= 16384
order by 1`;

export const schemaText = async (url: string): Promise<readonly string[]> => {
  const client = postgres(url, { max: 1, onnotice: () => undefined });
  try {
    return (await client.unsafe<{ readonly line: string }[]>(query)).map(({ line }) => line);
  } finally {
    await client.end();
  }
};
