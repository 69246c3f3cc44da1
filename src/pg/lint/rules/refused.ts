// Rule: statements that PostgreSQL refuses in the state that the migrations before leave.
import { characterIndex } from "../../positions.ts";
import { errorText } from "../../trial.ts";
import { has } from "../commands.ts";
import type { Measured } from "../model.ts";
import type { LintRule } from "../rule.ts";
import { statementsIn } from "../rule.ts";

const elsewhere = ["25001", "55P04"];

/** Told by the rule on required columns. */
const isRequired = ({ error, statement }: Measured): boolean =>
  error?.sqlstate === "23502" && has(statement, "AddColumn");

export const refused: LintRule = {
  id: "lint/refused",
  severity: "error",
  about: "Statements that PostgreSQL refuses when the migration runs",
  help: "if it needs objects that other files make, name their folder, or give the schema before it with --schema",
  *check(subject) {
    for (const on of statementsIn(subject)) {
      const { error } = on;
      if (error === undefined || elsewhere.includes(error.sqlstate) || isRequired(on)) continue;
      const offset = error.position === undefined ? 0 : characterIndex(on.sql, error.position - 1);
      yield {
        on,
        index: on.statement.start + offset,
        message: `PostgreSQL refuses it: ${errorText(error)}`,
        ...(error.hint === undefined ? {} : { help: error.hint }),
      };
    }
  },
};
