// What an emitted module keeps.
import { expect, test } from "bun:test";
import { onlyUsed } from "./only-used.ts";

const text = `// A module.
import { z } from "zod";

/** Needed by b. */
const a = 1;
const unused = 2;

/** Mentions unused. */
export const b = (x: { c: number }): number => {
  return a + x.c;
};

// Why it is so.
// eslint-disable-next-line some-rule
type C = [...typeof d];
const d = [1] as const;

export const c: C = d;
`;

test("a declaration stays with its comments and all that it needs", () => {
  expect(onlyUsed(text, ["b"])).toBe(`// A module.
import { z } from "zod";

/** Needed by b. */
const a = 1;

/** Mentions unused. */
export const b = (x: { c: number }): number => {
  return a + x.c;
};
`);
  expect(onlyUsed(text, ["c"])).toContain(
    "// Why it is so.\n// eslint-disable-next-line some-rule\ntype C = [...typeof d];\nconst d = [1] as const;\n\nexport const c: C = d;\n",
  );
});

test("everything stays when everything is used", () => {
  expect(onlyUsed(text, ["b", "c", "unused"])).toBe(text);
});
