import { describe, expect, test } from "bun:test";
import { Fault } from "../kernel/fault.ts";
import type { Answer } from "./kept-answer.ts";
import type { Reading } from "./request-file.ts";
import { readRequestFile } from "./request-file.ts";
import type { Scenario } from "./scenario.ts";
import { Script } from "./script.ts";
import { readTarget } from "./target.ts";
import type { Outgoing } from "./traffic.ts";

const files: Readonly<Record<string, string>> = {
  "in/users.csv": "id,name\n1,anna\n2,bob\n3,c&d\n",
  "in/order.json": '{"item": {{id}}, "for": "{{name}}"}',
  "in/logo.png": "\u0089PNG{{id}}",
  "in/user.schema.json": '{"type":"object","required":["id"]}',
};
const textOf = (path: string): string => {
  const text = files[path];
  if (text === undefined) throw new Fault("input.not-found", path);
  return text;
};
const reading = (change: Partial<Reading> = {}): Reading => ({
  target: readTarget("http://localhost:3000/api/"),
  headers: [],
  folder: "in",
  cookies: false,
  readText: (path) => Promise.resolve(textOf(path)),
  readBytes: (path) => Promise.resolve(new TextEncoder().encode(textOf(path))),
  ...change,
});
const read = (document: unknown, change?: Partial<Reading>): Promise<Scenario> =>
  readRequestFile(document, (pointer) => ({ kind: "pointer", path: "load.yaml", pointer }), reading(change));

const wire = ({ bytes }: Outgoing): string => new TextDecoder().decode(bytes);
const answer =
  (status: number, body = "", headers: Answer["headers"] = []) =>
  () => ({ status, headers, body, cut: false });

describe("requests as they go on the wire", () => {
  const first = async (request: object, more: object = {}): Promise<string> => {
    const script = new Script(await read({ data: "users.csv", requests: [request], ...more }), 1);
    return wire(script.traffic().begin(2));
  };

  test("path below the URL's, placeholders percent-encoded, headers for all and of its own", async () =>
    expect(
      await first(
        { path: "/users/{{name}}?q=ä b&n={{$number}}#top", headers: { "X-A": ["1", "2"], accept: "x/y" } },
        { headers: { Accept: "*/*", "X-All": "{{id}}" } },
      ),
    ).toBe(
      [
        "GET /api/users/c%26d?q=%C3%A4%20b&n=2 HTTP/1.1",
        "Host: localhost:3000",
        "User-Agent: senior",
        "X-All: 3",
        "X-A: 1",
        "X-A: 2",
        "accept: x/y",
        "",
        "",
      ].join("\r\n"),
    ));

  const bodies: Readonly<Record<string, readonly [object, string, string]>> = {
    text: [{ body: "hello {{name}}" }, "text/plain; charset=utf-8", "hello c&d"],
    "text that is JSON": [{ body: '{"n":"{{name}}"}' }, "application/json", '{"n":"c&d"}'],
    json: [{ json: { n: "{{name}}", list: [1, null] } }, "application/json", '{"n":"c&d","list":[1,null]}'],
    form: [{ form: { n: "x {{name}}", m: 5 } }, "application/x-www-form-urlencoded", "n=x%20c%26d&m=5"],
    template: [{ template: "order.json" }, "application/json", '{"item": 3, "for": "c&d"}'],
    file: [{ file: "logo.png" }, "text/plain; charset=utf-8", "\u0089PNG{{id}}"],
  };
  test.each(Object.entries(bodies))("a body from %s", async (_, [request, type, body]) => {
    const text = await first({ path: "/", ...request });
    expect(text).toStartWith("POST /api/ HTTP/1.1");
    if (type !== "text/plain; charset=utf-8") expect(text).toContain(`Content-Type: ${type}\r\n`);
    expect(text).toContain(`Content-Length: ${new TextEncoder().encode(body).length}\r\n`);
    expect(text).toEndWith(`\r\n\r\n${body}`);
  });

  test("a value that would end its line is never sent", async () => {
    const rows = { columns: ["evil"], values: [["a\r\nX-Injected: 1"]], order: "sequential" } as const;
    const document = { requests: [{ path: "/x", headers: { "X-A": "{{evil}}" } }] };
    const script = new Script(await read(document, { rows }), 1);
    expect(script.traffic().begin(0)).toMatchObject({ problem: expect.stringContaining("line break") as string });
    const raw = new Script(await read({ requests: [{ path: "/{{{evil}}}" }] }, { rows }), 1);
    expect(raw.traffic().begin(0).problem).toBeDefined();
  });
});

