// Connection strings, environment, services and password files, as libpq's manual describes them.
import { describe, expect, test } from "bun:test";
import { Fault } from "../kernel/fault.ts";
import {
  environmentSettings,
  filePassword,
  parseConnection,
  serviceSettings,
  targetOf,
  targetText,
} from "./connection.ts";

const surroundings = { osUser: "me", defaultHost: "localhost" };
const target = (text: string, env: Record<string, string> = {}) =>
  targetOf([parseConnection(text), environmentSettings(env)], surroundings);

const localhost = {
  hosts: [{ host: "localhost", port: 5432 }],
  user: "me",
  database: "me",
  sslMode: "prefer",
  connectTimeoutMs: 10_000,
};

describe("targets", () => {
  const cases: readonly (readonly [string, object])[] = [
    ["postgres://", {}],
    ["postgresql://localhost", {}],
    ["postgres://localhost:5433", { hosts: [{ host: "localhost", port: 5433 }] }],
    ["postgres://localhost/shop", { database: "shop" }],
    ["postgres://ann@localhost", { user: "ann", database: "ann" }],
    ["postgres://ann:s3cret@localhost/shop", { user: "ann", password: "s3cret", database: "shop" }],
    [
      "postgres://ann:p%40ss%2Fw%3A%25@h/d",
      { user: "ann", password: "p@ss/w:%", database: "d", hosts: [{ host: "h", port: 5432 }] },
    ],
    ["postgres://ann:a:b@h/d", { user: "ann", password: "a:b", database: "d", hosts: [{ host: "h", port: 5432 }] }],
    ["postgres://[::1]:5433/d", { hosts: [{ host: "::1", port: 5433 }], database: "d" }],
    [
      "postgres://a:1,b:2/d",
      {
        hosts: [
          { host: "a", port: 1 },
          { host: "b", port: 2 },
        ],
        database: "d",
      },
    ],
    ["postgres://%2Fvar%2Frun%2Fpostgresql/d", { hosts: [{ host: "/var/run/postgresql", port: 5432 }], database: "d" }],
    ["postgres:///d?host=/tmp&port=5433", { hosts: [{ host: "/tmp", port: 5433 }], database: "d" }],
    ["postgres://h/d?sslmode=require", { hosts: [{ host: "h", port: 5432 }], database: "d", sslMode: "require" }],
    ["postgres://h/d?ssl=true", { hosts: [{ host: "h", port: 5432 }], database: "d", sslMode: "require" }],
    [
      "postgres://h/d?sslrootcert=system",
      { hosts: [{ host: "h", port: 5432 }], database: "d", sslMode: "verify-full", sslRootCert: "system" },
    ],
    [
      "postgres://h/d?user=u&password=p%26q",
      { hosts: [{ host: "h", port: 5432 }], database: "d", user: "u", password: "p&q" },
    ],
    ["postgres://h/d?pgbouncer=true&channel_binding=require", { hosts: [{ host: "h", port: 5432 }], database: "d" }],
    ["postgres://h/d?connect_timeout=3", { hosts: [{ host: "h", port: 5432 }], database: "d", connectTimeoutMs: 3000 }],
    [
      "postgres://h/d?connect_timeout=0",
      { hosts: [{ host: "h", port: 5432 }], database: "d", connectTimeoutMs: 60_000 },
    ],
    [
      "postgres://h/d?options=endpoint%3Dx",
      { hosts: [{ host: "h", port: 5432 }], database: "d", options: "endpoint=x" },
    ],
    ["host=h dbname=d", { hosts: [{ host: "h", port: 5432 }], database: "d" }],
    ["host = h  port = 6543  user = ann", { hosts: [{ host: "h", port: 6543 }], user: "ann", database: "ann" }],
    ["password='it\\'s a \\\\ secret' dbname='my db'", { password: "it's a \\ secret", database: "my db" }],
    ["user=a\\ b", { user: "a b", database: "a b" }],
    [
      "host=a,b port=1,2",
      {
        hosts: [
          { host: "a", port: 1 },
          { host: "b", port: 2 },
        ],
      },
    ],
    [
      "host=a,b port=7",
      {
        hosts: [
          { host: "a", port: 7 },
          { host: "b", port: 7 },
        ],
      },
    ],
    ["hostaddr=10.0.0.1 host=db.example", { hosts: [{ host: "10.0.0.1", port: 5432 }] }],
    ["host=", {}],
  ];
  test.each(cases)("%s", (text, expected) => {
    expect(target(text)).toEqual({ ...localhost, ...expected } as ReturnType<typeof target>);
  });

  test("the string wins over the environment, which fills the rest", () => {
    const env = {
      PGHOST: "envhost",
      PGPORT: "7000",
      PGUSER: "envuser",
      PGDATABASE: "envdb",
      PGPASSWORD: "envpw",
      PGSSLMODE: "disable",
    };
    expect(target("postgres://ann@h", env)).toMatchObject({
      hosts: [{ host: "h", port: 7000 }],
      user: "ann",
      database: "envdb",
      password: "envpw",
      sslMode: "disable",
    });
  });
});

