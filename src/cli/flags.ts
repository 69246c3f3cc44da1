// What a command takes: typed, strict descriptions of flags and positionals, one vocabulary for parsing, help and schemas.
import { Fault } from "../kernel/fault.ts";
import { nearest } from "../kernel/words.ts";

/** Who may set a flag through a file: `any` config, or only the `user` (flags, environment, own config; never a project's). */
export type Scope = "any" | "user";

export interface Arg<Value> {
  readonly about: string;
  /** `none`: a switch; `one`: takes a value; `maybe`: takes the next word when `takes` says so. */
  readonly arity: "none" | "one" | "maybe";
  /** What the value is called in help: `URL`, `N`, `FILE`. */
  readonly value: string;
  readonly repeat: boolean;
  readonly required: boolean;
  readonly choices?: readonly string[];
  readonly short?: string;
  /** An environment variable of the field's own (`DATABASE_URL`), beside `SENIOR_<COMMAND>_<FLAG>`. */
  readonly env?: string;
  readonly scope: Scope;
  /** The default as help shows it. */
  readonly shown?: string;
  /** Parses every raw value given (none: the default applies). Throws a usage Fault that names what is wrong. */
  read(raw: readonly string[], name: string): Value;
  /** What `--no-NAME` stands for; flags without it have no such form. */
  readonly negation?: string;
  /** What `--no-NAME` does, for help, where the switch is on by default and that form is the one to know. */
  readonly off?: string;
  /** For `maybe`: is this next word the flag's value? */
  takes?(word: string): boolean;
  /** For a value whose text must not be shown in help, errors or reports. */
  readonly secret?: boolean;
}

export type Args = Readonly<Record<string, Arg<unknown>>>;
export type Values<A extends Args> = { readonly [K in keyof A]: A[K] extends Arg<infer V> ? V : never };

interface Common {
  readonly value?: string;
  readonly short?: string;
  readonly env?: string;
  readonly scope?: Scope;
  readonly required?: boolean;
  readonly secret?: boolean;
}

type Parse<Value> = (text: string, name: string) => Value;

const bad = (name: string, text: string, wanted: string): Fault =>
  new Fault("usage.bad-value", `${name} got "${text}", expected ${wanted}`);

const base = (about: string, options: Common, value: string) => ({
  about,
  arity: "one" as const,
  value: options.value ?? value,
  repeat: false,
  required: options.required ?? false,
  scope: options.scope ?? ("any" as const),
  ...(options.short === undefined ? {} : { short: options.short }),
  ...(options.env === undefined ? {} : { env: options.env }),
  ...(options.secret === undefined ? {} : { secret: options.secret }),
});

type Given<Value, O> = O extends { readonly default: unknown } | { readonly required: true }
  ? Value
  : Value | undefined;

const single = <Value, O extends Common & { readonly default?: Value }>(
  about: string,
  options: O,
  valueName: string,
  parse: Parse<Value>,
  show: (value: Value) => string = String,
): Arg<Given<Value, O>> => ({
  ...base(about, options, valueName),
  ...(options.default === undefined ? {} : { shown: show(options.default) }),
  read: (raw, name) => {
    const last = raw.at(-1);
    return (last === undefined ? options.default : parse(last, name)) as Given<Value, O>;
  },
});

/** Text as given. */
export const text = <const O extends Common & { readonly default?: string }>(about: string, options: O = {} as O) =>
  single<string, O>(about, options, "TEXT", (raw) => raw);

/** A switch. One that is on by default is turned off by `--no-NAME`, and `off` says what that does. */
export const flag = (
  about: string,
  options: Common & ({ readonly default?: false } | { readonly default: true; readonly off: string }) = {},
): Arg<boolean> => ({
  ...base(about, options, ""),
  arity: "none",
  negation: "false",
  read: (raw) => (raw.at(-1) ?? String(options.default ?? false)) === "true",
  ...(options.default === true ? { shown: "on", off: options.off } : {}),
});

