// senior db analyze: checks the schema of a database, or of schema files, and what a running server measured.
import type { Io } from "../../io/io.ts";
import { Fault } from "../../kernel/fault.ts";
import { runRules } from "../../kernel/rule.ts";
import type { Baseline } from "../../pg/baseline.ts";
import { baselineBlocks, baselineData, baselineOf, compareBaseline } from "../../pg/baseline.ts";
import { connectionAdvice } from "../../pg/connection-advice.ts";
import { togetherInPartitions } from "../../pg/partition-findings.ts";
import { databaseRules } from "../../pg/rules/index.ts";
import { analyzeReport } from "../../pg/view.ts";
import { command } from "../command.ts";
import { duration, integer, many, text } from "../flags.ts";
import { readCatalog } from "../sources.ts";
import { analyzeWorkload, nothing } from "./analyze-workload.ts";
import { machineOf } from "./machine.ts";
import { connectionFlags, sourceOf } from "./source-args.ts";

const readBaseline = async (io: Io, path: string): Promise<Baseline> => {
  const text = await io.files.readText(path);
  try {
    const baseline = baselineOf(JSON.parse(text));
    if (baseline !== undefined) return baseline;
  } catch {
    // Not JSON: the same answer as for other JSON.
  }
  throw new Fault("input.invalid", `${path} is no report of db analyze`, {
    help: "write one with `senior db analyze … --json > before.json`, and compare with it later",
  });
};

export default command({
  name: "analyze",
  about: "Check a database: keys, indexes, types, rights, bloat, vacuum, settings; with the SQL that mends them",
  more: [
    "A schema file needs no server: it is loaded into an embedded PostgreSQL, inside a transaction that is rolled back.",
    "A folder's .sql files are loaded in the order of their names. A server is only read, in one read-only transaction",
    "with timeouts; nothing is written and no lock is waited for. Its sizes and counters set how much a finding weighs;",
    "what the user may not see is named. With pg_stat_statements it ranks the costliest statements, with what is wrong in",
    "their plans (EXPLAIN, never executed), and finds queries in loops (N+1). Connections follow libpq: URLs, key=value, PGHOST and its kin, services,",
    "~/.pgpass, sslmode.",
  ].join("\n"),
  examples: [
    { run: "senior db analyze schema.sql", about: "A schema file, without a server" },
    { run: "senior db analyze migrations/", about: "A folder of migrations, in order" },
    { run: "senior db analyze --connection postgres://app@db.example/shop", about: "A running server, read only" },
    { run: "senior db analyze --cores 8 --memory 32GB", about: "With pool and memory advice for that machine" },
    {
      run: "senior db analyze --watch 60s",
      about: "Watch pg_stat_statements for a minute: N+1 queries are told from chance",
    },
    {
      run: "senior db analyze --baseline before.json",
      about: "What became of the findings of an earlier --json report",
    },
    { run: "senior db analyze --json --fail-on warning", about: "The server of DATABASE_URL, in a pipeline" },
  ],
  positionals: {
    schemaFile: text("A schema file, or a folder of them", { value: "SCHEMA.sql", scope: "user" }),
  },
  flags: {
    ...connectionFlags,
    schema: many(text("Only this schema", { value: "NAME" })),
    cores: integer("How many cores the server has, for advice on pools", { min: 1, max: 4096 }),
    memory: text("How much memory the server has, as 16GB, for advice on work_mem", { value: "SIZE" }),
    watch: duration("Look at the statements' counters several times in this span, to tell N+1 queries from chance", {
      min: 6000,
      max: 3_600_000,
    }),
    baseline: text(
      "An earlier report (--json): say what is gone, new, milder and worse, and which statements got faster",
      {
        value: "FILE",
      },
    ),
    deadline: duration("How long loading the files, or one query, may take", { min: 100, default: 60_000 }),
  },
  output: "report",
  async run({ args, io }) {
    const machine = machineOf(args);
    const source = await sourceOf(io, args, "analyze");
    const read = await readCatalog(io, source, { schemas: args.schema, deadlineMs: args.deadline, health: true });
    const reading = { ...read.reading, machine };
    const { target } = read;
    const before = args.baseline === undefined ? undefined : await readBaseline(io, args.baseline);
    const advice = target === undefined ? [] : connectionAdvice(target);
    const found = read.locate(togetherInPartitions(runRules(databaseRules, reading), reading.catalog));
    const workload =
      target === undefined
        ? nothing
        : await analyzeWorkload(io, target, reading, { deadlineMs: args.deadline, watchMs: args.watch });
    const findings = [...read.notes, ...advice, ...found, ...workload.findings];
    const comparison = before === undefined ? undefined : compareBaseline(before, findings, workload.statements);
    return analyzeReport({
      reading,
      findings,
      source: read.source,
      rules: databaseRules,
      more: [...(comparison === undefined ? [] : baselineBlocks(comparison)), ...workload.blocks],
      data: {
        statements: workload.statements.map((one) => ({ ...one })),
        ...(comparison === undefined ? {} : { baseline: baselineData(comparison) }),
      },
    });
  },
});
