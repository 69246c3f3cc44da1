import { expect, test } from "bun:test";
import { isSame } from "./same.ts";

test("values are the same as their JSON is, but for the order of fields", () => {
  const same: readonly (readonly [unknown, unknown])[] = [
    [1, 1],
    ["a", "a"],
    [null, null],
    [undefined, undefined],
    [[], []],
    [{ a: [1, { b: "x" }], c: undefined }, { a: [1, { b: "x" }] }],
    [
      { a: 1, b: 2 },
      { b: 2, a: 1 },
    ],
  ];
  const different: readonly (readonly [unknown, unknown])[] = [
    [1, "1"],
    [null, undefined],
    [null, {}],
    [[], {}],
    [
      [1, 2],
      [2, 1],
    ],
    [[1], [1, 2]],
    [{ a: 1 }, { a: 1, b: null }],
    [{ a: 1, b: false }, { a: 1 }],
    [{ a: { b: 1 } }, { a: { b: 2 } }],
  ];
  for (const [a, b] of same) expect([a, b, isSame(a, b), isSame(b, a)]).toEqual([a, b, true, true]);
  for (const [a, b] of different) expect([a, b, isSame(a, b), isSame(b, a)]).toEqual([a, b, false, false]);
});
