// Rule: TRUNCATE of tables that stood before, with those that it takes along.
import { listed } from "../../../kernel/words.ts";
import type { LintRule } from "../rule.ts";
import { evidenceOf, nameOf, statementsIn } from "../rule.ts";

export const truncate: LintRule = {
  id: "lint/truncate",
  severity: "warning",
  about: "Tables that are emptied",
  help: "say why with -- senior:allow truncate: reason, or delete what is meant in batches",
  *check(subject) {
    for (const on of statementsIn(subject)) {
      if (on.statement.kind !== "TruncateStmt" || on.error !== undefined) continue;
      const tables = on.held
        .filter(({ mode, on: { kind } }) => mode === "AccessExclusive" && kind === "r")
        .map((lock) => nameOf(lock.on));
      if (tables.length === 0) continue;
      yield {
        on,
        message: `all rows of ${listed([...new Set(tables)].sort())} are gone, and no way back brings them`,
        evidence: evidenceOf(subject, on),
      };
    }
  },
};
