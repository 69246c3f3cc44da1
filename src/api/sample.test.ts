// Samples are valid: held against an independent validator, over small schemas, every keyword's cases and public documents.
import { describe, expect, test } from "bun:test";
import { basename } from "node:path";
import type { Json, JsonObject } from "../kernel/json.ts";
import { publicDocuments } from "../testing/public-documents.ts";
import { oracleFor } from "../testing/schema-oracle.ts";
import type { Schema } from "./model.ts";
import type { ApiPlan } from "./plan.ts";
import { planApi } from "./plan.ts";
import { readDocument } from "./read-document.ts";
import { readOpenApi } from "./read-openapi.ts";
import { sampleRequest } from "./sample-request.ts";
import { sampleValue } from "./sample.ts";

const planOf = (schemas: JsonObject, paths: JsonObject = {}): ApiPlan =>
  planApi(
    readOpenApi(
      readDocument(
        "api.json",
        JSON.stringify({
          openapi: "3.1.0",
          info: { title: "Samples", version: "1" },
          paths,
          components: { schemas },
        }),
      ),
    ).api,
  );

const sampled = (schema: Schema, seed = 0, examples = true): Json | undefined =>
  sampleValue({ $ref: "#/components/schemas/S" }, { plan: planOf({ S: schema }), direction: "input", seed, examples });

const hard: readonly (readonly [string, Schema])[] = [
  ["limits", { type: "integer", exclusiveMinimum: 5, maximum: 12, multipleOf: 4 }],
  ["small steps", { type: "number", minimum: 0.1, multipleOf: 0.01, exclusiveMaximum: 0.12 }],
  ["a pattern", { type: "string", pattern: "^(?<a>[A-Z]{2})-\\d{3,}-\\k<a>$" }],
  ["a pattern of letters", { type: "string", pattern: "^\\p{L}[^a-z]{3}\\s$" }],
  ["a password", { type: "string", pattern: "^(?=.*[A-Z])(?=.*\\d)(?=.*[!?]).{8,20}$" }],
  ["a pattern and a length", { type: "string", pattern: "^[a-f0-9]+$", minLength: 32, maxLength: 32 }],
  ["a format and a length", { type: "string", format: "email", maxLength: 30 }],
  ["different items", { type: "array", items: { enum: [1, 2, 3] }, minItems: 3, uniqueItems: true }],
  [
    "different objects",
    {
      type: "array",
      items: { type: "object", required: ["n"], properties: { n: { type: "integer" } } },
      minItems: 4,
      uniqueItems: true,
    },
  ],
  [
    "contained items",
    { type: "array", contains: { const: 7 }, minContains: 2, items: { type: "integer" }, maxItems: 2 },
  ],
  ["a tuple", { type: "array", prefixItems: [{ type: "string" }, { type: "integer" }], items: false, minItems: 2 }],
  [
    "names by pattern",
    {
      type: "object",
      patternProperties: { "^x-": { type: "integer" } },
      additionalProperties: false,
      minProperties: 3,
    },
  ],
  ["rules for names", { type: "object", propertyNames: { pattern: "^[A-Z]{3}$" }, minProperties: 2 }],
  [
    "parts",
    {
      allOf: [
        { required: ["a"], properties: { a: { minimum: 3 } } },
        { properties: { a: { type: "integer", maximum: 3 } } },
      ],
    },
  ],
  [
    "exactly one",
    {
      oneOf: [
        { type: "integer", multipleOf: 3 },
        { type: "integer", multipleOf: 5 },
      ],
      minimum: 1,
    },
  ],
  [
    "a condition",
    {
      type: "object",
      required: ["kind"],
      properties: { kind: { enum: ["a", "b"] } },
      if: { properties: { kind: { const: "a" } } },
      then: { required: ["size"], properties: { size: { type: "integer" } } },
    },
  ],
  ["a denial", { type: "string", not: { enum: ["amber", "basil"] } }],
  [
    "what depends",
    { type: "object", properties: { a: true, b: true }, required: ["a"], dependentRequired: { a: ["b"] } },
  ],
  [
    "nothing left over",
    { allOf: [{ properties: { a: { type: "string" } } }], unevaluatedProperties: false, required: ["a"] },
  ],
  [
    "a circle",
    {
      type: "object",
      required: ["next"],
      properties: { next: { anyOf: [{ $ref: "#/components/schemas/S" }, { type: "null" }] } },
    },
  ],
  [
    "odd names",
    { type: "object", required: ["__proto__", "constructor"], properties: { constructor: { type: "integer" } } },
  ],
];

