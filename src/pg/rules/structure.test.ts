// The rules on structure against their fixtures, all in one database: what they find, what they let pass, and that their fixes mend.
import { beforeAll, describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { loadSchema } from "../../io/embedded/load-schema.ts";
import { withSession } from "../../io/postgres/session.ts";
import type { Finding } from "../../kernel/finding.ts";
import { runRules } from "../../kernel/rule.ts";
import { runSql, testServer } from "../../testing/postgres-server.ts";
import type { CatalogReading } from "../catalog.ts";
import { parseConnection, targetOf } from "../connection.ts";
import { readCatalogWith } from "../read-catalog.ts";
import { structureRules } from "./index.ts";

const server = await testServer();
const signal = new AbortController().signal;

const folder = (rule: string): string => join(import.meta.dirname, "../fixtures", rule.replace("db/", ""));

/** Rules with fixtures of their own file, whose schemas bear names that no other's do. */
const alone = ["db/duplicate-index", "db/foreign-key-without-index", "db/table-without-primary-key"];
const rules = structureRules.filter(({ id }) => !alone.includes(id) && existsSync(folder(id)));

const fixture = (rule: string, name: string): Promise<string> => Bun.file(join(folder(rule), `${name}.sql`)).text();

const all = async (name: string): Promise<string> =>
  (await Promise.all(rules.map(({ id }) => fixture(id, name)))).join("\n");

const schemasIn = (sql: string): readonly string[] =>
  [...sql.matchAll(/^create schema (\w+);/gm)].map((one) => one[1] ?? "");

const schemaOf = ({ at }: Finding): string =>
  at.kind === "object" ? (at.schema ?? (at.type === "schema" ? at.name : "")) : "";

const load = async (text: string): Promise<CatalogReading> =>
  (await loadSchema([{ path: "fixture.sql", text }], { schemas: [], deadlineMs: 60_000, signal })).reading;

const readServer = (database: string): Promise<CatalogReading> => {
  const target = targetOf([parseConnection(server!.url(database))], { osUser: "postgres", defaultHost: "localhost" });
  return withSession(target, { deadlineMs: 30_000, signal }, (ask) => readCatalogWith(ask, "server", { schemas: [] }));
};

describe("rules on structure", () => {
  let found: CatalogReading;
  let clean: CatalogReading;
  beforeAll(async () => {
    [found, clean] = [await load(await all("found")), await load(await all("clean"))];
  });

  test.each(rules.map((rule) => [rule.id, rule] as const))("%s", async (id, rule) => {
    const mine = schemasIn(await fixture(id, "found"));
    const findings = runRules([rule], found).filter((finding) => mine.includes(schemaOf(finding)));
    expect(findings.map(schemaOf).sort()).toEqual([...mine].sort());
    expect(
      findings.map(({ severity, at, message, help, evidence, fix }) => ({
        severity,
        at,
        message,
        help,
        evidence,
        fix,
      })),
    ).toMatchSnapshot();
    const innocent = schemasIn(await fixture(id, "clean"));
    expect(innocent.length).toBeGreaterThan(3);
    const wrong = runRules([rule], clean).filter((finding) => innocent.includes(schemaOf(finding)));
    expect(wrong.map(({ message }) => message)).toEqual([]);
  });

  test.skipIf(server === undefined)("their fixes mend on a real server, and their way back restores", async () => {
    const roles = ["anon", "app", "builder", "reader"].map(
      (role) => `do $$ begin create role ${role}; exception when duplicate_object then null; end $$;`,
    );
    const database = await server!.createDatabase(`${roles.join("\n")}\n${await all("found")}`);
    const before = await readServer(database);
    const mended = runRules(rules, before).filter(({ fix }) => fix?.kind === "sql");
    const fixes = mended.flatMap(({ fix }) => (fix?.kind === "sql" ? [fix] : []));
    expect(fixes.length).toBeGreaterThan(20);
    for (const { up } of fixes) await runSql(server!, database, up);
    const left = new Set(runRules(rules, await readServer(database)).map(({ message }) => message));
    expect(mended.map(({ message }) => message).filter((message) => left.has(message))).toEqual([]);
    for (const { down } of fixes.toReversed()) await runSql(server!, database, down ?? "");
    expect((await readServer(database)).catalog).toEqual(before.catalog);
  });

  test.skipIf(server === undefined)("db/invalid-index: what a failed concurrent build left", async () => {
    const database = await server!.createDatabase(`
      create table t (id int primary key, a int, b int);
      create index t_b on t (b);
      insert into t values (1, 1, 1), (2, 1, 1)`);
    for (const index of ["unique index concurrently t_a on t (a)", "unique index concurrently t_b_key on t (b)"]) {
      await runSql(server!, database, `create ${index}`).catch(() => undefined);
    }
    const invalid = async (): Promise<readonly Finding[]> =>
      runRules(
        structureRules.filter(({ id }) => id === "db/invalid-index"),
        await readServer(database),
      );
    const findings = await invalid();
    expect(findings.map(({ at, fix }) => [schemaOf({ at } as Finding), fix?.kind === "sql" ? fix.up : ""])).toEqual([
      ["public", "REINDEX INDEX CONCURRENTLY public.t_a;"],
      ["public", "REINDEX INDEX CONCURRENTLY public.t_b_key;"],
    ]);
    await runSql(server!, database, "delete from t where id = 2");
    for (const { fix } of findings) await runSql(server!, database, fix?.kind === "sql" ? fix.up : "");
    expect(await invalid()).toEqual([]);
  });
});
