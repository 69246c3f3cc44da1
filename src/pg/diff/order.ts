// The order of changes: what others need comes first and goes last; what CREATE TABLE can hold is held by it, unless that makes a circle.
import { order } from "../../kernel/graph.ts";
import { keyOf, sameName } from "../catalog/object.ts";
import type { Change } from "./change.ts";
import type { Kind, Part, Parts } from "./parts.ts";

/** A step of the way: one part dropped, created or altered. */
export interface Node {
  readonly id: string;
  readonly act: "drop" | "create" | "alter";
  readonly change: Change;
}

/** What is to be done, and what happens by itself. */
export interface Work {
  readonly changes: ReadonlyMap<string, Change>;
  readonly implied: ReadonlyMap<string, string>;
}

export interface Arranged {
  /** In an order that can be run. */
  readonly nodes: readonly Node[];
  /** For each node, those that must run before it. */
  readonly before: ReadonlyMap<string, ReadonlySet<string>>;
  /** Parts that their table's CREATE TABLE holds. */
  readonly held: ReadonlySet<string>;
  /** Circles that could not be opened: a bug of ours, or a schema that PostgreSQL could not have made. */
  readonly circles: readonly (readonly Node[])[];
}

/** Ties are settled by kind, then by name: what people expect to read first. */
const rank = [
  "extension",
  "schema",
  "language",
  "collation",
  "enum",
  "composite",
  "range",
  "domain",
  "base type",
  "domain constraint",
  "sequence",
  "table",
  "column",
  "default",
  "owned by",
  "routine",
  "constraint",
  "index",
  "partition",
  "view",
] as const satisfies readonly Kind[];

const rankOf = (kind: Kind): number => {
  const at = (rank as readonly Kind[]).indexOf(kind);
  return at < 0 ? rank.length : at;
};

const actsOf = (change: Change): readonly Node["act"][] =>
  change.verb === "rebuild" || change.verb === "swap" ? ["drop", "create"] : [change.verb];

const goes = (change: Change | undefined): boolean => change?.verb === "drop" || change?.verb === "rebuild";
const comes = (change: Change | undefined): boolean => change?.verb === "create" || change?.verb === "rebuild";

/** What CREATE TABLE can hold. Keys of partitioned tables and of partitions are made apart. */
const holdable = (part: Part): boolean =>
  part.kind === "column" ||
  (part.kind === "default" && !part.value.view) ||
  (part.kind === "constraint" &&
    part.value.tableKind !== "partitioned" &&
    part.value.partOf === undefined &&
    part.value.keyIndex === undefined &&
    part.value.validated);

/** The table of a column, default or constraint. */
const tableOf = (part: Part): string | undefined =>
  part.kind === "column" || part.kind === "default" || part.kind === "constraint"
    ? keyOf("table", part.value.table)
    : undefined;

/** The column of a default that is to be made. */
const defaultColumn = (change: Change | undefined): string | undefined =>
  change?.verb === "create" && change.to.kind === "default" ? change.to.of : undefined;

const heldBy = (part: Part, changes: ReadonlyMap<string, Change>): boolean =>
  part.kind === "domain constraint" && part.value.validated && part.of !== undefined && makes(changes.get(part.of));

const makes = (change: Change | undefined): boolean => comes(change) || change?.verb === "swap";

const heldParts = (changes: ReadonlyMap<string, Change>, out: ReadonlySet<string>): ReadonlySet<string> => {
  const held = new Set<string>();
  for (const change of changes.values()) {
    if (out.has(change.key)) continue;
    // A type that is in use takes no more constraints where a container holds it.
    if (makes(change) && "to" in change && heldBy(change.to, changes)) held.add(change.key);
    if (change.verb !== "create") continue;
    const table = holdable(change.to) ? tableOf(change.to) : undefined;
    const made = table === undefined ? undefined : changes.get(table);
    const column = change.to.kind === "default" && change.to.of !== undefined ? changes.get(change.to.of) : undefined;
    if (table !== undefined && (comes(made) || comes(column))) held.add(change.key);
  }
  // A default whose column is out cannot be in.
  for (const key of held) {
    const column = defaultColumn(changes.get(key));
    if (column !== undefined && !held.has(column) && !comes(changes.get(column))) held.delete(key);
  }
  return held;
};

