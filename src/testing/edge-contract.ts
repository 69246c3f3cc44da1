// The edges of a framework's service: paths, methods, bodies, streams and failures, answered alike by all of them.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { connect } from "node:net";
import { gzipSync } from "node:zlib";
import type { JsonObject } from "../kernel/json.ts";
import { strangers, streamed, templates } from "./edge-service.ts";
import type { Running, Runtime } from "./emitted-project.ts";
import { startProject } from "./emitted-project.ts";

interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly body: JsonObject;
}

const ask = async (url: string, init?: RequestInit): Promise<Answered> => {
  const response = await fetch(url, init);
  const text = await response.text();
  return {
    status: response.status,
    headers: response.headers,
    body: (text === "" ? {} : JSON.parse(text)) as JsonObject,
  };
};

const codeOf = ({ status, body }: Answered): readonly [number, unknown] => [
  status,
  (body["error"] as JsonObject | undefined)?.["code"],
];

const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string>): RequestInit => ({
  method: "POST",
  body,
  headers,
});

const gzipped = (text: string): Uint8Array<ArrayBuffer> => new Uint8Array(gzipSync(text));

/** What a client that writes its own bytes gets: the first line of the answer. */
const raw = async (url: string, text: string): Promise<string> => {
  const { hostname, port } = new URL(url);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connect({ host: hostname, port: Number(port) }, () => socket.write(text));
  let heard = "";
  socket.setEncoding("latin1");
  socket.on("data", (chunk: string) => {
    heard += chunk;
    if (heard.includes("\r\n")) socket.end();
  });
  socket.on("close", () => resolve(heard.split("\r\n")[0] ?? ""));
  socket.on("error", reject);
  return promise;
};

type Case = readonly [about: string, path: string, init: RequestInit, status: number, code: string];

const json = { "content-type": "application/json" };
const large = "x".repeat(2_000_000);

const refusals: readonly Case[] = [
  ["an unknown path with a large body", "/nowhere", post(large, json), 404, "NOT_FOUND"],
  ["an unknown path with a malformed Content-Type", "/nowhere", post("x", { "content-type": "/;;" }), 404, "NOT_FOUND"],
  ["a malformed Content-Type", "/echo", post("{}", { "content-type": "/;;" }), 415, "UNSUPPORTED_MEDIA_TYPE"],
  ["malformed JSON", "/echo", post('{"a"', json), 400, "MALFORMED_BODY"],
  ["bytes that are no UTF-8", "/echo", post(new Uint8Array([34, 0xff, 34]), json), 400, "MALFORMED_BODY"],
  ["a large body", "/echo", post(`"${large}"`, json), 413, "PAYLOAD_TOO_LARGE"],
  [
    "a small body that grows",
    "/echo",
    post(gzipped(`"${large}"`), { ...json, "content-encoding": "gzip" }),
    413,
    "PAYLOAD_TOO_LARGE",
  ],
  [
    "a broken compressed body",
    "/echo",
    post("no gzip", { ...json, "content-encoding": "gzip" }),
    400,
    "MALFORMED_BODY",
  ],
  [
    "an unknown coding",
    "/echo",
    post("{}", { ...json, "content-encoding": "compress" }),
    415,
    "UNSUPPORTED_MEDIA_TYPE",
  ],
  ["a media type that it does not make", "/plain", { headers: { accept: "application/json" } }, 406, "NOT_ACCEPTABLE"],
  ["a type that is excluded", "/plain", { headers: { accept: "text/plain;q=0, */*" } }, 406, "NOT_ACCEPTABLE"],
  ["another method", "/plain", { method: "DELETE" }, 405, "METHOD_NOT_ALLOWED"],
  ["a failure", "/fails", {}, 500, "INTERNAL_ERROR"],
  ["a failure of what a handler called", "/upstream", {}, 500, "INTERNAL_ERROR"],
  ["an answer that is thrown", "/refuses", {}, 418, "TEAPOT"],
];

