// senior db snapshot: a server's schema, statistics, counters and workload in one file, to analyse away from it.
import { pack } from "../../io/pack.ts";
import { Fault } from "../../kernel/fault.ts";
import { fileSet } from "../../kernel/fileset.ts";
import { bytes, plural } from "../../kernel/words.ts";
import type { Finding } from "../../kernel/finding.ts";
import type { Report } from "../../kernel/report.ts";
import { heading, list, text as line } from "../../kernel/report.ts";
import type { Snapshot } from "../../pg/snapshot.ts";
import { headerOf, snapshotText } from "../../pg/snapshot.ts";
import { redact } from "../../pg/whatif/statistics.ts";
import { command } from "../command.ts";
import { duration, flag, text } from "../flags.ts";
import { readProduction } from "./production.ts";
import { connectionFlags, sourceOf } from "./source-args.ts";

const gapsOf = ({ statistics, workload, reading }: Snapshot): readonly string[] => [
  ...statistics.gaps,
  ...workload.gaps,
  ...(reading.health?.gaps ?? []).map(({ what, why }) => `${what}: ${why}`),
];

const notes = (snapshot: Snapshot): readonly Finding[] =>
  gapsOf(snapshot).map((gap) => ({
    rule: "db/not-seen",
    severity: "info",
    message: gap,
    at: { kind: "project" },
  }));

const warning = (redacted: boolean): string =>
  redacted
    ? "No value of a column is in it; names, comments and texts of statements are."
    : "It holds values of your users: the most common ones and samples of every column that you may read. Keep it as you keep a backup.";

const reportOf = (snapshot: Snapshot, path: string, size: number): Report => {
  const { reading, statistics, workload } = snapshot;
  return {
    command: "db snapshot",
    blocks: [
      heading(`Snapshot of ${snapshot.source}`),
      list([
        `PostgreSQL ${reading.server.text}, ${plural(reading.catalog.tables.length, "table")}`,
        `statistics of ${plural(statistics.columns.length, "column")}, sizes of ${plural(statistics.relations.length, "relation")}`,
        `${plural(workload.statements.length, "statement")} from ${workload.source}${workload.since === undefined ? "" : `, counted since ${workload.since}`}`,
        `${bytes(size)} in ${path}, for you alone (0600)`,
      ]),
      line(warning(statistics.redacted), statistics.redacted ? "plain" : "warn"),
    ],
    findings: notes(snapshot),
    data: {
      ...headerOf(snapshot),
      bytes: size,
      statements: workload.statements.length,
      columns: statistics.columns.length,
      gaps: gapsOf(snapshot),
    },
  };
};

const placeOf = (path: string): { readonly folder: string; readonly name: string } => {
  const at = path.lastIndexOf("/");
  const name = path.slice(at + 1);
  if (name === "") throw new Fault("usage.bad-value", `--output got "${path}", expected a file`);
  return { folder: at < 0 ? "." : at === 0 ? "/" : path.slice(0, at), name };
};

export default command({
  name: "snapshot",
  about: "Save a server's schema, statistics and workload in one file, to analyse away from it",
  more: [
    "One read-only transaction with timeouts; nothing is written there. What the file is for: db suggest-indexes --snapshot,",
    "in a pipeline or on a machine that cannot reach production. It holds what the planner knows, most-common values and",
    "histograms among it, which are values of users: it is written for you alone (0600), and its values are never printed.",
    "--redact leaves them out. Constants of statements are never in it.",
  ].join("\n"),
  examples: [
    {
      run: "senior db snapshot --connection postgres://app@db.example/shop --output prod.snapshot",
      about: "Everything",
    },
    {
      run: "senior db snapshot --redact --output prod.snapshot",
      about: "Without a value of a user, from DATABASE_URL",
    },
  ],
  positionals: {},
  flags: {
    ...connectionFlags,
    output: text("The file to write", { short: "o", value: "FILE", required: true }),
    redact: flag("Leave out most-common values, histograms and ends of indexes: estimates get coarser"),
    deadline: duration("How long one query may take", { min: 100, default: 60_000 }),
  },
  output: "files",
  async run({ args, io }) {
    const source = await sourceOf(io, { ...args, schemaFile: undefined }, "save");
    const connection = source.kind === "server" ? source.connection : "";
    const read = await readProduction(io, connection, { deadlineMs: args.deadline, redact: args.redact });
    const snapshot = args.redact ? { ...read, statistics: redact(read.statistics) } : read;
    const content = snapshotText(snapshot, pack);
    const { folder, name } = placeOf(args.output);
    return {
      ...reportOf(snapshot, args.output, content.length),
      files: fileSet(folder, [{ path: name, text: content, secret: true }]),
    };
  },
});