/** A key or index of a partition goes with the one of its parent. */
const parentIndex = (parts: Parts, part: Part | undefined): string | undefined => {
  const name = part?.kind === "constraint" || part?.kind === "index" ? part.value.partOf : undefined;
  return name === undefined ? undefined : parts.partKeyOf(keyOf("index", name));
};

const attributes: readonly Kind[] = ["comment", "grants", "owner", "domain constraint"];

/** The part whose DROP takes this one along. */
const dropOwner = (parts: Parts, changes: ReadonlyMap<string, Change>, key: string): string => {
  for (let at = key; ;) {
    const owned = parts.byKey.get(`owner column of ${at}`);
    const column =
      owned?.kind === "owned by"
        ? [...(parts.needs.get(owned.key) ?? [])].find((need) => need.startsWith("column "))
        : undefined;
    const part = parts.byKey.get(at);
    const parent = parentIndex(parts, part);
    const isTaken = (owner: string | undefined): owner is string =>
      owner !== undefined &&
      (goes(changes.get(owner)) ||
        (changes.get(owner)?.verb === "swap" && part !== undefined && attributes.includes(part.kind)));
    const of = [part?.of ?? column, parent].find(isTaken);
    if (of === undefined) return at;
    at = of;
  }
};

/** Edges and nodes for one choice of what is held. */
class Graph {
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
  }

  #rank(change: Change): number {
    return rankOf(("to" in change ? change.to : change.from).kind);
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
      const table = change?.verb === "create" ? tableOf(change.to) : undefined;
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
      if (goes(change) && own !== `drop ${need}`) this.#edge(own, `create ${need}`);
    }
    const released = change.verb === "alter" && this.#to.needs.get(change.key)?.has(given) !== true;
    if (other.verb === "alter" && (goes(change) || released)) this.#edge(own, `alter ${need}`);
  }

  /** What it will need comes, or changes, before it. */
  #join(change: Change, given: string): void {
    const need = this.#doer(given);
    const other = this.#changes.get(need);
    if (other === undefined) return;
    const own = this.idOf(comes(change) || change.verb === "swap" ? "create" : "alter", change.key);
    if (comes(other) || other.verb === "swap") this.#edge(this.idOf("create", need), own);
    if (other.verb === "alter") this.#edge(`alter ${need}`, own);
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
        if (other.verb !== "drop" || (other.from.kind !== "constraint" && other.from.kind !== "index")) continue;
        if (sameName(other.from.value.table, target)) this.#edge(this.idOf("drop", other.key), own);
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

  /** A partition is attached when its own columns, keys and indexes and those of its parent are there, so that they are tied together. */
  #linkPartitions(): void {
    const rivals = rivalKeys(this.#changes);
    for (const change of this.#changes.values()) {
      if (!comes(change)) continue;
      const { to } = change as { readonly to: Part };
      if (to.kind !== "partition") continue;
      const tables = [keyOf("table", to.value.table), keyOf("table", to.value.parent)];
      const own = this.idOf("create", change.key);
      for (const other of this.#changes.values()) {
        if (!("to" in other)) continue;
        const table =
          "table" in other.to.value && typeof other.to.value.table === "object"
            ? keyOf("table", other.to.value.table)
            : undefined;
        if (table === undefined || !tables.includes(table) || other.to.kind === "partition") continue;
        if (!["column", "constraint", "index", "default"].includes(other.to.kind)) continue;
        const id = this.idOf(comes(other) ? "create" : "alter", other.key);
        if (rivals.has(other.key)) this.#edge(own, id);
        else this.#edge(id, own);
      }
    }
  }
}

