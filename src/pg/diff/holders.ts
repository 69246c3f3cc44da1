// Columns whose values hold those of another type, or rows of a table: PostgreSQL looks into none of them, and refuses what would have to change them.
import type { ObjectName } from "../catalog/object.ts";
import { keyOf, sameName } from "../catalog/object.ts";
import type { ColumnType } from "../catalog/tables.ts";
import type { Parts } from "./part.ts";

/** Values of the type itself, or of what has it inside. */
type Depth = "itself" | "within";

const typeOf = (parts: Parts, key: string): { readonly name: ObjectName; readonly base?: ColumnType } | undefined => {
  const part = parts.byKey.get(key);
  switch (part?.kind) {
    case "domain":
      return { name: part.value, base: part.value.base };
    case "composite":
    case "range":
    case "enum":
    case "base type":
    case "table":
      return { name: part.value };
    default:
      return undefined;
  }
};

const collect = (parts: Parts, key: string, depth: Depth, into: Set<string>, seen: Set<string>): void => {
  const own = typeOf(parts, key);
  if (own === undefined || seen.has(`${depth} ${key}`)) return;
  seen.add(`${depth} ${key}`);
  for (const user of parts.dependants.get(key) ?? []) {
    const part = parts.byKey.get(user);
    if (part?.kind === "column") {
      const { type, table } = part.value;
      if (!sameName(type, own.name)) continue;
      if (depth === "within" || type.array) into.add(user);
      collect(parts, keyOf("table", table), "within", into, seen);
    } else if (part?.kind === "domain") collect(parts, user, part.value.base.array ? "within" : depth, into, seen);
    else if (part?.kind === "composite" || part?.kind === "range") collect(parts, user, "within", into, seen);
  }
};

/** Keys of the columns that hold values of this type within something else: an array, a composite type, a row. */
export const columnsAround = (parts: Parts, type: string): ReadonlySet<string> => {
  const found = new Set<string>();
  collect(parts, type, "itself", found, new Set());
  return found;
};

/** Keys of the columns that hold rows of this table. */
export const columnsOfRows = (parts: Parts, table: string): ReadonlySet<string> => {
  const found = new Set<string>();
  collect(parts, table, "within", found, new Set());
  return found;
};
