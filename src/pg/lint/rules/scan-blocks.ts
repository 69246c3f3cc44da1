// Rule: tables read through under a lock that keeps writers out.
import type { LintRule } from "../rule.ts";
import { blockingWorks, workFound } from "../rule.ts";

export const scanBlocks: LintRule = {
  id: "lint/scan-blocks",
  severity: "error",
  about: "Tables read through under a lock that keeps writers out",
  help: "add the constraint NOT VALID and validate it in a transaction of its own; for a partition, first add a valid CHECK that says the same as its bounds",
  *check(subject) {
    for (const { on, work } of blockingWorks(subject, "scan-blocks")) {
      yield workFound(subject, on, work);
    }
  },
};
