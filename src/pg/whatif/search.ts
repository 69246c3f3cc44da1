// Chooses a set of indexes for a whole workload: greedily by what each saves beside those chosen already, less what it costs to keep.
import { nameKey } from "../catalog/object.ts";
import type { ParseSql } from "../tree.ts";
import type { Candidate } from "./candidates.ts";
import type { CandidateOptions } from "./shapes.ts";
import { candidatesFor, holderOf } from "./candidates.ts";
import type { Clone, Tried } from "./clone.ts";
import type { Costed } from "./costs.ts";
import { Costs, sum } from "./costs.ts";
import type { PlanNode } from "./plan.ts";
import { indexesIn } from "./plan.ts";
import type { PlannedStatement } from "./planned.ts";
import type { TableUse } from "./predicates.ts";
import { tableUses } from "./predicates.ts";
import { prune, smallest, swap } from "./refine.ts";
import type { Gain, Item, Scales } from "./scales.ts";
import { net, scalesOf } from "./scales.ts";
import type { TableActivity } from "./statistics.ts";
import { keepCost, writesOf } from "./upkeep.ts";

export interface Chosen {
  readonly candidate: Candidate;
  readonly tried: Tried;
  /** What it saves when it is the last one added, in the planner's units over the workload. */
  readonly saves: number;
  /** What keeping it costs in the same units. */
  readonly keeps: number;
  /** Statements that use it in the end. */
  readonly queries: readonly number[];
  /** It ends HOT updates: a statement of the workload changes one of its columns. */
  readonly endsHot: boolean;
}

export interface Advice {
  readonly before: readonly (Costed | undefined)[];
  readonly after: readonly (Costed | undefined)[];
  readonly chosen: readonly Chosen[];
  readonly tried: number;
  readonly left: number;
  readonly refused: readonly string[];
}

export interface SearchOptions extends CandidateOptions {
  readonly parse: ParseSql;
  readonly activity: readonly TableActivity[];
  readonly mostIndexes: number;
  readonly mostCandidates: number;
  /** Blocks that all new indexes may take together. */
  readonly budget: number;
  /** A share of the whole workload's cost that an index must save. */
  readonly least: number;
  readonly progress: (text: string) => void;
}

/** Values that were assumed make no partial index. */
const withoutConstants = (use: TableUse): TableUse => ({
  ...use,
  predicates: use.predicates.filter(({ text }) => !text.includes("'")),
});

interface QueryUse {
  readonly query: number;
  readonly use: TableUse;
}

/** What the plans do with tables, statement by statement. */
const usesOf = (
  statements: readonly PlannedStatement[],
  before: readonly (Costed | undefined)[],
  parse: ParseSql,
): readonly QueryUse[] =>
  before.flatMap((one, query) =>
    (one?.plans ?? [])
      .flatMap((plan) => tableUses(plan, parse))
      .map((use) => ({ query, use: statements[query]?.values === "given" ? use : withoutConstants(use) })),
  );

/** Statements by the tables that they read. */
const readersOf = (uses: readonly QueryUse[], { catalog }: SearchOptions): ReadonlyMap<string, ReadonlySet<number>> => {
  const found = new Map<string, Set<number>>();
  for (const { query, use } of uses) {
    const holder = holderOf(catalog, { schema: use.schema, name: use.table });
    if (holder === undefined) continue;
    const key = nameKey(holder.table);
    found.set(key, (found.get(key) ?? new Set()).add(query));
  }
  return found;
};

interface Trial {
  readonly items: readonly Item[];
  readonly refused: readonly string[];
}

/** Makes each candidate in the clone, hidden. */
const tryAll = async (
  clone: Clone,
  candidates: readonly Candidate[],
  readers: ReadonlyMap<string, ReadonlySet<number>>,
  upkeep: (candidate: Candidate, tried: Tried) => Pick<Item, "keeps" | "endsHot">,
  progress: SearchOptions["progress"],
): Promise<Trial> => {
  const items: Item[] = [];
  const refused: string[] = [];
  for (const [i, candidate] of candidates.entries()) {
    progress(`trying ${i + 1} of ${candidates.length} indexes`);
    const name = `senior_try_${i}`;
    const { schema, table, definition } = candidate;
    const tried = await clone.add({ schema, table, name, definition });
    if (typeof tried === "string") {
      refused.push(`${definition}: ${tried}`);
      continue;
    }
    const queries = [...(readers.get(nameKey({ schema, name: table })) ?? [])];
    items.push({ candidate, tried, name, queries, ...upkeep(candidate, tried) });
    await clone.show(new Set());
  }
  return { items, refused };
};