/** `project` gives the folder of the edge service; `runtimes`: where it must run. */
export const edgeContract = (project: () => Promise<string>, runtimes: readonly Runtime[]): void => {
  describe.each(runtimes)("edges under %s", (runtime) => {
    let service: Running;

    beforeAll(async () => {
      service = await startProject(await project(), runtime);
    });

    afterAll(() => service[Symbol.asyncDispose]());

    const paths = templates.flatMap(({ template, requests }, i) =>
      requests.map(([path, params]) => [template, path, `template${i}`, params] as const),
    );

    test.each(paths)("%s answers %s", async (_, path, operation, params) => {
      const { status, body } = await ask(service.url + path);
      expect([status, body["operation"], body["params"] ?? {}]).toEqual([200, operation, params]);
    });

    test.each(strangers)("nothing answers %s", async (path) => {
      expect(codeOf(await ask(service.url + path))).toEqual([404, "NOT_FOUND"]);
    });

    test.each(["/users/%zz", "/nowhere/%", "/users/%ff"])("%s is no path", async (path) => {
      const line = await raw(service.url, `GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      expect(line).toBe("HTTP/1.1 400 Bad Request");
    });

    test("the path of the server stands before every other, once", async () => {
      expect((await ask(`${service.url}/base/path/users/7`)).body["params"]).toEqual({ id: "7" });
      expect((await ask(`${service.url}/base/path/range/1-2?x=1`)).body["params"]).toEqual({ from: "1", to: "2" });
      expect((await ask(`${service.url}/base/path/base/path/users/7`)).status).toBe(404);
      expect((await ask(`${service.url}/base/pathusers/7`)).status).toBe(404);
    });

    test.each(refusals)("refuses %s", async (_, path, init, status, code) => {
      const answer = await ask(service.url + path, init);
      expect(codeOf(answer)).toEqual([status, code]);
      expect(answer.headers.get("content-type")).toBe("application/json; charset=utf-8");
      expect((answer.body["meta"] as JsonObject)["requestId"]).toBe(answer.headers.get("x-request-id"));
      expect(JSON.stringify(answer.body)).not.toContain("hunter2");
      // The connection is as good as before.
      expect((await ask(`${service.url}/page`)).status).toBe(200);
    });

    test("headers of an answer that is thrown are sent", async () => {
      expect((await ask(`${service.url}/refuses`)).headers.get("retry-after")).toBe("60");
    });

    test("a body that no operation takes is left alone, whatever it says it is", async () => {
      const { status } = await ask(`${service.url}/cache`, {
        method: "PURGE",
        body: large,
        headers: { "content-type": "/;;" },
      });
      expect(status).toBe(200);
    });

    test("bodies are decompressed", async () => {
      const sent = post(gzipped('{"a":[1]}'), { ...json, "content-encoding": "gzip" });
      expect((await ask(`${service.url}/echo`, sent)).body["body"]).toEqual({ a: [1] });
    });

    test("a large body in pieces is refused before it ends", async () => {
      const head =
        "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
      const piece = `10000\r\n${"x".repeat(0x10000)}\r\n`;
      expect(await raw(service.url, head + piece.repeat(20))).toBe("HTTP/1.1 413 Payload Too Large");
    });

    test("media types are said as the handler says them", async () => {
      const response = await fetch(`${service.url}/plain`, { headers: { accept: "text/*;q=0.5, image/png" } });
      expect([response.headers.get("content-type"), await response.text()]).toEqual(["text/plain", "plain text"]);
    });

    test("HEAD is GET without a body, unless it has an operation of its own", async () => {
      const plain = await fetch(`${service.url}/plain`, { method: "HEAD" });
      expect([plain.status, plain.headers.get("content-type"), await plain.text()]).toEqual([200, "text/plain", ""]);
      const own = await fetch(`${service.url}/page`, { method: "HEAD" });
      expect([own.status, own.headers.get("x-own-head")]).toEqual([200, "yes"]);
      expect((await fetch(`${service.url}/stream`, { method: "HEAD" })).status).toBe(200);
      expect((await fetch(`${service.url}/nowhere`, { method: "HEAD" })).status).toBe(404);
    });

    test("other methods are operations too, and OPTIONS names them", async () => {
      expect((await ask(`${service.url}/cache`, { method: "PURGE" })).body).toEqual({ purged: true });
      const options = await fetch(`${service.url}/cache`, { method: "OPTIONS" });
      expect([options.status, options.headers.get("allow"), await options.text()]).toEqual([204, "OPTIONS, PURGE", ""]);
    });

    test("204 has no body", async () => {
      const gone = await fetch(`${service.url}/nothing`, { method: "DELETE" });
      expect([gone.status, gone.headers.get("content-type"), await gone.text()]).toEqual([204, null, ""]);
    });

    test("ids from outside are kept when they are harmless", async () => {
      const idFor = async (given: string): Promise<string | null> =>
        (await ask(`${service.url}/page`, { headers: { "x-request-id": given } })).headers.get("x-request-id");
      expect(await idFor("a.b:c-d_1")).toBe("a.b:c-d_1");
      for (const bad of ["a b", "<script>", "x".repeat(200)]) expect(await idFor(bad)).toMatch(/^[0-9a-f-]{36}$/);
    });

    test("streams arrive whole and untouched", async () => {
      const response = await fetch(`${service.url}/stream`);
      const bytes = new Uint8Array(await response.arrayBuffer());
      expect(response.headers.get("content-type")).toBe("application/octet-stream");
      expect(bytes.length).toBe(streamed.chunks * streamed.size);
      expect(bytes.every((byte, i) => byte === Math.floor(i / streamed.size))).toBe(true);
    });

    test("a stream ends when its client goes away", async () => {
      const before = Number((await ask(`${service.url}/closed`)).body["closed"]);
      const abort = new AbortController();
      const response = await fetch(`${service.url}/endless`, { signal: abort.signal });
      await response.body?.getReader().read();
      abort.abort();
      let closed = before;
      while (closed === before) closed = Number((await ask(`${service.url}/closed`)).body["closed"]);
      expect(closed).toBe(before + 1);
    });

    test("a stream that fails half-way is cut off, and never looks complete", async () => {
      const read = async (): Promise<string> => (await fetch(`${service.url}/broken`)).text();
      expect(read()).rejects.toThrow();
      expect((await ask(`${service.url}/page`)).status).toBe(200);
    });
  });
};
