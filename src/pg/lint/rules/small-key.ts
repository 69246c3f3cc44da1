// Rule: primary keys of 32 or 16 bits.
import { columnsIn } from "../columns.ts";
import type { LintRule } from "../rule.ts";

export const smallKey: LintRule = {
  id: "lint/small-key",
  severity: "info",
  about: "Primary keys of 32 or 16 bits",
  help: "bigint: a key that runs out stops every insert, and changing it later writes the table and all that refer to it anew",
  *check(subject) {
    for (const { on, table, name, type, index, isKey } of columnsIn(subject)) {
      if (isKey && /^(int4|int2|integer|smallint|serial4?|serial2|smallserial)$/.test(type))
        yield {
          on,
          index,
          message: `${table}.${name} is a key of ${/2|small/.test(type) ? "16" : "32"} bits, and runs out at ${/2|small/.test(type) ? "32,767" : "2,147,483,647"}`,
        };
    }
  },
};
