// Names for new indexes and constraints: readable, at most 63 bytes, and not taken.
import type { Catalog } from "./catalog.ts";
import type { Table } from "./catalog/tables.ts";

/** PostgreSQL cuts longer names silently (NAMEDATALEN - 1). */
const longest = 63;

const byteLength = (text: string): number => new TextEncoder().encode(text).length;

/** The longest beginning that fits, never half a character. */
const cut = (text: string, limit: number): string => {
  const characters = Array.from(text);
  while (byteLength(characters.join("")) > limit) characters.pop();
  return characters.join("").replace(/_+$/, "");
};

/** Relations of a schema (tables, views, indexes) share one name space. Names given out are remembered. */
export class NewNames {
  readonly #taken = new Map<string, Set<string>>();

  constructor({ tables, views }: Catalog) {
    for (const { schema, name, indexes } of [...tables, ...views]) {
      const names = this.#in(schema);
      names.add(name);
      for (const index of indexes) names.add(index.name);
    }
  }

  #in(schema: string): Set<string> {
    const names = this.#taken.get(schema) ?? new Set<string>();
    this.#taken.set(schema, names);
    return names;
  }

  /** `table_column_suffix`, as PostgreSQL would call it, with a number when that is taken. */
  take(table: Pick<Table, "schema" | "name">, columns: readonly string[], suffix: string): string {
    const names = this.#in(table.schema);
    for (let n = 0; ; n++) {
      const end = `_${suffix}${n === 0 ? "" : n}`;
      const name = cut([table.name, ...columns].join("_"), longest - byteLength(end)) + end;
      if (names.has(name)) continue;
      names.add(name);
      return name;
    }
  }
}
