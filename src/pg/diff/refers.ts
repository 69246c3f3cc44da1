// Where the values of a column must be found: in a column of the table that its foreign key names.
import type { ObjectName } from "../catalog/object.ts";
import { keyOf, partKey, sameName } from "../catalog/object.ts";
import { quoteName, quotePath } from "../quote.ts";
import type { ColumnPart, Parts } from "./part.ts";

export interface Target {
  readonly name: ObjectName;
  /** The column's plain name. */
  readonly column: string;
}

export interface Sides {
  readonly to: Parts;
  /** Where later migrations lead. */
  readonly beyond?: Parts;
}

/** A key of the column's own counts before those that it shares. */
export const referenced = (column: ColumnPart, { to, beyond }: Sides): Target | undefined => {
  let shared: Target | undefined;
  for (const { kind, value } of [...to.byKey.values(), ...(beyond?.byKey.values() ?? [])]) {
    if (kind !== "constraint" || value.kind !== "foreign-key" || !sameName(value.table, column.table)) continue;
    const name = value.references.table;
    // What later migrations make cannot be asked now.
    if (!to.byKey.has(keyOf("table", name))) continue;
    const target = value.references.columns[value.columns.indexOf(column.name)];
    // What names itself is always there.
    if (target === undefined || (target === column.name && sameName(name, column.table))) continue;
    if (value.columns.length === 1) return { name, column: target };
    shared ??= { name, column: target };
  }
  return shared;
};

/** A foreign key over a column and others. */
export interface SharedKey {
  readonly table: ObjectName;
  /** What the column refers to there. */
  readonly their: string;
  readonly others: readonly { readonly own: string; readonly their: string }[];
}

/** A key of this column together with others, which rows have values in already, as what they refer to has. */
export const sharedKeys = (
  column: ColumnPart,
  { from, to, beyond }: Sides & { readonly from: Parts },
): readonly SharedKey[] =>
  [...to.byKey.values(), ...(beyond?.byKey.values() ?? [])].flatMap(({ kind, value }) => {
    if (kind !== "constraint" || value.kind !== "foreign-key" || !sameName(value.table, column.table)) return [];
    const { table, columns: theirs } = value.references;
    const pairs = value.columns.map((own, at) => ({ own, their: theirs[at] ?? "" }));
    const isThere = ({ own, their }: (typeof pairs)[number]): boolean =>
      from.byKey.has(partKey("column", table, their)) &&
      (own === column.name || from.byKey.has(partKey("column", column.table, own)));
    const mine = pairs.find(({ own }) => own === column.name);
    if (mine === undefined || pairs.length === 1 || !pairs.every(isThere)) return [];
    return [{ table, their: mine.their, others: pairs.filter((one) => one !== mine) }];
  });

/** One value of it, as SQL: the first, so that it is the same each time. */
export const oneOf = ({ name, column }: Target): string =>
  `(SELECT ${quoteName(column)} FROM ${quotePath(name)} ORDER BY ${quoteName(column)} LIMIT 1)`;
