// Units gathered into segments: each fits one transaction, or runs outside of any.
import { apartFromLong } from "./apart.ts";
import { closer } from "./closer.ts";
import type { Batch, SegmentKind, Unit } from "./units.ts";
import { isValidation } from "./units.ts";

const kinds: readonly SegmentKind[] = ["early", "main", "alone", "late", "contract"];

/** Fills a segment of one kind with all that is ready, then turns to the next kind that has something ready. */
const gathered = (units: readonly Unit[]): readonly Batch[] => {
  const done = new Set<string>();
  const known = new Set(units.map(({ id }) => id));
  const segments: Batch[] = [];
  let left = units;
  const ready = (unit: Unit): boolean => [...unit.before].every((id) => done.has(id) || !known.has(id));
  while (left.length > 0) {
    const kind = kinds.find((one) => left.some((unit) => unit.kind === one && ready(unit)));
    const segment: Unit[] = [];
    for (let found = true; found;) {
      const next = left.filter((unit) => unit.kind === kind && ready(unit)).slice(0, kind === "alone" ? 1 : undefined);
      for (const unit of next) done.add(unit.id);
      segment.push(...next);
      left = left.filter((unit) => !done.has(unit.id));
      found = next.length > 0 && kind !== "alone";
    }
    // A circle that could not be opened: in the given order, so that PostgreSQL can say what is wrong.
    if (kind === undefined) return [...segments, { kind: left[0]?.kind ?? "main", units: left }];
    segments.push({ kind, units: segment });
  }
  return segments;
};

/** What scans comes before what locks: no lock is held while rows are read. */
const scansFirst = (units: readonly Unit[]): readonly Unit[] => {
  const own = new Set(units.map(({ id }) => id));
  const scans = new Set<string>();
  for (const { id, statements, before } of units)
    if (statements.every(isValidation) && [...before].every((one) => !own.has(one) || scans.has(one))) scans.add(id);
  return [...units.filter(({ id }) => scans.has(id)), ...units.filter(({ id }) => !scans.has(id))];
};

export interface ScheduleOptions {
  /** Locks are held as short as can be, at the price of more transactions. */
  readonly online: boolean;
  readonly isLong: (unit: Unit) => boolean;
}

/** Batches in the order in which they run; the units of each in the order in which they were given, but for scans. */
export const schedule = (units: readonly Unit[], { online, isLong }: ScheduleOptions): readonly Batch[] => {
  const at = new Map(units.map(({ id }, index) => [id, index]));
  const inOrder = (batch: readonly Unit[]): readonly Unit[] =>
    batch.toSorted((a, b) => (at.get(a.id) ?? 0) - (at.get(b.id) ?? 0));
  return closer(gathered(units)).flatMap(({ kind, units: batch }): readonly Batch[] => {
    if (kind === "late") return [{ kind, units: scansFirst(inOrder(batch)) }];
    const parts = online && kind === "main" ? apartFromLong(batch, isLong) : [batch];
    return parts.map((part) => ({ kind, units: inOrder(part) }));
  });
};
