// What was built of rows of one reading, for the next one: of the same rows the same thing comes, and it stays the same one.
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

  /** `rows` are all that the object is built of, its own first. */
  of<T extends object>(rows: readonly [Row, ...(readonly Row[])], build: () => T): T {
    const last = this.#built.get(rows[0]);
    if (last?.rows.length === rows.length && last.rows.every((row, at) => row === rows[at])) return last.value as T;
    const value = build();
    this.#built.set(rows[0], { rows, value });
    return value;
  }
}
