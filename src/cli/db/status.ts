// senior db status: what is applied, pending, edited or half done, and what stands in the way; reads only.
import type { Io } from "../../io/io.ts";
import { withSession } from "../../io/postgres/session.ts";
import { loadSqlParser } from "../../io/sql-parser.ts";
import type { Finding } from "../../kernel/finding.ts";
import { isObject } from "../../kernel/json.ts";
import type { Json } from "../../kernel/json.ts";
import type { Block, Tone } from "../../kernel/report.ts";
import { milliseconds, plural } from "../../kernel/words.ts";
import { targetText } from "../../pg/connection.ts";
import type { Target } from "../../pg/connection.ts";
import { appliedIn, bookOf, findBooks, readBook } from "../../pg/migrations/books.ts";
import type { Adopted, Book } from "../../pg/migrations/books.ts";
import { hasHistory, readHistory, recordedOf } from "../../pg/migrations/history.ts";
import type { Recorded } from "../../pg/migrations/history.ts";
import { holderSql, holderText } from "../../pg/migrations/lock.ts";
import type { Chain, Migration } from "../../pg/migrations/model.ts";
import { tools } from "../../pg/migrations/model.ts";
import { standingOf } from "../../pg/migrations/pending.ts";
import type { Standing } from "../../pg/migrations/pending.ts";
import { quotePath } from "../../pg/quote.ts";
import { command } from "../command.ts";
import { choice, text } from "../flags.ts";
import type { Drift } from "./drift.ts";
import { driftFindings, driftFrom, snapshotOf, snapshotSql } from "./drift.ts";
import { adoptedFinding, lateFinding, missingFinding } from "./migrate-report.ts";
import { readMigrations } from "./migration-source.ts";
import { targetFrom } from "./run-migrations.ts";
import { connectionFlags } from "./source-args.ts";

/** An index that is being built now is invalid too, and none of these. */
const invalidIndexes = `select format('%I.%I', n.nspname, c.relname) from pg_catalog.pg_index i join pg_catalog.pg_class c on c.oid = i.indexrelid
join pg_catalog.pg_namespace n on n.oid = c.relnamespace where not i.indisvalid and c.relkind = 'i'
  and not exists (select 1 from pg_catalog.pg_stat_progress_create_index p where p.index_relid = i.indexrelid) order by 1`;

const lastFailures = `select json_build_object('version', version, 'message', message, 'at', to_char(at at time zone 'UTC', 'YYYY-MM-DD HH24:MI'))::text
from (select distinct on (version) * from senior.migration_events order by version, id desc) last where event = 'failed'`;

interface Seen {
  readonly history: readonly Recorded[];
  /** Recorded by us, and undone by another runner since. */
  readonly withdrawn: readonly Recorded[];
  readonly failures: readonly Json[];
  readonly invalid: readonly string[];
  readonly holder: string | undefined;
  readonly drift: Drift | undefined;
  readonly book: Book | undefined;
  readonly adopted: readonly Adopted[];
}

const parsed = (rows: readonly string[]): readonly Json[] => rows.map((row) => JSON.parse(row) as Json);

