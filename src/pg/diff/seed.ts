// Rows of a table that is new, for rows that exist to refer to: without them a foreign key could not hold.
import type { ObjectName } from "../catalog/object.ts";
import { keyOf, partKey, sameName } from "../catalog/object.ts";
import { quoteName, quotePath } from "../quote.ts";
import { checkedNow } from "./checked-now.ts";
import { countedValue, uniqueness } from "./distinct.ts";
import type { ColumnPart, ConstraintPart, Parts } from "./part.ts";
import { plainValue } from "./plain-value.ts";
import { oneOf, referenced } from "./refers.ts";
import type { Context } from "./sql/writer.ts";
import { names } from "./sql/text.ts";
import { toldFor } from "./told.ts";

/** A column that no row can be without, and that nothing gives a value. */
const isRequired = (column: ColumnPart, to: Parts): boolean =>
  !column.nullable &&
  column.identity === undefined &&
  column.generated === undefined &&
  !to.byKey.has(partKey("default", column.table, column.name));

const requiredOf = (table: ObjectName, to: Parts): readonly ColumnPart[] =>
  to
    .childrenOf(keyOf("table", table))
    .flatMap((part) => (part.kind === "column" && isRequired(part.value, to) ? [part.value] : []));

interface Seeds {
  /** Of what the row itself refers to. */
  readonly before: readonly string[];
  readonly columns: readonly ColumnPart[];
  readonly values: readonly string[];
}

/** For each row one of its own, where it must be. */
const inventedValue = (column: ColumnPart, context: Context): string => {
  if (uniqueness(column, context) === "alone")
    return countedValue(column).replace(/\bn\b/g, "pg_catalog.row_number() OVER ()");
  const fitting = toldFor(context.fitting ?? new Map(), column.table, column.name);
  return fitting ?? plainValue(column.type, context.to);
};

/** Values for one row, or for each of many; undefined where it would have to refer to itself, or in a circle. */
const valuesOf = (
  columns: readonly ColumnPart[],
  referring: ObjectName,
  context: Context,
  above: readonly ObjectName[],
): Seeds | undefined => {
  const before: string[] = [];
  const values: string[] = [];
  for (const column of columns) {
    const own = toldFor(context.using, column.table, column.name);
    const target = own === undefined ? referenced(column, context) : undefined;
    if (target !== undefined && mayLack(target.name, context)) {
      const seeds = seedRow(target.name, referring, context, above);
      if (seeds === undefined) return undefined;
      before.push(...seeds);
    }
    values.push(own ?? (target === undefined ? inventedValue(column, context) : oneOf(target)));
  }
  return { before, columns, values };
};

/** New tables have no rows, and on the way back those that are back may have none. */
export const mayLack = (table: ObjectName, { from, isReturn }: Context): boolean =>
  isReturn || !from.byKey.has(keyOf("table", table));

/** Of a table that is there already, what it requires before and after. */
const columnsOf = (table: ObjectName, { from, to }: Context): readonly ColumnPart[] =>
  from.byKey.has(keyOf("table", table))
    ? requiredOf(table, from).filter(({ name }) => to.byKey.has(partKey("column", table, name)))
    : requiredOf(table, to);

/**
 * Statements that make one row of a table, where rows of `referring` have to refer to it and it has none; undefined where none can be
 * made.
 */
export const seedRow = (
  table: ObjectName,
  referring: ObjectName,
  context: Context,
  above: readonly ObjectName[] = [],
): readonly string[] | undefined => {
  const part = context.to.byKey.get(keyOf("table", table));
  if (part?.kind !== "table" || part.value.kind !== "table" || above.some((one) => sameName(one, table)))
    return undefined;
  const seeds = valuesOf(columnsOf(table, context), referring, context, [...above, table]);
  if (seeds === undefined) return undefined;
  const { before, columns, values } = seeds;
  const [list, given] =
    columns.length === 0 ? ["", ""] : [` (${names(columns.map(({ name }) => name))})`, ` ${values.join(", ")}`];
  const when = `EXISTS (SELECT FROM ${quotePath(referring)}) AND NOT EXISTS (SELECT FROM ${quotePath(table)})`;
  const row = `INSERT INTO ${quotePath(table)}${list} SELECT${given} WHERE ${when}`;
  return [...before, row, ...checkedNow(table, context)];
};

/** New tables that `seedRow` may make rows of for this column. */
export const seededTables = (column: ColumnPart, from: Parts, to: Parts): readonly ObjectName[] => {
  const found: ObjectName[] = [];
  const open: ColumnPart[] = [column];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const target = referenced(next, { to })?.name;
    if (target === undefined || from.byKey.has(keyOf("table", target)) || found.some((one) => sameName(one, target)))
      continue;
    found.push(target);
    open.push(...requiredOf(target, to));
  }
  return found;
};

/** A column that rows which exist need a value for, where nothing gives it. */
export const isNewToRows = (column: ColumnPart, from: Parts, to: Parts): boolean =>
  isRequired(column, to) &&
  from.byKey.has(keyOf("table", column.table)) &&
  !from.byKey.has(partKey("column", column.table, column.name));

/** A new table that old rows refer to already: it gets the rows that they name. */
export const seedRows = (constraint: ConstraintPart, context: Context): readonly string[] => {
  if (constraint.kind !== "foreign-key") return [];
  const { table, columns } = constraint.references;
  const own = keyOf("table", constraint.table);
  const isOld = constraint.columns.every((name) => !context.isNew(partKey("column", constraint.table, name)));
  if (!context.isNew(keyOf("table", table)) || context.isNew(own) || !isOld || constraint.tableKind === "foreign")
    return [];
  const required = requiredOf(table, context.to).filter(({ name }) => !columns.includes(name));
  const seeds = valuesOf(required, constraint.table, context, [table]);
  if (seeds === undefined) return [];
  const here = constraint.columns.map(quoteName);
  const rows = `SELECT DISTINCT ${here.join(", ")} FROM ${quotePath(constraint.table)} WHERE ${here.map((name) => `${name} IS NOT NULL`).join(" AND ")}`;
  const into = names([...columns, ...required.map(({ name }) => name)]);
  return [
    ...seeds.before,
    `INSERT INTO ${quotePath(table)} (${into}) OVERRIDING SYSTEM VALUE SELECT ${[...here, ...seeds.values].join(", ")} FROM (${rows}) referring ON CONFLICT DO NOTHING`,
    ...checkedNow(table, context),
  ];
};
