// Patterns: modes, and nested repetition.
import { expect, test } from "bun:test";
import { literalPattern } from "./pattern-literals.ts";
import { isSlowPattern, patternFlags } from "./patterns.ts";

test.each([
  ["^\\p{L}+$", "u"],
  ["^[\\w\\-]+\\@\\d$", ""],
  ["(?i)abc", undefined],
  ["(", undefined],
] as const)("%s is valid with flags %s", (source, flags) => {
  expect(patternFlags(source)).toBe(flags);
});

test.each(["^(a+)+$", "(\\d*)*", "((ab)+c)*", "(?:x{2,})+", "(?<n>a*)*"])("%s is slow", (source) => {
  expect(isSlowPattern(source)).toBe(true);
});

test.each(["^a+b+$", "(abc)+", "[(a+)+]", "\\(a+\\)+", "(a{2,5})+", "^(a|b)*c+$"])("%s is not", (source) => {
  expect(isSlowPattern(source)).toBe(false);
});

test.each([
  ["/^[0-9]{5}$/", "^[0-9]{5}$"],
  ["/^a(?<b>[c-e_x])\\d\\/B$/i", "^[aA](?<b>[c-eC-E_xX])\\d\\/[Bb]$"],
  ["/[a-z]+/", undefined],
  ["/^a$/m", undefined],
  ["/^($/", undefined],
  ["^/a/$", undefined],
])("%s is the literal of %s", (literal, pattern) => {
  expect(literalPattern(literal)).toBe(pattern);
});
