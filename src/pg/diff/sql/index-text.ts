// CREATE INDEX from the server's own definition, with CONCURRENTLY or ONLY put where they belong.
import type { ObjectName } from "../../catalog/object.ts";
import type { Index } from "../../catalog/tables.ts";
import { quoteName, quotePath } from "../../quote.ts";

type Definition = Pick<Index, "name" | "definition" | "unique">;

/** The definition begins `CREATE [UNIQUE] INDEX name ON [ONLY] table USING`; the rest is kept as the server prints it. */
export const indexText = (index: Definition, table: ObjectName, concurrently: string, only = ""): string => {
  const at = index.definition.indexOf(" USING ", headLength(index.definition));
  return `CREATE ${index.unique ? "UNIQUE " : ""}INDEX ${concurrently}${quoteName(index.name)} ON ${only}${quotePath(table)}${index.definition.slice(at)}`;
};

/** Where the table's name ends: names in quotes may hold anything, ` USING ` too. */
const headLength = (definition: string): number => {
  let quoted = false;
  for (let at = 0; at < definition.length; at++) {
    if (definition[at] === '"') quoted = !quoted;
    else if (!quoted && definition.startsWith(" USING ", at)) return at;
  }
  return 0;
};
