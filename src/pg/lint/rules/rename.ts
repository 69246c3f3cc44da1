// Rule: tables and columns that get another name, while running code knows the old one.
import { textOf } from "../../tree.ts";
import { writtenName } from "../commands.ts";
import { lockOn } from "../model.ts";
import type { LintRule } from "../rule.ts";
import { evidenceOf, statementsIn, targetOf } from "../rule.ts";

const kinds: Readonly<Record<string, string>> = {
  OBJECT_TABLE: "table",
  OBJECT_COLUMN: "column",
  OBJECT_VIEW: "view",
  OBJECT_MATVIEW: "materialized view",
};

export const rename: LintRule = {
  id: "lint/rename",
  severity: "error",
  about: "Tables, views and columns that are renamed",
  help: "add the new name beside the old one (a column kept equal by a trigger, a view for a table), let code move over, drop the old name in a later release",
  *check(subject) {
    for (const on of statementsIn(subject)) {
      const { kind, fields } = on.statement;
      const what = kinds[textOf(fields["renameType"]) ?? ""];
      if (kind !== "RenameStmt" || what === undefined || on.error !== undefined) continue;
      const relation = writtenName(fields["relation"]);
      const target = targetOf(on, relation);
      if (target === undefined || lockOn(on.held, target) !== "AccessExclusive") continue;
      const old = what === "column" ? `${relation.name}.${textOf(fields["subname"]) ?? ""}` : relation.name;
      yield {
        on,
        message: `renames ${what} ${old} to ${textOf(fields["newname"]) ?? ""}: code of the running release that uses the old name fails at once`,
        evidence: evidenceOf(subject, on),
      };
    }
  },
};
