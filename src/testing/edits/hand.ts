// What random edits draw from: a seed's numbers, objects of the catalog, names and types.
import type { Catalog } from "../../pg/catalog.ts";
import type { Table } from "../../pg/catalog/tables.ts";
import { quoteName, quotePath } from "../../pg/quote.ts";

/** Numbers from 0 to 1, always the same for a seed. */
export type Random = () => number;

export const randomOf = (seed: number): Random => {
  let state = (seed * 2654435761) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** What an edit may draw from. */
export interface Hand {
  readonly catalog: Catalog;
  pick<T>(list: readonly T[]): T | undefined;
  /** A name that nothing has: now and then one that must be quoted. */
  fresh(stem: string): string;
  chance(of: number): boolean;
  below(n: number): number;
}

const odd = ["Order", "a b", 'say "hi"', "select", "Ünï", "x'y", "$1", "a.b"];

export const handOf = (catalog: Catalog, random: Random): Hand => {
  const below = (n: number): number => Math.floor(random() * n);
  const pick = <T>(list: readonly T[]): T | undefined => list[below(list.length)];
  return {
    catalog,
    pick,
    below,
    chance: (of) => random() < of,
    fresh: (stem) => quoteName(`${random() < 0.15 ? (pick(odd) ?? "") : stem}${below(100_000)}`),
  };
};

/** One statement, or a few, that PostgreSQL may take or refuse; undefined where there is nothing to edit. */
export type Edit = (hand: Hand) => string | undefined;

/** Statements that only together make sense. */
export const together = (...statements: readonly (string | undefined)[]): string | undefined =>
  statements.includes(undefined) ? undefined : statements.join(";\n");

/** A text as SQL. */
export const text = (value: string): string => `'${value.replaceAll("'", "''")}'`;

const scalarTypes = [
  "integer",
  "bigint",
  "text",
  "varchar(40)",
  "numeric(10,2)",
  "boolean",
  "timestamptz",
  "date",
  "uuid",
  "jsonb",
  "text[]",
  "bytea",
  "interval",
  "inet",
  "int4range",
  "char(3)",
  "double precision",
];

export const defaults: Readonly<Record<string, readonly string[]>> = {
  integer: ["0", "1 + 1"],
  bigint: ["42"],
  text: ["''", "'it''s'", "upper('x')"],
  "varchar(40)": ["'v'"],
  "character varying(40)": ["'v'"],
  "numeric(10,2)": ["1.50"],
  boolean: ["false"],
  timestamptz: ["now()"],
  "timestamp with time zone": ["now()"],
  date: ["current_date"],
  uuid: ["gen_random_uuid()"],
  jsonb: [`'{}'`],
  "text[]": ["'{}'"],
};

export const plain = ({ catalog }: Hand): readonly Table[] => catalog.tables.filter(({ kind }) => kind !== "foreign");

/** Types of the schema's own too. */
export const typeOf = (hand: Hand): string => {
  const { enums, domains, composites } = hand.catalog;
  const own = hand.chance(0.3) ? hand.pick([...enums, ...domains, ...composites]) : undefined;
  return own === undefined ? (hand.pick(scalarTypes) ?? "text") : quotePath(own);
};

export const onTable =
  (edit: (hand: Hand, table: Table) => string | undefined): Edit =>
  (hand) => {
    const table = hand.pick(plain(hand));
    return table === undefined ? undefined : edit(hand, table);
  };

export const onColumn =
  (edit: (hand: Hand, table: Table, column: Table["columns"][number]) => string | undefined): Edit =>
  (hand) => {
    const table = hand.pick(plain(hand));
    const column = hand.pick(table?.columns ?? []);
    return table === undefined || column === undefined ? undefined : edit(hand, table, column);
  };

export const alter = (table: Table): string => `alter table ${quotePath(table)}`;
export const cascade = (hand: Hand): string => (hand.chance(0.7) ? " cascade" : "");

export const someColumns = (hand: Hand, { columns }: Pick<Table, "columns">, most: number): readonly string[] => {
  const names = columns.map(({ name }) => name).filter(() => hand.chance(0.6));
  return (names.length === 0 ? columns.slice(0, 1).map(({ name }) => name) : names).slice(0, 1 + hand.below(most));
};

export const list = (names: readonly string[]): string => names.map(quoteName).join(", ");
