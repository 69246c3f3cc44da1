// Where a unit goes in a text that does not have it, and what goes with one that leaves.
import type { Edit } from "./edits.ts";
import type { Source, Unit } from "./source.ts";

/** The blanks before a unit, as it stands in its own file. */
const blanksBefore = ({ text }: Source, { start }: Unit): string => /\s*$/.exec(text.slice(0, start))?.[0] ?? "";

/** Takes a unit away with the blank lines before it. */
export const removalOf = (source: Source, unit: Unit): Edit => {
  const blanks = blanksBefore(source, unit);
  if (blanks.length < unit.start) return { start: unit.start - blanks.length, end: unit.end, text: "" };
  const after = /^\s*/.exec(source.text.slice(unit.end))?.[0] ?? "";
  return { start: unit.start, end: unit.end + after.length, text: "" };
};

/** Puts units of `donor` into `target`, each below the one that it follows there; `placed` says which are which. */
export const insertUnits = (
  target: Source,
  donor: Source,
  added: ReadonlySet<Unit>,
  placed: ReadonlyMap<Unit, Unit> = sameKeysPlaced(target, donor),
): readonly Edit[] => {
  const head = target.imports.at(-1)?.end ?? target.header?.end ?? target.text.length;
  let anchor: Unit | undefined;
  return donor.units.flatMap((unit, index): readonly Edit[] => {
    anchor = placed.get(unit) ?? anchor;
    if (!added.has(unit)) return [];
    const text = donor.text.slice(unit.start, unit.end);
    const blanks = blanksBefore(donor, unit);
    if (anchor !== undefined) return [{ start: anchor.end, end: anchor.end, text: (blanks || "\n\n") + text }];
    const after = donor.units.slice(index).find((one) => placed.has(one));
    const next = after === undefined ? undefined : placed.get(after);
    if (next === undefined || after === undefined)
      return [{ start: head, end: head, text: `${blanks || "\n"}${text}` }];
    return [{ start: next.start, end: next.start, text: text + (blanksBefore(donor, after) || "\n\n") }];
  });
};

const sameKeysPlaced = (target: Source, donor: Source): ReadonlyMap<Unit, Unit> => {
  const byKey = new Map(target.units.map((unit) => [unit.key, unit]));
  return new Map(
    donor.units.flatMap((unit) => {
      const same = byKey.get(unit.key);
      return same === undefined ? [] : [[unit, same] as const];
    }),
  );
};
