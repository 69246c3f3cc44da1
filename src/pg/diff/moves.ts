// Columns that move to one beside them instead of being changed in place: renamed ones, and those whose type change writes a table anew.
import type { Catalog } from "../catalog.ts";
import type { ObjectName } from "../catalog/object.ts";
import { sameName } from "../catalog/object.ts";
import type { Column, Constraint, Index, Table } from "../catalog/tables.ts";
import { quoteName, quotePath } from "../quote.ts";
import { castOf, ownInverse } from "./cast/expression.ts";
import { rewrites } from "./cast/rewrites.ts";
import type { Renaming } from "./renaming.ts";
import { toldFor } from "./told.ts";

export interface Move {
  readonly from: Column;
  readonly to: Column;
  /** What the new column is called while both stand. */
  readonly beside: string;
  /** The old column's value as one of the new type, and the other way where the release to come writes the new column by name. */
  readonly carry: (column: string) => string;
  readonly back: ((column: string) => string) | undefined;
  /** The new column's value as one of the old type, when the old column is to come back. */
  readonly restore: string;
  /** Told by hand: it may name other columns of the row. */
  readonly isExpression: boolean;
}

/** All moves of one table, which share a trigger. */
export interface TableMoves {
  readonly table: ObjectName;
  readonly from: Table;
  readonly to: Table;
  readonly moves: readonly Move[];
}

const longest = 63;

/** A name that nothing of the table has: `amount_new`, `amount_new2`. */
const freeName = (base: string, taken: ReadonlySet<string>): string => {
  for (let n = 1; ; n++) {
    const end = n === 1 ? "_new" : `_new${n}`;
    const name = `${base.slice(0, longest - end.length)}${end}`;
    if (!taken.has(name)) return name;
  }
};

/** `column` as SQL: a name, or `NEW.name`. */
const castText = (from: Column, to: Column, column: string): string =>
  from.type.text === to.type.text ? column : (castOf(from.type, to.type, column) ?? `${column}::${to.type.text}`);

const moveOf = (table: Table, from: Column, to: Column, using: string | undefined): Move => {
  const isRenamed = from.name !== to.name;
  const taken = new Set(table.columns.map(({ name }) => name));
  const beside = isRenamed ? to.name : freeName(from.name, taken);
  return {
    from,
    to,
    beside,
    carry: (column) => using ?? castText(from, to, column),
    restore:
      (using === undefined ? undefined : ownInverse(using, quoteName(beside))) ?? castText(to, from, quoteName(beside)),
    back: isRenamed ? (column) => castText(to, from, column) : undefined,
    isExpression: using !== undefined,
  };
};

/** Rows of their own, and columns that nobody else declares. */
const canMove = ({ kind, partitionOf, inherits }: Table): boolean =>
  kind !== "foreign" && partitionOf === undefined && inherits.length === 0;

const renamedIn = (table: ObjectName, renamings: readonly Renaming[]): ReadonlyMap<string, string> =>
  new Map(
    renamings.flatMap(({ change }): readonly (readonly [string, string])[] =>
      change.verb === "alter" &&
      change.from.kind === "column" &&
      change.to.kind === "column" &&
      sameName(change.from.value.table, table) &&
      sameName(change.to.value.table, table)
        ? [[change.from.value.name, change.to.value.name]]
        : [],
    ),
  );

/** The moves between two catalogs, by table. A table that was renamed itself keeps its columns where they are. */
export const findMoves = (
  from: Catalog,
  to: Catalog,
  renamings: readonly Renaming[],
  using: ReadonlyMap<string, string>,
): readonly TableMoves[] =>
  from.tables.filter(canMove).flatMap((table): readonly TableMoves[] => {
    const next = to.tables.find((one) => sameName(one, table));
    if (next === undefined || !canMove(next)) return [];
    const renamed = renamedIn(table, renamings);
    const moves = table.columns.flatMap((column) => {
      const name = renamed.get(column.name) ?? column.name;
      const after = next.columns.find((one) => one.name === name);
      if (after === undefined || column.generated !== undefined || after.generated !== undefined) return [];
      if (name === column.name && (column.type.text === after.type.text || !rewrites(column.type, after.type)))
        return [];
      return [moveOf(table, column, after, toldFor(using, next, name) ?? toldFor(using, table, column.name))];
    });
    return moves.length === 0
      ? []
      : [{ table: { schema: table.schema, name: table.name }, from: table, to: next, moves }];
  });

/** Does a text of the server name this column? Expressions are compared word by word. */
const names = (text: string | undefined, column: string): boolean =>
  text !== undefined &&
  (text.match(/"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*/gu) ?? []).some((word) => word === quoteName(column));

export const constraintOn = (constraint: Constraint, column: string): boolean =>
  constraint.columns.includes(column) || (constraint.kind === "exclusion" && names(constraint.definition, column));

export const indexOn = ({ keys, include, predicate }: Index, column: string): boolean =>
  keys.some(({ text, expression }) =>
    expression ? names(text, column) : text === column || text === quoteName(column),
  ) ||
  include.includes(column) ||
  names(predicate, column);

export const tableText = ({ table }: TableMoves): string => quotePath(table);
