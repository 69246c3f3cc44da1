// Documents of every version to one model, and a finding with its place for what is wrong in them.
import { describe, expect, test } from "bun:test";
import { locationText } from "../kernel/finding.ts";
import type { ApiModel, Operation, Schema } from "./model.ts";
import { readDocument } from "./read-document.ts";
import type { ReadApi } from "./read-openapi.ts";
import { readOpenApi } from "./read-openapi.ts";

const read = (text: string): ReadApi => readOpenApi(readDocument("api.yaml", text));

const only = (api: ApiModel): Operation => {
  const [operation] = api.operations;
  if (operation === undefined || api.operations.length > 1) throw new Error("one operation expected");
  return operation;
};

/** A schema of version 3.0 as the model has it. */
const schema30 = (yaml: string): Schema | undefined =>
  read(`openapi: 3.0.3\ninfo: {title: t, version: "1"}\npaths: {}\ncomponents:\n  schemas:\n    X: ${yaml}\n`).api
    .schemas[0]?.schema;

const told = ({ findings }: ReadApi): readonly string[] =>
  findings.map(({ rule, at }) => `${rule} ${locationText(at)}`);

describe("schemas of 3.0 in their 2020-12 meaning", () => {
  test.each([
    ["{type: string, nullable: true}", { type: ["string", "null"] }],
    ["{nullable: true, minLength: 1}", { minLength: 1 }],
    ["{type: string, enum: [a], nullable: true}", { type: ["string", "null"], enum: ["a"] }],
    ["{minimum: 1, exclusiveMinimum: true}", { exclusiveMinimum: 1 }],
    ["{maximum: 1, exclusiveMaximum: false}", { maximum: 1 }],
    [
      "{properties: {nullable: {type: string}, $ref: {type: string}}}",
      { properties: { nullable: { type: "string" }, $ref: { type: "string" } } },
    ],
    [
      "{default: {nullable: true}, enum: [{exclusiveMinimum: true}]}",
      { default: { nullable: true }, enum: [{ exclusiveMinimum: true }] },
    ],
    ["{items: [{type: string}], additionalItems: false}", { prefixItems: [{ type: "string" }], items: false }],
  ] as const)("%s", (yaml, expected) => {
    expect(schema30(yaml)).toEqual(expected);
  });

  test("what stands beside $ref is ignored", () => {
    expect(schema30('{$ref: "#/components/schemas/X", description: no}')).toEqual({ $ref: "#/components/schemas/X" });
  });
});

describe("2.0", () => {
  const { api, findings } = read(`
swagger: "2.0"
info: {title: Old, version: 1}
host: api.example.com
basePath: /v2
schemes: [https]
consumes: [application/json]
produces: [application/json, application/xml]
parameters:
  Page: {name: page, in: query, type: integer, minimum: 1}
paths:
  /a/{ids}:
    post:
      parameters:
        - {$ref: "#/parameters/Page"}
        - {name: ids, in: path, required: true, type: array, items: {type: integer}, collectionFormat: pipes}
        - {name: tags, in: query, type: array, items: {type: string}, collectionFormat: multi}
        - {name: body, in: body, required: true, schema: {$ref: "#/definitions/Pet"}}
      responses: {200: {description: ok, schema: {type: array, items: {$ref: "#/definitions/Pet"}}}}
  /upload:
    post:
      consumes: [multipart/form-data]
      parameters:
        - {name: file, in: formData, type: file, required: true}
        - {name: note, in: formData, type: string}
      responses: {default: {description: any}}
definitions:
  Pet: {type: object, discriminator: kind, required: [kind], properties: {kind: {type: string}, age: {type: integer, exclusiveMinimum: true, minimum: 0}}}
`);
  const [first, upload] = api.operations;

  test("servers and schemas", () => {
    expect(findings).toEqual([]);
    expect(api.servers).toEqual([{ url: "https://api.example.com/v2" }]);
    expect(api.schemas.map(({ name, pointer }) => [name, pointer])).toEqual([["Pet", "/definitions/Pet"]]);
    expect(api.schemas[0]?.schema).toMatchObject({
      discriminator: { propertyName: "kind" },
      properties: { age: { exclusiveMinimum: 0 } },
    });
  });

  test("parameters with their separators", () => {
    expect(first?.parameters.map(({ name, style, explode }) => [name, style, explode])).toEqual([
      ["page", "form", false],
      ["ids", "simple", false],
      ["tags", "form", true],
    ]);
    expect(first?.parameters[0]?.schema).toEqual({ type: "integer", minimum: 1 });
  });

  test("bodies, forms and responses", () => {
    expect(first?.body?.contents).toMatchObject([
      { mediaType: "application/json", schema: { $ref: "#/definitions/Pet" } },
    ]);
    expect(first?.responses[0]?.contents.map(({ mediaType }) => mediaType)).toEqual([
      "application/json",
      "application/xml",
    ]);
    expect(upload?.body?.contents[0]).toMatchObject({
      mediaType: "multipart/form-data",
      schema: { required: ["file"], properties: { file: { type: "string", format: "binary" } } },
    });
  });
});

