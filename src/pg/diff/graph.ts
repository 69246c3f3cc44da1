// Which step must run before which: by what parts need, by the names they share, and by rules of PostgreSQL's own.
import { keyOf, nameKey, sameName } from "../catalog/object.ts";
import type { Change } from "./change.ts";
import { boundsInTheWay, defaultColumn, dropOwner, rivalKeys, tableOf } from "./held.ts";
import type { Node, Work } from "./node.ts";
import { actsOf, comes, goes } from "./node.ts";
import type { Kind, Part, PartOf, Parts } from "./part.ts";
import { rankOf } from "./rank.ts";
import { namesOf } from "./shared-names.ts";
import { defaultObjects } from "./sql/attributes.ts";
import { isOfPatchy } from "./sql/partition-indexes.ts";
import { sameJson } from "./sql/text.ts";

/** What is dropped without naming the types that it uses. */
const nameless: readonly Kind[] = ["table", "column", "default", "constraint", "index"];

const partOf = (change: Change): Part => ("from" in change ? change.from : change.to);

/** Edges and nodes for one choice of what is held. */
export class Graph {
  /** The change that does it, where it happens by itself. */
  #doer(key: string): string {
    const parent = this.#implied.get(key);
    return parent === undefined ? key : this.#doer(parent);
  }

  readonly nodes = new Map<string, Node>();
  readonly before = new Map<string, Set<string>>();
  readonly #changes: ReadonlyMap<string, Change>;
  readonly #from: Parts;
  readonly #to: Parts;
  readonly #held: ReadonlySet<string>;
  readonly #apart: ReadonlySet<string>;
  readonly #implied: ReadonlyMap<string, string>;

  constructor(
    { changes, implied }: Work,
    from: Parts,
    to: Parts,
    held: ReadonlySet<string>,
    apart: ReadonlySet<string>,
  ) {
    [this.#changes, this.#implied, this.#from, this.#to, this.#held, this.#apart] = [
      changes,
      implied,
      from,
      to,
      held,
      apart,
    ];
    const sorted = [...changes.values()].sort((a, b) => this.#rank(a) - this.#rank(b) || (a.key < b.key ? -1 : 1));
    for (const change of sorted) for (const act of actsOf(change)) this.#add(change, act);
    for (const change of sorted) this.#link(change);
    this.#linkNames();
    this.#linkReferences();
    this.#linkExtensions();
    this.#linkPartitions();
    this.#linkLetGo();
    this.#linkOverloads();
    this.#linkEventTriggers();
    this.#linkDefaultPrivileges();
    this.#linkIndexes();
    this.#linkHeirs();
    this.#linkInheritance();
    this.#linkTyped();
    this.#linkBounds();
  }

  /** New functions come first: bodies of others may call them, of which PostgreSQL knows nothing, once a row is checked. */
  #rank(change: Change): number {
    const { kind } = "to" in change ? change.to : change.from;
    return rankOf(change.verb === "create" && kind === "routine" ? "sequence" : kind);
  }

  #add(change: Change, act: Node["act"]): void {
    if (this.idOf(act, change.key) !== `${act} ${change.key}`) return;
    const id = `${act} ${change.key}`;
    this.nodes.set(id, { id, act, change });
    this.before.set(id, new Set());
  }

  /** The node that does it: what is held or taken along has none of its own. */
  idOf(act: Node["act"], key: string): string {
    if (act === "drop" && !this.#apart.has(key)) return `drop ${dropOwner(this.#from, this.#changes, key)}`;
    if (act === "create" && this.#held.has(key)) {
      const change = this.#changes.get(key);
      const table = comes(change) && change !== undefined && "to" in change ? tableOf(change.to) : undefined;
      const column = defaultColumn(change);
      if (change !== undefined && "to" in change && change.to.kind === "domain constraint")
        return `create ${change.to.of ?? key}`;
      const isApart = column !== undefined && !this.#held.has(column);
      return `create ${isApart ? column : (table ?? key)}`;
    }
    return `${act} ${key}`;
  }

  #edge(first: string, then: string): void {
    const swapped = first.startsWith("drop ") ? first.slice("drop ".length) : "";
    // The old type goes last, whatever goes with it.
    if (then === `create ${swapped}` && this.#changes.get(swapped)?.verb === "swap") return;
    if (first !== then && this.nodes.has(first)) this.before.get(then)?.add(first);
  }

  #link(change: Change): void {
    const { key, verb } = change;
    if (verb === "rebuild") this.#edge(this.idOf("drop", key), this.idOf("create", key));
    if (verb === "swap") this.#edge(`create ${key}`, `drop ${key}`);
    if (verb !== "create") for (const need of this.#from.needs.get(key) ?? []) this.#leave(change, need);
    if (verb !== "drop") for (const need of this.#to.needs.get(key) ?? []) this.#join(change, need);
  }

  /** What it needed so far goes, or changes, only after it has let go. */
  #leave(change: Change, given: string): void {
    const need = this.#doer(given);
    const other = this.#changes.get(need);
    if (other === undefined) return;
    const own = this.idOf(goes(change) || change.verb === "swap" ? "drop" : "alter", change.key);
    if (goes(other)) {
      const letsGo = change.verb !== "alter" || this.#to.needs.get(change.key)?.has(need) !== true;
      if (letsGo) this.#edge(own, this.idOf("drop", need));
    } else if (other.verb === "swap") {
      this.#edge(own, `drop ${need}`);
      // Its own statement names the type, which is still called so.
      if (goes(change) && own === `drop ${change.key}` && !nameless.includes(partOf(change).kind))
        this.#edge(own, `create ${need}`);
    }
    const released = change.verb === "alter" && this.#to.needs.get(change.key)?.has(given) !== true;
    // New values of an enum are no matter to what goes, nor is what a table is besides its columns.
    const isApart = leavesType(other) || (isColumn(change) && !isRetyped(other));
    const reaches = other.verb === "alter" && other.to.kind !== "enum" && !isApart;
    if (reaches && (goes(change) || released)) this.#edge(own, `alter ${need}`);
  }

  /** What it will need comes, or changes, before it. */
  #join(change: Change, given: string): void {
    const need = this.#doer(given);
    const other = this.#changes.get(need);
    if (other === undefined) return;
    const own = this.idOf(comes(change) || change.verb === "swap" ? "create" : "alter", change.key);
    if (comes(other) || other.verb === "swap") this.#edge(this.idOf("create", need), own);
    if (other.verb === "alter" && !takesType(other)) this.#edge(`alter ${need}`, own);
  }

  /** Relations of a schema share their names, as do types: the old bearer goes before the new one comes. */
  #linkNames(): void {
    const bearers = new Map<string, string[]>();
    for (const change of this.#changes.values()) {
      if (
        change.verb === "create" ||
        change.verb === "swap" ||
        (change.verb === "alter" && change.from.kind !== "column")
      )
        continue;
      const id = this.idOf(change.verb === "alter" ? "alter" : "drop", change.key);
      for (const name of namesOf(change.from)) bearers.set(name, [...(bearers.get(name) ?? []), id]);
    }
    for (const change of this.#changes.values()) {
      if (change.verb === "drop" || change.verb === "swap" || (change.verb === "alter" && change.to.kind !== "column"))
        continue;
      const id = this.idOf(change.verb === "alter" ? "alter" : "create", change.key);
      for (const name of namesOf(change.to)) for (const bearer of bearers.get(name) ?? []) this.#edge(bearer, id);
    }
  }

  /** A foreign key relies on the first key that fits: those that go must be gone. */
  #linkReferences(): void {
    for (const change of this.#changes.values()) {
      if (
        !comes(change) ||
        change.verb === "drop" ||
        change.to.kind !== "constraint" ||
        change.to.value.kind !== "foreign-key"
      )
        continue;
      const target = change.to.value.references.table;
      const own = this.idOf("create", change.key);
      for (const other of this.#changes.values()) {
        if (!("from" in other) || (other.from.kind !== "constraint" && other.from.kind !== "index")) continue;
        if (!sameName(other.from.value.table, target)) continue;
        if (goes(other)) this.#edge(this.idOf("drop", other.key), own);
        else if (isReplaced(other) && fits(other.from, change.to.value.references.columns))
          this.#edge(`alter ${other.key}`, own);
      }
    }
  }

  /** What an extension brings may be used by anything but the schema that it lives in. */
  #linkExtensions(): void {
    for (const { id, act, change } of this.nodes.values()) {
      const part = "to" in change && act !== "drop" ? change.to : "from" in change ? change.from : change.to;
      if (part.kind !== "extension") continue;
      const isApart = (key: string): boolean =>
        key === change.key || key.startsWith("schema ") || this.#changes.get(key)?.verb === undefined;
      for (const other of this.nodes.values()) {
        if (other.id === id || isApart(other.change.key) || other.change.key.startsWith("extension ")) continue;
        if (part.key !== other.change.key && other.change.key.endsWith(part.key)) continue;
        if (act === "create" && other.act === "create" && !/^(\S+ on|owner of) schema /.test(other.change.key))
          this.#edge(id, other.id);
        if (act === "drop" && other.act !== "create" && !/^(\S+ on|owner of) schema /.test(other.change.key))
          this.#edge(other.id, id);
      }
    }
  }

  /** Calls may fit two functions of one name: the one that goes is gone before the one that comes, where that makes no circle. */
  #linkOverloads(): void {
    const gone = Map.groupBy(
      [...this.#changes.values()].filter((change) => change.verb === "drop" && change.from.kind === "routine"),
      (change) => change.key.replace(/\([^(]*\)$/, ""),
    );
    for (const { key, verb } of this.#changes.values()) {
      if (verb !== "create" || !key.startsWith("routine ")) continue;
      for (const old of gone.get(key.replace(/\([^(]*\)$/, "")) ?? []) {
        const [first, then] = [this.idOf("drop", old.key), this.idOf("create", key)];
        if (!this.#waitsFor(first, then)) this.#edge(first, then);
      }
    }
  }

  /** A new table has its parents' columns as they are to be. */
  #linkHeirs(): void {
    for (const change of this.#changes.values()) {
      if (change.verb !== "create" || change.to.kind !== "table") continue;
      for (const parent of change.to.value.inherits)
        for (const { key } of this.#to.childrenOf(keyOf("table", parent)))
          if (key.startsWith("column ")) this.#edge(this.#done(key), this.idOf("create", change.key));
    }
  }

  /** What watches commands watches neither those that come before it nor those after it. */
  #linkEventTriggers(): void {
    const isTrigger = ({ change }: Node): boolean => partOf(change).kind === "event trigger";
    const all = [...this.nodes.values()];
    for (const { id, act } of all.filter(isTrigger))
      for (const other of all) {
        if (isTrigger(other) || other.change.key.includes("event trigger ")) continue;
        const [first, then] = act === "drop" ? [id, other.id] : [other.id, id];
        if (!this.#waitsFor(first, then)) this.#edge(first, then);
      }
  }

  /** An old index serves until the new ones of its table are there: queries may go over from one to another. */
  #linkIndexes(): void {
    const ofTable = (node: Node): string | undefined => {
      const part = partOf(node.change);
      return part.kind === "index" ? nameKey(part.value.table) : undefined;
    };
    const nodes = [...this.nodes.values()].filter(({ change }) => change.verb === "create" || change.verb === "drop");
    for (const [table, own] of Map.groupBy(nodes, ofTable)) {
      if (table === undefined) continue;
      for (const { id } of own.filter(({ act }) => act === "drop"))
        for (const made of own.filter(({ act }) => act === "create"))
          if (!this.#waitsFor(made.id, id)) this.#edge(made.id, id);
    }
  }

  /** What is made has the rights that were settled before: those that change are for what comes later. */
  #linkDefaultPrivileges(): void {
    const all = [...this.nodes.values()];
    for (const { id } of all.filter(({ change }) => partOf(change).kind === "default privileges"))
      for (const other of all)
        if (
          other.act === "create" &&
          Object.hasOwn(defaultObjects, partOf(other.change).kind) &&
          !this.#waitsFor(other.id, id)
        )
          this.#edge(other.id, id);
  }

  /** True when a node runs after another, directly or not. */
  #waitsFor(node: string, other: string, seen = new Set<string>()): boolean {
    if (seen.has(node)) return false;
    seen.add(node);
    return [...(this.before.get(node) ?? [])].some((one) => one === other || this.#waitsFor(one, other, seen));
  }

  /** The node after which a part is as it is to be. */
  #done(key: string): string {
    const doer = this.#doer(key);
    const change = this.#changes.get(doer);
    return this.idOf(comes(change) ? "create" : goes(change) ? "drop" : "alter", doer);
  }

  /** A table that has its columns from a type lets go of it before they change, and takes it when they are as they are to be. */
  #linkTyped(): void {
    for (const change of this.#changes.values()) {
      if (change.verb !== "alter" || change.from.kind !== "table" || change.to.kind !== "table") continue;
      const [before, after] = [change.from.value.ofType, change.to.value.ofType];
      if (sameJson(before, after)) continue;
      const own = this.idOf("alter", change.key);
      for (const key of [...this.#from.childrenOf(change.key), ...this.#to.childrenOf(change.key)].map(
        (one) => one.key,
      ))
        for (const act of key.startsWith("column ") ? (["drop", "create", "alter"] as const) : [])
          if (before !== undefined) this.#edge(own, this.idOf(act, key));
          else this.#edge(this.idOf(act, key), own);
    }
  }

  /** A partition takes bounds that another one had when that one is let go. */
  #linkBounds(): void {
    for (const key of boundsInTheWay(this.#changes)) {
      const { from } = this.#changes.get(key) as { readonly from: PartOf<"partition"> };
      for (const change of this.#changes.values())
        if (comes(change) && "to" in change && change.to.kind === "partition")
          if (sameName(change.to.value.parent, from.value.parent))
            this.#edge(this.idOf("drop", key), this.idOf("create", change.key));
    }
  }

  /** A table begins to inherit when it has what it inherits, and its parent nothing else. */
  #linkInheritance(): void {
    for (const change of this.#changes.values()) {
      if (!comes(change) || !("to" in change) || change.to.kind !== "inheritance") continue;
      const { table, parent } = change.to.value;
      const own = this.idOf("create", change.key);
      const tables = [keyOf("table", table), keyOf("table", parent)];
      const keys = [
        ...tables.flatMap((key) => this.#to.childrenOf(key)),
        ...this.#from.childrenOf(tables[1] ?? "").filter(({ key }) => !this.#to.byKey.has(key)),
      ];
      for (const { kind, key } of keys)
        if (kind === "column" || kind === "constraint") this.#edge(this.#done(key), own);
    }
  }

  /** A partition is let go before it and its parent go their own ways: what changes there would reach it, or be refused. */
  #linkLetGo(): void {
    for (const change of this.#changes.values()) {
      if (!goes(change) || !("from" in change)) continue;
      if (change.from.kind !== "partition" && change.from.kind !== "inheritance") continue;
      const { table, parent } = change.from.value;
      if (!this.#to.byKey.has(keyOf("table", table))) continue;
      const tables: readonly string[] = [keyOf("table", table), keyOf("table", parent)];
      const own = this.idOf("drop", change.key);
      for (const other of this.#changes.values()) {
        const part = "to" in other ? other.to : other.from;
        const of = part.kind === "index" ? keyOf("table", part.value.table) : tableOf(part);
        if (of === undefined || !tables.includes(of) || !reaching.includes(part.kind)) continue;
        for (const act of actsOf(other)) this.#edge(own, this.idOf(act, other.key));
      }
    }
  }

  /** A partition is attached when its own columns, keys and indexes and those of its parent are there, so that they are tied together. */
  #linkPartitions(): void {
    const rivals = rivalKeys(this.#changes);
    for (const change of this.#changes.values()) {
      if (!comes(change)) continue;
      const { to } = change as { readonly to: Part };
      if (to.kind !== "partition") continue;
      const tables: readonly string[] = [keyOf("table", to.value.table), keyOf("table", to.value.parent)];
      const own = this.idOf("create", change.key);
      for (const other of this.#changes.values()) {
        if (!("to" in other)) {
          const of = tableOf(other.from);
          if (of !== undefined && tables.includes(of)) this.#edge(this.idOf("drop", other.key), own);
          continue;
        }
        const table =
          "table" in other.to.value && typeof other.to.value.table === "object"
            ? keyOf("table", other.to.value.table)
            : undefined;
        if (table === undefined || !tables.includes(table) || other.to.kind === "partition") continue;
        if (!reaching.includes(other.to.kind)) continue;
        const id = this.idOf(comes(other) ? "create" : "alter", other.key);
        if (rivals.has(other.key) || joins(other) || isOfPatchy(other.to, this.#to)) this.#edge(own, id);
        else this.#edge(id, own);
      }
    }
  }
}

const isColumn = (change: Change): boolean => partOf(change).kind === "column";

/** Of a table: it becomes one of a type, or is one no more, which takes just that type's columns. */
const isRetyped = ({ verb, ...change }: Change): boolean => {
  if (verb !== "alter" || !("from" in change) || !("to" in change)) return true;
  const { from, to } = change;
  return from.kind !== "table" || to.kind !== "table" || !sameJson(from.value.ofType, to.value.ofType);
};

/** What is part of a table, and would reach its partitions. */
const reaching: readonly Part["kind"][] = ["column", "constraint", "index", "default"];

const leavesType = (change: Change): boolean =>
  change.verb === "alter" &&
  change.from.kind === "table" &&
  change.to.kind === "table" &&
  change.from.value.ofType !== undefined &&
  change.to.value.ofType === undefined;

/** A table that will have its columns from a type. */
const takesType = (change: Change): boolean =>
  change.verb === "alter" &&
  change.from.kind === "table" &&
  change.to.kind === "table" &&
  change.from.value.ofType === undefined &&
  change.to.value.ofType !== undefined;

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
