// SQL of sequences, and of those behind identity columns.
import type { ObjectName } from "../../catalog/object.ts";
import { keyOf, nameKey, partKey, sameName } from "../../catalog/object.ts";
import type { Identity, SequenceOptions } from "../../catalog/tables.ts";
import { quoteName, quotePath } from "../../quote.ts";
import type { ColumnPart, Objects, Parts } from "../part.ts";
import { goOn, withinBounds } from "./position.ts";
import type { Context, Piece, Writer } from "./writer.ts";

/** Where counting ends when nothing is said, by type. */
const limits: Readonly<Record<string, readonly [min: string, max: string]>> = {
  smallint: ["-32768", "32767"],
  integer: ["-2147483648", "2147483647"],
  bigint: ["-9223372036854775808", "9223372036854775807"],
};

interface Bounds {
  readonly min: string;
  readonly max: string;
  readonly start: string;
}

const usual = (type: string, increment: string): Bounds => {
  const [lowest, highest] = limits[type] ?? limits["bigint"] ?? ["", ""];
  const up = !increment.startsWith("-");
  return up ? { min: "1", max: highest, start: "1" } : { min: lowest, max: "-1", start: "-1" };
};

const cached = ({ cache, cycle }: SequenceOptions): readonly string[] => [
  ...(cache === "1" ? [] : [`CACHE ${cache}`]),
  ...(cycle ? ["CYCLE"] : []),
];

/** What differs from a sequence that nothing is said about. */
const spoken = (options: SequenceOptions, type: string): readonly string[] => {
  const { min, max } = usual(type, options.increment);
  const first = options.increment.startsWith("-") ? options.max : options.min;
  return [
    ...(options.start === first ? [] : [`START WITH ${options.start}`]),
    ...(options.increment === "1" ? [] : [`INCREMENT BY ${options.increment}`]),
    ...(options.min === min ? [] : [`MINVALUE ${options.min}`]),
    ...(options.max === max ? [] : [`MAXVALUE ${options.max}`]),
    ...cached(options),
  ];
};

const automaticName = ({ table, name }: ColumnPart): string =>
  nameKey({ schema: table.schema, name: `${table.name}_${name}_seq` });

/** ` (SEQUENCE NAME … START WITH …)`, or nothing. */
export const identityOptions = (sequence: IdentitySequence, column: ColumnPart): string => {
  const words = [
    ...(nameKey(sequence) === automaticName(column) ? [] : [`SEQUENCE NAME ${quotePath(sequence)}`]),
    ...(sequence.type === undefined ? spoken(sequence, column.type.text) : cached(sequence)),
  ];
  return words.length === 0 ? "" : ` (${words.join(" ")})`;
};

const changed = (from: SequenceOptions, to: SequenceOptions): readonly string[] => [
  ...(from.increment === to.increment ? [] : [`INCREMENT BY ${to.increment}`]),
  ...(from.min === to.min ? [] : [`MINVALUE ${to.min}`]),
  ...(from.max === to.max ? [] : [`MAXVALUE ${to.max}`]),
  ...(from.start === to.start ? [] : [`START WITH ${to.start}`]),
  ...(from.cache === to.cache ? [] : [`CACHE ${to.cache}`]),
  ...(from.cycle === to.cycle ? [] : [to.cycle ? "CYCLE" : "NO CYCLE"]),
];

type IdentitySequence = Identity["sequence"];

/** What an identity column's sequence counts in where that is not the column's type: ALTER SEQUENCE alone can say so. */
export const ownType = (sequence: IdentitySequence): readonly string[] => {
  if (sequence.type === undefined) return [];
  const { start, increment, min, max } = sequence;
  return [
    `ALTER SEQUENCE ${quotePath(sequence)} AS ${sequence.type} INCREMENT BY ${increment} MINVALUE ${min} MAXVALUE ${max} START WITH ${start} RESTART`,
  ];
};

/** From one sequence of an identity column to another, which is called as it will be already. Another type of the column was its too. */
export const identitySequence = (
  from: IdentitySequence,
  to: IdentitySequence,
  column: ColumnPart,
  isRetyped: boolean,
): readonly string[] => {
  const words = changed(from, to);
  const at = { table: column.table, name: column.name };
  if (isRetyped && to.type !== undefined) {
    const all = [
      `AS ${to.type}`,
      `MINVALUE ${to.min}`,
      `MAXVALUE ${to.max}`,
      ...words.filter((one) => !/^M(IN|AX)/.test(one)),
    ];
    return withinBounds(from, to, (more) => `ALTER SEQUENCE ${quotePath(to)} ${all.join(" ")}${more}`, at);
  }
  if ((from.type !== to.type && !isRetyped) || (to.type !== undefined && words.length > 0)) {
    const type = from.type === to.type ? [] : [`AS ${to.type ?? column.type.text}`];
    const head = `ALTER SEQUENCE ${quotePath(to)} ${[...type, ...words].join(" ")}`;
    return withinBounds(from, to, (more) => `${head}${more}`, at);
  }
  if (words.length === 0) return [];
  const sets = words.map((one) => `SET ${one}`).join(" ");
  const head = `ALTER TABLE ${quotePath(column.table)} ALTER COLUMN ${quoteName(column.name)} ${sets}`;
  return withinBounds(from, to, (more) => `${head}${more}`, at);
};

