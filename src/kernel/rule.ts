// A rule: a pure check of one subject that yields findings.
import type { Finding, Severity } from "./finding.ts";
import { sortFindings } from "./finding.ts";

export interface Rule<Subject> {
  readonly id: `${string}/${string}`;
  readonly severity: Severity;
  /** One sentence: what the rule looks for. */
  readonly about: string;
  /** What to do about a finding, where the finding itself says nothing more exact. */
  readonly help: string;
  check(subject: Subject): Iterable<Omit<Finding, "rule" | "severity">>;
}

/** Every finding of every rule on one subject, sorted. */
export const runRules = <Subject>(rules: readonly Rule<Subject>[], subject: Subject): readonly Finding[] =>
  sortFindings(
    rules.flatMap((rule) =>
      [...rule.check(subject)].map((found) => ({ help: rule.help, ...found, rule: rule.id, severity: rule.severity })),
    ),
  );
