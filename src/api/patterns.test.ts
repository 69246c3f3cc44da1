// Patterns: modes, and nested repetition.
import { expect, test } from "bun:test";
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
