// Indexes that had stepped aside take their old names again: on the way back none is built that is still there.
import type { Catalog } from "../catalog.ts";
import type { ObjectName } from "../catalog/object.ts";
import { nameKey, sameName } from "../catalog/object.ts";
import type { Index } from "../catalog/tables.ts";
import { quoteName, quotePath } from "../quote.ts";
import { asideName } from "./aside.ts";
import { omit } from "./omit.ts";
import { sameJson } from "./sql/text.ts";

interface Owner extends ObjectName {
  readonly indexes: readonly Index[];
}

interface Return {
  readonly owner: Owner;
  readonly aside: Index;
  readonly index: Index;
}

const isSameIndex = (a: Index, b: Index): boolean =>
  sameJson(omit(a, "name", "definition"), omit(b, "name", "definition"));

const returnsOf = (now: readonly Owner[], before: readonly Owner[]): readonly Return[] => {
  const byName = new Map(now.map((one) => [nameKey(one), one]));
  return before.flatMap((owner) => {
    const there = byName.get(nameKey(owner))?.indexes ?? [];
    return owner.indexes.flatMap((index) => {
      const aside = there.find(({ name }) => name === asideName(index.name));
      const taken = there.some(({ name }) => name === index.name);
      return aside === undefined || taken || !isSameIndex(aside, index) ? [] : [{ owner, aside, index }];
    });
  });
};

const renamed = <T extends Owner>(owners: readonly T[], returns: readonly Return[]): readonly T[] =>
  owners.map((one) => {
    const own = returns.filter(({ owner }) => sameName(one, owner));
    if (own.length === 0) return one;
    return { ...one, indexes: one.indexes.map((index) => own.find(({ aside }) => aside === index)?.index ?? index) };
  });

/** The statements that bring the names back, and what the catalog is after them. */
export const backInPlace = (
  now: Catalog,
  before: Catalog,
): { readonly statements: readonly string[]; readonly catalog: Catalog } => {
  const [tables, views] = [returnsOf(now.tables, before.tables), returnsOf(now.views, before.views)];
  const all = [...tables, ...views];
  if (all.length === 0) return { statements: [], catalog: now };
  return {
    statements: all.map(
      ({ owner: { schema }, aside, index }) =>
        `ALTER INDEX ${quotePath({ schema, name: aside.name })} RENAME TO ${quoteName(index.name)}`,
    ),
    catalog: { ...now, tables: renamed(now.tables, tables), views: renamed(now.views, views) },
  };
};
