// Which step must run before which: by what parts need, by the names they share, and by rules of PostgreSQL's own.
import { compareText } from "../catalog/object.ts";
import { quotePath } from "../quote.ts";
import type { Change } from "./change.ts";
import { partOf } from "./change.ts";
import { defaultColumn, dropOwner, tableOf } from "./held.ts";
import type { Node, Work } from "./node.ts";
import { actsOf, comes, goes } from "./node.ts";
import type { Kind, Parts } from "./part.ts";
import { callRules } from "./order-calls.ts";
import { otherRules } from "./order-others.ts";
import { tableRules } from "./order-tables.ts";
import { rankOf } from "./rank.ts";
import { namesOf } from "./shared-names.ts";
import type { Web } from "./web.ts";

/** What is dropped without naming the types that it uses. */
const nameless: readonly Kind[] = ["table", "column", "default", "constraint", "index"];

/** Columns come as they stand in their table. */
const placesOf = (changes: ReadonlyMap<string, Change>, to: Parts): ReadonlyMap<string, string> => {
  const places = new Map<string, string>();
  for (const change of changes.values())
    if (comes(change) && "to" in change && change.to.kind === "column") places.set(change.key, "");
  if (places.size === 0) return places;
  let at = 0;
  for (const part of to.byKey.values())
    if (part.kind === "column" && places.has(part.key))
      places.set(part.key, `column ${quotePath(part.value.table)} ${String(at++).padStart(9, "0")}`);
  return places;
};

/** Edges and nodes for one choice of what is held. */
export class Graph implements Web {
  /** The change that does it, where it happens by itself. */
  #doer(key: string): string {
    const parent = this.#implied.get(key);
    return parent === undefined ? key : this.#doer(parent);
  }

  readonly nodes = new Map<string, Node>();
  readonly before = new Map<string, Set<string>>();
  readonly changes: ReadonlyMap<string, Change>;
  readonly from: Parts;
  readonly to: Parts;
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
    [this.changes, this.#implied, this.from, this.to, this.#held, this.#apart] = [
      changes,
      implied,
      from,
      to,
      held,
      apart,
    ];
    const places = placesOf(changes, to);
    const sorted = [...changes.values()].sort(
      (a, b) => this.#rank(a) - this.#rank(b) || compareText(places.get(a.key) ?? a.key, places.get(b.key) ?? b.key),
    );
    for (const change of sorted) for (const act of actsOf(change)) this.#add(change, act);
    for (const change of sorted) this.#link(change);
    this.#linkNames();
    for (const rule of [...tableRules, ...callRules, ...otherRules]) rule(this);
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
    if (act === "drop" && !this.#apart.has(key)) return `drop ${dropOwner(this.from, this.changes, key)}`;
    if (act === "create" && this.#held.has(key)) {
      const change = this.changes.get(key);
      const table = comes(change) && change !== undefined && "to" in change ? tableOf(change.to) : undefined;
      const column = defaultColumn(change);
      if (change !== undefined && "to" in change && change.to.kind === "domain constraint")
        return `create ${change.to.of ?? key}`;
      const isApart = column !== undefined && !this.#held.has(column);
      return `create ${isApart ? column : (table ?? key)}`;
    }
    return `${act} ${key}`;
  }

  edge(first: string, then: string): void {
    const swapped = first.startsWith("drop ") ? first.slice("drop ".length) : "";
    // The old type goes last, whatever goes with it.
    if (then === `create ${swapped}` && this.changes.get(swapped)?.verb === "swap") return;
    if (first !== then && this.nodes.has(first)) this.before.get(then)?.add(first);
  }

  #link(change: Change): void {
    const { key, verb } = change;
    if (verb === "rebuild") this.edge(this.idOf("drop", key), this.idOf("create", key));
    if (verb === "swap") this.edge(`create ${key}`, `drop ${key}`);
    if (verb !== "create") for (const need of this.from.needs.get(key) ?? []) this.#leave(change, need);
    if (verb !== "drop") for (const need of this.to.needs.get(key) ?? []) this.#join(change, need);
  }

  /** What it needed so far goes, or changes, only after it has let go. */
  #leave(change: Change, given: string): void {
    const need = this.#doer(given);
    const other = this.changes.get(need);
    if (other === undefined) return;
    const own = this.idOf(goes(change) || change.verb === "swap" ? "drop" : "alter", change.key);
    if (goes(other)) {
      const letsGo = change.verb !== "alter" || this.to.needs.get(change.key)?.has(need) !== true;
      if (letsGo) this.edge(own, this.idOf("drop", need));
    } else if (other.verb === "swap") {
      this.edge(own, `drop ${need}`);
      // Its own statement names the type, which is still called so.
      if (goes(change) && own === `drop ${change.key}` && !nameless.includes(partOf(change).kind))
        this.edge(own, `create ${need}`);
    }
    const released = change.verb === "alter" && this.to.needs.get(change.key)?.has(given) !== true;
    // New values of an enum are no matter to what goes, nor is what a table is besides its columns.
    const isApart = leavesType(other) || (isColumn(change) && partOf(other).kind === "table" && !takesType(other));
    const reaches = other.verb === "alter" && other.to.kind !== "enum" && !isApart;
    if (reaches && (goes(change) || released)) this.edge(own, `alter ${need}`);
  }

  /** What it will need comes, or changes, before it. */
  #join(change: Change, given: string): void {
    const need = this.#doer(given);
    const other = this.changes.get(need);
    if (other === undefined) return;
    const own = this.idOf(comes(change) || change.verb === "swap" ? "create" : "alter", change.key);
    if (comes(other) || other.verb === "swap") this.edge(this.idOf("create", need), own);
    if (other.verb === "alter" && !takesType(other)) this.edge(`alter ${need}`, own);
  }

  /** Relations of a schema share their names, as do types: the old bearer goes before the new one comes. */
  #linkNames(): void {
    const bearers = new Map<string, string[]>();
    for (const change of this.changes.values()) {
      if (
        change.verb === "create" ||
        change.verb === "swap" ||
        (change.verb === "alter" && change.from.kind !== "column")
      )
        continue;
      const id = this.idOf(change.verb === "alter" ? "alter" : "drop", change.key);
      for (const name of namesOf(change.from)) bearers.set(name, [...(bearers.get(name) ?? []), id]);
    }
    for (const change of this.changes.values()) {
      if (change.verb === "drop" || change.verb === "swap" || (change.verb === "alter" && change.to.kind !== "column"))
        continue;
      const id = this.idOf(change.verb === "alter" ? "alter" : "create", change.key);
      for (const name of namesOf(change.to)) for (const bearer of bearers.get(name) ?? []) this.edge(bearer, id);
    }
  }

  /** True when a node runs after another, directly or not. */
  waitsFor(node: string, other: string, seen = new Set<string>()): boolean {
    if (seen.has(node)) return false;
    seen.add(node);
    return [...(this.before.get(node) ?? [])].some((one) => one === other || this.waitsFor(one, other, seen));
  }

  /** The node after which a part is as it is to be. */
  done(key: string): string {
    const doer = this.#doer(key);
    const change = this.changes.get(doer);
    return this.idOf(comes(change) ? "create" : goes(change) ? "drop" : "alter", doer);
  }
}

const isColumn = (change: Change): boolean => partOf(change).kind === "column";

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
