// How far the chosen set is from the best there is: for small workloads every set of candidates within the budget is tried on the clone.
import { withEmbeddedServer } from "../../src/io/embedded/server.ts";
import { loadSqlParser } from "../../src/io/sql-parser.ts";
import type { CloneSource } from "../../src/pg/whatif/build-clone.ts";
import { candidatesFor } from "../../src/pg/whatif/candidates.ts";
import { Clone } from "../../src/pg/whatif/clone.ts";
import { Costs, sum } from "../../src/pg/whatif/costs.ts";
import { knownOf } from "../../src/pg/whatif/index-shape.ts";
import { plannedStatements } from "../../src/pg/whatif/planned.ts";
import { tableUses } from "../../src/pg/whatif/predicates.ts";
import { searchIndexes } from "../../src/pg/whatif/search.ts";
import { workloadOfFile } from "../../src/pg/workload/read-file.ts";

export interface Optimum {
  readonly candidates: number;
  readonly sets: number;
  /** Costs of the workload: without, with ours, with the best set, with the best by saving per block (as Extend chooses). */
  readonly before: number;
  readonly ours: number;
  readonly best: number;
  readonly perBlock: number;
  readonly oursBlocks: number;
  readonly bestBlocks: number;
}

interface Tried {
  readonly name: string;
  readonly blocks: number;
}

/** All sets of at most `most` of them that fit. */
function* setsOf(items: readonly Tried[], most: number, budget: number): Generator<readonly Tried[]> {
  yield [];
  if (most === 0) return;
  for (const [at, first] of items.entries())
    if (first.blocks <= budget)
      for (const rest of setsOf(items.slice(at + 1), most - 1, budget - first.blocks)) yield [first, ...rest];
}

const blocksOf = (items: readonly Tried[]): number => items.reduce((all, { blocks }) => all + blocks, 0);

/** `most` indexes within `budget` blocks for these queries; both ways of choosing see the same candidates. */
export const optimum = async (
  source: CloneSource,
  queries: readonly string[],
  most: number,
  budget: number,
): Promise<Optimum> => {
  const parse = await loadSqlParser();
  const { catalog } = source.reading;
  const known = knownOf(source.statistics);
  const statements = plannedStatements(workloadOfFile("queries.sql", queries.join(";\n"), parse), {
    catalog,
    known,
    parse,
  });
  const calls = statements.map(({ statement }) => statement.calls);
  const all = statements.map((_, i) => i);
  const options = { catalog, known, plainCollation: true };
  const server = { deadlineMs: 300_000, signal: new AbortController().signal };
  const advice = await withEmbeddedServer(server, async (embedded) =>
    searchIndexes(await Clone.of(embedded, source, parse), statements, {
      ...options,
      parse,
      activity: [],
      mostIndexes: most,
      mostCandidates: 200,
      budget,
      least: 0.002,
      progress: () => undefined,
    }),
  );
  return withEmbeddedServer(server, async (embedded) => {
    const clone = await Clone.of(embedded, source, parse);
    const relevant = new Map<string, ReadonlySet<number>>();
    const costs = new Costs(clone, statements, relevant);
    const before = await costs.of(all, []);
    const uses = before.flatMap((one, query) =>
      (one?.plans ?? []).flatMap((plan) => tableUses(plan, parse)).map((use) => ({ query, use })),
    );
    const items: Tried[] = [];
    for (const [at, { schema, table, definition, queries: own }] of candidatesFor(uses, options).entries()) {
      const name = `try_${at}`;
      const tried = await clone.add({ schema, table, name, definition });
      if (typeof tried === "string") continue;
      await clone.show(new Set());
      const readers = uses.filter(({ use }) => use.schema === schema && use.table === table).map(({ query }) => query);
      relevant.set(name, new Set([...own, ...readers]));
      items.push({ name, blocks: tried.blocks });
    }
    const costOf = async (set: readonly Tried[]): Promise<number> =>
      sum(
        await costs.of(
          all,
          set.map(({ name }) => name),
        ),
        calls,
      );
    const none = sum(before, calls);
    // What helps by itself in no way is left out: two that help only together are hardly found by anybody.
    const alone: (Tried & { readonly saves: number })[] = [];
    for (const item of items) {
      const saves = none - (await costOf([item]));
      if (saves > none * 0.001) alone.push({ ...item, saves });
    }
    let [best, bestBlocks, sets] = [none, 0, 0];
    for (const set of setsOf(alone, most, budget)) {
      sets++;
      const cost = await costOf(set);
      if (cost < best - 1e-6) [best, bestBlocks] = [cost, blocksOf(set)];
    }
    let [chosen, now]: [readonly Tried[], number] = [[], none];
    for (; chosen.length < most;) {
      let next: { readonly item: Tried; readonly cost: number; readonly worth: number } | undefined;
      for (const item of alone) {
        if (chosen.includes(item) || blocksOf(chosen) + item.blocks > budget) continue;
        const cost = await costOf([...chosen, item]);
        const worth = (now - cost) / item.blocks;
        if (cost < now * 0.998 && (next === undefined || worth > next.worth)) next = { item, cost, worth };
      }
      if (next === undefined) break;
      [chosen, now] = [[...chosen, next.item], next.cost];
    }
    return {
      candidates: items.length,
      sets,
      before: none,
      ours: sum(advice.after, calls),
      best,
      perBlock: now,
      oursBlocks: advice.chosen.reduce((blocks, { tried }) => blocks + tried.blocks, 0),
      bestBlocks,
    };
  });
};
