// Schemas that contradict themselves: the service type-checks and refuses, and a slip of the author's pen is read as it was meant.
import { expect, test } from "bun:test";
import { express } from "../../plugins/express.ts";
import { typeErrors, writeProject } from "../testing/emitted-project.ts";
import { emitFor } from "../testing/framework-contract.ts";
import { readDocument } from "./read-document.ts";
import { readOpenApi } from "./read-openapi.ts";

const document = `
openapi: 3.1.0
info: { title: Contradictions, version: "1" }
paths:
  /a:
    post:
      parameters:
        - { name: p, in: query, required: true, schema: { type: array, enum: [A], items: { enum: [A] } } }
        - { name: q, in: query, required: true, schema: { allOf: [{ const: a }, { const: b }] } }
        - { name: r, in: query, schema: { allOf: [{ type: string }], type: string, default: x } }
        - { name: s, in: query, schema: { type: integer, enum: ["1", "2"], default: 1 } }
        - { name: t, in: query, schema: { allOf: [{ type: string }, { type: integer }], type: string, default: x } }
      requestBody:
        content:
          application/json:
            schema:
              type: object
              required: [a]
              properties:
                a: { allOf: [{ type: string }, { type: integer }] }
                b: { enum: [] }
                c: { not: {} }
                d: { allOf: [{ $ref: "#/components/schemas/N" }, { type: object, properties: { x: { const: 2 } } }] }
      responses: { "200": { description: ok } }
components:
  schemas:
    N: { type: object, properties: { x: { const: 1 } }, required: [x] }
    M: { allOf: [{ $ref: "#/components/schemas/N" }, { type: "null" }] }
`;

test("they type-check", async () => {
  expect(await typeErrors(await writeProject(await emitFor(express, document)), "NodeNext")).toBe("");
}, 60_000);

test("values that are all of another type are read as that type, or not at all", () => {
  const { api, findings } = readOpenApi(readDocument("api.yaml", document));
  const schemas = Object.fromEntries(api.operations[0]?.parameters.map(({ name, schema }) => [name, schema]) ?? []);
  expect(schemas["s"]).toEqual({ type: "integer", enum: [1, 2], default: 1 });
  expect(schemas["p"]).toEqual({ type: "array", items: { enum: ["A"] } });
  const rules = Map.groupBy(findings, ({ rule }) => rule);
  expect([...rules].map(([rule, all]) => `${rule} ${all.length}`)).toEqual([
    "api/bad-enum 2",
    "api/unsatisfiable-schema 6",
  ]);
});

const closed = (schemas: string): readonly string[] =>
  readOpenApi(
    readDocument(
      "api.yaml",
      `openapi: 3.1.0\ninfo: { title: t, version: "1" }\npaths: {}\ncomponents:\n  schemas:\n${schemas}`,
    ),
  ).findings.flatMap(({ rule, message, at }) =>
    rule === "api/no-operations" ? [] : [`${rule} ${at.kind === "pointer" ? at.pointer.slice(20) : ""}: ${message}`],
  );

test.each([
  [
    "a closed branch that refuses what another one requires",
    `    A: { type: object, required: [a], properties: { a: {}, b: {} } }
    B: { allOf: [{ $ref: "#/components/schemas/A" }, { properties: { c: {} }, additionalProperties: false }] }
    C: { allOf: [{ $ref: "#/components/schemas/B" }] }`,
    [
      '/unsatisfiable-schema B/allOf/1/additionalProperties: no object fits: additionalProperties: false refuses "a", which is required (the other side: #/components/schemas/A/required)',
    ],
  ],
  [
    "properties that are described and refused",
    `    A: { properties: { a: {}, b: {} } }
    B: { properties: { c: {} }, additionalProperties: false, oneOf: [{ $ref: "#/components/schemas/A" }, {}] }`,
    [
      '/refused-property B/additionalProperties: additionalProperties: false refuses "a" and "b", described beside it (the other side: #/components/schemas/A/properties)',
    ],
  ],
  [
    "what is sealed from outside sees through",
    `    A: { type: object, required: [a], properties: { a: {} } }
    B: { allOf: [{ $ref: "#/components/schemas/A" }], properties: { c: {} }, unevaluatedProperties: false }`,
    [],
  ],
  [
    "types, ranges and lists of values",
    `    A: { allOf: [{ type: string }, { type: [integer, "null"] }] }
    B: { type: integer, minimum: 5, allOf: [{ exclusiveMaximum: 5 }] }
    C: { type: string, enum: [a, b], allOf: [{ enum: [c] }] }
    D: { type: object, required: [x], properties: { x: false, y: { minLength: 3, maxLength: 2 } } }
    F: { type: string, enum: [USER, GROUP], pattern: user|group }
    G: { type: string, enum: [USER, user], pattern: user|group }
    E: { type: [integer, "null"], allOf: [{ type: number }], enum: [1, null], minimum: 1, maximum: 1 }`,
    [
      "/unsatisfiable-schema A/allOf/1/type: no value is null or integer here and string (the other side: #/components/schemas/A/allOf/0/type)",
      "/unsatisfiable-schema B/minimum: no number is at least 5 and less than 5 (the other side: #/components/schemas/B/allOf/0/exclusiveMaximum)",
      "/unsatisfiable-schema C/allOf/0/enum: no value is in this list and in the other (the other side: #/components/schemas/C/enum)",
      '/unsatisfiable-schema D/properties: "x" is required, and may not be there (the other side: #/components/schemas/D/required)',
      "/unsatisfiable-schema D/properties/y/minLength: no text has a length of at least 3 and at most 2 (the other side: #/components/schemas/D/properties/y/maxLength)",
      "/unsatisfiable-schema F/pattern: none of the listed values matches this pattern (the other side: #/components/schemas/F/enum)",
    ],
  ],
  [
    "a property that two members give different types",
    `    A: { additionalProperties: { type: object }, properties: { b: { type: string } } }
    B: { allOf: [{ $ref: "#/components/schemas/A" }], required: [x], properties: { x: { type: string } } }
    C: { allOf: [{ $ref: "#/components/schemas/A" }], properties: { x: { type: string }, y: { type: integer }, z: {} } }
    D: { allOf: [{ required: [id], properties: { id: { type: string } } }, { properties: { id: { type: integer } } }] }`,
    [
      '/refused-property A/additionalProperties/type: "x" and "y" can never be sent: no value is object here and string (the other side: #/components/schemas/C/properties/x/type)',
      '/unsatisfiable-schema A/additionalProperties/type: no object fits: "x" is required, and no value is object here and string (the other side: #/components/schemas/B/properties/x/type)',
      '/unsatisfiable-schema D/allOf/1/properties/id/type: no object fits: "id" is required, and no value is integer here and string (the other side: #/components/schemas/D/allOf/0/properties/id/type)',
    ],
  ],
  [
    "no alternative is left",
    `    A: { type: object, additionalProperties: false, oneOf: [{ required: [x] }, { required: [y] }] }
    B: { type: string, anyOf: [{ type: integer }, { minLength: 1 }] }`,
    [
      '/unsatisfiable-schema A/additionalProperties: none of the oneOf can hold: no object fits: additionalProperties: false refuses "x", which is required (the other side: #/components/schemas/A/oneOf)',
    ],
  ],
] as const)("%s: told with both places", (_, schemas, told) => {
  expect(closed(schemas)).toEqual(told.map((one) => `api${one}`));
});
