// Sessions on a real server: how they connect, what they refuse, and that they only read.
import { describe, expect, test } from "bun:test";
import { chmod } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { Fault } from "../../kernel/fault.ts";
import { parseConnection, targetOf, targetText } from "../../pg/connection.ts";
import type { Ask } from "../../pg/read-catalog.ts";
import { memoryIo } from "../../testing/memory-io.ts";
import { testServer } from "../../testing/postgres-server.ts";
import { temporaryFolder } from "../../testing/temporary.ts";
import { diskFiles } from "../files.ts";
import type { Io } from "../io.ts";
import { resolveTarget } from "./resolve.ts";
import { withSession } from "./session.ts";

const server = await testServer();
const signal = new AbortController().signal;

const session = <T>(connection: string, work: (ask: Ask) => Promise<T>, deadlineMs = 10_000): Promise<T> =>
  withSession(
    targetOf([parseConnection(connection)], { osUser: "nobody", defaultHost: "localhost" }),
    { deadlineMs, signal },
    work,
  );

const encrypted = async (ask: Ask): Promise<string> =>
  (await ask("select ssl::text from pg_stat_ssl where pid = pg_backend_pid()"))[0] ?? "";

const faultOf = async (work: Promise<unknown>): Promise<Fault> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof Fault) return error;
  throw error instanceof Error ? error : new Error("no fault");
};

describe.skipIf(server === undefined)("connecting", () => {
  const url = server?.url() ?? "";
  const { socket = "", port = 0, certificate = "" } = server ?? {};

  test.each([
    [url, "true"],
    [`${url}?sslmode=disable`, "false"],
    [`${url}?sslmode=allow`, "false"],
    [`${url}?sslmode=prefer`, "true"],
    [`${url}?sslmode=require`, "true"],
    [`${url}?sslmode=verify-ca&sslrootcert=${certificate}`, "true"],
    [`${url}?sslmode=verify-full&sslrootcert=${certificate}`, "true"],
    [`host=${socket} port=${port} user=postgres sslmode=require`, "false"],
    [url.replace("127.0.0.1:", "127.0.0.1:1,127.0.0.1:"), "true"],
  ])("%s", async (connection, tls) => {
    expect(await session(connection, encrypted)).toBe(tls);
  });

  const here = `127.0.0.1 port ${port}`;
  test.each([
    [
      "a wrong password",
      url.replace(/:[^:@]*@/, ":s3cret@"),
      `cannot connect to ${here} as postgres: password authentication failed for user "postgres"`,
    ],
    [
      "no such database",
      url.replace(/postgres$/, "nowhere"),
      `cannot connect to ${here} as postgres: database "nowhere" does not exist`,
    ],
    [
      "no such user",
      url.replace("//postgres:", "//nobody:"),
      `cannot connect to ${here} as nobody: password authentication failed for user "nobody"`,
    ],
    [
      "a refused port",
      "postgres://u:s3cret@127.0.0.1:1/d",
      "cannot connect to 127.0.0.1 port 1 as u: connection refused; no server listens there",
    ],
    [
      "an unknown host",
      "postgres://u:s3cret@host.invalid/d",
      "cannot connect to host.invalid port 5432 as u: the host's name is not known",
    ],
    [
      "no such socket",
      "host=/nowhere user=u",
      "cannot connect to the socket /nowhere/.s.PGSQL.5432 as u: there is no such socket",
    ],
    [
      "an unknown authority",
      `${url}?sslmode=verify-full&sslrootcert=system`,
      `cannot connect to ${here} as postgres: its certificate is self-signed; name its authority with sslrootcert`,
    ],
    [
      "a certificate file that is not there",
      `${url}?sslmode=verify-ca&sslrootcert=/nowhere`,
      `cannot connect to ${here} as postgres: cannot read the certificate authorities in /nowhere`,
    ],
  ])("%s", async (_, connection, message) => {
    const fault = await faultOf(session(connection, encrypted));
    expect([fault.code, fault.exit, fault.message]).toEqual(["world.database", 4, message]);
    expect(`${fault.message}${fault.help}`).not.toContain("s3cret");
  });

  test("a server that speaks no TLS, where it is asked for; one that never answers; one that is no PostgreSQL", async () => {
    const answers = { no: "N", silent: "", other: "HTTP/1.1 400 Bad Request\r\n\r\n" };
    const messages: string[] = [];
    for (const answer of Object.values(answers)) {
      const fake = createServer((peer) => {
        peer.on("error", () => undefined).once("data", () => answer !== "" && peer.write(answer));
      }).listen(0, "127.0.0.1");
      const at = fake.address();
      const fakePort = typeof at === "object" && at !== null ? at.port : 0;
      const fault = await faultOf(
        session(`postgres://u@127.0.0.1:${fakePort}/d?sslmode=require&connect_timeout=2`, encrypted),
      );
      messages.push(fault.message.replace(String(fakePort), "P"));
      fake.close();
    }
    expect(messages).toEqual([
      "cannot connect to 127.0.0.1 port P as u: the server does not support TLS, which sslmode=require asks for",
      "cannot connect to 127.0.0.1 port P as u: no answer within 2 s",
      "cannot connect to 127.0.0.1 port P as u: the server does not support TLS, which sslmode=require asks for",
    ]);
  });
});

