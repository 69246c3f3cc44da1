// senior db diff: the way from one schema to another, as migration files that were run forth and back before they are written.
import type { Io } from "../../io/io.ts";
import { resolveTarget } from "../../io/postgres/resolve.ts";
import { withSession } from "../../io/postgres/session.ts";
import { Fault } from "../../kernel/fault.ts";
import { fileSet } from "../../kernel/fileset.ts";
import type { Finding } from "../../kernel/finding.ts";
import type { Report } from "../../kernel/report.ts";
import { plural } from "../../kernel/words.ts";
import type { ObjectName } from "../../pg/catalog/object.ts";
import { sameName } from "../../pg/catalog/object.ts";
import { catalogHash } from "../../pg/catalog-hash.ts";
import type { Migration } from "../../pg/diff/migration.ts";
import { formats, migrationsOf } from "../../pg/diff/migration.ts";
import type { Said } from "../../pg/diff/renaming.ts";
import { countSteps, diffReport } from "../../pg/diff/report.ts";
import { quoteName, quotePath } from "../../pg/quote.ts";
import { command } from "../command.ts";
import { choice, duration, flag, many, text } from "../flags.ts";
import type { CatalogSource } from "../sources.ts";
import { isConnection } from "../sources.ts";
import { compare } from "./compare.ts";
import type { Compared } from "./compare.ts";
import { shadowFlag, shadowOf } from "./shadow-args.ts";
import { connectionFlags, sourceOf } from "./source-args.ts";

const pairs = (given: readonly string[], flagName: string): readonly (readonly [string, string])[] =>
  given.map((one) => {
    const at = one.indexOf("=");
    if (at > 0 && at < one.length - 1) return [one.slice(0, at).trim(), one.slice(at + 1).trim()] as const;
    throw new Fault("usage.bad-value", `${flagName} got "${one}", expected two sides with = between them`);
  });

/** `table.column` and `schema.table.column` both name a column; the schema is `public` where none is given. */
const expressions = (given: readonly string[], flagName: string): ReadonlyMap<string, string> =>
  new Map(
    pairs(given, flagName).map(([path, expression]) => [
      path.split(".").length === 2 ? `public.${path}` : path,
      expression,
    ]),
  );

/** What the way would lose before the contract, in words. */
const lossesOf = (migrations: readonly Migration[], contract: boolean): readonly string[] =>
  migrations
    .filter(({ leg }) => leg.segment.kind !== "contract")
    .flatMap(({ leg }) =>
      leg.segment.steps
        .filter(({ change }) => !(contract && change.verb === "drop"))
        .flatMap(({ hazards }) => hazards.filter(({ kind }) => kind === "data loss").map(({ message }) => message)),
    );

interface Dropped {
  readonly what: string;
  readonly sql: string;
}

/** What the server still calls a table that is renamed on the way. */
const nameBefore = (table: ObjectName, renamings: Compared["renamings"]): ObjectName => {
  const found = renamings.flatMap(({ change }) =>
    change.verb === "alter" &&
    change.from.kind === "table" &&
    change.to.kind === "table" &&
    sameName(change.to.value, table)
      ? [change.from.value]
      : [],
  );
  return found[0] ?? table;
};

/** What is dropped, and how its rows are counted. */
const droppedIn = (migrations: readonly Migration[], renamings: Compared["renamings"]): readonly Dropped[] =>
  migrations.flatMap(({ leg }) =>
    leg.segment.steps.flatMap(({ change }): readonly Dropped[] => {
      if (change.verb !== "drop") return [];
      const { kind, value } = change.from;
      if (kind === "table" && value.kind !== "foreign")
        return [{ what: `table ${quotePath(value)}`, sql: `select count(*)::text from ${quotePath(value)}` }];
      // What a foreign table shows is not ours, and may not be reached.
      if (kind !== "column" || value.tableKind === "foreign") return [];
      const column = quoteName(value.name);
      const table = quotePath(nameBefore(value.table, renamings));
      return [
        {
          what: `column ${table}.${column}`,
          sql: `select count(${column})::text from ${table}`,
        },
      ];
    }),
  );

