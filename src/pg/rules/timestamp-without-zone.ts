// Rule: columns that hold moments and forget the time zone they were meant in.
import { listed, plural } from "../../kernel/words.ts";
import type { Column, Table } from "../catalog/tables.ts";
import type { DatabaseRule } from "./rule.ts";
import { at, pathText } from "./rule.ts";

const baseOf = ({ type }: Column): string => type.base ?? type.text;
export const isWithoutZone = (column: Column): boolean => /^timestamp(\(\d\))? without time zone/.test(baseOf(column));

/** Only a moment is filled with now(); with the zone named, the column is meant to hold that zone's time. */
const momentDefault =
  /^\(?(now\(\)|CURRENT_TIMESTAMP|transaction_timestamp\(\)|statement_timestamp\(\)|clock_timestamp\(\)|LOCALTIMESTAMP|\('now'::text\))/i;

/** What it defaults to shows that the column holds moments. */
export const isMoment = (column: Column): boolean =>
  isWithoutZone(column) &&
  momentDefault.test(column.default ?? "") &&
  !/AT TIME ZONE|timezone\(/i.test(column.default ?? "");

const columnsText = (columns: readonly Column[]): string => listed(columns.map(({ name }) => name));

const own = (table: Table): readonly Column[] => table.columns.filter(({ local }) => local);

/**
 * A warning where the default proves that a moment is stored: what it means depends on the TimeZone of whichever session wrote the row.
 * Other columns are not named one by one: local times (opening hours, calendar entries) are a right use of the type.
 */
export const timestampWithoutZone: DatabaseRule = {
  id: "db/timestamp-without-zone",
  severity: "warning",
  about: "Moments stored without their time zone",
  help: "use timestamptz: ALTER COLUMN … TYPE timestamptz USING column AT TIME ZONE 'the zone that the writers had'; it rewrites the table",
  *check({ catalog }) {
    for (const table of catalog.tables.filter(
      ({ partitionOf, kind }) => partitionOf === undefined && kind !== "foreign",
    )) {
      const columns = own(table).filter(isMoment);
      if (columns.length === 0) continue;
      const many = columns.length > 1;
      yield {
        message: `${pathText(table)}: ${columnsText(columns)} ${many ? "are" : "is"} timestamp without time zone and ${many ? "default" : "defaults"} to the current moment: the same row means another moment when two writers have another TimeZone`,
        at: at("table", table),
        evidence: { note: `${plural(columns.length, "column")} with the default ${columns[0]?.default ?? ""}` },
      };
    }
  },
};
