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
  expect(findings.map(({ rule }) => rule)).toEqual(["api/bad-enum", "api/bad-enum"]);
});
