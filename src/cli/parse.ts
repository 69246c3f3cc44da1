// Argument vectors, strictly: unknown flags, missing values and surplus words are Faults that suggest the right spelling.
import { Fault } from "../kernel/fault.ts";
import { nearest } from "../kernel/words.ts";
import type { Arg, Args } from "./flags.ts";
import { flagName } from "./flags.ts";

export interface Parsed {
  readonly positionals: readonly string[];
  /** Raw values by flag key, in the order given. A bare switch is "true", a bare optional value is "". */
  readonly flags: ReadonlyMap<string, readonly string[]>;
}

interface Spelling {
  readonly key: string;
  readonly arg: Arg<unknown>;
  readonly negated: boolean;
}

/** Every way a flag may be spelt, as typed. */
const spellings = (flags: Args): ReadonlyMap<string, Spelling> => {
  const table = new Map<string, Spelling>();
  for (const [key, arg] of Object.entries(flags)) {
    table.set(flagName(key), { key, arg, negated: false });
    if (arg.short !== undefined) table.set(`-${arg.short}`, { key, arg, negated: false });
    if (arg.negation !== undefined) table.set(flagName(key).replace("--", "--no-"), { key, arg, negated: true });
  }
  return table;
};

/** `--name=value` and `-Xvalue` come apart into the flag and its inline value. */
const split = (word: string, known: ReadonlyMap<string, Spelling>): readonly [string, string | undefined] => {
  if (word.startsWith("--")) {
    const equals = word.indexOf("=");
    return equals < 0 ? [word, undefined] : [word.slice(0, equals), word.slice(equals + 1)];
  }
  const short = word.slice(0, 2);
  if (word.length === 2 || !known.has(short)) return [word, undefined];
  return [short, word.slice(2).replace(/^=/, "")];
};

const unknownFlag = (word: string, known: ReadonlyMap<string, Spelling>): Fault => {
  const near = nearest(
    word,
    [...known.keys()].filter((name) => name.startsWith("--")),
  );
  return new Fault("usage.unknown-flag", `unknown flag ${word}${near === undefined ? "" : `; did you mean ${near}?`}`);
};

const isFlag = (word: string): boolean => word.startsWith("-") && word !== "-" && !/^-\d/.test(word);

/** Splits an argument vector by what the command takes. Everything after `--` is positional. */
export const parseArgv = (argv: readonly string[], flags: Args): Parsed => {
  const known = spellings(flags);
  const positionals: string[] = [];
  const values = new Map<string, string[]>();
  const words = [...argv];
  for (let word = words.shift(); word !== undefined; word = words.shift()) {
    if (word === "--") {
      positionals.push(...words);
      break;
    }
    if (!isFlag(word)) {
      positionals.push(word);
      continue;
    }
    const [name, inline] = split(word, known);
    const spelling = known.get(name);
    if (spelling === undefined) throw unknownFlag(name, known);
    const value = flagValue(name, spelling, inline, words, known);
    values.set(spelling.key, [...(values.get(spelling.key) ?? []), value]);
  }
  return { positionals, flags: values };
};

/** The raw value of one flag; takes the next word off `words` when it belongs to the flag. */
const flagValue = (
  name: string,
  { arg, negated }: Spelling,
  inline: string | undefined,
  words: string[],
  known: ReadonlyMap<string, Spelling>,
): string => {
  if (arg.arity === "none" || negated) {
    if (inline !== undefined) throw new Fault("usage.bad-value", `${name} takes no value, but got "${inline}"`);
    return negated ? (arg.negation ?? "false") : "true";
  }
  if (inline !== undefined) return inline;
  const next = words[0];
  if (arg.arity === "maybe")
    return next !== undefined && !isFlag(next) && arg.takes?.(next) === true ? shift(words) : "";
  if (next === undefined || next === "--" || known.has(next.startsWith("--") ? split(next, known)[0] : next)) {
    throw new Fault("usage.missing-value", `${name} needs a value: ${name} ${arg.value}`);
  }
  return shift(words);
};

/** Flags that stand before the command go behind it: `senior --json db analyze` is `senior db analyze --json`. */
export const leadingFlags = (
  argv: readonly string[],
  flags: Args,
): { readonly leading: readonly string[]; readonly rest: readonly string[] } => {
  const known = spellings(flags);
  const words = [...argv];
  const leading: string[] = [];
  for (let word = words[0]; word !== undefined && word !== "--" && isFlag(word); word = words[0]) {
    const [name, inline] = split(word, known);
    const spelling = known.get(name);
    if (spelling === undefined) break;
    leading.push(shift(words));
    const next = words[0];
    const takes =
      spelling.arg.arity === "one" || (spelling.arg.arity === "maybe" && spelling.arg.takes?.(next ?? "") === true);
    if (inline === undefined && !spelling.negated && takes && next !== undefined) leading.push(shift(words));
  }
  return { leading, rest: words };
};

const shift = (words: string[]): string => words.shift() ?? "";

/** Words bound to the positionals a command declares; the last one may repeat. */
export const bindPositionals = (
  words: readonly string[],
  positionals: Args,
): ReadonlyMap<string, readonly string[]> => {
  const bound = new Map<string, readonly string[]>();
  const left = [...words];
  for (const [key, arg] of Object.entries(positionals)) {
    const taken = arg.repeat ? left.splice(0) : left.splice(0, 1);
    if (taken.length === 0 && arg.required) {
      throw new Fault("usage.missing-argument", `missing ${arg.value}: ${arg.about}`);
    }
    bound.set(key, taken);
  }
  if (left[0] !== undefined) throw new Fault("usage.unexpected-argument", `unexpected argument "${left[0]}"`);
  return bound;
};
