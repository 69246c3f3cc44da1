// Rule: triggers that were switched off, and stayed so.
import { quoteName, quotePath } from "../quote.ts";
import type { DatabaseRule } from "./rule.ts";
import { partAt, pathText } from "./rule.ts";

/** A warning: what the trigger was to keep true has not been kept true since. Switching it on mends no row that was written meanwhile. */
export const disabledTrigger: DatabaseRule = {
  id: "db/disabled-trigger",
  severity: "warning",
  about: "Triggers that are switched off",
  help: "switch it on, and look at the rows written meanwhile; or drop it",
  *check({ catalog }) {
    for (const table of catalog.tables) {
      for (const trigger of table.triggers) {
        if (trigger.firing !== "disabled" || trigger.inherited) continue;
        const turn = (word: string): string =>
          `ALTER TABLE ${quotePath(table)} ${word} TRIGGER ${quoteName(trigger.name)};`;
        yield {
          message: `trigger ${trigger.name} on ${pathText(table)} is switched off: ${pathText(trigger.function)} does not run`,
          at: partAt("trigger", table, trigger.name),
          fix: { kind: "sql", up: turn("ENABLE"), down: turn("DISABLE"), transactional: true },
        };
      }
    }
  },
};
