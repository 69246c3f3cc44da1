// senior db suggest-indexes: tries indexes on a clone of production's planner and writes the ones worth having as a proven migration.
import { withEmbeddedServer } from "../../io/embedded/server.ts";
import type { Io } from "../../io/io.ts";
import { loadSqlParser } from "../../io/sql-parser.ts";
import { Fault } from "../../kernel/fault.ts";
import type { Finding } from "../../kernel/finding.ts";
import { fileSet } from "../../kernel/fileset.ts";
import { canonicalJson } from "../../kernel/json.ts";
import type { Json } from "../../kernel/json.ts";
import { runRules } from "../../kernel/rule.ts";
import type { Catalog } from "../../pg/catalog.ts";
import { nameKey } from "../../pg/catalog/object.ts";
import type { Migration } from "../../pg/diff/migration.ts";
import { formats, migrationsOf } from "../../pg/diff/migration.ts";
import { duplicateIndex } from "../../pg/rules/duplicate-index.ts";
import { invalidIndex } from "../../pg/rules/invalid-index.ts";
import { unusedIndex } from "../../pg/rules/unused-index.ts";
import type { Snapshot } from "../../pg/snapshot.ts";
import type { ParseSql } from "../../pg/tree.ts";
import { unmeasuredTables } from "../../pg/whatif/assume.ts";
import { Clone } from "../../pg/whatif/clone.ts";
import { namedIndexes } from "../../pg/whatif/index-names.ts";
import { knownOf } from "../../pg/whatif/index-shape.ts";
import type { PlannedStatement } from "../../pg/whatif/planned.ts";
import { plannedStatements } from "../../pg/whatif/planned.ts";
import { narrowCatalog, narrowSource } from "../../pg/whatif/narrow.ts";
import { provenanceOf } from "../../pg/whatif/provenance.ts";
import { isPlainCollation } from "../../pg/whatif/reduce.ts";
import { suggestionReport } from "../../pg/whatif/report.ts";
import type { Advice } from "../../pg/whatif/search.ts";
import { searchIndexes } from "../../pg/whatif/search.ts";
import type { Workload } from "../../pg/workload/model.ts";
import { workloadOfFile } from "../../pg/workload/read-file.ts";
import { workloadOfText } from "../../pg/workload/read-text.ts";
import { command } from "../command.ts";
import { choice, decimal, duration, integer, text } from "../flags.ts";
import { rehearseOn } from "./compare.ts";
import type { ProductionArgs } from "./production.ts";
import { productionFlags, productionOf } from "./production.ts";
import { schemaProduction } from "./schema-production.ts";

interface WorkloadArgs {
  readonly workload: string | undefined;
  readonly explain: string | undefined;
}

const nothingToDo = ({ source, gaps }: Workload): Fault =>
  new Fault(
    "input.invalid",
    `${source} holds no statement that can be planned${gaps.length === 0 ? "" : `: ${gaps.join("; ")}`}`,
    {
      help: "give the queries with --workload queries.sql, a PostgreSQL log with durations, or one with --explain 'SELECT …'",
    },
  );

/** One query, a file, a log, or what the server counted. */
const workloadOf = async (io: Io, args: WorkloadArgs, counted: Workload, parse: ParseSql): Promise<Workload> => {
  if (args.workload !== undefined && args.explain !== undefined)
    throw new Fault("usage.unexpected-argument", "--workload and --explain were both given", {
      help: "give one of them",
    });
  if (args.explain !== undefined) return { ...workloadOfFile("--explain", args.explain, parse), gaps: [] };
  return args.workload === undefined
    ? counted
    : workloadOfText(args.workload, await io.files.readText(args.workload), parse);
};

/** Statements that the clone has no plan for: a table that is not there, a parameter without a type. */
const unplannedOf = (statements: readonly PlannedStatement[], { before }: Advice): readonly string[] =>
  statements.flatMap(({ statement }, i) => (before[i] === undefined ? [statement.text.slice(0, 120)] : []));

const hashOf = (catalog: Catalog): string =>
  new Bun.CryptoHasher("sha256")
    .update(canonicalJson({ ...catalog, dependencies: [] } as unknown as Json))
    .digest("hex");

