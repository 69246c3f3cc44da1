// A service made to show its edges: every odd path, streams, failures, and what is refused; the same in every framework.
import type { GeneratedFile } from "../kernel/fileset.ts";
import type { JsonObject } from "../kernel/json.ts";

interface TemplateCase {
  readonly template: string;
  /** Schemas of its variables, where they are more than text. */
  readonly schemas?: Readonly<Record<string, JsonObject>>;
  readonly requests: readonly (readonly [path: string, params: JsonObject])[];
}

export const templates: readonly TemplateCase[] = [
  { template: "/users/me", requests: [["/users/me", {}]] },
  {
    template: "/users/{id}",
    requests: [
      ["/users/7", { id: "7" }],
      ["/users/a%2Fb", { id: "a/b" }],
      ["/users/é", { id: "é" }],
      ["/users/%F0%9F%A6%84", { id: "🦄" }],
      ["/users/100%25", { id: "100%" }],
    ],
  },
  { template: "/users/{id}:archive", requests: [["/users/7:archive", { id: "7" }]] },
  { template: "/range/{from}-{to}", requests: [["/range/1-2", { from: "1", to: "2" }]] },
  { template: "/report/{id}.json", requests: [["/report/7.json", { id: "7" }]] },
  { template: "/files/{name}.{ext}", requests: [["/files/a.tar.gz", { name: "a", ext: "tar.gz" }]] },
  {
    template: "/days/{from}-{to}",
    schemas: { from: { type: "string", format: "date" }, to: { type: "string", format: "date" } },
    requests: [["/days/2026-01-31-2026-02-28", { from: "2026-01-31", to: "2026-02-28" }]],
  },
  {
    template: "/states/{state}{extension}",
    schemas: { extension: { type: "string", enum: [".json", ".tar.gz"] } },
    requests: [
      ["/states/new.york.json", { state: "new.york", extension: ".json" }],
      ["/states/ohio.tar.gz", { state: "ohio", extension: ".tar.gz" }],
    ],
  },
  { template: "/states/{state}", requests: [["/states/new.york", { state: "new.york" }]] },
  {
    template: "/parts/{letters}{digits}",
    schemas: { letters: { type: "string", pattern: "^[a-z]+$" }, digits: { type: "integer" } },
    requests: [["/parts/abc120", { letters: "abc", digits: 120 }]],
  },
  {
    template: "/pairs/{head}{tail}/of/{x},{y}",
    requests: [
      ["/pairs/abc/of/1,2", { head: "ab", tail: "c", x: "1", y: "2" }],
      ["/pairs/a%C3%A9/of/1%2C2,3", { head: "a", tail: "é", x: "1,2", y: "3" }],
    ],
  },
  { template: "/files/readme.txt", requests: [["/files/readme.txt", {}]] },
  { template: "/v1:search", requests: [["/v1:search", {}]] },
  { template: "/odd/{user-id}/{1st}", requests: [["/odd/a/b", { "user-id": "a", "1st": "b" }]] },
  { template: "/point({x},{y})", requests: [["/point(1,2)", { x: "1", y: "2" }]] },
  { template: "/a+b/{q}*", requests: [["/a+b/x*", { q: "x" }]] },
  { template: "/space here/{x}", requests: [["/space%20here/1", { x: "1" }]] },
  { template: "/größe", requests: [["/gr%C3%B6%C3%9Fe", {}]] },
  { template: "/slash/", requests: [["/slash/", {}]] },
  { template: "/slash", requests: [["/slash", {}]] },
  { template: "/Case", requests: [["/Case", {}]] },
  { template: "/", requests: [["/", {}]] },
  { template: "/constructor/{toString}", requests: [["/constructor/x", { toString: "x" }]] },
  { template: "/deep/{a}/{b}/fixed", requests: [["/deep/1/2/fixed", { a: "1", b: "2" }]] },
  { template: "/deep/{a}/fixed/{c}", requests: [["/deep/1/fixed/3", { a: "1", c: "3" }]] },
];

