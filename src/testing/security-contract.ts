// Who is let in: every kind of scheme, alone, together and as alternatives, answered alike by every framework.
import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { SignJWT, exportSPKI, generateKeyPair } from "jose";
import type { GeneratedFile } from "../kernel/fileset.ts";
import type { JsonObject } from "../kernel/json.ts";
import type { Running, Runtime } from "./emitted-project.ts";
import { startProject, writeProject } from "./emitted-project.ts";

type Requirement = Readonly<Record<string, readonly string[]>>;

const operation = (operationId: string, security?: readonly Requirement[]): JsonObject => ({
  operationId,
  tags: ["vault"],
  ...(security === undefined ? {} : { security }),
  responses: { 200: { description: "ok", content: { "application/json": {} } } },
});

const jsonBody = { required: true, content: { "application/json": { schema: { type: "object", required: ["a"] } } } };

export const vaultDocument = (): string =>
  JSON.stringify({
    openapi: "3.1.0",
    info: { title: 'The "Vault" ⚿', version: "1" },
    security: [{ token: [] }],
    paths: {
      "/open": { get: operation("everybody", []) },
      "/token": { get: operation("token") },
      "/keys": { get: operation("keys", [{ headerKey: [] }, { queryKey: [] }, { cookieKey: [] }]) },
      "/both": { post: { ...operation("both", [{ token: [], headerKey: [] }]), requestBody: jsonBody } },
      "/maybe": { get: operation("maybe", [{}, { token: [] }]) },
      "/scoped": { get: operation("scoped", [{ oauth: ["read", "write"] }, { headerKey: [] }]) },
      "/login": { get: operation("login", [{ login: [] }]) },
      "/certificate": { get: operation("certificate", [{ certificate: [] }]) },
      "/undeclared": { get: operation("undeclared", [{ constructor: [] }]) },
    },
    components: {
      securitySchemes: {
        token: { type: "http", scheme: "bearer", bearerFormat: "JWT" },
        headerKey: { type: "apiKey", in: "header", name: "X-API-Key" },
        queryKey: { type: "apiKey", in: "query", name: "key" },
        cookieKey: { type: "apiKey", in: "cookie", name: "session" },
        oauth: { type: "oauth2", flows: { clientCredentials: { tokenUrl: "https://id.example/t", scopes: {} } } },
        login: { type: "http", scheme: "basic" },
        certificate: { type: "mutualTLS" },
      },
    },
  });

const names = ["everybody", "token", "keys", "both", "maybe", "scoped", "login", "certificate", "undeclared"];

const withHandlers = (files: readonly GeneratedFile[]): readonly GeneratedFile[] => {
  const text = names.map(
    (name) => `export const ${name} = ({ auth }) => ({ status: 200, body: { auth: auth ?? null } });`,
  );
  return files.map((file) => (file.path === "routes/vault.ts" ? { ...file, text: text.join("\n") } : file));
};

const claims = { sub: "ada", scope: "read write" };
const other = { iss: "https://id.example", aud: "vault" };

interface Keys {
  readonly pem: string;
  /** A token, with other claims or from another key. */
  readonly token: (changes?: JsonObject, seconds?: number, key?: CryptoKey, alg?: string) => Promise<string>;
  readonly stranger: CryptoKey;
}

const makeKeys = async (): Promise<Keys> => {
  const own = await generateKeyPair("RS256", { extractable: true });
  const stranger = await generateKeyPair("RS256");
  const pem = await exportSPKI(own.publicKey);
  return {
    pem,
    stranger: stranger.privateKey,
    token: (changes = {}, seconds = 60, key = own.privateKey, alg = "RS256") =>
      new SignJWT({ ...claims, ...other, ...changes })
        .setProtectedHeader({ alg })
        .setExpirationTime(Math.floor(Date.now() / 1000) + seconds)
        .sign(key),
  };
};

const realm = 'realm="The \\"Vault\\""';
const bearer = `Bearer ${realm}`;
const basic = (text: string): string => `Basic ${Buffer.from(text).toString("base64")}`;

interface Answered {
  readonly status: number;
  readonly challenge: string | null;
  readonly body: JsonObject;
}

