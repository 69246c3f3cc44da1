// Rule: tables and views that are dropped: the release that runs may still use them.
import { listed } from "../../../kernel/words.ts";
import type { LintRule } from "../rule.ts";
import { evidenceOf, nameOf, statementsIn } from "../rule.ts";

const words: Readonly<Record<string, string>> = {
  r: "table",
  p: "table",
  m: "materialized view",
  v: "view",
  f: "foreign table",
};

export const dropTable: LintRule = {
  id: "lint/drop-table",
  severity: "warning",
  about: "Tables and views that are dropped",
  help: "drop it in a release after the one whose code stopped using it, and keep a copy: the way back makes it empty",
  *check(subject) {
    for (const on of statementsIn(subject)) {
      const gone = on.dropped.filter(({ kind }) => Object.hasOwn(words, kind)).filter((one) => !on.isFresh(one));
      if (gone.length === 0) continue;
      const names = gone.map((one) => `${words[one.kind] ?? ""} ${nameOf(one)}`).sort();
      const rows = gone.some(({ kind }) => ["r", "p"].includes(kind)) ? ", with all rows" : "";
      yield {
        on,
        message: `drops ${listed(names)}${rows}: code that still uses ${gone.length === 1 ? "it" : "them"} fails`,
        evidence: evidenceOf(subject, on),
      };
    }
  },
};
