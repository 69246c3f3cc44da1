import { describe, expect, test } from "bun:test";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LoadSummary } from "../load/summary.ts";
import { mergePlugins } from "../registry.ts";
import { reporters } from "../report/index.ts";
import { after, behaviours, faultServer } from "../testing/fault-server.ts";
import type { Behaviour } from "../testing/fault-server.ts";
import { memoryIo } from "../testing/memory-io.ts";
import { runSenior } from "./run.ts";

const registry = mergePlugins([{ sdk: 1, name: "senior", provides: [...reporters] }]);

const senior = async (argv: readonly string[], files: Readonly<Record<string, string>> = {}) => {
  const io = memoryIo({ files });
  const outcome = await runSenior(["load", ...argv], io, () => Promise.resolve(registry));
  return { ...outcome, notes: io.notes };
};

interface Envelope {
  readonly findings: readonly { readonly rule: string; readonly severity: string }[];
  readonly data: LoadSummary;
}

const json = async (argv: readonly string[], files?: Readonly<Record<string, string>>): Promise<Envelope> =>
  JSON.parse((await senior([...argv, "--json"], files)).stdout) as Envelope;

const fixture = (name: string) => Bun.file(new URL(`../testing/fixtures/${name}`, import.meta.url)).text();
const tls = { cert: await fixture("test-only-cert.pem"), key: await fixture("test-only-key.pem") };
const pems = { "/project/me.pem": `${tls.cert}\n${tls.key}`, "/project/ca.pem": tls.cert, "/project/key.pem": tls.key };

describe("the way to the target", () => {
  test("leads through a Unix socket; the URL gives Host and path", async () => {
    const unix = join(tmpdir(), `senior-${process.pid}.sock`);
    using server = faultServer(behaviours.ok, { unix });
    const { exit, notes } = await senior(["http://service.internal/x?y=1", "--unix-socket", unix, "--requests", "9"]);
    expect({ exit, notes }).toEqual({ exit: 0, notes: [`loading service.internal through ${unix}`] });
    expect(server.heads[0]?.split("\r\n").slice(0, 2)).toEqual(["GET /x?y=1 HTTP/1.1", "Host: service.internal"]);
    await rm(unix, { force: true });
    const gone = await senior(["http://service.internal/", "--unix-socket", unix]);
    expect(gone.exit).toBe(4);
    expect(gone.stderr).toContain("nothing listens on that socket");
  });

  test("leads where --resolve says, under the name", async () => {
    using server = faultServer(behaviours.ok);
    const url = `http://api.example.com:${server.port}/`;
    const { data } = await json([url, "--resolve", `API.example.com:${server.port}:127.0.0.1`, "--requests", "3"]);
    expect(data.target).toMatchObject({ address: "127.0.0.1", addresses: ["127.0.0.1"] });
    expect(server.heads[0]).toContain(`Host: api.example.com:${server.port}`);
    for (const wrong of ["api.example.com:127.0.0.1", "x:80:example.com", "x:99999:127.0.0.1", "x:80:"]) {
      expect((await senior([url, "--resolve", wrong])).exit).toBe(2);
    }
    expect((await senior(["http://x.example/", "--resolve", "x.example:80:169.254.169.254"])).exit).toBe(5);
  });

  test("believes the authority of --cacert, and shows --cert", async () => {
    using server = faultServer(behaviours.ok, { tls: { ...tls, ca: tls.cert } });
    const url = server.url.replace("127.0.0.1", "localhost");
    const base = [url, "--requests", "4", "-c", "2"];
    expect((await senior([...base, "--cacert", "ca.pem"], pems)).exit).not.toBe(0);
    const right = await json([...base, "--cacert", "ca.pem", "--cert", "me.pem"], pems);
    expect(right.data.requests).toMatchObject({ answered: 4, errors: 0 });
    expect(JSON.stringify(right)).not.toContain("BEGIN");
    const apart = await json([...base, "--cacert", "ca.pem", "--cert", "ca.pem", "--key", "key.pem"], pems);
    expect(apart.data.requests.answered).toBe(4);
  });

  test("files that are no PEM, and a key without a certificate, are told before anything is sent", async () => {
    using server = faultServer(behaviours.ok, { tls });
    const files = { "/project/x.pem": "hello", "/project/key.pem": tls.key };
    expect((await senior([server.url, "--cacert", "x.pem"], files)).stderr).toContain(
      "--cacert x.pem holds no certificate",
    );
    expect((await senior([server.url, "--key", "key.pem"], files)).exit).toBe(2);
    expect(server.seen.connections).toBe(0);
  });
});

