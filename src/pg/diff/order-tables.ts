// Rules of order among tables: keys that references rely on, indexes, types, inheritance and partitions.
import { keyOf, nameKey, sameName } from "../catalog/object.ts";
import type { Change } from "./change.ts";
import { partOf } from "./change.ts";
import { boundsInTheWay, rivalKeys, tableOf } from "./held.ts";
import type { Node } from "./node.ts";
import { actsOf, comes, goes } from "./node.ts";
import type { Part, PartOf, Parts } from "./part.ts";
import { lastingParentColumn } from "./parentage.ts";
import { waitsForPartitions } from "./sql/partition-indexes.ts";
import { sameJson } from "./sql/text.ts";
import { inheritanceKey } from "./take-apart/tables.ts";
import type { Rule } from "./web.ts";

/** A foreign key relies on the first key that fits: those that go must be gone. */
const references: Rule = (web) => {
  for (const change of web.changes.values()) {
    if (
      !comes(change) ||
      change.verb === "drop" ||
      change.to.kind !== "constraint" ||
      change.to.value.kind !== "foreign-key"
    )
      continue;
    const target = change.to.value.references.table;
    const own = web.idOf("create", change.key);
    for (const other of web.changes.values()) {
      if (!("from" in other) || (other.from.kind !== "constraint" && other.from.kind !== "index")) continue;
      if (!sameName(other.from.value.table, target)) continue;
      if (goes(other)) web.edge(web.idOf("drop", other.key), own);
      else if (isReplaced(other) && fits(other.from, change.to.value.references.columns))
        web.edge(`alter ${other.key}`, own);
    }
  }
};

/** A new table has its parents' columns as they are to be. */
const heirs: Rule = (web) => {
  for (const change of web.changes.values()) {
    if (change.verb !== "create" || change.to.kind !== "table") continue;
    for (const parent of change.to.value.inherits)
      for (const { key } of web.to.childrenOf(keyOf("table", parent)))
        if (key.startsWith("column ")) web.edge(web.done(key), web.idOf("create", change.key));
  }
};

/** A column that a table declares beside its parent comes before that one's, which is merged into it, and goes after it. */
const declaredTwice: Rule = (web) => {
  for (const change of web.changes.values()) {
    const part = partOf(change);
    if (part.kind !== "column" || !part.value.local) continue;
    const isIn = (parts: Parts, key: string): boolean => parts.byKey.has(key);
    const coming = comes(change) ? lastingParentColumn(web, web.to, part.value) : undefined;
    if (coming !== undefined && (comes(web.changes.get(coming)) || !isIn(web.from, coming)))
      web.edge(web.idOf("create", change.key), web.done(coming));
    const going = goes(change) ? lastingParentColumn(web, web.from, part.value) : undefined;
    if (going !== undefined && (goes(web.changes.get(going)) || !isIn(web.to, going)))
      web.edge(
        web.changes.get(going)?.verb === "rebuild" ? web.idOf("drop", going) : web.done(going),
        web.idOf("drop", change.key),
      );
  }
};

/** An old index serves until the new ones of its table are there: queries may go over from one to another. */
const indexes: Rule = (web) => {
  const ofTable = (node: Node): string | undefined => {
    const part = partOf(node.change);
    return part.kind === "index" ? nameKey(part.value.table) : undefined;
  };
  const nodes = [...web.nodes.values()].filter(({ change }) => change.verb === "create" || change.verb === "drop");
  for (const [table, own] of Map.groupBy(nodes, ofTable)) {
    if (table === undefined) continue;
    for (const { id } of own.filter(({ act }) => act === "drop"))
      for (const made of own.filter(({ act }) => act === "create"))
        if (!web.waitsFor(made.id, id)) web.edge(made.id, id);
  }
};

/** A table that has its columns from a type lets go of it before they change, and takes it when they are as they are to be. */
const typed: Rule = (web) => {
  for (const change of web.changes.values()) {
    if (change.verb !== "alter" || change.from.kind !== "table" || change.to.kind !== "table") continue;
    const [before, after] = [change.from.value.ofType, change.to.value.ofType];
    if (sameJson(before, after)) continue;
    const own = web.idOf("alter", change.key);
    for (const key of [...web.from.childrenOf(change.key), ...web.to.childrenOf(change.key)].map((one) => one.key))
      for (const act of key.startsWith("column ") ? (["drop", "create", "alter"] as const) : [])
        if (before !== undefined) web.edge(own, web.idOf(act, key));
        else web.edge(web.idOf(act, key), own);
  }
};

/** A partition takes bounds that another one had when that one is let go. */
const bounds: Rule = (web) => {
  for (const key of boundsInTheWay(web.changes)) {
    const { from } = web.changes.get(key) as { readonly from: PartOf<"partition"> };
    for (const change of web.changes.values())
      if (comes(change) && "to" in change && change.to.kind === "partition")
        if (sameName(change.to.value.parent, from.value.parent))
          web.edge(web.idOf("drop", key), web.idOf("create", change.key));
  }
};

