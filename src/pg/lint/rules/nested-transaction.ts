// Rule: BEGIN and COMMIT in a file whose runner has opened a transaction already.
import { textOf } from "../../tree.ts";
import type { Measured } from "../model.ts";
import type { LintRule } from "../rule.ts";
import { statementsIn } from "../rule.ts";

/** The server itself warns: a BEGIN inside a transaction, a COMMIT outside of one. */
const warning = ({ said }: Measured): string | undefined =>
  said.find(({ sqlstate }) => sqlstate === "25001" || sqlstate === "25P01")?.message;

const ends = ["TRANS_STMT_COMMIT", "TRANS_STMT_ROLLBACK"];

export const nestedTransaction: LintRule = {
  id: "lint/nested-transaction",
  severity: "error",
  about: "BEGIN and COMMIT in a migration that its runner wraps in a transaction",
  help: "take them out, or tell the runner to leave its transaction out",
  *check(subject) {
    for (const on of statementsIn(subject)) {
      const { kind, fields } = on.statement;
      if (kind !== "TransactionStmt") continue;
      const warned = warning(on);
      if (on.migration.up.wrapping !== "whole") {
        if (warned !== undefined) yield { on, severity: "warning", message: `PostgreSQL warns: ${warned}` };
        continue;
      }
      const word = textOf(fields["kind"]) ?? "";
      if (ends.includes(word))
        yield {
          on,
          message:
            "ends the transaction of the runner: what follows is committed statement by statement, and the record of the migration with it",
        };
      else if (/BEGIN|START/.test(word))
        yield {
          on,
          severity: "warning",
          message:
            "a transaction is already open: the server only warns, and the COMMIT that belongs to it ends the runner's",
        };
    }
  },
};