interface Proof {
  readonly migrations: readonly Migration[];
  readonly to?: Catalog;
  readonly unproven?: string;
}

/** The whole catalog, with the tables of a part of it as they are after the migration. */
const withTables = (whole: Catalog, { tables }: Catalog): Catalog => {
  const after = new Map(tables.map((table) => [nameKey(table), table]));
  return {
    ...whole,
    tables: whole.tables.map((table) => ({ ...table, indexes: (after.get(nameKey(table)) ?? table).indexes })),
  };
};

/** Of more tables than these a migration is rehearsed on those that it is about: building all would take minutes. */
const wholeTables = 200;

/** The migration that makes the indexes, run forth and back; what cannot be built here is said instead. */
const prove = async (
  io: Io,
  { reading, source }: Snapshot,
  statements: readonly string[],
  options: {
    readonly deadlineMs: number;
    readonly format: (typeof formats)[number];
    readonly taken: readonly string[];
    readonly lockTimeout: string;
  },
): Promise<Proof> => {
  if (statements.length === 0) return { migrations: [] };
  io.terminal.progress("rehearsing the migration forth and back");
  const isLarge = reading.catalog.tables.length > wholeTables;
  const catalog = isLarge ? narrowCatalog(reading.catalog, statements) : reading.catalog;
  try {
    const { from, to, rehearsed } = await rehearseOn(
      io,
      { catalog, version: reading.server.version, source },
      statements,
      { deadlineMs: options.deadlineMs, online: true },
    );
    const migrations = migrationsOf(rehearsed.legs, {
      format: options.format,
      now: io.now(),
      taken: options.taken,
      ...(isLarge ? {} : { hashes: { from: hashOf(from), to: hashOf(to) } }),
      lockTimeout: options.lockTimeout,
      statementTimeout: "0",
      by: "db suggest-indexes",
    });
    return { migrations, to: isLarge ? withTables(reading.catalog, to) : to };
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return {
      migrations: [],
      unproven: `the schema cannot be built here to prove it (${error.message.split("\n")[0] ?? ""})`,
    };
  }
};

/** Indexes that are superfluous once the new ones are there, and those that are already. */
const superfluous = ({ reading }: Snapshot, catalog: Catalog | undefined): readonly Finding[] =>
  runRules([duplicateIndex, invalidIndex, unusedIndex], { ...reading, catalog: catalog ?? reading.catalog });

/** A schema file that is named comes first; a connection of the environment alone says nothing about it. */
const subjectOf = async (
  io: Io,
  args: ProductionArgs & { readonly schema: string | undefined },
): Promise<{ readonly production: Snapshot; readonly assumed: boolean }> => {
  const { schema, snapshot, connection, connectionEnv, deadline } = args;
  const isNamed =
    snapshot !== undefined ||
    connectionEnv !== undefined ||
    (connection !== undefined && connection !== io.env["DATABASE_URL"]);
  if (schema === undefined) return { production: await productionOf(io, args, "suggest indexes for"), assumed: false };
  const measured = isNamed ? await productionOf(io, args, "suggest indexes for") : undefined;
  return { production: await schemaProduction(io, schema, measured, deadline), assumed: measured === undefined };
};

