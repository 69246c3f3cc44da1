// db snapshot and db suggest-indexes as people type them, on a real server: advice that the server follows, and no value of a user.
import { expect, test } from "bun:test";
import postgres from "postgres";
import { mergePlugins } from "../../registry.ts";
import { reporters } from "../../report/index.ts";
import { memoryIo } from "../../testing/memory-io.ts";
import { testServer } from "../../testing/postgres-server.ts";
import { unpack } from "../../io/pack.ts";
import { runSenior } from "../run.ts";

const server = await testServer();

const schema = `create table customer (id int primary key, email text not null, state text not null, seen timestamptz);
create table purchase (id int primary key, customer_id int not null references customer, state text not null, at timestamptz not null, total numeric(10,2));
create index purchase_customer on purchase (customer_id);
insert into customer select i, 'secret' || i || '@example.org', 'active', now() from generate_series(1, 20000) i;
insert into purchase select i, 1 + i % 50, case when i % 400 = 0 then 'open' else 'closed' end, timestamptz '2024-01-01' + i * interval '5 minutes', i from generate_series(1, 80000) i;
vacuum analyze;`;

const workload = `-- calls: 5000
select * from customer where lower(email) = 'secret77@example.org';
-- calls: 900
select * from purchase where customer_id = 17 order by at desc limit 10;
-- calls: 400
select * from purchase where state = 'open' order by at limit 20;
-- calls: 3000
select * from customer where id = 4;
`;

const registry = mergePlugins([{ sdk: 1, name: "senior", provides: [...reporters] }]);

test.skipIf(server === undefined)(
  "a snapshot, then advice from it away from the server, with a migration and without a value of a user",
  async () => {
    if (server === undefined) return;
    const database = await server.createDatabase();
    const client = postgres(server.url(database), { max: 1, ssl: false, onnotice: () => undefined, prepare: false });
    for (const statement of schema.split(";")) await client.unsafe(statement);
    const change = "alter table purchase alter total type numeric(12, 4);";
    const io = memoryIo({
      files: {
        "/project/queries.sql": workload,
        "/project/change.sql": change,
        "/project/schema.sql": schema.split("insert")[0] ?? "",
      },
    });
    const run = (...argv: readonly string[]) => runSenior(["db", ...argv], io, () => Promise.resolve(registry));

    const taken = await run("snapshot", "--connection", server.url(database), "--output", "prod.snapshot");
    expect([taken.stderr, taken.exit]).toEqual(["", 0]);
    expect(taken.stdout).toContain("It holds values of your users");
    expect(io.disk.get("/project/prod.snapshot")?.split("\n")[0]).toContain('"format":"senior snapshot","version":1');

    const linted = await run("lint", "change.sql", "--stats", "prod.snapshot", "--json");
    const lint = JSON.parse(linted.stdout) as { readonly findings: readonly { rule: string; message: string }[] };
    const rewrite = lint.findings.find(({ rule }) => rule === "lint/type-change-rewrites")?.message;
    expect(rewrite).toMatch(/ACCESS EXCLUSIVE on public\.purchase .*[KM]iB in [\d,]+ rows/);
    expect(linted.stdout).toMatch(/"sizesFrom": ?"[^"]+\(prod\.snapshot, taken \d+ minutes? ago\)"/);
    const both = await run("lint", "change.sql", "--stats", "prod.snapshot", "--connection", server.url(database));
    expect(both.exit).toBe(2);

    const argv = [
      "suggest-indexes",
      "--snapshot",
      "prod.snapshot",
      "--workload",
      "queries.sql",
      "--output",
      "migrations",
    ];
    const { stdout, stderr, exit } = await run(...argv, "--json");
    expect([stderr, exit]).toEqual(["", 0]);
    expect(stdout).not.toContain("secret");
    const { data } = JSON.parse(stdout) as {
      readonly data: {
        readonly cost: { readonly before: number; readonly after: number };
        readonly indexes: readonly { readonly definition: string }[];
      };
    };
    expect(data.indexes.map(({ definition }) => definition.replace(/ USING btree/, "")).sort()).toEqual([
      "ON public.customer (lower(email))",
      "ON public.purchase (at) WHERE state = 'open'",
      "ON public.purchase (customer_id, at)",
    ]);
    expect(data.cost.after).toBeLessThan(data.cost.before / 3);

    const files = [...io.disk].filter(([path]) => path.includes("/migrations/"));
    // The index of the foreign key is superfluous beside the new one: it is named, and stays until somebody drops it.
    expect(stdout).toContain("index purchase_customer on public.purchase is redundant");
    const ups = files.map(([, text]) => /-- migrate:up[^\n]*\n([^]*?)\n\n-- migrate:down/.exec(text)?.[1] ?? "");
    for (const up of ups) await client.unsafe(up);
    await client.unsafe("analyze");
    const plans = await client.unsafe<Record<string, unknown>[]>(
      "explain (format json) select * from customer where lower(email) = 'secret77@example.org'",
    );
    expect(JSON.stringify(plans)).toContain("customer_lower_email_idx");
    await client.end();

    // Without a value of a user, and of a schema alone: advice that says what it rests on.
    const bare = await run("snapshot", "--connection", server.url(database), "--redact", "--output", "bare.snapshot");
    expect(bare.stdout).toContain("No value of a column is in it");
    const packed = io.disk.get("/project/bare.snapshot")?.split("\n")[1] ?? "";
    expect(unpack(packed)).toContain("purchase_customer");
    expect(unpack(packed)).not.toMatch(/secret\d|2024-|closed/);
    const assumed = await run("suggest-indexes", "--schema", "schema.sql", "--workload", "queries.sql", "--json");
    expect(assumed.stderr).toBe("");
    const without = JSON.parse(assumed.stdout) as {
      readonly findings: readonly { readonly rule: string; readonly severity: string; readonly message: string }[];
      readonly data: { readonly cost: unknown };
    };
    expect(without.data.cost).toBeNull();
    const advised = without.findings.filter(({ rule }) => rule === "db/suggested-index");
    expect(advised.length).toBeGreaterThan(0);
    expect(
      advised.filter(({ severity, message }) => severity !== "info" || !/nothing was measured/.test(message)),
    ).toEqual([]);

    const one = await run(
      "suggest-indexes",
      "--snapshot",
      "prod.snapshot",
      "--explain",
      "select * from purchase where at > '2024-10-01' and total = 7",
    );
    expect(one.stdout).toContain("Seq Scan on purchase");
    const nothing = await run("suggest-indexes", "--snapshot", "prod.snapshot");
    expect(nothing.exit).toBe(3);
    expect(nothing.stderr).toContain("pg_stat_statements is not installed");
    const broken = memoryIo({ files: { "/project/x.snapshot": '{"format":"senior snapshot","version":1}\nAAAA' } });
    const outcome = await runSenior(["db", "suggest-indexes", "--snapshot", "x.snapshot"], broken, () =>
      Promise.resolve(registry),
    );
    expect(outcome.exit).toBe(3);
    expect(outcome.stderr).toContain("cut off or damaged");
  },
  180_000,
);
