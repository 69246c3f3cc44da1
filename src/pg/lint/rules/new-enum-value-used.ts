// Rule: an enum value used in the transaction that adds it, which the server refuses.
import type { LintRule } from "../rule.ts";
import { statementsIn } from "../rule.ts";

export const newEnumValueUsed: LintRule = {
  id: "lint/new-enum-value-used",
  severity: "error",
  about: "Enum values used in the transaction that adds them",
  help: "add the value in a migration of its own; it can be used once that has committed",
  *check(subject) {
    for (const on of statementsIn(subject)) {
      if (on.error?.sqlstate === "55P04") yield { on, message: `PostgreSQL refuses it: ${on.error.message}` };
    }
  },
};