describe("what is wrong in a file stands at its place", () => {
  const wrong: readonly (readonly [document: unknown, pointer: string, message: string])[] = [
    [[], "", "expected a mapping"],
    [{}, "", "there are no requests in it"],
    [{ requests: [] }, "/requests", "the list is empty"],
    [{ requests: [{ path: "/", wieght: 2 }] }, "/requests/0/wieght", "did you mean weight?"],
    [{ requests: [{ method: "GET" }] }, "/requests/0", "needs a path"],
    [{ requests: [{ path: "http://evil.example/" }] }, "/requests/0/path", "expected a path such as /users"],
    [{ requests: [{ path: "/", weight: 0 }] }, "/requests/0/weight", "above 0"],
    [{ requests: [{ path: "/", weight: "2" }] }, "/requests/0/weight", "expected a number"],
    [{ requests: [{ path: "/{{ix}}" }], data: "users.csv" }, "/requests/0/path", "did you mean {{id}}?"],
    [{ requests: [{ path: "/", body: "a", json: {} }] }, "/requests/0/json", "one body"],
    [{ requests: [{ path: "/", method: "G T" }] }, "/requests/0", "--method"],
    [{ requests: [{ path: "/", headers: { "Content-Length": 5 } }] }, "/requests/0", "Content-Length cannot be set"],
    [{ requests: [{ path: "/", expect: { status: "2x" } }] }, "/requests/0/expect/status", "expected statuses"],
    [{ requests: [{ path: "/", expect: { json: { "a.b": 1 } } }] }, "/requests/0/expect/json/a.b", "no JSON path"],
    [{ requests: [{ path: "/", expect: { matches: "(" } }] }, "/requests/0/expect/matches", "regular expression"],
    [{ requests: [{ path: "/", expect: { body: 1 } }] }, "/requests/0/expect/body", "unknown key"],
    [{ requests: [{ steps: [] }] }, "/requests/0/steps", "at least one step"],
    [{ requests: [{ steps: [{ path: "/" }], path: "/" }] }, "/requests/0/path", "unknown key"],
    [{ requests: [{ steps: [{ path: "/{{t}}", extract: { t: "$.t" } }] }] }, "/requests/0/steps/0/path", "{{t}}"],
    [{ requests: [{ path: "/", extract: { t: { json: "$.a", regex: "b" } } }] }, "/requests/0/extract/t", "one of"],
    [
      { requests: [{ path: "/" }], data: { file: "users.csv", order: "shuffle" } },
      "/data/order",
      "expected sequential or random",
    ],
  ];
  test.each(wrong)("%j", async (document, pointer, message) => {
    const fault = await read(document).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (!(fault instanceof Fault)) throw new Error("no fault");
    expect({ code: fault.code, at: fault.at }).toMatchObject({ code: "input.invalid", at: { pointer } });
    expect(fault.message).toContain(message);
  });
});

