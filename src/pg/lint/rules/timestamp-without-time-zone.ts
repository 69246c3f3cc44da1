// Rule: columns of the type timestamp without time zone.
import { columnsIn } from "../columns.ts";
import type { LintRule } from "../rule.ts";

export const timestampWithoutTimeZone: LintRule = {
  id: "lint/timestamp-without-time-zone",
  severity: "info",
  about: "Columns of the type timestamp without time zone",
  help: "timestamptz: it keeps the moment, whatever time zone client and server have",
  *check(subject) {
    for (const { on, table, name, type, index } of columnsIn(subject)) {
      if (type === "timestamp")
        yield {
          on,
          index,
          message: `${table}.${name} is timestamp without time zone: which moment it means depends on who reads it`,
        };
    }
  },
};
