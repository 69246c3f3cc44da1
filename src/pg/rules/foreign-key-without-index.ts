// Rule: foreign keys whose referencing columns no index leads with, so that every DELETE of a parent scans the child.
import type { Evidence, Fix, Severity } from "../../kernel/finding.ts";
import { bytes, listed, plural } from "../../kernel/words.ts";
import type { ObjectName } from "../catalog/object.ts";
import type { ForeignKey, Index, Table } from "../catalog/tables.ts";
import type { HealthIndex } from "../health/measures.ts";
import { countedSeconds, indexHealth } from "../health/measures.ts";
import { sizeEvidence } from "../measure.ts";
import { NewNames } from "../names.ts";
import { quoteName, quotePath } from "../quote.ts";
import type { DatabaseReading, DatabaseRule } from "./rule.ts";

/** The columns that a predicate says are not null, when it says nothing else. */
const notNullColumns = (predicate: string): readonly string[] | undefined => {
  const terms = predicate.replace(/^\((.*)\)$/s, "$1").split(/\s+AND\s+/);
  const columns = terms.map((term) => /^\(*("(?:[^"]|"")+"|[\w$]+) IS NOT NULL\)*$/u.exec(term)?.[1]);
  return columns.every((column) => column !== undefined)
    ? columns.map((column) => (column.startsWith('"') ? column.slice(1, -1).replaceAll('""', '"') : column))
    : undefined;
};

/** The check of a parent row looks for equal, and so not null, values: a partial index serves if it leaves out only nulls. */
const servesAllRows = (index: Index, columns: readonly string[]): boolean => {
  if (index.predicate === undefined) return true;
  const only = notNullColumns(index.predicate);
  return only?.every((column) => columns.includes(column)) === true;
};

/** An index sorted by another collation than the column's own does not answer `=` on it. */
const sameCollation = (table: Table, index: Index, column: string): boolean => {
  const key = index.keys.find(({ text, expression }) => !expression && text === column);
  const own = table.columns.find(({ name }) => name === column)?.collation;
  if (key?.collation === undefined) return true;
  return own === undefined
    ? key.collation.name === "default" || key.collation.schema === ""
    : own.name === key.collation.name;
};

const leads = (index: Index, columns: readonly string[]): boolean => {
  const keys = index.keys.map(({ text, expression }) => (expression ? undefined : text));
  const isOne = (key: string | undefined): boolean => key !== undefined && columns.includes(key);
  switch (index.method) {
    case "btree":
      // Also a unique index on some of the columns alone: it finds one row at most.
      return (
        (keys.length >= columns.length && keys.slice(0, columns.length).every(isOne)) ||
        (index.unique && index.predicate === undefined && keys.every(isOne))
      );
    case "hash":
      return columns.length === 1 && isOne(keys[0]);
    case "gist":
      // With btree_gist, as exclusion constraints have it: room_id WITH =, during WITH &&.
      return columns.every((column) => keys.includes(column)) && isOne(keys[0]);
    default:
      return false;
  }
};

export const covers = (table: Table, index: Index, columns: readonly string[]): boolean =>
  index.valid &&
  leads(index, columns) &&
  servesAllRows(index, columns) &&
  columns.every((column) => sameCollation(table, index, column));

/** The columns turned so that the new index does not begin like one there is, which it would make redundant. */
const turned = (table: Table, columns: readonly string[]): readonly string[] => {
  const begins = (column: string): boolean =>
    table.indexes.some(({ keys, predicate }) => keys[0]?.text === column && predicate === undefined);
  const first = columns.findIndex((column) => !begins(column));
  return first <= 0 ? columns : [...columns.slice(first), ...columns.slice(0, first)];
};

/** Indexes on a partitioned table cannot be built concurrently. */
const newIndex = (table: Table, columns: readonly string[], names: NewNames): Fix => {
  const name = names.take(table, columns, "idx");
  const on = `${quotePath(table)} (${columns.map(quoteName).join(", ")})`;
  const way = table.kind === "partitioned" ? "" : "CONCURRENTLY ";
  return {
    kind: "sql",
    up: `CREATE INDEX ${way}${quoteName(name)} ON ${on};`,
    down: `DROP INDEX ${way}${quotePath({ schema: table.schema, name })};`,
    transactional: table.kind === "partitioned",
  };
};

interface Group {
  readonly columns: readonly string[];
  readonly keys: readonly ForeignKey[];
}

/** Foreign keys over the same columns share one finding; those over more columns come first, since their index may serve others. */
const uncovered = (table: Table): readonly Group[] => {
  const open = table.constraints
    .filter((one): one is ForeignKey => one.kind === "foreign-key" && !one.inherited)
    .filter(({ columns }) => !table.indexes.some((index) => covers(table, index, columns)));
  const groups = [...Map.groupBy(open, ({ columns }) => columns.toSorted().join("\0")).values()];
  return groups
    .map((keys) => ({ columns: turned(table, keys[0]?.columns ?? []), keys }))
    .toSorted((a, b) => b.columns.length - a.columns.length);
};

const tableName = ({ schema, name }: ObjectName): string => `${schema}.${name}`;

const help = (table: Table): string =>
  table.kind === "partitioned"
    ? "an index that begins with these columns; on a partitioned table building it blocks writes, unless each partition gets its own first"
    : "an index that begins with these columns; built concurrently, it blocks no writes";

/** A child of this size is read in a moment. */
const smallPages = 128;
const day = 86_400;

interface Measured extends HealthIndex {
  /** That the counters cover, at most. */
  readonly days: number;
}

const measuredIn = ({ health }: DatabaseReading): Measured | undefined =>
  health === undefined ? undefined : { ...indexHealth(health), days: (countedSeconds(health) ?? 0) / day };

/** What it costs so far: how often parents were deleted, and how much a look at the child reads. */
interface Cost {
  readonly severity: Severity;
  readonly note: string;
  /** Read in a moment, and hardly ever asked for: not worth a finding of its own. */
  readonly trifle: boolean;
}

const costOf = (measured: Measured | undefined, table: Table, parents: readonly ObjectName[]): Cost | undefined => {
  if (measured === undefined) return undefined;
  const child = measured.relation(table);
  if (child === undefined || child.kind === "partitioned") return undefined;
  const deleted = parents.reduce((sum, parent) => sum + (measured.relation(parent)?.deleted ?? 0), 0);
  const { days } = measured;
  const perDay = days >= 1 ? ` (${(deleted / days).toFixed(1)} a day)` : "";
  const parent = parents.length === 1 ? "the parent" : "the parents";
  const small = child.pages <= smallPages && child.heapBytes <= smallPages * 8192;
  // Rows of a lookup table hardly ever go, and an index on a few values serves no other query.
  const lookup = parents.every((one) => (measured.relation(one)?.pages ?? smallPages + 1) <= smallPages);
  return {
    trifle: small && deleted * child.pages < 100_000,
    severity: small || (deleted === 0 && (days >= 7 || lookup)) ? "info" : "warning",
    note: `${deleted.toLocaleString("en-US")} rows of ${parent} were deleted so far${perDay}; each reads ${bytes(child.heapBytes)}`,
  };
};

const withCost = (evidence: Evidence | undefined, cost: Cost | undefined) => ({
  ...(cost === undefined ? {} : { severity: cost.severity }),
  ...(evidence === undefined
    ? {}
    : { evidence: cost === undefined ? evidence : { ...evidence, note: `${evidence.note}; ${cost.note}` } }),
});

interface Trifle {
  readonly table: Table;
  readonly names: readonly string[];
}

function* checkTable(
  reading: DatabaseReading,
  measured: Measured | undefined,
  table: Table,
  names: NewNames,
  trifles: Trifle[],
) {
  const planned: { readonly columns: readonly string[]; readonly fix: Fix }[] = [];
  for (const { columns, keys } of uncovered(table)) {
    const parents = keys.map(({ references }) => references.table);
    const cost = costOf(measured, table, parents);
    if (cost?.trifle === true) {
      trifles.push({ table, names: keys.map(({ name }) => name) });
      continue;
    }
    const serving = planned.find((one) =>
      columns.every((column) => one.columns.slice(0, columns.length).includes(column)),
    );
    const fix = serving?.fix ?? newIndex(table, columns, names);
    planned.push({ columns: serving?.columns ?? columns, fix });
    const first = keys[0]?.name ?? "";
    yield {
      message: `foreign key ${listed(keys.map(({ name }) => name))} of ${tableName(table)} (${(keys[0]?.columns ?? columns).join(", ")}) has no index: each DELETE or key UPDATE in ${listed([...new Set(parents.map(tableName))])} scans the whole table`,
      at: { kind: "object", type: "constraint", schema: table.schema, name: `${table.name}.${first}` } as const,
      help: help(table),
      fix,
      ...withCost(sizeEvidence(reading, [table, ...parents]).evidence, cost),
    };
  }
}

const shown = 6;

/** One note for all: each index would cost every write something, and save nothing that anybody notices. */
function* together(trifles: readonly Trifle[]) {
  for (const [schema, mine] of Map.groupBy(trifles, ({ table }) => table.schema)) {
    const keys = mine.flatMap(({ table, names }) => names.map((name) => `${table.name}.${name}`));
    const some =
      keys.length > shown ? `${keys.slice(0, shown).join(", ")} and ${keys.length - shown} more` : listed(keys);
    yield {
      severity: "info" as const,
      message: `${plural(keys.length, "foreign key")} of small tables in schema ${schema} ${keys.length === 1 ? "has" : "have"} no index: harmless while those tables stay small (${some})`,
      at: { kind: "object", type: "schema", name: schema } as const,
      help: "look again when they have grown; an index would cost every write something",
      evidence: { note: `each child is read in a moment: ${smallPages} pages at most`, data: keys },
    };
  }
}

/**
 * A warning, and a note where the child is small or no parent was deleted in a week: correct, and unnoticed while tables are small; then a DELETE of one parent row takes as long as reading the child, with
 * a lock held. A foreign key that comes from a parent table is reported there.
 */
export const foreignKeyWithoutIndex: DatabaseRule = {
  id: "db/foreign-key-without-index",
  severity: "warning",
  about: "Foreign keys without an index on their own columns",
  help: "create an index that begins with the foreign key's columns",
  *check(reading) {
    const names = new NewNames(reading.catalog);
    const measured = measuredIn(reading);
    const trifles: Trifle[] = [];
    for (const table of reading.catalog.tables) {
      if (table.kind !== "foreign") yield* checkTable(reading, measured, table, names, trifles);
    }
    yield* together(trifles);
  },
};