const ask = async (url: string, headers: Record<string, string> = {}, init: RequestInit = {}): Promise<Answered> => {
  const response = await fetch(url, { ...init, headers });
  const body = (await response.json()) as JsonObject;
  return { status: response.status, challenge: response.headers.get("www-authenticate"), body };
};

/** `files` are those of `vaultDocument`. */
export const securityContract = (
  emitted: () => Promise<readonly GeneratedFile[]>,
  runtimes: readonly Runtime[],
): void => {
  describe.each(runtimes)("security under %s", (runtime) => {
    let service: Running;
    let keys: Keys;

    beforeAll(async () => {
      keys = await makeKeys();
      const folder = await writeProject(withHandlers(await emitted()));
      service = await startProject(folder, runtime, {
        JWT_PUBLIC_KEY: keys.pem.replaceAll("\n", "\\n"),
        JWT_ISSUER: other.iss,
        JWT_AUDIENCE: other.aud,
        HEADER_KEY: "header-secret",
        QUERY_KEY: "query secret&",
        COOKIE_KEY: "cookie-secret",
        LOGIN_USERNAME: "ada",
        LOGIN_PASSWORD: "pass:word é",
      });
    });

    afterAll(() => service[Symbol.asyncDispose]());

    const get = (path: string, headers: Record<string, string> = {}): Promise<Answered> =>
      ask(service.url + path, headers);
    const withToken = async (path: string, token: Promise<string> | string): Promise<Answered> =>
      get(path, { authorization: `Bearer ${await token}` });

    test("an operation without security is open, and knows nobody", async () => {
      expect(await get("/open")).toEqual({ status: 200, challenge: null, body: { auth: null } });
    });

    test("a valid token tells the handler who asks", async () => {
      const { status, body } = await withToken("/token", keys.token());
      const auth = body["auth"] as Record<string, JsonObject>;
      expect([status, auth["token"]?.["subject"] ?? null, auth["token"]?.["scopes"] ?? null]).toEqual([
        200,
        "ada",
        ["read", "write"],
      ]);
    });

    test("names of schemes in the header are not case-sensitive", async () => {
      expect((await get("/token", { authorization: `bEARER  ${await keys.token()}` })).status).toBe(200);
    });

    test("no token is told what to bring", async () => {
      const { status, challenge, body } = await get("/token");
      expect([status, challenge, (body["error"] as JsonObject)["code"]]).toEqual([401, bearer, "UNAUTHENTICATED"]);
      expect((await get("/token", { authorization: "Basic abc" })).challenge).toBe(bearer);
    });

    test("a token that is late by less than clocks differ is good", async () => {
      expect((await withToken("/token", keys.token({}, -10))).status).toBe(200);
    });

    test.each<readonly [string, (keys: Keys) => Promise<string> | string]>([
      ["expired", ({ token }) => token({}, -120)],
      ["of another issuer", ({ token }) => token({ iss: "https://evil.example" })],
      ["for another audience", ({ token }) => token({ aud: "bank" })],
      ["without a subject", ({ token }) => token({ sub: null })],
      ["not valid yet", ({ token }) => token({ nbf: Math.floor(Date.now() / 1000) + 600 })],
      ["of another key", ({ token, stranger }) => token({}, 60, stranger)],
      ["unsigned", async ({ token }) => `${btoa('{"alg":"none"}')}.${(await token()).split(".")[1] ?? ""}.`],
      ["signed with the public key as a secret", ({ pem }) => confused(pem)],
      ["garbage", () => "a.b.c"],
      ["no token at all", () => "two words"],
      ["empty", () => ""],
    ])("a token that is %s is refused", async (_, make) => {
      const { status, challenge } = await withToken("/token", make(keys));
      expect([status, challenge]).toEqual([401, `${bearer}, error="invalid_token"`]);
    });

    test("scopes must all be there; another alternative may do instead", async () => {
      expect((await withToken("/scoped", keys.token())).status).toBe(200);
      const { status, challenge } = await withToken("/scoped", keys.token({ scope: "read" }));
      expect([status, challenge?.split(", ApiKey")[0]]).toEqual([
        403,
        `${bearer}, scope="read write", error="insufficient_scope"`,
      ]);
      expect((await withToken("/scoped", keys.token({ scope: null, scp: ["write", "read"] }))).status).toBe(200);
      const narrow = { authorization: `Bearer ${await keys.token({ scope: "read" })}`, "x-api-key": "header-secret" };
      expect((await get("/scoped", narrow)).body).toEqual({ auth: { headerKey: { subject: "holder of the key" } } });
    });

    test("keys are read where the document says", async () => {
      expect((await get("/keys", { "x-api-key": "header-secret" })).status).toBe(200);
      expect((await get("/keys?key=query+secret%26")).body).toEqual({
        auth: { queryKey: { subject: "holder of the key" } },
      });
      expect((await get("/keys", { cookie: "a=b; session=cookie-secret" })).status).toBe(200);
      const place = (where: string, name: string): string => `ApiKey ${realm}, in="${where}", name="${name}"`;
      const all = [place("header", "X-API-Key"), place("query", "key"), place("cookie", "session")].join(", ");
      expect(await get("/keys")).toMatchObject({ status: 401, challenge: all });
      for (const path of ["/keys?key=wrong", "/keys?key=query+secret%26&key=query+secret%26"]) {
        expect((await get(path)).status).toBe(401);
      }
      expect((await get("/keys", { "x-api-key": "cookie-secret" })).status).toBe(401);
    });

    test("a login is checked, colons and umlauts too", async () => {
      expect((await get("/login", { authorization: basic("ada:pass:word é") })).body).toEqual({
        auth: { login: { subject: "ada" } },
      });
      for (const wrong of ["ada:", "ada", "Ada:pass:word é", ":pass:word é", "ada:pass:word é "]) {
        const { status, challenge } = await get("/login", { authorization: basic(wrong) });
        expect([status, challenge]).toEqual([401, `Basic ${realm}, charset="UTF-8"`]);
      }
    });

    test("of one requirement all schemes are needed, before the body is looked at", async () => {
      const post = (headers: Record<string, string>, body = '{"a"'): Promise<Answered> =>
        ask(`${service.url}/both`, { "content-type": "application/json", ...headers }, { method: "POST", body });
      const authorization = `Bearer ${await keys.token()}`;
      const key = { "x-api-key": "header-secret" };
      const large = "x".repeat(2_000_000);
      expect((await post({}, large)).status).toBe(401);
      expect((await post({ authorization })).status).toBe(401);
      expect((await post(key)).status).toBe(401);
      expect((await post({ authorization, ...key })).status).toBe(400);
      expect((await post({ authorization, ...key }, '{"a":1}')).status).toBe(200);
    });

    test("where a token is optional nobody may come, but not with a bad one", async () => {
      expect((await get("/maybe")).body).toEqual({ auth: {} });
      expect((await withToken("/maybe", keys.token())).status).toBe(200);
      expect((await withToken("/maybe", "a.b.c")).status).toBe(401);
    });

    test.each(["/certificate", "/undeclared"])("%s has no verifier: nobody comes in", async (path) => {
      const { status, body } = await get(path, { authorization: `Bearer ${await keys.token()}` });
      expect([status, (body["error"] as JsonObject)["code"]]).toEqual([501, "NOT_IMPLEMENTED"]);
    });
  });

  test("without settings, every operation that is not open is refused", async () => {
    const folder = await writeProject(withHandlers(await emitted()));
    await using service = await startProject(folder, "bun");
    const statuses = ["/token", "/keys", "/scoped", "/login"].map(
      async (path) => (await ask(service.url + path)).status,
    );
    expect(await Promise.all(statuses)).toEqual([501, 501, 501, 501]);
    expect((await ask(`${service.url}/open`)).status).toBe(200);
    expect((await ask(`${service.url}/maybe`)).status).toBe(200);
    expect((await ask(`${service.url}/maybe`, { authorization: "Bearer a.b.c" })).status).toBe(501);
  });
};

/** The public key taken for the secret of a symmetric algorithm: an old trick. */
const confused = (pem: string): Promise<string> =>
  new SignJWT({ ...claims, ...other })
    .setProtectedHeader({ alg: "HS256" })
    .setExpirationTime("1m")
    .sign(new TextEncoder().encode(pem));