/** A switch that may be left as it was chosen before: undefined when neither it nor `--no-NAME` is given. */
export const toggle = (about: string, options: Common = {}): Arg<boolean | undefined> => ({
  ...base(about, options, ""),
  arity: "none",
  negation: "false",
  read: (raw) => (raw.length === 0 ? undefined : raw.at(-1) === "true"),
});

interface Range {
  readonly min?: number;
  readonly max?: number;
}

const inRange = (value: number, { min = -Infinity, max = Infinity }: Range): boolean => value >= min && value <= max;

const rangeText = (kind: string, { min, max }: Range): string =>
  min !== undefined && max !== undefined
    ? `${kind} from ${min} to ${max}`
    : min !== undefined
      ? `${kind} of at least ${min}`
      : max !== undefined
        ? `${kind} of at most ${max}`
        : kind;

const numeric =
  (kind: string, shape: RegExp, range: Range): Parse<number> =>
  (raw, name) => {
    const value = shape.test(raw) ? Number(raw) : Number.NaN;
    if (Number.isNaN(value) || !inRange(value, range)) throw bad(name, raw, rangeText(kind, range));
    return value;
  };

/** A whole number; digits may be grouped with `_`-free plain notation only (`1000`). */
export const integer = <const O extends Common & Range & { readonly default?: number }>(
  about: string,
  options: O = {} as O,
) => single<number, O>(about, options, "N", numeric("a whole number", /^[+-]?\d{1,15}$/, options));

/** A decimal number. */
export const decimal = <const O extends Common & Range & { readonly default?: number }>(
  about: string,
  options: O = {} as O,
) => single<number, O>(about, options, "N", numeric("a number", /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i, options));

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, "": 1000 };

const durationMs = (raw: string): number => {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|)$/.exec(raw);
  return match === null ? Number.NaN : Number(match[1]) * (unitMs[match[2] ?? ""] ?? Number.NaN);
};

const durationText = (ms: number): string => (ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`);

/** A time span in milliseconds: `30` and `30s` are thirty seconds, `1m`, `500ms`, `2h`. */
export const duration = <const O extends Common & Range & { readonly default?: number }>(
  about: string,
  options: O = {} as O,
) => {
  const { min = 0, max = Infinity } = options;
  const wanted = `a duration such as 30, 30s, 500ms or 1m${
    max === Infinity ? "" : `, from ${durationText(min)} to ${durationText(max)}`
  }`;
  const parse: Parse<number> = (raw, name) => {
    const ms = durationMs(raw);
    if (Number.isNaN(ms) || ms < min || ms > max) throw bad(name, raw, wanted);
    return ms;
  };
  return single<number, O>(about, options, "DURATION", parse, durationText);
};

/** One of a closed list of words. */
export const choice = <const C extends readonly string[], const O extends Common & { readonly default?: C[number] }>(
  choices: C,
  about: string,
  options: O = {} as O,
) => {
  const parse: Parse<C[number]> = (raw, name) => {
    if (choices.includes(raw)) return raw;
    const near = nearest(raw, choices);
    throw bad(name, raw, `one of ${choices.join(", ")}${near === undefined ? "" : `; did you mean ${near}?`}`);
  };
  return { ...single<C[number], O>(about, options, choices.join("|"), parse), choices };
};

/** The same value any number of times, in order. */
export const many = <Value>(arg: Arg<Value>): Arg<readonly NonNullable<Value>[]> => ({
  ...arg,
  repeat: true,
  read: (raw, name) => {
    if (raw.length === 0 && arg.required) arg.read(raw, name);
    return raw.map((one) => arg.read([one], name) as NonNullable<Value>);
  },
});

/** A flag with or without a value: `true` when bare. `takes` decides whether the next word belongs to it. */
export const maybe = (
  about: string,
  options: Common & { readonly takes: (word: string) => boolean },
): Arg<string | true | undefined> => ({
  ...base(about, options, "VALUE"),
  arity: "maybe",
  takes: options.takes,
  read: (raw) => {
    const last = raw.at(-1);
    return last === undefined ? undefined : last === "" ? true : last;
  },
});

/** `dryRun` is typed `--dry-run`. */
export const flagName = (key: string): string => `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
