// Safe names from any text: identifiers, file names, and no two alike where that matters.
import { wordsOf } from "../kernel/words.ts";

const reserved = new Set(
  (
    "abstract any arguments as asserts async await bigint boolean break case catch class const continue debugger " +
    "declare default delete do else enum eval export extends false finally for from function get global if implements " +
    "import in infer instanceof interface is keyof let module namespace never new null number object of out package " +
    "private protected public readonly require return satisfies set static string super switch symbol this throw true " +
    "try type typeof undefined unique unknown using var void while with yield " +
    // Names that the emitted files use themselves.
    "z types models checks app router routes request reply handlers " +
    "Array Promise Record Object String Number Boolean Symbol File Blob Uint8Array globalThis NaN Infinity " +
    // Members of every object: `import * as handlers` would find them even when they are not there.
    "constructor toString valueOf hasOwnProperty isPrototypeOf propertyIsEnumerable toLocaleString then"
  ).split(" "),
);

const maxLength = 80;

const asciiWords = (text: string): readonly string[] =>
  wordsOf(text)
    .map((word) => word.replace(/[^a-z0-9]/g, ""))
    .filter((word) => word !== "");

const upperFirst = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);
const lowerFirst = (word: string): string => word.slice(0, 1).toLowerCase() + word.slice(1);

/** A leading digit and a reserved word are no identifiers. */
const allowed = (name: string, prefix: string): string =>
  name === "" ? prefix : /^\d/.test(name) || reserved.has(name) ? `${prefix}${upperFirst(name)}` : name;

/** `UserList`; text that is an identifier already keeps its spelling. */
export const typeName = (text: string, fallback = "Model"): string => {
  const kept = /^[A-Za-z][A-Za-z0-9]*$/.test(text) ? text : asciiWords(text).map(upperFirst).join("");
  return allowed(upperFirst(kept.slice(0, maxLength)), fallback);
};

/** `listUsers`; text that is an identifier already keeps its spelling but for the first letter. */
export const valueName = (text: string, fallback: string): string => {
  const kept = /^[A-Za-z][A-Za-z0-9]*$/.test(text) ? text : asciiWords(text).map(upperFirst).join("");
  return allowed(lowerFirst(kept.slice(0, maxLength)), fallback);
};

const devices = /^(con|prn|aux|nul|com\d|lpt\d)$/;

/** `user-profile`: letters, digits and dashes, safe on every platform. */
export const fileName = (text: string, fallback: string): string => {
  const name = asciiWords(text).join("-").slice(0, maxLength).replace(/-$/, "");
  return name === "" ? fallback : devices.test(name) ? `${name}-${fallback}` : name;
};

/** The first of `base`, `base2`, `base3` … that is free; `next` remembers where to go on, so that many alike stay quick. */
const firstFree = (base: string, next: Map<string, number>, isTaken: (name: string) => boolean): string => {
  const key = base.toLowerCase();
  let n = next.get(key) ?? 1;
  const named = (): string => (n === 1 ? base : `${base}${n}`);
  while (isTaken(named())) n++;
  next.set(key, n + 1);
  return named();
};

/**
 * Gives every text a name of its own, with all of `suffixes` added too; names that differ only in case count as alike.
 * Order decides who gets a number.
 */
export const distinctNames = (
  texts: readonly string[],
  make: (text: string) => string,
  taken: readonly string[] = [],
  suffixes: readonly string[] = [""],
): readonly string[] => {
  const used = new Set(taken.map((name) => name.toLowerCase()));
  const next = new Map<string, number>();
  const forms = (name: string): readonly string[] => suffixes.map((suffix) => `${name}${suffix}`.toLowerCase());
  return texts.map((text) => {
    const name = firstFree(make(text), next, (candidate) => forms(candidate).some((form) => used.has(form)));
    for (const form of forms(name)) used.add(form);
    return name;
  });
};
