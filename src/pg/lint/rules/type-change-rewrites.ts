// Rule: changes of a column's type that write the whole table anew.
import type { LintRule } from "../rule.ts";
import { blockingWorks, workFound } from "../rule.ts";

export const typeChangeRewrites: LintRule = {
  id: "lint/type-change-rewrites",
  severity: "error",
  about: "Changes of a column's type that write the whole table anew",
  help: "add a column of the new type, write both, fill it in batches, read the new one, drop the old one in a later release",
  *check(subject) {
    for (const { on, work } of blockingWorks(subject, "type-change-rewrites")) {
      yield workFound(subject, on, work);
    }
  },
};
