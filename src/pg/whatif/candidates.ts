// Indexes worth trying for what plans do with tables: equality, then range, then order; partial, covering, and by other methods.
import type { Catalog } from "../catalog.ts";
import type { ObjectName } from "../catalog/object.ts";
import { nameKey, sameName } from "../catalog/object.ts";
import type { Column, Index, Table, View } from "../catalog/tables.ts";
import { quotePath } from "../quote.ts";
import type { Known } from "./index-shape.ts";
import type { TableUse, Use } from "./predicates.ts";
import type { ColumnStatistics } from "./statistics.ts";

export interface Candidate {
  readonly schema: string;
  readonly table: string;
  /** What follows the name: `ON public.t USING btree (a, b) INCLUDE (c) WHERE d`. */
  readonly definition: string;
  readonly method: "btree" | "gin" | "brin";
  /** Columns and expressions, in order, without their direction. */
  readonly keys: readonly string[];
  readonly include: readonly string[];
  readonly predicate?: string;
  /** Queries that it was thought of for. */
  readonly queries: ReadonlySet<number>;
}

/** Relations that can have indexes. */
export interface Holder {
  readonly table: ObjectName;
  readonly columns: readonly Pick<Column, "name" | "type">[];
  readonly indexes: readonly Index[];
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

/** Types without an order that btrees could keep, or with one that no query asks for. */
const unsorted =
  /^(json|jsonb|xml|point|box|circle|line|lseg|path|polygon|tsvector|tsquery|hstore|geometry|geography|vector)$/;

const isSortable = (holder: Holder, { column }: Pick<Use, "column">): boolean => {
  if (column === undefined) return true;
  const type = holder.columns.find(({ name }) => name === column)?.type;
  return type !== undefined && !type.array && !unsorted.test(type.name);
};

/** 1 GiB. */
const bigTable = 131_072;

/** Columns: of a table this narrow, an index may hold all. */
const smallTable = 3;

export interface CandidateOptions {
  readonly catalog: Catalog;
  readonly known: Known;
  /** Patterns can use plain btrees. */
  readonly plainCollation: boolean;
}

interface Shape {
  readonly method: Candidate["method"];
  readonly keys: readonly string[];
  /** The keys as they are written, where that says more. */
  readonly written?: readonly string[];
  readonly include?: readonly string[];
  readonly predicate?: string;
}

const unique = (keys: readonly string[]): readonly string[] => [...new Set(keys)];

const definitionOf = (table: ObjectName, { method, keys, written = keys, include = [], predicate }: Shape): string =>
  [
    `ON ${quotePath(table)} USING ${method} (${written.join(", ")})`,
    ...(include.length === 0 ? [] : [`INCLUDE (${include.join(", ")})`]),
    ...(predicate === undefined ? [] : [`WHERE ${predicate}`]),
  ].join(" ");

/** What one plan asks of one table, as shapes of indexes. */
class Asking {
  readonly #holder: Holder;
  readonly #use: TableUse;
  readonly #options: CandidateOptions;

  constructor(holder: Holder, use: TableUse, options: CandidateOptions) {
    this.#holder = holder;
    this.#use = use;
    this.#options = options;
  }

  #statistics(column: string | undefined): ColumnStatistics | undefined {
    return column === undefined
      ? undefined
      : this.#options.known.columns.get(`${nameKey({ schema: this.#use.schema, name: this.#use.table })}\0${column}`);
  }

