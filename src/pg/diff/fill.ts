// Values for existing rows of a new column that may not be null and has no default: named in the plan, since they are invented.
import { keyOf, partKey } from "../catalog/object.ts";
import { quoteName, quotePath } from "../quote.ts";
import type { ColumnPart } from "./part.ts";
import type { Context } from "./sql/writer.ts";
import { checkedNow } from "./checked-now.ts";
import { countedValue, uniqueness } from "./distinct.ts";
import { plainValue } from "./plain-value.ts";
import type { Target } from "./refers.ts";
import { oneOf, referenced, sharedKeys } from "./refers.ts";
import { mayLack, seedRow } from "./seed.ts";
import { toldFor } from "./told.ts";

/** Values come as a default that goes again, so that no trigger of the table sees an UPDATE; `expression` is for people. */
export type Fill =
  | {
      /** `seeded`: of a row that is made for it in a table that is as new; `nowhere`: in such a table, where none can be made. */
      readonly kind: "constant" | "counted" | "found" | "seeded" | "nowhere";
      readonly expression: string;
      readonly before: readonly string[];
      readonly default: string;
      readonly after: readonly string[];
    }
  /** From other columns of the row. */
  | { readonly kind: "told"; readonly expression: string; readonly statements: readonly string[] };

/** Only an UPDATE may ask other tables; what needs none of them is computed while the column is written, which fires no trigger. */
const told = (column: ColumnPart, expression: string, context: Context): Fill => ({
  kind: "told",
  expression,
  statements: /\bselect\b/i.test(expression)
    ? [
        `UPDATE ${quotePath(column.table)} SET ${quoteName(column.name)} = ${expression}`,
        ...checkedNow(column.table, context),
      ]
    : [
        `ALTER TABLE ${quotePath(column.table)} ALTER COLUMN ${quoteName(column.name)} TYPE ${column.type.text} USING ${expression}`,
      ],
});

const longest = 63;

interface Counter {
  readonly make: string;
  /** The number of the row; and the same once more. */
  readonly next: string;
  readonly again: string;
  readonly drop: string;
}

/** Rows are counted by a sequence, for as long as that takes. */
const counterOf = ({ table, name: column }: ColumnPart): Counter => {
  const name = `${`${table.name}_${column}`.slice(0, longest - 15)}_fill`;
  const sequence = quotePath({ schema: table.schema, name });
  const literal = `'${sequence.replaceAll("'", "''")}'`;
  return {
    make: `CREATE SEQUENCE ${sequence}`,
    next: `pg_catalog.nextval(${literal})`,
    again: `pg_catalog.currval(${literal})`,
    drop: `DROP SEQUENCE ${sequence}`,
  };
};

const countedFill = (column: ColumnPart): Fill => {
  const expression = countedValue(column);
  if (!/\bn\b/.test(expression)) return { kind: "counted", expression, before: [], default: expression, after: [] };
  const { make, next, drop } = counterOf(column);
  const fallback = expression.replace(/\bn\b/g, () => next);
  return { kind: "counted", expression, before: [make], default: fallback, after: [drop] };
};

/** A value of the table that it refers to, asked once; with `seeds` it is there. */
const found = (column: ColumnPart, target: Target, context: Context, seeds: readonly string[] = []): Fill => {
  const expression = oneOf(target);
  return {
    kind: seeds.length === 0 ? "found" : "seeded",
    expression,
    before: [...seeds, `SELECT pg_catalog.set_config('senior.fill', ${expression}::text, true)`],
    default: `nullif(pg_catalog.current_setting('senior.fill'), '')::${column.type.text}`,
    after: matching(column, context),
  };
};

/** Where other columns of a key have values already, this one is that of the row which they name. */
const matching = (column: ColumnPart, context: Context): readonly string[] => {
  const [own, name] = [quotePath(column.table), quoteName(column.name)];
  const updates = sharedKeys(column, context).map(({ table, their, others }) => {
    const same = others.map((one) => `named.${quoteName(one.their)} = ${own}.${quoteName(one.own)}`);
    const differs = `${own}.${name} IS DISTINCT FROM named.${quoteName(their)}`;
    return `UPDATE ${own} SET ${name} = named.${quoteName(their)} FROM ${quotePath(table)} named WHERE ${[...same, differs].join(" AND ")}`;
  });
  return updates.length === 0 ? [] : [...new Set(updates), ...checkedNow(column.table, context)];
};

