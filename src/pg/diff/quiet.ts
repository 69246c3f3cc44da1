// UPDATEs that triggers do not see: rows get values that no user has given them.
import type { ObjectName } from "../catalog/object.ts";
import { sameName } from "../catalog/object.ts";
import type { Table } from "../catalog/tables.ts";
import { quoteName, quotePath } from "../quote.ts";
import type { Change } from "./change.ts";
import type { Parts, TriggerPart } from "./part.ts";
import { firingWords } from "./sql/routines.ts";

interface Step {
  readonly statements: readonly string[];
  readonly change: Change;
}

const isHeirOf = ({ inherits, partitionOf }: Table, table: ObjectName): boolean =>
  [...inherits, ...(partitionOf === undefined ? [] : [partitionOf.parent])].some((one) => sameName(one, table));

/** A table and what an UPDATE of it reaches. */
const reached = ({ catalog: { tables } }: Parts, table: ObjectName): readonly Table[] => {
  const own = tables.find((one) => sameName(one, table));
  const found = own === undefined ? [] : [own];
  for (const one of found) found.push(...tables.filter((other) => isHeirOf(other, one) && !found.includes(other)));
  return found;
};

const seesUpdates = ({ firing, inherited, definition }: TriggerPart): boolean =>
  (firing === "origin" || firing === "always") && !inherited && / (BEFORE|AFTER) (.* OR )?UPDATE /s.test(definition);

/** Nobody else reaches the table meanwhile: its column was added in the same transaction. */
const quietly = (update: string, triggers: readonly TriggerPart[]): readonly string[] => {
  const set = ({ table, name }: TriggerPart, words: string): string =>
    `ALTER TABLE ${quotePath(table)} ${words} TRIGGER ${quoteName(name)}`;
  return [
    ...triggers.map((one) => set(one, firingWords.disabled)),
    update,
    ...triggers.map((one) => set(one, firingWords[one.firing])),
  ];
};

/** Which triggers there are after a step. */
const follow = (now: Map<string, TriggerPart>, { change, statements }: Step): void => {
  const part = "to" in change ? change.to : change.from;
  if (part.kind !== "trigger") return;
  if (statements.some((sql) => sql.startsWith("DROP TRIGGER "))) now.delete(change.key);
  else now.set(change.key, part.value);
};

const quietStep = <S extends Step>(step: S, now: ReadonlyMap<string, TriggerPart>, from: Parts): S => {
  const part = "to" in step.change ? step.change.to : step.change.from;
  if (part.kind !== "column" || !step.statements.some((sql) => sql.startsWith("UPDATE "))) return step;
  const tables = reached(from, part.value.table);
  const triggers = [...now.values()].filter(
    (one) => seesUpdates(one) && tables.some((table) => sameName(table, one.table)),
  );
  return {
    ...step,
    statements: step.statements.flatMap((sql) => (sql.startsWith("UPDATE ") ? quietly(sql, triggers) : [sql])),
  };
};

/** Triggers that are there when rows are filled are off for as long as that takes. */
export const withQuietUpdates = <T extends { readonly steps: readonly Step[] }>(
  segments: readonly T[],
  from: Parts,
): readonly T[] => {
  const now = new Map(
    [...from.byKey.values()].flatMap((part) => (part.kind === "trigger" ? [[part.key, part.value] as const] : [])),
  );
  return segments.map((segment) => ({
    ...segment,
    steps: segment.steps.map((step) => {
      follow(now, step);
      return quietStep(step, now, from);
    }),
  }));
};
