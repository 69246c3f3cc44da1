// What is dropped to be made again is dropped as late and made again as early as can be: nothing is missing between two transactions for no reason.
import type { Batch, SegmentKind, Unit } from "./units.ts";

/** Into these, statements of any transaction may go. */
const open: readonly SegmentKind[] = ["main", "late"];

const isRebuilt = ({ node, first }: Unit): boolean => node.change.verb === "rebuild" && first;

/** Segments in their order, with drops and creations of what is rebuilt moved towards each other; emptied ones are left out. */
export const closer = (segments: readonly Batch[]): readonly Batch[] => {
  const order = segments.flatMap(({ units }) => units);
  const at = new Map(segments.flatMap(({ units }, index) => units.map(({ id }) => [id, index] as const)));
  const place = (id: string): number => at.get(id) ?? 0;
  const isOpen = (index: number): boolean => open.includes(segments[index]?.kind ?? "alone");
  const followers = new Map<string, string[]>();
  for (const { id, before } of order) for (const one of before) followers.set(one, [...(followers.get(one) ?? []), id]);

  for (const unit of order.toReversed()) {
    if (!isRebuilt(unit) || unit.node.act !== "drop" || unit.kind !== "main") continue;
    let target = Math.min(...(followers.get(unit.id) ?? []).map(place));
    while (target > place(unit.id) && !isOpen(target)) target--;
    if (Number.isFinite(target) && target > place(unit.id)) at.set(unit.id, target);
  }
  const dropped = new Map(
    order.flatMap((unit) => (unit.node.act === "drop" ? [[unit.node.change.key, place(unit.id)] as const] : [])),
  );
  for (const unit of order) {
    if (!isRebuilt(unit) || unit.node.act !== "create" || unit.kind !== "main") continue;
    const earliest = [...unit.before].filter((id) => at.has(id)).map(place);
    // What goes with its owner, as rights do, has no drop of its own.
    let target = Math.max(dropped.get(unit.node.change.key) ?? -1, ...earliest);
    while (target >= 0 && target < place(unit.id) && !isOpen(target)) target++;
    if (target >= 0 && target < place(unit.id)) at.set(unit.id, target);
  }
  const found = Map.groupBy(order, ({ id }) => place(id));
  return segments.flatMap(({ kind }, index) => {
    const units = found.get(index) ?? [];
    return units.length === 0 ? [] : [{ kind, units }];
  });
};

/** What is missing between two transactions: keys of what is dropped in one batch and made again in a later one. */
export const missingBetween = (batches: readonly Batch[]): ReadonlySet<string> => {
  const dropped = new Map<string, number>();
  const missing = new Set<string>();
  for (const [index, { units }] of batches.entries())
    for (const { node, first } of units) {
      const { key, verb } = node.change;
      if (verb !== "rebuild" || !first) continue;
      if (node.act === "drop") dropped.set(key, index);
      else if ((dropped.get(key) ?? index) !== index) missing.add(key);
    }
  return missing;
};
