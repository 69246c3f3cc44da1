// Rule: new columns that may not be null and have no default: rows that exist refuse them, and so does running code.
import { commandsOf, hasBeside, writtenName } from "../commands.ts";
import type { LintRule } from "../rule.ts";
import { evidenceOf, nameOf, statementsIn, targetOf } from "../rule.ts";

const gives = ["CONSTR_DEFAULT", "CONSTR_GENERATED", "CONSTR_IDENTITY"];

export const requiredColumn: LintRule = {
  id: "lint/required-column",
  severity: "error",
  about: "New columns of existing tables that may not be null and have no default",
  help: "give it a constant default, or add it nullable, fill it in batches, and make it NOT NULL in a later migration",
  *check(subject) {
    for (const on of statementsIn(subject)) {
      if (on.statement.kind !== "AlterTableStmt" || on.error !== undefined) continue;
      const table = targetOf(on, writtenName(on.statement.fields["relation"]));
      if (table === undefined) continue;
      for (const { kind, column } of commandsOf(on.statement)) {
        const type = JSON.stringify(column?.["typeName"] ?? "");
        if (
          kind !== "AddColumn" ||
          !hasBeside(column, "CONSTR_NOTNULL", "CONSTR_PRIMARY") ||
          hasBeside(column, ...gives)
        )
          continue;
        if (/"sval":"(small|big)?serial/.test(type)) continue;
        const name = String(column?.["colname"]);
        if (!on.works.some((work) => work.kind !== "build" && work.table.name === table.name)) continue;
        yield {
          on,
          message: `${nameOf(table)}.${name} may not be null and has no default: a table with rows refuses it, and inserts of the running release fail`,
          evidence: evidenceOf(subject, on),
        };
      }
    }
  },
};
