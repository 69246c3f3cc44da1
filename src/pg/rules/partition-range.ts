// Rules: range partitions with holes between them, that end soon, or whose rows pile up in the default partition.
import { indexHealth, secondsSince } from "../health/measures.ts";
import type { Health } from "../health/model.ts";
import type { Catalog } from "../catalog.ts";
import { nameKey } from "../catalog/object.ts";
import type { Table } from "../catalog/tables.ts";
import { bytes } from "../../kernel/words.ts";
import type { DatabaseRule } from "./rule.ts";
import { at, pathText, rowsOf, serverRule } from "./rule.ts";

/** A bound by one column, its literals without quotes. MINVALUE and MAXVALUE stay words. */
interface Range {
  readonly table: Table;
  readonly from: string;
  readonly to: string;
}

const bound =
  /^FOR VALUES FROM \((MINVALUE|MAXVALUE|'(?:[^']|'')*'|-?[\d.]+)\) TO \((MINVALUE|MAXVALUE|'(?:[^']|'')*'|-?[\d.]+)\)$/;

const plain = (literal: string): string => literal.replace(/^'|'$/g, "").replaceAll("''", "'");

const rangeOf = (table: Table): Range | undefined => {
  const match = bound.exec(table.partitionOf?.bound ?? "");
  return match === null ? undefined : { table, from: plain(match[1] ?? ""), to: plain(match[2] ?? "") };
};

interface Parted {
  readonly parent: Table;
  readonly ranges: readonly Range[];
  readonly fallback?: Table;
  readonly compare: (a: string, b: string) => number;
  /** The key holds moments or days. */
  readonly temporal: boolean;
}

const numeric = (a: string, b: string): number => Number(a) - Number(b);
/** ISO texts of one length sort as their moments do. */
const textual = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const withEnds =
  (compare: (a: string, b: string) => number) =>
  (a: string, b: string): number => {
    const rank = (text: string): number => (text === "MINVALUE" ? -1 : text === "MAXVALUE" ? 1 : 0);
    return rank(a) - rank(b) || (rank(a) === 0 ? compare(a, b) : 0);
  };

const keyColumn = (table: Table) => {
  const name = /^RANGE \("?([^",()]+?)"?\)$/.exec(table.partitionKey ?? "")?.[1];
  return table.columns.find((column) => column.name === name);
};

/** Tables partitioned by ranges of one column whose values can be put in order here. */
const partedIn = ({ tables }: Catalog): readonly Parted[] => {
  const children = Map.groupBy(
    tables.filter(({ partitionOf }) => partitionOf !== undefined),
    ({ partitionOf }) => nameKey(partitionOf?.parent ?? { schema: "", name: "" }),
  );
  return tables.flatMap((parent): readonly Parted[] => {
    const type = keyColumn(parent)?.type.text ?? "";
    const temporal = /^(date|timestamp)/.test(type);
    if (!temporal && !/^(smallint|integer|bigint|numeric)/.test(type)) return [];
    const own = children.get(nameKey(parent)) ?? [];
    const fallback = own.find(({ partitionOf }) => partitionOf?.bound === "DEFAULT");
    const ranges = own.filter((table) => table !== fallback).map(rangeOf);
    if (ranges.length === 0 || ranges.includes(undefined)) return [];
    const compare = withEnds(temporal ? textual : numeric);
    const sorted = ranges.filter((range) => range !== undefined).sort((a, b) => compare(a.from, b.from));
    return [{ parent, ranges: sorted, compare, temporal, ...(fallback === undefined ? {} : { fallback }) }];
  });
};

/** A warning: rows between two partitions are refused, unless there is a default one, where they pile up. */
export const partitionGap: DatabaseRule = {
  id: "db/partition-gap",
  severity: "warning",
  about: "Ranges that no partition takes, between partitions that there are",
  help: "create the missing partition",
  *check({ catalog }) {
    for (const { parent, ranges, compare, fallback } of partedIn(catalog)) {
      for (const [i, { table, to }] of ranges.entries()) {
        const next = ranges[i + 1];
        if (next === undefined || compare(to, next.from) === 0) continue;
        yield {
          message: `${pathText(parent)} has no partition from ${to} (the end of ${table.name}) to ${next.from} (the beginning of ${next.table.name}): ${fallback === undefined ? "such rows are refused" : `such rows go to ${fallback.name}`}`,
          at: at("table", parent),
        };
      }
    }
  },
};

const day = 86_400;

/** Seconds until the last partition ends; undefined where it has no end. */
const secondsLeft = (health: Health, { ranges }: Parted): number | undefined => {
  const end = ranges.at(-1)?.to ?? "MAXVALUE";
  const moment = Date.parse(
    /^\d{4}-\d\d-\d\d$/.test(end) ? `${end}T00:00:00Z` : end.replace(" ", "T").replace(/([+-]\d\d)$/, "$1:00"),
  );
  if (Number.isNaN(moment)) return undefined;
  const ahead = moment - Date.parse(health.at);
  return ahead >= 0 ? ahead / 1000 : -secondsSince(health, new Date(moment).toISOString());
};

/** Partitions of the past alone, and nothing written for a month: an archive. */
const isArchive = (health: Health, { ranges }: Parted, left: number): boolean => {
  const measured = indexHealth(health);
  return left < -30 * day && ranges.every(({ table }) => (measured.relation(table)?.inserted ?? 0) === 0);
};

/** An error once rows of today are refused; a warning within a week, or where they go to the default partition. */
export const partitionsEnd = serverRule({
  id: "db/partitions-end",
  severity: "warning",
  about: "Tables partitioned by time whose last partition ends soon",
  help: "create partitions ahead, from a job that runs often enough to fail a few times unnoticed",
  *check(health, { catalog }) {
    for (const parted of partedIn(catalog).filter(({ temporal }) => temporal)) {
      const left = secondsLeft(health, parted);
      const last = parted.ranges.at(-1);
      if (left === undefined || last === undefined || left > 7 * day || isArchive(health, parted, left)) continue;
      const refused = parted.fallback === undefined ? "are refused" : `go to ${parted.fallback.name}`;
      yield {
        ...(left <= 0 && parted.fallback === undefined ? { severity: "error" as const } : {}),
        message:
          left <= 0
            ? `the last partition of ${pathText(parted.parent)} ended at ${last.to}: new rows ${refused}`
            : `the last partition of ${pathText(parted.parent)} ends at ${last.to}, in ${(left / day).toFixed(1)} days; then new rows ${refused}`,
        at: at("table", parted.parent),
      };
    }
  },
});

/** A warning: each row there makes adding its real partition slower, since all of them are checked under an exclusive lock. */
export const defaultPartition = serverRule({
  id: "db/default-partition-rows",
  severity: "warning",
  about: "Default partitions that hold rows",
  help: "move the rows to partitions of their own: detach the default one, create the missing partitions, insert the rows again",
  *check(health, { catalog }) {
    const measured = indexHealth(health);
    for (const table of catalog.tables.filter(({ partitionOf }) => partitionOf?.bound === "DEFAULT")) {
      const size = measured.relation(table);
      if (size === undefined || rowsOf(size) === 0) continue;
      yield {
        ...(rowsOf(size) < 1000 ? { severity: "info" as const } : {}),
        message: `${pathText(table)}, the default partition of ${pathText(table.partitionOf?.parent ?? table)}, holds about ${rowsOf(size).toLocaleString("en-US")} rows (${bytes(size.heapBytes)}): they fit no other partition`,
        at: at("table", table),
      };
    }
  },
});
