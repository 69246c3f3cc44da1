// Second thoughts on a set of indexes: the smallest of those that serve alike, a better one of the same table, and what became superfluous.
import type { Gain, Item, Scales } from "./scales.ts";
import { net } from "./scales.ts";

/** The same index with less behind it. Another shape that costs as much today may be a trap tomorrow: ORDER BY … LIMIT by time alone. */
const beginsAlike = ({ candidate: short }: Item, { candidate: long }: Item): boolean =>
  short.table === long.table &&
  short.schema === long.schema &&
  short.method === long.method &&
  short.predicate === long.predicate &&
  short.keys.every((key, i) => long.keys[i] === key);

/** Of those that save nearly as much as the best, the smallest: INCLUDE and further columns must pay for themselves. */
export const smallest = async (
  scales: Scales,
  best: Gain,
  gains: readonly Gain[],
  chosen: readonly Item[],
): Promise<Gain> => {
  const near = gains.filter(
    ({ item }) =>
      item !== best.item && beginsAlike(item, best.item) && item.tried.blocks < best.item.tried.blocks * 0.95,
  );
  let found = best;
  for (const gain of near.filter((one) => net(one) >= net(best) * 0.99)) {
    const fresh = await scales.gainOf(gain.item, chosen);
    if (net(fresh) >= net(best) * 0.99 && fresh.item.tried.blocks < found.item.tried.blocks) found = fresh;
  }
  return found;
};

/**
 * What was the best beginning may be second best beside those that came later: each is held against the others of its table that serve
 * the same statements, with the rest as it is.
 */
export const swap = async (scales: Scales, kept: readonly Gain[], items: readonly Item[]): Promise<readonly Item[]> => {
  let chosen = kept.map(({ item }) => item);
  for (const { item } of kept) {
    const rest = chosen.filter((other) => other !== item);
    let best = await scales.gainOf(item, rest);
    const rivals = items.filter(
      (rival) =>
        !chosen.includes(rival) &&
        rival.candidate.table === item.candidate.table &&
        rival.tried.blocks < item.tried.blocks * 2 &&
        [...rival.candidate.queries].some((query) => item.candidate.queries.has(query)),
    );
    for (const rival of rivals) {
      const gain = await scales.gainOf(rival, rest);
      if (scales.isWorth(gain) && net(gain) > net(best) * 1.001) best = gain;
    }
    chosen = [...rest, best.item];
  }
  return chosen;
};

/** Takes out again what later ones made superfluous, least useful first. */
export const prune = async (scales: Scales, chosen: readonly Item[]): Promise<readonly Gain[]> => {
  let kept = [...chosen];
  for (;;) {
    const gains: Gain[] = [];
    for (const item of kept)
      gains.push(
        await scales.gainOf(
          item,
          kept.filter((other) => other !== item),
        ),
      );
    const worst = gains.filter((gain) => !scales.isWorth(gain)).sort((a, b) => net(a) - net(b))[0];
    if (worst === undefined) return gains;
    kept = kept.filter((item) => item !== worst.item);
  }
};
