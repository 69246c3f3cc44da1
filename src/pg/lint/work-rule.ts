// Rules on work under a lock that holds queries up: one for each cause, with the safe form where there is one.
import type { Fix } from "../../kernel/finding.ts";
import { quoteName, quotePath } from "../quote.ts";
import { commandsOf } from "./commands.ts";
import type { LintSubject, Measured, Work } from "./model.ts";
import type { Cause, LintRule } from "./rule.ts";
import { blockingWorks, workFound } from "./rule.ts";
import { safeForm } from "./safe-form.ts";

type FixFor = (subject: LintSubject, on: Measured, work: Work) => Fix | undefined;

export const workRule = (cause: Cause, text: Pick<LintRule, "about" | "help">, fixFor?: FixFor): LintRule => ({
  id: `lint/${cause}`,
  severity: "error",
  ...text,
  *check(subject) {
    for (const { on, work } of blockingWorks(subject, cause)) {
      const fix = fixFor?.(subject, on, work);
      yield { ...workFound(subject, on, work), ...(fix === undefined ? {} : { fix }) };
    }
  },
});

/** The constraint NOT VALID, validated afterwards: only where the statement does nothing else, its last clause being the constraint. */
export const validatedLater: FixFor = (subject, on, { table, constraint }) =>
  constraint === undefined || commandsOf(on.statement).length !== 1
    ? undefined
    : safeForm(subject, on, [
        { sql: `${on.sql.trimEnd()} NOT VALID` },
        { sql: `ALTER TABLE ${quotePath(table)} VALIDATE CONSTRAINT ${quoteName(constraint)}` },
      ]);