describe("who asks", () => {
  test("is said by --user or --bearer, and masked in every output", async () => {
    using server = faultServer(behaviours.ok);
    const runs = [
      await senior([server.url, "--requests", "1", "--user", "anna:pa:ss", "--json"]),
      await senior([server.url, "--requests", "1", "--bearer", "tokentoken", "--json"]),
    ];
    expect(server.heads.map((head) => /^Authorization: (.*)$/m.exec(head)?.[1]?.trim())).toEqual([
      `Basic ${btoa("anna:pa:ss")}`,
      "Bearer tokentoken",
    ]);
    for (const { stdout } of runs) expect(stdout).not.toMatch(/tokentoken|pa:ss|YW5uYTpwYTpzcw/);
    expect((await senior([server.url, "--user", "anna"])).exit).toBe(2);
    expect((await senior([server.url, "--user", "a:b", "--bearer", "c"])).exit).toBe(2);
  });

  test("cookies are kept by each connection for itself, where their path fits", async () => {
    const setting: Behaviour = (exchange) => {
      const sent = /^Cookie: (.*)$/m.exec(exchange.head)?.[1]?.trim() ?? "";
      const cookies =
        sent === "" ? `Set-Cookie: id=${exchange.index}; Path=/a; HttpOnly\r\nSet-Cookie: no=1; Path=/b\r\n` : "";
      exchange.send(`HTTP/1.1 200 OK\r\n${cookies}Content-Length: 0\r\n\r\n`);
    };
    using server = faultServer(setting);
    await senior([`${server.url}a/x`, "--requests", "20", "-c", "2", "--cookies"]);
    const sent = server.heads.map((head) => /^Cookie: (.*)$/m.exec(head)?.[1]?.trim() ?? "");
    expect(sent.filter((cookie) => cookie === "")).toHaveLength(2);
    expect(new Set(sent).size).toBe(3);
    expect([...new Set(sent)].toSorted()[1]).toMatch(/^id=\d+$/);
  });
});

describe("the pace", () => {
  test("goes through stages, and the run says so", async () => {
    using server = faultServer(behaviours.ok);
    const argv = [
      server.url,
      "--stage",
      "200ms:100",
      "--stage",
      "200ms:100",
      "--stage",
      "0s:50",
      "--stage",
      "200ms:50",
    ];
    const { data } = await json([...argv, "--warmup", "50ms", "--seed", "7", "--workers", "2"]);
    expect(data.requests).toMatchObject({ scheduled: 40, answered: 40 });
    expect(data.asked).toMatchObject({ durationMs: 600, warmupMs: 50, seed: 7, workers: 2, loop: "open" });
    expect(data.asked.stages).toMatchObject({ fromPerSecond: 0, stages: [{ toPerSecond: 100 }, {}, {}, {}] });
    expect(data.asked.ratePerSecond).toBeCloseTo(40 / 0.6, 6);
    expect((await senior([...argv, "--rate", "10"])).stdout).toContain("from 10/s, in 200 ms to 100/s");
  });

  test("wrong stages are told", async () => {
    for (const argv of [
      ["--stage", "100"],
      ["--stage", "10s:x"],
      ["--stage", "0s:10"],
      ["--stage", "10s:0"],
      ["--stage", "1s:5", "-d", "3s"],
      ["--stage", "1s:300000"],
    ]) {
      const { exit } = await senior(["http://127.0.0.1:9/", ...argv]);
      expect([argv, exit]).toEqual([argv, argv[1] === "1s:300000" ? 5 : 2]);
    }
  });

  test("is ended by a condition, with everything until then", async () => {
    using server = faultServer(after(20, behaviours.error));
    const { data, findings } = await json([server.url, "--rate", "100", "-d", "30s", "--abort-on", "errors>50%"]);
    expect(data.ending).toBe("aborted");
    expect(data.abortedBy).toMatchObject({ text: "errors>50%", verdict: "met" });
    expect(data.requests.scheduled).toBeLessThan(2000);
    expect(findings.map(({ rule, severity }) => `${rule} ${severity}`)).toContain("load/aborted error");
  });
});
