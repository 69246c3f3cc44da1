// Lines of the server's table of dependencies, taken apart once for all readings of a server.
import type { Dependency } from "../catalog.ts";
import type { ObjectKey } from "../catalog/object.ts";
import { compareText } from "../catalog/object.ts";

/** `class number`, and for a column ` part`. */
export type Numbered = string;

/** The object that a part belongs to. */
const whole = (object: Numbered): Numbered => object.split(" ", 2).join(" ");

/** An object, or a part of one, in the server's numbers. */
export interface End {
  readonly number: Numbered;
  /** What it is a part of. */
  readonly whole: End | undefined;
  /** What it stands for in the reading that is under way. */
  key: ObjectKey | undefined;
}

export interface Edge {
  readonly object: End;
  readonly on: End;
  /** `i`: internal to it, `a`: goes with it, `n`: needs it. */
  readonly kind: string;
  /** What came of it last, and of which keys. */
  last?: { readonly object: ObjectKey; readonly on: ObjectKey; readonly link: Dependency | undefined };
}

/** What a number stands for. */
export type Entry = readonly [Numbered, ObjectKey];

/** The table, view or type that a part belongs to by its name. */
const ownerPath = (key: ObjectKey): string => key.replace(/^\S+ (?:constraint )?/, "");

const isPartOf = (part: ObjectKey, owner: ObjectKey): boolean =>
  /^(column|default|constraint|trigger|rule|policy|domain constraint) /.test(part) &&
  ownerPath(part).startsWith(`${ownerPath(owner)}.`) &&
  /^(table|view|type) /.test(owner);

const order = (a: Dependency, b: Dependency): number => compareText(a.object, b.object) || compareText(a.on, b.on);

/** Two lists in order as one. */
const merged = (a: readonly Dependency[], b: readonly Dependency[]): readonly Dependency[] => {
  const all: Dependency[] = [];
  let at = 0;
  for (const one of b) {
    for (let next = a[at]; next !== undefined && order(next, one) < 0; next = a[++at]) all.push(next);
    all.push(one);
  }
  return [...all, ...a.slice(at)];
};

/** Real state: what was seen in the readings so far, most of which comes again. */
export class Edges {
  readonly #ends = new Map<Numbered, End>();
  readonly #edges = new Map<string, Edge>();
  readonly #links = new Map<ObjectKey, Map<ObjectKey, Dependency | undefined>>();
  #sorted: readonly Dependency[] = [];

  /** The edges of these lines, whose ends stand for what these entries say. */
  of(lines: readonly string[], entries: readonly (readonly Entry[])[]): readonly Edge[] {
    const edges = lines.map((line) => this.#edgeOf(line));
    for (const end of this.#ends.values()) end.key = undefined;
    for (const list of entries)
      for (const [number, key] of list) {
        const end = this.#ends.get(number);
        if (end !== undefined) end.key = key;
      }
    return edges;
  }

  /** The same object each time; none from a part to its owner. */
  link(edge: Edge, object: ObjectKey, on: ObjectKey): Dependency | undefined {
    if (edge.last?.object !== object || edge.last.on !== on)
      edge.last = { object, on, link: this.#linkBetween(object, on) };
    return edge.last.link;
  }

  /** In order; most of them stand in it since the last reading. */
  sorted(links: ReadonlySet<Dependency>): readonly Dependency[] {
    const known = new Set(this.#sorted);
    const stay = this.#sorted.filter((one) => links.has(one));
    const come = [...links].filter((one) => !known.has(one)).sort(order);
    return (this.#sorted = come.length === 0 && stay.length === known.size ? this.#sorted : merged(stay, come));
  }

  #linkBetween(object: ObjectKey, on: ObjectKey): Dependency | undefined {
    const known = this.#links.get(object) ?? new Map<ObjectKey, Dependency | undefined>();
    if (known.has(on)) return known.get(on);
    const link = isPartOf(object, on) ? undefined : { object, on };
    this.#links.set(object, known.set(on, link));
    return link;
  }

  #edgeOf(line: string): Edge {
    const known = this.#edges.get(line);
    if (known !== undefined) return known;
    const [object = "", on = "", kind = ""] = line.split(">");
    const edge = { object: this.#endOf(object), on: this.#endOf(on), kind };
    this.#edges.set(line, edge);
    return edge;
  }

  #endOf(number: Numbered): End {
    const known = this.#ends.get(number);
    if (known !== undefined) return known;
    const own = whole(number);
    const end = { number, key: undefined, whole: own === number ? undefined : this.#endOf(own) };
    this.#ends.set(number, end);
    return end;
  }
}
