// Patterns written as a regular expression literal, `/^a$/i`: with its slashes no text matches, and everybody means what is between them.
import { RegExpParser, visitRegExpAST } from "@eslint-community/regexpp";
import type { AST } from "@eslint-community/regexpp";

const swapped = (letter: string): string =>
  letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase();

const isLetter = (raw: string): boolean => /^[a-z]$/i.test(raw);

const bothCases = ({ raw, parent }: AST.Character): string => {
  if (!isLetter(raw)) return raw;
  return parent.type === "CharacterClass" ? `${raw}${swapped(raw)}` : `[${raw}${swapped(raw)}]`;
};

const bothRanges = ({ raw, min, max }: AST.CharacterClassRange): string => {
  const isOneCase =
    (/[a-z]/.test(min.raw) && /[a-z]/.test(max.raw)) || (/[A-Z]/.test(min.raw) && /[A-Z]/.test(max.raw));
  return isLetter(min.raw) && isLetter(max.raw) && isOneCase ? `${raw}${swapped(min.raw)}-${swapped(max.raw)}` : raw;
};

/** The same without the flag `i`, which a schema cannot say: each letter in both cases. */
const withBothCases = (source: string): string => {
  const edits: (readonly [start: number, end: number, text: string])[] = [];
  visitRegExpAST(new RegExpParser({ ecmaVersion: 2025 }).parsePattern(source), {
    onCharacterClassRangeEnter: (node) => {
      edits.push([node.start, node.end, bothRanges(node)]);
    },
    onCharacterEnter: (node) => {
      if (node.parent.type !== "CharacterClassRange") edits.push([node.start, node.end, bothCases(node)]);
    },
  });
  return edits
    .sort(([a], [b]) => b - a)
    .reduce((text, [start, end, own]) => text.slice(0, start) + own + text.slice(end), source);
};

/** What a literal means, as a pattern; undefined for what is none, or has flags that change more than case. */
export const literalPattern = (pattern: string): string | undefined => {
  const [, source, flags = ""] = /^\/(\^.*|.*\$)\/([dgiuvy]*)$/s.exec(pattern) ?? [];
  if (source === undefined) return undefined;
  try {
    new RegExp(source);
    return flags.includes("i") ? withBothCases(source) : source;
  } catch {
    return undefined;
  }
};
