// What db migrate says when it is through: what was applied, how long it took, and what to know besides.
import type { Finding } from "../../kernel/finding.ts";
import type { Block, Report } from "../../kernel/report.ts";
import { milliseconds, plural } from "../../kernel/words.ts";
import type { Book } from "../../pg/migrations/books.ts";
import type { Recorded } from "../../pg/migrations/history.ts";
import type { Chain, Migration } from "../../pg/migrations/model.ts";
import type { JobResult } from "../../pg/migrations/job.ts";
import type { Loss } from "./losses.ts";
import { lossText } from "./losses.ts";

export interface Ran {
  readonly version: string;
  readonly name: string;
  readonly result: Exclude<JobResult, { kind: "failed" }>;
}

export const lateFinding = ({ version, up }: Migration): Finding => ({
  rule: "migrate/late",
  severity: "info",
  message: `${version} is older than what was applied already`,
  at: { kind: "file", path: up.file.path },
});

export const missingFinding = ({ version, name, appliedAt }: Recorded): Finding => ({
  rule: "migrate/missing",
  severity: "warning",
  message: `${version} ${name} was applied on ${appliedAt.slice(0, 10)}, and its file is not here`,
  at: { kind: "object", type: "migration", name: version },
  help: "look on other branches; it is not run again, and can be undone from the history",
});

const adoptedText = (book: Book, count: number): string =>
  `took ${plural(count, "migration")} over from ${book.tool}'s history (${book.schema}.${book.name}), which is kept up from now on too`;

export const adoptedFinding = (book: Book, count: number): Finding => ({
  rule: "migrate/adopted",
  severity: "info",
  message: adoptedText(book, count),
  at: { kind: "object", type: "table", schema: book.schema, name: book.name },
});

/** Losses that were accepted, or that a dry run found. */
export const lossFindings = (losses: readonly Loss[]): readonly Finding[] =>
  losses.map((loss) => ({
    rule: "migrate/losses" as const,
    severity: "warning" as const,
    message: `lost for good: ${lossText(loss)}`,
    at: { kind: "object" as const, type: loss.what.split(" ")[0] ?? "table", name: loss.what.replace(/^\w+ /, "") },
  }));

export interface Shown {
  readonly chain: Chain;
  readonly source: string;
  readonly checksum: string;
  readonly losses: readonly Loss[];
  readonly findings: readonly Finding[];
  readonly applied: number;
}

export interface Result extends Shown {
  readonly command?: string;
  readonly ran: readonly Ran[];
  readonly waiting: number;
  readonly signal: AbortSignal;
}

const rowOf = ({ version, name, result }: Ran): readonly string[] =>
  result.kind === "done"
    ? [
        version,
        name,
        plural(result.statements, "statement"),
        milliseconds(result.ms),
        result.retries === 0 ? "" : plural(result.retries, "retry", "retries"),
      ]
    : [version, name, `stopped: ${result.done} of ${result.segments} parts in`, "", ""];

const headline = (isBack: boolean, { chain, source, applied, ran, waiting }: Result, done: number): string => {
  if (ran.length === 0)
    return isBack ? `${source}: nothing to undo` : `${source} is up to date: ${plural(applied, "migration")} applied`;
  const left = waiting > 0 ? `, ${plural(waiting, "migration")} still ${isBack ? "to be undone" : "pending"}` : "";
  return isBack
    ? `${source}: undid ${plural(done, "migration")}${left}`
    : `${source}: applied ${plural(done, "migration")} of ${chain.root}${left}`;
};

export const migrateReport = (result: Result): Report => {
  const { command = "db migrate", chain, source, losses, findings, applied, ran, waiting, signal } = result;
  const done = ran.filter(({ result }) => result.kind === "done");
  const stopped = ran.length > done.length || signal.aborted;
  const blocks: Block[] = [
    {
      kind: "text",
      text: headline(command === "db rollback", result, done.length),
      tone: stopped ? "warn" : "good",
    },
    ...(ran.length === 0
      ? []
      : [
          {
            kind: "table" as const,
            columns: [
              { title: "version" },
              { title: "name" },
              { title: "ran" },
              { title: "took", align: "right" as const },
              { title: "" },
            ],
            rows: ran.map(rowOf),
          },
        ]),
  ];
  return {
    command,
    title: source,
    blocks,
    findings: [...findings, ...lossFindings(losses)],
    data: {
      target: source,
      tool: chain.tool,
      dryRun: false,
      before: applied,
      pending: waiting,
      applied: ran.map(({ version, name, result }) => ({
        version,
        name,
        state: result.kind,
        ...(result.kind === "done"
          ? { durationMs: Math.round(result.ms), retries: result.retries }
          : { done: result.done, segments: result.segments }),
      })),
    },
    ...(stopped ? { exit: signal.reason === 143 ? (143 as const) : (130 as const) } : {}),
  };
};
