// The gate on plans as people type it, on a real server: a dropped index and a dropped column stop a migration, harmless ones do not.
import { expect, test } from "bun:test";
import postgres from "postgres";
import { mergePlugins } from "../../registry.ts";
import { reporters } from "../../report/index.ts";
import { memoryIo } from "../../testing/memory-io.ts";
import { testServer } from "../../testing/postgres-server.ts";
import { runSenior } from "../run.ts";

const server = await testServer();

const schema = `create table customer (id int primary key, email text not null, nick text);
create table purchase (id int primary key, customer_id int not null references customer, at timestamptz not null, total numeric(10,2));
create index purchase_customer on purchase (customer_id);
insert into customer select i, 'secret' || i || '@example.org', 'n' || i from generate_series(1, 5000) i;
insert into purchase select i, 1 + i % 5000, timestamptz '2024-01-01' + i * interval '5 minutes', i from generate_series(1, 50000) i;
vacuum analyze;`;

const queries = `-- calls: 900
select * from purchase where customer_id = 17;
-- calls: 5
select nick from customer where email = 'secret7@example.org';
select id from customer where email = 'secret8@example.org';
select count(*) from purchase;
`;

const files = {
  "/project/queries.sql": queries,
  "/project/schema.sql": schema.split("insert")[0] ?? "",
  "/project/drop-index.sql": "drop index purchase_customer;\n",
  "/project/later/20240102_drop_nick.sql": "alter table customer drop column nick;\n",
  "/project/later/20240101_fine.sql":
    "alter table purchase rename to orders; create view purchase as select * from orders; create index customer_email on customer (email);\n",
};

const registry = mergePlugins([{ sdk: 1, name: "senior", provides: [...reporters] }]);

interface Answer {
  readonly findings: readonly {
    readonly rule: string;
    readonly severity: string;
    readonly message: string;
    readonly help?: string;
    readonly at: unknown;
  }[];
  readonly data: { readonly plans: { readonly statements: readonly { readonly outcome: string }[] } };
}

test.skipIf(server === undefined)(
  "what a migration does to the plans of a workload",
  async () => {
    if (server === undefined) return;
    const database = await server.createDatabase();
    const client = postgres(server.url(database), { max: 1, ssl: false, onnotice: () => undefined, prepare: false });
    for (const statement of schema.split(";")) await client.unsafe(statement);
    const io = memoryIo({ files });
    const run = (...argv: readonly string[]) => runSenior(["db", ...argv], io, () => Promise.resolve(registry));
    const gate = ["--check-plans", "--workload", "queries.sql"];
    const url = server.url(database);
    await run("snapshot", "--connection", url, "--output", "prod.snapshot");

    const stopped = await run("migrate", "drop-index.sql", "--connection", url, ...gate);
    expect([stopped.exit, stopped.stderr]).toEqual([1, ""]);
    expect(stopped.stdout).toContain("nothing was applied");
    expect(stopped.stdout).toMatch(
      /a statement gets [\d.,]+ × dearer: select \* from purchase where customer_id = \$1/i,
    );
    expect(stopped.stdout).toContain("index public.purchase_customer is gone");
    expect(stopped.stdout).not.toContain("secret");
    expect(await client.unsafe("select from pg_class where relname = 'purchase_customer'")).toHaveLength(1);

    const lint = async (file: string, ...more: readonly string[]): Promise<Answer & { readonly exit: number }> => {
      const outcome = await run("lint", file, ...gate, ...more, "--json");
      expect(outcome.stderr).toBe("");
      return { ...(JSON.parse(outcome.stdout) as Answer), exit: outcome.exit };
    };
    const of = ({ findings }: Answer) => findings.filter(({ rule }) => rule.startsWith("db/"));
    // Of two migrations the one is named that took the column; the other renames, and adds an index.
    const broken = await lint("later", "--stats", "prod.snapshot");
    expect(of(broken)).toMatchObject([
      {
        rule: "db/statement-breaks",
        severity: "error",
        at: { kind: "file", path: "later/20240102_drop_nick.sql" },
        help: expect.stringContaining("column public.customer.nick is gone") as string,
      },
    ]);
    expect(JSON.stringify(broken)).not.toContain("secret");
    const outcomes = broken.data.plans.statements.map(({ outcome }) => outcome).sort();
    expect(outcomes).toEqual(["breaks", "cheaper", "same", "same"]);

    const fromFiles = await lint("drop-index.sql", "--schema", "schema.sql");
    expect(of(fromFiles)).toMatchObject([{ rule: "db/plan-regression", severity: "warning" }]);
    await client.end();
  },
  180_000,
);
