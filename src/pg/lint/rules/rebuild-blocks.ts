// Rule: indexes built again in a way that keeps queries of the table waiting.
import type { LintRule } from "../rule.ts";
import { blockingWorks, workFound } from "../rule.ts";
import type { Fix } from "../../../kernel/finding.ts";
import type { LintSubject, Measured } from "../model.ts";
import { safeForm } from "../safe-form.ts";

const fixFor = (subject: LintSubject, on: Measured): Fix | undefined => {
  const sql = on.sql.replace(/^(\s*reindex\s+(?:table|index))\b/i, "$1 CONCURRENTLY");
  return sql === on.sql ? undefined : safeForm(subject, on, [{ sql, alone: true }]);
};

export const rebuildBlocks: LintRule = {
  id: "lint/rebuild-blocks",
  severity: "error",
  about: "Indexes built again in a way that keeps queries of the table waiting",
  help: "build them again with REINDEX … CONCURRENTLY, outside of a transaction",
  *check(subject) {
    for (const { on, work } of blockingWorks(subject, "rebuild-blocks")) {
      const fix = fixFor(subject, on);
      yield { ...workFound(subject, on, work), ...(fix === undefined ? {} : { fix }) };
    }
  },
};
