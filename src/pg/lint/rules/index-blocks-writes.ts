// Rule: indexes built in a way that keeps writers of the table waiting.
import type { Fix } from "../../../kernel/finding.ts";
import type { LintSubject, Measured, Work } from "../model.ts";
import { safeForm } from "../safe-form.ts";
import { workRule } from "../work-rule.ts";

/** A partitioned table has no concurrent build as a whole. */
const fixFor = (subject: LintSubject, on: Measured, { table }: Work): Fix | undefined => {
  const sql = on.sql.replace(/^(\s*create\s+(?:unique\s+)?index)\b/i, "$1 CONCURRENTLY");
  const isPartitioned = on.held.some(({ on: { kind } }) => kind === "p") || table.kind === "p";
  return sql === on.sql || isPartitioned ? undefined : safeForm(subject, on, [{ sql, alone: true }]);
};

export const indexBlocksWrites = workRule(
  "index-blocks-writes",
  {
    about: "Indexes built in a way that keeps writers of the table waiting",
    help: "build it with CREATE INDEX CONCURRENTLY, in a migration of its own outside of a transaction",
  },
  fixFor,
);
