// Rule: indexes that another index of the same table makes redundant in every respect.
import type { Fix } from "../../kernel/finding.ts";
import { bytes } from "../../kernel/words.ts";
import type { Catalog, CatalogReading } from "../catalog.ts";
import type { ObjectName } from "../catalog/object.ts";
import { sameName } from "../catalog/object.ts";
import type { Index, IndexKey, Table } from "../catalog/tables.ts";
import { statisticsOf } from "../measure.ts";
import { quoteName, quotePath } from "../quote.ts";
import { dropIndex } from "./drop-index.ts";
import type { DatabaseRule } from "./rule.ts";

/** What holds indexes: a table, or a materialised view. */
export interface Holder extends ObjectName {
  readonly partitioned: boolean;
  readonly indexes: readonly Index[];
  readonly table?: Table;
}

export const holders = ({ tables, views }: Catalog): readonly Holder[] => [
  ...tables.map((table) => ({ ...table, partitioned: table.kind === "partitioned", table })),
  ...views.map((view) => ({ ...view, partitioned: false })),
];

const sameNamed = (a: ObjectName | undefined, b: ObjectName | undefined): boolean =>
  a === undefined || b === undefined ? a === b : sameName(a, b);

const sameKey = (a: IndexKey, b: IndexKey): boolean =>
  a.text === b.text &&
  a.expression === b.expression &&
  sameNamed(a.opclass, b.opclass) &&
  sameNamed(a.collation, b.collation);

/** Sorted alike, or exactly the other way round: a btree is read in both directions. */
const sameOrder = (a: readonly IndexKey[], b: readonly IndexKey[]): boolean =>
  [false, true].some((turned) =>
    a.every((key, i) => {
      const other = b[i];
      return (
        other !== undefined &&
        (key.descending !== other.descending) === turned &&
        (key.nullsFirst !== other.nullsFirst) === turned
      );
    }),
  );

/** `index` gives nothing that `other` does not: the same rows, beginning with the same keys, with at least its extra columns. */
const served = (index: Index, other: Index): boolean => {
  const shorter = index.keys.length < other.keys.length;
  const columns = [...other.keys.map(({ text }) => text), ...other.include];
  return (
    index.method === other.method &&
    index.predicate === other.predicate &&
    (!shorter || (index.method === "btree" && !index.unique)) &&
    index.keys.length <= other.keys.length &&
    index.keys.every((key, i) => other.keys[i] !== undefined && sameKey(key, other.keys[i])) &&
    sameOrder(index.keys, other.keys.slice(0, index.keys.length)) &&
    index.include.every((column) => columns.includes(column)) &&
    (!index.unique || (other.unique && index.nullsNotDistinct === other.nullsNotDistinct))
  );
};

const constraintOf = ({ table }: Holder, { constraint }: Index) =>
  constraint === undefined ? undefined : table?.constraints.find(({ name }) => name === constraint);

export const neededByOthers = (catalog: Catalog, holder: Holder, index: Index): boolean =>
  index.replicaIdentity ||
  index.partOf !== undefined ||
  catalog.tables.some(({ constraints }) =>
    constraints.some(
      (one) =>
        one.kind === "foreign-key" && sameName(one.references.table, holder) && one.references.index === index.name,
    ),
  );

/** May `index` be dropped in favour of `other`? */
const redundant = (catalog: Catalog, holder: Holder, index: Index, other: Index): boolean => {
  if (!index.valid || !other.valid || !served(index, other) || neededByOthers(catalog, holder, index)) return false;
  if (!index.unique) return true;
  // What enforces uniqueness must go on being enforced, at the same moment, and as a constraint if it was one.
  const [own, its] = [constraintOf(holder, index), constraintOf(holder, other)];
  if (own === undefined) return its === undefined || its.deferrable === "no";
  return own.kind === "unique" && !own.inherited && its !== undefined && own.deferrable === its.deferrable;
};

/** Of two that serve each other one stays: a constraint's before a plain one, then the older habit of names. */
const staysBefore = (a: Index, b: Index): boolean => {
  const rank = (index: Index): string =>
    [
      index.constraint === undefined ? 1 : 0,
      index.unique ? 0 : 1,
      index.keys.some(({ descending }) => descending) ? 1 : 0,
      index.name,
    ].join("\0");
  return rank(a) < rank(b);
};

export const keeperOf = (catalog: Catalog, holder: Holder, index: Index): Index | undefined =>
  holder.indexes.find(
    (other) =>
      other !== index &&
      redundant(catalog, holder, index, other) &&
      (!redundant(catalog, holder, other, index) || staysBefore(other, index)),
  );

const dropConstraint = (holder: Holder, name: string, definition: string): Fix => ({
  kind: "sql",
  up: `ALTER TABLE ${quotePath(holder)} DROP CONSTRAINT ${quoteName(name)};`,
  down: `ALTER TABLE ${quotePath(holder)} ADD CONSTRAINT ${quoteName(name)} ${definition};`,
  transactional: true,
});

const fixFor = (holder: Holder, index: Index): Fix => {
  const constraint = constraintOf(holder, index);
  return constraint === undefined
    ? dropIndex(holder, index)
    : dropConstraint(holder, constraint.name, constraint.definition);
};

const evidenceFor = (reading: CatalogReading, holder: Holder, index: Index) => {
  const size = statisticsOf(reading, holder)?.indexes.find(({ name }) => name === index.name);
  if (size === undefined) return {};
  const scans = size.scans === undefined ? "" : `, read ${size.scans.toLocaleString("en-US")} times`;
  return {
    evidence: {
      note: `the index holds ${bytes(size.bytes)}${scans}`,
      data: { bytes: size.bytes, scans: size.scans ?? null },
    },
  };
};

/**
 * A warning: each write maintains both, and the cache holds both, for nothing. Partial, unique, expression and covering indexes are
 * compared in full; an index that a constraint, a foreign key or replication stands on is never proposed for dropping.
 */
export const duplicateIndex: DatabaseRule = {
  id: "db/duplicate-index",
  severity: "warning",
  about: "Indexes that another index of the same table makes redundant",
  help: "drop the redundant index; concurrently, it blocks no writes",
  *check(reading) {
    for (const holder of holders(reading.catalog)) {
      for (const index of holder.indexes) {
        const keeper = keeperOf(reading.catalog, holder, index);
        if (keeper === undefined) continue;
        const how = keeper.keys.length > index.keys.length ? "begins with the same columns" : "does the same";
        yield {
          message: `index ${index.name} on ${holder.schema}.${holder.name} is redundant: ${keeper.name} ${how}`,
          at: { kind: "object", type: "index", schema: holder.schema, name: index.name },
          fix: fixFor(holder, index),
          ...evidenceFor(reading, holder, index),
        };
      }
    }
  },
};
