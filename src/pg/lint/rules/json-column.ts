// Rule: columns of the type json.
import { columnsIn } from "../columns.ts";
import type { LintRule } from "../rule.ts";

export const jsonColumn: LintRule = {
  id: "lint/json-column",
  severity: "info",
  about: "Columns of the type json",
  help: "jsonb: it can be compared, indexed and read without parsing it again",
  *check(subject) {
    for (const { on, table, name, type, index } of columnsIn(subject)) {
      if (type === "json")
        yield {
          on,
          index,
          message: `${table}.${name} is json: it has no equality, so DISTINCT, GROUP BY and UNION over it fail`,
        };
    }
  },
};
