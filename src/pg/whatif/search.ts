// Chooses a set of indexes for a whole workload: greedily by what each saves beside those chosen already, less what it costs to keep.
import { nameKey } from "../catalog/object.ts";
import type { ParseSql } from "../tree.ts";
import type { Candidate, CandidateOptions } from "./candidates.ts";
import { candidatesFor, holderOf } from "./candidates.ts";
import type { Answer, Clone, Tried } from "./clone.ts";
import type { PlanNode } from "./plan.ts";
import { indexesIn, nodesOf } from "./plan.ts";
import type { PlannedStatement } from "./planned.ts";
import type { TableUse } from "./predicates.ts";
import { tableUses } from "./predicates.ts";
import type { TableActivity } from "./statistics.ts";

/** How one statement is planned: the cost of a call, averaged over its variants, and the plans. */
export interface Costed {
  readonly cost: number;
  readonly plans: readonly PlanNode[];
}

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

interface Written {
  /** Rows that get a new entry in every index. */
  rows: number;
  /** Rows changed without, where no indexed column changes. */
  hot: number;
  readonly columns: Set<string>;
}

/** Real state: what was asked of the clone already. */
class Costs {
  readonly #clone: Clone;
  readonly #statements: readonly PlannedStatement[];
  readonly #relevant: ReadonlyMap<string, ReadonlySet<number>>;
  readonly #known = new Map<string, Costed | undefined>();

  constructor(
    clone: Clone,
    statements: readonly PlannedStatement[],
    relevant: ReadonlyMap<string, ReadonlySet<number>>,
  ) {
    this.#clone = clone;
    this.#statements = statements;
    this.#relevant = relevant;
  }

