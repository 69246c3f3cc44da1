// What handlers receive over HTTP: every style of parameter, every kind of body.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { express } from "../../plugins/express.ts";
import type { GeneratedFile } from "../kernel/fileset.ts";
import type { Json, JsonObject } from "../kernel/json.ts";
import type { Running } from "../testing/emitted-project.ts";
import { startProject, writeProject } from "../testing/emitted-project.ts";
import { emitFor } from "../testing/framework-contract.ts";

/** Handlers that answer with their own input. */
const echoing = (files: readonly GeneratedFile[]): readonly GeneratedFile[] =>
  files.map((file) => {
    if (!/^routes\/(?!index)/.test(file.path)) return file;
    const names = [...file.text.matchAll(/^export const (\w+)/gm)].map(([, name]) => name ?? "");
    const handlers = names.map(
      (name) =>
        `export const ${name} = ({ req, res, requestId, contentType, ...input }) => ({ status: 200, body: { operation: "${name}", ...input } });`,
    );
    return { ...file, text: handlers.join("\n") };
  });

const integers = { type: "array", items: { type: "integer" } };
const point = { type: "object", properties: { x: { type: "integer" }, y: { type: "integer" } } };

type ParameterCase = readonly [parameter: JsonObject, search: string, value: Json | undefined];

/** Query parameters called `p`. */
const queries: readonly ParameterCase[] = [
  [{ schema: { type: "integer" } }, "p=5", 5],
  [{ schema: { type: "integer" } }, "p=9007199254740994", 9_007_199_254_740_994],
  [{ schema: { type: ["integer", "string"] } }, "p=9007199254740993", "9007199254740993"],
  [{ schema: { type: "number" } }, "p=-1.5e3", -1500],
  [{ schema: { type: "string" } }, "p=5", "5"],
  [{ schema: { type: "boolean" } }, "p=false", false],
  [{ schema: { type: ["integer", "null"] } }, "p=null", null],
  [{ schema: { anyOf: [{ type: "integer" }, { const: "all" }] } }, "p=all", "all"],
  [{ schema: { anyOf: [{ type: "integer" }, { const: "all" }] } }, "p=3", 3],
  [{ schema: { enum: [1, 2] } }, "p=2", 2],
  [{ schema: { type: "string" } }, "p=a%20b+c%2Bd", "a b c+d"],
  [{ schema: {} }, "p=5", "5"],
  [{ schema: integers }, "p=1&p=2", [1, 2]],
  [{ schema: integers }, "p=1", [1]],
  [{ schema: integers, explode: false }, "p=1,2", [1, 2]],
  [{ schema: { type: "array", items: { type: "string" } }, explode: false }, "p=a%2Cb,c", ["a,b", "c"]],
  [{ schema: integers, style: "spaceDelimited", explode: false }, "p=1%202", [1, 2]],
  [{ schema: integers, style: "pipeDelimited", explode: false }, "p=1|2", [1, 2]],
  [{ schema: point, style: "deepObject" }, "p[x]=1&p[y]=2", { x: 1, y: 2 }],
  [
    { schema: { type: "object", properties: { a: point, l: integers } }, style: "deepObject" },
    "p[a][x]=1&p[l]=2&p[l]=3",
    { a: { x: 1 }, l: [2, 3] },
  ],
  [{ schema: point }, "x=1&y=2", { x: 1, y: 2 }],
  [{ schema: point, explode: false }, "p=x,1,y,2", { x: 1, y: 2 }],
  [{ content: { "application/json": { schema: point } } }, `p=${encodeURIComponent('{"x":1}')}`, { x: 1 }],
  [{ schema: { type: "integer", default: 3 } }, "", 3],
  [{ schema: { type: "integer" } }, "", undefined],
];

const paths: readonly ParameterCase[] = [
  [{ schema: integers }, "1,2", [1, 2]],
  [{ schema: point }, "x,1,y,2", { x: 1, y: 2 }],
  [{ schema: point, explode: true }, "x=1,y=2", { x: 1, y: 2 }],
  [{ schema: { type: "integer" }, style: "label" }, ".5", 5],
  [{ schema: integers, style: "label" }, ".1,2", [1, 2]],
  [{ schema: integers, style: "label", explode: true }, ".1.2", [1, 2]],
  [{ schema: { type: "integer" }, style: "matrix" }, ";p=5", 5],
  [{ schema: integers, style: "matrix" }, ";p=1,2", [1, 2]],
  [{ schema: integers, style: "matrix", explode: true }, ";p=1;p=2", [1, 2]],
  [{ schema: point, style: "matrix", explode: true }, ";x=1;y=2", { x: 1, y: 2 }],
];

const operation = (operationId: string, parameters: readonly JsonObject[] = []): JsonObject => ({
  operationId,
  tags: ["echo"],
  parameters,
  responses: { 200: { description: "The input", content: { "application/json": {} } } },
});

const document = (): string =>
  JSON.stringify({
    openapi: "3.1.0",
    info: { title: "Echo", version: "1" },
    paths: {
      ...Object.fromEntries(
        queries.map(([parameter], i) => [
          `/query${i}`,
          { get: operation(`query${i}`, [{ name: "p", in: "query", ...parameter }]) },
        ]),
      ),
      ...Object.fromEntries(
        paths.map(([parameter], i) => [
          `/path${i}/{p}`,
          { get: operation(`path${i}`, [{ name: "p", in: "path", required: true, ...parameter }]) },
        ]),
      ),
      "/mixed": {
        post: {
          ...operation("mixed", [
            { name: "X-List", in: "header", schema: integers },
            { name: "flag", in: "cookie", schema: { type: "boolean" } },
          ]),
          requestBody: {
            content: {
              "application/json": {
                schema: { type: ["object", "string", "null"], additionalProperties: { type: "integer" } },
              },
              "application/x-www-form-urlencoded": {
                schema: { type: "object", properties: { n: { type: "integer" }, o: point } },
              },
              "text/plain": { schema: { type: "string", minLength: 2 } },
              "application/*+json": { schema: { type: "array" } },
              "image/*": {},
              "application/jsonl": { itemSchema: point },
              "application/json-seq": { itemSchema: point },
            },
          },
        },
      },
    },
  });

