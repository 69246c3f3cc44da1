// Rule: new columns whose default has to be computed for every row, which writes the table anew.
import type { LintRule } from "../rule.ts";
import { blockingWorks, workFound } from "../rule.ts";

export const volatileDefault: LintRule = {
  id: "lint/volatile-default",
  severity: "error",
  about: "New columns whose default has to be computed for every row, which writes the table anew",
  help: "add the column without its default, set the default for new rows, fill old rows in batches, then add what else it needs",
  *check(subject) {
    for (const { on, work } of blockingWorks(subject, "volatile-default")) {
      yield workFound(subject, on, work);
    }
  },
};
