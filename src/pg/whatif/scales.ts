// What one index is worth beside others: what it saves over the workload, less its upkeep and the memory that it takes from others.
import type { Candidate } from "./candidates.ts";
import type { Tried } from "./clone.ts";
import type { Costs } from "./costs.ts";
import { sum } from "./costs.ts";

/** A candidate that was tried in the clone. */
export interface Item {
  readonly candidate: Candidate;
  readonly tried: Tried;
  readonly name: string;
  /** Statements that read its table. */
  readonly queries: readonly number[];
  readonly keeps: number;
  readonly endsHot: boolean;
}

export interface Gain {
  readonly item: Item;
  readonly saves: number;
  /** What its pages take of the cache, each time that they are read in place of others. */
  readonly rent: number;
  /** The largest share of a single statement's cost that it saves. */
  readonly sharpest: number;
}

export interface Scales {
  /** What an index is worth beside these. */
  readonly gainOf: (item: Item, chosen: readonly Item[]) => Promise<Gain>;
  readonly isWorth: (gain: Gain) => boolean;
}

/** A fiftieth of reading a page in order. */
const rentOfBlock = 0.02;

export const net = ({ item, saves, rent }: Gain): number => saves - item.keeps - rent;

/** `least`: planner's units that an index must save, all told. */
export const scalesOf = (costs: Costs, calls: readonly number[], least: number): Scales => ({
  async gainOf(item, chosen) {
    const names = chosen.map(({ name }) => name);
    const [without, within] = [
      await costs.of(item.queries, names),
      await costs.of(item.queries, [...names, item.name]),
    ];
    const own = item.queries.map((query) => calls[query] ?? 0);
    const shares = without.map((one, i) =>
      one === undefined || one.cost === 0 ? 0 : 1 - (within[i]?.cost ?? one.cost) / one.cost,
    );
    const served = own.reduce((all, count, i) => all + ((shares[i] ?? 0) > 0.01 ? count : 0), 0);
    return {
      item,
      saves: sum(without, own) - sum(within, own),
      rent: served * item.tried.blocks * rentOfBlock,
      sharpest: Math.max(0, ...shares),
    };
  },
  isWorth: (gain) => net(gain) > least && gain.sharpest > 0.2,
});
