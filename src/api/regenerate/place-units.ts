// Where a unit goes in a text that does not have it, and what goes with one that leaves.
import type { Edit } from "./edits.ts";
import type { Block, Unit } from "./source.ts";

/** The blanks before a unit, as it stands in its own file. */
const blanksBefore = ({ text }: Block, { start }: Unit): string => /\s*$/.exec(text.slice(0, start))?.[0] ?? "";

/** Takes a unit away with the blank lines before it. */
export const removalOf = (source: Block, unit: Unit): Edit => {
  const blanks = blanksBefore(source, unit);
  if (blanks.length < unit.start) return { start: unit.start - blanks.length, end: unit.end, text: "" };
  const after = /^\s*/.exec(source.text.slice(unit.end))?.[0] ?? "";
  return { start: unit.start, end: unit.end + after.length, text: "" };
};

interface Indents {
  /** What stands before the unit in its own file, and what shall stand before it here. */
  readonly from: string;
  readonly to: string;
  /** One level here; generated code has two spaces. */
  readonly step: string;
}

const indentOf = ({ text }: Block, { start }: Unit): string =>
  /[ \t]*$/.exec(text.slice(text.lastIndexOf("\n", start - 1) + 1, start))?.[0] ?? "";

const indentsOf = (target: Block, neighbour: Unit | undefined, donor: Block, unit: Unit): Indents => {
  const from = indentOf(donor, unit);
  const to = neighbour === undefined ? from : indentOf(target, neighbour);
  const levels = from.length / 2;
  const first = /^(\t+| {2,})(?=[^\s*])/m.exec(target.text)?.[1] ?? "  ";
  return { from, to, step: levels >= 1 && to !== "" ? to.slice(0, Math.ceil(to.length / levels)) : first };
};

/** In the indentation of its new neighbours. Texts between backticks are left as they are. */
const reindented = (text: string, { from, to, step }: Indents): string =>
  text.includes("`")
    ? text
    : text.replaceAll(/(?<=\n)( +)(?=\S)/g, (spaces) => {
        const extra = spaces.length - from.length;
        return extra < 0 ? spaces : to + step.repeat(extra >> 1) + " ".repeat(extra % 2);
      });

/** Puts units of `donor` into `target`, each below the one that it follows there; `placed` says which are which. */
export const insertUnits = (
  target: Block,
  donor: Block,
  added: ReadonlySet<Unit>,
  placed: ReadonlyMap<Unit, Unit> = sameKeysPlaced(target, donor),
): readonly Edit[] => {
  let anchor: Unit | undefined;
  return donor.units.flatMap((unit, index): readonly Edit[] => {
    anchor = placed.get(unit) ?? anchor;
    if (!added.has(unit)) return [];
    const after = donor.units.slice(index).find((one) => placed.has(one));
    const next = after === undefined ? undefined : placed.get(after);
    const style = indentsOf(target, anchor ?? next, donor, unit);
    const text = reindented(donor.text.slice(unit.start, unit.end), style);
    const blanks = (one: Unit): string => blanksBefore(donor, one).replace(/[ \t]*$/, style.to);
    if (anchor !== undefined) return [{ start: anchor.end, end: anchor.end, text: (blanks(unit) || "\n\n") + text }];
    if (next === undefined || after === undefined) {
      return [{ start: target.head, end: target.head, text: `${blanks(unit) || "\n"}${text}` }];
    }
    return [{ start: next.start, end: next.start, text: text + (blanks(after) || "\n\n") }];
  });
};

const sameKeysPlaced = (target: Block, donor: Block): ReadonlyMap<Unit, Unit> => {
  const byKey = new Map(target.units.map((unit) => [unit.key, unit]));
  return new Map(
    donor.units.flatMap((unit) => {
      const same = byKey.get(unit.key);
      return same === undefined ? [] : [[unit, same] as const];
    }),
  );
};
