// Where a sequence stands: carried over when a serial column becomes an identity one or the other way, else behind the values that are there.
import type { ObjectName } from "../../catalog/object.ts";
import { partKey } from "../../catalog/object.ts";
import type { SequenceOptions } from "../../catalog/tables.ts";
import { quoteName, quotePath } from "../../quote.ts";
import type { ColumnPart, DefaultPart, Parts } from "../part.ts";
import { literal } from "./text.ts";
import type { Context } from "./writer.ts";

interface At {
  readonly table: ObjectName;
  readonly name: string;
}

/** A setting of the transaction that remembers it while the one sequence goes and the other comes. */
const settingOf = ({ table, name }: At): string => {
  const plain = `${table.schema}_${table.name}_${name}`;
  if (/^[a-z0-9_]+$/.test(plain)) return `senior.at_${plain}`;
  const hash = new Bun.CryptoHasher("sha256").update(JSON.stringify([table, name])).digest("hex");
  return `senior.at_${hash.slice(0, 16)}`;
};

const remembered = (at: At, part: 1 | 2): string =>
  `pg_catalog.split_part(pg_catalog.current_setting('${settingOf(at)}'), ' ', ${part})`;

const remember = (at: At, sequence: string): string =>
  `SELECT pg_catalog.set_config('${settingOf(at)}', last_value || ' ' || is_called, true) FROM ${sequence}`;

/** As it stood, as far as it may stand there. */
const recall = (at: At, sequence: ObjectName & SequenceOptions, isWithin = false): string => {
  const place = `${remembered(at, 1)}::bigint`;
  const allowed = isWithin ? `greatest(${sequence.min}, least(${sequence.max}, ${place}))` : place;
  return `SELECT pg_catalog.setval(${literal(quotePath(sequence))}, ${allowed}, ${remembered(at, 2)}::boolean)`;
};

const columnOf = (parts: Parts, { table, name }: At): ColumnPart | undefined => {
  const part = parts.byKey.get(partKey("column", table, name));
  return part?.kind === "column" ? part.value : undefined;
};

/** The sequence that a default takes its values from, as SQL. */
const serialOf = (parts: Parts, { table, name }: At): string | undefined => {
  const part = parts.byKey.get(partKey("default", table, name));
  return part?.kind === "default"
    ? /^nextval\('((?:[^']|'')+)'::regclass\)$/.exec(part.value.expression)?.[1]
    : undefined;
};

const counts = (parts: Parts, at: At): "serial" | "identity" | undefined =>
  columnOf(parts, at)?.identity !== undefined ? "identity" : serialOf(parts, at) !== undefined ? "serial" : undefined;

/** Before a serial column's default goes, for the identity that comes. */
export const beforeDefaultGoes = (at: DefaultPart, { from, to }: Context): readonly string[] => {
  const sequence = serialOf(from, at);
  return sequence !== undefined && counts(to, at) === "identity" ? [remember(at, sequence.replaceAll("''", "'"))] : [];
};

/** Before an identity goes, for the sequence of the default that comes. */
export const beforeIdentityGoes = (column: ColumnPart, { to }: Context): readonly string[] =>
  column.identity !== undefined && counts(to, column) === "serial"
    ? [remember(column, quotePath(column.identity.sequence))]
    : [];

/** An existing column's values are taken already: the sequence goes on behind them. */
const behind = ({ table, name }: At, sequence: ObjectName & SequenceOptions): string => {
  const [on, column] = [quotePath(table), quoteName(name)];
  const { start, increment } = sequence;
  const next = increment.startsWith("-")
    ? `least(pg_catalog.min(${column}) - 1, ${start})`
    : `greatest(pg_catalog.max(${column}) + 1, ${start})`;
  return `SELECT pg_catalog.setval(${literal(quotePath(sequence))}, (SELECT ${next} FROM ${on}), false)`;
};

/** Where a sequence begins that an existing column takes its values from now on. */
export const goOn = (at: At, sequence: ObjectName & SequenceOptions, { from, to }: Context): readonly string[] => {
  const [before, after] = [counts(from, at), counts(to, at)];
  const isCarried = before !== undefined && after !== undefined && before !== after;
  return [isCarried ? recall(at, sequence) : behind(at, sequence)];
};

/** True when what a sequence is dropped for goes on where it stood. */
export const isCarried = (sequence: string, { from, to }: Context): boolean => {
  const owned = from.byKey.get(`owner column of ${sequence}`);
  if (owned?.kind !== "owned by") return false;
  const at = { table: owned.value.table, name: owned.value.column };
  return counts(from, at) === "serial" && counts(to, at) === "identity";
};

const isDown = ({ increment }: SequenceOptions): boolean => increment.startsWith("-");

/**
 * Other bounds for a sequence that stands somewhere: PostgreSQL refuses those that it stands outside of. Where it turns round, it goes
 * on behind the values of its column.
 */
export const withinBounds = (
  from: SequenceOptions,
  to: ObjectName & SequenceOptions,
  alter: (more: string) => string,
  column?: At,
): readonly string[] => {
  const turns = isDown(from) !== isDown(to);
  const narrows = BigInt(from.min) < BigInt(to.min) || BigInt(from.max) > BigInt(to.max);
  if (turns && column !== undefined) return [alter(" RESTART"), behind(column, to)];
  if (!narrows) return [alter("")];
  const at = { table: to, name: "" };
  return [remember(at, quotePath(to)), alter(" RESTART"), recall(at, to, true)];
};
