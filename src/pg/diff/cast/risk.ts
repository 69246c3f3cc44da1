// What a change of type may do to values that are there: refuse one, round or cut one, read one in some session's time zone.
import type { ColumnType } from "../../catalog/tables.ts";
import type { Plain } from "./plain.ts";
import { isJson, isTextual, plain } from "./plain.ts";

export type CastRisk = "none" | "may fail" | "loses";

type Judge = (from: Plain, to: Plain) => CastRisk | undefined;
type Pairs = readonly (readonly [string, string])[];

const listed = (pairs: Pairs, { name: from }: Plain, { name: to }: Plain): boolean =>
  pairs.some(([a, b]) => a === from && b === to);

/** Decimal digits that a number type keeps for certain: before the point, behind it, and in all. */
interface Digits {
  readonly whole: number;
  readonly behind: number;
  readonly all: number;
  /** In base two: most decimal fractions are next to a value, not on it. */
  readonly binary?: boolean;
}

const digits: Readonly<Record<string, Digits>> = {
  int2: { whole: 5, behind: 0, all: 5 },
  int4: { whole: 10, behind: 0, all: 10 },
  int8: { whole: 19, behind: 0, all: 19 },
  oid: { whole: 10, behind: 0, all: 10 },
  money: { whole: 17, behind: 2, all: 19 },
  float4: { whole: 38, behind: Infinity, all: 6, binary: true },
  float8: { whole: 308, behind: Infinity, all: 15, binary: true },
};

const digitsOf = ({ name, modifiers }: Plain): Digits | undefined => {
  if (name !== "numeric") return digits[name];
  const [precision, scale = 0] = modifiers;
  return precision === undefined
    ? { whole: Infinity, behind: Infinity, all: Infinity }
    : { whole: precision - scale, behind: scale, all: precision };
};

const numbers: Judge = (from, to) => {
  const [a, b] = [digitsOf(from), digitsOf(to)];
  if (a === undefined || b === undefined) return undefined;
  if (a.behind > b.behind || (b.binary === true ? a.all > b.all : a.binary)) return "loses";
  // NaN is a numeric, and no integer.
  const odd =
    from.name === "numeric" ? to.name !== "numeric" && b.binary !== true : from.name !== to.name && to.name === "oid";
  return a.whole > b.whole || odd ? "may fail" : "none";
};

const timed = ["timestamp", "timestamptz", "time", "timetz", "interval"];

/** A day without its time, a time without its day or zone. */
const lossyTimes: Pairs = [
  ["timestamp", "date"],
  ["timestamptz", "date"],
  ["timestamp", "time"],
  ["timestamptz", "time"],
  ["timestamptz", "timetz"],
  ["interval", "time"],
  ["timetz", "time"],
];

const soundTimes: Pairs = [
  ["date", "timestamp"],
  ["date", "timestamptz"],
  ["timestamp", "timestamptz"],
  ["timestamptz", "timestamp"],
  ["time", "timetz"],
  ["time", "interval"],
];

const times: Judge = (from, to) => {
  if (listed(lossyTimes, from, to)) return "loses";
  if (from.name !== to.name && !listed(soundTimes, from, to)) return undefined;
  if (!timed.includes(to.name)) return undefined;
  const places = timed.includes(from.name) ? (from.modifiers[0] ?? 6) : 0;
  return places > (to.modifiers[0] ?? 6) ? "loses" : "none";
};

/** The longest text of a type's values. */
const widest: Readonly<Record<string, number>> = {
  bool: 5,
  int2: 6,
  int4: 11,
  int8: 20,
  oid: 10,
  uuid: 36,
  macaddr: 17,
  macaddr8: 23,
};

const widthOf = (type: Plain): number =>
  type.array ? Infinity : ((isTextual(type) ? type.modifiers[0] : widest[type.name]) ?? Infinity);

const toText: Judge = (from, to) => {
  if (to.name === "name") return from.name === "name" || widthOf(from) < 64 / 4 ? "none" : "loses";
  if (!isTextual(to)) return undefined;
  if (to.array && !from.array) return "may fail";
  return widthOf(from) <= (to.modifiers[0] ?? Infinity) ? "none" : "may fail";
};

/** What text is read as, and rounded without a word where it says more than the type holds. */
const rounding = ["float4", "float8", "money", "time", "timetz", "date", '"char"', "char", "bytea"];

const fromText: Judge = (from, to) => {
  if (!isTextual(from)) return undefined;
  const rounds =
    rounding.includes(to.name) || ((to.name === "numeric" || timed.includes(to.name)) && to.modifiers.length > 0);
  return rounds ? "loses" : "may fail";
};

/** Told to, PostgreSQL makes one of the other, and keeps a part. */
const cutting: Pairs = [
  ["int4", "bool"],
  ["int4", "bit"],
  ["int8", "bit"],
  ["inet", "cidr"],
  ...["int2", "int4", "int8", "float4", "float8"].map((name) => ["jsonb", name] as const),
];

const sound: Pairs = [
  ["bool", "int4"],
  ["json", "jsonb"],
  ["jsonb", "json"],
  ["cidr", "inet"],
  ["macaddr", "macaddr8"],
];

const others: Judge = (from, to) => {
  if (isJson(to)) return "none";
  if (listed(cutting, from, to) || to.name === "char" || to.name === '"char"') return "loses";
  if (from.name === "jsonb" && to.name === "numeric" && to.modifiers.length > 0) return "loses";
  return undefined;
};

const bounded: Judge = (from, to) => {
  if (from.name !== to.name && !(from.name === "bit" && to.name === "varbit")) return undefined;
  const [before = Infinity, after = Infinity] = [from.modifiers[0], to.modifiers[0]];
  if (to.name === "bit") return before === after ? "none" : "may fail";
  return after >= before ? "none" : "may fail";
};

/** The first that knows both types decides. */
const judges: readonly Judge[] = [
  (from, to) => (listed(sound, from, to) ? "none" : undefined),
  numbers,
  times,
  toText,
  fromText,
  others,
  bounded,
];

/**
 * What a change of type may do to values: `loses` where some value is rounded or cut without an error, `may fail` where
 * some value stops the change, `none` where every value arrives. Held against a server, value by value, in its test.
 */
export const castRisk = (before: ColumnType, after: ColumnType): CastRisk => {
  const [from, to] = [plain(before), plain(after)];
  if (from.array !== to.array && !isTextual(to) && !isJson(to)) return "may fail";
  for (const judge of judges) {
    const risk = judge(from, to);
    if (risk !== undefined) return risk;
  }
  return "may fail";
};

const zoned: Pairs = [
  ["timestamp", "timestamptz"],
  ["timestamptz", "timestamp"],
  ["date", "timestamptz"],
  ["timestamptz", "date"],
  ["timestamptz", "time"],
  ["time", "timetz"],
];

/** True when the session's TimeZone decides what the values become. */
export const readsTimeZone = (from: ColumnType, to: ColumnType): boolean => listed(zoned, plain(from), plain(to));