export default command({
  name: "suggest-indexes",
  about: "Try indexes on a clone of production's planner, and write those worth having as a migration",
  more: [
    "Schema, sizes and column statistics are read from the server (read only, no extension needed) or from a snapshot, and",
    "put into an embedded PostgreSQL 18 without a row: its planner then answers as production's does, and as it would with",
    "indexes that do not exist. Candidates come from the plans of the workload: pg_stat_statements, --workload with a file of",
    "queries (-- calls: 1200 above one says how often it runs) or a PostgreSQL log, or one query with --explain. The set is",
    "chosen for the whole workload by calls, less what writes, lost HOT updates and space cost. Nothing is run on the server",
    "but reading; no value of a user is printed. The migration builds concurrently and was run forth and back.",
  ].join("\n"),
  examples: [
    {
      run: "senior db suggest-indexes --output migrations/",
      about: "For what DATABASE_URL's pg_stat_statements counted",
    },
    { run: "senior db suggest-indexes --snapshot prod.snapshot --workload queries.sql", about: "Away from production" },
    {
      run: "senior db suggest-indexes --schema schema.sql --workload queries.sql",
      about: "Before there is a server: what would be used, without figures",
    },
    {
      run: 'senior db suggest-indexes --connection postgres://app@db.example/shop --explain "SELECT * FROM orders WHERE customer_id = 42"',
      about: "One query: its plan now, and with an index",
    },
  ],
  positionals: {},
  flags: {
    ...productionFlags,
    schema: text(
      "A schema file, or a folder of them: with a snapshot's or a server's statistics, or with assumed ones",
      {
        value: "SCHEMA.sql",
        scope: "user",
      },
    ),
    workload: text("A file of queries, or a PostgreSQL log", { value: "FILE", scope: "user" }),
    explain: text("One query, with its plans before and after", { value: "QUERY", scope: "user" }),
    output: text("Where to write the migration; without it, it is only shown", { short: "o", value: "DIR" }),
    format: choice(formats, "For which runner the migration is", { default: "dbmate" }),
    mostIndexes: integer("At most so many new indexes", { min: 1, max: 100, default: 10 }),
    mostCandidates: integer("Try at most so many, for the costliest statements first", {
      min: 1,
      max: 2000,
      default: 200,
    }),
    budget: integer("MiB that all new indexes may take together", { min: 1, value: "MIB" }),
    least: decimal("Percent of the workload's cost that an index must save", { min: 0, max: 100, default: 0.2 }),
    lockTimeout: text("How long the migration waits for locks", { value: "TIME", default: "4s" }),
    deadline: duration("How long one query, or one step in the embedded server, may take", {
      min: 100,
      default: 60_000,
    }),
  },
  output: "files",
  async run({ args, io }) {
    const parse = await loadSqlParser();
    const { production, assumed } = await subjectOf(io, args);
    const { reading, statistics } = production;
    const workload = await workloadOf(io, args, production.workload, parse);
    const known = knownOf(statistics);
    const statements = plannedStatements(workload, { catalog: reading.catalog, known, parse });
    if (statements.length === 0) throw nothingToDo(workload);
    io.terminal.progress("building the clone");
    const { advice, notes } = await withEmbeddedServer(
      { deadlineMs: args.deadline, signal: io.signal },
      async (server) => {
        const texts = statements.flatMap(({ variants }) => variants.map(({ sql }) => sql));
        const clone = await Clone.of(server, narrowSource(production, texts), parse);
        const found = await searchIndexes(clone, statements, {
          catalog: reading.catalog,
          known,
          plainCollation: isPlainCollation(statistics.collation),
          parse,
          activity: statistics.activity,
          mostIndexes: args.mostIndexes,
          mostCandidates: args.mostCandidates,
          budget: args.budget === undefined ? Number.MAX_SAFE_INTEGER : args.budget * 128,
          least: args.least / 100,
          progress: (line) => io.terminal.progress(line),
        });
        return { advice: found, notes: clone.notes };
      },
    );
    const named = namedIndexes(
      reading.catalog,
      advice.chosen.map(({ candidate }) => candidate),
    );
    const folder = args.output;
    const taken = folder !== undefined && (await io.files.kind(folder)) === "folder" ? await io.files.list(folder) : [];
    const proof = await prove(
      io,
      production,
      named.map(({ statement }) => statement),
      {
        deadlineMs: args.deadline,
        format: args.format,
        taken,
        lockTimeout: args.lockTimeout,
      },
    );
    const report = suggestionReport({
      advice,
      statements,
      named,
      known,
      provenance: provenanceOf(reading, statistics, workload, statements, notes, assumed),
      unmeasured: unmeasuredTables(reading.catalog, statistics),
      assumed,
      source: production.source,
      workload: workload.source === "--explain" ? "one query" : workload.source,
      unplanned: unplannedOf(statements, advice),
      others: superfluous(production, proof.to),
      showPlans: args.explain !== undefined,
      ...(proof.unproven === undefined ? {} : { unproven: proof.unproven }),
    });
    const files = proof.migrations.flatMap((one) => one.files);
    return folder === undefined || files.length === 0 ? report : { ...report, files: fileSet(folder, files) };
  },
});
