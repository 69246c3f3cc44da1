// Where the values of a column must be found: in a column of the table that its foreign key names.
import type { ObjectName } from "../catalog/object.ts";
import { keyOf, sameName } from "../catalog/object.ts";
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

/** One value of it, as SQL: the first, so that it is the same each time. */
export const oneOf = ({ name, column }: Target): string =>
  `(SELECT ${quoteName(column)} FROM ${quotePath(name)} ORDER BY ${quoteName(column)} LIMIT 1)`;
