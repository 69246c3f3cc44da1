// Rule: names that the server cuts to 63 bytes.
import type { LintRule } from "../rule.ts";
import { statementsIn } from "../rule.ts";

export const identifierTooLong: LintRule = {
  id: "lint/identifier-too-long",
  severity: "warning",
  about: "Names longer than the server keeps",
  help: "choose a name of at most 63 bytes: two long names may become the same one",
  *check(subject) {
    for (const on of statementsIn(subject))
      for (const { sqlstate, message } of on.said)
        if (sqlstate === "42622") yield { on, message: `PostgreSQL says: ${message}` };
  },
};
