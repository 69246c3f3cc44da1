// Rule: columns of the type serial.
import { columnsIn } from "../columns.ts";
import type { LintRule } from "../rule.ts";

export const serialColumn: LintRule = {
  id: "lint/serial-column",
  severity: "info",
  about: "Columns of the type serial",
  help: "bigint GENERATED ALWAYS AS IDENTITY: the sequence belongs to the column, rights included, and cannot be written around by accident",
  *check(subject) {
    for (const { on, table, name, type, index } of columnsIn(subject)) {
      if (/^(small|big)?serial[248]?$/.test(type))
        yield {
          on,
          index,
          message: `${table}.${name} is ${type}: a default on a sequence of its own, with rights of its own`,
        };
    }
  },
};
