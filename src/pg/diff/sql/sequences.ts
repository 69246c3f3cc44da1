// SQL of sequences, and of those behind identity columns.
import type { ObjectName } from "../../catalog/object.ts";
import { keyOf, nameKey, partKey } from "../../catalog/object.ts";
import type { SequenceOptions } from "../../catalog/tables.ts";
import { quoteName, quotePath } from "../../quote.ts";
import type { ColumnPart, Objects } from "../part.ts";
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

/** What differs from a sequence that nothing is said about. */
const spoken = (options: SequenceOptions, type: string): readonly string[] => {
  const { min, max } = usual(type, options.increment);
  const first = options.increment.startsWith("-") ? options.max : options.min;
  return [
    ...(options.start === first ? [] : [`START WITH ${options.start}`]),
    ...(options.increment === "1" ? [] : [`INCREMENT BY ${options.increment}`]),
    ...(options.min === min ? [] : [`MINVALUE ${options.min}`]),
    ...(options.max === max ? [] : [`MAXVALUE ${options.max}`]),
    ...(options.cache === "1" ? [] : [`CACHE ${options.cache}`]),
    ...(options.cycle ? ["CYCLE"] : []),
  ];
};

const automaticName = ({ table, name }: ColumnPart): string =>
  nameKey({ schema: table.schema, name: `${table.name}_${name}_seq` });

/** ` (SEQUENCE NAME … START WITH …)`, or nothing. */
export const identityOptions = (sequence: ObjectName & SequenceOptions, column: ColumnPart): string => {
  const words = [
    ...(nameKey(sequence) === automaticName(column) ? [] : [`SEQUENCE NAME ${quotePath(sequence)}`]),
    ...spoken(sequence, column.type.text),
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

/** As in ALTER COLUMN … SET …. */
export const identitySets = (from: SequenceOptions, to: SequenceOptions): readonly string[] =>
  changed(from, to).map((words) => `SET ${words}`);

type Sequence = Objects["sequence"];

const create = (sequence: Sequence): readonly Piece[] => {
  const unlogged = sequence.persistence === "unlogged" ? "UNLOGGED " : "";
  const type = sequence.type === "bigint" ? [] : [`AS ${sequence.type}`];
  return [[`CREATE ${unlogged}SEQUENCE ${quotePath(sequence)}`, ...type, ...spoken(sequence, sequence.type)].join(" ")];
};

const alter = (from: Sequence, to: Sequence): readonly Piece[] => {
  const words = [...(from.type === to.type ? [] : [`AS ${to.type}`]), ...changed(from, to)];
  return [
    ...(words.length === 0 ? [] : [`ALTER SEQUENCE ${quotePath(to)} ${words.join(" ")}`]),
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

/** PostgreSQL wants a sequence to have the owner of its column's table: a new one has that of whoever runs this. */
const sameOwner = ({ sequence, table }: OwnedBy, { isNew, from, to }: Context): readonly Piece[] => {
  const key = `owner of ${keyOf("table", table)}`;
  const part = to.byKey.get(key) ?? from.byKey.get(key);
  const owner = part?.kind === "owner" ? part.value.owner : undefined;
  if (owner === undefined || !isNew(keyOf("sequence", sequence)) || isNew(keyOf("table", table))) return [];
  return [`ALTER SEQUENCE ${quotePath(sequence)} OWNER TO ${quoteName(owner)}`];
};

const own = ({ sequence, table, column }: OwnedBy): readonly Piece[] => [
  `ALTER SEQUENCE ${quotePath(sequence)} OWNED BY ${quotePath(table)}.${quoteName(column)}`,
];

/** A new sequence for a column that has values goes on behind them. */
const goOn = ({ sequence, table, column }: OwnedBy, { isNew, to }: Context): readonly Piece[] => {
  const part = to.byKey.get(keyOf("sequence", sequence));
  const plain = part?.kind === "sequence" && part.value.increment === "1" && part.value.min === "1";
  if (!plain || !isNew(part.key) || isNew(partKey("column", table, column)) || isNew(keyOf("table", table))) return [];
  const name = quotePath(sequence).replaceAll("'", "''");
  return [
    `SELECT pg_catalog.setval('${name}', coalesce((SELECT pg_catalog.max(${quoteName(column)}) FROM ${quotePath(table)}), 0) + 1, false)`,
  ];
};

export const ownedByWriter: Writer<"owned by"> = {
  create: (part, context) => [...sameOwner(part, context), ...own(part), ...goOn(part, context)],
  drop: ({ sequence }) => [`ALTER SEQUENCE ${quotePath(sequence)} OWNED BY NONE`],
  alter: (_, to) => own(to),
};
