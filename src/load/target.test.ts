import { describe, expect, test } from "bun:test";
import { Fault } from "../kernel/fault.ts";
import { isMetadataHost, isSecretName, readTarget, refuseMetadata } from "./target.ts";

const faultOf = (act: () => unknown): Fault => {
  try {
    act();
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error("no fault");
};

test("a URL becomes what a socket and a request line need", () => {
  expect(readTarget("https://api.example.com/v1/users?page=2#top")).toEqual({
    scheme: "https",
    host: "api.example.com",
    isAddress: false,
    port: 443,
    authority: "api.example.com",
    path: "/v1/users?page=2",
    shown: "https://api.example.com/v1/users?page=2",
  });
});

describe("authority and port", () => {
  const cases: readonly (readonly [url: string, host: string, port: number, authority: string, isAddress: boolean])[] =
    [
      ["http://localhost", "localhost", 80, "localhost", false],
      ["http://localhost:80", "localhost", 80, "localhost", false],
      ["http://localhost:3000", "localhost", 3000, "localhost:3000", false],
      ["https://x.org:80", "x.org", 80, "x.org:80", false],
      ["https://x.org:443", "x.org", 443, "x.org", false],
      ["http://127.0.0.1:8080", "127.0.0.1", 8080, "127.0.0.1:8080", true],
      ["http://2130706433/", "127.0.0.1", 80, "127.0.0.1", true],
      ["http://[::1]:8080", "::1", 8080, "[::1]:8080", true],
      ["http://[::1]", "::1", 80, "[::1]", true],
      ["http://b\u00fccher.example", "xn--bcher-kva.example", 80, "xn--bcher-kva.example", false],
    ];
  for (const [url, host, port, authority, isAddress] of cases) {
    test(url, () => expect(readTarget(url)).toMatchObject({ host, port, authority, isAddress }));
  }
});

test("user information becomes a header and is not shown", () => {
  const target = readTarget("http://ada:p%40ss:w%C3%B6rd@localhost/x");
  expect(target.authorization).toBe(`Basic ${Buffer.from("ada:p@ss:w\u00f6rd").toString("base64")}`);
  expect(target.shown).toBe("http://localhost/x");
  expect(target.authority).toBe("localhost");
});

test("secret query values are masked in what is shown, and sent as they are", () => {
  const target = readTarget("http://h/x?q=a%20b&access_token=s3cret&apiKey=k&empty_token=&page=1");
  expect(target.shown).toBe("http://h/x?q=a%20b&access_token=***&apiKey=***&empty_token=&page=1");
  expect(target.path).toBe("/x?q=a%20b&access_token=s3cret&apiKey=k&empty_token=&page=1");
});

test("names of secrets", () => {
  const secret = [
    "Authorization",
    "Proxy-Authorization",
    "Cookie",
    "Set-Cookie",
    "X-Api-Key",
    "X-Auth-Token",
    "password",
    "client_secret",
    "sig",
    "X-Amz-Signature",
    "sessionId",
    "jwt",
  ];
  const open = [
    "Accept",
    "Content-Type",
    "Host",
    "User-Agent",
    "X-Request-Id",
    "page",
    "keyword",
    "design",
    "monkey",
    "author",
    "Accept-Encoding",
  ];
  expect(secret.filter((name) => !isSecretName(name))).toEqual([]);
  expect(open.filter((name) => isSecretName(name))).toEqual([]);
});

describe("metadata services are refused in every spelling", () => {
  const hosts = [
    "169.254.169.254",
    "2852039166",
    "0xa9fea9fe",
    "0251.0376.0251.0376",
    "169.254.43518",
    "[::ffff:169.254.169.254]",
    "[::ffff:a9fe:a9fe]",
    "[fd00:ec2::254]",
    "metadata.google.internal",
    "METADATA.google.internal.",
    "100.100.100.200",
    "169.254.170.2",
  ];
  for (const host of hosts) {
    test(host, () =>
      expect(faultOf(() => readTarget(`http://${host}/latest/`))).toMatchObject({ code: "guard.target", exit: 5 }),
    );
  }

  test("and an address that a name resolves to", () => {
    const fault = faultOf(() => refuseMetadata("169.254.169.254", "rebound.example"));
    expect(fault.message).toBe(
      "rebound.example resolves to 169.254.169.254, which is a cloud metadata service: it is never load-tested",
    );
    expect(isMetadataHost("169.254.1.1")).toBe(false);
  });
});

describe("what is no target", () => {
  const cases: Readonly<Record<string, string>> = {
    "localhost:3000/health": "lacks its scheme",
    "api.example.com": "lacks its scheme",
    "/health": "lacks its scheme",
    "": "lacks its scheme",
    "file:///etc/passwd": "only http",
    "ftp://example.com/": "only http",
    "unix:/var/run/docker.sock": "only http",
    "javascript:alert(1)": "only http",
    "http://": "cannot be read",
    "http://host:99999/": "cannot be read",
    "http://ho st/": "cannot be read",
    "http://localhost:0/": "port 0",
  };
  for (const [url, part] of Object.entries(cases)) {
    test(JSON.stringify(url), () => {
      const fault = faultOf(() => readTarget(url));
      expect(fault).toMatchObject({ code: "usage.bad-value" });
      expect(fault.message).toContain(part);
    });
  }

  test("no fault repeats a password", () => {
    for (const url of ["http://ada:s3cret@host:99999/", "ftp://ada:s3cret@host/", "ada:s3cret@host"]) {
      const fault = faultOf(() => readTarget(url));
      expect(`${fault.message} ${fault.help}`).not.toContain("s3cret");
    }
  });
});
