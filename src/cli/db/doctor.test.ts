// db doctor on a real server in trouble: the tree of waiting sessions, what would end it, and nothing run.
import { describe, expect, test } from "bun:test";
import postgres from "postgres";
import type { Json } from "../../kernel/json.ts";
import { mergePlugins } from "../../registry.ts";
import { reporters } from "../../report/index.ts";
import { memoryIo } from "../../testing/memory-io.ts";
import { testServer } from "../../testing/postgres-server.ts";
import type { Outcome } from "../run.ts";
import { runSenior } from "../run.ts";

const server = await testServer();

const doctor = (argv: readonly string[]): Promise<Outcome> => {
  const registry = mergePlugins([{ sdk: 1, name: "senior", provides: [...reporters] }]);
  return runSenior(["db", "doctor", ...argv], memoryIo(), () => Promise.resolve(registry));
};

interface Tree {
  readonly pid: number;
  readonly wait?: { readonly mode: string; readonly relation?: string };
  readonly blocks: readonly Tree[];
}

interface Envelope {
  readonly data: { readonly blocking: readonly Tree[]; readonly connections: { readonly idleInTransaction: number } };
}

describe.skipIf(server === undefined)("db doctor", () => {
  test("shows who waits for whom, how to end it, and no constant", async () => {
    const database = await server!.createDatabase(
      "create table orders (id int primary key, note text); insert into orders values (1)",
    );
    const connect = (name: string) =>
      postgres(server!.url(database), { max: 1, connection: { application_name: name }, onnotice: () => undefined });
    const [holder, migration, reader] = [connect("checkout"), connect("migration"), connect("report")];
    try {
      await holder.unsafe("begin");
      await holder.unsafe("update orders set note = 'card 4111-1111' where id = 1");
      const [{ pid: holds }] = (await holder.unsafe("select pg_backend_pid() as pid")) as unknown as [{ pid: number }];
      const waiting = [
        migration.unsafe("alter table orders add column total int default 12345").catch(() => undefined),
        Bun.sleep(300).then(() => reader.unsafe("select * from orders where id = 4711").catch(() => undefined)),
      ];
      let report: Envelope | undefined;
      for (let n = 0; n < 100 && report?.data.blocking[0]?.blocks[0]?.blocks[0] === undefined; n++) {
        await Bun.sleep(50);
        const { stdout } = await doctor(["--connection", server!.url(database), "--json"]);
        report = JSON.parse(stdout) as Envelope;
      }
      const watched = await doctor([
        "--connection",
        server!.url(database),
        "--watch",
        "1s",
        "--every",
        "300ms",
        "--json",
      ]);
      const { data: seen } = JSON.parse(watched.stdout) as {
        readonly data: { readonly watch: { readonly looks: readonly unknown[]; readonly blockers: readonly Json[] } };
      };
      expect(seen.watch.looks.length).toBeGreaterThan(1);
      expect(seen.watch.blockers).toMatchObject([{ pid: holds, application: "checkout", mostWaiting: 2 }]);
      const [tree] = report?.data.blocking ?? [];
      expect(tree?.pid).toBe(holds);
      expect(tree?.blocks[0]?.wait).toMatchObject({ mode: "AccessExclusiveLock", relation: "public.orders" });
      expect(tree?.blocks[0]?.blocks[0]?.wait).toMatchObject({ mode: "AccessShareLock", relation: "public.orders" });
      const { stdout, exit } = await doctor(["--connection", server!.url(database)]);
      expect(exit).toBe(0);
      expect(stdout).toContain(`SELECT pg_terminate_backend(${holds});`);
      expect(stdout).toContain("select * from orders where id = ?");
      expect(stdout).not.toMatch(/4111|12345|4711/);
      await holder.unsafe("rollback");
      await Promise.all(waiting);
    } finally {
      await Promise.all([holder, migration, reader].map((one) => one.end({ timeout: 1 })));
    }
    const calm = await doctor(["--connection", server!.url(database)]);
    expect(calm.stdout).toContain("Nobody waits for a lock.");
  }, 60_000);

  test("wants a server", async () => {
    const { stderr, exit } = await doctor(["schema.sql"]);
    expect([exit, stderr.split("\n")[0]]).toEqual([
      2,
      'error: db doctor examines a running server, and "schema.sql" is no URL',
    ]);
  });
});
