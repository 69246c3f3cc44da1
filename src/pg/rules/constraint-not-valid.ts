// Rule: constraints that were added NOT VALID and never validated.
import { sizeEvidence } from "../measure.ts";
import { quoteName, quotePath } from "../quote.ts";
import type { DatabaseRule } from "./rule.ts";
import { partAt, pathText } from "./rule.ts";

/** A warning: rows from before may break it, and the planner may not rely on it. Validating reads the table and blocks no writes. */
export const constraintNotValid: DatabaseRule = {
  id: "db/constraint-not-valid",
  severity: "warning",
  about: "Constraints that hold for new rows alone, since they were never validated",
  help: "validate it; it reads the whole table and blocks neither reads nor writes. If it fails, mend the rows that it names",
  *check(reading) {
    for (const table of reading.catalog.tables) {
      for (const one of table.constraints) {
        if (one.validated || one.inherited || !one.enforced) continue;
        const [path, name] = [quotePath(table), quoteName(one.name)];
        const definition = / NOT VALID$/.test(one.definition) ? one.definition : `${one.definition} NOT VALID`;
        yield {
          message: `${one.kind.replace("-", " ")} ${one.name} on ${pathText(table)} is NOT VALID: rows from before it may break it`,
          at: partAt("constraint", table, one.name),
          fix: {
            kind: "sql",
            up: `ALTER TABLE ${path} VALIDATE CONSTRAINT ${name};`,
            down: `ALTER TABLE ${path} DROP CONSTRAINT ${name}, ADD CONSTRAINT ${name} ${definition};`,
            transactional: true,
          },
          ...sizeEvidence(reading, [table]),
        };
      }
    }
  },
};
