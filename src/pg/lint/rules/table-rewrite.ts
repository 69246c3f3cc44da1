// Rule: other statements that write a whole table anew under a lock that keeps queries out.
import type { LintRule } from "../rule.ts";
import { blockingWorks, workFound } from "../rule.ts";

export const tableRewrite: LintRule = {
  id: "lint/table-rewrite",
  severity: "error",
  about: "Other statements that write a whole table anew under a lock that keeps queries out",
  help: "take a window in which users may wait, or use a tool that copies the table beside it",
  *check(subject) {
    for (const { on, work } of blockingWorks(subject, "table-rewrite")) {
      yield workFound(subject, on, work);
    }
  },
};