/** For each row another value of the table that it refers to, as long as there are any: then a key that has no row there. */
const foundEach = (column: ColumnPart, { name, column: key }: Target): Fill => {
  const { make, next, again, drop } = counterOf(column);
  const [table, own] = [quotePath(name), quoteName(key)];
  const some = `SELECT ${own} FROM ${table} ORDER BY ${own} LIMIT (SELECT count(*) FROM ${quotePath(column.table)})`;
  const all = `(SELECT pg_catalog.array_agg(${own} ORDER BY ${own}) FROM (${some}) found)`;
  return {
    kind: "found",
    expression: `another value of ${table}.${own} each`,
    before: [make, `SELECT pg_catalog.set_config('senior.fill', ${all}::text, true)`],
    default: `coalesce((nullif(pg_catalog.current_setting('senior.fill'), '')::${column.type.text}[])[${next}], ${countedValue(column).replace(/\bn\b/g, () => again)})`,
    after: [drop],
  };
};

/** A default that one session knows, and the one that migrates does not. */
const isOfSession = (expression: string): boolean =>
  /(?<![\w".])(?:pg_catalog\.)?(?:currval|lastval|current_setting)\(/.test(expression);

/** A default that rows which exist cannot have, and why: their session does not know it, or the column's own checks refuse it. */
export const unfitDefault = (column: ColumnPart, { to, fitting }: Context): { readonly why: string } | undefined => {
  const part = to.byKey.get(partKey("default", column.table, column.name));
  if (part?.kind !== "default") return undefined;
  const { expression } = part.value;
  if (isOfSession(expression)) return { why: `${expression} is known to no session but the one that asked` };
  const isRefused = toldFor(fitting ?? new Map(), column.table, column.name) !== undefined;
  return isRefused ? { why: `its default ${expression} violates a check` } : undefined;
};

/** What was said of rows that exist, where nothing need be. */
export const toldFill = (column: ColumnPart, context: Context): readonly string[] => {
  const own = toldFor(context.using, column.table, column.name);
  const fill = own === undefined ? undefined : told(column, own, context);
  return fill?.kind === "told" ? fill.statements : [];
};

/** What it is, for people. */
export const fillWords = (fill: Fill): string =>
  fill.kind === "counted"
    ? `a value of its own for each row (${fill.expression})`
    : fill.kind === "seeded"
      ? `${fill.expression}, of a row that is made for them,`
      : fill.expression;

/** What a later migration's key refers to may itself be on its way: nothing says that it comes before this column. */
const reachable = (column: ColumnPart, context: Context): Target | undefined => {
  const target = referenced(column, context);
  if (target === undefined || context.from.byKey.has(partKey("column", target.name, target.column))) return target;
  return referenced(column, { to: context.to });
};

export const fillOf = (column: ColumnPart, context: Context): Fill => {
  const own = toldFor(context.using, column.table, column.name);
  if (own !== undefined) return told(column, own, context);
  const unique = uniqueness(column, context);
  const target = reachable(column, context);
  const isThere = target !== undefined && context.from.byKey.has(keyOf("table", target.name));
  if (unique === "alone") return isThere ? foundEach(column, target) : countedFill(column);
  const mayBeMade = target !== undefined && mayLack(target.name, context);
  const seeds = mayBeMade ? seedRow(target.name, column.table, context) : undefined;
  if (target !== undefined && (isThere || seeds !== undefined)) return found(column, target, context, seeds);
  // The way back restores what can be: such a reference is for new rows then.
  if (target !== undefined && !context.isReturn)
    return { kind: "nowhere", expression: "NULL", before: [], default: "NULL", after: [] };
  if (unique === "together") return countedFill(column);
  const fitting = toldFor(context.fitting ?? new Map(), column.table, column.name);
  const expression = fitting ?? plainValue(column.type, context.to);
  return { kind: "constant", expression, before: [], default: expression, after: [] };
};
