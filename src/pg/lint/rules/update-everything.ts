// Rule: UPDATE and DELETE of all rows of a table that stood before, in one statement.
import { writtenName } from "../commands.ts";
import { costText, secondsFor, severityOf } from "../cost.ts";
import type { LintRule } from "../rule.ts";
import { evidenceOf, nameOf, statementsIn } from "../rule.ts";

export const updateEverything: LintRule = {
  id: "lint/update-everything",
  severity: "warning",
  about: "UPDATE and DELETE without a condition on tables that stood before",
  help: "go in batches by key, each committed, outside of the migration; see the reference on backfills",
  *check(subject) {
    for (const on of statementsIn(subject)) {
      const { kind, fields } = on.statement;
      if (!["UpdateStmt", "DeleteStmt"].includes(kind) || fields["whereClause"] !== undefined || on.error !== undefined)
        continue;
      const { name } = writtenName(fields["relation"]);
      const table = on.held.find((lock) => lock.on.name === name && lock.mode === "RowExclusive")?.on;
      if (table === undefined) continue;
      const work = { kind: "rewrite", table } as const;
      const cost = costText(subject, work);
      const seconds = secondsFor(subject, work);
      yield {
        on,
        message: `writes every row of ${nameOf(table)} in one transaction: rows stay locked to its end, and the table doubles in size${cost === "" ? "" : ` (${cost})`}`,
        evidence: evidenceOf(subject, on, seconds),
        ...(seconds === undefined ? {} : { severity: severityOf(seconds) }),
      };
    }
  },
};
