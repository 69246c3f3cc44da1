// Shapes of indexes for what one plan does with one table: equality, then range, then order; partial, covering, and by other methods.
import type { Catalog } from "../catalog.ts";
import type { ObjectName } from "../catalog/object.ts";
import { nameKey } from "../catalog/object.ts";
import type { Column, Index } from "../catalog/tables.ts";
import type { Known } from "./index-shape.ts";
import type { TableUse, Use } from "./predicates.ts";
import type { ColumnStatistics, RelationNumbers } from "./statistics.ts";
import { arrayElements } from "./typical-values.ts";

/** Relations that can have indexes. */
export interface Holder {
  readonly table: ObjectName;
  readonly columns: readonly Pick<Column, "name" | "type">[];
  readonly indexes: readonly Index[];
}

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

export interface Shape {
  readonly method: "btree" | "gin" | "brin";
  readonly keys: readonly string[];
  /** The keys as they are written, where that says more. */
  readonly written?: readonly string[];
  readonly include?: readonly string[];
  readonly predicate?: string;
}

const unique = (keys: readonly string[]): readonly string[] => [...new Set(keys)];

/** What one plan asks of one table. */
export interface Asking {
  readonly holder: Holder;
  readonly use: TableUse;
  readonly options: CandidateOptions;
}

const statisticsOf = (asking: Asking, column: string | undefined): ColumnStatistics | undefined => {
  return column === undefined
    ? undefined
    : asking.options.known.columns.get(`${nameKey({ schema: asking.use.schema, name: asking.use.table })}\0${column}`);
};

const numbersOf = ({ use, options }: Asking): RelationNumbers | undefined =>
  options.known.relations.get(nameKey({ schema: use.schema, name: use.table }));

const rowsIn = (asking: Asking): number => numbersOf(asking)?.tuples ?? 0;

/** The more different values, the fewer rows are left. */
const selective = (asking: Asking, uses: readonly Use[]): readonly string[] => {
  const distinct = ({ column, operator }: Use): number => {
    const found = statisticsOf(asking, column);
    if (operator === "is null") return 1 / Math.max(0.001, found?.nullFraction ?? 0.1);
    if (found === undefined) return rowsIn(asking) / 10;
    return found.distinct < 0 ? -found.distinct * rowsIn(asking) : found.distinct;
  };
  return unique(uses.toSorted((a, b) => distinct(b) - distinct(a)).map(({ key }) => key));
};

const usesOf = ({ use, holder }: Asking, ...kinds: readonly Use["kind"][]): readonly Use[] =>
  use.uses.filter((one) => kinds.includes(one.kind) && isSortable(holder, one));

/** btrees: equality first, then one range or the order; each join column on its own and behind what is constant. */
const treesOf = (asking: Asking): readonly Shape[] => {
  const equal = selective(asking, usesOf(asking, "equal"));
  const joins = unique(usesOf(asking, "join").map(({ key }) => key));
  const range = unique(usesOf(asking, "range").map(({ key }) => key));
  const prefix = usesOf(asking, "prefix");
  const order = usesOf(asking, "order");
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
  const withOrder = mixed && orderKeys.length > 1 ? [shape([...equal, ...orderKeys], [...equal, ...orderWritten])] : [];
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
      asking.options.plainCollation ? [shape([key])] : [shape([key], [`${key} text_pattern_ops`])],
    ),
  ].filter(({ keys }) => keys.length > 0 && keys.length <= 5);
};

/** Few rows under a condition that never changes: an index of them alone. */
const partialsOf = (asking: Asking, trees: readonly Shape[]): readonly Shape[] =>
  asking.use.predicates.flatMap(({ text, columns: [column] }) => {
    if (!isState(asking, column) || shareOf(asking, text, column) > 0.1) return [];
    const rest = trees
      .map(({ keys, written, ...one }) => ({ ...one, keys: keys.filter((key) => key !== column), written }))
      .filter(({ keys }) => keys.length > 0)
      .map(({ method, keys }): Shape => ({ method, keys, predicate: text }));
    const alone: Shape = { method: "btree", keys: [column ?? ""], predicate: text };
    return rest.length === 0 && column !== undefined ? [alone] : rest.slice(0, 4);
  });

