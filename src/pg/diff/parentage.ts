// What partitions and inheriting tables have from their parents.
import type { ObjectName } from "../catalog/object.ts";
import { keyOf, partKey, sameName } from "../catalog/object.ts";
import { quoteName, quotePath } from "../quote.ts";
import type { ColumnPart, ConstraintPart, Part, Parts } from "./part.ts";
import { sameJson } from "./sql/text.ts";

interface Sides {
  readonly from: Parts;
  readonly to: Parts;
}

export const inherits = (part: Part): part is Extract<Part, { kind: "column" }> =>
  part.kind === "column" && !part.value.local;

const parentsOf = (parts: Parts, table: ObjectName): readonly ObjectName[] => {
  const own = parts.byKey.get(keyOf("table", table));
  if (own?.kind !== "table") return [];
  return own.value.partitionOf === undefined ? own.value.inherits : [own.value.partitionOf.parent];
};

/** Parents that a table has before and after: what changes there reaches it. */
const lastingParents = ({ from, to }: Sides, table: ObjectName): readonly ObjectName[] => {
  const before = parentsOf(from, table);
  return parentsOf(to, table).filter((parent) => before.some((one) => sameName(one, parent)));
};

const columnOf = (parts: Parts, parents: readonly ObjectName[], name: string): string | undefined =>
  parents.map((parent) => partKey("column", parent, name)).find((key) => parts.byKey.has(key));

/** The same column of the table that this one has it from. */
export const parentColumn = (parts: Parts, { table, name }: ColumnPart): string | undefined =>
  columnOf(parts, parentsOf(parts, table), name);

/** The same of a parent that the table has before and after; `parts` is the side that the column is looked for on. */
export const lastingParentColumn = (sides: Sides, parts: Parts, { table, name }: ColumnPart): string | undefined =>
  columnOf(parts, lastingParents(sides, table), name);

/** True where the check of a table is one that such a parent has. */
export const isHandedDown = (sides: Sides, parts: Parts, { table, name }: ConstraintPart): boolean =>
  lastingParents(sides, table).some((parent) => parts.byKey.has(partKey("constraint", parent, name)));

/** The key or index of one partition that belongs to the same one of its parent. */
export const isSamePartition = (from: Extract<Part, { kind: "constraint" | "index" }>, to: Part): boolean =>
  from.kind === to.kind && sameJson([from.value.partOf, from.value.table], [to.value.partOf, to.value.table]);

export const renamePartition = (from: Part, to: Part): string => {
  if (from.kind === "constraint" && to.kind === "constraint")
    return `ALTER TABLE ${quotePath(from.value.table)} RENAME CONSTRAINT ${quoteName(from.value.name)} TO ${quoteName(to.value.name)}`;
  if (from.kind === "index" && to.kind === "index")
    return `ALTER INDEX ${quotePath({ schema: from.value.schema, name: from.value.name })} RENAME TO ${quoteName(to.value.name)}`;
  return "";
};

/** The key or index of a partition that its parent lets go: what is dropped there does not reach it. */
export const isLetGo = (part: Part | undefined, verbOf: (key: string) => string | undefined): boolean => {
  if (part?.kind !== "index" && part?.kind !== "constraint") return false;
  const verb = verbOf(keyOf("table", part.value.table));
  const partition = verbOf(`partition ${quotePath(part.value.table)}`);
  return (partition === "drop" || partition === "rebuild") && verb !== "drop" && verb !== "rebuild";
};

/** What a parent hands down to a column: before and after. */
interface Handed {
  /** True where the column changes just as its parent's does: what the parent hands down, and nothing of its own. */
  readonly follows: boolean;
  /** Whether it may be NULL, once the parent has changed. */
  readonly nullable: boolean;
}

const shapeOf = ({ type, collation, generated }: ColumnPart): unknown => [type.text, collation, generated];

const isFree = (one: ColumnPart): boolean => one.nullable || one.notNull?.noInherit === true;

/** What the change of a parent's column does to one that inherits it; another type reaches it even where NOT NULL is its own matter. */
export const handedDown = ({ from, to }: Sides, column: ColumnPart): Handed | undefined => {
  const parent = lastingParentColumn({ from, to }, to, column);
  const own = from.byKey.get(partKey("column", column.table, column.name));
  const [before, after] = parent === undefined ? [] : [from.byKey.get(parent), to.byKey.get(parent)];
  if (own?.kind !== "column" || before?.kind !== "column" || after?.kind !== "column") return undefined;
  const isShape =
    sameJson(shapeOf(own.value), shapeOf(before.value)) && sameJson(shapeOf(column), shapeOf(after.value));
  const isNullable = own.value.nullable === isFree(before.value) && column.nullable === isFree(after.value);
  const isReshaped = !sameJson(shapeOf(before.value), shapeOf(after.value));
  const binds = isFree(before.value) && !isFree(after.value);
  return {
    follows: isShape && (isNullable || isReshaped),
    nullable: isNullable ? column.nullable : !binds && own.value.nullable,
  };
};