describe("refused, without ever showing the text", () => {
  test.each([
    "postgres://ann:s3cret@h:99999/d",
    "postgres://ann:s3cret@h:x/d",
    "postgres://ann:s3cret%@h/d",
    "postgres://ann:s3cret@h/d?sslmode=sometimes",
    "postgres://ann:s3cret@h/d?sslmod=require",
    "postgres://ann:s3cret@a:1,b:2,c/d?port=1,2",
    "mysql://ann:s3cret@h/d",
    "password='s3cret host=h",
    "s3cret",
    "host=h connect_timeout=soon password=s3cret",
  ])("%s", (text) => {
    let fault: unknown;
    try {
      target(text);
    } catch (error) {
      fault = error;
    }
    expect(fault).toBeInstanceOf(Fault);
    if (!(fault instanceof Fault)) return;
    expect(fault.code).toBe("usage.bad-value");
    expect(`${fault.message} ${fault.help}`).not.toContain("s3cret");
  });

  test("a misspelt parameter gets a suggestion", () => {
    expect(() => target("postgres://h/d?sslmod=require")).toThrow('did you mean "sslmode"?');
  });
});

test("the shown form has no password", () => {
  expect(targetText(target("postgres://ann:s3cret@h:1,[::1]:2/my%20db"))).toBe(
    "postgres://ann:***@h:1,[::1]:2/my%20db",
  );
  expect(targetText(target("host=/tmp user=ann"))).toBe("postgres://ann@%2Ftmp:5432/ann");
});

test("service files: sections, comments, and what is not there", () => {
  const file = "# comment\r\n[other]\nhost=o\n\n[mine]\nhost = h\nport=6000\ndbname=a b\n[mine]\nhost=second\n";
  expect(serviceSettings(file, "mine")).toEqual({ host: "h", port: "6000", dbname: "a b" });
  expect(serviceSettings(file, "nobody")).toBeUndefined();
});

describe("password files", () => {
  const file = [
    "# comment",
    "h:5432:d:ann:plain",
    "h:*:*:bob:wild",
    "*:*:*:eve:a\\:b\\\\c:d",
    "localhost:5432:d:sock:s",
    "::1:1:d:x:no",
    "\\:\\:1:1:d:x:six",
    "",
  ].join("\n");
  const cases: readonly (readonly [string, number, string, string, string | undefined])[] = [
    ["h", 5432, "d", "ann", "plain"],
    ["h", 5433, "d", "ann", undefined],
    ["h", 1, "any", "bob", "wild"],
    ["other", 1, "any", "bob", undefined],
    ["anything", 1, "x", "eve", "a:b\\c:d"],
    ["/var/run/postgresql", 5432, "d", "sock", "s"],
    ["/own/folder", 5432, "d", "sock", undefined],
    ["::1", 1, "d", "x", "six"],
  ];
  test.each(cases)("%s:%d:%s:%s", (host, port, database, user, password) => {
    expect(filePassword(file, { host, port }, database, user)).toBe(password);
  });
});