/** A column of a few values that code names: a state, a kind, a flag; not one that says whose a row is. */
const isState = (asking: Asking, column: string | undefined): boolean => {
  const distinct = statisticsOf(asking, column)?.distinct;
  return (
    distinct !== undefined &&
    ((distinct >= 0 && distinct <= 20) || (statisticsOf(asking, column)?.nullFraction ?? 0) > 0.5)
  );
};

/** How many rows a condition lets through, by the statistics. */
const shareOf = (asking: Asking, predicate: string, column: string | undefined): number => {
  const found = statisticsOf(asking, column);
  if (found === undefined) return 1;
  if (predicate.endsWith("IS NULL")) return found.nullFraction;
  if (predicate.endsWith("IS NOT NULL")) return 1 - found.nullFraction;
  const values = found.commonValues === undefined ? [] : arrayElements(found.commonValues);
  const shares = found.commonFrequencies?.slice(1, -1).split(",").map(Number) ?? [];
  const wanted = /= '(.*)'$/s.exec(predicate)?.[1] ?? (predicate.startsWith("NOT ") ? "f" : "t");
  const at = values.indexOf(wanted);
  return at < 0 ? (values.length === 0 ? 1 : 0.01) : (shares[at] ?? 1);
};

/** All that the query reads of a narrow kind in the index itself. */
const coveringOf = (asking: Asking, trees: readonly Shape[]): readonly Shape[] => {
  const bytesOf = (column: string): number => statisticsOf(asking, column)?.width ?? 100;
  const [best, second] = trees.toSorted((a, b) => b.keys.length - a.keys.length);
  return [best, second, trees[0]].flatMap((tree) => {
    if (tree === undefined || tree.written !== undefined || tree.keys.some((key) => key.includes("("))) return [];
    const rest = asking.use.columns.filter((column) => !tree.keys.includes(column));
    const bytes = rest.reduce((sum, column) => sum + bytesOf(column), 0);
    if (rest.length === 0 || rest.length > 4 || bytes > 48) return [];
    // An index that holds every column is a second copy of the table.
    const width = asking.holder.columns.length;
    if (width > smallTable && tree.keys.length + rest.length >= width) return [];
    return [
      {
        ...tree,
        include: rest.map((name) => (/^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`)),
      },
    ];
  });
};

/** Documents, arrays, words and patterns. */
const invertedOf = (asking: Asking): readonly Shape[] => {
  const hasTrigrams = asking.options.catalog.extensions.some(({ name }) => name === "pg_trgm");
  return asking.use.uses.flatMap(({ kind, key, column, operator }): readonly Shape[] => {
    const type = asking.holder.columns.find(({ name }) => name === column)?.type;
    const gin = (written: string): Shape => ({ method: "gin", keys: [key], written: [written] });
    if (kind === "pattern")
      return hasTrigrams && (type === undefined || /^(text|varchar|bpchar|citext)$/.test(type.name))
        ? [gin(`${key} gin_trgm_ops`)]
        : [];
    if (kind !== "contains") return [];
    if (type?.name === "jsonb" && !type.array)
      return operator === "@>" || operator === "@?" || operator === "@@" ? [gin(`${key} jsonb_path_ops`)] : [gin(key)];
    return type?.array === true || type?.name === "tsvector" || column === undefined ? [gin(key)] : [];
  });
};

/** Rows that lie in the order of a column, in a table too large to read. */
const summariesOf = (asking: Asking): readonly Shape[] => {
  if ((numbersOf(asking)?.blocks ?? 0) < bigTable) return [];
  return usesOf(asking, "range").flatMap(({ key, column }) =>
    Math.abs(statisticsOf(asking, column)?.correlation ?? 0) > 0.95 ? [{ method: "brin" as const, keys: [key] }] : [],
  );
};

export const shapesFor = (asking: Asking): readonly Shape[] => {
  const trees = treesOf(asking);
  return [
    ...trees,
    ...partialsOf(asking, trees),
    ...coveringOf(asking, trees),
    ...invertedOf(asking),
    ...summariesOf(asking),
  ];
};
