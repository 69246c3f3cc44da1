// References to other hosts: fetched from those that were named, at addresses that were checked, and otherwise never.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { refusalOf, readRemoteHost } from "../io/remote-hosts.ts";
import { Fault } from "../kernel/fault.ts";
import { memoryIo } from "../testing/memory-io.ts";
import type { ApiSource } from "./read-api.ts";
import { readApi } from "./read-api.ts";

const asked: string[] = [];

const pages: Readonly<Record<string, (host: string) => Response>> = {
  "/common.yaml": () => new Response("Id: { type: integer }\nUser: { $ref: 'deep/user.yaml#/User' }\n"),
  "/deep/user.yaml": () => new Response("User: { type: object, properties: { id: { $ref: '../common.yaml#/Id' } } }\n"),
  "/large.yaml": () => new Response("x".repeat(6 * 1024 * 1024)),
  "/moved.yaml": () => Response.redirect("/common.yaml", 302),
  "/round.yaml": () => Response.redirect("/round.yaml", 302),
  "/away.yaml": (host) => Response.redirect(`http://localhost:${host.split(":")[1]}/common.yaml`, 302),
  "/metadata.yaml": () => Response.redirect("http://169.254.169.254/latest/meta-data", 302),
  "/inside.yaml": () => new Response("A: { $ref: 'file:///etc/passwd' }"),
  "/text.yaml": () => new Response("just text"),
};

let server: Bun.Server<undefined>;
let host = "";

beforeAll(() => {
  server = Bun.serve({
    hostname: "127.0.0.1",
    port: 0,
    fetch: (request) => {
      const { pathname } = new URL(request.url);
      asked.push(pathname);
      return pages[pathname]?.(host) ?? new Response("nothing", { status: 404 });
    },
  });
  host = `127.0.0.1:${server.port}`;
});

afterAll(() => server.stop(true));

const reading = (reference: string, hosts: readonly string[]): Promise<ApiSource> => {
  asked.length = 0;
  const text = `
openapi: 3.1.0
info: { title: Remote, version: "1" }
paths:
  /a: { get: { responses: { "200": { description: ok, content: { application/json: { schema: { $ref: "${reference}" } } } } } } }
`;
  const io = memoryIo({ files: { "/project/api.yaml": text } });
  return readApi(io, "api.yaml", { hosts: hosts.map(readRemoteHost) });
};

const faultOf = async (promise: Promise<unknown>): Promise<Fault> => {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof Fault) return error;
  throw new Error(`no fault but ${String(error)}`);
};

describe("references to other hosts", () => {
  test("are not fetched unless the host is named, with its port", async () => {
    for (const hosts of [[], ["schemas.example.com"], ["127.0.0.1"], ["localhost"]]) {
      const { findings } = await reading(`http://${host}/common.yaml#/User`, hosts);
      expect(findings.map(({ rule, help }) => [rule, help?.includes("--allow-remote-refs")])).toEqual([
        ["api/external-reference", true],
      ]);
      expect(asked).toEqual([]);
    }
  });

  test("are fetched once each, with what they refer to themselves", async () => {
    const { api, findings, texts } = await reading(`http://${host}/common.yaml#/User`, [host]);
    expect(findings).toEqual([]);
    expect(asked).toEqual(["/common.yaml", "/deep/user.yaml"]);
    expect(texts).toHaveLength(3);
    expect(api.schemas.map(({ name }) => name)).toContain("Id");
    expect((await reading(`http://${host}/moved.yaml#/Id`, [host])).findings).toEqual([]);
  });

  test.each([
    ["/large.yaml", "input.too-large"],
    ["/round.yaml", "world.network"],
    ["/away.yaml", "input.refused"],
    ["/metadata.yaml", "input.refused"],
    ["/inside.yaml", "input.refused"],
    ["/text.yaml", "input.unsupported"],
  ])("%s: %s, with the place", async (path, code) => {
    const { code: found, at } = await faultOf(reading(`http://${host}${path}`, [host]));
    expect([found, at?.kind]).toEqual([code as Fault["code"], "file"]);
  });

  test("what is not there is a finding, and the rest goes on", async () => {
    const { findings, api } = await reading(`http://${host}/gone.yaml`, [host]);
    expect(findings.map(({ rule }) => rule)).toContain("api/missing-file");
    expect(api.operations).toHaveLength(1);
  });

  test("a login in an address, and an address that is not public", async () => {
    expect((await faultOf(reading(`http://user:secret@${host}/common.yaml`, [host]))).message).not.toContain("secret");
    const fault = await faultOf(reading("https://169.254.169.254/x.yaml", ["169.254.169.254"]));
    expect([fault.code, fault.message.includes("link-local")]).toEqual(["input.refused", true]);
  });
});

describe("addresses", () => {
  const why = (address: string, url: string, ...hosts: readonly string[]): boolean =>
    refusalOf(address, new URL(url), hosts.map(readRemoteHost)) !== undefined;

  test.each([
    ...["10.0.0.1", "127.0.0.1", "100.64.0.1", "172.31.0.1", "192.168.1.1", "0.0.0.0", "224.0.0.1", "255.255.255.255"],
    ...[
      "::1",
      "::",
      "::ffff:10.0.0.1",
      "::ffff:7f00:1",
      "fc00::1",
      "fe80::1",
      "64:ff9b::a00:1",
      "2002:a00:1::1",
      "ff02::1",
    ],
  ])("%s is refused to a public name", (address) => {
    expect(why(address, "https://schemas.example.com/x", "schemas.example.com")).toBe(true);
  });

  test.each(["93.184.215.14", "2606:4700::1111"])("%s is public", (address) => {
    expect(why(address, "https://schemas.example.com/x", "schemas.example.com")).toBe(false);
    expect(why(address, "http://schemas.example.com/x", "schemas.example.com")).toBe(true);
  });

  test("a private address is reached when it is named itself; credentials of clouds never", () => {
    expect(why("10.1.2.3", "https://specs.corp/x", "specs.corp", "10.1.2.3")).toBe(false);
    expect(why("127.0.0.1", "http://2130706433:8080/x", "0x7f.1:8080")).toBe(false);
    expect(why("127.0.0.1", "http://localhost:1/x", "localhost:1")).toBe(false);
    expect(why("169.254.169.254", "https://specs.corp/x", "specs.corp", "169.254.169.254")).toBe(true);
  });

  test.each(["", "https://example.com", "a/b", "*.example.com", "a b", "user@example.com", "example.com:99999"])(
    "%j is no host",
    (text) => {
      expect(() => readRemoteHost(text)).toThrow(Fault);
    },
  );
});