/** Names that the schema holds once: of relations, and of types. */
const namesOf = (part: Part): readonly string[] => {
  const { value } = part;
  if (part.kind === "column") {
    const sequence = part.value.identity?.sequence;
    return sequence === undefined ? [] : [`relation ${sequence.schema}.${sequence.name}`];
  }
  if (part.kind === "index") return [`relation ${part.value.schema}.${part.value.name}`];
  if (part.kind === "constraint") {
    const own = [`constraint ${part.value.table.schema}.${part.value.table.name}.${part.value.name}`];
    return "index" in part.value ? [...own, `relation ${part.value.table.schema}.${part.value.index}`] : own;
  }
  if (!("schema" in value) || !("name" in value)) return [];
  const name = `${value.schema}.${value.name}`;
  if (part.kind === "table" || part.kind === "view" || part.kind === "composite")
    return [`relation ${name}`, `type ${name}`];
  if (part.kind === "sequence") return [`relation ${name}`];
  return ["enum", "domain", "range", "base type"].includes(part.kind) ? [`type ${name}`] : [];
};

/** What may leave a CREATE TABLE, or a DROP TABLE, to open a circle. */
const loosened = (
  circle: readonly Node[],
  changes: ReadonlyMap<string, Change>,
  held: ReadonlySet<string>,
): readonly string[] => {
  const tables = new Set(circle.filter(({ act }) => act === "create").map(({ change }) => change.key));
  return [...held].filter((key) => {
    const change = changes.get(key);
    if (change?.verb !== "create") return false;
    const table = tableOf(change.to);
    const loose =
      change.to.kind === "default" ||
      change.to.kind === "constraint" ||
      (change.to.kind === "column" && change.to.value.generated !== undefined);
    return loose && table !== undefined && tables.has(table);
  });
};

const loosenedDrops = (
  circle: readonly Node[],
  changes: ReadonlyMap<string, Change>,
  from: Parts,
  apart: ReadonlySet<string>,
): readonly string[] => {
  const dropped = new Set(circle.filter(({ act }) => act === "drop").map(({ change }) => change.key));
  return [...changes.values()].flatMap((change) => {
    if (!goes(change) || apart.has(change.key)) return [];
    const { kind } = (change as { readonly from: Part }).from;
    const owner = dropOwner(from, changes, change.key);
    return owner !== change.key &&
      dropped.has(owner) &&
      ["constraint", "default", "policy", "trigger", "rule"].includes(kind)
      ? [change.key]
      : [];
  });
};

/**
 * Keys of partitions over the columns of one that belongs to their parent's: were both there, PostgreSQL might tie the wrong one to the
 * parent's when the partition is attached. These come after that.
 */
const rivalKeys = (changes: ReadonlyMap<string, Change>): ReadonlySet<string> => {
  const keys = [...changes.values()].flatMap((change) =>
    change.verb === "create" &&
    change.to.kind === "constraint" &&
    change.to.value.partition &&
    "index" in change.to.value
      ? [
          {
            key: change.key,
            ...change.to.value,
            over: `${keyOf("table", change.to.value.table)} ${change.to.value.columns.join()}`,
          },
        ]
      : [],
  );
  const tied = new Set(keys.filter(({ partOf }) => partOf !== undefined).map(({ over }) => over));
  return new Set(keys.filter(({ partOf, over }) => partOf === undefined && tied.has(over)).map(({ key }) => key));
};

/** Orders all changes. Circles through a new or dropped table are opened by taking its constraints and defaults out. */
export const arrange = (work: Work, from: Parts, to: Parts): Arranged => {
  const { changes } = work;
  const [out, apart] = [new Set(rivalKeys(changes)), new Set<string>()];
  for (;;) {
    const held = heldParts(changes, out);
    const graph = new Graph(work, from, to, held, apart);
    const nodes = [...graph.nodes.values()];
    const sorted = order(
      nodes.map(({ id }) => id),
      (id) => graph.before.get(id) ?? [],
    );
    const named = (ids: readonly string[]): readonly Node[] => ids.flatMap((id) => graph.nodes.get(id) ?? []);
    const circles = sorted.circles.map(named);
    const loose = circles.flatMap((circle) => loosened(circle, changes, held));
    const drops = circles.flatMap((circle) => loosenedDrops(circle, changes, from, apart));
    if (loose.length === 0 && drops.length === 0)
      return { nodes: named(sorted.order), before: graph.before, held, circles };
    for (const key of loose) out.add(key);
    for (const key of drops) apart.add(key);
  }
};
