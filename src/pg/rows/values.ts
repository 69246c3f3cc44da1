// A value of any type for the n-th row of a table, as a SQL literal: equal for equal n, different for different n where the type allows.
import type { Catalog } from "../catalog.ts";
import type { DomainType } from "../catalog/types.ts";
import { quotePath, quoteText } from "../quote.ts";

type Literal = (n: number, size: readonly number[]) => string;

const two = (n: number): string => String(1 + (n % 28)).padStart(2, "0");

/** `a`, `b`, … `z`, `aa`: short, so that it fits `varchar(1)` for as long as possible. */
const word = (n: number): string =>
  (n > 26 ? word(Math.floor((n - 1) / 26)) : "") + String.fromCharCode(97 + ((n - 1) % 26));

const quoted =
  (text: (n: number) => string): Literal =>
  (n) =>
    quoteText(text(n));

const letters: Literal = (n, [length = 20]) => quoteText(word(n).slice(-length));

const bits: Literal = (n, [length = 1]) => `B'${(n % 2 ** Math.min(length, 30)).toString(2).padStart(length, "0")}'`;

/** With no digits before the point, as in numeric(3,3), only zero fits. */
const numeric: Literal = (n, [precision, scale = 0]) =>
  precision === undefined ? `${n}.5` : precision - scale <= 0 ? "0" : String(n % 10 ** Math.min(precision - scale, 9));

const numbers = (n: number): string => String(n);

/** Types of the server and of common extensions, as it prints them without their size. */
const builtIn: Readonly<Record<string, Literal>> = {
  smallint: numbers,
  integer: numbers,
  bigint: numbers,
  real: (n) => `${n}.5`,
  "double precision": (n) => `${n}.25`,
  numeric,
  money: quoted((n) => `${n}.50`),
  boolean: (n) => String(n % 2 === 1),
  text: letters,
  "character varying": letters,
  character: letters,
  '"char"': quoted((n) => word(n).slice(-1)),
  name: letters,
  uuid: quoted((n) => `00000000-0000-4000-8000-${String(n).padStart(12, "0")}`),
  date: quoted((n) => `2026-01-${two(n)}`),
  "timestamp without time zone": quoted((n) => `2026-01-${two(n)} 01:02:03`),
  "timestamp with time zone": quoted((n) => `2026-01-${two(n)} 01:02:03+00`),
  "time without time zone": quoted((n) => `01:02:${two(n)}`),
  "time with time zone": quoted((n) => `01:02:${two(n)}+00`),
  interval: quoted((n) => `${n} days`),
  json: quoted((n) => `{"n": ${n}}`),
  jsonb: quoted((n) => `{"n": ${n}}`),
  jsonpath: quoted((n) => `$.n${n}`),
  xml: quoted((n) => `<n>${n}</n>`),
  bytea: (n) => `'\\x${n.toString(16).padStart(4, "0")}'`,
  bit: bits,
  "bit varying": (n) => bits(n, [8]),
  inet: quoted((n) => `10.0.0.${n % 256}`),
  cidr: quoted((n) => `10.0.${n % 256}.0/24`),
  macaddr: quoted((n) => `08:00:2b:00:00:${(n % 256).toString(16).padStart(2, "0")}`),
  macaddr8: quoted((n) => `08:00:2b:00:00:00:00:${(n % 256).toString(16).padStart(2, "0")}`),
  point: quoted((n) => `(${n},${n})`),
  line: quoted((n) => `{1,2,${n}}`),
  lseg: quoted((n) => `[(0,0),(${n},1)]`),
  box: quoted((n) => `((${n * 10},0),(${n * 10 + 5},5))`),
  path: quoted((n) => `((0,0),(${n},1))`),
  polygon: quoted((n) => `((0,0),(${n},1),(1,1))`),
  circle: quoted((n) => `<(${n * 10},0),1>`),
  tsvector: quoted((n) => `w${n}`),
  tsquery: quoted((n) => `w${n}`),
  pg_lsn: quoted((n) => `0/${n.toString(16)}`),
  oid: numbers,
  xid: quoted(numbers),
  xid8: quoted(numbers),
  tid: quoted((n) => `(0,${n})`),
  int4range: quoted((n) => `[${n * 10},${n * 10 + 5})`),
  int8range: quoted((n) => `[${n * 10},${n * 10 + 5})`),
  numrange: quoted((n) => `[${n * 10},${n * 10 + 5})`),
  daterange: quoted((n) => `[2026-${two(n % 12).slice(-2)}-01,2026-${two(n % 12).slice(-2)}-05)`),
  tsrange: quoted((n) => `["2026-01-${two(n)} 01:00","2026-01-${two(n)} 02:00")`),
  tstzrange: quoted((n) => `["2026-01-${two(n)} 01:00+00","2026-01-${two(n)} 02:00+00")`),
  citext: letters,
  hstore: quoted((n) => `n=>${n}`),
  ltree: quoted((n) => `a.b${n}`),
  lquery: quoted((n) => `a.b${n}`),
  cube: quoted((n) => `(${n})`),
  vector: (n, [length = 3]) => quoteText(`[${Array.from({ length }, (_, i) => (i === 0 ? n : 1)).join(",")}]`),
  halfvec: (n, [length = 3]) => quoteText(`[${Array.from({ length }, (_, i) => (i === 0 ? n : 1)).join(",")}]`),
};

