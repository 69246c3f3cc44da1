// Rule: unique and primary keys whose index is built while nobody can use the table.
import type { Fix } from "../../../kernel/finding.ts";
import { quoteName, quotePath } from "../../quote.ts";
import { listOf, nameParts } from "../../tree.ts";
import { addedConstraint, commandsOf } from "../commands.ts";
import type { LintSubject, Measured, Work } from "../model.ts";
import { dropProof, provenNotNull } from "../not-null.ts";
import type { LintRule } from "../rule.ts";
import { blockingWorks, workFound } from "../rule.ts";
import { safeForm } from "../safe-form.ts";
import type { SafeStep } from "../safe-form.ts";

/** Clauses that would have to be carried over one by one. */
const plain = [
  "contype",
  "conname",
  "keys",
  "location",
  "deferrable",
  "initdeferred",
  "nulls_not_distinct",
  "including",
];

/** A primary key makes its columns NOT NULL: that is proven first where they are not. */
const notNull = (on: Measured, table: Work["table"], columns: readonly string[]): readonly SafeStep[] =>
  on.works.some(({ kind }) => kind === "scan")
    ? columns.flatMap((column) => [
        ...provenNotNull(table, column),
        { sql: `ALTER TABLE ${quotePath(table)} ALTER COLUMN ${quoteName(column)} SET NOT NULL` },
        dropProof(table, column),
      ])
    : [];

const fixFor = (subject: LintSubject, on: Measured, { table, index }: Work): Fix | undefined => {
  const constraint = addedConstraint(on.statement, "CONSTR_UNIQUE", "CONSTR_PRIMARY");
  const isPlain = Object.keys(constraint ?? {}).every((key) => plain.includes(key));
  if (constraint === undefined || index === undefined || !isPlain || commandsOf(on.statement).length !== 1)
    return undefined;
  const names = (key: string): string => nameParts(constraint[key]).map(quoteName).join(", ");
  const include = listOf(constraint["including"]).length === 0 ? "" : ` INCLUDE (${names("including")})`;
  const distinct = constraint["nulls_not_distinct"] === true ? " NULLS NOT DISTINCT" : "";
  const isPrimary = constraint["contype"] === "CONSTR_PRIMARY";
  const deferred =
    constraint["deferrable"] !== true
      ? ""
      : ` DEFERRABLE${constraint["initdeferred"] === true ? " INITIALLY DEFERRED" : ""}`;
  const name = quoteName(index);
  return safeForm(subject, on, [
    {
      sql: `CREATE UNIQUE INDEX CONCURRENTLY ${name} ON ${quotePath(table)} (${names("keys")})${include}${distinct}`,
      alone: true,
    },
    ...(isPrimary ? notNull(on, table, nameParts(constraint["keys"])) : []),
    {
      sql: `ALTER TABLE ${quotePath(table)} ADD CONSTRAINT ${name} ${isPrimary ? "PRIMARY KEY" : "UNIQUE"} USING INDEX ${name}${deferred}`,
    },
  ]);
};

export const constraintBuildsIndex: LintRule = {
  id: "lint/constraint-builds-index",
  severity: "error",
  about: "Unique and primary keys whose index is built while nobody can use the table",
  help: "build the unique index CONCURRENTLY first, then add the constraint USING INDEX",
  *check(subject) {
    for (const { on, work } of blockingWorks(subject, "constraint-builds-index")) {
      if (work.kind !== "build") continue;
      const fix = fixFor(subject, on, work);
      yield { ...workFound(subject, on, work), ...(fix === undefined ? {} : { fix }) };
    }
  },
};