describe("over HTTP", () => {
  let service: Running;

  beforeAll(async () => {
    service = await startProject(await writeProject(echoing(await emitFor(express, document()))), "bun");
  });
  afterAll(() => service[Symbol.asyncDispose]());

  const ask = async (path: string, init?: RequestInit): Promise<readonly [number, JsonObject]> => {
    const response = await fetch(service.url + path, init);
    return [response.status, (await response.json()) as JsonObject];
  };

  test.each(queries.map(([parameter, search, value], i) => [search, JSON.stringify(parameter), i, value] as const))(
    "?%s with %s",
    async (search, _, i, value) => {
      const [status, answer] = await ask(`/query${i}?${search}`);
      expect([status, (answer["query"] as JsonObject)["p"]]).toEqual([200, value]);
    },
  );

  test.each(paths.map(([parameter, segment, value], i) => [segment, JSON.stringify(parameter), i, value] as const))(
    "/%s with %s",
    async (segment, _, i, value) => {
      const [status, answer] = await ask(`/path${i}/${segment}`);
      expect([status, (answer["params"] as JsonObject)["p"]]).toEqual([200, value]);
    },
  );

  test.each(["p=1.5", "p=", "p=+1", "p=0x1", "p=1&p=2", "p=%31%2e%35"])("?%s is no integer", async (search) => {
    expect((await ask(`/query0?${search}`))[0]).toBe(400);
  });

  const post = (contentType: string, body: string, headers: Record<string, string> = {}) =>
    ask("/mixed", { method: "POST", body, headers: { "content-type": contentType, ...headers } });

  test("headers, cookies and JSON bodies of every type", async () => {
    const [status, answer] = await post("application/json; charset=utf-8", '{"a":1,"__proto__":2}', {
      "x-list": "1, 2",
      cookie: "other=x; flag=true",
    });
    expect([status, answer["headers"] ?? null, answer["cookies"] ?? null]).toEqual([
      200,
      { "X-List": [1, 2] },
      { flag: true },
    ]);
    expect(await post("application/json", '"text"')).toEqual([
      200,
      { operation: "mixed", headers: {}, cookies: {}, body: "text" },
    ]);
    expect((await post("application/json", "null"))[1]["body"]).toBeNull();
    expect((await post("application/json", '{"a":"1"}'))[0]).toBe(400);
    expect((await post("application/json", "5"))[0]).toBe(400);
  });

  test("media types by range", async () => {
    expect((await post("application/vnd.a+json", "[1]"))[1]["body"]).toEqual([1]);
    expect((await post("application/vnd.a+json", "{}"))[0]).toBe(400);
    expect((await post("application/vnd.a+xml", "<a/>"))[0]).toBe(415);
    expect((await post("image/png", "bytes"))[0]).toBe(200);
  });

  test("whole numbers that would be rounded are refused by name", async () => {
    const wrong = (field: string) => ({ field, message: "has more digits than a number can hold" });
    const details = ({ error }: JsonObject): Json => (error as JsonObject)["details"] ?? null;
    const [status, answer] = await ask("/query0?p=9007199254740993");
    expect([status, details(answer)]).toEqual([400, [wrong("p")]]);
    const body = '{"a": 12345678901234567890123, "b": 100000000000000000000, "c": -9223372036854775807, "d": "x"}';
    expect(details((await post("application/json", body))[1])).toEqual([
      wrong("a"),
      wrong("c"),
      { field: "body", message: "has none of the allowed forms" },
    ]);
    expect((await post("application/json", '"9007199254740993 \\" 9007199254740993"'))[0]).toBe(200);
  });

  test("sequences are lists of their items", async () => {
    const items = [{ x: 1 }, { x: 2, y: 3 }];
    expect((await post("application/jsonl", '{"x":1}\n\n{"x":2,"y":3}'))[1]["body"]).toEqual(items);
    expect((await post("application/json-seq", '\u001e{"x":\n1}\n\u001e{"x":2,"y":3}\n'))[1]["body"]).toEqual(items);
    expect((await post("application/jsonl", ""))[1]["body"]).toEqual([]);
    const [, refused] = await post("application/jsonl", '{"x":1}\n{"x":"2"}');
    expect(refused["error"]).toMatchObject({ details: [{ field: "1.x", message: "must be a number" }] });
    const [, broken] = await post("application/jsonl", '{"x":1}\n{"x":');
    expect(broken["error"]).toMatchObject({ code: "MALFORMED_BODY", details: [{ field: "1" }] });
  });

  test("forms and text", async () => {
    const form = "application/x-www-form-urlencoded";
    expect((await post(form, "n=5&o[x]=1&other=z"))[1]["body"]).toEqual({ n: 5, o: { x: 1 }, other: "z" });
    expect((await post(form, "n=five"))[0]).toBe(400);
    expect((await post("text/plain", "ab"))[1]["body"]).toBe("ab");
    expect((await post("text/plain", "a"))[0]).toBe(400);
  });
});
