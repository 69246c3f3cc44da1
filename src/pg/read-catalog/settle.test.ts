// Expressions are compared as they are printed after a second parsing: what it changes is changed beforehand.
import { expect, test } from "bun:test";
import { settled } from "./settle.ts";

test("a cast of an array is one of each element", () => {
  expect(settled("((x)::text = ANY ((ARRAY['a'::character varying, 'b, ]'::character varying])::text[]))")).toBe(
    "((x)::text = ANY (ARRAY[('a'::character varying)::text, ('b, ]'::character varying)::text]))",
  );
  expect(settled("(ARRAY[lower('a'::text), 'it''s'::text])::character varying(3)[]")).toBe(
    "ARRAY[(lower('a'::text))::character varying(3), ('it''s'::text)::character varying(3)]",
  );
});

test("conditions in a row are one row", () => {
  expect(settled("CHECK ((((z >= '-5'::integer) AND (z <= 5)) AND (z <> ' AND '::text)))")).toBe(
    "CHECK (((z >= '-5'::integer) AND (z <= 5) AND (z <> ' AND '::text)))",
  );
  expect(settled("(((a OR b) OR c) AND ((d AND e) AND f))")).toBe("((a OR b OR c) AND (d AND e AND f))");
  expect(settled("((((a AND b) AND c) AND d) OR (e AND (f AND g)))")).toBe(
    "((a AND b AND c AND d) OR (e AND (f AND g)))",
  );
});

test("anything else stays as it is", () => {
  for (const text of [
    "(a = ANY (ARRAY[1, 2]))",
    "(ARRAY['a'::text])[1]",
    "f('(ARRAY[''a''])::text[]'::text)",
    "(ARRAY[",
    "((a OR b) AND c)",
    "(x OVER (ORDER BY y ROWS BETWEEN 1 PRECEDING AND CURRENT ROW))",
  ])
    expect(settled(text)).toBe(text);
});
