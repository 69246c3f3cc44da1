// The shape of an index in the clone: its columns with what the statistics know of them, and its size from that.
import { nameKey } from "../catalog/object.ts";
import { quotePath, quoteText } from "../quote.ts";
import type { Planner } from "./planner.ts";
import type { KeyShape } from "./sizes.ts";
import { brinBlocks, btreeBlocks, btreeLevel, ginBlocks, plainBlocks } from "./sizes.ts";
import type { ColumnStatistics, PlannerStatistics, RelationNumbers } from "./statistics.ts";

/** An index or table of the clone: what is in its catalog, and its file. */
export interface CloneRelation {
  readonly schema: string;
  readonly name: string;
  readonly kind: string;
  readonly path: string;
}

export interface CloneIndex extends CloneRelation {
  readonly table: string;
  readonly method: string;
  readonly keyCount: number;
  readonly predicate: string | null;
  /** Keys first, then INCLUDE. `column` is null for an expression. */
  readonly columns: readonly {
    readonly column: string | null;
    readonly expression: string | null;
    readonly type: string;
    readonly fixed: number;
  }[];
}

export const relationsQuery = (
  where: string,
): string => `select pg_catalog.json_build_object('schema', n.nspname, 'name', c.relname,
    'kind', c.relkind, 'path', pg_catalog.pg_relation_filepath(c.oid))::text
  from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
 where c.relkind in ('r', 'm') and ${where}`;

export const indexesQuery = (
  where: string,
): string => `select pg_catalog.json_build_object('schema', n.nspname, 'name', c.relname, 'kind', c.relkind,
    'path', pg_catalog.pg_relation_filepath(c.oid), 'table', t.relname, 'method', m.amname, 'keyCount', i.indnkeyatts,
    'predicate', pg_catalog.pg_get_expr(i.indpred, i.indrelid),
    'columns', (select pg_catalog.json_agg(pg_catalog.json_build_object('column', a.attname, 'expression', case when a.attname is null then pg_catalog.pg_get_indexdef(i.indexrelid, p.n, false) end, 'type', y.typname, 'fixed', y.typlen) order by p.n)
                  from pg_catalog.generate_series(1, i.indnatts) p(n)
                  join pg_catalog.pg_attribute x on x.attrelid = i.indexrelid and x.attnum = p.n
                  join pg_catalog.pg_type y on y.oid = x.atttypid
                  left join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = i.indkey[p.n - 1] and a.attnum <> 0))::text
  from pg_catalog.pg_index i
  join pg_catalog.pg_class c on c.oid = i.indexrelid and c.relkind = 'i'
  join pg_catalog.pg_class t on t.oid = i.indrelid
  join pg_catalog.pg_namespace n on n.oid = c.relnamespace
  join pg_catalog.pg_am m on m.oid = c.relam
 where ${where}`;

/** Equal values of these may look different, so that btrees do not fold them. */
const unfolded = /^(numeric|float[48]|interval|jsonb|_.*|.*range|record)$/;

/** Statistics of columns by relation and name; those of a whole inheritance tree only where there are no others. */
export const columnLookup = (columns: readonly ColumnStatistics[]): ReadonlyMap<string, ColumnStatistics> => {
  const found = new Map<string, ColumnStatistics>();
  for (const one of columns) {
    const key = `${nameKey(one)}\0${one.column}`;
    if (!one.inherited || !found.has(key)) found.set(key, one);
  }
  return found;
};

export interface Known {
  readonly columns: ReadonlyMap<string, ColumnStatistics>;
  readonly relations: ReadonlyMap<string, RelationNumbers>;
}

export const knownOf = (statistics: PlannerStatistics): Known => ({
  columns: columnLookup(statistics.columns),
  relations: new Map(statistics.relations.map((one) => [nameKey(one), one])),
});

const distinctOf = ({ distinct }: ColumnStatistics, rows: number): number =>
  Math.max(1, distinct < 0 ? -distinct * rows : distinct);

/** An expression without statistics is taken to be much like the first column in it. */
const columnIn = (index: CloneIndex, { columns }: Known, expression: string): ColumnStatistics | undefined =>
  expression
    .match(/"[^"]+"|[a-z_][a-z0-9_$]*/g)
    ?.map((word) => columns.get(`${index.schema}\0${index.table}\0${word.replaceAll('"', "")}`))
    .find((found) => found !== undefined);

