// `--mock`: the service type-checks, boots, and answers every valid request with a reply that its document describes.
import { describe, expect, test } from "bun:test";
import { express } from "../../plugins/express.ts";
import type { Json } from "../kernel/json.ts";
import { startProject, typeErrors, writeProject } from "../testing/emitted-project.ts";
import { oracleFor } from "../testing/schema-oracle.ts";
import { defaultOptions } from "./emit-options.ts";
import { createKit } from "./kit.ts";
import { readDocument } from "./read-document.ts";
import { readOpenApi } from "./read-openapi.ts";
import { sampleReply } from "./sample-reply.ts";
import { sampleRequest } from "./sample-request.ts";

const document = `
openapi: 3.1.0
info: { title: Mocks, version: "1" }
paths:
  /users:
    get:
      operationId: listUsers
      responses:
        "200":
          description: users
          headers:
            X-Total: { required: true, schema: { type: integer }, example: 2 }
            Link: { schema: { type: string }, example: "</users?page=2>; rel=next" }
          content:
            application/json:
              schema: { type: array, items: { $ref: "#/components/schemas/User" } }
              example: [{ id: 1, name: Ada, undeclared: "*/ \${1}" }]
    post:
      operationId: createUser
      requestBody: { content: { application/json: { schema: { $ref: "#/components/schemas/User" } } } }
      responses:
        "400": { description: wrong }
        "201":
          description: made
          content: { application/json: { schema: { $ref: "#/components/schemas/User" } } }
  /users/{id}:
    parameters: [{ name: id, in: path, required: true, schema: { type: integer } }]
    delete: { operationId: deleteUser, responses: { "204": { description: gone } } }
    get:
      operationId: photo
      responses: { "200": { description: bytes, content: { image/png: { schema: { type: string, format: binary } } } } }
    put: { operationId: undescribed }
    patch:
      operationId: redirected
      responses: { "303": { description: elsewhere, headers: { Location: { schema: { type: string, format: uri-reference } } } } }
components:
  schemas:
    User:
      type: object
      required: [id, name]
      properties:
        id: { type: integer, readOnly: true }
        name: { type: string, minLength: 1 }
        secret: { type: string, writeOnly: true }
        boss: { $ref: "#/components/schemas/User" }
`;

const { api } = readOpenApi(readDocument("mocks.yaml", document));
const kit = createKit({ ...defaultOptions, mock: true });
const plan = kit.plan(api);

describe("mocks", () => {
  test("answer with the success status, headers and a body of the schema", async () => {
    const folder = await writeProject(await express.emit(api, kit));
    expect(await typeErrors(folder, "NodeNext")).toBe("");
    await using service = await startProject(folder, "bun");
    const answers: Record<string, unknown> = {};
    for (const operation of api.operations) {
      const request = sampleRequest(plan, operation, { seed: 0, examples: true, optional: true });
      const { path = "/", ...init } = request ?? {};
      const response = await fetch(service.url + path, { ...init, redirect: "manual" });
      const header = (name: string): string | null => response.headers.get(name);
      const text = await response.text();
      answers[operation.operationId ?? ""] = [response.status, header("x-total"), header("location"), text];
    }
    expect(answers).toEqual({
      listUsers: [200, "2", null, '[{"id":1,"name":"Ada","undeclared":"*/ ${1}"}]'],
      createUser: [201, null, null, expect.stringContaining('"name":')],
      deleteUser: [204, null, null, ""],
      photo: [200, null, null, "amber"],
      undescribed: [200, null, null, ""],
      redirected: [303, null, "/olive", ""],
    });
  }, 60_000);

  test("hold what is sent: read-only is there, write-only is not", () => {
    const create = api.operations.find(({ operationId }) => operationId === "createUser");
    const reply = create && sampleReply(plan, create, { seed: 0, examples: true, optional: true });
    const body = reply?.body as Json;
    expect(oracleFor(plan, { $ref: "#/components/schemas/User" }, "output")?.(body)).toBe(true);
    expect(Object.keys(body as object).sort()).toEqual(["boss", "id", "name"]);
  });
});
