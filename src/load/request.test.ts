import { describe, expect, test } from "bun:test";
import { Fault } from "../kernel/fault.ts";
import type { RequestInput } from "./request.ts";
import { wireRequest } from "./request.ts";
import { readTarget } from "./target.ts";

const bytes = (value: string): Uint8Array => new TextEncoder().encode(value);

const wire = (input: Partial<RequestInput> = {}, url = "http://localhost:3000/users?page=2") =>
  wireRequest(readTarget(url), { headers: [], ...input });

const textOf = (input: Partial<RequestInput> = {}, url?: string): string =>
  new TextDecoder().decode(wire(input, url).bytes);

const headers = (input: Partial<RequestInput>): readonly string[] =>
  (textOf(input).split("\r\n\r\n")[0] ?? "").split("\r\n").slice(1);

const faultOf = (input: Partial<RequestInput>): Fault => {
  try {
    wire(input);
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error("no fault");
};

test("without anything said, a GET with the least", () => {
  expect(textOf()).toBe(
    "GET /users?page=2 HTTP/1.1\r\nHost: localhost:3000\r\nUser-Agent: senior\r\nAccept: */*\r\n\r\n",
  );
});

describe("the method", () => {
  test("is POST when there is a body and none was named", () => expect(wire({ body: bytes("x") }).method).toBe("POST"));
  test("is the one named, body or not", () => expect(wire({ body: bytes("x"), method: "GET" }).method).toBe("GET"));
  test("may be typed in lower case when it is a common one", () =>
    expect(wire({ method: "patch" }).method).toBe("PATCH"));
  test("is kept as it is otherwise", () => expect(wire({ method: "Report" }).method).toBe("Report"));
  for (const method of ["", "GET /x", "CONNECT", "G\r\nX"]) {
    test(`${JSON.stringify(method)} is refused`, () => expect(faultOf({ method }).code).toBe("usage.bad-value"));
  }
});

describe("the body's length and type", () => {
  test("the length is counted in bytes", () =>
    expect(headers({ body: bytes('{"n":"\u00fc\ud83d\ude00"}') })).toContain("Content-Length: 14"));
  test("JSON is named so", () =>
    expect(headers({ body: bytes(' {"a": 1}') })).toContain("Content-Type: application/json"));
  test("other text is text", () =>
    expect(headers({ body: bytes("a=1&b=2") })).toContain("Content-Type: text/plain; charset=utf-8"));
  test("what is no text is bytes", () =>
    expect(headers({ body: Uint8Array.of(255, 254) })).toContain("Content-Type: application/octet-stream"));
  test("the type given wins", () =>
    expect(
      headers({ body: bytes("{}"), headers: ["content-type: text/x"] }).filter((line) => /^content-type/i.test(line)),
    ).toEqual(["content-type: text/x"]));
  test("a POST without a body says that its length is 0", () =>
    expect(headers({ method: "POST" })).toContain("Content-Length: 0"));
  test("a DELETE without a body says nothing", () =>
    expect(headers({ method: "DELETE" }).join()).not.toContain("Content-Length"));
  test("an empty body has a length and no type", () =>
    expect(headers({ body: bytes("") }).slice(3)).toEqual(["Content-Length: 0"]));
});

describe("headers", () => {
  test("are sent in order, repeated ones too, and replace the defaults", () => {
    expect(headers({ headers: ["X-A: 1", "user-agent: me", "X-A:2", "X-Empty:"] })).toEqual([
      "Host: localhost:3000",
      "Accept: */*",
      "X-A: 1",
      "user-agent: me",
      "X-A: 2",
      "X-Empty: ",
    ]);
  });
  test("Host may be replaced and stays first", () =>
    expect(headers({ headers: ["X: 1", "host: virtual.example"] })[0]).toBe("host: virtual.example"));
  test("keep their colons and commas", () => expect(headers({ headers: ["X: a:b, c"] })).toContain("X: a:b, c"));

  const wrong: Readonly<Record<string, string>> = {
    "no colon": "Authorization Bearer s3cret",
    "no name": ": s3cret",
    "a blank in the name": "X Y: s3cret",
    "a line break in the value": "X: a\r\nInjected: s3cret",
    "LF alone in the value": "X: a\nInjected: s3cret",
    "NUL in the value": "X: \u0000s3cret",
    "a length": "Content-Length: 5",
    "a coding": "transfer-encoding: chunked",
  };
  for (const [name, line] of Object.entries(wrong)) {
    test(`${name}: refused without repeating the value`, () => {
      const fault = faultOf({ headers: ["X: 1", line] });
      expect(fault.code).toBe("usage.bad-value");
      expect(`${fault.message} ${fault.help}`).not.toContain("s3cret");
    });
  }

  test("secrets are sent, and masked for people with their length", () => {
    const { shownHeaders: shown } = wire({
      headers: ["Authorization: Bearer abc", "Cookie: id=1", "X-Api-Key: k", "X-Plain: v"],
    });
    expect(shown.slice(3)).toEqual([
      ["Authorization", "*** (10 characters)"],
      ["Cookie", "*** (4 characters)"],
      ["X-Api-Key", "*** (1 character)"],
      ["X-Plain", "v"],
    ]);
    expect(textOf({ headers: ["Authorization: Bearer abc"] })).toContain("Authorization: Bearer abc\r\n");
  });

  test("user information of the URL is sent unless a header replaces it", () => {
    const url = "http://u:p@localhost/";
    expect(textOf({}, url)).toContain("Authorization: Basic dTpw\r\n");
    expect(textOf({ headers: ["authorization: Bearer x"] }, url)).not.toContain("Basic");
  });
});
