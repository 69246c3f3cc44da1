import { describe, expect, test } from "bun:test";
import { createSecureServer } from "node:http2";
import type { AddressInfo } from "node:net";
import type { LoadSummary } from "../load/summary.ts";
import { mergePlugins } from "../registry.ts";
import { reporters } from "../report/index.ts";
import { behaviours, every, faultServer } from "../testing/fault-server.ts";
import { memoryIo } from "../testing/memory-io.ts";
import { runSenior } from "./run.ts";

const registry = mergePlugins([{ sdk: 1, name: "senior", provides: [...reporters] }]);
const senior = async (argv: readonly string[]) => {
  const io = memoryIo({ files: {} });
  const outcome = await runSenior(["load", ...argv], io, () => Promise.resolve(registry));
  return { ...outcome, notes: io.notes };
};
const json = async (argv: readonly string[]) =>
  (JSON.parse((await senior([...argv, "--json"])).stdout) as { readonly data: LoadSummary }).data;

const fixture = (name: string) => Bun.file(new URL(`../testing/fixtures/${name}`, import.meta.url)).text();
const tls = { cert: await fixture("test-only-cert.pem"), key: await fixture("test-only-key.pem") };

const http2Server = async (allowHTTP1: boolean): Promise<{ readonly url: string } & Disposable> => {
  const server = createSecureServer({ ...tls, allowHTTP1 }, (_, response) => void response.end("ok"));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `https://127.0.0.1:${port}/`, [Symbol.dispose]: () => void server.close() };
};

describe("the engine", () => {
  const ten = ["--requests", "10", "-c", "2", "--no-verify-ssl"];

  test("is the socket one where the server speaks HTTP/1.1", async () => {
    using both = await http2Server(true);
    const { asked, requests, notes } = await json([both.url, ...ten]);
    expect({ engine: asked.engine, reason: asked.engineReason, notes }).toEqual({
      engine: "socket",
      reason: "the server speaks HTTP/1.1",
      notes: [],
    });
    expect(requests).toMatchObject({ answered: 10, errors: 0 });
  });

  test("is Bun's client where the server speaks only HTTP/2, or where that was asked for", async () => {
    using only = await http2Server(false);
    const found = await json([only.url, ...ten]);
    expect(found.asked).toMatchObject({ engine: "fetch", engineReason: "the server speaks only HTTP/2", workers: 1 });
    expect(found.requests).toMatchObject({ scheduled: 10, answered: 10, errors: 0 });
    expect(found.notes.join(" ")).toContain("HTTP/2 carries all requests over one connection");
    const page = await senior([only.url, ...ten, "--http2"]);
    expect(page.stdout).toContain("engine fetch: HTTP/2 was asked for");
    expect(page.stdout).toContain("How this was measured");
  });

  test("speaks HTTP/3 to a server that speaks nothing else", async () => {
    // The types of this version lack the two options.
    const options = { hostname: "127.0.0.1", port: 0, tls, http3: true, http1: false, fetch: () => new Response("ok") };
    const server = Bun.serve(options);
    try {
      const { asked, requests, statuses } = await json([`https://127.0.0.1:${server.port}/`, ...ten, "--http3"]);
      expect(asked).toMatchObject({ engine: "fetch", engineReason: "HTTP/3 was asked for" });
      expect([requests.answered, requests.errors, statuses]).toEqual([
        10,
        0,
        [{ status: 200, count: 10, expected: true }],
      ]);
    } finally {
      await server.stop(true);
    }
  }, 30_000);

  test("follows redirects and goes through proxies when told to, masking the proxy's password", async () => {
    using target = faultServer(behaviours.ok);
    using moved = faultServer(
      every(1, ({ send }) => send(`HTTP/1.1 302 Found\r\nLocation: ${target.url}\r\nContent-Length: 0\r\n\r\n`)),
    );
    const followed = await json([moved.url, ...ten, "-L"]);
    expect(followed.statuses).toEqual([{ status: 200, count: 10, expected: true }]);
    expect(target.seen.requests).toBe(10);
    using proxy = faultServer(behaviours.ok);
    const outcome = await senior([
      "http://inner.example/x",
      ...ten,
      "--proxy",
      proxy.url.replace("//", "//me:hush@"),
      "--json",
    ]);
    expect(outcome.notes).toEqual([`loading inner.example through the proxy 127.0.0.1 port ${proxy.port}`]);
    expect(outcome.stdout).not.toContain("hush");
    expect(proxy.heads[0]).toStartWith("GET http://inner.example/x HTTP/1.1");
  });

  test("that cannot do what is asked for is refused", async () => {
    using server = faultServer(behaviours.ok);
    const wrong: readonly (readonly string[])[] = [
      ["--engine", "socket", "-L"],
      ["--http2"],
      ["--engine", "fetch", "-c", "300"],
      ["--engine", "fetch", "--resolve", `127.0.0.1:${server.port}:127.0.0.1`],
      ["--proxy", "socks5://x:1"],
    ];
    for (const argv of wrong) expect([argv, (await senior([server.url, ...argv])).exit]).toEqual([argv, 2]);
    expect((await senior([server.url, "--proxy", "http://169.254.169.254/"])).exit).toBe(5);
    expect(server.seen.requests).toBe(0);
  });
});
