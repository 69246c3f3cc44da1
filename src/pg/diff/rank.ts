// What is read first where the order does not matter.
import type { Kind } from "./part.ts";

/** Ties are settled by kind, then by name: what people expect to read first. */
const rank = [
  "extension",
  "schema",
  "language",
  "collation",
  "enum",
  "composite",
  "range",
  "domain",
  "type shell",
  "base type",
  "domain constraint",
  "sequence",
  "table",
  "column",
  "default",
  "owned by",
  "routine",
  "constraint",
  "index",
  "partition",
  "inheritance",
  "view",
] as const satisfies readonly Kind[];

export const rankOf = (kind: Kind): number => {
  const at = (rank as readonly Kind[]).indexOf(kind);
  return at < 0 ? rank.length : at;
};
