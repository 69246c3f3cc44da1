// Rule: indexes built again in a way that keeps queries of the table waiting.
import type { Fix } from "../../../kernel/finding.ts";
import type { LintSubject, Measured } from "../model.ts";
import { safeForm } from "../safe-form.ts";
import { workRule } from "../work-rule.ts";

const fixFor = (subject: LintSubject, on: Measured): Fix | undefined => {
  const sql = on.sql.replace(/^(\s*reindex\s+(?:table|index))\b/i, "$1 CONCURRENTLY");
  return sql === on.sql ? undefined : safeForm(subject, on, [{ sql, alone: true }]);
};

export const rebuildBlocks = workRule(
  "rebuild-blocks",
  {
    about: "Indexes built again in a way that keeps queries of the table waiting",
    help: "build them again with REINDEX … CONCURRENTLY, outside of a transaction",
  },
  fixFor,
);
