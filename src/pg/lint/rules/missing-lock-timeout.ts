// Rule: locks that queries wait for, asked for without a limit: while the migration waits, everybody behind it waits too.
import type { Fix } from "../../../kernel/finding.ts";
import { listed, plural } from "../../../kernel/words.ts";
import type { Measured } from "../model.ts";
import { blocksWrites, modeText } from "../model.ts";
import type { LintRule } from "../rule.ts";
import { evidenceOf, nameOf } from "../rule.ts";

const asks = (on: Measured): boolean =>
  !on.stated && on.lockTimeout === "0" && on.locks.some(({ mode }) => blocksWrites(mode));

/** SET LOCAL would do nothing outside of a transaction. */
const fixFor = (on: Measured): Fix => {
  const isWhole = on.migration.up.wrapping === "whole" && !on.explicit;
  const { start } = on.statement;
  return {
    kind: "edit",
    path: on.file.path,
    start,
    end: start,
    text: `SET ${isWhole ? "LOCAL " : ""}lock_timeout = '5s';\n`,
  };
};

export const missingLockTimeout: LintRule = {
  id: "lint/missing-lock-timeout",
  severity: "warning",
  about: "Locks that queries wait for, asked for without a lock_timeout",
  help: "set lock_timeout before it, and let the runner try again: while the migration waits for one long query, all others wait behind it",
  *check(subject) {
    for (const migration of subject.migrations) {
      const [first, ...others] = migration.filter(asks);
      if (first === undefined) continue;
      const locks = first.locks.filter(({ mode }) => blocksWrites(mode));
      const names = [...new Set(locks.map(({ mode, on }) => `${modeText(mode)} on ${nameOf(on)}`))].sort();
      const more = others.length === 0 ? "" : `, and ${plural(others.length, "statement")} after it`;
      yield {
        on: first,
        message: `waits without a limit for ${listed(names)}${more}; every query that comes meanwhile waits behind it`,
        evidence: evidenceOf(subject, first),
        fix: fixFor(first),
      };
    }
  },
};