  #rows(): number {
    return this.#options.known.relations.get(nameKey({ schema: this.#use.schema, name: this.#use.table }))?.tuples ?? 0;
  }

  /** The more different values, the fewer rows are left. */
  #selective(uses: readonly Use[]): readonly string[] {
    const distinct = ({ column, operator }: Use): number => {
      const found = this.#statistics(column);
      if (operator === "is null") return 1 / Math.max(0.001, found?.nullFraction ?? 0.1);
      if (found === undefined) return this.#rows() / 10;
      return found.distinct < 0 ? -found.distinct * this.#rows() : found.distinct;
    };
    return unique(uses.toSorted((a, b) => distinct(b) - distinct(a)).map(({ key }) => key));
  }

  #of(...kinds: readonly Use["kind"][]): readonly Use[] {
    return this.#use.uses.filter((use) => kinds.includes(use.kind) && isSortable(this.#holder, use));
  }

  /** btrees: equality first, then one range or the order; each join column on its own and behind what is constant. */
  #trees(): readonly Shape[] {
    const equal = this.#selective(this.#of("equal"));
    const joins = unique(this.#of("join").map(({ key }) => key));
    const range = unique(this.#of("range").map(({ key }) => key));
    const prefix = this.#of("prefix");
    const order = this.#of("order");
    const orderKeys = unique(order.map(({ key }) => key)).filter((key) => !equal.includes(key));
    const mixed = order.some(({ descending }) => descending !== (order[0]?.descending ?? false));
    const orderWritten = mixed
      ? orderKeys.map((key) => `${key}${order.find((one) => one.key === key)?.descending === true ? " DESC" : ""}`)
      : orderKeys;
    const tails = [...range.map((key) => [key]), ...(orderKeys.length > 0 && orderKeys.length <= 3 ? [orderKeys] : [])];
    const heads = [equal, ...equal.map((key) => [key]), ...(equal.length > 2 ? [equal.slice(0, 2)] : [])];
    const shape = (keys: readonly string[], written?: readonly string[]): Shape => ({
      method: "btree",
      keys: unique(keys),
      ...(written === undefined ? {} : { written }),
    });
    const withOrder =
      mixed && orderKeys.length > 1 ? [shape([...equal, ...orderKeys], [...equal, ...orderWritten])] : [];
    return [
      ...heads.filter((head) => head.length > 0).map((head) => shape(head)),
      ...tails.flatMap((tail) => [shape(tail), shape([...equal, ...tail])]),
      ...joins.flatMap((join) => [
        shape([join]),
        shape([...equal, join]),
        shape([join, ...equal]),
        ...range.slice(0, 2).map((key) => shape([join, key])),
        ...(orderKeys.length > 0 ? [shape([join, ...orderKeys])] : []),
      ]),
      ...(joins.length > 1 ? [shape(joins)] : []),
      ...withOrder,
      ...prefix.flatMap(({ key }) =>
        this.#options.plainCollation ? [shape([key])] : [shape([key], [`${key} text_pattern_ops`])],
      ),
    ].filter(({ keys }) => keys.length > 0 && keys.length <= 5);
  }

  /** Few rows under a condition that never changes: an index of them alone. */
  #partials(trees: readonly Shape[]): readonly Shape[] {
    return this.#use.predicates.flatMap(({ text, columns: [column] }) => {
      if (!this.#isState(column) || this.#share(text, column) > 0.1) return [];
      const rest = trees
        .map(({ keys, written, ...one }) => ({ ...one, keys: keys.filter((key) => key !== column), written }))
        .filter(({ keys }) => keys.length > 0)
        .map(({ method, keys }): Shape => ({ method, keys, predicate: text }));
      const alone: Shape = { method: "btree", keys: [column ?? ""], predicate: text };
      return rest.length === 0 && column !== undefined ? [alone] : rest.slice(0, 4);
    });
  }

  /** A column of a few values that code names: a state, a kind, a flag; not one that says whose a row is. */
  #isState(column: string | undefined): boolean {
    const distinct = this.#statistics(column)?.distinct;
    return (
      distinct !== undefined &&
      ((distinct >= 0 && distinct <= 20) || (this.#statistics(column)?.nullFraction ?? 0) > 0.5)
    );
  }

  /** How many rows a condition lets through, by the statistics. */
  #share(predicate: string, column: string | undefined): number {
    const found = this.#statistics(column);
    if (found === undefined) return 1;
    if (predicate.endsWith("IS NULL")) return found.nullFraction;
    if (predicate.endsWith("IS NOT NULL")) return 1 - found.nullFraction;
    const values = found.commonValues?.slice(1, -1).split(",") ?? [];
    const shares = found.commonFrequencies?.slice(1, -1).split(",").map(Number) ?? [];
    const wanted = /= '(.*)'$/s.exec(predicate)?.[1] ?? (predicate.startsWith("NOT ") ? "f" : "t");
    const at = values.findIndex((value) => value.replace(/^"|"$/g, "") === wanted);
    return at < 0 ? (values.length === 0 ? 1 : 0.01) : (shares[at] ?? 1);
  }

  /** All that the query reads of a narrow kind in the index itself. */
  #covering(trees: readonly Shape[]): readonly Shape[] {
    const bytesOf = (column: string): number => this.#statistics(column)?.width ?? 100;
    const [best, second] = trees.toSorted((a, b) => b.keys.length - a.keys.length);
    return [best, second, trees[0]].flatMap((tree) => {
      if (tree === undefined || tree.written !== undefined || tree.keys.some((key) => key.includes("("))) return [];
      const rest = this.#use.columns.filter((column) => !tree.keys.includes(column));
      const bytes = rest.reduce((sum, column) => sum + bytesOf(column), 0);
      if (rest.length === 0 || rest.length > 4 || bytes > 48) return [];
      // An index that holds every column is a second copy of the table.
      const width = this.#holder.columns.length;
      if (width > smallTable && tree.keys.length + rest.length >= width) return [];
      return [
        {
          ...tree,
          include: rest.map((name) => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`)),
        },
      ];
    });
  }

  /** Documents, arrays, words and patterns. */
  #inverted(): readonly Shape[] {
    const hasTrigrams = this.#options.catalog.extensions.some(({ name }) => name === "pg_trgm");
    return this.#use.uses.flatMap(({ kind, key, column, operator }): readonly Shape[] => {
      const type = this.#holder.columns.find(({ name }) => name === column)?.type;
      const gin = (written: string): Shape => ({ method: "gin", keys: [key], written: [written] });
      if (kind === "pattern")
        return hasTrigrams && (type === undefined || /^(text|varchar|bpchar|citext)$/.test(type.name))
          ? [gin(`${key} gin_trgm_ops`)]
          : [];
      if (kind !== "contains") return [];
      if (type?.name === "jsonb" && !type.array)
        return operator === "@>" || operator === "@?" || operator === "@@"
          ? [gin(`${key} jsonb_path_ops`)]
          : [gin(key)];
      return type?.array === true || type?.name === "tsvector" || column === undefined ? [gin(key)] : [];
    });
  }

  /** Rows that lie in the order of a column, in a table too large to read. */
  #summaries(): readonly Shape[] {
    const blocks =
      this.#options.known.relations.get(nameKey({ schema: this.#use.schema, name: this.#use.table }))?.blocks ?? 0;
    if (blocks < bigTable) return [];
    return this.#of("range").flatMap(({ key, column }) =>
      Math.abs(this.#statistics(column)?.correlation ?? 0) > 0.95 ? [{ method: "brin" as const, keys: [key] }] : [],
    );
  }

  shapes(): readonly Shape[] {
    const trees = this.#trees();
    return [...trees, ...this.#partials(trees), ...this.#covering(trees), ...this.#inverted(), ...this.#summaries()];
  }
}

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
    for (const shape of new Asking(holder, use, options).shapes()) {
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
