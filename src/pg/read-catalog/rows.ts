// Rows of the catalog queries by section, and the words for what they hold.
import type { ObjectName, Option } from "../catalog/object.ts";
import { byName } from "../catalog/object.ts";
import type { ColumnType, TypeKind } from "../catalog/tables.ts";
import { rowOf } from "./settle.ts";

export type Row = Readonly<Record<string, unknown>>;

// Rows are made by our own queries: their shape is known, and a test reads every kind of object from real servers.
export const text = (row: Row, key: string): string => String(row[key]);
export const maybe = (row: Row, key: string): string | undefined =>
  row[key] === null || row[key] === undefined || row[key] === "" ? undefined : text(row, key);
export const texts = (row: Row, key: string): readonly string[] => (row[key] ?? []) as readonly string[];
export const rowsIn = (row: Row, key: string): readonly Row[] => (row[key] ?? []) as readonly Row[];
export const name = (row: Row, key: string): ObjectName | undefined =>
  (row[key] ?? undefined) as ObjectName | undefined;
export const nameAt = (row: Row, key: string): ObjectName => name(row, key) ?? { schema: "", name: "" };
export const number = (row: Row, key: string): number | undefined =>
  row[key] === null || row[key] === undefined ? undefined : Number(row[key]);
export const truth = (row: Row, key: string): boolean => row[key] === true;

/** A field of a model that is left out where there is no value. */
export const optional = <K extends string, V>(key: K, value: V | undefined): { readonly [P in K]?: V } =>
  (value === undefined ? {} : { [key]: value }) as { readonly [P in K]?: V };

/** `["fillfactor=70"]` as the server stores options. */
export const options = (row: Row, key: string, prefix = ""): readonly Option[] =>
  texts(row, key)
    .map((entry) => {
      const at = entry.indexOf("=");
      return { name: prefix + entry.slice(0, at), value: entry.slice(at + 1) };
    })
    .sort(byName);

/** The word for a one-letter code of the server's. */
export const word = <T extends string>(codes: Readonly<Record<string, T>>, code: unknown, otherwise: T): T =>
  codes[String(code)] ?? otherwise;

export const toastStrategies = { p: "plain", e: "external", x: "extended", m: "main" } as const;
export const firings = { O: "origin", D: "disabled", R: "replica", A: "always" } as const;
export const persistences = { p: "permanent", u: "unlogged" } as const;
export const parallels = { s: "safe", r: "restricted", u: "unsafe" } as const;

const typeKinds: Readonly<Record<string, TypeKind>> = {
  b: "base",
  e: "enum",
  d: "domain",
  c: "composite",
  r: "range",
  m: "multirange",
  p: "pseudo",
};

export const columnType = (row: Row): ColumnType => ({
  schema: text(row, "schema"),
  name: text(row, "name"),
  kind: word(typeKinds, row["kind"], "base"),
  array: truth(row, "array"),
  text: text(row, "text"),
  ...optional("base", maybe(row, "base")),
});

/** The answers to the catalog queries, by section. */
export class Rows {
  readonly #sections: Map<string, readonly Row[]>;

  constructor(sections: Iterable<readonly [string, readonly Row[]]> = []) {
    this.#sections = new Map(sections);
  }

  /** Takes a row of `queryOf`: the section's name and its JSON texts, each after a record separator. */
  add(answer: string): void {
    const [section = "", ...texts] = answer.split("\u001e");
    this.#sections.set(
      section,
      texts.map((json) => rowOf(section, json)),
    );
  }

  entries(): Iterable<readonly [string, readonly Row[]]> {
    return this.#sections;
  }

  of(section: string): readonly Row[] {
    return this.#sections.get(section) ?? [];
  }

  by(section: string, key: string): ReadonlyMap<unknown, readonly Row[]> {
    return Map.groupBy(this.of(section), (row) => row[key]);
  }
}
