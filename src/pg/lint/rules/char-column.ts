// Rule: columns of the type char(n).
import { columnsIn } from "../columns.ts";
import type { LintRule } from "../rule.ts";

export const charColumn: LintRule = {
  id: "lint/char-column",
  severity: "info",
  about: "Columns of the type char(n)",
  help: "text, with a CHECK on its length where one is meant",
  *check(subject) {
    for (const { on, table, name, type, index } of columnsIn(subject)) {
      if (type === "bpchar")
        yield {
          on,
          index,
          message: `${table}.${name} is char(n): values are padded with blanks, which comparisons then forget`,
        };
    }
  },
};
