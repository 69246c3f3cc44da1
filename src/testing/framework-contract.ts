// What every framework plugin must pass, built in or a stranger's: the same answers to the same requests.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { emitKit } from "../api/kit.ts";
import { readDocument } from "../api/read-document.ts";
import { readOpenApi } from "../api/read-openapi.ts";
import type { GeneratedFile } from "../kernel/fileset.ts";
import { fileSet } from "../kernel/fileset.ts";
import type { FrameworkPlugin } from "../sdk.ts";
import type { Running, Runtime } from "./emitted-project.ts";
import { startProject, typeErrors, writeProject } from "./emitted-project.ts";
import { edgeContract } from "./edge-contract.ts";
import { edgeDocument, withHandlers } from "./edge-service.ts";
import { errorContract, errorDocument } from "./error-contract.ts";
import { hostileDocument, hostileTexts } from "./hostile-openapi.ts";
import { securityContract, vaultDocument } from "./security-contract.ts";

const bookshop = new URL("../api/fixtures/bookshop/openapi.yaml", import.meta.url);

/** Reads a document and lets a plugin emit its service. */
export const emitFor = async (plugin: FrameworkPlugin, text: string): Promise<readonly GeneratedFile[]> =>
  plugin.emit(readOpenApi(readDocument("openapi.yaml", text)).api, emitKit);

interface ErrorAnswer {
  readonly error: {
    readonly code: string;
    readonly message: string;
    readonly details: readonly { readonly field: string; readonly message: string }[];
  };
  readonly meta: { readonly requestId: string };
}

interface Exchange {
  readonly about: string;
  readonly request: readonly [method: string, path: string, init?: RequestInit];
  readonly status: number;
  readonly code: string;
  /** Fields that the details name, in order. */
  readonly fields?: readonly string[];
  readonly headers?: Readonly<Record<string, string>>;
}

const json = (body: unknown): RequestInit => ({
  body: JSON.stringify(body),
  headers: { "content-type": "application/json" },
});

const form = (fields: Readonly<Record<string, string | Blob>>): RequestInit => {
  const body = new FormData();
  for (const [name, value] of Object.entries(fields)) body.append(name, value);
  return { body };
};

const book = { isbn: "9780131103627", title: "C" };
const image = new Blob(["png"], { type: "image/png" });
const invalid = { status: 400, code: "VALIDATION_ERROR" } as const;
const stub = { status: 501, code: "NOT_IMPLEMENTED" } as const;

/** Two templates that a router cannot tell apart. */
const sameShape = `
openapi: 3.1.0
info: { title: Same shape, version: "1" }
paths:
  /a/{x}:
    get:
      parameters: [{ name: x, in: path, required: true, schema: { type: string } }]
      responses: { "200": { description: fine } }
  /a/{y}:
    post:
      parameters: [{ name: y, in: path, required: true, schema: { type: integer } }]
      responses: { "200": { description: fine } }
`;

