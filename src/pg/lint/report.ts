// The report of a lint: what each statement of a migration locks and works on, and what is wrong with that.
import type { Finding } from "../../kernel/finding.ts";
import { sortFindings } from "../../kernel/finding.ts";
import type { Json } from "../../kernel/json.ts";
import type { Block, Report } from "../../kernel/report.ts";
import { list, text } from "../../kernel/report.ts";
import { bytes, plural } from "../../kernel/words.ts";
import { placeIn } from "../prepare.ts";
import type { Judged } from "./allow.ts";
import { secondsFor } from "./cost.ts";
import type { LintSubject, Measured, Work } from "./model.ts";
import { blocksWrites, modeText } from "./model.ts";
import { nameOf, statementsIn, strongestLocks } from "./rule.ts";

const headOf = ({ sql }: Measured): string => {
  const line = sql.replace(/\s+/g, " ").trim();
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
};

const workText = ({ kind, table, index, constraint }: Work): string =>
  kind === "build"
    ? `builds ${index ?? "an index"}`
    : kind === "rewrite"
      ? `rewrites ${nameOf(table)}`
      : `reads ${nameOf(table)}${constraint === undefined ? "" : ` for ${constraint}`}`;

const interesting = (on: Measured): boolean =>
  on.works.length > 0 || on.dropped.length > 0 || on.locks.some(({ mode }) => blocksWrites(mode));

const row = (on: Measured): readonly string[] => {
  const { line } = placeIn(on.file, on.statement.start);
  const works = on.works.map(workText);
  const locks = strongestLocks(on.locks.filter(({ mode }) => mode !== "RowShare"));
  return [`${on.file.path}:${line ?? 1}`, headOf(on), locks.join(", ") || "held already", works.join(", ")];
};

const statementData = (subject: LintSubject, on: Measured): Json => {
  const { line, column } = placeIn(on.file, on.statement.start);
  return {
    file: on.file.path,
    line: line ?? 1,
    column: column ?? 1,
    sql: on.sql,
    transaction: on.transaction ?? null,
    lockTimeout: on.lockTimeout,
    measured: !on.stated,
    locks: on.locks.map((lock) => ({ table: nameOf(lock.on), mode: modeText(lock.mode) })),
    works: on.works.map((work) => {
      const seconds = secondsFor(subject, work);
      return {
        kind: work.kind,
        table: nameOf(work.table),
        index: work.index ?? null,
        constraint: work.constraint ?? null,
        estimateMs: seconds === undefined ? null : Math.round(seconds * 1000),
      };
    }),
    dropped: on.dropped.map(nameOf),
    error: on.error === undefined ? null : { message: on.error.message, sqlstate: on.error.sqlstate },
  };
};

export interface LintView {
  readonly subject: LintSubject;
  readonly judged: Judged;
  readonly notes: readonly Finding[];
  /** What was linted, in the user's words. */
  readonly source: string;
  /** How many earlier migrations made the state before. */
  readonly before: number;
}

const assumption = ({ sizesFrom, bytesPerSecond }: LintSubject): Block =>
  sizesFrom === undefined
    ? text(
        "No sizes are known, so every table counts as large: give --connection, or --stats with a snapshot of it, to weigh findings by the server's tables.",
        "dim",
      )
    : text(`Sizes and rates of ${sizesFrom}; times assume a disk of ${bytes(bytesPerSecond)} a second.`, "dim");

const allowedBlocks = ({ allowed }: Judged): readonly Block[] =>
  allowed.length === 0
    ? []
    : [text(`Allowed with a reason:`), list(allowed.map(({ finding, reason }) => `${finding.rule}: ${reason}`))];

export const lintReport = ({ subject, judged, notes, source, before }: LintView): Report => {
  const statements = statementsIn(subject);
  const rows = statements.filter(interesting);
  const counted = plural(subject.migrations.length, "migration");
  const state = before === 0 ? "" : `, after ${plural(before, "earlier one")}`;
  return {
    command: "db lint",
    title: source,
    blocks: [
      text(
        `${plural(statements.length, "statement")} of ${counted} run in an embedded PostgreSQL${state}; locks and work read from its own views.`,
      ),
      ...(rows.length === 0
        ? []
        : [
            {
              kind: "table" as const,
              columns: [
                { title: "statement" },
                { title: "" },
                { title: "locks it takes" },
                { title: "work under them" },
              ],
              rows: rows.map(row),
            },
          ]),
      assumption(subject),
      ...allowedBlocks(judged),
    ],
    findings: sortFindings([...notes, ...judged.findings]),
    data: {
      source,
      tool: subject.tool,
      before,
      bytesPerSecond: subject.bytesPerSecond,
      sizesFrom: subject.sizesFrom ?? null,
      sizesAt: subject.sizesAt ?? null,
      statements: statements.map((on) => statementData(subject, on)),
      allowed: judged.allowed.map(({ finding, reason }) => ({ rule: finding.rule, reason, message: finding.message })),
    },
  };
};
