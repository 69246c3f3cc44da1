// Rows for a database before it is migrated, and what became of them afterwards. Plain and of its own, so that it shares no mistake.
import type postgres from "postgres";

interface Column {
  readonly name: string;
  readonly type: string;
  readonly base: string;
  readonly nullable: boolean;
  readonly given: boolean;
  readonly labels: readonly string[];
}

interface Table {
  readonly oid: number;
  readonly name: string;
  readonly columns: readonly Column[];
  /** Texts of checks, domains and bounds, whose literals are tried as values. */
  readonly rules: string;
}

const tablesQuery = `
select c.oid::int as oid, format('%I.%I', n.nspname, c.relname) as name,
       coalesce((select string_agg(pg_get_constraintdef(k.oid), ' ') from pg_constraint k where k.contype = 'c' and (k.conrelid = c.oid or k.contypid in (select atttypid from pg_attribute where attrelid = c.oid))), '')
         || ' ' || coalesce(pg_get_expr(c.relpartbound, c.oid), '')
         || ' ' || coalesce((select string_agg(pg_get_expr(p.relpartbound, p.oid), ' ') from pg_inherits h join pg_class p on p.oid = h.inhrelid where h.inhparent = c.oid), '') as rules,
       (select coalesce(json_agg(json_build_object('name', a.attname, 'type', format_type(a.atttypid, a.atttypmod),
                 'base', format_type(case when t.typtype = 'd' then t.typbasetype else a.atttypid end, case when t.typtype = 'd' then t.typtypmod else a.atttypmod end),
                 'nullable', not a.attnotnull, 'given', a.attidentity <> '' or a.attgenerated <> '',
                 'labels', (select coalesce(json_agg(l.enumlabel order by l.enumsortorder), '[]') from pg_enum l where l.enumtypid = a.atttypid)) order by a.attnum), '[]')
          from pg_attribute a join pg_type t on t.oid = a.atttypid where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns
  from pg_class c join pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'p') and n.nspname not like 'pg\\_%' and n.nspname <> 'information_schema'
   and not exists (select from pg_depend e where e.classid = 'pg_class'::regclass and e.objid = c.oid and e.deptype = 'e')
 order by c.relkind = 'p' desc, 2`;

export const tablesOf = async (sql: postgres.Sql): Promise<readonly Table[]> =>
  (await sql.unsafe(tablesQuery)) as unknown as readonly Table[];

const quote = (text: string): string => `'${text.replaceAll("'", "''")}'`;
const name = (text: string): string => `"${text.replaceAll('"', '""')}"`;

/** Values to try for the n-th row, as SQL, the likeliest first. */
const candidates = (column: Column, rules: string, n: number): readonly string[] => {
  const literals = [...rules.matchAll(/'((?:[^']|'')*)'/g)].map(([, text = ""]) => `'${text}'`);
  const numbers = [...rules.matchAll(/-?\b\d+(?:\.\d+)?\b/g)].flatMap(([text]) => [
    text,
    `${Number(text) + n}`,
    `${Number(text) - n}`,
  ]);
  const { base, labels } = column;
  if (base.endsWith("[]")) return ["'{}'"];
  if (labels.length > 0) return [quote(labels[n % labels.length] ?? ""), quote(labels[0] ?? "")];
  if (/^(small|big)?int|^integer/.test(base)) return [`${n}`, `${n + 100}`, ...numbers, `${-n}`];
  if (/^(numeric|real|double)/.test(base)) return [`${n}.5`, `${n}.25`, `${n}`, ...numbers];
  if (/^(text|character|citext|name)/.test(base))
    return [`'v${n}'`, `'${n}'`, ...literals, `'user${n}@example.com'`, `'1234${n}'`, "''"];
  if (base === "boolean") return [n % 2 === 0 ? "true" : "false", "true", "false"];
  if (/^(date|timestamp)/.test(base)) return [`'2024-01-0${n} 10:00:00'`, ...literals];
  if (/^time/.test(base)) return [`'10:00:0${n}'`];
  if (/^interval/.test(base)) return [`'${n} days'`];
  if (base === "uuid") return [`'00000000-0000-0000-0000-00000000000${n}'`];
  if (/^jsonb?$/.test(base)) return [`'{"n": ${n}}'`];
  if (base === "bytea") return [`'\\x0${n}'`];
  if (/^bit/.test(base)) return ["B'1'", "B'10'"];
  if (/^(inet|cidr)/.test(base)) return [`'10.0.0.${n}'`];
  if (/multirange$/.test(base)) return ["'{}'"];
  if (/^(date|ts|tstz)range/.test(base)) return [`'[2024-01-0${n},2024-01-0${n + 1})'`];
  if (/range$/.test(base)) return [`'[${n},${n + 1})'`];
  return ["NULL", ...literals];
};

/** A small generator with a seed: the same rows every time. */
const randomOf = (seed: number) => () => {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 2 ** 32;
};

const insert = (table: string, values: ReadonlyMap<string, string>): string =>
  values.size === 0
    ? `insert into ${table} default values`
    : `insert into ${table} (${[...values.keys()].map(name).join(", ")}) values (${[...values.values()].join(", ")})`;

const tries = 30;

