// Schemas of errors to code that fills them, and what is said where nothing can.
import { expect, test } from "bun:test";
import { express } from "../../plugins/express.ts";
import { startProject, typeErrors, writeProject } from "../testing/emitted-project.ts";
import { errorDocument } from "../testing/error-contract.ts";
import { defaultOptions } from "./emit-options.ts";
import { errorFilling } from "./error-shapes.ts";
import { createKit } from "./kit.ts";
import { layout } from "./layout.ts";
import type { Schema } from "./model.ts";
import { planApi } from "./plan.ts";
import { readDocument } from "./read-document.ts";
import { readOpenApi } from "./read-openapi.ts";
import { serviceFindings } from "./service-findings.ts";

const { api } = readOpenApi(readDocument("api.yaml", errorDocument()));
const plan = planApi(api);

const text = { type: "string" } as const;
const object = (properties: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema => ({
  type: "object",
  properties,
  required,
});

test.each([
  ["a message alone", object({ message: text }), "{ message: summary }"],
  ["an error alone", object({ error: text }), "{ error: summary }"],
  [
    "an error with a description",
    object({ error: text, error_description: text }),
    "{ error: code, error_description: summary }",
  ],
  [
    "numbers and texts",
    object({ code: { type: "integer" }, status: text }),
    "{ code: status, status: String(status) }",
  ],
  [
    "details of a field each",
    object({ message: text, errors: { type: "array", items: object({ field: text, reason: text }) } }),
    "{ message, errors: details.map((detail) => ({ field: detail.field, reason: detail.message })) }",
  ],
  ["a list of sentences", { type: "array", items: text }, "[...lines]"],
  [
    "lists of what the service does not know, described without their type",
    object({ message: text, timestamp: text, providers: { type: "array", items: { properties: { id: text } } } }),
    "{ message: summary, timestamp: new Date().toISOString() }",
  ],
  [
    "FastAPI's",
    object({
      detail: {
        type: "array",
        items: object({ loc: { type: "array", items: text }, msg: text, type: text }, ["loc", "msg", "type"]),
      },
    }),
    '{ detail: problems.map((detail) => ({ loc: detail.field.split("."), msg: detail.message, type: code })) }',
  ],
  [
    "constants",
    object({ success: { const: false }, error: object({ message: text }) }),
    "{ success: false, error: { message: summary } }",
  ],
  [
    "null where nothing is known",
    object({ message: text, data: { type: ["object", "null"], required: ["x"] } }, ["data"]),
    "{ message: summary, data: null }",
  ],
  [
    "optional values that do not fit are left out",
    object({ message: text, code: { enum: ["A", "B"] } }),
    "{ message: summary }",
  ],
  ["required values that do not fit", object({ message: text, code: { enum: ["A", "B"] } }, ["code"]), undefined],
  ["names that mean nothing", object({ colour: text }), undefined],
] as const)("%s", (_, schema, code) => {
  const filled = errorFilling(plan, schema);
  expect(filled === undefined ? undefined : layout(filled.code, Infinity)).toBe(code);
});

test("what is filled has the described types", async () => {
  const lists = `
openapi: 3.1.0
info: { title: Lists, version: "1" }
paths:
  /a: { get: { responses: { "200": { description: ok }, "400": { description: no, content: { application/json: { schema: { $ref: "#/components/schemas/Lines" } } } } } } }
  /b: { get: { responses: { "200": { description: ok }, "400": { description: no, content: { application/json: { schema: { $ref: "#/components/schemas/Fields" } } } } } } }
components:
  schemas:
    Lines: { type: object, properties: { errors: { type: object, properties: { body: { type: array, items: { type: string } } } } } }
    Fields: { type: object, properties: { errors: { type: array, items: { $ref: "#/components/schemas/Field" } } } }
    Field: { properties: { field: { type: string }, message: { type: string } } }
`;
  const emitted = await express.emit(readOpenApi(readDocument("api.yaml", lists)).api, createKit(defaultOptions));
  expect(emitted.find(({ path }) => path === "error-body.ts")?.text).toContain("body: [...lines]");
  expect(await typeErrors(await writeProject(emitted), "NodeNext")).toBe("");
}, 60_000);

test("an error that is described as a sentence is one", async () => {
  const sentences = `
openapi: 3.0.3
info: { title: Sentences, version: "1" }
paths:
  /a:
    get:
      parameters: [{ name: n, in: query, schema: { type: integer } }]
      responses:
        "200": { description: ok }
        "400": { description: no, content: { text/plain: { schema: { type: string } } } }
`;
  const emitted = await express.emit(readOpenApi(readDocument("api.yaml", sentences)).api, createKit(defaultOptions));
  await using service = await startProject(await writeProject(emitted), "bun");
  const answer = await fetch(`${service.url}/a?n=x`);
  expect([answer.status, answer.headers.get("content-type"), await answer.text()]).toEqual([
    400,
    "text/plain; charset=utf-8",
    "The request is not valid (n: must be a number)",
  ]);
});

test("what nothing fills is told once, at its first place", () => {
  expect(serviceFindings(plan, "api.yaml")).toMatchObject([
    {
      rule: "api/unknown-error-body",
      at: { pointer: "/paths/~1items/get/responses/default/content/application~1json" },
    },
  ]);
  const nothing = readOpenApi(
    readDocument("api.yaml", errorDocument().replaceAll(/^ +"?(400|415|5XX|default)"?:.*$/gm, "")),
  );
  const findings = serviceFindings(planApi(nothing.api, { ...defaultOptions, errorBody: "documented" }), "api.yaml");
  expect(findings.map(({ rule }) => rule)).toEqual(["api/no-error-body"]);
});

test.each([
  [
    "problem",
    404,
    "application/problem+json",
    { title: "Not Found", detail: "There is nothing at this address", code: "NOT_FOUND" },
  ],
  ["documented", 404, "application/json; charset=utf-8", { code: 404, message: "There is nothing at this address" }],
] as const)(
  "--error-body %s",
  async (errorBody, status, type, body) => {
    const folder = await writeProject(await express.emit(api, createKit({ ...defaultOptions, errorBody })));
    expect(await typeErrors(folder, "NodeNext")).toBe("");
    await using service = await startProject(folder, "bun");
    const answer = await fetch(`${service.url}/nowhere`);
    expect([answer.status, answer.headers.get("content-type")]).toEqual([status, type]);
    expect((await answer.json()) as object).toMatchObject(body);
  },
  60_000,
);