describe.skipIf(server === undefined)("a session", () => {
  const url = server?.url() ?? "";

  test("is read-only, with timeouts, one snapshot and its name", async () => {
    const rows = await session(url, (ask) =>
      ask(`select string_agg(name || '=' || setting, ' ' order by name) from pg_settings where name in
        ('application_name', 'default_transaction_read_only', 'lock_timeout', 'search_path', 'statement_timeout', 'transaction_isolation', 'transaction_read_only')`),
    );
    expect(rows).toEqual([
      'application_name=senior default_transaction_read_only=on lock_timeout=2000 search_path="" statement_timeout=10000 transaction_isolation=repeatable read transaction_read_only=on',
    ]);
  });

  test("cannot write", async () => {
    const fault = await faultOf(session(url, (ask) => ask("create table t (a int)")));
    expect(fault.message).toContain("cannot execute CREATE TABLE in a read-only transaction");
  });

  test("ends a query at the deadline", async () => {
    const fault = await faultOf(session(url, (ask) => ask("select pg_sleep(60)::text"), 200));
    expect([fault.code, fault.message.split(": ").at(-1)]).toEqual([
      "world.database",
      "a query took longer than 200 ms",
    ]);
  });

  test("leaves no connection behind", async () => {
    const count =
      "select count(*)::text from pg_stat_activity where application_name = 'senior' and pid <> pg_backend_pid()";
    for (let n = 0; n < 3; n++) await session(url, encrypted);
    expect(await session(url, (ask) => ask(count))).toEqual(["0"]);
  });
});

describe("resolving", () => {
  const io = async (files: Record<string, string>, env: Record<string, string> = {}): Promise<Io> => {
    const home = await temporaryFolder(files);
    return { ...memoryIo({ env }), home, files: diskFiles(home) };
  };

  test("a service and a password file, as libpq finds them", async () => {
    const files = {
      ".pg_service.conf": "[shop]\nhost=db.example\nport=6000\nuser=ann\n",
      ".pgpass": "db.example:6000:*:ann:from file\n",
    };
    const here = await io(files, { PGSERVICE: "shop", PGDATABASE: "orders", PGUSER: "ignored" });
    await chmod(join(here.home, ".pgpass"), 0o600);
    const target = await resolveTarget(here, "");
    expect([targetText(target), target.password]).toEqual(["postgres://ann:***@db.example:6000/orders", "from file"]);
  });

  test("a password file that others can read is not used, and says so", async () => {
    const here = await io({ ".pgpass": "*:*:*:*:secret\n" });
    await chmod(join(here.home, ".pgpass"), 0o644);
    expect((await resolveTarget(here, "postgres://h")).password).toBeUndefined();
    expect((here as unknown as { notes: readonly string[] }).notes[0]).toContain("others can read it");
  });

  test("a service that is not there", async () => {
    const fault = await faultOf(resolveTarget(await io({}), "service=nothing"));
    expect(fault.message).toStartWith('there is no service "nothing" in ');
  });
});
