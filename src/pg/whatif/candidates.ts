// Indexes worth trying for what the plans of a workload do with tables; those that are there already are not.
import type { Catalog } from "../catalog.ts";
import type { ObjectName } from "../catalog/object.ts";
import { sameName } from "../catalog/object.ts";
import type { Index, Table, View } from "../catalog/tables.ts";
import { quotePath } from "../quote.ts";
import type { TableUse } from "./predicates.ts";
import type { CandidateOptions, Holder, Shape } from "./shapes.ts";
import { shapesFor } from "./shapes.ts";

export interface Candidate {
  readonly schema: string;
  readonly table: string;
  /** What follows the name: `ON public.t USING btree (a, b) INCLUDE (c) WHERE d`. */
  readonly definition: string;
  readonly method: Shape["method"];
  /** Columns and expressions, in order, without their direction. */
  readonly keys: readonly string[];
  readonly include: readonly string[];
  readonly predicate?: string;
  /** Queries that it was thought of for. */
  readonly queries: ReadonlySet<number>;
}

/** A partition's index is made on its root. */
const rootOf = (catalog: Catalog, table: Table): Table => {
  const parent = table.partitionOf?.parent;
  const found = parent === undefined ? undefined : catalog.tables.find((one) => sameName(one, parent));
  return found === undefined ? table : rootOf(catalog, found);
};

export const holderOf = (catalog: Catalog, name: ObjectName): Holder | undefined => {
  const table = catalog.tables.find((one) => sameName(one, name));
  if (table !== undefined) {
    const root = rootOf(catalog, table);
    return root.kind === "foreign" ? undefined : { table: root, columns: root.columns, indexes: root.indexes };
  }
  const view: View | undefined = catalog.views.find((one) => one.materialized && sameName(one, name));
  return view === undefined ? undefined : { table: view, columns: view.columns, indexes: view.indexes };
};

const definitionOf = (table: ObjectName, { method, keys, written = keys, include = [], predicate }: Shape): string =>
  [
    `ON ${quotePath(table)} USING ${method} (${written.join(", ")})`,
    ...(include.length === 0 ? [] : [`INCLUDE (${include.join(", ")})`]),
    ...(predicate === undefined ? [] : [`WHERE ${predicate}`]),
  ].join(" ");

const plainKeys = (index: Index): readonly string[] => index.keys.map(({ text }) => text);

/** Exactly this is there already, or more of it. */
const isThere = (holder: Holder, { method, keys, include = [], predicate }: Shape): boolean =>
  holder.indexes.some((index) => {
    const own = plainKeys(index);
    return (
      index.valid &&
      index.method === method &&
      (index.predicate === undefined || predicate !== undefined) &&
      (index.predicate === undefined) === (predicate === undefined) &&
      keys.every((key, i) => own[i] === key) &&
      include.every((column) => index.include.includes(column) || own.includes(column))
    );
  });

/** Candidates for all uses of all queries; those alike are one. */
export const candidatesFor = (
  uses: readonly { readonly query: number; readonly use: TableUse }[],
  options: CandidateOptions,
): readonly Candidate[] => {
  const found = new Map<string, Candidate & { readonly queries: Set<number> }>();
  for (const { query, use } of uses) {
    const holder = holderOf(options.catalog, { schema: use.schema, name: use.table });
    if (holder === undefined) continue;
    for (const shape of shapesFor({ holder, use, options })) {
      if (isThere(holder, shape)) continue;
      const definition = definitionOf(holder.table, shape);
      const known = found.get(definition);
      if (known !== undefined) known.queries.add(query);
      else
        found.set(definition, {
          schema: holder.table.schema,
          table: holder.table.name,
          definition,
          method: shape.method,
          keys: shape.keys,
          include: shape.include ?? [],
          ...(shape.predicate === undefined ? {} : { predicate: shape.predicate }),
          queries: new Set([query]),
        });
    }
  }
  return [...found.values()].toSorted((a, b) => (a.definition < b.definition ? -1 : 1));
};
