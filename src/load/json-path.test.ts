import { expect, test } from "bun:test";
import type { Json } from "../kernel/json.ts";
import { readJsonPath, valueAt } from "./json-path.ts";

const document: Json = { a: { "b c": [{ id: 1 }, { id: 2 }], "it's": 3 }, list: [[5]] };
const at = (text: string): Json | undefined => {
  const path = readJsonPath(text);
  if (path === undefined) throw new Error(`${text} is no path`);
  return valueAt(document, path);
};

test("names, quoted names and places from either end", () => {
  expect(at("$.a['b c'][0].id")).toBe(1);
  expect(at('$["a"]["b c"][-1].id')).toBe(2);
  expect(at("$.a['it\\'s']")).toBe(3);
  expect(at("$.list[0][0]")).toBe(5);
  expect(at("$")).toBe(document);
});

test("what is not there is undefined, inherited names included", () => {
  for (const path of ["$.x", "$.a.toString", "$.__proto__", "$.list.length", "$.list[9]", "$.a[0]"]) {
    expect(at(path)).toBeUndefined();
  }
});

test("anything else is no path", () => {
  for (const text of ["", "a.b", "$a", "$.", "$..a", "$[*]", "$[a]", "$.a[", "$.a b"]) {
    expect(readJsonPath(text)).toBeUndefined();
  }
});