const look = (io: Io, target: Target, chain: Chain | undefined): Promise<Seen> =>
  withSession(target, { deadlineMs: 60_000, signal: io.signal }, async (ask) => {
    const isThere = (await ask(hasHistory))[0] === "true";
    const history = isThere ? parsed(await ask(readHistory)).map(recordedOf) : [];
    const [holder] = parsed(await ask(`select row_to_json(h)::text from (${holderSql()}) h`));
    const book = chain === undefined ? undefined : bookOf(parsed(await ask(findBooks)), chain.tool);
    const theirs =
      book === undefined || chain === undefined ? [] : appliedIn(book, parsed(await ask(readBook(book))), chain);
    const isOurs = (one: Recorded): boolean =>
      one.book === undefined ||
      book === undefined ||
      one.book !== quotePath(book) ||
      theirs.some(({ migration }) => migration.version === one.version) ||
      chain?.migrations.every(({ version }) => version !== one.version) === true;
    const withdrawn = history.filter((one) => !isOurs(one));
    return {
      withdrawn,
      history: history.filter(isOurs),
      failures: isThere ? parsed(await ask(lastFailures)) : [],
      invalid: await ask(invalidIndexes),
      holder: isObject(holder) ? holderText(holder as Readonly<Record<string, string>>) : undefined,
      drift:
        isThere &&
        withdrawn.length === 0 &&
        history.every(({ state }) => state === "applied") &&
        theirs.every(({ migration }) => history.some(({ version }) => version === migration.version))
          ? await driftFrom(ask, snapshotOf((await ask(snapshotSql))[0]))
          : undefined,
      book,
      adopted: theirs.filter(({ migration }) => !history.some(({ version }) => version === migration.version)),
    };
  });

const halfFinding = ({ version, state, done, segments, message, begun }: Recorded): Finding => ({
  rule: "migrate/halfway",
  severity: "error",
  message: `${state === "undoing" ? "the way back of migration" : "migration"} ${version} stopped in the middle: ${done} of ${segments} parts are in${begun ? ", and the next was begun" : ""}${message === undefined ? "" : `\n${message}`}`,
  at: { kind: "object", type: "migration", name: version },
  help:
    state === "undoing"
      ? "senior db rollback goes on with it"
      : "mend the cause; senior db migrate goes on after the last part that is in",
});

const failureFinding = (row: Json): readonly Finding[] => {
  if (!isObject(row)) return [];
  const word = (key: string): string => (typeof row[key] === "string" ? row[key] : "");
  const [version, message, at] = [word("version"), word("message"), word("at")];
  return [
    {
      rule: "migrate/failed",
      severity: "warning",
      message: `the last attempt at ${version}, on ${at}, was refused and left nothing: ${message}`,
      at: { kind: "object", type: "migration", name: version },
    },
  ];
};

const invalidFinding = (name: string): Finding => ({
  rule: "migrate/invalid-index",
  severity: "warning",
  message: `the index ${name} is INVALID: a build of it failed, and every write still pays for it`,
  at: { kind: "object", type: "index", name },
  fix: { kind: "sql", up: `DROP INDEX CONCURRENTLY ${name};`, transactional: false },
});

const editedFinding = ({ version, up }: Migration): Finding => ({
  rule: "migrate/edited",
  severity: "error",
  message: `${version} was applied with another text than its file has now`,
  at: { kind: "file", path: up.file.path },
  help: "put the text back and write a new migration; or, where it does the same, senior db migrate --accept-edited",
});

const day = ({ appliedAt }: Recorded): string => appliedAt.replace("T", " ").replace("Z", "");

const rowsOf = (
  standing: Standing | undefined,
  { history, adopted }: Seen,
): readonly (readonly [readonly string[], Tone])[] => {
  const theirs = new Set(adopted.map(({ migration }) => migration.version));
  const edited = new Set(standing?.edited.map(({ migration }) => migration.version));
  const missing = new Set(standing?.missing.map(({ version }) => version));
  return [
    ...history.map((one): readonly [readonly string[], Tone] => {
      const word =
        one.state !== "applied"
          ? `${one.state} ${one.done}/${one.segments}`
          : edited.has(one.version)
            ? "edited"
            : missing.has(one.version)
              ? "no file"
              : "applied";
      const by = [one.by, ...one.approvedBy.map((name) => `approved by ${name}`)].join(", ");
      return [
        [one.version, one.name, word, day(one), milliseconds(one.durationMs), by],
        word === "applied" ? "good" : "warn",
      ];
    }),
    ...(standing?.pending ?? []).map(({ version, name }): readonly [readonly string[], Tone] => [
      [version, name, theirs.has(version) ? "applied elsewhere" : "pending", "", "", ""],
      "plain",
    ]),
  ];
};