describe("3.1 and 3.2", () => {
  test("versions without quotes, additional operations, references to places inside", () => {
    const { api, findings } = read(`
openapi: 3.1
info: {title: New, version: 2.5}
servers: [{url: "https://{region}.example.com:{port}/api", variables: {region: {default: eu}, port: {default: 8443}}}]
paths:
  /x:
    query: {operationId: find, responses: {200: {description: ok}}}
    additionalOperations:
      LINK: {operationId: link, responses: {200: {description: ok}}}
components:
  schemas:
    A: {type: object, properties: {b: {type: integer}, c: {$ref: "#/components/schemas/A/properties/b", maximum: 3}}}
`);
    expect(findings).toEqual([]);
    expect([api.openapi, api.version, api.servers[0]?.url]).toEqual(["3.1", "2.5", "https://eu.example.com:8443/api"]);
    expect(api.operations.map(({ method }) => method)).toEqual(["QUERY", "LINK"]);
    expect(api.schemas.map(({ name }) => name)).toEqual(["A", "A b"]);
    expect(api.schemas[0]?.schema).toMatchObject({
      properties: { c: { $ref: "#/components/schemas/A/properties/b", maximum: 3 } },
    });
  });
});

describe("every problem is told, with its place, and the rest goes on", () => {
  const result = read(`openapi: 3.0.3
info: {title: t, version: "1"}
paths:
  /ok:
    get: {responses: {200: {description: ok}}}
  relative:
    get: {responses: {}}
  /a/{id}:
    parameters:
      - {name: other, in: path, required: true, schema: {type: string}}
      - {in: query}
      - {name: v, in: query, style: deep, schema: {type: strin, minLength: -1}}
      - {$ref: "#/components/parameters/Gone"}
      - {$ref: "other.yaml#/X"}
    get: {responses: {200: {description: ok}, 999: {description: no}}}
  /a/{name}:
    get: {responses: {200: {description: ok}}}
  /loop:
    get:
      parameters: [{$ref: "#/components/parameters/Loop"}]
      responses: {200: {description: ok}}
components:
  parameters:
    Loop: {$ref: "#/components/parameters/Loop"}
  schemas:
    P: {type: string, pattern: "^(a+)+$"}
    Q: {type: string, pattern: "(?i)x"}
`);

  test("places", () => {
    expect(told(result).toSorted()).toEqual(
      [
        "api/undeclared-parameter api.yaml:15:5 (#/paths/~1a~1{id}/get)",
        "api/bad-parameter api.yaml:11:9 (#/paths/~1a~1{id}/parameters/1)",
        "api/bad-parameter api.yaml:12:9 (#/paths/~1a~1{id}/parameters/2)",
        "api/dangling-reference api.yaml:13:9 (#/paths/~1a~1{id}/parameters/3)",
        "api/external-reference api.yaml:14:9 (#/paths/~1a~1{id}/parameters/4)",
        "api/unused-parameter api.yaml:10:9 (#/paths/~1a~1{id}/parameters/0)",
        "api/bad-schema api.yaml:12:65 (#/paths/~1a~1{id}/parameters/2/schema/minLength)",
        "api/bad-schema api.yaml:12:52 (#/paths/~1a~1{id}/parameters/2/schema/type)",
        "api/bad-status api.yaml:15:47 (#/paths/~1a~1{id}/get/responses/999)",
        "api/duplicate-operation api.yaml:17:5 (#/paths/~1a~1{name}/get)",
        "api/circular-reference api.yaml:20:20 (#/paths/~1loop/get/parameters/0)",
        "api/slow-pattern api.yaml:26:23 (#/components/schemas/P/pattern)",
        "api/bad-schema api.yaml:27:23 (#/components/schemas/Q/pattern)",
        "api/bad-path api.yaml:6:3 (#/paths/relative)",
      ].toSorted(),
    );
  });

  test("the rest", () => {
    expect(result.api.operations.map(({ path }) => path)).toEqual(["/ok", "/a/{id}", "/loop"]);
    expect(result.api.operations[1]?.parameters.map(({ name, style }) => [name, style])).toEqual([
      ["v", "form"],
      ["id", "simple"],
    ]);
  });
});

