// What rows hold: a fingerprint of every column, to see that the way forth and back keeps every value that it should.
import type { Catalog } from "../catalog.ts";
import { nameKey } from "../catalog/object.ts";
import type { Column, Table } from "../catalog/tables.ts";
import type { CompositeAttribute } from "../catalog/types.ts";
import { quoteName, quotePath } from "../quote.ts";
import { sameJson } from "./sql/text.ts";

/** `table column type` → how many rows, and a hash of their values. Tables without rows are not listed. */
export type Contents = ReadonlyMap<string, string>;

/** Answers a query of one text column. */
interface Asked {
  rows(sql: string): Promise<readonly string[]>;
}

const together = 50;

const columnsOf = ({ columns }: Table): readonly Column[] => columns.filter(({ generated }) => generated === undefined);

const hashOf = ({ name }: Column): string => {
  const value = `${quoteName(name)}::text`;
  return `md5(string_agg(coalesce(${value}, '~'), ',' order by ${value}))`;
};

/** One look at a table for all of its columns. */
const queryOf = (table: Table, at: number): string =>
  `select ${at} as at, count(*) as n, array[${columnsOf(table).map(hashOf).join(", ")}]::text[] as h from only ${quotePath(table)}`;

export const readContents = async (stage: Asked, { tables }: Catalog): Promise<Contents> => {
  const found = new Map<string, string>();
  const real = tables.filter(({ kind }) => kind !== "foreign");
  for (let begin = 0; begin < real.length; begin += together) {
    const union = real.slice(begin, begin + together).map((table, at) => queryOf(table, begin + at));
    const sql = `select json_build_array(at, n, h)::text from (${union.join(" union all ")}) contents where n > 0`;
    for (const row of await stage.rows(sql)) {
      const [at, n, hashes] = JSON.parse(row) as readonly [number, number, readonly (string | null)[]];
      const table = real[at];
      if (table === undefined) continue;
      for (const [i, { name, type }] of columnsOf(table).entries())
        found.set(`${quotePath(table)} ${quoteName(name)} ${type.text}`, `${n} ${hashes[i] ?? ""}`);
    }
  }
  return found;
};

/** Composite types whose attributes differ, or that hold such a one: their values are printed otherwise. */
const reshapedTypes = (before: Catalog, after: Catalog): ReadonlySet<string> => {
  const shape = ({ composites }: Catalog): ReadonlyMap<string, readonly Pick<CompositeAttribute, "name" | "type">[]> =>
    new Map(composites.map((one) => [nameKey(one), one.attributes.map(({ name, type }) => ({ name, type }))]));
  const [old, now] = [shape(before), shape(after)];
  const found = new Set([...old].filter(([key, list]) => !sameJson(list, now.get(key))).map(([key]) => key));
  for (let size = -1; size !== found.size;) {
    size = found.size;
    for (const [key, list] of old) if (list.some(({ type }) => found.has(nameKey(type)))) found.add(key);
  }
  return found;
};

/** `table column type` of what stands on both sides with other content on the second. */
export const changedContents = (
  [before, from]: readonly [Contents, Catalog],
  [after, to]: readonly [Contents, Catalog],
): readonly string[] => {
  const reshaped = reshapedTypes(from, to);
  const printedOtherwise = new Set(
    to.tables.flatMap((table) =>
      table.columns
        .filter(({ type }) => reshaped.has(nameKey(type)))
        .map(({ name, type }) => `${quotePath(table)} ${quoteName(name)} ${type.text}`),
    ),
  );
  return [...before]
    .filter(([key, content]) => after.has(key) && after.get(key) !== content && !printedOtherwise.has(key))
    .map(([key]) => key);
};
