// Rule: sequences, and the integer columns they feed, that run out of numbers.
import { nameKey } from "../catalog/object.ts";
import type { HealthIndex } from "../health/measures.ts";
import { countedSeconds, indexHealth } from "../health/measures.ts";
import type { Health, SequenceHealth } from "../health/model.ts";
import { quoteName, quotePath } from "../quote.ts";
import { at, graded, partAt, pathText, serverRule } from "./rule.ts";

const columnLimit: Readonly<Record<string, number>> = { smallint: 32_767, integer: 2_147_483_647 };

interface Range {
  readonly limit: number;
  /** It is the column that ends, not the sequence. */
  readonly ofColumn: boolean;
  readonly used: number;
}

const rangeOf = ({ last, max, min, increment, column }: SequenceHealth): Range | undefined => {
  if (last === undefined) return undefined;
  const down = increment.startsWith("-");
  const own = Number(down ? min : max);
  const type = columnLimit[column?.type ?? ""] ?? Infinity;
  const limit = Math.min(Math.abs(own), type);
  return { limit, ofColumn: type < Math.abs(own) || type === Math.abs(own), used: Math.abs(Number(last)) };
};

const day = 86_400;

/** Days until the end at the pace of the rows inserted so far; more than one number a row is a pace too. */
const daysLeft = (
  health: Health,
  measured: HealthIndex,
  { column, increment }: SequenceHealth,
  range: Range,
): number | undefined => {
  const seconds = countedSeconds(health);
  const inserted = column === undefined ? 0 : (measured.relation(column.table)?.inserted ?? 0);
  if (seconds === undefined || seconds < day || inserted < 1000) return undefined;
  const perDay = (inserted * Math.abs(Number(increment)) * day) / seconds;
  return (range.limit - range.used) / perDay;
};

const percent = (share: number): string => `${(share * 100).toFixed(share > 0.99 ? 2 : 0)} %`;

const timeText = (days: number): string =>
  days > 730
    ? `${(days / 365).toFixed(0)} years`
    : days > 60
      ? `${Math.round(days / 30)} months`
      : `${Math.max(0, Math.round(days))} days`;

const wide = ({ column }: SequenceHealth): boolean => column !== undefined && !(column.type in columnLimit);

/**
 * An error at nine tenths, or within three months at the measured pace; a warning at seven tenths, or within two years: moving a busy
 * table's key to bigint takes a quarter.
 */
export const numberExhaustion = serverRule({
  id: "db/number-exhaustion",
  severity: "warning",
  about: "Sequences and integer keys that run out of numbers",
  help: "move the column to bigint in steps: a new column, kept equal by a trigger, backfilled in batches, indexed concurrently, swapped; and every column that refers to it",
  *check(health) {
    const measured = indexHealth(health);
    for (const sequence of health.sequences.filter(({ cycle }) => !cycle)) {
      const range = rangeOf(sequence);
      if (range === undefined || range.limit < 1) continue;
      const share = range.used / range.limit;
      const days = daysLeft(health, measured, sequence, range);
      const severity = graded(
        ["error", share >= 0.9 || (days !== undefined && days < 90)],
        ["warning", share >= 0.7 || (days !== undefined && days < 730 && share >= 0.1)],
        ["info", share >= 0.5],
      );
      if (severity === undefined) continue;
      const { column } = sequence;
      const what =
        column === undefined
          ? `sequence ${pathText(sequence)}`
          : `${pathText(column.table)}.${column.name} (${column.type})`;
      yield {
        severity,
        message: `${what} has used ${percent(share)} of its numbers: ${range.used.toLocaleString("en-US")} of ${range.limit.toLocaleString("en-US")}; after the last, every insert fails`,
        at: column === undefined ? at("sequence", sequence) : partAt("column", column.table, column.name),
        ...(wide(sequence) && sequence.type !== "bigint"
          ? {
              help: "the column is wide enough: only the sequence must be widened, a change of the catalog alone",
              fix: {
                kind: "sql" as const,
                up: `ALTER SEQUENCE ${quotePath(sequence)} AS bigint;`,
                down: `ALTER SEQUENCE ${quotePath(sequence)} AS ${quoteName(sequence.type)};`,
                transactional: true,
              },
            }
          : {}),
        evidence: {
          note:
            days === undefined
              ? "the pace is not known: the counters are young, or few rows were inserted since they began"
              : `about ${timeText(days)} are left at the pace of the rows inserted since the counters began`,
          data: {
            used: range.used,
            limit: range.limit,
            daysLeft: days === undefined ? null : Math.round(days),
            sequence: nameKey(sequence).replace("\0", "."),
          },
        },
      };
    }
  },
});
