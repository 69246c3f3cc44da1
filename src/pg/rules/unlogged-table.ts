// Rule: tables that lose all their rows in a crash.
import { indexHealth } from "../health/measures.ts";
import { sizeEvidence } from "../measure.ts";
import { quotePath } from "../quote.ts";
import type { DatabaseRule } from "./rule.ts";
import { at, pathText, rowsOf } from "./rule.ts";

/** A warning where it holds rows, else a note: a cache may be meant to be lost. */
export const unloggedTable: DatabaseRule = {
  id: "db/unlogged-table",
  severity: "info",
  about: "Unlogged tables: emptied by a crash, absent from replicas and from restores of the log",
  help: "fine for what can be made again; else make it logged, which writes the whole table to the log under an exclusive lock",
  *check(reading) {
    const measured = reading.health === undefined ? undefined : indexHealth(reading.health);
    for (const table of reading.catalog.tables) {
      if (table.persistence !== "unlogged" || table.kind !== "table") continue;
      const size = measured?.relation(table);
      const filled = size !== undefined && rowsOf(size) > 0;
      yield {
        ...(filled ? { severity: "warning" as const } : {}),
        message: `${pathText(table)} is unlogged${filled ? " and holds rows" : ""}: a crash empties it, and replicas do not have it`,
        at: at("table", table),
        fix: {
          kind: "sql",
          up: `ALTER TABLE ${quotePath(table)} SET LOGGED;`,
          down: `ALTER TABLE ${quotePath(table)} SET UNLOGGED;`,
          transactional: true,
        },
        ...sizeEvidence(reading, [table]),
      };
    }
  },
};
