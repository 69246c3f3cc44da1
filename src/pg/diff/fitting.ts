// Values for rows of new columns that their checks let in: tried on the stage, so that a migration does not stop at what it invented itself.
import { keyOf, partKey, sameName } from "../catalog/object.ts";
import type { ColumnType } from "../catalog/tables.ts";
import { quoteName } from "../quote.ts";
import type { ColumnPart, Parts } from "./part.ts";
import { plainValue } from "./plain-value.ts";
import { isNewToRows, seededTables } from "./seed.ts";
import type { Stage } from "./stage.ts";
import type { Told } from "./told.ts";
import { toldKey } from "./told.ts";

const bodyOf = (definition: string): string | undefined =>
  /^CHECK \(([^]*)\)(?: NO INHERIT| NOT VALID| NOT ENFORCED)*$/.exec(definition)?.[1];

/** Checks of this column alone, as conditions on a column of that name. */
const columnChecks = ({ table, name }: ColumnPart, parts: Parts): readonly string[] =>
  parts.childrenOf(keyOf("table", table)).flatMap((part) => {
    if (part.kind !== "constraint" || part.value.kind !== "check") return [];
    const { columns, expression } = part.value;
    return columns.length === 1 && columns[0] === name ? [expression] : [];
  });

/** Checks of a domain speak of VALUE. */
const domainChecks = (column: ColumnPart, { catalog }: Parts): readonly string[] => {
  if (column.type.kind !== "domain") return [];
  const domain = catalog.domains.find((one) => sameName(one, { schema: column.type.schema, name: column.type.name }));
  const own = quoteName(column.name).replaceAll("$", "$$$$");
  return (domain?.constraints ?? []).flatMap(({ definition }) => {
    const body = bodyOf(definition);
    return body === undefined ? [] : [body.replace(/\bVALUE\b/g, own)];
  });
};

const baseOf = (type: ColumnType, { catalog }: Parts): ColumnType => {
  if (type.kind !== "domain") return type;
  const domain = catalog.domains.find((one) => sameName(one, { schema: type.schema, name: type.name }));
  return domain?.base ?? type;
};

const usualTexts = ["'x'", "'a@example.com'", "'https://example.com'", "'0'", "'00000'", "'A'", "'+10000000000'"];

/** Numbers and texts that a check speaks of are what it lets in, or next to it. */
const spokenOf = (check: string): readonly string[] => {
  const texts = [...check.matchAll(/'((?:[^']|'')*)'/g)].map(([text]) => text);
  const numbers = [...check.matchAll(/(?<![\w'.])\d+(?:\.\d+)?(?![\w'])/g)].map(([text]) => text);
  const around = numbers.flatMap((text) => [text, `${Number(text) + 1}`, `${Number(text) - 1}`]);
  const lengths = numbers.filter((text) => /^\d{1,3}$/.test(text)).map((text) => `'${"x".repeat(Number(text))}'`);
  return [...texts, ...around, ...lengths];
};

/** A column that is new to rows, or was computed and may be empty. */
const mayBeEmpty = (column: ColumnPart, from: Parts): boolean => {
  const before = from.byKey.get(partKey("column", column.table, column.name));
  return before?.kind !== "column" || (before.value.generated !== undefined && before.value.nullable);
};

const constant = /^(?:'(?:[^']|'')*'|\(?-?\d+(?:\.\d+)?\)?|true|false)(?:::[\w ".(),[\]]+)?$/;

/** What the column says by itself: nothing, or a constant, which its own checks may not let in. Undefined for what is computed. */
const ownValue = (column: ColumnPart, to: Parts): string | undefined => {
  const part = to.byKey.get(partKey("default", column.table, column.name));
  if (part?.kind !== "default") return column.nullable ? undefined : plainValue(column.type, to);
  return constant.test(part.value.expression) ? part.value.expression : undefined;
};

/** A column of a table that was there, whose rows must have a value. */
const needsValue = (column: ColumnPart, from: Parts, seeded: ReadonlySet<string>): boolean =>
  column.identity === undefined &&
  column.generated === undefined &&
  (seeded.has(keyOf("table", column.table)) ||
    (from.byKey.has(keyOf("table", column.table)) && mayBeEmpty(column, from)));

/** New tables that rows are made of. */
const seededIn = (from: Parts, to: Parts): ReadonlySet<string> =>
  new Set(
    [...to.byKey.values()].flatMap((part) =>
      part.kind === "column" && isNewToRows(part.value, from, to)
        ? seededTables(part.value, from, to).map((table) => keyOf("table", table))
        : [],
    ),
  );

/** The first value that all conditions let in; undefined where the usual one is, or none is found. */
const fittingOf = async (stage: Stage, column: ColumnPart, to: Parts): Promise<string | undefined> => {
  const checks = [...columnChecks(column, to), ...domainChecks(column, to)];
  const usual = ownValue(column, to);
  if (checks.length === 0 || usual === undefined) return undefined;
  const type = baseOf(column.type, to).text;
  const condition = checks.map((check) => `(${check})`).join(" AND ");
  for (const value of [...new Set([usual, ...checks.flatMap(spokenOf), ...usualTexts])]) {
    const tried = `SELECT 1 / (CASE WHEN (${condition}) IS NOT FALSE THEN 1 ELSE 0 END) FROM (SELECT ${value}::${type} AS ${quoteName(column.name)}) tried`;
    if ((await stage.attempt(tried)) === undefined) return value === usual ? undefined : value;
  }
  return undefined;
};

/** Of the columns that one side has and the other has not, in both directions. */
export const fittingValues = async (stage: Stage, from: Parts, to: Parts): Promise<Told> => {
  const found = new Map<string, string>();
  for (const [before, after] of [
    [from, to],
    [to, from],
  ] as const) {
    const seeded = seededIn(before, after);
    for (const part of after.byKey.values()) {
      if (part.kind !== "column" || !needsValue(part.value, before, seeded)) continue;
      const value = await fittingOf(stage, part.value, after);
      if (value !== undefined) found.set(toldKey(part.value.table, part.value.name), value);
    }
  }
  return found;
};