/** Paths that look like those of the service, and are not. */
export const strangers = [
  "/users/me/",
  "/case",
  "/USERS/me",
  "/slash//",
  "/range/12",
  "/deep/1/2/3",
  "/report/.json",
  "/pairs/a/of/1,2",
  "/states/.json/x",
];

const ok = (mediaType: string): JsonObject => ({ 200: { description: "ok", content: { [mediaType]: {} } } });
const operation = (operationId: string, more: JsonObject = {}): JsonObject => ({
  operationId,
  tags: ["edge"],
  responses: ok("application/json"),
  ...more,
});

const jsonBody: JsonObject = { requestBody: { required: true, content: { "application/json": { schema: {} } } } };

export const edgeDocument = (): string =>
  JSON.stringify({
    openapi: "3.2.0",
    info: { title: "Edges", version: "1" },
    servers: [{ url: "https://api.example/base/path" }],
    paths: {
      ...Object.fromEntries(
        templates.map(({ template, schemas = {} }, i) => {
          const parameters = Object.entries(schemas).map(([name, schema]) => ({
            name,
            in: "path",
            required: true,
            schema,
          }));
          return [template, { get: operation(`template${i}`, { parameters }) }];
        }),
      ),
      "/echo": { post: operation("echo", jsonBody) },
      "/page": { get: operation("page"), head: operation("pageHead", { responses: ok("text/plain") }) },
      "/plain": { get: operation("plain", { responses: ok("text/plain") }) },
      "/cache": { additionalOperations: { PURGE: operation("purge") } },
      "/stream": { get: operation("stream", { responses: ok("application/octet-stream") }) },
      "/endless": { get: operation("endless", { responses: ok("text/event-stream") }) },
      "/closed": { get: operation("closed") },
      "/broken": { get: operation("broken", { responses: ok("text/plain") }) },
      "/fails": { get: operation("fails") },
      "/upstream": { get: operation("upstream") },
      "/refuses": { get: operation("refuses") },
      "/nothing": { delete: operation("nothing", { responses: { 204: { description: "gone" } } }) },
    },
  });

/** What `/stream` sends: 4 MiB in 64 chunks. */
export const streamed = { chunks: 64, size: 65_536 } as const;

const handlers = `
import { ApiError } from "../middleware/errors.js";
const answer = (body, contentType, headers) => ({ status: 200, body, contentType, headers });
const echoed = (operation) => ({ req, res, ctx, c, requestId, ...input }) => answer({ operation, ...input });
let closed = 0;
export const echo = echoed("echo");
export const page = () => answer({ page: 1 }, undefined, { etag: '"1"' });
export const pageHead = () => answer("", "text/plain", { "x-own-head": "yes" });
export const plain = () => answer("plain text", "text/plain");
export const purge = () => answer({ purged: true });
export const stream = () => answer((async function* () {
  for (let n = 0; n < ${streamed.chunks}; n++) yield new Uint8Array(${streamed.size}).fill(n);
})(), "application/octet-stream");
export const endless = () => answer((async function* () {
  try {
    for (;;) { yield "data: tick\\n\\n"; await new Promise((go) => setTimeout(go, 5)); }
  } finally { closed++; }
})(), "text/event-stream");
export const closedCount = () => answer({ closed });
export { closedCount as closed };
export const broken = () => answer((async function* () { yield "begun"; await null; throw new Error("half-way"); })(), "text/plain");
export const fails = () => { throw new Error("the password is hunter2"); };
export const upstream = () => { throw Object.assign(new Error("hunter2"), { status: 401, statusCode: 401 }); };
export const refuses = () => { throw new ApiError(418, "TEAPOT", "No coffee", [], { "retry-after": "60" }); };
export const nothing = () => ({ status: 204, body: { never: "sent" } });
`;

/** Puts handlers in the place of the stubs. */
export const withHandlers = (files: readonly GeneratedFile[]): readonly GeneratedFile[] => {
  const echoes = templates.map((_, i) => `export const template${i} = echoed("template${i}");`);
  const text = [handlers, ...echoes].join("\n");
  return files.map((file) => (file.path === "routes/edge.ts" ? { ...file, text } : file));
};
