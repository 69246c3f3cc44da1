// Checks that would wait for the end of the transaction: while they do, PostgreSQL alters no table whose rows were written.
import type { ObjectName } from "../catalog/object.ts";
import { keyOf } from "../catalog/object.ts";
import type { Parts } from "./part.ts";

/** What has to follow a statement that writes rows of this table, where any of its checks is deferred. */
export const checkedNow = (
  table: ObjectName,
  { from, to }: { readonly from: Parts; readonly to: Parts },
): readonly string[] => {
  const parts = [from, to].flatMap((side) => side.childrenOf(keyOf("table", table)));
  const waits = parts.some(
    ({ kind, value }) =>
      (kind === "constraint" || kind === "trigger") && /\bINITIALLY DEFERRED\b/.test(value.definition),
  );
  return waits ? ["SET CONSTRAINTS ALL IMMEDIATE"] : [];
};
