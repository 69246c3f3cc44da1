import { describe, expect, test } from "bun:test";
import type { LoadSummary } from "../load/summary.ts";
import { mergePlugins } from "../registry.ts";
import { reporters } from "../report/index.ts";
import type { Behaviour } from "../testing/fault-server.ts";
import { faultServer } from "../testing/fault-server.ts";
import { memoryIo } from "../testing/memory-io.ts";
import { runSenior } from "./run.ts";

const registry = mergePlugins([{ sdk: 1, name: "senior", provides: [...reporters] }]);

const senior = async (argv: readonly string[], files: Readonly<Record<string, string>> = {}) => {
  const io = memoryIo({ files });
  const outcome = await runSenior(["load", ...argv], io, () => Promise.resolve(registry));
  return { ...outcome, notes: io.notes };
};

interface Envelope {
  readonly findings: readonly { readonly rule: string; readonly severity: string; readonly message: string }[];
  readonly data: LoadSummary;
}

const json = async (argv: readonly string[], files?: Readonly<Record<string, string>>): Promise<Envelope> =>
  JSON.parse((await senior([...argv, "--json"], files)).stdout) as Envelope;

const reply = (status: number, body: string, headers: readonly string[] = []): string =>
  [`HTTP/1.1 ${status} X`, ...headers, `Content-Length: ${body.length}`, "", body].join("\r\n");

/** A token for whoever logs in, and orders for whoever shows one; the answer comes in pieces. */
const shop: Behaviour = ({ head, body, send, later }) => {
  const [, path = ""] = head.split(" ");
  if (path === "/login") send(reply(200, JSON.stringify({ token: `T${body.length}` })));
  else if (path !== "/orders") send(reply(path.startsWith("/users/") ? 200 : 404, '{"status":"ok","id":5}'));
  else if (!/^Authorization: Bearer T\d+\r$/m.test(head)) send(reply(401, ""));
  else {
    send('HTTP/1.1 201 Created\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n{"id":1,\r\n');
    later(1, () => send('e\r\n"state":"new"}\r\n0\r\n\r\n'));
  }
};

const file = `
data: {file: users.csv, order: random}
requests:
  - name: read
    weight: 2
    path: /users/{{id}}
  - steps:
      - {name: login, path: /login, json: {name: "{{id}}"}, extract: {token: $.token}}
      - name: order
        path: /orders
        method: POST
        headers: {Authorization: "Bearer {{token}}"}
        expect: {status: 201, json: {$.state: new}}
`;
const files = { "/project/load.yaml": file, "/project/users.csv": "id\n1\n2\n3\n" };

describe("a file of requests", () => {
  test("is played by weights, in one thread or two, and every request adds up by its name", async () => {
    using server = faultServer(shop);
    const argv = [server.url, "--scenario", "load.yaml", "--requests", "200", "--seed", "11", "-c", "4"];
    for (const workers of ["1", "2"]) {
      const { data } = await json([...argv, "--workers", workers], files);
      const counted = data.byRequest.map(({ name, scheduled, answered, unexpected }) => ({
        name,
        scheduled,
        answered,
        unexpected,
      }));
      const [reads = 0, logins = 0] = counted.map(({ scheduled }) => scheduled);
      expect(reads + logins).toBe(200);
      expect(counted).toEqual([
        { name: "read", scheduled: reads, answered: reads, unexpected: 0 },
        { name: "login", scheduled: logins, answered: logins, unexpected: 0 },
        { name: "order", scheduled: logins, answered: logins, unexpected: 0 },
      ]);
      expect(data.requests).toMatchObject({
        scheduled: 200 + logins,
        sent: 200 + logins,
        answered: 200 + logins,
        errors: 0,
      });
      expect(data.checks.map(({ request, held, broken }) => [request, held, broken])).toEqual([
        ["login", logins, 0],
        ["order", logins, 0],
      ]);
      expect(data.byRequest[0]?.all?.count).toBe(reads);
    }
  });

  test("what answers do not hold is counted as wrong, named, and fails the run", async () => {
    using server = faultServer(shop);
    const broken = { ...files, "/project/load.yaml": file.replace("$.state: new", "$.state: paid") };
    const { data, findings } = await json([server.url, "--scenario", "load.yaml", "--requests", "60"], broken);
    const order = data.byRequest.find(({ name }) => name === "order");
    expect(order?.unexpected).toBe(order?.scheduled ?? -1);
    expect(data.requests.errors).toBe(order?.scheduled ?? -1);
    expect(findings.find(({ rule }) => rule === "load/check")).toMatchObject({
      severity: "error",
      message: expect.stringMatching(
        /^order: \$\.state is "paid": not so in \d+ answers of \d+; first: it is "new"$/,
      ) as string,
    });
    const page = await senior([server.url, "--scenario", "load.yaml", "--requests", "60"], broken);
    expect(page.exit).toBe(1);
    for (const part of ["Requests by name", "What answers held", 'first: it is "new"'])
      expect(page.stdout).toContain(part);
  });

  test("a mistake in it is told with its line before anything is sent", async () => {
    using server = faultServer(shop);
    const wrong = { ...files, "/project/load.yaml": file.replace("weight: 2", "wieght: 2") };
    const { exit, stderr } = await senior([server.url, "--scenario", "load.yaml"], wrong);
    expect(exit).toBe(3);
    expect(stderr).toContain("load.yaml:5");
    expect(stderr).toContain("did you mean weight?");
    expect((await senior([server.url, "--scenario", "load.yaml", "--body", "x"], files)).exit).toBe(2);
    expect(server.seen.requests).toBe(0);
  });
});