describe("playing a scenario", () => {
  const document = {
    data: "users.csv",
    requests: [
      { name: "read", weight: 3, path: "/users/{{id}}" },
      {
        weight: 1,
        steps: [
          {
            name: "login",
            path: "/login",
            form: { user: "{{name}}" },
            extract: { token: "$.t", sid: { cookie: "sid" } },
          },
          {
            name: "call",
            path: "/me",
            headers: { Authorization: "Bearer {{token}}" },
            expect: { contains: "yes", schema: "user.schema.json" },
          },
        ],
      },
    ],
  };

  test("the same seed draws the same flows, near their weights, whoever asks", async () => {
    const scenario = await read(document);
    const flows = (seed: number) => Array.from({ length: 4000 }, (_, i) => new Script(scenario, seed).firstOf(i));
    expect(flows(7)).toEqual(flows(7));
    expect(flows(7)).not.toEqual(flows(8));
    const reads = flows(7).filter((request) => request === 0).length;
    expect(reads).toBeGreaterThan(2850);
    expect(reads).toBeLessThan(3150);
  });

  test("rows follow each other by the arrival's number, or are drawn", async () => {
    const scenario = await read(document);
    const rows = (one: Scenario) => Array.from({ length: 300 }, (_, i) => new Script(one, 3).rowOf(i)[0]);
    expect(rows(scenario).slice(0, 5)).toEqual(["1", "2", "3", "1", "2"]);
    const random = await read({ ...document, data: { file: "users.csv", order: "random" } });
    expect(rows(random).filter((id) => id === "2").length).toBeGreaterThan(70);
    expect(rows(random)).not.toEqual(rows(scenario));
  });

  const login = async () => {
    const script = new Script(await read({ ...document, requests: document.requests.slice(1) }), 1);
    const traffic = script.traffic();
    traffic.begin(1);
    return { script, traffic };
  };
  const loggedIn = answer(200, '{"t":"T"}', [["Set-Cookie", "sid=S; Path=/"]]);
  const held = (script: Script) => script.checks.map(({ text, held: yes, broken }) => `${text} ${yes}/${broken}`);

  test("a step's values reach the next, and what answers hold is counted", async () => {
    const { script, traffic } = await login();
    expect(traffic.judge(200, loggedIn, true)).toBe(true);
    const next = traffic.next();
    expect(wire(next ?? { bytes: new Uint8Array(), toHead: false, request: 0, keeps: false })).toContain(
      "Authorization: Bearer T\r\n",
    );
    expect(traffic.judge(200, answer(200, '{"id":"yes"}'), true)).toBe(true);
    expect(traffic.next()).toBeUndefined();
    expect(held(script)).toEqual([
      "token is found ($.t) 1/0",
      "sid is found (cookie sid) 1/0",
      'body contains "yes" 1/0',
      "body is valid against user.schema.json 1/0",
    ]);
  });

  test("what is not found ends the flow; a wrong status does, without blaming the body", async () => {
    const missing = await login();
    expect(missing.traffic.judge(200, answer(200, "{}"), true)).toBe(false);
    expect(missing.traffic.next()).toBeUndefined();
    expect(missing.script.checks[0]).toMatchObject({ broken: 1, example: "it was not found" });
    const refused = await login();
    expect(refused.traffic.judge(503, answer(503, "busy"), true)).toBe(false);
    expect(refused.traffic.next()).toBeUndefined();
    expect(held(refused.script).slice(0, 1)).toEqual(["token is found ($.t) 0/0"]);
  });

  test("bodies that cannot be looked into say why; the example never quotes one", async () => {
    const { script, traffic } = await login();
    traffic.judge(200, loggedIn, false);
    expect(held(script)[0]).toBe("token is found ($.t) 0/0");
    traffic.next();
    traffic.judge(
      200,
      () => ({ status: 200, headers: [["content-encoding", "gzip"]], body: "secret", cut: false }),
      true,
    );
    expect(script.checks.map(({ example }) => example).join()).toContain("compressed (gzip)");
    expect(script.checks.map(({ example }) => example).join()).not.toContain("secret");
  });

  test("each $uuid is another one, and the same for the same seed", async () => {
    const scenario = await read({ requests: [{ path: "/{{$uuid}}/{{$uuid}}" }] });
    const path = (seed: number, arrival: number) =>
      wire(new Script(scenario, seed).traffic().begin(arrival)).split(" ")[1] ?? "";
    const uuids = [path(1, 0), path(1, 1), path(2, 0)].flatMap((one) => one.split("/").slice(2));
    expect(new Set(uuids).size).toBe(6);
    for (const uuid of uuids) expect(uuid).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect(path(1, 0)).toBe(path(1, 0));
  });
});
