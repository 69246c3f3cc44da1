// The expression that converts a column's values where PostgreSQL must be told how.
import type { ColumnType } from "../../catalog/tables.ts";
import type { Plain } from "./plain.ts";
import { isAssigned, isJson, isTextual, plain } from "./plain.ts";

/** What jsonb is cast to as it is; of everything else its scalar's text is read. */
const fromJsonb = new Set(["bool", "int2", "int4", "int8", "numeric", "float4", "float8"]);

/** An explicit cast to a bounded type cuts what is too long; the assignment that follows an unbounded one refuses it. */
const isCut = (to: Plain): boolean => isTextual(to) || to.name === "bit" || to.name === "varbit";

const unbounded = (to: Plain): string =>
  isTextual(to) ? `text${to.array ? "[]" : ""}` : `bit varying${to.array ? "[]" : ""}`;

/** The expression for USING; undefined where none is needed. Whether such a conversion exists at all, the server says. */
export const castOf = (from: ColumnType, to: ColumnType, column: string): string | undefined => {
  const [source, target] = [plain(from), plain(to)];
  if (isAssigned(source, target)) return undefined;
  if (isJson(target) && !isTextual(source)) return `to_${target.name}(${column})`;
  // [1, 2] is {1, 2}, as far as numbers go; nothing but numbers is as simple.
  if (isJson(source) && target.array && target.builtIn && fromJsonb.has(target.name))
    return `translate(${column}::text, '[]', '{}')::${to.text}`;
  if (isJson(source) && !(source.name === "jsonb" && fromJsonb.has(target.name)))
    return `(${column} #>> '{}')::${isCut(target) ? unbounded(target) : to.text}`;
  if (isCut(target) && (isTextual(target) || isTextual(source))) return `${column}::${unbounded(target)}`;
  // As text, char(n) is without the blanks that fill it.
  const through = !source.builtIn || to.kind === "enum" || source.name === "bpchar";
  if (!through || (isTextual(source) && source.name !== "bpchar")) return `${column}::${to.text}`;
  return `${column}::text${from.array && to.array ? "[]" : ""}::${to.text}`;
};

const zoned = /^(\s*\(?\s*)(?:"(?:[^"]|"")+"|\w+)(\s+at\s+time\s+zone\s+'[^']+'\s*\)?\s*)$/i;

/** The way back of an expression that is its own: `at AT TIME ZONE 'UTC'` makes a timestamp of a timestamptz, and back again. */
export const ownInverse = (expression: string, column: string): string | undefined => {
  const [, before, after] = zoned.exec(expression) ?? [];
  return before === undefined || after === undefined ? undefined : `${before}${column}${after}`;
};
