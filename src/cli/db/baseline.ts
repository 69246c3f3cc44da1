// senior db baseline: records migrations as applied that the database has already, and runs nothing.
import { loadSqlParser } from "../../io/sql-parser.ts";
import { Fault } from "../../kernel/fault.ts";
import { plural } from "../../kernel/words.ts";
import { targetText } from "../../pg/connection.ts";
import { bookUp } from "../../pg/migrations/books.ts";
import { tools } from "../../pg/migrations/model.ts";
import { versionOrder } from "../../pg/migrations/naming.ts";
import { standingOf } from "../../pg/migrations/pending.ts";
import { command } from "../command.ts";
import { choice, flag, text } from "../flags.ts";
import { approvalFlags, approvalsFor } from "./approval.ts";
import { keepSnapshot } from "./drift.ts";
import { readMigrations } from "./migration-source.ts";
import {
  historyOf,
  makeHistory,
  openSession,
  readAdopted,
  recordAs,
  runnerFlags,
  targetFrom,
} from "./run-migrations.ts";
import { connectionFlags } from "./source-args.ts";

export default command({
  name: "baseline",
  about: "Record existing migrations as applied, without running them",
  more: "For a database that has the schema already. With --to, only migrations up to that version. The schema as it stands is remembered, so that\nlater changes past the migrations are seen.",
  examples: [
    {
      run: "senior db baseline migrations/ --to 20240115093000",
      about: "The database of DATABASE_URL has everything up to this version",
    },
  ],
  positionals: { path: text("The folder of migrations", { value: "DIR", required: true }) },
  flags: {
    ...connectionFlags,
    to: text("Up to this version, that one included", { value: "VERSION" }),
    dryRun: flag("Only say what would be recorded"),
    format: choice(tools, "For which runner the files were written, where it cannot be told"),
    ...approvalFlags,
    wait: runnerFlags.wait,
    reconnect: runnerFlags.reconnect,
  },
  async run({ args, io, registry }) {
    const chain = await readMigrations(io, args.path, await loadSqlParser(), args.format);
    const { tool, migrations } = chain;
    const { to } = args;
    if (to !== undefined && !migrations.some(({ version }) => versionOrder[tool](version, to) === 0))
      throw new Fault("usage.bad-value", `there is no migration with the version ${to}`);
    const target = await targetFrom(io, args, "record migrations on");
    const approvedBy = await approvalsFor(io, registry, target, args);
    const session = await openSession(io, target, args);
    try {
      const before = await historyOf(session);
      const { pending } = standingOf(chain, before);
      const { book, adopted } = await readAdopted(session, chain, before);
      const isKnown = new Set(adopted.map(({ migration }) => migration));
      const wanted = pending.filter(
        (one) => to === undefined || (!one.repeatable && versionOrder[tool](one.version, to) <= 0),
      );
      const fresh = wanted.filter((one) => !isKnown.has(one)).map((migration) => ({ migration, edited: false }));
      const books = fresh.flatMap(({ migration }) => bookUp(book, migration));
      if (!args.dryRun) {
        await makeHistory(session);
        await recordAs(session, "adopted", tool, adopted, approvedBy, { book });
        await recordAs(session, "baselined", tool, fresh, approvedBy, { book, books });
        await keepSnapshot(io, target, session);
      }
      const all = [...adopted, ...fresh].map(({ migration }) => migration);
      return {
        command: "db baseline",
        title: targetText(target),
        blocks: [
          {
            kind: "text" as const,
            text: `${targetText(target)}: ${args.dryRun ? "would record" : "recorded"} ${plural(all.length, "migration")} as applied; nothing was run`,
            tone: "good" as const,
          },
          ...(all.length === 0
            ? []
            : [
                {
                  kind: "table" as const,
                  columns: [{ title: "version" }, { title: "name" }],
                  rows: all.map(({ version, name }) => [version, name]),
                },
              ]),
        ],
        findings: chain.findings.filter(({ severity }) => severity === "error"),
        data: { target: targetText(target), dryRun: args.dryRun, recorded: all.map(({ version }) => version) },
      };
    } finally {
      await session.close();
    }
  },
});
