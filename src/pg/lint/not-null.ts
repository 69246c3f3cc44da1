// A column proven to hold no NULL without keeping anybody out: by a CHECK that is validated while rows are written.
import type { ObjectName } from "../catalog/object.ts";
import { quoteName, quotePath } from "../quote.ts";
import type { SafeStep } from "./safe-form.ts";

const proofName = ({ name }: ObjectName, column: string): string =>
  quoteName(`${name.slice(0, 24)}_${column.slice(0, 24)}_present`);

export const provenNotNull = (table: ObjectName, column: string): readonly SafeStep[] => [
  {
    sql: `ALTER TABLE ${quotePath(table)} ADD CONSTRAINT ${proofName(table, column)} CHECK (${quoteName(column)} IS NOT NULL) NOT VALID`,
  },
  { sql: `ALTER TABLE ${quotePath(table)} VALIDATE CONSTRAINT ${proofName(table, column)}` },
];

/** Once the column says it itself, the check says nothing. */
export const dropProof = (table: ObjectName, column: string): SafeStep => ({
  sql: `ALTER TABLE ${quotePath(table)} DROP CONSTRAINT ${proofName(table, column)}`,
});
