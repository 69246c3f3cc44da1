// Values that an enum keeps on the way back: a partition key takes no other type, and an enum lets no value go.
import type { Catalog } from "../catalog.ts";
import type { ObjectName } from "../catalog/object.ts";
import { sameName } from "../catalog/object.ts";
import { quoteName, quotePath } from "../quote.ts";
import { literal } from "./sql/text.ts";

const word = /"(?:[^"]|"")+"|[\w$\u0080-\uffff]+/g;

/** The first column of this type that partitions a table which is there before and after. */
export const boundColumn = (now: Catalog, before: Catalog, type: ObjectName): string | undefined => {
  for (const table of now.tables) {
    const words = new Set(table.partitionKey?.match(word));
    if (words.size === 0 || !before.tables.some((one) => sameName(one, table))) continue;
    const column = table.columns.find((one) => sameName(one.type, type) && words.has(quoteName(one.name)));
    if (column !== undefined) return `${quotePath(table)}.${quoteName(column.name)}`;
  }
  return undefined;
};

/** Where the way back can lead at all, and what it leaves, in words. */
export const withBoundEnums = (
  before: Catalog,
  now: Catalog,
): { readonly catalog: Catalog; readonly notes: readonly string[] } => {
  const notes: string[] = [];
  const enums = before.enums.map((type) => {
    const values = now.enums.find((one) => sameName(one, type))?.values ?? type.values;
    const added = values.filter((value) => !type.values.includes(value));
    const column = added.length === 0 ? undefined : boundColumn(now, before, type);
    if (column === undefined) return type;
    notes.push(
      `${quotePath(type)} keeps ${added.map(literal).join(", ")}: ${column} is of a partition key, whose type PostgreSQL does not change`,
    );
    return { ...type, values };
  });
  return notes.length === 0 ? { catalog: before, notes } : { catalog: { ...before, enums }, notes };
};
