// How one answer is written: the texts that are read, the value they stand for, and the same as JSON Schema.
import type { JsonObject } from "../kernel/json.ts";

export interface Value<T> {
  /** `text` is free, so that an evasion in it must be looked for; a `number` without a figure is none. */
  readonly kind: "number" | "word" | "text";
  /** What is expected, in words: `a whole number from 1 to 9`. */
  readonly wanted: string;
  /** What help calls it: `N`, `TIME`. */
  readonly placeholder: string;
  readonly choices?: readonly string[];
  /** Of the text that is read. */
  readonly schema: JsonObject;
  /** Undefined when the text is no such value. */
  readonly read: (text: string) => T | undefined;
  /** A text that is read back as the same value. */
  readonly write: (value: T) => string;
}

interface Range {
  readonly min: number;
  readonly max: number;
}

const within = ({ min, max }: Range, value: number): number | undefined =>
  value >= min && value <= max ? value : undefined;

const numeric = (wanted: string, range: Range, parse: (text: string) => number): Value<number> => ({
  kind: "number",
  wanted: `${wanted}, from ${range.min.toLocaleString("en-US")} to ${range.max.toLocaleString("en-US")}`,
  placeholder: "N",
  schema: { anyOf: [{ type: "number", minimum: range.min, maximum: range.max }, { type: "string" }] },
  read: (text) => within(range, parse(text)),
  write: String,
});

const decimal = /^\+?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

/** A plain number; thousands may be set off by commas. */
const number = (text: string): number => {
  const plain = /^\d{1,3}(,\d{3})+(\.\d+)?$/.test(text) ? text.replaceAll(",", "") : text;
  return decimal.test(plain) ? Number(plain) : Number.NaN;
};

export const whole = (range: Range): Value<number> =>
  numeric("a whole number", range, (text) => {
    const value = number(text.replace(/ *(engineers?|people|developers?)$/, ""));
    return Number.isInteger(value) ? value : Number.NaN;
  });

export const amount = (range: Range): Value<number> =>
  numeric("a number such as 150000", range, (text) => number(text.replace(/^\$ ?/, "")));

/** `20`, `20:1`, `20 to 1` and `40/2` are the same ratio. */
export const ratio = (range: Range): Value<number> =>
  numeric("a number such as 20 or 20:1", range, (text) => {
    const [first = "", second = "1", ...more] = text.split(/ *(?::|\/|\bto\b) */);
    return more.length > 0 ? Number.NaN : number(first) / number(second);
  });

const perSecond: Readonly<Record<string, number>> = { s: 1, sec: 1, second: 1, min: 60, m: 60, h: 3600, d: 86_400 };

/** Requests a second; `1.2k rps`, `300/min` and `90,000 requests/day` are read as well. */
export const rate = (range: Range): Value<number> =>
  numeric("a number such as 50, 1.2k or 300/min", range, (text) => {
    const unit = / *(?:(?:rps|qps)|(?:requests?|req|queries)? *(?:\/|per) *(sec|second|s|minute|min|m|hour|h|day|d))$/i;
    const match = unit.exec(text);
    const bare = match === null ? text : text.slice(0, match.index);
    const thousands = /\dk$/i.test(bare);
    const name = match?.[1]?.toLowerCase().replace(/^(m)inute|^(h)our|^(d)ay/, "$1$2$3") ?? "s";
    return (number(thousands ? bare.slice(0, -1) : bare) * (thousands ? 1000 : 1)) / (perSecond[name] ?? 1);
  });

/** One word of a closed list. */
export const choice = <const C extends readonly string[]>(choices: C, placeholder: string): Value<C[number]> => ({
  kind: "word",
  wanted: `one of ${choices.join(", ")}`,
  placeholder,
  choices,
  schema: { enum: choices },
  read: (text) => choices.find((one) => one === text),
  write: String,
});

const yesWords: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  y: true,
  false: false,
  no: false,
  n: false,
};

export const yesOrNo: Value<boolean> = {
  kind: "word",
  wanted: "true or false",
  placeholder: "yes|no",
  schema: { anyOf: [{ type: "boolean" }, { enum: Object.keys(yesWords) }] },
  read: (text) => (Object.hasOwn(yesWords, text.toLowerCase()) ? yesWords[text.toLowerCase()] : undefined),
  write: (value) => (value ? "yes" : "no"),
};

/** `99.9`, `99.9 %` and `0.999` are the same share; above 1 a number is a percentage. */
export const share: Value<number> = {
  kind: "number",
  wanted: "an availability such as 99.9 or 0.999, from 50 % to less than 100 %",
  placeholder: "SHARE",
  schema: { anyOf: [{ type: "number", minimum: 0.5, exclusiveMaximum: 100 }, { type: "string" }] },
  read(text) {
    const match = /^(\d{1,3}(?:\.\d{1,10})?) *(%?)$/.exec(text);
    const given = Number(match?.[1] ?? Number.NaN);
    const value = match?.[2] === "%" || given > 1 ? Number((given / 100).toFixed(12)) : given;
    return value >= 0.5 && value < 1 ? value : undefined;
  },
  write: (value) => `${Number((value * 100).toFixed(10))}%`,
};

const minuteUnits: Readonly<Record<string, number>> = { s: 1 / 60, m: 1, min: 1, h: 60, d: 1440, "": 1 };

/** Minutes, as profiles state RPO and RTO; other units are written out. To the microminute, so that it can be written. */
export const minuteSpan: Value<number> = {
  kind: "number",
  wanted: "minutes, or a time such as 30s, 15m, 4h or 1d, up to a year",
  placeholder: "TIME",
  schema: { anyOf: [{ type: "number", minimum: 0, maximum: 525_600 }, { type: "string" }] },
  read(text) {
    const match = /^(\d{1,9}(?:\.\d{1,6})?) *(s|m|min|h|d|)$/.exec(text);
    const value = Number(match?.[1] ?? Number.NaN) * (minuteUnits[match?.[2] ?? ""] ?? Number.NaN);
    return within({ min: 0, max: 525_600 }, Number(value.toFixed(6)));
  },
  write: (value) => (value > 0 && value % 60 === 0 ? `${value / 60}h` : `${value}m`),
};

/** Text on one line, without characters that act on a terminal. */
export const oneLine = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\s]+/gu, " ").trim();

const longest = 500;

export const words = (placeholder: string): Value<string> => ({
  kind: "text",
  wanted: `a text of at most ${longest} characters`,
  placeholder,
  schema: { type: "string", minLength: 1, maxLength: longest },
  read: (text) => (oneLine(text) === "" || text.length > longest ? undefined : oneLine(text)),
  write: oneLine,
});