describe("made values", () => {
  test.each(hard)("of %s are valid for every seed", (_, schema) => {
    const plan = planOf({ S: schema });
    const oracle = oracleFor(plan, { $ref: "#/components/schemas/S" }, "input");
    for (const seed of [0, 1, 2, 3, 4, 5]) {
      const value = sampled(schema, seed, false);
      expect({ value, valid: value !== undefined && oracle?.(value) }).toMatchObject({ valid: true });
    }
  });

  test("are the same for the same seed, and differ with it", () => {
    const schema = {
      type: "object",
      required: ["id", "at"],
      properties: { id: { type: "string", format: "uuid" }, at: { type: "string", format: "date-time" } },
    };
    expect(sampled(schema, 3)).toEqual(sampled(schema, 3) ?? null);
    expect(new Set([1, 2, 3, 4].map((seed) => JSON.stringify(sampled(schema, seed)))).size).toBe(4);
  });

  test("are the document's examples where those are valid, without what does not go that way", () => {
    const schema = {
      type: "object",
      required: ["id"],
      properties: { id: { type: "integer", readOnly: true }, name: { type: "string" } },
      example: { id: 1, name: "Ada" },
    };
    expect(sampled(schema)).toEqual({ name: "Ada" });
    expect(sampled({ type: "integer", examples: ["five", 5] })).toBe(5);
    expect(sampled({ type: "integer", examples: [5] }, 1, false)).not.toBe(5);
  });

  test("leave out what does not go that way in alternatives and lists as well", () => {
    const card = {
      type: "object",
      required: ["number", "cvc"],
      properties: { number: { type: "string" }, cvc: { type: "integer", writeOnly: true } },
    };
    const paid = { type: "object", properties: { by: { type: "array", items: { anyOf: [{ type: "null" }, card] } } } };
    const example = { by: [null, { number: "4", cvc: 1 }] };
    const schema = { ...paid, examples: [example] };
    const options = { plan: planOf({}), seed: 0, examples: true } as const;
    expect(sampleValue(schema, { ...options, direction: "output" })).toEqual({ by: [null, { number: "4" }] });
    expect(sampleValue(schema, { ...options, direction: "input" })).toEqual(example);
  });

  test.each([
    ["refuses everything", false],
    ["contradicts itself", { type: "string", minLength: 3, maxLength: 2 }],
    ["never ends", { type: "object", required: ["next"], properties: { next: { $ref: "#/components/schemas/S" } } }],
  ] as const)("are none where a schema %s", (_, schema) => {
    expect(sampled(schema)).toBeUndefined();
  });
});

const samplesAreValid = (plan: ApiPlan): readonly string[] =>
  [...plan.schemas.keys()].flatMap((ref) =>
    (
      [
        [0, "input"],
        [1, "output"],
      ] as const
    ).flatMap(([seed, direction]) => {
      const value = sampleValue({ $ref: ref }, { plan, direction, seed, examples: seed === 0 });
      const oracle = oracleFor(plan, { $ref: ref }, direction);
      return value !== undefined && oracle?.(value) === true
        ? []
        : [`${ref} as ${direction}: ${JSON.stringify(value)}`];
    }),
  );

