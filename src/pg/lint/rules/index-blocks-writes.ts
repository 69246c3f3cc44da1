// Rule: indexes built in a way that keeps writers of the table waiting.
import type { LintRule } from "../rule.ts";
import { blockingWorks, workFound } from "../rule.ts";
import type { Fix } from "../../../kernel/finding.ts";
import type { LintSubject, Measured, Work } from "../model.ts";
import { safeForm } from "../safe-form.ts";

/** A partitioned table has no concurrent build as a whole. */
const fixFor = (subject: LintSubject, on: Measured, { table }: Work): Fix | undefined => {
  const sql = on.sql.replace(/^(\s*create\s+(?:unique\s+)?index)\b/i, "$1 CONCURRENTLY");
  const isPartitioned = on.held.some(({ on: { kind } }) => kind === "p") || table.kind === "p";
  return sql === on.sql || isPartitioned ? undefined : safeForm(subject, on, [{ sql, alone: true }]);
};

export const indexBlocksWrites: LintRule = {
  id: "lint/index-blocks-writes",
  severity: "error",
  about: "Indexes built in a way that keeps writers of the table waiting",
  help: "build it with CREATE INDEX CONCURRENTLY, in a migration of its own outside of a transaction",
  *check(subject) {
    for (const { on, work } of blockingWorks(subject, "index-blocks-writes")) {
      const fix = fixFor(subject, on, work);
      yield { ...workFound(subject, on, work), ...(fix === undefined ? {} : { fix }) };
    }
  },
};
