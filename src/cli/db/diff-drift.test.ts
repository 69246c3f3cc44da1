// A database that was made from a schema file differs in nothing from it.
import { expect, test } from "bun:test";
import { mergePlugins } from "../../registry.ts";
import { reporters } from "../../report/index.ts";
import { memoryIo } from "../../testing/memory-io.ts";
import { testServer } from "../../testing/postgres-server.ts";
import { runSenior } from "../run.ts";

const server = await testServer();

const schema = `create table plans (id int primary key, scope varchar(20) check (scope in ('customer', 'tenant')), z int,
  check (z between -5 and 5 and z <> -3));
create index scoped on plans (id) where scope in ('customer', 'tenant');
create view scopes as select id, case when scope in ('tenant') and (z > 1 or z < -1 or z is null) then 1 end from plans;
alter default privileges for role postgres revoke execute on functions from public;`;

test.skipIf(server === undefined)("no drift where the file's own words are printed in others", async () => {
  if (server === undefined) return;
  const url = server.url(await server.createDatabase(schema));
  const io = memoryIo({ files: { "/project/new.sql": schema } });
  const registry = mergePlugins([{ sdk: 1, name: "senior", provides: [...reporters] }]);
  const words = ["db", "diff", "--connection", url, "--compare", "new.sql", "--json"];
  const { stdout, exit } = await runSenior(words, io, () => Promise.resolve(registry));
  expect(exit).toBe(0);
  expect((JSON.parse(stdout) as { readonly data: unknown }).data).toMatchObject({ empty: true });
});
