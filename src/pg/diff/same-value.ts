// Whether two parts are the same, for all that a migration could change.
import { omit } from "./omit.ts";
import type { Kind, Objects, Part } from "./part.ts";
import { sameJson } from "./sql/text.ts";

/** Of two keys over the same columns PostgreSQL takes the older one for a foreign key: nobody can say which. */
export const onAnyKey = <T extends object>(constraint: T): T =>
  "references" in constraint && typeof constraint.references === "object" && constraint.references !== null
    ? { ...constraint, references: omit(constraint.references as { readonly index?: string }, "index") }
    : constraint;

/** `ON a, b FROM t`: PostgreSQL lists columns as they stand in the table, however they were given. */
const inAnyOrder = (definition: string): string =>
  definition.replace(/ ON (.*) FROM /s, (_, list: string) => ` ON ${list.split(", ").sort().join(", ")} FROM `);

/** What is not compared: versions of extensions differ from server to server; the order of attributes cannot be changed. */
const comparable: { readonly [K in Kind]?: (value: Objects[K]) => unknown } = {
  extension: ({ name, schema }) => ({ name, schema }),
  table: (table) => omit(table, "partitionOf", "inherits"),
  composite: ({ attributes, ...rest }) => ({
    ...rest,
    attributes: attributes.toSorted((a, b) => (a.name < b.name ? -1 : 1)),
  }),
  statistics: (one) => ({ ...one, definition: inAnyOrder(one.definition) }),
  column: (column) => omit(column, "local"),
  constraint: (constraint) => onAnyKey(omit(constraint, "inherited", "local", "partition", "fromParent")),
};

export const sameValue = (from: Part, to: Part): boolean => {
  if (from.kind !== to.kind) return false;
  // Nearly all are, and what is the same is so however it is looked at.
  if (sameJson(from.value, to.value)) return true;
  const view = (comparable[from.kind] ?? ((value: unknown) => value)) as (value: unknown) => unknown;
  return sameJson(view(from.value), view(to.value));
};
