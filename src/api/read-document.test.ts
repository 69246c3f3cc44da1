// Documents that cannot be read: each says where and why, none runs away.
import { describe, expect, test } from "bun:test";
import { Fault } from "../kernel/fault.ts";
import { locationText } from "../kernel/finding.ts";
import { locatePointers } from "./locate.ts";
import { readDocument } from "./read-document.ts";
import { readOpenApi } from "./read-openapi.ts";
import { repeatedKey } from "./repeated-keys.ts";

const faultOf = (text: string): Fault => {
  try {
    readOpenApi(readDocument("api.yaml", text));
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error("no fault");
};

const place = (fault: Fault): string => (fault.at === undefined ? "" : locationText(fault.at));

describe("what is wrong has a place", () => {
  test.each([
    ["broken YAML", "openapi: 3.1.0\ninfo: [1\npaths: {}\n", "input.syntax", "api.yaml:3:1"],
    ["a tab", "openapi: 3.1.0\ninfo:\n\ttitle: x\n", "input.syntax", "api.yaml:3:1"],
    ["broken JSON", '{\n  "openapi": "3.1.0",\n  "info": ]\n}', "input.syntax", "api.yaml:3:11"],
    ["a key twice", "openapi: 3.1.0\npaths:\n  /a: {}\n  /b: {}\n  /a: {}\n", "input.syntax", "api.yaml:5:3"],
    ["a key twice, in JSON", '{"openapi": "3.1.0",\n "openapi": "3.0.0"}', "input.syntax", "api.yaml:2:2"],
    ["text", "hello", "input.unsupported", "api.yaml:1:1"],
    ["a list", "[1]", "input.unsupported", "api.yaml:1:1"],
    ["nothing", "", "input.unsupported", "api.yaml:1:1"],
    ["two documents", "a: 1\n---\nb: 2\n", "input.unsupported", "api.yaml:1:1"],
    ["something else", "name: x\n", "input.unsupported", "api.yaml:1:1"],
    ["another version", "info: {}\nopenapi: 4.0.0\n", "input.unsupported", "api.yaml:2:1"],
  ] as const)("%s", (_, text, code, at) => {
    const fault = faultOf(text);
    expect([fault.code as string, place(fault)]).toEqual([code, at]);
  });
});

describe("nothing runs away", () => {
  test("aliases in a circle", () => {
    expect(faultOf("openapi: 3.1.0\ninfo: &a\n  more: [*a]\n").message).toContain("contains itself");
  });

  test.each([
    ["JSON", `{"openapi":"3.1.0","x":${"[".repeat(200_000)}${"]".repeat(200_000)}}`],
    ["YAML", `openapi: 3.1.0\nx: ${"[".repeat(200_000)}${"]".repeat(200_000)}`],
  ])("200,000 levels of %s", (_, text) => {
    expect(faultOf(text).code).toBe("input.too-large");
  });

  test("a bomb of aliases", () => {
    const levels = Array.from(
      { length: 12 },
      (_, i) =>
        `l${i}: &l${i} [${Array(10)
          .fill(i === 0 ? "x" : `*l${i - 1}`)
          .join(", ")}]`,
    );
    expect(() => readDocument("api.yaml", `openapi: 3.1.0\n${levels.join("\n")}\n`)).toThrow(Fault);
  });

  test("a key that would be the prototype", () => {
    const { root } = readDocument("api.yaml", "openapi: 3.1.0\n__proto__: { polluted: true }\n");
    expect(Object.keys(root)).toContain("__proto__");
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
  });
});

describe("keys that stand twice", () => {
  test.each([
    "a: 1\nb:\n  a: 1\nc:\n  - a: 1\n    b: 2\n  - a: 1\n",
    "a: |\n  x: 1\n  x: 2\nb: 1\n",
    "- a: >-\n    x: 1\n    x: 2\n  b: 1\n- a: 1\n",
    "a:\n- x: 1\n- x: 2\nb: 1\n",
    '{"a": {"b": 1}, "c": [{"b": 1}, {"b": 2}], "d": "\\"a\\": {"}',
  ])("are not seen in %j", (text) => {
    expect(repeatedKey(text)).toBeUndefined();
  });

  test.each([
    "a: 1\nb: 2\na: 3\n",
    "x:\n  - a: 1\n    b: 1\n    a: 2\n",
    '{"a": 1, "b": {}, "a": 2}',
    '"a": 1\n"a": 2\n',
  ])("are seen in %j", (text) => {
    expect(repeatedKey(text)).toBeNumber();
  });
});

test("pointers have lines, and those that name nothing have the nearest above", () => {
  const text = "paths:\n  /users/{id}:\n    get:\n      tags: [a, b]\n";
  const places = locatePointers(text, ["/paths/~1users~1{id}/get", "/paths/~1users~1{id}/get/tags/1", "/paths/~1x"]);
  expect(Object.fromEntries(places)).toEqual({
    "/paths/~1users~1{id}/get": { line: 3, column: 5 },
    "/paths/~1users~1{id}/get/tags/1": { line: 4, column: 17 },
    "/paths/~1x": { line: 1, column: 1 },
  });
});

test("pointers into JSON have the same lines and columns as the exact parser gives", () => {
  const value = { "a/b": [1, { c: '"},{' }, []], "~": { "": "x", d: [[], {}] }, e: { "a\\": -1.5e3 } };
  const all = ["/a~1b", "/a~1b/1/c", "/a~1b/2", "/~0/", "/~0/d/1", "/e/a\\", "/e/none/at/all", "/a~1b/7", "/none", ""];
  for (const text of [
    JSON.stringify(value, null, 2),
    JSON.stringify(value),
    ` \n${JSON.stringify(value, null, "\t")}`,
  ]) {
    const exact = locatePointers(`${text}\n# YAML`, all);
    expect(Object.fromEntries(locatePointers(text, all))).toEqual(Object.fromEntries(exact));
  }
});
