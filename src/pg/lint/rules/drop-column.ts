// Rule: columns that are dropped in the release that stops using them.
import { commandsOf, writtenName } from "../commands.ts";
import { isTable } from "../model.ts";
import type { LintRule } from "../rule.ts";
import { evidenceOf, nameOf, statementsIn, targetOf } from "../rule.ts";

export const dropColumn: LintRule = {
  id: "lint/drop-column",
  severity: "warning",
  about: "Columns that are dropped",
  help: "drop it in a release after the one whose code stopped using it (expand, contract); its values cannot be had back",
  *check(subject) {
    for (const on of statementsIn(subject)) {
      if (on.statement.kind !== "AlterTableStmt" || on.error !== undefined) continue;
      const table = targetOf(on, writtenName(on.statement.fields["relation"]));
      if (table === undefined || !isTable(table)) continue;
      for (const { kind, name } of commandsOf(on.statement)) {
        const isAbsent = on.said.some(({ message }) => message.startsWith(`column "${name ?? ""}" of relation`));
        if (kind !== "DropColumn" || name === undefined || isAbsent) continue;
        yield {
          on,
          message: `drops ${nameOf(table)}.${name} and its values: code of the running release that names it fails`,
          evidence: evidenceOf(subject, on),
        };
      }
    }
  },
};
