// senior db lint: runs a migration statement by statement on a shadow and says what it locks, rewrites and breaks.
import { withDisposable } from "../../io/embedded/disposable.ts";
import type { Io } from "../../io/io.ts";
import { loadSqlParser } from "../../io/sql-parser.ts";
import { Fault } from "../../kernel/fault.ts";
import { applyLoosely, applyWay } from "../../pg/apply.ts";
import { judge } from "../../pg/lint/allow.ts";
import { measureMigration } from "../../pg/lint/measure.ts";
import type { LintSubject, Measured } from "../../pg/lint/model.ts";
import { lintReport } from "../../pg/lint/report.ts";
import { runLint } from "../../pg/lint/rule.ts";
import { lintRules } from "../../pg/lint/rules/index.ts";
import { sizesOf } from "../../pg/lint/sizes.ts";
import type { PreparedSchema } from "../../pg/prepare.ts";
import { command } from "../command.ts";
import { duration, integer, text } from "../flags.ts";
import type { Chosen } from "./chain-args.ts";
import { chainFlags, chooseMigrations, needsOf } from "./chain-args.ts";
import { planFlags, withPlans } from "./check-plans.ts";
import type { Known } from "./lint-known.ts";
import { knownOf } from "./lint-known.ts";
import { lintPlans } from "./lint-plans.ts";
import { runCatalog } from "./run-catalog.ts";
import { connectionFlags } from "./source-args.ts";
import { needsWith, runSchema, schemaBefore, schemaFlag } from "./state-before.ts";

interface State {
  readonly schema: PreparedSchema | undefined;
  readonly known: Known | undefined;
}

const measureAll = async (
  io: Io,
  chosen: Chosen,
  state: State,
  deadlineMs: number,
): Promise<LintSubject["migrations"]> => {
  const { chain, isMeant, earlier } = chosen;
  const needs = needsWith(needsOf(chain), state.schema);
  return withDisposable(needs, { deadlineMs, signal: io.signal }, async (database) => {
    if (state.schema !== undefined) await runSchema(database, state.schema);
    else if (state.known !== undefined && earlier.length === 0) await runCatalog(database, state.known.reading.catalog);
    const found: (readonly Measured[])[] = [];
    for (const migration of chain.migrations) {
      io.terminal.progress(`running ${migration.up.file.path}`);
      if (isMeant(migration)) found.push(await measureMigration(database, migration, chain.tool));
      else if ((await applyWay(database, migration.up, chain.tool)) !== undefined)
        await applyLoosely(database, migration.up);
    }
    return found;
  });
};

const nothing = (path: string): Fault =>
  new Fault("input.not-found", `no migration of ${path} has changed`, {
    help: "name another revision with --changed=REV",
  });

export default command({
  name: "lint",
  about: "Run a migration on a shadow, and say what each statement locks, rewrites, reads and breaks",
  more: [
    "Every statement is run in an embedded PostgreSQL, after the migrations before it (or --schema, or the catalog of the",
    "server); its locks, table rewrites, scans and index builds are read from the server's own views, not from a list of",
    "rules. With --connection they are weighed by the sizes and write rates of the server's tables, which is only read;",
    "with --stats by those of a snapshot, in a pipeline that does not reach the server; its age is said.",
    "Findings carry the safe form as a fix where there is one. A finding is allowed by a comment with a reason above its",
    "statement: -- senior:allow index-blocks-writes: the table has ten rows. With --check-plans the workload (of the server, the",
    "snapshot, or --workload) is planned before and after on a clone of production's planner. Read are dbmate, goose, sql-migrate,",
    "golang-migrate, Flyway, Prisma, Drizzle, Knex, node-pg-migrate, diesel, and plain .sql files.",
  ].join("\n"),
  examples: [
    {
      run: "senior db lint migrations/20240115_add_status.sql",
      about: "One migration, after those before it in its folder",
    },
    {
      run: "senior db lint migrations/ --changed origin/main --reporter github",
      about: "What a pull request adds, as annotations",
    },
    {
      run: "senior db lint migrations/20240115_add_status.sql --connection postgres://app@db.example/shop",
      about: "Weighed by the tables of a running server",
    },
    {
      run: "senior db lint migrations/ --changed origin/main --stats prod.snapshot",
      about: "Weighed by a snapshot of production, away from it",
    },
    {
      run: "senior db lint migrations/20240115_drop_index.sql --check-plans --stats prod.snapshot",
      about: "Fail when a statement of production breaks or its plan gets twice as dear",
    },
  ],
  positionals: {
    path: text("A migration file, or a folder of them", { value: "FILE|DIR", required: true, scope: "user" }),
  },
  flags: {
    ...chainFlags,
    schema: schemaFlag,
    ...connectionFlags,
    connection: text(
      "The server that the migration is for: a URL or libpq's key=value pairs; - reads it from standard input",
      {
        value: "URL",
        scope: "user",
        secret: true,
      },
    ),
    stats: text("A snapshot of that server in its place, where it cannot be reached (see db snapshot)", {
      value: "FILE",
      scope: "user",
    }),
    diskSpeed: integer("MiB that its disk reads or writes in a second, for estimates of time", {
      min: 1,
      default: 200,
    }),
    ...planFlags,
    deadline: duration("How long one statement may take", { min: 100, default: 60_000 }),
  },
  output: "report",
  async run({ args, io }) {
    const parse = await loadSqlParser();
    const { path } = args;
    const schema = await schemaBefore(io, args.schema, parse);
    const chosen = await chooseMigrations(io, path, parse, {
      format: args.format,
      changed: args.changed,
      alone: schema !== undefined,
    });
    if (chosen.chain.migrations.length === 0 && args.changed === undefined) throw nothing(path);
    const known = await knownOf(io, args);
    const migrations = await measureAll(io, chosen, { schema, known }, args.deadline);
    const subject: LintSubject = {
      tool: chosen.chain.tool,
      migrations,
      sizes: known === undefined ? [] : sizesOf(known.health),
      ...(known === undefined ? {} : { sizesFrom: known.from, sizesAt: known.takenAt }),
      bytesPerSecond: args.diskSpeed * 1024 * 1024,
    };
    const meant = chosen.chain.migrations.filter(chosen.isMeant);
    const judged = judge(
      runLint(lintRules, subject),
      meant,
      lintRules.map(({ id }) => id),
    );
    const report = lintReport({ subject, judged, notes: [], source: path, before: chosen.earlier.length });
    if (!args.checkPlans) return report;
    return withPlans(report, await lintPlans(io, chosen, { path, schema, production: known?.production, args }));
  },
});
