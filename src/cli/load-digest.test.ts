import { afterAll, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import type { LoadSummary } from "../load/summary.ts";
import { mergePlugins } from "../registry.ts";
import { reporters } from "../report/index.ts";
import { memoryIo } from "../testing/memory-io.ts";
import { runSenior } from "./run.ts";

const registry = mergePlugins([{ sdk: 1, name: "senior", provides: [...reporters] }]);

const load = async (...argv: readonly string[]) => {
  const outcome = await runSenior(["load", ...argv], memoryIo({}), () => Promise.resolve(registry));
  return {
    ...outcome,
    data: (JSON.parse(outcome.stdout === "" ? "{}" : outcome.stdout) as { data?: LoadSummary }).data,
  };
};

/** Strict: a nonce serves twenty requests, each with the next count; the response covers method and path. */
const usesOfANonce = 20;
const uses = new Map<string, number>();
let nonces = 0;

const isRight = (request: Request, algorithm: "md5" | "sha256"): boolean => {
  const hash = (...parts: readonly string[]): string => createHash(algorithm).update(parts.join(":")).digest("hex");
  const header = request.headers.get("authorization") ?? "";
  const of = (name: string): string => new RegExp(`${name}="?([^",]*)`).exec(header)?.[1] ?? "";
  const count = uses.get(of("nonce"));
  if (count === undefined || count >= usesOfANonce || Number.parseInt(of("nc"), 16) !== count + 1) return false;
  uses.set(of("nonce"), count + 1);
  const url = new URL(request.url);
  const path = `${url.pathname}${url.search}`;
  const ha1 = hash("ann", "a place", "se:cret");
  return (
    of("uri") === path &&
    of(" response") === hash(ha1, of("nonce"), of("nc"), of("cnonce"), "auth", hash(request.method, path))
  );
};

const server = Bun.serve({
  hostname: "127.0.0.1",
  port: 0,
  fetch(request) {
    const algorithm = request.url.includes("sha") ? "sha256" : "md5";
    if (isRight(request, algorithm)) return new Response("in");
    const nonce = `n${nonces++}`;
    uses.set(nonce, 0);
    const named = algorithm === "md5" ? "" : ", algorithm=SHA-256";
    const challenge = `Digest realm="a place", nonce="${nonce}", qop="auth", opaque="o"${named}`;
    return new Response("who?", { status: 401, headers: { "WWW-Authenticate": challenge } });
  },
});
afterAll(() => server.stop(true));

test("each connection answers challenges, counts its nonce up and takes the next one; challenges are no errors", async () => {
  for (const path of ["md5?x=1", "sha"]) {
    const { exit, data } = await load(
      ...[`${server.url.href}${path}`, "--digest", "-u", "ann:se:cret", "-c", "3", "--requests", "90", "--json"],
    );
    expect([exit, data?.requests.errors, data?.requests.scheduled === data?.requests.sent]).toEqual([0, 0, true]);
    const count = (status: number): number => data?.statuses.find((one) => one.status === status)?.count ?? 0;
    expect(count(200)).toBe(90);
    expect(count(401)).toBeGreaterThanOrEqual(5);
    expect(data?.statuses.every(({ expected }) => expected)).toBe(true);
  }
});

test("wrong credentials are errors, asked for once; the password is in no output", async () => {
  const { exit, data, stdout } = await load(
    ...[server.url.href, "--digest", "-u", "ann:guess", "-c", "1", "--requests", "10", "--json"],
  );
  expect([exit, data?.requests.scheduled, data?.requests.errors]).toEqual([1, 11, 10]);
  expect(stdout).not.toContain("guess");
});

test("without a name there is nobody to be", async () => {
  expect((await load(server.url.href, "--digest")).exit).toBe(2);
});
