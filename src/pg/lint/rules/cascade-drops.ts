// Rule: DROP … CASCADE, with what it takes along.
import { textOf } from "../../tree.ts";
import { commandsOf } from "../commands.ts";
import type { Measured } from "../model.ts";
import type { LintRule } from "../rule.ts";
import { evidenceOf, statementsIn } from "../rule.ts";

const cascades = ({ statement }: Measured): boolean =>
  textOf(statement.fields["behavior"]) === "DROP_CASCADE" && statement.kind === "DropStmt"
    ? true
    : commandsOf(statement).some(({ fields }) => textOf(fields["behavior"]) === "DROP_CASCADE");

/** One object is named in the message, several in its detail. */
const taken = ({ said }: Measured): readonly string[] =>
  said.flatMap(({ message, detail }) => {
    const single = /^drop cascades to (?!\d+ other)(.+)$/s.exec(message)?.[1];
    return [
      ...(single === undefined ? [] : [single]),
      ...[...(detail ?? "").matchAll(/^drop cascades to (.+)$/gm)].map(([, name = ""]) => name),
    ];
  });

export const cascadeDrops: LintRule = {
  id: "lint/cascade-drops",
  severity: "warning",
  about: "DROP … CASCADE that takes other objects along",
  help: "drop what depends on it by name first, so that nothing goes unseen",
  *check(subject) {
    for (const on of statementsIn(subject)) {
      const names = cascades(on) ? taken(on) : [];
      if (names.length > 0)
        yield { on, message: `CASCADE also drops ${names.join("; ")}`, evidence: evidenceOf(subject, on) };
    }
  },
};