const countLosses = async (
  io: Io,
  source: CatalogSource,
  migrations: readonly Migration[],
  { renamings }: Compared,
  deadlineMs: number,
) => {
  const dropped = droppedIn(migrations, renamings);
  if (source.kind !== "server" || dropped.length === 0) return [];
  io.terminal.progress("counting what would be lost");
  const target = await resolveTarget(io, source.connection);
  return withSession(target, { deadlineMs, signal: io.signal }, async (ask) => {
    const losses: { what: string; rows: number }[] = [];
    for (const { what, sql } of dropped) losses.push({ what, rows: Number((await ask(sql))[0] ?? 0) });
    return losses;
  });
};

const taken = async (io: Io, folder: string | undefined): Promise<readonly string[]> =>
  folder !== undefined && (await io.files.kind(folder)) === "folder" ? io.files.list(folder) : [];

/** For a pipeline: any difference is an error. */
const withDifference = (shown: Report, migrations: readonly Migration[]): Report => {
  if (migrations.length === 0) return shown;
  const differs: Finding = {
    rule: "diff/differs",
    severity: "error",
    message: `the schemas differ: ${plural(countSteps(migrations), "step")} from the old to the new`,
    at: { kind: "project" },
    help: "apply the migration shown, or take the change over into the new schema",
  };
  return { ...shown, findings: [...shown.findings, differs] };
};

const refuseLoss = (losses: readonly string[], accepted: boolean): void => {
  if (losses.length === 0 || accepted) return;
  throw new Fault("guard.data-loss", `values would be lost:\n${losses.map((one) => `  ${one}`).join("\n")}`, {
    data: { losses: [...losses] },
  });
};

const report = async (
  io: Io,
  compared: Compared,
  migrations: readonly Migration[],
  hashes: { readonly from: string; readonly to: string },
  from: CatalogSource,
  deadlineMs: number,
) =>
  diffReport({
    from: compared.sources.from,
    to: compared.sources.to,
    hashes,
    rehearsed: compared.rehearsed,
    migrations,
    renamings: compared.renamings,
    candidates: compared.candidates,
    notes: compared.notes,
    losses: await countLosses(io, from, migrations, compared, deadlineMs),
    written: true,
  });

