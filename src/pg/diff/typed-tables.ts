// Columns of typed tables: they come, go and change with the attributes of their table's type.
import { keyOf } from "../catalog/object.ts";
import type { ColumnPart, Part, Parts } from "./part.ts";
import { settleTyped } from "./sql/columns.ts";
import { writerOf } from "./sql/index.ts";
import { sameJson } from "./sql/text.ts";
import type { Context, Piece } from "./sql/writer.ts";
import { isRefusal, rebuild } from "./sql/writer.ts";

/** The type that the table of a column has its columns from, before and after. */
export const typeOfTable = (from: Parts, to: Parts, part: Part): string | undefined => {
  if (part.kind !== "column") return undefined;
  const key = keyOf("table", part.value.table);
  const [before, after] = [from.byKey.get(key), to.byKey.get(key)];
  if (before?.kind !== "table" || after?.kind !== "table") return undefined;
  const { ofType } = before.value;
  return ofType !== undefined && sameJson(ofType, after.value.ofType) ? keyOf("type", ofType) : undefined;
};

interface Beside {
  readonly from: Part;
  readonly to: Part;
  readonly pieces: readonly Piece[];
}

/** What the type does not bring along: values where there must be some, and settings of the column. */
export const besideType = (before: Part | undefined, to: Part, context: Context): Beside | undefined => {
  if (to.kind !== "column") return undefined;
  const { type, collation, ...rest } = to.value;
  const old = before?.kind === "column" ? before.value : undefined;
  const given = { ...(old ?? rest), type, collation } as ColumnPart;
  const pieces =
    old === undefined ? settleTyped(to.value, context) : writerOf("column").alter(given, to.value, context);
  if (pieces === rebuild || isRefusal(pieces) || pieces.length === 0) return undefined;
  return { from: { ...to, value: given }, to, pieces };
};
