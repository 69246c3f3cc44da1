// Rule: foreign keys whose column has another type than the one it refers to.
import type { DatabaseRule } from "./rule.ts";
import { partAt, pathText } from "./rule.ts";
import type { Column, ForeignKey, Table } from "../catalog/tables.ts";
import type { Catalog } from "../catalog.ts";
import { nameKey } from "../catalog/object.ts";
import { sizeEvidence } from "../measure.ts";

const integers = ["smallint", "integer", "bigint"];

const baseOf = ({ type }: Column): string => type.base ?? type.text;

/** Lengths of text say nothing here: the parent's value must fit, and that is checked by the parent. */
const plain = (type: string): string =>
  /^(character varying|text)/.test(type) ? "text" : type.replace(/\(.*\)$/, "").trim();

interface Pair {
  readonly column: Column;
  readonly target: Column;
}

const pairsOf = (tables: ReadonlyMap<string, Table>, table: Table, key: ForeignKey): readonly Pair[] => {
  const parent = tables.get(nameKey(key.references.table));
  return key.columns.flatMap((name, i) => {
    const column = table.columns.find((one) => one.name === name);
    const target = parent?.columns.find((one) => one.name === key.references.columns[i]);
    return column === undefined || target === undefined || plain(baseOf(column)) === plain(baseOf(target))
      ? []
      : [{ column, target }];
  });
};

const consequence = ({ column, target }: Pair): string => {
  const [own, its] = [integers.indexOf(baseOf(column)), integers.indexOf(baseOf(target))];
  if (own >= 0 && its > own) return "it cannot refer to rows beyond its own range, and then inserts fail";
  if (own >= 0 && its >= 0) return "wider than it needs to be";
  return "comparing them casts one side, and an index on that side is not used";
};

const tablesOf = ({ tables }: Catalog): ReadonlyMap<string, Table> =>
  new Map(tables.map((table) => [nameKey(table), table]));

/** A warning where inserts will fail or indexes are lost; a note where the column is merely wider. */
export const foreignKeyType: DatabaseRule = {
  id: "db/foreign-key-type",
  severity: "warning",
  about: "Foreign keys of another type than the column they refer to",
  help: "give both columns the same type; widening an integer rewrites the table, unless done by a new column that is backfilled",
  *check(reading) {
    const tables = tablesOf(reading.catalog);
    for (const table of reading.catalog.tables) {
      for (const key of table.constraints) {
        if (key.kind !== "foreign-key" || key.inherited) continue;
        for (const pair of pairsOf(tables, table, key)) {
          const wider = consequence(pair).startsWith("wider");
          yield {
            ...(wider ? { severity: "info" as const } : {}),
            message: `${pathText(table)}.${pair.column.name} is ${pair.column.type.text} and refers to ${pathText(key.references.table)}.${pair.target.name}, which is ${pair.target.type.text}: ${consequence(pair)}`,
            at: partAt("constraint", table, key.name),
            ...sizeEvidence(reading, [table]),
          };
        }
      }
    }
  },
};