/** The best first, as long as one is worth it. */
const greedily = async (scales: Scales, items: readonly Item[], options: SearchOptions): Promise<readonly Item[]> => {
  const chosen: Item[] = [];
  let gains: Gain[] = [];
  for (const [i, item] of items.entries()) {
    options.progress(`weighing ${i + 1} of ${items.length} indexes`);
    gains.push(await scales.gainOf(item, chosen));
  }
  const blocks = (): number => chosen.reduce((all, { tried }) => all + tried.blocks, 0);
  while (chosen.length < options.mostIndexes) {
    gains = gains
      .filter((gain) => scales.isWorth(gain) && blocks() + gain.item.tried.blocks <= options.budget)
      .sort((a, b) => net(b) - net(a) || (a.item.candidate.definition < b.item.candidate.definition ? -1 : 1));
    const best = gains[0];
    if (best === undefined) break;
    const fresh = await scales.gainOf(best.item, chosen);
    // What saves least beside others is asked again only when it comes up: savings never grow by much.
    if (net(fresh) < (gains[1] === undefined ? 0 : net(gains[1])) * 0.999) {
      gains[0] = fresh;
      continue;
    }
    const taken = await smallest(scales, fresh, gains, chosen);
    gains = gains.filter(({ item }) => item !== taken.item);
    if (scales.isWorth(taken)) chosen.push(taken.item);
  }
  return chosen;
};

/** Partitions' indexes are named by the server. */
const usesIndex = (plan: PlanNode, name: string): boolean =>
  [...indexesIn(plan)].some((index) => index === name || index.startsWith(`${name}_`));

/** Chooses for a workload in a clone. The clone is left with the chosen indexes visible. */
export const searchIndexes = async (
  clone: Clone,
  statements: readonly PlannedStatement[],
  options: SearchOptions,
): Promise<Advice> => {
  const everything = statements.map((_, i) => i);
  const relevant = new Map<string, ReadonlySet<number>>();
  const costs = new Costs(clone, statements, relevant);
  const before = await costs.of(everything, []);
  const calls = statements.map(({ statement }) => statement.calls);

  const uses = usesOf(statements, before, options.parse);
  const weight = ({ queries }: Candidate): number =>
    [...queries].reduce((all, query) => all + (before[query]?.cost ?? 0) * (calls[query] ?? 0), 0);
  const all = candidatesFor(uses, options).toSorted((a, b) => weight(b) - weight(a));
  const candidates = all.slice(0, options.mostCandidates);
  const writes = writesOf(statements, before, options);
  const upkeep = (candidate: Candidate, tried: Tried) => keepCost(candidate, tried, writes, options);
  const { items, refused } = await tryAll(clone, candidates, readersOf(uses, options), upkeep, options.progress);
  for (const { name, queries } of items) relevant.set(name, new Set(queries));

  const scales = scalesOf(costs, calls, sum(before, calls) * options.least);
  const first = await prune(scales, await greedily(scales, items, options));
  const kept = await prune(scales, await swap(scales, first, items));
  const names = kept.map(({ item }) => item.name);
  const after = await costs.of(everything, names);
  await clone.show(new Set(names));
  return {
    before,
    after,
    chosen: kept.map(({ item: { candidate, tried, keeps, endsHot, name }, saves }) => ({
      candidate,
      tried,
      saves,
      keeps,
      endsHot,
      queries: everything.filter((query) => (after[query]?.plans ?? []).some((plan) => usesIndex(plan, name))),
    })),
    tried: items.length,
    left: all.length - candidates.length,
    refused,
  };
};
