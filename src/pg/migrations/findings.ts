// What does not fit together in a folder of migrations: versions, gaps, ways back, marks and files of other kinds.
import type { Finding, Severity } from "../../kernel/finding.ts";
import { listed, plural } from "../../kernel/words.ts";
import { placeIn } from "../prepare.ts";
import type { Statement } from "../tree.ts";
import type { Journal } from "./journal.ts";
import { journalFindings } from "./journal.ts";
import type { Migration, Tool, Way } from "./model.ts";
import { versionOrder } from "./naming.ts";
import type { Entry } from "./entry.ts";
import type { Inside } from "./recognise.ts";
import { isSchemaDump } from "./recognise.ts";
import { isOutside, transactionWord } from "./segments.ts";

export interface Read {
  readonly tool: Tool;
  readonly root: string;
  readonly files: readonly Inside[];
  readonly entries: readonly Entry[];
  readonly migrations: readonly Migration[];
  readonly journal: Journal | undefined;
}

const at = (
  rule: Finding["rule"],
  severity: Severity,
  file: Inside | Way["file"],
  index: number,
  message: string,
  help?: string,
): Finding => ({ rule, severity, message, at: placeIn(file, index), ...(help === undefined ? {} : { help }) });

/** The names of repeatables are no numbers. */
const isSame = (tool: Tool, one: Entry, other: Entry): boolean =>
  one.way === "repeatable" || other.way === "repeatable"
    ? one.way === other.way && one.version === other.version
    : versionOrder[tool](one.version, other.version) === 0;

const twice = ({ tool, entries }: Read): readonly Finding[] => {
  const findings: Finding[] = [];
  for (const kind of ["up", "down"] as const) {
    const seen: Entry[] = [];
    for (const entry of entries) {
      if (entry[kind] === undefined) continue;
      const same = seen.find((one) => isSame(tool, one, entry));
      if (same === undefined) seen.push(entry);
      else
        findings.push(
          at(
            "migration/duplicate-version",
            "error",
            entry.file,
            0,
            `version ${entry.version} is also that of ${same.file.inside}`,
            "give one of them a version of its own; two branches made them at the same time",
          ),
        );
    }
  }
  return findings;
};

/** Only numbers that count from one are meant to have no gaps. */
const gaps = ({ migrations }: Read): readonly Finding[] => {
  const numbers = migrations.map(({ version }) => (/^\d{1,5}$/.test(version) ? Number(version) : Number.NaN));
  if (numbers.length < 3 || numbers.some(Number.isNaN) || (numbers[0] ?? 0) > 1) return [];
  return migrations.flatMap((migration, n) => {
    const [before, here] = [numbers[n - 1], numbers[n] ?? 0];
    if (before === undefined || here - before < 2) return [];
    const missing = here - before === 2 ? `version ${before + 1} is` : `versions ${before + 1} to ${here - 1} are`;
    return [
      at(
        "migration/gap",
        "warning",
        migration.up.file,
        0,
        `${missing} missing before this one`,
        "put the file back, or renumber while nobody has applied them",
      ),
    ];
  });
};

/** Tools whose migrations go one way only by design. */
const oneWay: readonly Tool[] = ["prisma", "drizzle", "flyway"];

const waysBack = ({ tool, migrations, entries }: Read): readonly Finding[] => {
  const findings: Finding[] = [];
  for (const { repeatable, up, down } of migrations) {
    if (repeatable || (oneWay.includes(tool) && !entries.some((entry) => entry.down !== undefined))) continue;
    if (down === undefined)
      findings.push(at("migration/no-way-back", "warning", up.file, 0, "there is no way back", "write what undoes it"));
    else if (down.statements.length === 0 && down.error === undefined && up.statements.length > 0)
      findings.push(
        at("migration/no-way-back", "warning", down.file, 0, "the way back is empty", "write what undoes it"),
      );
  }
  const orphans = entries.filter(
    ({ up, down, version }) =>
      up === undefined &&
      down !== undefined &&
      !migrations.some((one) => !one.repeatable && versionOrder[tool](one.version, version) === 0),
  );
  return [
    ...findings,
    ...orphans.map(({ file }) =>
      at(
        "migration/no-way-forward",
        "error",
        file,
        0,
        "by its name this is the way back of a migration that is not there",
        "put the way forth beside it, take the file away, or give it a name that does not end in down",
      ),
    ),
  ];
};