type Sequence = Objects["sequence"];

const create = (sequence: Sequence): readonly Piece[] => {
  const unlogged = sequence.persistence === "unlogged" ? "UNLOGGED " : "";
  const type = sequence.type === "bigint" ? [] : [`AS ${sequence.type}`];
  return [[`CREATE ${unlogged}SEQUENCE ${quotePath(sequence)}`, ...type, ...spoken(sequence, sequence.type)].join(" ")];
};

const alter = (from: Sequence, to: Sequence): readonly Piece[] => {
  const words = [...(from.type === to.type ? [] : [`AS ${to.type}`]), ...changed(from, to)];
  return [
    ...(words.length === 0
      ? []
      : withinBounds(from, to, (more) => `ALTER SEQUENCE ${quotePath(to)} ${words.join(" ")}${more}`)),
    ...(from.persistence === to.persistence
      ? []
      : [`ALTER SEQUENCE ${quotePath(to)} SET ${to.persistence === "unlogged" ? "UNLOGGED" : "LOGGED"}`]),
  ];
};

export const sequenceWriter: Writer<"sequence"> = {
  create,
  drop: (sequence) => [`DROP SEQUENCE ${quotePath(sequence)}`],
  alter,
};

type OwnedBy = Objects["owned by"];

/** Whose it is, where something is said of that. */
const ownerIn = (parts: Parts, key: string): string | undefined => {
  const part = parts.byKey.get(`owner of ${key}`);
  return part?.kind === "owner" ? part.value.owner : undefined;
};

/** Whose a table will be, or is. */
const ownerOf = (table: ObjectName, { from, to }: Context): string | undefined =>
  ownerIn(to, keyOf("table", table)) ?? ownerIn(from, keyOf("table", table));

/** PostgreSQL wants a sequence to have the owner of its column's table; a new one of either is whose who runs this. */
const sameOwner = ({ sequence, table }: OwnedBy, context: Context): readonly Piece[] => {
  const owner = ownerOf(table, context);
  const [isNewSequence, isNewTable] = [
    context.isNew(keyOf("sequence", sequence)),
    context.isNew(keyOf("table", table)),
  ];
  // A new table gets its owner afterwards, and takes the sequence along.
  const isSaid = owner !== undefined || ownerIn(context.from, keyOf("sequence", sequence)) !== undefined;
  if (!isSaid || isNewSequence === isNewTable) return [];
  return [
    `ALTER SEQUENCE ${quotePath(sequence)} OWNER TO ${isNewTable || owner === undefined ? "CURRENT_USER" : quoteName(owner)}`,
  ];
};

const own = ({ sequence, table, column }: OwnedBy): readonly Piece[] => [
  `ALTER SEQUENCE ${quotePath(sequence)} OWNED BY ${quotePath(table)}.${quoteName(column)}`,
];

const letGo = ({ sequence }: OwnedBy): string => `ALTER SEQUENCE ${quotePath(sequence)} OWNED BY NONE`;

/** From a column of one table to one of another's, which may be somebody else's. */
const handOver = (from: OwnedBy, to: OwnedBy, context: Context): readonly Piece[] => {
  if (sameName(from.table, to.table)) return own(to);
  const [before, after] = [ownerOf(from.table, context), ownerOf(to.table, context)];
  const isNewTable = context.isNew(keyOf("table", to.table));
  if (before === after && !(isNewTable && before !== undefined)) return own(to);
  const whose = isNewTable || after === undefined ? "CURRENT_USER" : quoteName(after);
  return [letGo(from), `ALTER SEQUENCE ${quotePath(to.sequence)} OWNER TO ${whose}`, ...own(to)];
};

/** A new sequence for a column that was there before. */
const counting = ({ sequence, table, column }: OwnedBy, context: Context): readonly Piece[] => {
  const { isNew, to } = context;
  const part = to.byKey.get(keyOf("sequence", sequence));
  if (part?.kind !== "sequence" || !isNew(part.key)) return [];
  if (isNew(partKey("column", table, column)) || isNew(keyOf("table", table))) return [];
  const of = to.byKey.get(partKey("column", table, column));
  if (of?.kind !== "column" || !["smallint", "integer", "bigint"].includes(of.value.type.text)) return [];
  return goOn({ table, name: column }, part.value, context);
};

export const ownedByWriter: Writer<"owned by"> = {
  create: (part, context) => [...sameOwner(part, context), ...own(part), ...counting(part, context)],
  drop: (part) => [letGo(part)],
  alter: handOver,
};
