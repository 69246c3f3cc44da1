// A text that matches a regular expression, made from its syntax tree. Bounded: repetitions stay short.
import { RegExpParser } from "@eslint-community/regexpp";
import type { AST } from "@eslint-community/regexpp";
import { patternFlags } from "./patterns.ts";
import { choose, fork, pick } from "./seeds.ts";

interface Making {
  readonly flags: "u" | "";
  /** How far beyond its least a repetition may go. */
  readonly spread: number;
  /** What capturing groups have made so far, for references back to them. */
  readonly groups: Map<string | number, string>;
  /** The characters that each element allows, as far as they were looked for. */
  readonly allowed: Map<string, readonly string[]>;
}

const ascii = Array.from({ length: 95 }, (_, index) => String.fromCodePoint(32 + index));
const beyond = Array.from("éßñΩжя日本語ひカ한글ابאबก٣²½€—“\u00a0\t\n\r🦄");
// Plain letters and digits come first: they survive URLs, headers and forms.
const preferred = Array.from("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");
const characters = [...preferred, ...ascii.filter((one) => !preferred.includes(one)), ...beyond];

/** The characters that an element of one character allows, the plain ones alone where there are some. */
const allowedBy = (raw: string, { flags, allowed }: Making): readonly string[] => {
  const known = allowed.get(raw);
  if (known !== undefined) return known;
  const pattern = new RegExp(`^(?:${raw})$`, flags);
  const fitting = characters.filter((one) => pattern.test(one));
  const plain = fitting.filter((one) => preferred.includes(one));
  const found = plain.length > 0 ? plain : fitting;
  allowed.set(raw, found);
  return found;
};

/** A class may name characters that are in no list: its own elements say which. */
const namedBy = (element: AST.Element): string | undefined => {
  if (element.type !== "CharacterClass" || element.negate) return undefined;
  const [first] = element.elements;
  if (first?.type === "Character") return String.fromCodePoint(first.value);
  return first?.type === "CharacterClassRange" ? String.fromCodePoint(first.min.value) : undefined;
};

const oneOf = (alternatives: readonly AST.Alternative[], seed: number, making: Making): string | undefined => {
  const chosen = pick(seed, alternatives);
  return chosen === undefined ? "" : sequence(chosen.elements, seed, making);
};

const group = (element: AST.CapturingGroup, seed: number, making: Making): string | undefined => {
  const made = oneOf(element.alternatives, seed, making);
  if (made !== undefined) making.groups.set(element.name ?? making.groups.size + 1, made);
  return made;
};

const repeated = ({ element, min, max }: AST.Quantifier, seed: number, making: Making): string | undefined => {
  const most = Math.min(max, min + making.spread);
  const count = min + choose(fork(seed, "count"), most - min + 1);
  return sequence(
    Array.from({ length: count }, () => element),
    seed,
    making,
  );
};

const made = (element: AST.Element, seed: number, making: Making): string | undefined => {
  if (element.type === "Character") return String.fromCodePoint(element.value);
  if (element.type === "CharacterClass" || element.type === "CharacterSet") {
    return pick(seed, allowedBy(element.raw, making)) ?? namedBy(element);
  }
  if (element.type === "Group") return oneOf(element.alternatives, seed, making);
  if (element.type === "CapturingGroup") return group(element, seed, making);
  if (element.type === "Quantifier") return repeated(element, seed, making);
  if (element.type === "Backreference") return making.groups.get(element.ref) ?? "";
  // Assertions take no room; whether they hold is looked at when the text is whole.
  return element.type === "Assertion" ? "" : undefined;
};

const sequence = (elements: readonly AST.Element[], seed: number, making: Making): string | undefined => {
  let text = "";
  for (const [index, element] of elements.entries()) {
    const part = made(element, fork(seed, index), making);
    if (part === undefined) return undefined;
    text += part;
  }
  return text;
};

/** What positive look-aheads ask for, made as texts of their own. */
const askedFor = (alternative: AST.Alternative, seed: number, making: Making): string =>
  alternative.elements
    .filter((element) => element.type === "Assertion")
    .filter((element) => element.kind === "lookahead" && !element.negate)
    .map((element, index) =>
      "alternatives" in element ? (oneOf(element.alternatives, fork(seed, index), making) ?? "") : "",
    )
    .join("");

/** Look-aheads that ask for a kind of character are met by putting one there. */
const blended = (text: string, asked: string): string =>
  asked === "" ? text : asked.length >= text.length ? asked : `${text.slice(0, text.length - asked.length)}${asked}`;

const parsed = (source: string, flags: "u" | ""): AST.Pattern | undefined => {
  try {
    return new RegExpParser({ ecmaVersion: 2025 }).parsePattern(source, 0, source.length, { unicode: flags === "u" });
  } catch {
    return undefined;
  }
};

/** A pattern that does not say where a text ends lets it go on. */
const prolonged = (source: string, text: string, seed: number, least: number): readonly string[] =>
  source.endsWith("$") ? [] : [text + letters(seed, Math.max(least - text.length, 4))];

const letters = (seed: number, count: number): string =>
  Array.from({ length: Math.min(count, 10_000) }, (_, index) => preferred[choose(fork(seed, index), 26)]).join("");

/** Texts to try for a pattern, the likeliest first; the caller checks each. `least`: how long it must be. */
export const textsLike = (source: string, seed: number, least: number): readonly string[] => {
  const flags = patternFlags(source);
  const tree = flags === undefined ? undefined : parsed(source, flags);
  if (tree === undefined || flags === undefined) return [];
  const allowed = new Map<string, readonly string[]>();
  return Array.from({ length: 12 }, (_, attempt) => {
    const spread = attempt === 0 ? 0 : Math.max(3, least) + attempt;
    const making: Making = { flags, spread, groups: new Map(), allowed };
    const own = fork(seed, attempt);
    const alternative = pick(own, tree.alternatives);
    if (alternative === undefined) return [];
    const text = sequence(alternative.elements, own, making);
    if (text === undefined) return [];
    const whole = blended(text, askedFor(alternative, own, making));
    return [...prolonged(source, whole, own, least), whole];
  }).flat();
};
