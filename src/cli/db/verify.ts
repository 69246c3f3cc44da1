// senior db verify: runs a folder of migrations forth, back and forth again, and compares catalogs and rows.
import { withDisposable } from "../../io/embedded/disposable.ts";
import { loadSqlParser } from "../../io/sql-parser.ts";
import type { Finding } from "../../kernel/finding.ts";
import type { Chain } from "../../pg/migrations/model.ts";
import { books } from "../../pg/verify/books.ts";
import { verifyReport } from "../../pg/verify/report.ts";
import { verifyChain } from "../../pg/verify/verify.ts";
import { command } from "../command.ts";
import { duration, flag, text } from "../flags.ts";
import { chainFlags, chooseMigrations, needsOf } from "./chain-args.ts";
import { structureOf, verifyStructure } from "./verify-structure.ts";
import { shadowFlag, shadowOf } from "./shadow-args.ts";
import { shellNotes } from "./shell-notes.ts";
import { needsWith, rolesMade, runSchema, schemaBefore, schemaFlag } from "./state-before.ts";

/** Findings on files that are not asked for belong to whoever asks for them. */
const ofMeant = (chain: Chain, files: ReadonlySet<string>, all: boolean): readonly Finding[] =>
  chain.findings.filter(({ at }) => all || (at.kind === "file" && files.has(at.path)));

export default command({
  name: "verify",
  about: "Run a folder of migrations forth, back and forth again, and compare catalogs and rows",
  more: [
    "Every migration is applied in order in an embedded PostgreSQL, over tables filled with invented rows; undone; compared",
    "with what was before, catalog and values; and applied again. At the end all of it is undone in one go, newest first:",
    "what fails only there is told apart. A way back that fails stops nothing. Read are dbmate, goose, golang-migrate, Flyway,",
    "Prisma, Drizzle, Knex, node-pg-migrate, sql-migrate, diesel, and plain .sql files. Extensions that the embedded server",
    "does not have are shells, and named. Nothing needs a server, and nothing is written.",
    "Of a Rails application db/structure.sql is loaded and held against the files of db/migrate: versions that it does not list,",
    "or lists without a file. Migrations in Ruby are not run.",
  ].join("\n"),
  examples: [
    { run: "senior db verify migrations/", about: "The whole folder" },
    {
      run: "senior db verify migrations/ --changed origin/main --reporter github",
      about: "What a pull request changes, after all before it",
    },
    {
      run: "senior db verify db/migrations --reporter junit --output verify.xml",
      about: "One test case for each migration",
    },
    {
      run: "senior db verify migrations/ --shadow postgres://postgres@127.0.0.1:5433/postgres",
      about: "On a server of your own, with its extensions, in a throw-away database",
    },
    { run: "senior db verify db/structure.sql", about: "Rails' dump: does it load, and is it up to date" },
  ],
  positionals: {
    path: text("A folder of migrations, or one file of it", { value: "DIR", required: true, scope: "user" }),
  },
  flags: {
    ...chainFlags,
    schema: schemaFlag,
    rows: flag("Fill tables with invented rows", { default: true, off: "Leave tables empty, without invented rows" }),
    unwind: flag("Undo the whole chain in one go at the end", {
      default: true,
      off: "Undo each migration by itself only, not the whole chain at the end",
    }),
    shadow: shadowFlag,
    deadline: duration("How long one file may take", { min: 100, default: 60_000 }),
  },
  output: "report",
  async run({ args, io }) {
    const parse = await loadSqlParser();
    const structure = args.format === undefined ? await structureOf(io, args.path) : undefined;
    if (structure !== undefined)
      return verifyStructure(io, { source: args.path, structure, parse, deadlineMs: args.deadline });
    const schema = await schemaBefore(io, args.schema, parse);
    const { chain, isMeant } = await chooseMigrations(io, args.path, parse, {
      format: args.format,
      changed: args.changed,
      alone: false,
    });
    const meant = chain.migrations.filter(isMeant);
    const all = meant.length === chain.migrations.length;
    const shadow = await shadowOf(io, args.shadow, []);
    const options = { deadlineMs: args.deadline, signal: io.signal, ...shadow, makes: rolesMade(chain, schema) };
    const needs = needsWith(needsOf(chain), schema);
    const verified = await withDisposable(needs, options, async (database) => {
      if (schema !== undefined) await runSchema(database, schema);
      await database.run(books[chain.tool] ?? []);
      return verifyChain(database, chain, {
        isMeant,
        rows: args.rows,
        unwind: args.unwind && all,
        progress: (line) => io.terminal.progress(line),
      });
    });
    const files = new Set(
      meant.flatMap(({ up, down }) => [up.file.path, ...(down === undefined ? [] : [down.file.path])]),
    );
    const notes = [...ofMeant(chain, files, all), ...(args.shadow === undefined ? shellNotes(chain) : [])];
    return verifyReport({ chain, verified, notes, source: args.path });
  },
});
