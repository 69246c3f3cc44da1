// Whether a change of type writes every row anew, by PostgreSQL's own rules.
import type { ColumnType } from "../../catalog/tables.ts";
import { plain } from "./plain.ts";
import { castRisk } from "./risk.ts";

/** The same bytes under another name. */
const sameBytes: readonly (readonly [string, string])[] = [
  ["varchar", "text"],
  ["text", "varchar"],
  ["text", "citext"],
  ["varchar", "citext"],
  ["citext", "text"],
  ["citext", "varchar"],
  ["cidr", "inet"],
  ["bit", "varbit"],
  ["xml", "text"],
  ["xml", "varchar"],
  ["int4", "oid"],
  ["oid", "int4"],
];

/** Types whose longer or more exact form takes the shorter one's bytes. */
const growing = ["varchar", "varbit", "numeric", "timestamp", "timestamptz", "time", "timetz", "interval"];

/** True when every row of the table is written anew. Indexes over the column may be built anew all the same. */
export const rewrites = (before: ColumnType, after: ColumnType): boolean => {
  if (before.text === after.text) return false;
  const [from, to] = [plain(before), plain(after)];
  // The elements of an array are coerced one by one.
  if (from.array || to.array) return true;
  // What a domain checks is not known here, and its bound is not seen as the column's.
  if (after.kind === "domain" || (before.kind === "domain" && to.modifiers.length > 0)) return true;
  const same =
    from.name === to.name ||
    (to.modifiers.length === 0 && sameBytes.some(([a, b]) => a === from.name && b === to.name));
  if (!same) return true;
  if (from.name !== to.name || to.modifiers.length === 0) return false;
  if (from.modifiers.join() === to.modifiers.join()) return false;
  if (!growing.includes(to.name) || castRisk(before, after) !== "none") return true;
  return to.name === "numeric" && to.modifiers[1] !== from.modifiers[1];
};
