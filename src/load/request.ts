// The request of a load test: checked, and rendered to the exact bytes that go on the wire.
import { Fault } from "../kernel/fault.ts";
import type { Target } from "./target.ts";
import { isSecretName, redacted } from "./target.ts";

export interface RequestInput {
  /** As typed; without one, POST when there is a body and GET otherwise. */
  readonly method?: string | undefined;
  /** `Name: value`, in the order given. */
  readonly headers: readonly string[];
  readonly body?: Uint8Array | undefined;
}

/** A request taken apart: what does not depend on how long its body turns out. */
export interface RequestParts {
  readonly method: string;
  /** In order, Host first; all but Content-Length. */
  readonly headers: readonly Header[];
}

export interface WireRequest extends RequestParts {
  readonly bytes: Uint8Array;
  readonly bodyBytes: number;
  /** For people, secret values masked. */
  readonly shownHeaders: readonly Header[];
}

export type Header = readonly [name: string, value: string];

const token = /^[!#$%&'*+.^_`|~\w-]+$/;
const commonMethods = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "QUERY"];

const bad = (message: string, help: string): Fault => new Fault("usage.bad-value", message, { help });

const methodOf = ({ method, body }: RequestInput): string => {
  if (method === undefined) return body === undefined ? "GET" : "POST";
  const known = commonMethods.find((name) => name === method.toUpperCase());
  if (known !== undefined) return known;
  if (!token.test(method) || method.toUpperCase() === "CONNECT") {
    throw bad("--method is not one a load test can send", `give one such as ${commonMethods.slice(0, 5).join(", ")}`);
  }
  return method;
};

// They decide where the message ends: two opinions on that are a request-smuggling attack, not a load test.
const framing: Readonly<Record<string, string>> = {
  "content-length": "it is computed from the body",
  "transfer-encoding": "the body is sent with its length",
};

/** One `--header`. Faults name it by its position or name, never by its value. */
const readHeader = (line: string, index: number): Header => {
  const colon = line.indexOf(":");
  const name = line.slice(0, Math.max(0, colon)).trim();
  if (colon < 0) throw bad(`--header number ${index + 1} has no colon`, 'write it as "Name: value"');
  if (!token.test(name))
    throw bad(`--header number ${index + 1} has no valid name before its colon`, 'write it as "Name: value"');
  const value = line.slice(colon + 1).replace(/^[ \t]+|[ \t]+$/g, "");
  if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value)) {
    throw bad(`the header ${name} holds a line break or another control character`, "one header a flag, on one line");
  }
  const reason = framing[name.toLowerCase()];
  if (reason !== undefined) throw bad(`the header ${name} cannot be set`, reason);
  return [name, value];
};

/** JSON when it parses as JSON; otherwise text, or plain bytes. */
const contentType = (body: Uint8Array): string => {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(body);
    try {
      JSON.parse(text);
      return "application/json";
    } catch {
      return "text/plain; charset=utf-8";
    }
  } catch {
    return "application/octet-stream";
  }
};

const allHeaders = (target: Target, given: readonly Header[], body: Uint8Array | undefined): readonly Header[] => {
  const has = (name: string): boolean => given.some(([other]) => other.toLowerCase() === name.toLowerCase());
  const defaults: readonly Header[] = [
    ["Host", target.authority],
    ["User-Agent", "senior"],
    ["Accept", "*/*"],
    ...(target.authorization === undefined ? [] : [["Authorization", target.authorization] as const]),
    ...(body === undefined || body.length === 0 ? [] : [["Content-Type", contentType(body)] as const]),
  ];
  // Host comes first, as RFC 9110 section 7.2 asks.
  return [...defaults.filter(([name]) => !has(name)), ...given].toSorted(
    ([a], [b]) => Number(b.toLowerCase() === "host") - Number(a.toLowerCase() === "host"),
  );
};

/** The headers of a request, checked and completed. Its body is only looked at for its type. */
export const requestParts = (target: Target, input: RequestInput): RequestParts => ({
  method: methodOf(input),
  headers: allHeaders(target, input.headers.map(readHeader), input.body),
});

/** RFC 9110 section 8.6: a method that anticipates a body says that there is none. */
export const contentLength = (method: string, body: Uint8Array | undefined): readonly Header[] =>
  body !== undefined || ["POST", "PUT", "PATCH"].includes(method)
    ? [["Content-Length", String(body?.length ?? 0)]]
    : [];

const encoder = new TextEncoder();

/** The bytes that go on the wire. */
export const wireBytes = (
  method: string,
  path: string,
  headers: readonly Header[],
  body: Uint8Array | undefined,
): Uint8Array => {
  const lines = [...headers, ...contentLength(method, body)].map(([name, value]) => `${name}: ${value}\r\n`);
  const head = encoder.encode(`${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
  if (body === undefined) return head;
  const bytes = new Uint8Array(head.length + body.length);
  bytes.set(head);
  bytes.set(body, head.length);
  return bytes;
};

/** Headers for people: secret values are masked. */
export const shownHeaders = (headers: readonly Header[]): readonly Header[] =>
  headers.map(([name, value]) => [name, isSecretName(name) ? redacted(value) : value]);

/** The request as bytes. */
export const wireRequest = (target: Target, input: RequestInput): WireRequest => {
  const { method, headers } = requestParts(target, input);
  return {
    method,
    headers,
    bytes: wireBytes(method, target.path, headers, input.body),
    bodyBytes: input.body?.length ?? 0,
    shownHeaders: shownHeaders([...headers, ...contentLength(method, input.body)]),
  };
};