/** A book whose sequel has a sequel, and so on: deeper than any stack. */
const endless: RequestInit = {
  ...json(book),
  body: `${`{"isbn":"${book.isbn}","title":"C","sequel":`.repeat(15_000)}${JSON.stringify(book)}${"}".repeat(15_000)}`,
};

/** A valid request reaches the stub, which answers 501; a wrong one is told every wrong field. */
const exchanges: readonly Exchange[] = [
  { about: "a default applies", request: ["GET", "/books"], ...stub },
  { about: "numbers are read from the query", request: ["GET", "/books?limit=5&tag=a&tag=b"], ...stub },
  { about: "deep objects are read", request: ["GET", "/books?filter[year]=1978&filter[available]=true"], ...stub },
  { about: "text is no number", request: ["GET", "/books?limit=abc"], ...invalid, fields: ["limit"] },
  { about: "limits hold", request: ["GET", "/books?limit=0"], ...invalid, fields: ["limit"] },
  { about: "deep values are checked", request: ["GET", "/books?filter[year]=x"], ...invalid, fields: ["filter.year"] },
  { about: "the base path of the server", request: ["GET", "/v1/books"], ...stub },
  { about: "fixed segments come before variables", request: ["GET", "/books/latest"], ...stub },
  { about: "path variables are checked", request: ["GET", "/books/12"], ...invalid, fields: ["isbn"] },
  { about: "a good path variable", request: ["GET", `/books/${book.isbn}`], ...stub },
  { about: "a good body, read-only id left out", request: ["POST", "/books", json(book)], ...stub },
  {
    about: "every wrong field of a body",
    request: ["POST", "/books", json({ isbn: 5, price: 0.015, published: "2026-02-30", extra: 1 })],
    ...invalid,
    fields: ["extra", "isbn", "price", "published", "title"],
  },
  {
    about: "no coercion in JSON",
    request: ["POST", "/books", json({ ...book, price: "1" })],
    ...invalid,
    fields: ["price"],
  },
  {
    about: "circles go all the way",
    request: ["POST", "/books", json({ ...book, sequel: {} })],
    ...invalid,
    fields: ["sequel.isbn", "sequel.title"],
  },
  {
    about: "circles deeper than the stack",
    request: ["POST", "/books", endless],
    ...invalid,
    fields: ["body"],
  },
  {
    about: "a discriminator chooses",
    request: ["POST", "/books", json({ ...book, author: { kind: "company", name: "x" } })],
    ...invalid,
    fields: ["author.registration"],
  },
  { about: "a missing body", request: ["POST", "/books"], ...invalid, fields: ["body"] },
  {
    about: "broken JSON",
    request: ["POST", "/books", { body: '{"isbn":', headers: { "content-type": "application/json" } }],
    status: 400,
    code: "MALFORMED_BODY",
    fields: ["body"],
  },
  {
    about: "a media type that is not declared",
    request: ["POST", "/books", { body: "a,b", headers: { "content-type": "text/csv" } }],
    status: 415,
    code: "UNSUPPORTED_MEDIA_TYPE",
  },
  {
    about: "too large a body",
    request: ["POST", "/books", json("x".repeat(2_000_000))],
    status: 413,
    code: "PAYLOAD_TOO_LARGE",
  },
  {
    about: "headers and cookies",
    request: ["DELETE", `/books/${book.isbn}`, { headers: { "x-reason": "sold out", cookie: "session=5" } }],
    ...stub,
  },
  {
    about: "a missing header, a wrong cookie",
    request: ["DELETE", `/books/${book.isbn}`, { headers: { cookie: "session=five" } }],
    ...invalid,
    fields: ["X-Reason", "session"],
  },
  { about: "files", request: ["PUT", "/books/1/cover", form({ image, caption: "front", width: "200" })], ...stub },
  {
    about: "a file that is text, a number that is none",
    request: ["PUT", "/books/1/cover", form({ image: "no file", width: "wide" })],
    ...invalid,
    fields: ["image", "width"],
  },
  {
    about: "more parts than a form may have",
    request: [
      "PUT",
      "/books/1/cover",
      form(Object.fromEntries(Array.from({ length: 1001 }, (_, n) => [`f${n}`, "x"]))),
    ],
    status: 413,
    code: "PAYLOAD_TOO_LARGE",
    fields: ["body"],
  },
  {
    about: "more files than a form may have",
    request: [
      "PUT",
      "/books/1/cover",
      form(Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`f${n}`, image]))),
    ],
    status: 413,
    code: "PAYLOAD_TOO_LARGE",
    fields: ["body"],
  },
  {
    about: "bytes",
    request: ["PUT", "/books/1/cover", { body: image, headers: { "content-type": "image/png" } }],
    ...stub,
  },
  {
    about: "two variables and a verb in one segment",
    request: ["POST", "/categories/fiction-7:rename", { body: new URLSearchParams({ name: "novels", order: "2" }) }],
    ...stub,
  },
  {
    about: "forms are checked",
    request: ["POST", "/categories/fiction-x:rename", { body: new URLSearchParams({ name: "", order: "two" }) }],
    ...invalid,
    fields: ["child", "name", "order"],
  },
  { about: "an unknown path", request: ["GET", "/nowhere"], status: 404, code: "NOT_FOUND" },
  {
    about: "a method that the path does not have",
    request: ["PUT", "/books"],
    status: 405,
    code: "METHOD_NOT_ALLOWED",
    headers: { allow: "GET, HEAD, OPTIONS, POST" },
  },
];

const check = async (url: string, { request, status, code, fields = [], headers = {} }: Exchange): Promise<void> => {
  const [method, path, init] = request;
  const response = await fetch(`${url}${path}`, { ...init, method });
  const answer = (await response.json()) as ErrorAnswer;
  expect({ status: response.status, code: answer.error.code }).toEqual({ status, code });
  expect([...new Set(answer.error.details.map(({ field }) => field))].sort()).toEqual([...fields]);
  expect(answer.meta.requestId).toBe(response.headers.get("x-request-id") ?? "none");
  for (const [name, value] of Object.entries(headers)) expect(response.headers.get(name)).toBe(value);
};

