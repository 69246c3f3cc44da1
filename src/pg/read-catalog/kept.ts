// What was built of rows of one reading, for the next one: of the same rows the same thing comes, and it stays the same one.
import { isSame } from "../../kernel/same.ts";
import type { ObjectName } from "../catalog/object.ts";
import { nameKey } from "../catalog/object.ts";
import type { Entry } from "./edges.ts";
import { Edges } from "./edges.ts";
import type { Row } from "./rows.ts";

interface Built {
  readonly rows: readonly Row[];
  readonly value: object;
}

/**
 * Real state. Rows that are not read again are the same ones as before, and what they refer to has the same name as before: else they would
 * have been read again.
 */
export class Kept {
  readonly #built = new WeakMap<Row, Built>();
  readonly #entries = new WeakMap<Row, readonly Entry[]>();
  readonly #before: ReadonlyMap<string, ObjectName>;
  readonly edges: Edges;

  /** \`before\` is what a reading gave whose rows are all read anew: what turns out to be the same stays the very object. */
  constructor(before: readonly ObjectName[] = [], edges = new Edges()) {
    this.edges = edges;
    this.#before = new Map(before.map((one) => [nameKey(one), one]));
  }

  /** \`rows\` are all that the object is built of, its own first. */
  of<T extends ObjectName>(rows: readonly [Row, ...(readonly Row[])], build: () => T): T {
    const last = this.#built.get(rows[0]);
    if (last?.rows.length === rows.length && last.rows.every((row, at) => row === rows[at])) return last.value as T;
    const value = this.#asBefore(build());
    this.#built.set(rows[0], { rows, value });
    return value;
  }

  /** What the numbers of a row stand for. */
  entries(row: Row, build: () => readonly Entry[]): readonly Entry[] {
    const last = this.#entries.get(row) ?? build();
    this.#entries.set(row, last);
    return last;
  }

  #asBefore<T extends ObjectName>(built: T): T {
    const before = this.#before.get(nameKey(built));
    return isSame(before, built) ? (before as T) : built;
  }
}
