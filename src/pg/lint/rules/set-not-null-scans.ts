// Rule: sET NOT NULL that reads the whole table while nobody can use it.
import type { LintRule } from "../rule.ts";
import { blockingWorks, workFound } from "../rule.ts";
import type { Fix } from "../../../kernel/finding.ts";
import type { LintSubject, Measured, Work } from "../model.ts";
import { commandsOf } from "../commands.ts";
import { dropProof, provenNotNull } from "../not-null.ts";
import { safeForm } from "../safe-form.ts";

const fixFor = (subject: LintSubject, on: Measured, { table }: Work): Fix | undefined => {
  const [command, ...others] = commandsOf(on.statement);
  const column = command?.name;
  if (command?.kind !== "SetNotNull" || column === undefined || others.length > 0) return undefined;
  return safeForm(subject, on, [...provenNotNull(table, column), { sql: on.sql.trimEnd() }, dropProof(table, column)]);
};

export const setNotNullScans: LintRule = {
  id: "lint/set-not-null-scans",
  severity: "error",
  about: "SET NOT NULL that reads the whole table while nobody can use it",
  help: "prove it first by a CHECK (… IS NOT NULL) that is added NOT VALID and validated; then SET NOT NULL reads nothing",
  *check(subject) {
    for (const { on, work } of blockingWorks(subject, "set-not-null-scans")) {
      const fix = fixFor(subject, on, work);
      yield { ...workFound(subject, on, work), ...(fix === undefined ? {} : { fix }) };
    }
  },
};
