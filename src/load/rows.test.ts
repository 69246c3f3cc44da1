import { describe, expect, test } from "bun:test";
import { Fault } from "../kernel/fault.ts";
import { locationText } from "../kernel/finding.ts";
import { readRows } from "./rows.ts";

const faultOf = (text: string, path: string): string => {
  try {
    readRows(text, path);
  } catch (error) {
    if (error instanceof Fault && error.at !== undefined) return `${locationText(error.at)}: ${error.message}`;
    throw error;
  }
  return "none";
};

describe("CSV", () => {
  test("cells in quotes hold commas, line breaks and doubled quotes; BOM, CRLF and empty lines are passed over", () =>
    expect(readRows('\ufeffid, name\r\n1,"a ""b"", c"\r\n\r\n2,"two\nlines"\r\n3,\r\n', "x.csv")).toEqual({
      columns: ["id", "name"],
      values: [
        ["1", 'a "b", c'],
        ["2", "two\nlines"],
        ["3", ""],
      ],
    }));

  test("what is wrong stands at its line", () => {
    expect(faultOf('a,b\n1,"x\ny"\n1,2,3\n', "x.csv")).toBe("x.csv:4: the row has 3 cells, and the header 2 columns");
    expect(faultOf('a\nx"y"\n', "x.csv")).toBe("x.csv:2: a quote stands where none can");
    expect(faultOf("a,b,a\n1,2,3", "x.csv")).toBe('x.csv:1: two columns are called "a"');
    expect(faultOf("a,b\n", "x.csv")).toBe("x.csv:1: there are no rows in it");
    expect(faultOf("", "x.csv")).toBe("x.csv:1: there are no rows in it");
  });
});

describe("JSON lines", () => {
  test("texts stay, everything else is its JSON", () =>
    expect(readRows('{"id":1,"n":"x","o":{"a":[]},"b":true}\n\n{"b":null,"o":2,"n":"","id":2}\n', "x.jsonl")).toEqual({
      columns: ["id", "n", "o", "b"],
      values: [
        ["1", "x", '{"a":[]}', "true"],
        ["2", "", "2", "null"],
      ],
    }));

  test("what is wrong stands at its line", () => {
    expect(faultOf('{"a":1}\n{"a":', "x.jsonl")).toBe("x.jsonl:2: the line is no JSON");
    expect(faultOf('{"a":1}\n[1]', "x.ndjson")).toBe("x.ndjson:2: the line is no JSON object");
    expect(faultOf('{"a":1}\n{"__proto__":1}', "x.jsonl")).toBe('x.jsonl:2: the row has no "a"');
  });
});