test("a document without paths is told, and an operation keeps its own words", () => {
  expect(told(read("openapi: 3.1.0\ninfo: {title: t, version: '1'}\n"))).toEqual([
    "api/no-operations api.yaml:1:1 (#/paths)",
  ]);
  const { api } = read(
    "openapi: 3.1.0\ninfo: {title: t, version: '1'}\nsecurity: [{key: []}]\npaths:\n  /a:\n    get: {summary: s, deprecated: true, tags: [x], responses: {204: {description: none}}}\n",
  );
  expect(only(api)).toMatchObject({ summary: "s", deprecated: true, tags: ["x"], security: [{ key: [] }] });
});

test("variables with nothing between them need something that tells them apart", () => {
  const reading = (schema: string): ReadApi =>
    read(`openapi: 3.1.0
info: { title: t, version: "1" }
paths:
  /x/{a}{b}/{c}-{d}:
    get:
      parameters: [{ name: b, in: path, required: true, schema: ${schema} }]
      responses: { "200": { description: ok } }
components: { schemas: { Digits: { allOf: [{ pattern: "^[0-9]+$" }] } } }
`);
  const isTold = (result: ReadApi): boolean => result.findings.some(({ rule }) => rule === "api/adjacent-variables");
  expect(
    ["{ type: string }", "{ type: integer }", "{ $ref: '#/components/schemas/Digits' }"].map(reading).map(isTold),
  ).toEqual([true, false, false]);
});

test("bodies that no schema is held against are told, once for each media type", () => {
  const post = (path: string) =>
    `  ${path}: {post: {requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/X"}}, application/xml: {schema: {$ref: "#/components/schemas/X"}}, text/plain: {schema: {type: string}}}}, responses: {"204": {description: d}}}}\n`;
  const { findings } = read(
    `openapi: 3.0.3\ninfo: {title: t, version: "1"}\npaths:\n${post("/a")}${post("/b")}components: {schemas: {X: {type: object}}}\n`,
  );
  expect(findings.map(({ severity, message }) => `${severity} ${message}`)).toEqual([
    "info application/xml is handed on as text: nothing holds it against its schema (2 bodies)",
  ]);
});

test("a form that is described as a text has any fields", () => {
  const { api, findings } = readOpenApi(
    readDocument(
      "api.yaml",
      `openapi: 3.0.0
info: { title: Form, version: "1" }
paths:
  /media:
    post:
      requestBody: { content: { multipart/form-data: { schema: { type: string, format: binary } } } }
      responses: { "204": { description: none } }
`,
    ),
  );
  expect(api.operations[0]?.body?.contents[0]?.schema).toEqual({ type: "object" });
  expect(findings).toMatchObject([{ rule: "api/bad-schema", at: { line: 6 } }]);
});
