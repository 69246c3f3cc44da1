// Rule: cHECK constraints that are checked on all rows while nobody can use the table.
import type { LintRule } from "../rule.ts";
import { blockingWorks, workFound } from "../rule.ts";
import type { Fix } from "../../../kernel/finding.ts";
import type { LintSubject, Measured, Work } from "../model.ts";
import { quoteName, quotePath } from "../../quote.ts";
import { commandsOf } from "../commands.ts";
import { safeForm } from "../safe-form.ts";

/** Only where the statement does nothing else: its last clause is the constraint. */
const fixFor = (subject: LintSubject, on: Measured, { table, constraint }: Work): Fix | undefined =>
  constraint === undefined || commandsOf(on.statement).length !== 1
    ? undefined
    : safeForm(subject, on, [
        { sql: `${on.sql.trimEnd()} NOT VALID` },
        { sql: `ALTER TABLE ${quotePath(table)} VALIDATE CONSTRAINT ${quoteName(constraint)}` },
      ]);

export const checkScans: LintRule = {
  id: "lint/check-scans",
  severity: "error",
  about: "CHECK constraints that are checked on all rows while nobody can use the table",
  help: "add it NOT VALID, and validate it in a transaction of its own: that holds up nobody",
  *check(subject) {
    for (const { on, work } of blockingWorks(subject, "check-scans")) {
      const fix = fixFor(subject, on, work);
      yield { ...workFound(subject, on, work), ...(fix === undefined ? {} : { fix }) };
    }
  },
};