/** `numeric(10,2)` → `numeric` and [10, 2]; `timestamp(3) with time zone` → `timestamp with time zone` and [3]. */
const sized = (type: string): { readonly plain: string; readonly size: readonly number[] } => {
  const found = /^(.*?)\((\d+(?:,-?\d+)*)\)(.*)$/.exec(type);
  if (found === null) return { plain: type, size: [] };
  const [, before = "", size = "", after = ""] = found;
  return { plain: before + after, size: size.split(",").map(Number) };
};

const bareName = (type: string): string => type.replace(/^.*\./, "").replaceAll('"', "");

/** Gives the literal for row `n` of a type as the server prints it; undefined where nothing is known about the type. */
export type ValueOf = (type: string, n: number) => string | undefined;

/** `octet_length(VALUE) = 20`: of a domain whose values all have one length. */
const exactLength = ({ constraints }: DomainType): number | undefined => {
  const found = constraints
    .map(({ expression }) => /length\(\(*VALUE\)*(?:::\w+)?\)+ = (\d+)/i.exec(expression)?.[1])
    .find((length) => length !== undefined);
  return found === undefined ? undefined : Math.min(Number(found), 1000);
};

const exact = (base: string, length: number | undefined, n: number): string | undefined => {
  if (length === undefined) return undefined;
  if (base === "bytea") return `'\\x${n.toString(16).padStart(2 * length, "0")}'`;
  return /^(text|character|citext)/.test(base) ? quoteText(word(n).padStart(length, "a").slice(-length)) : undefined;
};

/** User types by how the server prints them with an empty search_path. */
export const valuesIn = ({ enums, domains, composites, ranges }: Catalog): ValueOf => {
  const enumValues = new Map(enums.map((one) => [quotePath(one), one.values]));
  const bases = new Map(domains.map((one) => [quotePath(one), one.base.text]));
  const lengths = new Map(domains.map((one) => [quotePath(one), exactLength(one)]));
  const attributes = new Map(composites.map((one) => [quotePath(one), one.attributes]));
  const rangeTypes = new Set(ranges.map(quotePath));
  const multiranges = new Set(ranges.map(({ multirange }) => quotePath(multirange)));
  const value = (type: string, n: number): string | undefined => {
    if (type.endsWith("[]")) {
      const element = value(type.slice(0, -2), n);
      return element === undefined ? "'{}'" : `ARRAY[${element}]::${type}`;
    }
    const labels = enumValues.get(type);
    if (labels !== undefined) return labels.length === 0 ? undefined : quoteText(labels[(n - 1) % labels.length] ?? "");
    const base = bases.get(type);
    if (base !== undefined) return exact(base, lengths.get(type), n) ?? value(base, n);
    const fields = attributes.get(type);
    if (fields !== undefined)
      return `ROW(${fields.map((one) => value(one.type.text, n) ?? "NULL").join(", ")})::${type}`;
    if (rangeTypes.has(type)) return "'empty'";
    if (multiranges.has(type) || /multirange$/.test(type)) return "'{}'";
    const { plain, size } = sized(type);
    return (builtIn[plain] ?? builtIn[bareName(plain)])?.(n, size);
  };
  return value;
};