export default command({
  name: "diff",
  about: "Write the migration from one schema to another, and its way back, both proven",
  more: [
    "The old side is a schema file, a folder of files, or a server, which is only read; the new one is --compare. Both are",
    "run in an embedded PostgreSQL: the migration is applied to the old schema filled with rows, compared with the new one,",
    "undone, and compared with the old one, before a file is written. No table is made anew to change it. Indexes are built",
    "concurrently, constraints are checked without holding writers up, each in a file of its own where it must be.",
    "What drops columns or tables goes last, into a contract migration for when no running code uses them.",
    "With --expand a renamed column, or one whose new type would write the table anew, gets a new one beside it that a trigger",
    "keeps in step: expand, senior db backfill, contract, with both releases of the code running meanwhile.",
    "Renames are told by a comment in the schema file (-- @renamed from=old_name), by --rename, or by their likeness.",
  ].join("\n"),
  examples: [
    { run: "senior db diff old.sql --compare new.sql", about: "Two schema files, without a server" },
    {
      run: "senior db diff --connection postgres://app@db.example/shop --compare schema/v2.sql --output migrations/",
      about: "From a running server to a schema file, as migration files",
    },
    {
      run: "senior db diff old.sql --compare new.sql --rename users.name=full_name --reporter markdown",
      about: "A report for a pull request",
    },
    {
      run: "senior db diff old.sql --compare new.sql --shadow postgres://postgres@127.0.0.1:5433/postgres",
      about: "With the extensions of a server of your own, in a throw-away database there",
    },
    {
      run: "senior db diff --connection-env DATABASE_URL --compare schema.sql --check",
      about: "In a pipeline: has anybody changed the server past the schema file?",
    },
    {
      run: "senior db diff old.sql --compare new.sql --rename orders.note=remark --expand --output migrations/",
      about: "A rename without a moment in which either release fails",
    },
  ],
  positionals: {
    schemaFile: text("The old schema: a file, or a folder of them", { value: "OLD.sql", scope: "user" }),
  },
  flags: {
    ...connectionFlags,
    compare: text("The new schema: a file, a folder, or a server's URL", {
      value: "NEW.sql",
      required: true,
      scope: "user",
    }),
    output: text("Where to write the migration files; without it they are only shown", { short: "o", value: "DIR" }),
    name: text("What the migration is called, instead of what it does", { value: "NAME" }),
    format: choice(formats, "For which runner the files are", { default: "dbmate" }),
    schema: many(text("Only this schema", { value: "NAME" })),
    exclude: many(text("Not this schema", { value: "NAME" })),
    rename: many(text("What was renamed: users.name=full_name, old_table=new_table", { value: "OLD=NEW" })),
    guessRenames: flag("Take what is alike for renamed", {
      default: true,
      off: "Take nothing for renamed but what --rename and comments say",
    }),
    using: many(
      text("How a column's values become its new type: orders.placed=to_timestamp(placed)", {
        value: "TABLE.COLUMN=EXPRESSION",
      }),
    ),
    fill: many(
      text("What rows that exist get for a new column that may not be null", { value: "TABLE.COLUMN=EXPRESSION" }),
    ),
    allowContract: flag("Drop columns and tables with everything else, not in a migration of their own"),
    expand: flag(
      "Renamed columns, and those whose new type writes the table anew, get one beside them: expand, backfill, contract",
    ),
    check: flag("Write nothing; exit 1 when anything differs, for a pipeline that looks for drift"),
    acceptDataLoss: flag("Write a migration that rounds or cuts values"),
    online: flag("Build indexes concurrently and check constraints in transactions of their own", {
      default: true,
      off: "Build indexes and check constraints plainly, in fewer files: for a server without traffic",
    }),
    lockTimeout: text("How long a statement waits for a lock", { value: "TIME", default: "5s" }),
    statementTimeout: text("How long a short statement may take", { value: "TIME", default: "1min" }),
    cache: flag("Keep what schemas hold in the user's cache folder, so that an unchanged one is not loaded again", {
      default: true,
      off: "Load both schemas anew, and keep nothing of them in the user's cache folder",
    }),
    shadow: shadowFlag,
    deadline: duration("How long one statement or query may take, and each thousand statements together", {
      min: 100,
      default: 60_000,
    }),
  },
  output: "files",
  async run({ args, io }) {
    const from = await sourceOf(io, args, "compare");
    const to: CatalogSource = isConnection(args.compare)
      ? { kind: "server", connection: args.compare }
      : { kind: "files", path: args.compare };
    const renames: readonly Said[] = pairs(args.rename, "--rename").map(([before, after]) => ({
      from: before,
      to: after,
    }));
    const compared = await compare(io, from, to, {
      deadlineMs: args.deadline,
      online: args.online,
      contract: args.allowContract,
      expand: args.expand,
      only: args.schema,
      exclude: args.exclude,
      renames,
      guess: args.guessRenames,
      cache: args.cache,
      ...(await shadowOf(io, args.shadow, [from, to])),
      using: new Map([...expressions(args.using, "--using"), ...expressions(args.fill, "--fill")]),
    });
    const hashes = { from: catalogHash(compared.from), to: catalogHash(compared.to) };
    const migrations = migrationsOf(compared.rehearsed.legs, {
      format: args.format,
      ...(args.name === undefined ? {} : { name: args.name }),
      now: io.now(),
      taken: await taken(io, args.output),
      hashes,
      lockTimeout: args.lockTimeout,
      statementTimeout: args.statementTimeout,
    });
    if (!args.check) refuseLoss(lossesOf(migrations, args.allowContract), args.acceptDataLoss);
    const shown = await report(io, compared, migrations, hashes, from, args.deadline);
    if (args.check) return withDifference(shown, migrations);
    const files = migrations.flatMap((one) => one.files);
    return args.output === undefined || files.length === 0 ? shown : { ...shown, files: fileSet(args.output, files) };
  },
});
