// CREATE INDEX from the server's own definition, with CONCURRENTLY, ONLY and TABLESPACE put where they belong.
import type { ObjectName } from "../../catalog/object.ts";
import type { Index } from "../../catalog/tables.ts";
import { quoteName, quotePath } from "../../quote.ts";

type Definition = Pick<Index, "name" | "definition" | "unique" | "predicate" | "tablespace">;

/** The server leaves it out of definitions. It stands before WHERE. */
const withTablespace = (text: string, { tablespace, predicate }: Definition): string => {
  if (tablespace === undefined) return text;
  const at = predicate === undefined ? text.length : text.lastIndexOf(` WHERE ${predicate}`);
  return `${text.slice(0, at)} TABLESPACE ${quoteName(tablespace)}${text.slice(at)}`;
};

/** The definition begins `CREATE [UNIQUE] INDEX name ON [ONLY] table USING`; the rest is kept as the server prints it. */
export const indexText = (index: Definition, table: ObjectName, concurrently: string, only = ""): string => {
  const at = index.definition.indexOf(" USING ", headLength(index.definition));
  const body = withTablespace(index.definition.slice(at), index);
  return `CREATE ${index.unique ? "UNIQUE " : ""}INDEX ${concurrently}${quoteName(index.name)} ON ${only}${quotePath(table)}${body}`;
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
