// What a handler knows of its body: the media type tells which kind it is.
import { expect, test } from "bun:test";
import { express } from "../../plugins/express.ts";
import { typeErrors, writeProject } from "../testing/emitted-project.ts";
import { emitFor } from "../testing/framework-contract.ts";

const document = {
  openapi: "3.1.0",
  info: { title: "Bodies", version: "1" },
  paths: {
    "/notes/{id}": {
      put: {
        operationId: "putNote",
        parameters: [{ name: "id", in: "path", required: true, schema: { type: "integer" } }],
        requestBody: {
          content: {
            "application/json": { schema: { type: "object", required: ["a"], properties: { a: { type: "string" } } } },
            "text/json": { schema: { type: "object", required: ["a"], properties: { a: { type: "string" } } } },
            "application/*+xml": { schema: { type: "string" } },
            "image/*": {},
          },
        },
        responses: { 204: { description: "Kept" } },
      },
    },
  },
};

const handler = `import type { PutNoteRequest } from "./types/notes.js";
export const size = ({ params, contentType, body }: PutNoteRequest): number => {
  if (contentType === undefined) return params.id + (body satisfies undefined, 0);
  if (contentType === "application/vnd.note+xml") return body.trim().length;
  if (contentType === "image/png") return body.byteLength;
  if (contentType === "text/json") return body.a.length;
  return 0;
};
`;

test("the media type of a request narrows its body", async () => {
  const files = await emitFor(express, JSON.stringify(document));
  const folder = await writeProject([...files, { path: "size.ts", text: handler }]);
  expect(await typeErrors(folder, "NodeNext")).toBe("");
});
