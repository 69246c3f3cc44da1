import { expect, test } from "bun:test";
import { createHash } from "node:crypto";
import type { HashText } from "./digest.ts";
import { DigestSession, digestHeader, readChallenge } from "./digest.ts";

const hashText: HashText = (hash, text) => createHash(hash).update(text).digest("hex");

// RFC 7616 section 3.9.1.
const challenge = (algorithm: string): string =>
  `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`;
const credentials = { user: "Mufasa", password: "Circle of Life" };
const asked = {
  method: "GET",
  uri: "/dir/index.html",
  count: 1,
  cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
};
const responseOf = (header: string): string => /response="([^"]*)"/.exec(header)?.[1] ?? "";

test("the examples of RFC 7616, and the strongest of several challenges", () => {
  const answer = (headers: readonly string[]): string => {
    const read = readChallenge(headers);
    return read === undefined ? "" : digestHeader(read, credentials, asked, hashText);
  };
  expect(responseOf(answer([challenge("MD5")]))).toBe("8ca523f5e9506fed4657c9700eebdbec");
  const strong = "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1";
  expect(responseOf(answer([challenge("MD5"), challenge("SHA-256")]))).toBe(strong);
  expect(responseOf(answer([`Basic realm="a, Digest b", ${challenge("SHA-256")}, ${challenge("MD5")}`]))).toBe(strong);
  expect(answer([challenge("MD5")])).toContain('opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"');
});

test("what cannot be answered is no challenge", () => {
  expect(readChallenge([challenge("SHA-512-256")])).toBeUndefined();
  expect(readChallenge(['Digest realm="x", nonce="y", qop="auth-int"'])).toBeUndefined();
  expect(readChallenge(["Basic realm=x", "Bearer"])).toBeUndefined();
});

test("without a quality of protection, as before 1999; a quoted realm keeps its quotes", () => {
  const read = readChallenge(['Digest realm="a \\"b\\"", nonce=n']);
  const header = read === undefined ? "" : digestHeader(read, credentials, asked, hashText);
  const ha1 = hashText("md5", 'Mufasa:a "b":Circle of Life');
  expect(responseOf(header)).toBe(hashText("md5", `${ha1}:n:${hashText("md5", "GET:/dir/index.html")}`));
  expect(header).toContain('realm="a \\"b\\""');
  expect(header).not.toContain("nc=");
});

test("a session counts its nonce up, takes a new one, and gives up when it was refused", () => {
  const session = new DigestSession(credentials, hashText);
  const count = (): string => /nc=(\w+)/.exec(session.header("GET", "/", "c") ?? "")?.[1] ?? "";
  expect(session.header("GET", "/", "c")).toBeUndefined();
  expect(session.challenged([challenge("MD5")])).toBe(true);
  expect([count(), count()]).toEqual(["00000001", "00000002"]);
  expect(session.challenged([challenge("MD5")])).toBe(true);
  expect(count()).toBe("00000001");
  expect(session.challenged([challenge("MD5")])).toBe(false);
  expect(count()).toBe("00000001");
  expect(session.challenged([`${challenge("MD5")}, stale=true`])).toBe(true);
});
