import { expect, test } from "bun:test";
import type { Slot } from "./scenario.ts";
import type { Values } from "./template.ts";
import { fill, readTemplate } from "./template.ts";

const columns = ["id", "name"];
const slotOf = (name: string): Slot => {
  const index = columns.indexOf(name);
  if (index >= 0) return { kind: "column", index };
  return name === "$number" ? { kind: "number" } : { kind: "variable", name };
};
const values: Values = {
  arrival: 7,
  row: ["a/b", 'x"\n{{id}} é'],
  variable: (name) => (name === "token" ? "t&k" : undefined),
  uuid: () => "u",
};
const filled = (text: string, escape: "none" | "url" | "json") => fill(readTemplate(text, escape, slotOf), values);

test("values fit where they stand, and three braces leave them as they are", () => {
  expect(filled("/u/{{id}}?t={{token}}&n={{ $number }}", "url")).toBe("/u/a%2Fb?t=t%26k&n=7");
  expect(filled('{"n":"{{name}}","raw":{{{$number}}}}', "json")).toBe('{"n":"x\\"\\n{{id}} é","raw":7}');
  expect(filled("{{{id}}}", "url")).toBe("a/b");
});

test("a value is not read as a template again, and text without placeholders stays", () => {
  expect(filled("{{name}}", "none")).toBe('x"\n{{id}} é');
  expect(filled('{"a":{"b":{}}} { {id} }', "json")).toBe('{"a":{"b":{}}} { {id} }');
});

test("without its value there is no text", () => expect(filled("{{missing}}", "none")).toBeUndefined());
