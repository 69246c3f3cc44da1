// What psql alone understands is cut out of dumps, and nothing else, with every offset left where it was.
import { expect, test } from "bun:test";
import { codeOnly, piecesOf } from "./lexer.ts";
import { stripPsql } from "./psql.ts";

const kept = (text: string): string => {
  const { text: stripped } = stripPsql(text);
  expect(stripped.length).toBe(text.length);
  return stripped.replace(/[ \t]+$/gm, "");
};

test("meta-commands go, on their own line or after a statement", () => {
  expect(kept("\\restrict abc\nselect 1;\n\\connect db\nselect 2;")).toBe("\nselect 1;\n\nselect 2;");
  expect(kept("select 1 \\gset\nselect 2;")).toBe("select 1 ;\nselect 2;");
});

test("a backslash inside strings, names and comments stays", () => {
  const text = "select '\\d', E'\\'\\d', $$\\d$$, $a$\\d $$ $a$, \"\\d\"; -- \\d\n/* \\d /* \\d */ \\d */";
  expect(kept(text)).toBe(text);
});

test("COPY data goes, whatever it looks like", () => {
  const text = 'COPY t (a) FROM stdin;\nit\'s "data"; -- $$ \\N\n\\\\.\n\\.\nselect 1;';
  expect(kept(text)).toBe("COPY t (a) FROM stdin;\n\n\n\nselect 1;");
  expect(stripPsql(text).removed).toEqual([{ kind: "data", start: 23, command: "" }]);
});

test("COPY data to the end of the file, with CRLF", () => {
  expect(kept("copy t from stdin with (format csv);\r\n1,'\r\n").trimEnd()).toBe(
    "copy t from stdin with (format csv);",
  );
});

test("pieces cover the text without gaps", () => {
  const text = "a 'b''c' E'\\'' \"d\"\"e\" $x$ $y$ $x$ --f\n/*g/*h*/i*/ x$1$ $1 1-1 4/2 'open";
  const pieces = [...piecesOf(text)];
  expect(pieces.map(({ start, end }) => text.slice(start, end)).join("")).toBe(text);
  expect(codeOnly(text).replace(/\s+/g, " ")).toBe("a E x$1$ $1 1-1 4/2 ");
});
