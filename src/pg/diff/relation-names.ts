// Names of relations by schema: tables, views, indexes, sequences and composite types share them.
import type { Catalog } from "../catalog.ts";
import type { ObjectName } from "../catalog/object.ts";
import { nameKey, sameName } from "../catalog/object.ts";

/** Indexes and sequences that go where their table or view goes. */
export const movingAlong = (
  { tables, views, sequences }: Catalog,
  relation: ObjectName,
): readonly { readonly noun: "INDEX" | "SEQUENCE"; readonly name: string }[] => {
  const table = tables.find((one) => sameName(one, relation));
  const identities = (table?.columns ?? []).flatMap(({ identity }) =>
    identity === undefined ? [] : [identity.sequence.name],
  );
  const owned = sequences.filter(({ ownedBy }) => ownedBy !== undefined && sameName(ownedBy.table, relation));
  return [
    ...((table ?? views.find((one) => sameName(one, relation)))?.indexes ?? []).map(({ name }) => ({
      noun: "INDEX" as const,
      name,
    })),
    ...[...identities, ...owned.map(({ name }) => name)].map((name) => ({ noun: "SEQUENCE" as const, name })),
  ];
};

/** Real state: which names are taken, while things move about. */
export class RelationNames {
  readonly #taken: Set<string>;

  constructor(catalog: Catalog) {
    const { tables, views, sequences, composites, enums, domains, ranges, baseTypes } = catalog;
    const own = [tables, views, sequences, composites, enums, domains, ranges, baseTypes].flat();
    const along = [...tables, ...views].flatMap((one) =>
      movingAlong(catalog, one).map(({ name }) => ({ schema: one.schema, name })),
    );
    this.#taken = new Set([...own, ...along].map(nameKey));
  }

  has(schema: string, name: string): boolean {
    return this.#taken.has(nameKey({ schema, name }));
  }

  move(from: ObjectName, to: ObjectName): void {
    this.#taken.delete(nameKey(from));
    this.#taken.add(nameKey(to));
  }
}
