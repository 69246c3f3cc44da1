// db analyze in the compiled binary: the embedded server, its extensions and its end work there, from any folder.
import { describe, expect, test } from "bun:test";
import { binaryPath, hasBinary, senior } from "../../testing/binary.ts";
import { temporaryFolder } from "../../testing/temporary.ts";

describe.skipIf(!hasBinary)("senior db analyze, compiled", () => {
  test("loads a schema with extensions in an empty folder", async () => {
    const cwd = await temporaryFolder({
      "schema.sql": `create extension pg_trgm; create extension "uuid-ossp"; create extension citext;
        create table t (id uuid default uuid_generate_v4(), name citext);\ncreate index on t using gin (name gin_trgm_ops);`,
    });
    const { stdout, stderr, exit } = await senior(["db", "analyze", "schema.sql"], { cwd });
    expect([stderr, exit]).toEqual(["", 0]);
    expect(stdout).toContain("table public.t has no primary key");
  });

  test("writes a long report to a pipe as it is, however slowly that is read", async () => {
    const tables = Array.from(
      { length: 200 },
      (_, n) => `create table t${n} (id int primary key, a text, b text, c text);`,
    );
    const cwd = await temporaryFolder({ "schema.sql": tables.join("\n") });
    const command = `"$0" db analyze schema.sql --json | (sleep 1; cat)`;
    const child = Bun.spawn(["sh", "-c", command, binaryPath], {
      cwd,
      env: { PATH: process.env["PATH"] },
      stdout: "pipe",
    });
    const report = (await new Response(child.stdout).json()) as { readonly data: { readonly counts: object } };
    expect(report.data.counts).toMatchObject({ tables: 200, columns: 800 });
  });

  test("ends endless SQL, in a loop of its own too, and leaves no process behind", async () => {
    const cwd = await temporaryFolder({ "loop.sql": "select 1;\ndo $$ begin loop null; end loop; end $$;" });
    const { stderr, exit } = await senior(["db", "analyze", "loop.sql", "--deadline", "2s"], { cwd });
    expect(exit).toBe(3);
    expect(stderr).toStartWith("error: loop.sql:2:1: this statement was still running after 2.00 s");
  });

  test("Ctrl-C ends it at once", async () => {
    const cwd = await temporaryFolder({ "sleep.sql": "select pg_sleep(1e9);" });
    const child = Bun.spawn([binaryPath, "db", "analyze", "sleep.sql"], {
      cwd,
      env: {},
      stdout: "ignore",
      stderr: "ignore",
    });
    await Bun.sleep(1500);
    child.kill("SIGINT");
    expect(await child.exited).toBe(130);
  });
});
