// One text or one number within the limits of a schema without combinations.
import type { JsonObject } from "../kernel/json.ts";
import { textsLike } from "./sample-pattern.ts";
import { get, numberIn, textIn } from "./schema-view.ts";
import { choose, fork, pick } from "./seeds.ts";

const words =
  "amber basil cedar delta ember fern garnet hazel indigo juniper koala linen maple north olive pearl".split(" ");

const word = (seed: number): string => pick(seed, words) ?? "amber";

const digits = (seed: number, count: number, base = 10): string =>
  Array.from({ length: count }, (_, index) => choose(fork(seed, index), base).toString(base)).join("");

const two = (value: number): string => String(value).padStart(2, "0");

const date = (seed: number): string =>
  `20${two(20 + choose(fork(seed, "year"), 6))}-${two(1 + choose(fork(seed, "month"), 12))}-${two(1 + choose(fork(seed, "day"), 28))}`;

const time = (seed: number): string =>
  `${two(choose(fork(seed, "hour"), 24))}:${two(choose(fork(seed, "minute"), 60))}:${two(choose(fork(seed, "second"), 60))}Z`;

const base64 = (seed: number): string => btoa(word(seed));

/** Documentation's own names and addresses: nobody is reached by them. */
const formats: Readonly<Record<string, (seed: number) => string>> = {
  date,
  "date-time": (seed) => `${date(seed)}T${time(seed)}`,
  time,
  duration: (seed) => `PT${1 + choose(seed, 59)}M`,
  email: (seed) => `${word(seed)}@example.com`,
  "idn-email": (seed) => `${word(seed)}@example.com`,
  hostname: (seed) => `${word(seed)}.example.com`,
  "idn-hostname": (seed) => `${word(seed)}.example.com`,
  ipv4: (seed) => `192.0.2.${1 + choose(seed, 254)}`,
  ipv6: (seed) => `2001:db8::${(1 + choose(seed, 65_000)).toString(16)}`,
  uri: (seed) => `https://example.com/${word(seed)}`,
  url: (seed) => `https://example.com/${word(seed)}`,
  iri: (seed) => `https://example.com/${word(seed)}`,
  "uri-reference": (seed) => `/${word(seed)}`,
  "uri-template": (seed) => `/${word(seed)}/{id}`,
  "json-pointer": (seed) => `/${word(seed)}`,
  regex: () => "^[a-z]+$",
  uuid: (seed) =>
    `${digits(fork(seed, 1), 8, 16)}-${digits(fork(seed, 2), 4, 16)}-4${digits(fork(seed, 3), 3, 16)}-8${digits(fork(seed, 4), 3, 16)}-${digits(fork(seed, 5), 12, 16)}`,
  byte: base64,
  base64,
  decimal: (seed) => `${1 + choose(seed, 99)}.50`,
  int32: (seed) => String(1 + choose(seed, 99)),
  int64: (seed) => String(1 + choose(seed, 99)),
};

const length = (text: string): number => Array.from(text).length;

const fitted = (text: string, least: number, most: number, seed: number): string => {
  const padded =
    length(text) < least ? (text + word(seed).repeat(Math.ceil((least - length(text)) / 4))).slice(0, least) : text;
  return length(padded) > most ? Array.from(padded).slice(0, most).join("") : padded;
};

/** Texts to try, the likeliest first. Nothing is promised: the caller checks. */
export const sampleTexts = (schema: JsonObject, seed: number): readonly string[] => {
  const least = numberIn(schema, "minLength") ?? 0;
  const most = numberIn(schema, "maxLength") ?? Infinity;
  // Longer texts would fill a terminal; a schema that asks for them gets none.
  if (least > 100_000) return [];
  const source = textIn(schema, "pattern");
  const format = textIn(schema, "format") ?? "";
  const own = Object.hasOwn(formats, format) ? formats[format] : undefined;
  const plain = fitted(word(seed), least, most, seed);
  const formatted = own === undefined ? [] : [own(seed)];
  const like = source === undefined ? [] : textsLike(source, seed, least);
  const cut = like.map((text) => (length(text) > most ? Array.from(text).slice(0, most).join("") : text));
  return [...formatted, ...new Set([...like, ...cut]), plain, digits(seed, Math.max(1, Math.min(most, least)))];
};

/** Up or down to the next multiple, without the rounding errors of repeated addition. */
const multiple = (value: number, step: number, round: (quotient: number) => number): number =>
  Number((round(Number((value / step).toPrecision(12))) * step).toPrecision(12));

const limits = (schema: JsonObject): readonly [least: number | undefined, most: number | undefined] => {
  const step = get(schema, "type") === "integer" ? 1 : 0;
  const above = numberIn(schema, "exclusiveMinimum");
  const below = numberIn(schema, "exclusiveMaximum");
  const gap = (limit: number): number =>
    step === 1 ? (Number.isInteger(limit) ? 1 : 0) : Math.max(Math.abs(limit) * 1e-6, 1e-6);
  const lows = [numberIn(schema, "minimum"), above === undefined ? undefined : above + gap(above)];
  const highs = [numberIn(schema, "maximum"), below === undefined ? undefined : below - gap(below)];
  const given = (all: readonly (number | undefined)[]): readonly number[] => all.filter((one) => one !== undefined);
  const [low, high] = [given(lows), given(highs)];
  return [low.length === 0 ? undefined : Math.max(...low), high.length === 0 ? undefined : Math.min(...high)];
};

/** Numbers to try, a small one within the limits first. Nothing is promised: the caller checks. */
export const sampleNumbers = (schema: JsonObject, seed: number): readonly number[] => {
  const [least, most] = limits(schema);
  const isWhole = get(schema, "type") === "integer";
  const low = least ?? (most === undefined ? 1 : Math.min(1, most - 100));
  const high = Math.min(most ?? Infinity, low + 99);
  const own = isWhole ? 1 : undefined;
  const step = numberIn(schema, "multipleOf") ?? own;
  const between = low + choose(seed, Math.max(1, Math.floor(high - low) + 1));
  const middle = low + (high - low) / 2;
  const all = [between, low, high, middle, least ?? 0, most ?? 0, 0];
  if (step === undefined) return all;
  const up = all.map((value) => multiple(value, step, Math.ceil));
  const down = all.map((value) => multiple(value, step, Math.floor));
  const both = isWhole && step !== 1 ? all.map((value) => multiple(value, step * 10, Math.ceil)) : [];
  return [...up, ...down, ...both];
};