const shapesOf = (index: CloneIndex, known: Known, rows: number): readonly KeyShape[] =>
  index.columns.map(({ column, expression, type, fixed }) => {
    const dedup = !unfolded.test(type);
    const found =
      column === null
        ? columnIn(index, known, expression ?? "")
        : known.columns.get(`${index.schema}\0${index.table}\0${column}`);
    if (found === undefined)
      return { width: fixed > 0 ? fixed : 16, distinct: Math.max(1, rows / 10), nullFraction: 0, dedup };
    return {
      width: fixed > 0 ? fixed : found.width,
      distinct: distinctOf(found, rows),
      nullFraction: found.nullFraction,
      dedup,
    };
  });

const elements = (index: CloneIndex, { columns }: Known): { readonly perRow: number; readonly width: number } => {
  const [first] = index.columns;
  const found = columns.get(`${index.schema}\0${index.table}\0${first?.column ?? ""}`);
  const counts = found?.elementCounts?.replace(/[{}]/g, "").split(",").map(Number);
  const average = counts?.at(-1);
  if (average !== undefined && Number.isFinite(average)) return { perRow: Math.max(0.1, average), width: 16 };
  // A document's keys and values, or a text's trigrams.
  const width = found?.width ?? 32;
  return { perRow: Math.max(1, first?.type === "text" ? width : width / 16), width: 12 };
};

export interface IndexSize {
  readonly blocks: number;
  readonly rows: number;
  /** Of a btree. */
  readonly level: number;
}

type Sizing = (index: CloneIndex, known: Known, rows: number, table: number) => number;

const sizing: Readonly<Record<string, Sizing>> = {
  btree: (index, known, rows) => btreeBlocks(rows, shapesOf(index, known, rows), index.columns.length > index.keyCount),
  gin: (index, known, rows) => {
    const { perRow, width } = elements(index, known);
    return ginBlocks(rows, perRow, width, Math.min(rows * perRow, 50_000));
  },
  brin: (index, known, rows, table) => brinBlocks(table, shapesOf(index, known, rows)),
};

export const levelOf = (
  index: CloneIndex,
  known: Known,
  size: { readonly blocks: number; readonly rows: number },
  how: "built" | "grown",
): number => btreeLevel(size.blocks, shapesOf(index, known, size.rows).slice(0, index.keyCount), how);

/** How many rows a predicate lets through, and how many a table has that was never counted, by the clone's own planner. */
const rowsOf = async (planner: Planner, index: CloneIndex, counted: number): Promise<number> => {
  if (index.predicate === null && counted >= 0) return counted;
  const whole = counted < 0 ? Number.MAX_SAFE_INTEGER : counted;
  const table = quotePath({ schema: index.schema, name: index.table });
  const where = index.predicate === null ? "" : ` where ${index.predicate}`;
  const [answer] = await planner.explain([`explain (format json) select from ${table}${where}`]);
  if (answer?.kind !== "plan") return Math.max(0, counted) / 10;
  const [{ Plan: plan } = { Plan: {} }] = JSON.parse(answer.json) as readonly {
    readonly Plan: { readonly "Plan Rows"?: number };
  }[];
  return Math.min(whole, plan["Plan Rows"] ?? Math.max(0, counted));
};

/** How large an index that does not exist would be. The table must have its statistics and length. */
export const sizeOf = async (planner: Planner, index: CloneIndex, known: Known): Promise<IndexSize> => {
  const table = known.relations.get(nameKey({ schema: index.schema, name: index.table }));
  const rows = await rowsOf(planner, index, table?.tuples ?? 0);
  const measure = sizing[index.method];
  const blocks =
    measure === undefined
      ? plainBlocks(rows, shapesOf(index, known, rows))
      : measure(index, known, rows, table?.blocks ?? 0);
  return { blocks, rows, level: index.method === "btree" ? levelOf(index, known, { blocks, rows }, "built") : 0 };
};

export const namedIndex = (schema: string, name: string): string =>
  `n.nspname = ${quoteText(schema)} and c.relname = ${quoteText(name)}`;
