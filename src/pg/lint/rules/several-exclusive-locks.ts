// Rule: more than one table locked against everybody in one transaction, one after the other.
import { listed } from "../../../kernel/words.ts";
import type { Measured } from "../model.ts";
import { blocksReads, isTable } from "../model.ts";
import type { LintRule } from "../rule.ts";
import { evidenceOf, nameOf } from "../rule.ts";

const exclusive = (on: Measured): readonly string[] =>
  on.locks.filter(({ mode, on: relation }) => blocksReads(mode) && isTable(relation)).map((lock) => nameOf(lock.on));

export const severalExclusiveLocks: LintRule = {
  id: "lint/several-exclusive-locks",
  severity: "warning",
  about: "Transactions that lock several tables against everybody, one after the other",
  help: "one migration for each table: the first lock is held while the second is waited for, and queries that use both can deadlock with it",
  *check(subject) {
    for (const migration of subject.migrations) {
      const byTransaction = Map.groupBy(
        migration.filter(({ transaction }) => transaction !== undefined),
        (one) => one.transaction,
      );
      for (const group of byTransaction.values()) {
        const taking = group.filter((on) => exclusive(on).length > 0);
        const tables = new Set(taking.flatMap(exclusive));
        const second = taking.find((on) => exclusive(on).some((name) => !exclusive(taking[0] ?? on).includes(name)));
        if (tables.size < 2 || second === undefined) continue;
        yield {
          on: second,
          message: `one transaction takes ACCESS EXCLUSIVE on ${listed([...tables].sort())}, and holds the first while it waits for the next`,
          evidence: evidenceOf(subject, second),
        };
      }
    }
  },
};