describe.skipIf(publicDocuments.length === 0)("public documents", () => {
  test.each(publicDocuments.map((path) => [basename(path), path] as const))(
    "%s: every schema has a valid sample, every operation a request",
    async (_, path) => {
      const { api } = readOpenApi(readDocument(path, await Bun.file(path).text()));
      const plan = planApi(api);
      expect(samplesAreValid(plan)).toEqual([]);
      const without = api.operations.filter(
        (operation) => sampleRequest(plan, operation, { seed: 1, examples: true, optional: true }) === undefined,
      );
      expect(without.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
    },
    30_000,
  );
});

const point = {
  type: "object",
  properties: { x: { type: "integer", const: 1 }, y: { type: "integer", const: 2 } },
  required: ["x", "y"],
};
const list = { type: "array", items: { type: "integer" }, minItems: 2, maxItems: 2, examples: [[1, 2]] };

test("requests are written in each style", () => {
  const parameters = [
    { name: "id", in: "path", required: true, schema: { const: "a b" } },
    { name: "m", in: "path", required: true, style: "matrix", explode: true, schema: list },
    { name: "l", in: "path", required: true, style: "label", schema: point },
    { name: "q", in: "query", schema: list },
    { name: "c", in: "query", explode: false, schema: list },
    { name: "p", in: "query", style: "pipeDelimited", explode: false, schema: list },
    { name: "d", in: "query", style: "deepObject", explode: true, schema: point },
    { name: "j", in: "query", content: { "application/json": { schema: point } } },
    { name: "X-List", in: "header", schema: list },
    { name: "s", in: "cookie", schema: { const: "é;" } },
  ];
  const post = {
    parameters,
    requestBody: {
      content: {
        "application/x-www-form-urlencoded": {
          schema: { type: "object", properties: { at: point, name: { const: "ü" } } },
        },
      },
    },
  };
  const plan = planOf({}, { "/a/{id}{m}{l}": { post } });
  const [operation] = plan.api.operations;
  expect(operation && sampleRequest(plan, operation, { seed: 0, examples: true, optional: true })).toEqual({
    method: "POST",
    path: "/a/a%20b;m=1;m=2.x,1,y,2?q=1&q=2&c=1,2&p=1%7C2&d%5Bx%5D=1&d%5By%5D=2&j=%7B%22x%22%3A1%2C%22y%22%3A2%7D",
    headers: { "X-List": "1,2", cookie: "s=%C3%A9%3B", "content-type": "application/x-www-form-urlencoded" },
    body: "at%5Bx%5D=1&at%5By%5D=2&name=%C3%BC",
  });
});

test("headers that say how a request travels are left to whoever sends it", () => {
  const parameters = ["Content-Length", "X-Trace"].map((name) => ({
    name,
    in: "header",
    required: true,
    schema: { type: "integer", minimum: 7, maximum: 7 },
  }));
  const plan = planOf({}, { "/a": { get: { parameters, responses: {} } } });
  const [operation] = plan.api.operations;
  if (operation === undefined) throw new Error("an operation expected");
  const { headers } = sampleRequest(plan, operation, { seed: 1, examples: true, optional: true }) ?? { headers: {} };
  expect(headers).toEqual({ "X-Trace": "7" });
});

test("an example is not believed where its pattern cannot be tried", () => {
  const schema = { type: "string", pattern: "^([a-c]+)+$" };
  expect(sampled({ ...schema, example: "%" })).toMatch(/^[a-c]+$/);
});

test("members of an exploded object stay away where another parameter has their name", () => {
  const movement = { type: "object", properties: { id: { type: "integer" }, amount: { type: "integer" } } };
  const parameters = [
    { name: "id", in: "query", required: true, schema: { type: "integer", enum: [7] } },
    { name: "movement", in: "query", required: true, schema: { ...movement, example: { id: 1, amount: 2 } } },
  ];
  const plan = planOf({}, { "/a": { get: { parameters, responses: {} } } });
  const [operation] = plan.api.operations;
  if (operation === undefined) throw new Error("an operation expected");
  expect(sampleRequest(plan, operation, { seed: 1, examples: true, optional: true })?.path).toBe("/a?id=7&amount=2");
});

test("where a discriminator chooses, alternatives that fit as well do no harm", () => {
  const way = { type: "object", required: ["method"], properties: { method: { type: "string" } } };
  const mapping = { code: "#/components/schemas/Code", key: "#/components/schemas/Key" };
  const plan = planOf({ Code: way, Key: { ...way, required: ["method", "key"] } });
  const oneOf = [{ $ref: "#/components/schemas/Code" }, { $ref: "#/components/schemas/Key" }];
  const schema = { discriminator: { propertyName: "method", mapping }, oneOf };
  expect(sampleValue(schema, { plan, direction: "input", seed: 0, examples: true })).toEqual({ method: "code" });
});
