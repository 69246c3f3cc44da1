// Replies on their way out: envelopes, and what is checked before it is sent.
import { describe, expect, test } from "bun:test";
import { express } from "../../plugins/express.ts";
import type { GeneratedFile } from "../kernel/fileset.ts";
import { startProject, typeErrors, writeProject } from "../testing/emitted-project.ts";
import type { EmitOptions } from "./emit-options.ts";
import { defaultOptions } from "./emit-options.ts";
import { createKit } from "./kit.ts";
import { readDocument } from "./read-document.ts";
import { readOpenApi } from "./read-openapi.ts";

const document = `
openapi: 3.1.0
info: { title: Replies, version: "1" }
paths:
  /described:
    get:
      operationId: described
      responses:
        "200": { description: ok, content: { application/json: { schema: { $ref: "#/components/schemas/Thing" } } } }
  /open:
    get: { operationId: open, responses: { "200": { description: ok } } }
  /silent:
    get: { operationId: silent }
  /gone:
    delete: { operationId: gone, responses: { "204": { description: gone } } }
  /things:
    post:
      operationId: create
      requestBody: { required: true, content: { application/json: { schema: { $ref: "#/components/schemas/Thing" } } } }
      responses:
        "201": { description: made, content: { application/json: { schema: { $ref: "#/components/schemas/Thing" } } } }
        "4XX": { description: no, content: { application/problem+json: { schema: { type: object, required: [title] } } } }
  /events:
    get:
      operationId: events
      responses:
        "200":
          description: told as they happen
          content:
            text/event-stream: { itemSchema: { $ref: "#/components/schemas/Event" } }
            application/jsonl: { itemSchema: { $ref: "#/components/schemas/Thing" } }
components:
  schemas:
    Event:
      type: object
      required: [data]
      properties:
        event: { type: string }
        data: { type: string, contentMediaType: application/json, contentSchema: { $ref: "#/components/schemas/Thing" } }
    Thing:
      type: object
      required: [id, secret, made]
      properties:
        id: { type: integer, readOnly: true }
        secret: { type: string, writeOnly: true }
        made: { type: string, format: date-time, readOnly: true }
`;

const thing = "{ id: 1, made: new Date(0) }";

/** Handlers by what a request asks for: right answers and wrong ones. */
const handlers = `
const asked = (req) => new URL(req.url, "http://x").searchParams.get("as");
export const described2 = ({ req }) => ({ status: 200, body: asked(req) === "wrong" ? { id: "1" } : ${thing}, meta: { next: "b" } });
export const open2 = () => ({ status: 200, body: [1, 2], meta: { next: "b", requestId: "not mine" } });
export const silent = () => ({ status: 200, body: "text", contentType: "text/plain" });
export const gone = () => ({ status: 204 });
async function* told(last) {
  yield { event: "made\\nid: 7", data: ${thing} };
  yield last;
}
export const events = ({ req }) => ({
  events: { status: 200, contentType: "text/event-stream", body: told({ data: { id: 2, made: "2020-01-01T00:00:00Z" }, id: "b" }) },
  wrong: { status: 200, contentType: "text/event-stream", body: told({ data: { id: "2" } }) },
  lines: { status: 200, contentType: "application/jsonl", body: [${thing}, ${thing}] },
  text: { status: 200, contentType: "application/jsonl", body: "written already" },
  bytes: { status: 200, contentType: "application/jsonl", body: [Buffer.from('{"a":'), Buffer.from("1}")] },
})[asked(req)];
export const create = ({ req }) => ({
  good: { status: 201, body: ${thing} },
  status: { status: 200, body: ${thing} },
  type: { status: 201, body: "x", contentType: "text/plain" },
  problem: { status: 409, body: { title: "Twice" }, contentType: "application/problem+json" },
  wrongProblem: { status: 409, body: {}, contentType: "application/problem+json" },
})[asked(req)];
`;

const emit = async (options: Partial<EmitOptions>): Promise<readonly GeneratedFile[]> => {
  const kit = createKit({ ...defaultOptions, layout: "flat", ...options });
  return express.emit(readOpenApi(readDocument("openapi.yaml", document)).api, kit);
};

const written = (files: readonly GeneratedFile[]): readonly GeneratedFile[] =>
  files.map((file) => (file.path === "routes/operations.ts" ? { ...file, text: handlers } : file));

