// Servers that keep a fetch waiting: each is left in time, and the fault says why.
import { afterAll, beforeAll, expect, test } from "bun:test";
import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { Fault } from "../kernel/fault.ts";
import { documentFetcher } from "./fetch-document.ts";
import { readRemoteHost } from "./remote-hosts.ts";

const open = new Set<Socket>();

/** Again and again until the client is gone. */
const drip = (socket: Socket, text: string): void => {
  const timer = setInterval(() => socket.write(text), 20);
  socket.on("close", () => clearInterval(timer));
};

const redirect = (to: string) => (socket: Socket) =>
  void socket.end(`HTTP/1.1 302 Found\r\nlocation: ${to}\r\ncontent-length: 0\r\n\r\n`);

const answers: Readonly<Record<string, (socket: Socket) => void>> = {
  "/good": (socket) => void socket.end("HTTP/1.1 200 OK\r\ncontent-length: 5\r\nconnection: close\r\n\r\na: 1\n"),
  "/silent": () => undefined,
  "/slow-head": (socket) => {
    socket.write("HTTP/1.1 200 OK\r\n");
    drip(socket, "x-more: y\r\n");
  },
  "/slow-body": (socket) => {
    socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n");
    drip(socket, "2\r\na:\r\n");
  },
  "/stuck-body": (socket) => void socket.write("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\na:"),
  "/cut-body": (socket) => void socket.end("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\na:"),
  "/no-http": (socket) => void socket.end("220 mail.example.org ESMTP\r\n"),
  "/circle": redirect("/round"),
  "/round": redirect("/circle"),
  "/nowhere": redirect("http://[/"),
  "/then-silent": redirect("/silent"),
};

let server: Server;
let host = "";

beforeAll(async () => {
  server = createServer((socket) => {
    open.add(socket);
    socket.on("close", () => open.delete(socket)).on("error", () => undefined);
    socket.once("data", (head) => answers[head.toString().split(" ")[1] ?? ""]?.(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});

afterAll(() => {
  for (const socket of open) socket.destroy();
  server.close();
});

const fetcher = (
  times: { readonly documentMs: number; readonly wholeMs: number },
  stop = new AbortController().signal,
) => {
  const fetchText = documentFetcher([readRemoteHost(host)], stop, times);
  return (path: string): Promise<string> => fetchText(`http://${host}${path}`);
};

const faultOf = async (promise: Promise<string>): Promise<readonly [code: string, message: string]> => {
  const error: unknown = await promise.catch((thrown: unknown) => thrown);
  if (error instanceof Fault) return [error.code, error.message];
  throw new Error(`no fault but ${String(error)}`);
};

const long = 60_000;

test.each(["/silent", "/slow-head", "/slow-body", "/stuck-body", "/then-silent"])("%s takes too long", async (path) => {
  const fetchText = fetcher({ documentMs: 250, wholeMs: long });
  const [code, message] = await faultOf(fetchText(path));
  expect(code).toBe("world.network");
  expect(message).toContain("it took too long");
});

test("all documents together take too long", async () => {
  const fetchText = fetcher({ documentMs: long, wholeMs: 250 });
  expect((await faultOf(fetchText("/slow-body")))[1]).toContain("it took too long");
  expect((await faultOf(fetchText("/good")))[1]).toContain("it took too long");
});

test.each([
  ["/circle", "it redirects more than 5 times"],
  ["/nowhere", "it redirects to nowhere"],
  ["/cut-body", "cannot be fetched"],
  ["/no-http", "cannot be fetched"],
] as const)("%s: %s", async (path, why) => {
  const [code, message] = await faultOf(fetcher({ documentMs: long, wholeMs: long })(path));
  expect(code).toBe("world.network");
  expect(message).toContain(why);
});

test("whoever stops the program does not wait, and no connection stays", async () => {
  const stop = new AbortController();
  const failed = faultOf(fetcher({ documentMs: long, wholeMs: long }, stop.signal)("/silent"));
  while (open.size === 0) await Bun.sleep(5);
  stop.abort();
  expect((await failed)[0]).toBe("world.network");
  while (open.size > 0) await Bun.sleep(5);
});
