// Errors as the document describes them, answered alike by every framework; where it says nothing, the service's own body.
import { describe, expect, test } from "bun:test";
import type { GeneratedFile } from "../kernel/fileset.ts";
import { startProject, writeProject } from "./emitted-project.ts";

export const errorDocument = (): string => `
openapi: 3.1.0
info: { title: Errors, version: "1" }
paths:
  /items:
    post:
      operationId: addItem
      tags: [items]
      requestBody: { required: true, content: { application/json: { schema: { type: object, required: [name], properties: { name: { type: string } } } } } }
      responses:
        "200": { description: ok }
        "400": { description: wrong, content: { application/json: { schema: { $ref: "#/components/schemas/Error" } } } }
        "415": { description: no, content: { application/problem+json: { schema: { type: object, required: [title], properties: { title: { type: string } } } } } }
        5XX: { description: ours, content: { application/vnd.api+json: { schema: { $ref: "#/components/schemas/Errors" } } } }
    get:
      operationId: listItems
      tags: [items]
      responses:
        "200": { description: ok, content: { application/json: {} } }
        default: { description: any, content: { application/json: { schema: { $ref: "#/components/schemas/Odd" } } } }
components:
  schemas:
    Error: { type: object, additionalProperties: false, required: [code, message], properties: { code: { type: integer }, message: { type: string } } }
    Errors:
      type: object
      required: [errors]
      properties:
        errors: { type: array, minItems: 1, items: { type: object, required: [status, detail], properties: { status: { type: string }, detail: { type: string }, source: { type: object, properties: { pointer: { type: string } } } } } }
    Odd: { type: object, required: [secret], properties: { secret: { type: string, pattern: "^x{40}$" } } }
`;

const json = (body: string, type = "application/json"): RequestInit => ({
  method: "POST",
  body,
  headers: { "content-type": type },
});

const cases = [
  [
    "a described body, which has no place for details",
    ["/items", json("{}")],
    [400, "application/json; charset=utf-8", { code: 400, message: "The request is not valid (name: is required)" }],
  ],
  [
    "problem details",
    ["/items", json("x", "text/csv")],
    [
      415,
      "application/problem+json",
      { type: "about:blank", title: "Unsupported Media Type", status: 415, instance: "/items", errors: [] },
    ],
  ],
  [
    "a range of statuses, a list that must not be empty",
    ["/items", json('{"name":"x"}')],
    [
      501,
      "application/vnd.api+json",
      { errors: [{ status: "501", detail: "addItem is not implemented yet", source: { pointer: "/" } }] },
    ],
  ],
  [
    "what nothing fills is the service's own",
    ["/items", {}],
    [501, "application/json; charset=utf-8", { error: { code: "NOT_IMPLEMENTED", details: [] } }],
  ],
  [
    "what belongs to no operation as well",
    ["/nowhere", {}],
    [404, "application/json; charset=utf-8", { error: { code: "NOT_FOUND", details: [] } }],
  ],
] as const;

/** `emitted` gives the service of `errorDocument`. */
export const errorContract = (emitted: () => Promise<readonly GeneratedFile[]>): void => {
  describe("errors", () => {
    test("have the bodies that the document describes", async () => {
      await using service = await startProject(await writeProject(await emitted()), "bun");
      for (const [about, [path, init], [status, type, body]] of cases) {
        const answer = await fetch(service.url + path, init);
        expect([about, answer.status, answer.headers.get("content-type")]).toEqual([about, status, type]);
        expect((await answer.json()) as object).toMatchObject(body);
      }
    });
  });
};
