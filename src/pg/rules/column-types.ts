// Rule: column types that PostgreSQL keeps for compatibility alone, counted by schema since each is a habit rather than an accident.
import { listed, plural } from "../../kernel/words.ts";
import type { Catalog } from "../catalog.ts";
import type { Column, Table } from "../catalog/tables.ts";
import type { DatabaseRule } from "./rule.ts";
import { globalAt, pathText } from "./rule.ts";
import { isMoment, isWithoutZone } from "./timestamp-without-zone.ts";

interface Habit {
  readonly what: string;
  readonly why: string;
  readonly help: string;
  readonly has: (column: Column) => boolean;
}

const baseOf = ({ type }: Column): string => type.base ?? type.text;

/** `unit_price`, `amount`, `refund_eur`; not `price_index`, `cost_factor`. */
const moneyName =
  /(?:^|_)(?:price|amount|cost|fee|balance|salary|wage|tax|vat|subtotal|revenue|refund|payment|payout|deposit|budget)s?(?:_(?:usd|eur|gbp|chf|jpy|cents?))?$/;

const snake = (name: string): string => name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();

const habits: readonly Habit[] = [
  {
    what: "floating point though named like money",
    why: "0.10 has no exact binary fraction, so that sums drift by cents and equality fails",
    help: "numeric, or an integer of the smallest unit; if it is no money, never mind: nothing but the name was looked at",
    has: (column) => /^(?:real|double precision)$/.test(baseOf(column)) && moneyName.test(snake(column.name)),
  },
  {
    what: "timestamp without time zone",
    why: "whose clock it shows is not stored: right for local times such as opening hours, a guess for moments",
    help: "timestamptz for moments; the change rewrites the table unless the session's TimeZone is UTC",
    has: (column) => isWithoutZone(column) && !isMoment(column),
  },
  {
    what: "json",
    why: "it is parsed again at every access, knows no equality and takes no GIN index",
    help: "jsonb, unless the exact text (key order, duplicates, white space) matters; the change rewrites the table",
    has: (column) => baseOf(column) === "json",
  },
  {
    what: "character(n)",
    why: "values are padded with blanks that take space and vanish in comparisons; it is no faster than text",
    help: "text, with a CHECK on the length where the length is a rule; the change rewrites the table",
    has: (column) => /^character\((?!1\))\d+\)$/.test(baseOf(column)),
  },
  {
    what: "money",
    why: "its fractional digits and its reading of text follow the server's lc_monetary, so that a restore elsewhere changes values",
    help: "numeric, or an integer of the smallest unit, with the currency beside it",
    has: (column) => baseOf(column) === "money",
  },
  {
    what: "serial",
    why: "inserting needs rights on the sequence too, and nothing stops an insert from passing a number of its own that the sequence meets later",
    help: "GENERATED ALWAYS AS IDENTITY, from version 10 on",
    has: ({ default: expression = "", type }) =>
      /^nextval\('/.test(expression) && ["smallint", "integer", "bigint"].includes(type.text),
  },
  {
    what: "time with time zone",
    why: "an offset without a date cannot follow daylight saving time",
    help: "timestamptz for moments, time without time zone and a zone's name for the time on a clock",
    has: (column) => /^time(\(\d\))? with time zone$/.test(baseOf(column)),
  },
];

interface Use {
  readonly table: Table;
  readonly column: Column;
}

const usesIn = ({ tables }: Catalog, schema: string, { has }: Habit): readonly Use[] =>
  tables
    .filter((table) => table.schema === schema && table.kind !== "foreign" && table.partitionOf === undefined)
    .flatMap((table) =>
      table.columns.filter((column) => column.local && has(column)).map((column) => ({ table, column })),
    );

const shown = 5;

const usesText = (uses: readonly Use[]): string => {
  const names = uses.slice(0, shown).map(({ table, column }) => `${pathText(table)}.${column.name}`);
  return uses.length > shown ? `${names.join(", ")} and ${uses.length - shown} more` : listed(names);
};

/** A note: nothing is broken, and the next table should not follow. varchar(n) is not among them: a limit is a fair rule. */
export const columnTypes: DatabaseRule = {
  id: "db/column-type",
  severity: "info",
  about: "Column types that have a better successor",
  help: "use the successor for new columns",
  *check({ catalog }) {
    for (const { name: schema } of catalog.schemas) {
      for (const habit of habits) {
        const uses = usesIn(catalog, schema, habit);
        if (uses.length === 0) continue;
        yield {
          message: `${plural(uses.length, "column")} of schema ${schema} ${uses.length === 1 ? "is" : "are"} ${habit.what}: ${habit.why}`,
          at: globalAt("schema", schema),
          help: habit.help,
          evidence: {
            note: usesText(uses),
            data: uses.map(({ table, column }) => `${pathText(table)}.${column.name}`),
          },
        };
      }
    }
  },
};
