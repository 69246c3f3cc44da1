// Rule: several statements outside of a transaction, of which those done before a failure are in the way when it runs again.
import { isOutside } from "../../migrations/segments.ts";
import type { Measured } from "../model.ts";
import type { LintRule } from "../rule.ts";
import { wrappingOf } from "../../apply.ts";

const makes: readonly string[] = [
  "IndexStmt",
  "CreateStmt",
  "CreateSeqStmt",
  "CreateEnumStmt",
  "ViewStmt",
  "CreateSchemaStmt",
];

const stops = ({ statement: { kind, fields }, error }: Measured): boolean => {
  if (error !== undefined) return false;
  if (kind === "DropStmt") return fields["missing_ok"] !== true;
  if (kind === "ViewStmt") return fields["replace"] !== true;
  return makes.includes(kind) && fields["if_not_exists"] !== true;
};

export const notRepeatable: LintRule = {
  id: "lint/not-repeatable",
  severity: "info",
  about: "Statements outside of a transaction that fail when the migration is run again after a failure",
  help: "one statement a file, or IF [NOT] EXISTS; after a failed concurrent build drop the INVALID index first",
  *check(subject) {
    for (const migration of subject.migrations) {
      const committing = migration.filter(
        ({ statement }) => !["VariableSetStmt", "TransactionStmt"].includes(statement.kind),
      );
      const way = migration[0]?.migration.up;
      if (way === undefined || committing.length < 2) continue;
      const wrapping = wrappingOf(subject.tool, way);
      for (const on of committing) {
        const isAlone = on.transaction === undefined && isOutside(on.statement);
        if ((wrapping === "none" && !on.explicit) || isAlone) {
          if (stops(on))
            yield {
              on,
              message: "is committed by itself: when a later statement fails, running the migration again stops here",
            };
        }
      }
    }
  },
};