export default command({
  name: "status",
  about: "Say which migrations are applied, pending, edited or half done, and what stands in the way",
  more: "Only reads. With a folder its files are held against the history. Also says who holds the runner's lock, which indexes are INVALID, and\nwhat was changed past the migrations since the last run, as SQL.",
  examples: [{ run: "senior db status migrations/", about: "The folder against the database of DATABASE_URL" }],
  positionals: { path: text("The folder of migrations", { value: "DIR" }) },
  flags: {
    ...connectionFlags,
    format: choice(tools, "For which runner the files were written, where it cannot be told"),
  },
  output: "report",
  async run({ args, io }) {
    const chain =
      args.path === undefined ? undefined : await readMigrations(io, args.path, await loadSqlParser(), args.format);
    const target = await targetFrom(io, args, "look at");
    const seen = await look(io, target, chain);
    const standing = chain === undefined ? undefined : standingOf(chain, seen.history);
    const theirs = seen.adopted.length;
    const pending = (standing?.pending.length ?? 0) - theirs;
    const applied = seen.history.filter(({ state }) => state === "applied").length;
    const rows = rowsOf(standing, seen);
    const half = seen.history.filter(({ state }) => state !== "applied");
    const parts = [
      `${applied} applied`,
      ...(chain === undefined ? [] : [`${pending} pending`]),
      ...(half.length === 0 ? [] : [`${half.length} half done`]),
    ];
    const blocks: Block[] = [
      { kind: "text", text: `${targetText(target)}: ${parts.join(", ")}`, tone: half.length > 0 ? "warn" : "good" },
      ...(seen.holder === undefined
        ? []
        : [{ kind: "text" as const, text: `a runner is at work: ${seen.holder}`, tone: "warn" as const }]),
      ...(rows.length === 0
        ? []
        : [
            {
              kind: "table" as const,
              columns: [
                { title: "version" },
                { title: "name" },
                { title: "state" },
                { title: "since (UTC)" },
                { title: "took", align: "right" as const },
                { title: "by" },
              ],
              rows: rows.map(([row]) => row),
              tones: rows.map(([, tone]) => tone),
            },
          ]),
    ];
    return {
      command: "db status",
      title: targetText(target),
      blocks,
      findings: [
        ...(seen.holder === undefined ? half.map(halfFinding) : []),
        ...(standing?.edited ?? []).map(({ migration }) => editedFinding(migration)),
        ...(standing?.missing ?? []).map(missingFinding),
        ...(standing?.late ?? []).map(lateFinding),
        ...(chain?.findings ?? []).filter(({ severity }) => severity === "error"),
        ...seen.failures
          .flatMap(failureFinding)
          .filter(({ at }) => !half.some(({ version }) => at.kind === "object" && at.name === version)),
        ...seen.invalid.map(invalidFinding),
        ...driftFindings(seen.drift),
        ...(seen.book === undefined || theirs === 0
          ? []
          : [
              {
                ...adoptedFinding(seen.book, theirs),
                message: `${plural(theirs, "migration")} of ${seen.book.tool}'s own history will be taken over by the next db migrate`,
              },
            ]),
      ],
      data: {
        target: targetText(target),
        applied: seen.history.map(
          ({ version, name, state, done, segments, appliedAt, durationMs, by, approvedBy }) => ({
            version,
            name,
            state,
            done,
            segments,
            appliedAt,
            durationMs,
            by,
            approvedBy: [...approvedBy],
          }),
        ),
        pending: (standing?.pending ?? []).map(({ version }) => version),
        edited: (standing?.edited ?? []).map(({ migration }) => migration.version),
        missing: (standing?.missing ?? []).map(({ version }) => version),
        invalidIndexes: [...seen.invalid],
        runner: seen.holder ?? null,
        drift: [...(seen.drift?.done ?? [])],
      },
    };
  },
});
