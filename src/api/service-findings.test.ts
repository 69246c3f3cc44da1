// What a service cannot do as its document has it, with the place.
import { expect, test } from "bun:test";
import { defaultOptions } from "./emit-options.ts";
import { planApi } from "./plan.ts";
import { readDocument } from "./read-document.ts";
import { readOpenApi } from "./read-openapi.ts";
import { serviceFindings } from "./service-findings.ts";

const document = `openapi: 3.1.0
info: { title: Limits, version: "1" }
paths:
  /batch:
    get:
      parameters:
        - name: filters
          in: query
          content:
            application/json:
              schema: { type: array, items: { $ref: "#/components/schemas/Filter" } }
        - { name: few, in: query, schema: { type: array, maxItems: 3, items: { $ref: "#/components/schemas/Filter" } } }
      responses: { "204": { description: none } }
components:
  schemas:
    Filter: { type: object, properties: { field: { type: string }, is: { type: string } } }
    Account:
      properties:
        id:
          type: integer
          maximum: 9223372036854775807
          enum: [7, 9007199254740993, 9007199254740992]
        exact: { type: integer, maximum: 9007199254740994, default: 100000000000000000000 }
`;

const read = readOpenApi(readDocument("api.yaml", document));

test("whole numbers that reading rounds: what is listed, and bounds", () => {
  const found = read.findings.filter(({ rule }) => rule === "api/rounded-number");
  expect(found.map(({ severity, message, at }) => [severity, message, at])).toEqual([
    [
      "warning",
      "values that the document lists have more digits than a number can hold: 9007199254740993 is read as 9007199254740992 (1 place)",
      {
        kind: "pointer",
        path: "api.yaml",
        pointer: "/components/schemas/Account/properties/id/enum",
        line: 22,
        column: 11,
      },
    ],
    [
      "info",
      "bounds of the document have more digits than a number can hold: 9223372036854775807 is read as 9223372036854775808 (1 place)",
      {
        kind: "pointer",
        path: "api.yaml",
        pointer: "/components/schemas/Account/properties/id/maximum",
        line: 21,
        column: 11,
      },
    ],
  ]);
});

test("paths that repeat the server's path are served as they stand", () => {
  const twice = readOpenApi(
    readDocument(
      "api.yaml",
      document.replace("paths:\n", "servers: [{ url: https://example.com/v1 }]\npaths:\n  /v1/users: { get: {} }\n"),
    ),
  );
  const plan = planApi(twice.api, defaultOptions);
  expect(plan.basePath).toBe("");
  const found = twice.place(serviceFindings(plan, "api.yaml"));
  expect(found.filter(({ rule }) => rule === "api/repeated-base-path")).toMatchObject([{ at: { line: 3 } }]);
});

test("a list of objects in the query, where it has no narrow limit", () => {
  const found = read.place(serviceFindings(planApi(read.api, defaultOptions), "api.yaml"));
  expect(found.map(({ rule, at }) => [rule, at])).toEqual([
    [
      "api/long-parameter",
      { kind: "pointer", path: "api.yaml", pointer: "/paths/~1batch/get/parameters/0", line: 7, column: 11 },
    ],
  ]);
});
