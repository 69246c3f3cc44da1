// Rule: long work while a lock from an earlier statement of the same transaction keeps queries out.
import type { Lock, Measured } from "../model.ts";
import { blocksReads, blocksWrites, isTable, lockModes, modeText } from "../model.ts";
import type { LintRule } from "../rule.ts";
import { blockingWorks, evidenceOf, nameOf, statementsIn, workFound } from "../rule.ts";

const writesRows = ({ statement: { kind } }: Measured): boolean =>
  ["UpdateStmt", "DeleteStmt", "InsertStmt", "MergeStmt"].includes(kind);

/** Rows that the statement gives itself are few: `VALUES`, or a condition on a key is not told from the tree alone. */
const isLong = ({ statement: { kind, fields } }: Measured): boolean => {
  if (kind !== "InsertStmt") return true;
  return !JSON.stringify(fields["selectStmt"] ?? {}).includes('"valuesLists"');
};

/** The strongest of the locks that keep writers out: it says who waits. */
const blocking = (on: Measured): Lock | undefined =>
  on.held
    .filter(({ mode, on: relation }) => blocksWrites(mode) && isTable(relation))
    .toSorted((one, other) => lockModes.indexOf(other.mode) - lockModes.indexOf(one.mode))[0];

export const workUnderLock: LintRule = {
  id: "lint/work-under-lock",
  severity: "error",
  about: "Rows written or checked while the transaction still holds a lock that keeps queries out",
  help: "put it into a migration of its own, after the one that takes the lock has committed",
  *check(subject) {
    for (const { on, work } of blockingWorks(subject, "work-under-lock")) yield workFound(subject, on, work);
    for (const on of statementsIn(subject)) {
      const lock = blocking(on);
      if (lock === undefined || !writesRows(on) || !isLong(on) || on.error !== undefined) continue;
      if (on.statement.kind !== "InsertStmt" && !on.held.some(({ mode }) => mode === "RowExclusive")) continue;
      const waiting = blocksReads(lock.mode) ? "readers and writers" : "writers";
      yield {
        on,
        message: `${modeText(lock.mode)} on ${nameOf(lock.on)} is held since an earlier statement, while this writes rows: ${waiting} wait until all of it has committed`,
        evidence: evidenceOf(subject, on),
      };
    }
  },
};