/** `load` gives the plugin: in process, or through a worker. `runtimes`: where its services must run. */
export const frameworkContract = (
  name: string,
  load: () => FrameworkPlugin | Promise<FrameworkPlugin>,
  runtimes: readonly Runtime[] = ["bun", "node"],
): void => {
  describe(`framework contract: ${name}`, () => {
    let plugin: FrameworkPlugin;
    let files: readonly GeneratedFile[];
    let folder: string;

    beforeAll(async () => {
      plugin = await load();
      files = await emitFor(plugin, await Bun.file(bookshop).text());
      folder = await writeProject(files);
    });

    test("says what it is and which packages its code needs", () => {
      expect(plugin.name).toMatch(/^[a-z][a-z0-9-]*$/);
      expect(plugin.about).not.toBe("");
      expect(Object.keys(plugin.packages)).toContain("zod");
    });

    test("gives the same bytes for the same document", async () => {
      expect(await emitFor(plugin, await Bun.file(bookshop).text())).toEqual([...files]);
    });

    test("puts handlers, validators and types where users look for them", () => {
      const paths = files.map(({ path }) => path);
      for (const path of ["app.ts", "middleware/validators.ts", "routes/books.ts", "server.ts", "types/books.ts"]) {
        expect(paths).toContain(path);
      }
    });

    test("type-checks under strict with both resolutions", async () => {
      const vault = await writeProject(await emitFor(plugin, vaultDocument()));
      const all = [typeErrors(folder, "NodeNext"), typeErrors(folder, "Bundler"), typeErrors(vault, "NodeNext")];
      expect(await Promise.all(all)).toEqual(["", "", ""]);
    }, 120_000);

    test.each(hostileTexts)("stays safe whatever the document says: %j", async (text) => {
      const emitted = await emitFor(plugin, hostileDocument(text));
      expect(() => fileSet(".", emitted)).not.toThrow();
      for (const { path } of emitted) expect(path).toMatch(/^[a-z0-9/.-]{1,120}$/);
    });

    edgeContract(async () => writeProject(withHandlers(await emitFor(plugin, edgeDocument()))), runtimes);

    securityContract(() => emitFor(plugin, vaultDocument()), runtimes);

    test("forms have the limits that createApp was given", async () => {
      const limits = "createApp({ form: { parts: 3, fileBytes: 3, fieldBytes: 5 } })";
      const limited = files.map((file) => ({ ...file, text: file.text.replace("createApp()", limits) }));
      await using service = await startProject(await writeProject(limited), "bun");
      const asked = async (body: RequestInit, path = "/books/1/cover", method = "PUT"): Promise<readonly unknown[]> => {
        const answer = await fetch(service.url + path, { ...body, method });
        return [answer.status, ...((await answer.json()) as ErrorAnswer).error.details.map(({ field }) => field)];
      };
      expect([
        await asked(form({ image, caption: "front" })),
        await asked(form({ image: new Blob(["jpeg"]), caption: "front" })),
        await asked(form({ image, caption: "back side" })),
        await asked(form({ image, caption: "a", width: "1", more: "x" })),
        await asked({ body: new URLSearchParams("name=too+long&order=1") }, "/categories/a-1:rename", "POST"),
        await asked({ body: new URLSearchParams("a=&b=&c=&d=") }, "/categories/a-1:rename", "POST"),
      ]).toEqual([[501], [413, "image"], [413, "caption"], [413, "body"], [413, "name"], [413, "body"]]);
    });

    errorContract(() => emitFor(plugin, errorDocument()));

    test("templates of one shape are one path, each method with its own variable names", async () => {
      await using service = await startProject(await writeProject(await emitFor(plugin, sameShape)), "bun");
      const status = async (method: string, path: string): Promise<number> =>
        (await fetch(service.url + path, { method })).status;
      expect([await status("GET", "/a/x"), await status("POST", "/a/1"), await status("POST", "/a/x")]).toEqual([
        501, 501, 400,
      ]);
      const refused = await fetch(`${service.url}/a/x`, { method: "PUT" });
      expect([refused.status, refused.headers.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS, POST"]);
    });

    for (const runtime of runtimes) {
      describe(`running under ${runtime}`, () => {
        let service: Running;

        beforeAll(async () => {
          service = await startProject(folder, runtime);
        });

        afterAll(() => service[Symbol.asyncDispose]());

        test.each(exchanges.map((exchange) => [exchange.about, exchange] as const))("%s", async (_, exchange) => {
          await check(service.url, exchange);
        });

        test("ids from outside are kept, OPTIONS and HEAD are answered", async () => {
          const options = await fetch(`${service.url}/books`, {
            method: "OPTIONS",
            headers: { "x-request-id": "abc-123" },
          });
          expect([options.status, options.headers.get("allow")]).toEqual([204, "GET, HEAD, OPTIONS, POST"]);
          expect(options.headers.get("x-request-id")).toBe("abc-123");
          expect((await fetch(`${service.url}/books`, { method: "HEAD" })).status).toBe(501);
        });
      });
    }
  });
};
