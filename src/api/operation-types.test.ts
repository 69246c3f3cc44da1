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

test("webhooks and callbacks have types of what is sent", async () => {
  const files = await emitFor(
    express,
    `
openapi: 3.1.0
info: { title: Sent, version: "1" }
webhooks:
  orderPaid: { post: { summary: Somebody paid, requestBody: { content: { application/json: { schema: { $ref: "#/components/schemas/Order" } } } } } }
  nothing: { post: {} }
paths:
  /orders:
    post:
      operationId: createOrder
      responses: { "204": { description: ok, links: { get: { operationId: getOrder, parameters: { id: $response.body#/id } } } } }
      callbacks:
        shipped: { $ref: "#/components/callbacks/Shipped" }
components:
  schemas: { Order: { type: object, required: [id], properties: { id: { type: integer, readOnly: true } } } }
  callbacks:
    Shipped: { "{$request.query.url}": { post: { requestBody: { content: { application/json: { schema: { type: object, required: [at], properties: { at: { type: string } } } } } } } } }
`,
  );
  expect(files.find(({ path }) => path === "types/sent.ts")?.text)
    .toBe(`// What the service sends by itself: bodies of webhooks and callbacks.
import type * as models from "./models.js";

/**
 * Somebody paid
 * The webhook orderPaid: POST.
 */
export type OrderPaidWebhook = models.Order;

/** The callback shipped of POST /orders: POST {$request.query.url} */
export type CreateOrderShippedCallback = { at: string };
`);
  const handlers = files.find(({ path }) => path === "routes/orders.ts")?.text;
  expect(handlers).toContain(" * 204 leads to getOrder: id = $response.body#/id\n");
  expect(await typeErrors(await writeProject(files), "NodeNext")).toBe("");
}, 60_000);
