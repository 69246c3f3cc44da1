// Rule: SET NOT NULL that reads the whole table while nobody can use it.
import type { Fix } from "../../../kernel/finding.ts";
import type { LintSubject, Measured, Work } from "../model.ts";
import { commandsOf } from "../commands.ts";
import { dropProof, provenNotNull } from "../not-null.ts";
import { safeForm } from "../safe-form.ts";
import { workRule } from "../work-rule.ts";

const fixFor = (subject: LintSubject, on: Measured, { table }: Work): Fix | undefined => {
  const [command, ...others] = commandsOf(on.statement);
  const column = command?.name;
  if (command?.kind !== "SetNotNull" || column === undefined || others.length > 0) return undefined;
  return safeForm(subject, on, [...provenNotNull(table, column), { sql: on.sql.trimEnd() }, dropProof(table, column)]);
};

export const setNotNullScans = workRule(
  "set-not-null-scans",
  {
    about: "SET NOT NULL that reads the whole table while nobody can use it",
    help: "prove it first by a CHECK (… IS NOT NULL) that is added NOT VALID and validated; then SET NOT NULL reads nothing",
  },
  fixFor,
);
