// References between files: one model out of them, whatever the circles; nothing is read that must not be.
import { describe, expect, test } from "bun:test";
import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { planApi } from "../api/plan.ts";
import { sampleValue } from "../api/sample.ts";
import { diskFiles } from "../io/files.ts";
import { Fault } from "../kernel/fault.ts";
import { locationText } from "../kernel/finding.ts";
import { memoryIo } from "../testing/memory-io.ts";
import { temporaryFolder } from "../testing/temporary.ts";
import type { ApiSource } from "./read-api.ts";
import { readApi } from "./read-api.ts";

const openapi = `
openapi: 3.1.0
info: { title: Parts, version: "1" }
paths:
  /users: { $ref: paths/users.yaml }
  /orders/{id}: { $ref: "paths/orders.yaml#/one" }
components:
  schemas:
    User: { $ref: ./schemas/User.yaml }
    Local: { type: object, properties: { user: { $ref: "schemas/User.yaml" }, at: { $ref: "#stamp" } } }
    Stamp: { $anchor: stamp, type: string, format: date-time }
`;
const users = `
post:
  operationId: createUser
  parameters: [{ $ref: "../common.yaml#/components/parameters/Trace" }]
  requestBody: { content: { application/json: { schema: { $ref: ../schemas/User.yaml } } } }
  responses: { "201": { description: made, content: { application/json: { schema: { $ref: "../schemas/User.yaml#/$defs/Name" } } } } }
`;
const orders = `
one:
  parameters: [{ name: id, in: path, required: true, schema: { $ref: "../common.yaml#/components/schemas/Id" } }]
  get: { operationId: getOrder, responses: { "200": { description: ok, content: { application/json: { schema: { $ref: "#/order" } } } } } }
order: { type: object, properties: { items: { type: array, items: { $ref: "#/order" } }, $ref: { type: integer } }, example: { $ref: not-a-file.yaml } }
`;
const user = `
type: object
required: [name]
properties:
  name: { $ref: "#/$defs/Name" }
  boss: { $ref: User.yaml }
  id: { $ref: ../common.yaml#/components/schemas/Id }
$defs: { Name: { type: string, minLength: 2, pattern: "(" } }
`;
const common = `
components:
  parameters: { Trace: { name: X-Trace, in: header, required: true, schema: { $ref: "#/components/schemas/Id" } } }
  schemas: { Id: { type: integer, minimum: 1 } }
`;

const files: Readonly<Record<string, string>> = {
  "/project/api/openapi.yaml": openapi,
  "/project/api/paths/users.yaml": users,
  "/project/api/paths/orders.yaml": orders,
  "/project/api/schemas/User.yaml": user,
  "/project/api/common.yaml": common,
  "/project/secret.yaml": "password: x",
};

const reading = (more: Readonly<Record<string, string>> = {}, refRoot = ""): Promise<ApiSource> =>
  readApi(memoryIo({ files: { ...files, ...more } }), "api/openapi.yaml", { refRoot });

describe("documents in several files", () => {
  test("become one model, with the names that people gave", async () => {
    const { api, texts } = await reading();
    expect(api.operations.map(({ method, path }) => `${method} ${path}`)).toEqual(["POST /users", "GET /orders/{id}"]);
    expect(api.schemas.map(({ name }) => name).sort()).toEqual(["Id", "Local", "Name", "Stamp", "User", "order"]);
    expect(texts).toHaveLength(5);
    const plan = planApi(api);
    const value = sampleValue(
      { $ref: "#/components/schemas/User" },
      { plan, direction: "input", seed: 0, examples: true },
    );
    expect(Object.keys((value ?? {}) as object)).toEqual(["name", "boss", "id"]);
    expect(api.schemas.find(({ name }) => name === "Local")?.schema).toMatchObject({
      properties: { user: { $ref: "#/components/schemas/User" }, at: { $ref: "#/components/schemas/Stamp" } },
    });
    expect(api.operations[0]?.parameters).toMatchObject([{ name: "X-Trace", in: "header", required: true }]);
  });

  test("tell what is wrong in the file that has it", async () => {
    const { findings } = await reading();
    expect(findings.map(({ rule, at }) => `${rule} ${locationText(at)}`)).toEqual([
      "api/bad-schema api/schemas/User.yaml:8:46 (#/$defs/Name/pattern)",
    ]);
  });

  test("say which files are missing, and go on", async () => {
    const { api, findings } = await reading({
      "/project/api/paths/users.yaml": "get: { responses: { default: { $ref: gone.yaml } } }",
    });
    expect(api.operations).toHaveLength(2);
    expect(findings.find(({ rule }) => rule === "api/missing-file")?.message).toContain("gone.yaml");
  });
});

const faultOf = async (promise: Promise<unknown>): Promise<Fault> => {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof Fault) return error;
  throw new Error(`no fault but ${String(error)}`);
};

describe("references that are refused", () => {
  const referring = (reference: string) => `get: { responses: { default: { $ref: "${reference}" } } }`;

  test.each([
    "../../secret.yaml",
    "../../../etc/passwd",
    "/etc/passwd",
    "%2e%2e/%2e%2e/secret.yaml",
    "file:///etc/passwd",
  ])("%s leads out of the folder: exit 3, with the place", async (reference) => {
    const fault = await faultOf(reading({ "/project/api/paths/users.yaml": referring(reference) }));
    expect([fault.code, fault.exit, fault.at && locationText(fault.at)]).toEqual([
      "input.refused",
      3,
      "api/paths/users.yaml:1:32",
    ]);
  });

  test("--ref-root names a larger folder", async () => {
    const { api } = await reading(
      {
        "/project/api/paths/users.yaml": "get: { responses: { default: { $ref: ../../shared.yaml } } }",
        "/project/shared.yaml": "description: shared",
      },
      ".",
    );
    expect(api.operations[0]?.responses[0]?.description).toBe("shared");
  });

  test.each([
    ["text", "just text", "input.unsupported"],
    ["broken YAML", "a: [", "input.syntax"],
  ])("%s is no document", async (_, text, code) => {
    const fault = await faultOf(reading({ "/project/api/common.yaml": text }));
    expect([fault.code, fault.at?.kind === "file" ? fault.at.path : ""]).toEqual([
      code as Fault["code"],
      "api/common.yaml",
    ]);
  });

  test("addresses are never asked for: a finding, and the rest goes on", async () => {
    const { findings } = await reading({ "/project/api/paths/users.yaml": referring("http://169.254.169.254/x.yaml") });
    expect(findings.map(({ rule }) => rule)).toContain("api/external-reference");
  });

  test("a symbolic link out of the folder", async () => {
    const folder = await temporaryFolder({
      "outside.yaml": "description: secret",
      "api/openapi.yaml":
        "openapi: 3.1.0\ninfo: { title: x, version: '1' }\npaths: { /a: { get: { responses: { default: { $ref: link.yaml } } } } }\n",
      "api/inside.yaml": "description: fine",
    });
    await symlink("../outside.yaml", join(folder, "api/link.yaml"));
    const io = { ...memoryIo(), files: diskFiles(folder) };
    expect((await faultOf(readApi(io, "api/openapi.yaml"))).code).toBe("input.refused");
    await symlink("inside.yaml", join(folder, "api/second.yaml"));
    expect(await io.files.readBelow("api", "api/second.yaml")).toBe("description: fine");
  });
});
