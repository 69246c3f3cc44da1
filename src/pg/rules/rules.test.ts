// The rules on keys and indexes against their fixtures: what it finds, what it lets pass, and that its fixes mend on a real server, both ways.
import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { loadSchema } from "../../io/embedded/load-schema.ts";
import { withSession } from "../../io/postgres/session.ts";
import type { Finding } from "../../kernel/finding.ts";
import type { Rule } from "../../kernel/rule.ts";
import { runRules } from "../../kernel/rule.ts";
import { runSql, testServer } from "../../testing/postgres-server.ts";
import type { CatalogReading } from "../catalog.ts";
import { parseConnection, targetOf } from "../connection.ts";
import { readCatalogWith } from "../read-catalog.ts";
import { duplicateIndex } from "./duplicate-index.ts";
import { foreignKeyWithoutIndex } from "./foreign-key-without-index.ts";
import { structureRules } from "./index.ts";
import { tableWithoutPrimaryKey } from "./table-without-primary-key.ts";

const server = await testServer();
const signal = new AbortController().signal;

const fixture = (rule: Rule<CatalogReading>, name: string): Promise<string> =>
  Bun.file(join(import.meta.dirname, "../fixtures", rule.id.replace("db/", ""), `${name}.sql`)).text();

const load = async (text: string): Promise<CatalogReading> =>
  (await loadSchema([{ path: "fixture.sql", text }], { schemas: [], deadlineMs: 60_000, signal })).reading;

const schemaOf = ({ at }: Finding): string => (at.kind === "object" ? (at.schema ?? "") : "");

const schemasIn = (reading: CatalogReading): readonly string[] =>
  reading.catalog.schemas.map(({ name }) => name).filter((schema) => schema !== "public");

const readServer = (database: string): Promise<CatalogReading> => {
  const target = targetOf([parseConnection(server!.url(database))], { osUser: "postgres", defaultHost: "localhost" });
  return withSession(target, { deadlineMs: 30_000, signal }, (ask) => readCatalogWith(ask, "server", { schemas: [] }));
};

const alone = [duplicateIndex, foreignKeyWithoutIndex, tableWithoutPrimaryKey];

describe.each(alone.map((rule) => [rule.id, rule] as const))("%s", (id, rule) => {
  test("finds one thing in each schema of found.sql", async () => {
    const reading = await load(await fixture(rule, "found"));
    const found = runRules([rule], reading);
    expect(found.map(schemaOf).sort()).toEqual([...schemasIn(reading)].sort());
    expect(found.map(({ at, message, help, fix }) => ({ at, message, help, fix }))).toMatchSnapshot();
  });

  test("finds nothing in clean.sql", async () => {
    const reading = await load(await fixture(rule, "clean"));
    expect(schemasIn(reading).length).toBeGreaterThan(3);
    expect(runRules([rule], reading).map(({ message }) => message)).toEqual([]);
  });

  test.skipIf(server === undefined)(
    "its fixes mend on a real server and leave nothing new; their way back restores",
    async () => {
      const database = await server!.createDatabase(await fixture(rule, "found"));
      const before = await readServer(database);
      const all = runRules(alone, before);
      const mine = all.filter((finding) => finding.rule === id);
      const fixes = mine.flatMap(({ fix }) => (fix?.kind === "sql" ? [fix] : []));
      expect(fixes.length).toBeGreaterThan(4);

      for (const { up } of fixes) await runSql(server!, database, up);
      const after = runRules(alone, await readServer(database));
      const unmended = mine.filter(({ fix }) => fix === undefined).map(({ message }) => message);
      expect(after.filter((finding) => finding.rule === id).map(({ message }) => message)).toEqual(unmended);
      const known = new Set(all.map(({ message }) => message));
      expect(after.map(({ message }) => message).filter((message) => !known.has(message))).toEqual([]);

      for (const { down } of fixes.toReversed()) {
        for (const statement of (down ?? "").split("\n").filter((line) => line !== "")) {
          await runSql(server!, database, statement);
        }
      }
      expect((await readServer(database)).catalog).toEqual(before.catalog);
    },
  );
});

test("two foreign keys of which one index serves both share one fix", async () => {
  const reading = await load(`
    create table one (a int, b int, primary key (a, b));
    create table two (a int primary key);
    create table child (id int primary key, a int references two, b int, foreign key (a, b) references one);`);
  const fixes = runRules(structureRules, reading).map(({ fix }) => (fix?.kind === "sql" ? fix.up : undefined));
  expect(fixes).toEqual(
    Array.from({ length: 2 }, () => "CREATE INDEX CONCURRENTLY child_a_b_idx ON public.child (a, b);"),
  );
});