describe("one request", () => {
  test("is filled from rows: path, query, headers and body", async () => {
    using server = faultServer(shop);
    const data = { "/project/rows.jsonl": '{"id":"a/b","n":"x\\"y"}\n{"id":"c","n":"z"}\n' };
    const argv = [
      `${server.url}users/{{id}}?q={{n}}`,
      "-H",
      "X-N: {{$number}}",
      "--body",
      '{"n":"{{n}}"}',
      "--data",
      "rows.jsonl",
    ];
    const { exit } = await senior([...argv, "--requests", "4", "-c", "1"], data);
    expect(exit).toBe(0);
    expect(server.heads.map((head) => /^POST (\S+)/.exec(head)?.[1])).toEqual([
      "/users/a%2Fb?q=x%22y",
      "/users/c?q=z",
      "/users/a%2Fb?q=x%22y",
      "/users/c?q=z",
    ]);
    expect(server.heads.map((head) => /^X-N: (\d)/m.exec(head)?.[1])).toEqual(["0", "1", "2", "3"]);
    expect(server.heads[0]).toContain("Content-Length: 12");
    expect((await senior([`${server.url}{{nix}}`, "--data", "rows.jsonl"], data)).stderr).toContain("{{nix}}");
  });

  test("its answers are looked into where something is expected of them", async () => {
    using server = faultServer(shop);
    const argv = [`${server.url}users/1`, "--requests", "6"];
    const schema = { "/project/s.json": '{"type":"object","required":["id"]}' };
    const right = [
      "--expect-body",
      '"ok"',
      "--expect-json",
      "$.status=ok",
      "--expect-json",
      "$.id=5",
      "--expect-schema",
      "s.json",
    ];
    expect((await senior([...argv, ...right], schema)).exit).toBe(0);
    const { data } = await json([...argv, "--expect-json", "$.id=6"]);
    expect(data.checks).toEqual([{ request: "", text: "$.id is 6", held: 0, broken: 6, example: "it is 5" }]);
    expect(data.requests).toMatchObject({ answered: 6, unexpected: 6, errors: 6 });
    expect((await senior([...argv, "--expect-json", "id=5"])).exit).toBe(2);
  });
});

describe("an OpenAPI document", () => {
  const spec = `
openapi: 3.1.0
info: {title: Shop, version: "1"}
servers: [{url: https://shop.example.com/v1}]
paths:
  /users/{id}:
    get:
      operationId: getUser
      parameters:
        - {name: id, in: path, required: true, schema: {type: integer, minimum: 1, maximum: 99}}
      responses: {"200": {description: ok}, "404": {description: none}}
  /users:
    post:
      operationId: addUser
      requestBody:
        required: true
        content:
          application/json:
            schema: {type: object, required: [name], properties: {name: {type: string, minLength: 3}}}
            example: {name: anna}
      responses: {"201": {description: made}}
`;
  const documents = { "/project/api.yaml": spec };
  const answering: Behaviour = ({ head, body, send }) => {
    const id = Number(/^GET \/v1\/users\/(\d+) /.exec(head)?.[1]);
    if (id >= 1 && id <= 99) send(reply(id % 2 === 0 ? 200 : 404, ""));
    else if (head.startsWith("POST /v1/users ")) {
      const { name } = JSON.parse(body) as { readonly name: string };
      send(reply(name.length >= 3 && head.includes("\r\ncontent-type: application/json") ? 201 : 422, ""));
    } else send(reply(400, ""));
  };

  test("gives valid requests for its operations, below its first server's path", async () => {
    using server = faultServer(answering);
    const { data } = await json([server.url, "--openapi", "api.yaml", "--requests", "200", "--seed", "3"], documents);
    expect(data.requests).toMatchObject({ scheduled: 200, errors: 0 });
    expect(data.byRequest.map(({ name, method, path }) => `${name} ${method} ${path}`)).toEqual([
      "getUser GET /v1/users/{id}",
      "addUser POST /v1/users",
    ]);
    const [reads = 0, writes = 0] = data.byRequest.map(({ scheduled }) => scheduled);
    expect(reads).toBeGreaterThan(2 * writes);
    const paths = new Set(server.heads.map((head) => head.split(" ")[1]));
    expect(paths.size).toBeGreaterThan(5);
  });

  test("only the operations that are named, by their weights", async () => {
    using server = faultServer(answering);
    const argv = [server.url, "--openapi", "api.yaml", "--requests", "30", "--operation", "POST /users=5"];
    const { data } = await json(argv, documents);
    expect(data.byRequest.map(({ name, scheduled }) => [name, scheduled])).toEqual([["addUser", 30]]);
    expect(data.request.method).toBe("POST");
    expect(data.requests).toMatchObject({ scheduled: 30, errors: 0 });
    expect((await senior([...argv, "--operation", "getUsr"], documents)).stderr).toContain("did you mean getUser?");
    expect(server.heads.every((head) => head.startsWith("POST /v1/users"))).toBe(true);
  });
});
