// A rule: a pure check of one subject that yields findings.
import type { Finding, Severity } from "./finding.ts";
import { sortFindings } from "./finding.ts";

export interface Rule<Subject> {
  readonly id: `${string}/${string}`;
  /** Of its findings, where they do not measure their own. */
  readonly severity: Severity;
  /** One sentence: what the rule looks for. */
  readonly about: string;
  /** What to do about a finding, where the finding itself says nothing more exact. */
  readonly help: string;
  check(subject: Subject): Iterable<Found>;
}

/** What a rule says of one finding; a severity of its own where the impact was measured. */
export type Found = Omit<Finding, "rule" | "severity"> & { readonly severity?: Severity };

/** Every finding of every rule on one subject, sorted. */
export const runRules = <Subject>(rules: readonly Rule<Subject>[], subject: Subject): readonly Finding[] =>
  sortFindings(
    rules.flatMap((rule) =>
      [...rule.check(subject)].map((found) => ({ help: rule.help, severity: rule.severity, ...found, rule: rule.id })),
    ),
  );
