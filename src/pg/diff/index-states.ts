// What a catalog is between statements that each make or drop one index: known without looking, so that many take one look.
import type { Catalog } from "../catalog.ts";
import type { ObjectName } from "../catalog/object.ts";
import { byName, sameName } from "../catalog/object.ts";
import type { Index } from "../catalog/tables.ts";
import { quoteName, quotePath } from "../quote.ts";

interface Held {
  readonly kind: "tables" | "views";
  readonly owner: ObjectName;
  readonly index: Index;
}

const heldIn = (catalog: Catalog): readonly Held[] =>
  (["tables", "views"] as const).flatMap((kind) =>
    catalog[kind].flatMap((owner) =>
      owner.indexes.map((index) => ({ kind, owner: { schema: owner.schema, name: owner.name }, index })),
    ),
  );

const creates = (sql: string, { owner, index }: Held): boolean =>
  ["", "UNIQUE "].some((unique) =>
    sql.startsWith(`CREATE ${unique}INDEX CONCURRENTLY ${quoteName(index.name)} ON ${quotePath(owner)} `),
  );

const drops = (sql: string, { owner, index }: Held): boolean =>
  sql === `DROP INDEX CONCURRENTLY ${quotePath({ schema: owner.schema, name: index.name })}`;

const withIndexes = (
  catalog: Catalog,
  held: Held,
  change: (indexes: readonly Index[]) => readonly Index[],
): Catalog => {
  const changed = <T extends ObjectName & { readonly indexes: readonly Index[] }>(list: readonly T[]): readonly T[] =>
    list.map((one) => (sameName(one, held.owner) ? { ...one, indexes: change(one.indexes) } : one));
  return held.kind === "tables"
    ? { ...catalog, tables: changed(catalog.tables) }
    : { ...catalog, views: changed(catalog.views) };
};

/** The one owner of an index, with nothing else: enough to plan what concerns that index alone. */
const aloneIn = (catalog: Catalog, { kind, owner }: Held, empty: Catalog): Catalog =>
  kind === "tables"
    ? { ...empty, tables: catalog.tables.filter((one) => sameName(one, owner)) }
    : { ...empty, views: catalog.views.filter((one) => sameName(one, owner)) };

const emptied = (catalog: Catalog): Catalog =>
  Object.fromEntries(
    Object.entries(catalog).map(([key, value]) => [key, Array.isArray(value) ? [] : (value as unknown)]),
  ) as unknown as Catalog;

/** A statement's part of the way: what it began with and what it led to, as far as its index is concerned. */
export interface IndexState {
  readonly before: Catalog;
  readonly after: Catalog;
}

/** The states around each statement; undefined where one does something else than make or drop an index. */
export const indexStates = (
  before: Catalog,
  after: Catalog,
  statements: readonly string[],
): readonly IndexState[] | undefined => {
  const [gone, come] = [heldIn(before), heldIn(after)];
  const empty = emptied(before);
  const states: IndexState[] = [];
  let now = before;
  for (const sql of statements) {
    const made = come.find((held) => creates(sql, held));
    const dropped = gone.find((held) => drops(sql, held));
    const held = made ?? dropped;
    if (held === undefined) return undefined;
    const next = withIndexes(now, held, (indexes) => {
      const others = indexes.filter(({ name }) => name !== held.index.name);
      return made === undefined ? others : [...others, made.index].sort(byName);
    });
    states.push({ before: aloneIn(now, held, empty), after: aloneIn(next, held, empty) });
    now = next;
  }
  return states;
};
