// Large sides are built at once, and the outcome is that of small ones.
import { describe, expect, test } from "bun:test";
import { mergePlugins } from "../../registry.ts";
import { reporters } from "../../report/index.ts";
import { memoryIo } from "../../testing/memory-io.ts";
import { testServer } from "../../testing/postgres-server.ts";
import { runSenior } from "../run.ts";

const server = await testServer();
const registry = mergePlugins([{ sdk: 1, name: "senior", provides: [...reporters] }]);

/** Long enough for a server of its own, and another from its first line on. */
const long = (name: string, sql: string): string => `-- ${name} ${"x".repeat(200_000)}\n${sql}`;

const diff = async (files: Readonly<Record<string, string>>, ...from: readonly string[]) => {
  const paths = Object.entries(files).map(([name, sql]) => [`/project/${name}`, long(name, sql)] as const);
  const io = memoryIo({ files: Object.fromEntries(paths) });
  const words = ["db", "diff", ...from, "--compare", "new.sql", "--json"];
  const { stdout, exit } = await runSenior(words, io, () => Promise.resolve(registry));
  return { exit, stdout };
};

describe("sides that are built at once", () => {
  test("the way from the one to the other", async () => {
    const { exit, stdout } = await diff(
      { "old.sql": "create table t (id int primary key);", "new.sql": "create table t (id int primary key, a text);" },
      "old.sql",
    );
    expect([exit, stdout.includes("ALTER TABLE public.t ADD COLUMN a text;")]).toEqual([0, true]);
  });

  test("what is wrong with the new side is told first, then what is with the old one", async () => {
    const both = await diff(
      { "old.sql": "create table t (a nothing);", "new.sql": "create table t (a nowhere);" },
      "old.sql",
    );
    expect([both.exit, both.stdout.includes("nowhere"), both.stdout.includes("nothing")]).toEqual([3, true, false]);
    const one = await diff(
      { "old.sql": "create table t (a nothing);", "new.sql": "create table t (a int);" },
      "old.sql",
    );
    expect([one.exit, one.stdout.includes("nothing")]).toEqual([3, true]);
  });

  test.skipIf(server === undefined)(
    "a server has more than what is compared, and places that only the new side names",
    async () => {
      if (server === undefined) return;
      const tables = Array.from({ length: 150 }, (_, n) => `create table t${n} (id int);`).join("\n");
      const database = await server.createDatabase(`${tables} create schema apart; create table apart.u (id int);`);
      const connection = ["--connection", server.url(database)];
      for (const [sql, way] of [
        ["create table v (id int);", "CREATE TABLE public.v"],
        ["create schema apart; create table apart.u (id int) tablespace fast;", "SET TABLESPACE fast"],
      ] as const) {
        const { exit, stdout } = await diff({ "new.sql": `${tables} ${sql}` }, ...connection);
        expect([way, exit, stdout.includes(way)]).toEqual([way, 0, true]);
      }
    },
  );
});
