// Every kind of object: a fixture each, read from the embedded server and from a real one, equal to its golden JSON.
import { afterAll, describe, expect, test } from "bun:test";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { withShadow } from "../io/embedded/load-schema.ts";
import { withSession } from "../io/postgres/session.ts";
import { runSql, testServer } from "../testing/postgres-server.ts";
import type { Catalog } from "./catalog.ts";
import { parseConnection, targetOf } from "./connection.ts";
import { readCatalogWith } from "./read-catalog.ts";

const folder = join(import.meta.dirname, "fixtures/catalog");
const kinds = readdirSync(folder, { withFileTypes: true }).flatMap((one) => (one.isDirectory() ? [one.name] : []));
const signal = new AbortController().signal;

const textOf = (kind: string): Promise<string> => Bun.file(join(folder, kind, "schema.sql")).text();

/** Without what is empty: a golden shows its own kind alone. */
const shown = (catalog: Catalog): string => {
  const filled = Object.entries(catalog).filter(([, value]) => !Array.isArray(value) || value.length > 0);
  return `${JSON.stringify(Object.fromEntries(filled), undefined, 2)}\n`;
};

/** One shadow for all; loading starts with the first test and ends with the last. */
const embedded = withShadow({ deadlineMs: 60_000, signal }, async (shadow) => {
  const catalogs = new Map<string, Catalog>();
  for (const kind of kinds) {
    const { reading } = await shadow.load([{ path: `${kind}.sql`, text: await textOf(kind) }], { schemas: [] });
    catalogs.set(kind, reading.catalog);
  }
  return catalogs;
});
afterAll(() => embedded.then(() => undefined));

const golden = (kind: string): string => join(folder, kind, "catalog.json");

describe.each(kinds.toSorted())("%s", (kind) => {
  test("equals its golden JSON, with nothing unmodelled", async () => {
    const catalog = (await embedded).get(kind)!;
    if (process.env["UPDATE_GOLDEN"] === "1") await Bun.write(golden(kind), shown(catalog));
    expect(catalog.unmodelled).toEqual([]);
    expect(shown(catalog)).toBe(await Bun.file(golden(kind)).text());
  });
});

test("passwords are never read", async () => {
  expect(shown((await embedded).get("foreign-data")!)).not.toContain("never shown");
});

const server = await testServer();

describe.skipIf(server === undefined)("a real server", () => {
  const readServer = async (database: string): Promise<Catalog> => {
    const target = targetOf([parseConnection(server!.url(database))], { osUser: "x", defaultHost: "localhost" });
    const scope = { schemas: [], loader: "postgres" };
    const { catalog } = await withSession(target, { deadlineMs: 30_000, signal }, (ask) =>
      readCatalogWith(ask, "server", scope),
    );
    // A file leaves the version to the server.
    return {
      ...catalog,
      extensions: catalog.extensions.map(({ name, schema, comment }) => ({ name, schema, comment })),
    } as Catalog;
  };
  const roles = "do $$ begin create role reader; create role boss; exception when duplicate_object then null; end $$;";

  test("gives the same for every kind", async () => {
    for (const kind of kinds) {
      const database = await server!.createDatabase(roles);
      await runSql(server!, database, await textOf(kind));
      expect(shown(await readServer(database))).toBe(await Bun.file(golden(kind)).text());
    }
  });

  test("names what is not modelled", async () => {
    const database = await server!.createDatabase(
      "create publication p; create subscription far connection '' publication p with (connect = false, slot_name = none);",
    );
    await runSql(server!, database, `alter database ${database} set work_mem = '1MB'`);
    expect((await readServer(database)).unmodelled).toEqual([
      { kind: "database setting", identity: "work_mem" },
      { kind: "subscription", identity: "far" },
    ]);
    await runSql(server!, database, "drop subscription far");
  });
});
