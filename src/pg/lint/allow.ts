// Suppressions: `-- senior:allow rule-id: reason` above a statement, or anywhere in it; without a reason it allows nothing.
import type { Finding } from "../../kernel/finding.ts";
import { listed, nearest } from "../../kernel/words.ts";
import { piecesOf } from "../lexer.ts";
import type { Migration } from "../migrations/model.ts";
import type { SchemaFile } from "../prepare.ts";
import { placeIn } from "../prepare.ts";
import type { LintFinding } from "./rule.ts";

interface Allowance {
  readonly file: SchemaFile;
  readonly rules: readonly string[];
  readonly reason: string;
  readonly start: number;
  /** The statement that it stands above or in; undefined when none follows. */
  readonly covers: { readonly start: number; readonly end: number } | undefined;
}

const shape = /senior:allow[ \t]+([\w/-]+(?:[ \t]*,[ \t]*[\w/-]+)*)[ \t]*(?::[ \t]*([^\r\n]*))?/;

const full = (id: string): string => (id.includes("/") ? id : `lint/${id}`);

export const allowancesIn = ({ up }: Migration): readonly Allowance[] =>
  [...piecesOf(up.text)].flatMap(({ kind, start, end }) => {
    const match = kind === "comment" ? shape.exec(up.text.slice(start, end)) : null;
    if (match === null) return [];
    return [
      {
        file: up.file,
        rules: (match[1] ?? "").split(",").map((id) => full(id.trim())),
        reason: (match[2] ?? "").replace(/\*\/$/, "").trim(),
        start,
        covers: up.statements.find((statement) => statement.end > start),
      },
    ];
  });

const problem = (allowance: Allowance, rule: `lint/${string}`, message: string, help: string): Finding => ({
  rule,
  severity: "warning",
  message,
  at: placeIn(allowance.file, allowance.start),
  help,
});

export interface Judged {
  readonly findings: readonly Finding[];
  /** Findings that were allowed, with the reason. */
  readonly allowed: readonly { readonly finding: Finding; readonly reason: string }[];
}

/** Takes out what is allowed; allowances without a reason, for no known rule, or for nothing are findings themselves. */
export const judge = (
  found: readonly LintFinding[],
  migrations: readonly Migration[],
  known: readonly string[],
): Judged => {
  const allowances = migrations.flatMap(allowancesIn);
  const used = new Set<string>();
  const key = ({ file, start }: Allowance, rule: string): string => `${file.path} ${start} ${rule}`;
  const allowed: { finding: Finding; reason: string }[] = [];
  const findings: Finding[] = [];
  for (const { finding, on } of found) {
    const match = allowances.find(
      ({ file, rules, reason, covers }) =>
        reason !== "" &&
        file.path === on.file.path &&
        covers?.start === on.statement.start &&
        rules.includes(finding.rule),
    );
    if (match === undefined) findings.push(finding);
    else {
      used.add(key(match, finding.rule));
      allowed.push({ finding, reason: match.reason });
    }
  }
  for (const allowance of allowances) {
    const { rules, reason } = allowance;
    const unknown = rules.filter((id) => !known.includes(id));
    if (reason === "") {
      findings.push(
        problem(
          allowance,
          "lint/allow-without-reason",
          `allows ${listed(rules)} and does not say why: it was not followed`,
          "write -- senior:allow rule-id: reason",
        ),
      );
      continue;
    }
    for (const id of unknown) {
      const near = nearest(id, known);
      findings.push(
        problem(
          allowance,
          "lint/unknown-rule",
          `there is no rule ${id}`,
          near === undefined ? "see the list of rules in the help" : `did you mean ${near}?`,
        ),
      );
    }
    for (const id of rules.filter((one) => !unknown.includes(one) && !used.has(key(allowance, one))))
      findings.push(problem(allowance, "lint/unused-allow", `allows ${id}, which finds nothing here`, "take it out"));
  }
  return { findings, allowed };
};