const marks = ({ tool, entries }: Read): readonly Finding[] =>
  entries.flatMap(({ file, way, marked, again }) => [
    ...again.map((index) =>
      at(
        "migration/marks",
        "warning",
        file,
        index,
        "this way is marked a second time; both parts run",
        "keep one mark",
      ),
    ),
    ...(marked !== undefined && marked !== tool
      ? [at("migration/marks", "warning", file, 0, `the marks are those of ${marked}, the folder is one of ${tool}`)]
      : []),
    ...(marked === undefined && way === "both" && needsMarks.includes(tool)
      ? [at("migration/marks", "error", file, 0, `no line says where the way forward begins; ${tool} refuses the file`)]
      : []),
  ]);

const needsMarks: readonly Tool[] = ["dbmate", "goose", "sql-migrate"];

const waysOf = ({ migrations }: Read): readonly Way[] =>
  migrations.flatMap(({ up, down }) => [up, ...(down === undefined ? [] : [down])]);

const firstWord = (way: Way, { start, end }: Statement): string =>
  way.text.slice(start, end).trim().split(/\s+/).slice(0, 3).join(" ");

/** What Flyway would fill in, unless the script's settings say that nothing is. */
const placeholderOf = (way: Way, { tool, files }: Read): RegExpExecArray | null =>
  tool === "flyway" &&
  !files.some(
    ({ path, text }) => path === `${way.file.path}.conf` && /^\s*placeholderReplacement\s*=\s*false/im.test(text),
  )
    ? /\$\{[^}]*\}/.exec(way.text)
    : null;

const statementsFit = (way: Way, read: Read): readonly Finding[] => {
  const { tool } = read;
  const undo = way.statements.find((statement) => transactionWord(statement) === "undo");
  // A COMMIT of the file ends the runner's transaction, and what stands behind it is outside.
  const ended = way.statements.findIndex((statement) => transactionWord(statement) === "end");
  const alone = way.statements.slice(0, ended < 0 ? undefined : ended).find(isOutside);
  const placeholder = placeholderOf(way, read);
  return [
    ...(undo === undefined
      ? []
      : [
          at(
            "migration/takes-back",
            "error",
            way.file,
            undo.start,
            `${firstWord(way, undo)} takes back what stands before it`,
            "take it out: what should not run does not belong here",
          ),
        ]),
    ...(alone === undefined || way.wrapping !== "whole" || tool === "flyway"
      ? []
      : [
          at(
            "migration/transaction",
            "error",
            way.file,
            alone.start,
            `this cannot run inside a transaction, and ${tool} opens one around the file`,
            "put it into a migration of its own that asks for none",
          ),
        ]),
    ...(placeholder === null
      ? []
      : [
          at(
            "migration/placeholder",
            "error",
            way.file,
            placeholder.index,
            `${placeholder[0]} is filled in by Flyway, and not here`,
            "write the value itself, let current_setting() read it, or write placeholderReplacement=false into a file " +
              "of this name with .conf behind it",
          ),
        ]),
  ];
};

const forPsql = (way: Way): readonly Finding[] => {
  const [first] = way.psql;
  if (first === undefined) return [];
  const message =
    first.kind === "data"
      ? "rows of COPY come from psql's input, which a migration runner does not have"
      : `${first.command} is a command of psql, which a migration runner does not have`;
  return [
    at("migration/psql", "error", way.file, first.start, message, "write INSERT statements or plain SQL instead"),
  ];
};

const strangers = ({ root, files, entries }: Read): readonly Finding[] => {
  const known = new Set(entries.map(({ file }) => file.inside));
  const sql = files.filter((file) => /\.sql$/i.test(file.inside) && !known.has(file.inside));
  const code = files.filter(({ inside }) => /\.(ts|js|mjs|cjs|rb|py|java|go|php)$/.test(inside));
  return [
    ...sql.map((file) =>
      isSchemaDump(file)
        ? at("migration/schema-dump", "info", file, 0, "this is the dump of a whole schema, not a migration")
        : at("migration/not-named", "warning", file, 0, "the name has no version, so the file was left out"),
    ),
    ...(code.length === 0
      ? []
      : [
          {
            rule: "migration/not-sql" as const,
            severity: "warning" as const,
            message: `${plural(code.length, "migration")} in a programming language cannot be read: ${listed(code.slice(0, 3).map(({ inside }) => inside))}${code.length > 3 ? " …" : ""}`,
            at: { kind: "file" as const, path: root },
          },
        ]),
  ];
};

export const findingsOf = (read: Read): readonly Finding[] => {
  const { journal, entries } = read;
  const tags = new Set(entries.map(({ version }) => version));
  return [
    ...twice(read),
    ...gaps(read),
    ...waysBack(read),
    ...marks(read),
    ...waysOf(read).flatMap((way) => [...statementsFit(way, read), ...forPsql(way)]),
    ...strangers(read),
    ...(journal === undefined ? [] : journalFindings(journal, tags)),
  ];
};