/** A table begins to inherit when it has what it inherits, and its parent nothing else. */
const inheritance: Rule = (web) => {
  for (const change of web.changes.values()) {
    if (!comes(change) || !("to" in change) || change.to.kind !== "inheritance") continue;
    const { table, parent } = change.to.value;
    const own = web.idOf("create", change.key);
    const tables = [keyOf("table", table), keyOf("table", parent)];
    const keys = [
      ...tables.flatMap((key) => web.to.childrenOf(key)),
      ...web.from.childrenOf(tables[1] ?? "").filter(({ key }) => !web.to.byKey.has(key)),
    ];
    for (const { kind, key } of keys) if (kind === "column" || kind === "constraint") web.edge(web.done(key), own);
    // Parents stand in the order in which they came.
    const part = web.to.byKey.get(keyOf("table", table));
    const parents = part?.kind === "table" ? part.value.inherits : [];
    for (const other of parents.slice(
      0,
      parents.findIndex((one) => sameName(one, parent)),
    )) {
      const key = inheritanceKey(table, other);
      if (comes(web.changes.get(key))) web.edge(web.idOf("create", key), own);
    }
  }
};

/** A partition is let go before it and its parent go their own ways: what changes there would reach it, or be refused. */
const letGo: Rule = (web) => {
  for (const change of web.changes.values()) {
    if (!goes(change) || !("from" in change)) continue;
    if (change.from.kind !== "partition" && change.from.kind !== "inheritance") continue;
    const { table, parent } = change.from.value;
    if (!web.to.byKey.has(keyOf("table", table))) continue;
    const tables: readonly string[] = [keyOf("table", table), keyOf("table", parent)];
    const own = web.idOf("drop", change.key);
    for (const other of web.changes.values()) {
      const part = "to" in other ? other.to : other.from;
      const of = part.kind === "index" ? keyOf("table", part.value.table) : tableOf(part);
      if (of === undefined || !tables.includes(of) || !reaching.includes(part.kind)) continue;
      for (const act of actsOf(other)) web.edge(own, web.idOf(act, other.key));
    }
  }
};

/** A partition is attached when its own columns, keys and indexes and those of its parent are there, so that they are tied together. */
const partitions: Rule = (web) => {
  const rivals = rivalKeys(web.changes);
  for (const change of web.changes.values()) {
    if (!comes(change)) continue;
    const { to } = change as { readonly to: Part };
    if (to.kind !== "partition") continue;
    const tables: readonly string[] = [keyOf("table", to.value.table), keyOf("table", to.value.parent)];
    const own = web.idOf("create", change.key);
    for (const other of web.changes.values()) {
      if (!("to" in other)) {
        const of = tableOf(other.from);
        if (of !== undefined && tables.includes(of)) web.edge(web.idOf("drop", other.key), own);
        continue;
      }
      const table =
        "table" in other.to.value && typeof other.to.value.table === "object"
          ? keyOf("table", other.to.value.table)
          : undefined;
      if (table === undefined || !tables.includes(table) || other.to.kind === "partition") continue;
      if (!reaching.includes(other.to.kind)) continue;
      const id = web.idOf(comes(other) ? "create" : "alter", other.key);
      if (
        rivals.has(other.key) ||
        joins(other) ||
        waitsForPartitions(other.to, web.to, (key) => comes(web.changes.get(key)))
      )
        web.edge(own, id);
      else web.edge(id, own);
    }
  }
};

/** A partition with another bound is let go and attached again: it would get indexes that its parent has by then. */
const bound: Rule = (web) => {
  for (const change of web.changes.values()) {
    if (change.verb !== "alter" || change.to.kind !== "partition") continue;
    const { table, parent } = change.to.value;
    for (const other of web.changes.values()) {
      if (!comes(other) || !("to" in other) || (other.to.kind !== "index" && other.to.kind !== "constraint")) continue;
      const of = other.to.value.table;
      if (sameName(of, table) || sameName(of, parent))
        web.edge(web.idOf("alter", change.key), web.idOf("create", other.key));
    }
  }
};

/** A foreign key may rely on a key over just the columns that it names. */
const fits = (key: Part, columns: readonly string[]): boolean =>
  key.kind === "constraint" && "columns" in key.value && sameJson(key.value.columns.toSorted(), columns.toSorted());

/** A key that another takes the place of. */
const isReplaced = (change: Change): boolean =>
  change.verb === "alter" &&
  change.pieces.some((piece) => (typeof piece === "string" ? piece : piece.sql).includes(" DROP CONSTRAINT "));

/** A key or index that is there already is tied to its parent's once its table is a partition. */
const joins = (change: Change): boolean =>
  change.verb === "alter" &&
  (change.from.kind === "constraint" || change.from.kind === "index") &&
  (change.to.kind === "constraint" || change.to.kind === "index") &&
  change.from.value.partOf === undefined &&
  change.to.value.partOf !== undefined;

/** What is part of a table, and would reach its partitions. */
const reaching: readonly Part["kind"][] = ["column", "constraint", "index", "default"];

export const tableRules: readonly Rule[] = [
  references,
  partitions,
  letGo,
  bound,
  heirs,
  inheritance,
  declaredTwice,
  typed,
  bounds,
  indexes,
];
