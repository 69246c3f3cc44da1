// Lines of the server's table of dependencies, taken apart once for all readings of a server.
import type { Dependency } from "../catalog.ts";
import type { ObjectKey } from "../catalog/object.ts";

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
}

/** The table, view or type that a part belongs to by its name. */
const ownerPath = (key: ObjectKey): string => key.replace(/^\S+ (?:constraint )?/, "");

const isPartOf = (part: ObjectKey, owner: ObjectKey): boolean =>
  /^(column|default|constraint|trigger|rule|policy|domain constraint) /.test(part) &&
  ownerPath(part).startsWith(`${ownerPath(owner)}.`) &&
  /^(table|view|type) /.test(owner);

/** Real state: what was seen in the readings so far, most of which comes again. */
export class Edges {
  readonly #ends = new Map<Numbered, End>();
  readonly #edges = new Map<string, Edge>();
  readonly #links = new Map<ObjectKey, Map<ObjectKey, Dependency | undefined>>();

  /** The edges of these lines, whose ends stand for what these keys say. */
  of(lines: readonly string[], keys: Iterable<readonly [Numbered, ObjectKey]>): readonly Edge[] {
    const edges = lines.map((line) => this.#edgeOf(line));
    for (const end of this.#ends.values()) end.key = undefined;
    for (const [number, key] of keys) {
      const end = this.#ends.get(number);
      if (end !== undefined) end.key = key;
    }
    return edges;
  }

  /** The same object each time; none from a part to its owner. */
  link(object: ObjectKey, on: ObjectKey): Dependency | undefined {
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