const start = async (options: Partial<EmitOptions>) => {
  const service = await startProject(await writeProject(written(await emit(options))), "bun");
  const ask = async (path: string, init: RequestInit = {}): Promise<readonly [number, unknown]> => {
    const response = await fetch(service.url + path, {
      ...init,
      headers: { "x-request-id": "r1", "content-type": "application/json" },
    });
    const text = await response.text();
    return [response.status, text.startsWith("{") || text.startsWith("[") ? (JSON.parse(text) as unknown) : text];
  };
  return { url: service.url, ask, [Symbol.asyncDispose]: () => service[Symbol.asyncDispose]() };
};

const made = { id: 1, made: "1970-01-01T00:00:00.000Z" };

describe("envelope", () => {
  const data = { data: [1, 2], meta: { next: "b", requestId: "r1" } };
  test.each([
    ["auto", made, data],
    ["none", made, [1, 2]],
    ["data", { data: made, meta: { next: "b", requestId: "r1" } }, data],
    ["success", { success: true, data: made, meta: { next: "b", requestId: "r1" } }, { success: true, ...data }],
  ] as const)("%s", async (envelope, described, open) => {
    await using service = await start({ envelope });
    expect(await service.ask("/described")).toEqual([200, described]);
    expect(await service.ask("/open")).toEqual([200, open]);
    expect(await service.ask("/silent")).toEqual([200, "text"]);
    expect(await service.ask("/gone", { method: "DELETE" })).toEqual([204, ""]);
    expect((await service.ask("/nowhere"))[1]).toMatchObject({
      error: { code: "NOT_FOUND" },
      meta: { requestId: "r1" },
    });
  });
});

describe("checked replies", () => {
  test("right ones are sent, wrong ones are not, and say nothing", async () => {
    await using service = await start({ validateResponses: true, envelope: "data" });
    const send = { body: '{"secret":"s"}', method: "POST" };
    const failed = [
      500,
      { error: { code: "INTERNAL_ERROR", message: "Something went wrong", details: [] }, meta: { requestId: "r1" } },
    ];
    expect(await service.ask("/described")).toMatchObject([200, { data: made }]);
    expect(await service.ask("/described?as=wrong")).toEqual(failed as never);
    expect(await service.ask("/things?as=good", send)).toMatchObject([201, { data: made }]);
    expect(await service.ask("/things?as=problem", send)).toEqual([409, { title: "Twice" }]);
    for (const wrong of ["status", "type", "wrongProblem"]) {
      expect(await service.ask(`/things?as=${wrong}`, send)).toEqual(failed as never);
    }
    expect(await service.ask("/open")).toMatchObject([200, { data: [1, 2] }]);
    expect(await service.ask("/silent")).toEqual([200, "text"]);
  });

  test("sequences go out item by item; a wrong item ends them", async () => {
    await using service = await start({ validateResponses: true, envelope: "data" });
    const first = ':\n\nevent: made\nevent: id: 7\ndata: {"id":1,"made":"1970-01-01T00:00:00.000Z"}\n\n';
    const second = 'data: {"id":2,"made":"2020-01-01T00:00:00Z"}\nid: b\n\n';
    expect(await service.ask("/events?as=events")).toEqual([200, first + second]);
    expect(service.ask("/events?as=wrong")).rejects.toThrow();
    const line = '{"id":1,"made":"1970-01-01T00:00:00.000Z"}\n';
    const lines = await fetch(`${service.url}/events?as=lines`);
    expect([lines.headers.get("content-type"), await lines.text()]).toEqual(["application/jsonl", line + line]);
    expect(await service.ask("/events?as=text")).toEqual([200, "written already"]);
    expect(await service.ask("/events?as=bytes")).toEqual([200, { a: 1 }]);
  });

  test("the code type-checks with every option", async () => {
    const variants = [{ validateResponses: true, envelope: "success" }, { envelope: "none" }] as const;
    const files = await Promise.all(
      variants.map(async (options, i) =>
        (await emit(options)).map((file) => ({ ...file, path: `v${i}/${file.path}` })),
      ),
    );
    expect(await typeErrors(await writeProject(files.flat()), "NodeNext")).toBe("");
  }, 60_000);
});