  #key(query: number, names: readonly string[]): string {
    return `${query} ${names.filter((name) => this.#relevant.get(name)?.has(query) ?? false).join(" ")}`;
  }

  /** The cost of some statements when these indexes are there. */
  async of(queries: readonly number[], given: readonly string[]): Promise<readonly (Costed | undefined)[]> {
    const names = given.toSorted();
    const missing = queries.filter((query) => !this.#known.has(this.#key(query, names)));
    if (missing.length > 0) {
      await this.#clone.show(new Set(names));
      const variants = missing.flatMap((query) =>
        (this.#statements[query]?.variants ?? []).map((one) => ({ query, ...one })),
      );
      const answers = await this.#clone.explain(variants, true);
      for (const query of missing) {
        const own = answers.filter((_, i) => variants[i]?.query === query);
        const shares = variants.filter((one) => one.query === query).map(({ share }) => share);
        this.#known.set(this.#key(query, names), costOf(own, shares));
      }
    }
    return queries.map((query) => this.#known.get(this.#key(query, names)));
  }
}

/** Variants that cannot be planned are left out; a statement without any has no cost. */
const costOf = (answers: readonly Answer[], shares: readonly number[]): Costed | undefined => {
  const planned = answers.flatMap((answer, i) =>
    answer.kind === "plan" ? [{ plan: answer.plan, share: shares[i] ?? 0 }] : [],
  );
  const whole = planned.reduce((sum, { share }) => sum + share, 0);
  if (whole === 0) return undefined;
  return {
    cost: planned.reduce((sum, { plan, share }) => sum + plan.cost * share, 0) / whole,
    plans: planned.map(({ plan }) => plan),
  };
};

/** Rows that statements of the workload write, by table. */
const writesOf = (
  statements: readonly PlannedStatement[],
  before: readonly (Costed | undefined)[],
  { activity, parse }: SearchOptions,
): ReadonlyMap<string, Written> => {
  const found = new Map<string, Written>();
  for (const [i, { statement }] of statements.entries()) {
    const root = before[i]?.plans[0];
    if (root?.type !== "ModifyTable" || root.relation === undefined || root.schema === undefined) continue;
    const key = nameKey({ schema: root.schema, name: root.relation });
    const table = activity.find((one) => nameKey(one) === key);
    const rows = statement.rows ?? statement.calls * Math.max(1, root.children[0]?.rows ?? 1);
    const written = found.get(key) ?? { rows: 0, hot: 0, columns: new Set<string>() };
    const hotShare = table === undefined || table.updated === 0 ? 0 : table.hotUpdated / table.updated;
    if (statement.verb === "update") {
      written.hot += rows * hotShare;
      written.rows += rows * (1 - hotShare);
      for (const column of columnsSet(statement.text, parse)) written.columns.add(column);
    } else if (statement.verb !== "delete") written.rows += rows;
    found.set(key, written);
  }
  return found;
};

const columnsSet = (sql: string, parse: ParseSql): readonly string[] => {
  const result = parse(sql);
  const fields = result.kind === "statements" ? result.statements[0]?.fields : undefined;
  const targets = Array.isArray(fields?.["targetList"])
    ? (fields["targetList"] as readonly Record<string, Record<string, unknown>>[])
    : [];
  return targets.flatMap(({ ResTarget }) => (typeof ResTarget?.["name"] === "string" ? [ResTarget["name"]] : []));
};

/** What one new entry costs, in the planner's units: the way down, the entry, and now and then a page that is not in memory. */
const entryCost = ({ candidate, level }: { readonly candidate: Candidate; readonly level: number }): number =>
  candidate.method === "gin" ? 3 : candidate.method === "brin" ? 0.01 : (level + 1) * 50 * 0.0025 + 0.005 + 0.3;

const touches = ({ keys, include, predicate }: Candidate, columns: ReadonlySet<string>): boolean =>
  [...keys, ...include].some((key) => columns.has(key.replaceAll('"', ""))) ||
  [...columns].some((column) => predicate?.includes(column) ?? false);

interface Item {
  readonly candidate: Candidate;
  readonly tried: Tried;
  readonly name: string;
  readonly queries: readonly number[];
  readonly keeps: number;
  readonly endsHot: boolean;
}

const keepCost = (candidate: Candidate, tried: Tried, writes: ReadonlyMap<string, Written>, options: SearchOptions) => {
  const written = writes.get(nameKey({ schema: candidate.schema, name: candidate.table }));
  if (written === undefined) return { keeps: 0, endsHot: false };
  const whole = options.known.relations.get(nameKey({ schema: candidate.schema, name: candidate.table }))?.tuples ?? 0;
  const share = candidate.predicate === undefined || whole <= 0 ? 1 : Math.min(1, tried.rows / whole);
  const each = entryCost({ candidate, level: tried.level }) * share;
  const endsHot = written.hot > 0 && touches(candidate, written.columns);
  const others = holderOf(options.catalog, { schema: candidate.schema, name: candidate.table })?.indexes.length ?? 0;
  // An update that was HOT writes an entry into every index from now on.
  return { keeps: written.rows * each + (endsHot ? written.hot * (each + others * 0.7) : 0), endsHot };
};

const sum = (costs: readonly (Costed | undefined)[], calls: readonly number[]): number =>
  costs.reduce((total, one, i) => total + (one?.cost ?? 0) * (calls[i] ?? 0), 0);

interface Gain {
  readonly item: Item;
  readonly saves: number;
  /** What its pages take of the cache, each time that they are read in place of others. */
  readonly rent: number;
  /** The largest share of a single statement's cost that it saves. */
  readonly sharpest: number;
}

/** Values that were assumed make no partial index. */
const withoutConstants = (use: TableUse): TableUse => ({
  ...use,
  predicates: use.predicates.filter(({ text }) => !text.includes("'")),
});

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
  const total = sum(before, calls);

  const uses = before.flatMap((one, query) =>
    (one?.plans ?? [])
      .flatMap((plan) => tableUses(plan, options.parse))
      .map((use) => ({ query, use: statements[query]?.values === "given" ? use : withoutConstants(use) })),
  );
  const tables = new Map<string, Set<number>>();
  for (const { query, use } of uses) {
    const holder = holderOf(options.catalog, { schema: use.schema, name: use.table });
    if (holder === undefined) continue;
    const key = nameKey(holder.table);
    tables.set(key, (tables.get(key) ?? new Set()).add(query));
  }
  const weight = ({ queries }: Candidate): number =>
    [...queries].reduce((most, query) => most + (before[query]?.cost ?? 0) * (calls[query] ?? 0), 0);
  const all = candidatesFor(uses, options).toSorted((a, b) => weight(b) - weight(a));
  const candidates = all.slice(0, options.mostCandidates);

  const writes = writesOf(statements, before, options);
  const items: Item[] = [];
  const refused: string[] = [];
  for (const [i, candidate] of candidates.entries()) {
    options.progress(`trying ${i + 1} of ${candidates.length} indexes`);
    const name = `senior_try_${i}`;
    const tried = await clone.add({
      schema: candidate.schema,
      table: candidate.table,
      name,
      definition: candidate.definition,
    });
    if (typeof tried === "string") {
      refused.push(`${candidate.definition}: ${tried}`);
      continue;
    }
    const queries = [...(tables.get(nameKey({ schema: candidate.schema, name: candidate.table })) ?? [])];
    relevant.set(name, new Set(queries));
    items.push({ candidate, tried, name, queries, ...keepCost(candidate, tried, writes, options) });
    await clone.show(new Set());
  }

  const gainOf = async (item: Item, chosen: readonly Item[]): Promise<Gain> => {
    const names = chosen.map(({ name }) => name);
    const [without, within] = [
      await costs.of(item.queries, names),
      await costs.of(item.queries, [...names, item.name]),
    ];
    const own = item.queries.map((query) => calls[query] ?? 0);
    const shares = without.map((one, i) =>
      one === undefined || one.cost === 0 ? 0 : 1 - (within[i]?.cost ?? one.cost) / one.cost,
    );
    const served = own.reduce((all_, count, i) => all_ + ((shares[i] ?? 0) > 0.01 ? count : 0), 0);
    return {
      item,
      saves: sum(without, own) - sum(within, own),
      rent: served * item.tried.blocks * rentOfBlock,
      sharpest: Math.max(0, ...shares),
    };
  };
  const isWorth = (gain: Gain): boolean => net(gain) > total * options.least && gain.sharpest > 0.2;

  const chosen: Item[] = [];
  let gains: Gain[] = [];
  for (const [i, item] of items.entries()) {
    options.progress(`weighing ${i + 1} of ${items.length} indexes`);
    gains.push(await gainOf(item, chosen));
  }
  const blocks = (): number => chosen.reduce((all_, { tried }) => all_ + tried.blocks, 0);
  while (chosen.length < options.mostIndexes) {
    gains = gains
      .filter((gain) => isWorth(gain) && blocks() + gain.item.tried.blocks <= options.budget)
      .sort((a, b) => net(b) - net(a) || (a.item.candidate.definition < b.item.candidate.definition ? -1 : 1));
    const best = gains[0];
    if (best === undefined) break;
    const fresh = await gainOf(best.item, chosen);
    // What saves least beside others is asked again only when it comes up: savings never grow by much.
    if (net(fresh) < (gains[1] === undefined ? 0 : net(gains[1])) * 0.999) {
      gains[0] = fresh;
      continue;
    }
    const taken = await smallest(fresh, gains, chosen, gainOf);
    gains = gains.filter(({ item }) => item !== taken.item);
    if (isWorth(taken)) chosen.push(taken.item);
  }

  const swapped = await swap(await prune(chosen, gainOf, isWorth), items, gainOf, isWorth);
  const kept = await prune(swapped, gainOf, isWorth);
  const after = await costs.of(
    everything,
    kept.map(({ item }) => item.name),
  );
  await clone.show(new Set(kept.map(({ item }) => item.name)));
  return {
    before,
    after,
    chosen: kept.map(({ item, saves }) => ({
      candidate: item.candidate,
      tried: item.tried,
      saves,
      keeps: item.keeps,
      endsHot: item.endsHot,
      queries: everything.filter((query) => (after[query]?.plans ?? []).some((plan) => usesIndex(plan, item.name))),
    })),
    tried: items.length,
    left: all.length - candidates.length,
    refused,
  };
};

/** Partitions' indexes are named by the server. */
const usesIndex = (plan: PlanNode, name: string): boolean =>
  indexesIn(plan).has(name) ||
  (nodesOf(plan).length > 0 && [...indexesIn(plan)].some((index) => index.startsWith(`${name}_`)));

/** A fiftieth of reading a page in order. */
const rentOfBlock = 0.02;

const net = ({ item, saves, rent }: Gain): number => saves - item.keeps - rent;

/** The same index with less behind it. Another shape that costs as much today may be a trap tomorrow: ORDER BY … LIMIT by time alone. */
const beginsAlike = ({ candidate: short }: Item, { candidate: long }: Item): boolean =>
  short.table === long.table &&
  short.schema === long.schema &&
  short.method === long.method &&
  short.predicate === long.predicate &&
  short.keys.every((key, i) => long.keys[i] === key);

/** Of those that save nearly as much as the best, the smallest: INCLUDE and further columns must pay for themselves. */
const smallest = async (
  best: Gain,
  gains: readonly Gain[],
  chosen: readonly Item[],
  gainOf: (item: Item, chosen: readonly Item[]) => Promise<Gain>,
): Promise<Gain> => {
  const near = gains.filter(
    ({ item }) =>
      item !== best.item && beginsAlike(item, best.item) && item.tried.blocks < best.item.tried.blocks * 0.95,
  );
  let found = best;
  for (const gain of near.filter((one) => net(one) >= net(best) * 0.99)) {
    const fresh = await gainOf(gain.item, chosen);
    if (net(fresh) >= net(best) * 0.99 && fresh.item.tried.blocks < found.item.tried.blocks) found = fresh;
  }
  return found;
};

/**
 * What was the best beginning may be second best beside those that came later: each is held against the others of its table that serve
 * the same statements, with the rest as it is.
 */
const swap = async (
  kept: readonly Gain[],
  items: readonly Item[],
  gainOf: (item: Item, chosen: readonly Item[]) => Promise<Gain>,
  isWorth: (gain: Gain) => boolean,
): Promise<readonly Item[]> => {
  let chosen = kept.map(({ item }) => item);
  for (const { item } of kept) {
    const rest = chosen.filter((other) => other !== item);
    let best = await gainOf(item, rest);
    const rivals = items.filter(
      (rival) =>
        !chosen.includes(rival) &&
        rival.candidate.table === item.candidate.table &&
        rival.tried.blocks < item.tried.blocks * 2 &&
        [...rival.candidate.queries].some((query) => item.candidate.queries.has(query)),
    );
    for (const rival of rivals) {
      const gain = await gainOf(rival, rest);
      if (isWorth(gain) && net(gain) > net(best) * 1.001) best = gain;
    }
    chosen = [...rest, best.item];
  }
  return chosen;
};

/** Takes out again what later ones made superfluous, least useful first. */
const prune = async (
  chosen: readonly Item[],
  gainOf: (item: Item, chosen: readonly Item[]) => Promise<Gain>,
  isWorth: (gain: Gain) => boolean,
): Promise<readonly Gain[]> => {
  let kept = [...chosen];
  for (;;) {
    const gains: Gain[] = [];
    for (const item of kept)
      gains.push(
        await gainOf(
          item,
          kept.filter((other) => other !== item),
        ),
      );
    const worst = gains.filter((gain) => !isWorth(gain)).sort((a, b) => net(a) - net(b))[0];
    if (worst === undefined) return gains;
    kept = kept.filter((item) => item !== worst.item);
  }
};
