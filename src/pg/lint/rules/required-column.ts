// Rule: new columns that may not be null and have no default: rows that exist refuse them, and so does running code.
import type { TableCommand } from "../commands.ts";
import { commandsOf, hasBeside, writtenName } from "../commands.ts";
import type { Measured } from "../model.ts";
import type { LintRule } from "../rule.ts";
import { evidenceOf, nameOf, statementsIn, targetOf } from "../rule.ts";

const gives = ["CONSTR_DEFAULT", "CONSTR_GENERATED", "CONSTR_IDENTITY"];

const isRequired = ({ kind, column }: TableCommand): boolean =>
  kind === "AddColumn" &&
  hasBeside(column, "CONSTR_NOTNULL", "CONSTR_PRIMARY") &&
  !hasBeside(column, ...gives) &&
  !/"sval":"(small|big)?serial/.test(JSON.stringify(column?.["typeName"] ?? ""));

/** A table with rows refuses it at once; one without is read through, and finds nothing. */
const tableOf = (on: Measured): string | undefined => {
  const written = writtenName(on.statement.fields["relation"]);
  if (on.error?.sqlstate === "23502") return written.name;
  const table = on.error === undefined ? targetOf(on, written) : undefined;
  const isRead = on.works.some((work) => work.kind !== "build" && work.table.name === table?.name);
  return table === undefined || !isRead ? undefined : nameOf(table);
};

export const requiredColumn: LintRule = {
  id: "lint/required-column",
  severity: "error",
  about: "New columns of existing tables that may not be null and have no default",
  help: "give it a constant default, or add it nullable, fill it in batches, and make it NOT NULL in a later migration",
  *check(subject) {
    for (const on of statementsIn(subject)) {
      const required = commandsOf(on.statement).filter(isRequired);
      const table = required.length === 0 ? undefined : tableOf(on);
      if (table === undefined) continue;
      for (const { column } of required) {
        yield {
          on,
          message: `${table}.${String(column?.["colname"])} may not be null and has no default: a table with rows refuses it, and inserts of the running release fail`,
          evidence: evidenceOf(subject, on),
        };
      }
    }
  },
};
