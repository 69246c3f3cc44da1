// Rule: SET LOCAL outside of a transaction, which does nothing.
import type { LintRule } from "../rule.ts";
import { statementsIn } from "../rule.ts";
import { wrappingOf } from "../../apply.ts";

export const setLocalWithoutTransaction: LintRule = {
  id: "lint/set-local-without-transaction",
  severity: "warning",
  about: "SET LOCAL outside of a transaction",
  help: "write SET without LOCAL, and RESET at the end",
  *check(subject) {
    for (const on of statementsIn(subject)) {
      const { kind, fields } = on.statement;
      if (kind !== "VariableSetStmt" || fields["is_local"] !== true || on.explicit) continue;
      if (wrappingOf(subject.tool, on.migration.up) === "none")
        yield { on, message: "SET LOCAL ends with its transaction, which is this statement alone: it does nothing" };
    }
  },
};