/** Fills the old database with rows that the new one would take too, as far as they share columns. Gives the count of rows. */
export const fillRows = async (old: postgres.Sql, next: postgres.Sql): Promise<number> => {
  const [tables, others] = [await tablesOf(old), new Map((await tablesOf(next)).map((table) => [table.name, table]))];
  const random = randomOf(7);
  let filled = 0;
  const full = new Set<string>();
  for (let pass = 0; pass < 3; pass++) {
    for (const table of tables) {
      if (full.has(table.name)) continue;
      const other = others.get(table.name);
      const rules = `${table.rules} ${other?.rules ?? ""}`;
      let made = 0;
      for (let n = 1; n <= 3; n++) {
        for (let attempt = 0; attempt < tries; attempt++) {
          const values = new Map<string, string>();
          for (const column of table.columns) {
            const twin = other?.columns.find((one) => one.name === column.name);
            if (column.given || (column.nullable && (twin?.nullable ?? true) && n === 3 && random() < 0.3)) continue;
            const unsaid = column.nullable && (twin?.nullable ?? true) && attempt > 5 ? ["NULL", "NULL"] : [];
            const options = [
              ...(twin !== undefined && twin.labels.length > 0 ? twin.labels.map(quote) : []),
              ...candidates(column, rules, n),
              ...unsaid,
            ];
            const at = attempt === 0 ? 0 : Math.floor(random() * options.length);
            values.set(column.name, options[at] ?? "NULL");
          }
          const statement = insert(table.name, values);
          await old.unsafe("begin");
          const taken = await old.unsafe(statement).then(
            () => true,
            () => false,
          );
          if (!taken) {
            await old.unsafe("rollback");
            continue;
          }
          if (other !== undefined) {
            const shared = new Map(
              [...values].filter(([key]) => other.columns.some((one) => one.name === key && !one.given)),
            );
            for (const column of other.columns)
              if (!column.nullable && !column.given && !table.columns.some((one) => one.name === column.name))
                shared.set(column.name, candidates(column, other.rules, n)[0] ?? "NULL");
            const refused = await next.unsafe(insert(table.name, shared)).then(
              () => false,
              (error: unknown) => (error as { readonly code?: string }).code !== "428C9",
            );
            if (refused) {
              await old.unsafe("rollback");
              continue;
            }
          }
          // What is checked at the end may refuse it yet.
          const stays = await old.unsafe("commit").then(
            () => true,
            () => false,
          );
          if (!stays) continue;
          made++;
          break;
        }
      }
      if (made > 0) full.add(table.name);
      filled += made;
    }
  }
  return filled;
};

/** A table's rows by its number in the old database: how many, and the content of each column by its number. */
export interface Kept {
  readonly oid: number;
  readonly name: string;
  readonly rows: number;
  readonly columns: ReadonlyMap<string, KeptColumn>;
}

interface KeptColumn {
  readonly number: number;
  readonly type: string;
  readonly content: string;
  /** What is left of the content in a type that the other side gives it, and back: what was cut by it was asked for. */
  readonly cut?: string;
}

const contentOf = async (sql: postgres.Sql, table: string, value: string): Promise<string> => {
  const [row] = await sql.unsafe<{ content: string }[]>(
    `select coalesce(md5(string_agg(coalesce((${value})::text, '~'), ',' order by (${value})::text)), '') as content from only ${table}`,
  );
  return row?.content ?? "";
};

/** `other`: the database that it becomes, whose types may hold less. */
export const keptOf = async (
  sql: postgres.Sql,
  other?: ReadonlyMap<string, Kept>,
): Promise<ReadonlyMap<string, Kept>> => {
  const kept = new Map<string, Kept>();
  for (const table of await tablesOf(sql)) {
    const numbers = await sql.unsafe<{ name: string; number: number; type: string; generated: boolean }[]>(
      `select attname as name, attnum::int as number, format_type(atttypid, atttypmod) as type, attgenerated <> '' as generated from pg_attribute where attrelid = ${table.oid} and attnum > 0 and not attisdropped`,
    );
    const [count] = await sql.unsafe<{ n: number }[]>(`select count(*)::int as n from only ${table.name}`);
    const columns = new Map<string, KeptColumn>();
    for (const { name: column, number, type, generated } of numbers) {
      if (generated) continue;
      const content = await contentOf(sql, table.name, name(column));
      const twin = other?.get(table.name)?.columns.get(column)?.type;
      const cut =
        twin === undefined || twin === type
          ? undefined
          : await contentOf(sql, table.name, `${name(column)}::${twin}::${type}`).catch(() => undefined);
      columns.set(column, { number, type, content, ...(cut === undefined ? {} : { cut }) });
    }
    kept.set(table.name, { oid: table.oid, name: table.name, rows: count?.n ?? 0, columns });
  }
  return kept;
};

/** What was recreated or lost of the tables and columns that stand on both sides. */
export const losses = (
  before: ReadonlyMap<string, Kept>,
  after: ReadonlyMap<string, Kept>,
  stay: ReadonlyMap<string, Kept>,
): { readonly recreated: readonly string[]; readonly lost: readonly string[] } => {
  const [recreated, lost]: [string[], string[]] = [[], []];
  for (const [table, old] of before) {
    const now = after.get(table);
    const wanted = stay.get(table);
    if (wanted === undefined) continue;
    if (now === undefined) {
      lost.push(`${table} is gone`);
      continue;
    }
    if (now.oid !== old.oid) recreated.push(table);
    if (now.rows !== old.rows) lost.push(`${table} had ${old.rows} rows and has ${now.rows}`);
    for (const [column, was] of old.columns) {
      const is = now.columns.get(column);
      if (!wanted.columns.has(column) || is === undefined) continue;
      if (is.number !== was.number && now.oid === old.oid) recreated.push(`${table}.${column}`);
      if (is.type === was.type && is.content !== was.content && is.content !== was.cut)
        lost.push(`${table}.${column} has other values`);
    }
  }
  return { recreated, lost };
};
