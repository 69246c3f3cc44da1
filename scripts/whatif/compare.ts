// Holds the clone's plans against a real server's: before any index is added, and with each candidate really built.
import postgres from "postgres";
import { resolveTarget } from "../../src/io/postgres/resolve.ts";
import { withSession } from "../../src/io/postgres/session.ts";
import { loadSqlParser } from "../../src/io/sql-parser.ts";
import { withEmbeddedServer } from "../../src/io/embedded/server.ts";
import { memoryIo } from "../../src/testing/memory-io.ts";
import type { CloneSource } from "../../src/pg/whatif/build-clone.ts";
import { Clone } from "../../src/pg/whatif/clone.ts";
import type { PlanNode } from "../../src/pg/whatif/plan.ts";
import { indexesIn, planOf, signature } from "../../src/pg/whatif/plan.ts";
import { readStatistics } from "../../src/pg/whatif/read-statistics.ts";
import { readCatalogWith } from "../../src/pg/read-catalog.ts";
import type { WorkloadSet } from "./workload-set.ts";

export interface Agreement {
  readonly set: string;
  readonly version: string;
  readonly queries: number;
  readonly samePlans: number;
  readonly costsWithin1: number;
  readonly different: readonly { readonly sql: string; readonly clone: string; readonly server: string }[];
  /** Query × index, where either uses the index. */
  readonly choices: number;
  readonly sameChoices: number;
  readonly missed: readonly string[];
  readonly invented: readonly string[];
  readonly costErrors: readonly number[];
  /** Estimated and real blocks. */
  readonly sizes: readonly {
    readonly index: string;
    readonly estimated: number;
    readonly real: number;
    readonly hypopg?: number;
  }[];
  readonly hypopg?: {
    readonly choices: number;
    readonly same: number;
    readonly refused: number;
    readonly costErrors: readonly number[];
  };
  readonly cloneMs: number;
  readonly candidateMs: readonly number[];
}

type Client = postgres.Sql;

export const readSource = async (url: string): Promise<CloneSource> => {
  const target = await resolveTarget(memoryIo({}), url);
  return withSession(target, { deadlineMs: 60_000, signal: new AbortController().signal }, async (ask, attempt) => {
    const reading = await readCatalogWith(ask, "server", { schemas: [] });
    const statistics = await readStatistics(ask, attempt, {
      version: reading.server.version,
      now: new Date(),
      redact: false,
    });
    return { reading, statistics };
  });
};

/** Parallel plans and JIT off on both sides: what is compared is the planner, not the number of workers. */
export const serial = (source: CloneSource): CloneSource => ({
  ...source,
  statistics: {
    ...source.statistics,
    settings: { ...source.statistics.settings, max_parallel_workers_per_gather: "0" },
  },
});

export const serverPlan = async (client: Client, sql: string): Promise<PlanNode> => {
  const [row] = await client.unsafe<Record<string, unknown>[]>(`explain (format json) ${sql}`);
  const plan = planOf(JSON.stringify(row?.["QUERY PLAN"]));
  if (plan === undefined) throw new Error("no plan");
  return plan;
};

const error = (a: PlanNode, b: PlanNode): number => Math.abs(a.cost - b.cost) / Math.max(b.cost, 1e-9);

const parts = (candidate: string) => {
  const match = /^create index (\w+) (on (?:(\w+)\.)?(\w+).*)$/is.exec(candidate);
  if (match === null) throw new Error(candidate);
  return { name: match[1] ?? "", definition: match[2] ?? "", schema: match[3] ?? "public", table: match[4] ?? "" };
};

const has = async (client: Client, extension: string): Promise<boolean> => {
  const found = await client.unsafe(`select from pg_available_extensions where name = '${extension}'`);
  if (found.length === 0) return false;
  await client.unsafe(`create extension if not exists ${extension}`);
  return true;
};

const hypothetical = async (client: Client, candidate: string, queries: readonly string[]) => {
  try {
    const [made] = await client.unsafe<Record<string, unknown>[]>(
      "select indexrelid, indexname from hypopg_create_index($1)",
      [candidate],
    );
    const [size] = await client.unsafe<Record<string, unknown>[]>(
      `select hypopg_relation_size(${String(made?.["indexrelid"])})::float8 / 8192 s`,
    );
    const plans: PlanNode[] = [];
    for (const sql of queries) plans.push(await serverPlan(client, sql));
    return { plans, name: String(made?.["indexname"]), blocks: Number(size?.["s"]) };
  } catch {
    return undefined;
  } finally {
    await client.unsafe("select hypopg_reset()");
  }
};

const really = async (client: Client, candidate: string, name: string, queries: readonly string[]) => {
  await client.unsafe("begin");
  try {
    await client.unsafe(candidate);
    const [size] = await client.unsafe<Record<string, unknown>[]>(
      `select pg_relation_size('${name}')::float8 / 8192 s`,
    );
    const plans: PlanNode[] = [];
    for (const sql of queries) plans.push(await serverPlan(client, sql));
    return { plans, blocks: Number(size?.["s"]) };
  } finally {
    await client.unsafe("rollback");
  }
};

/** Everything on one server and one set. */
export const agreement = async (url: string, set: WorkloadSet, version: string): Promise<Agreement> => {
  const source = serial(await readSource(url));
  const client = postgres(url, { max: 1, ssl: false, onnotice: () => undefined, prepare: false });
  await client.unsafe("set jit = off; set max_parallel_workers_per_gather = 0");
  const hypopg = await has(client, "hypopg");
  const { signal } = new AbortController();
  try {
    return await withEmbeddedServer({ deadlineMs: 120_000, signal }, async (server) => {
      const begun = performance.now();
      const clone = await Clone.of(server, source, await loadSqlParser());
      const cloneMs = performance.now() - begun;
      const asked = set.queries.map((sql) => ({ sql, generic: false }));
      const before = await clone.explain(asked);
      const different: { sql: string; clone: string; server: string }[] = [];
      let [samePlans, costsWithin1] = [0, 0];
      for (const [i, sql] of set.queries.entries()) {
        const [mine, real] = [before[i], await serverPlan(client, sql)];
        const own = mine?.kind === "plan" ? signature(mine.plan) : (mine?.reason ?? "");
        if (own === signature(real)) samePlans++;
        else different.push({ sql, clone: own, server: signature(real) });
        if (mine?.kind === "plan" && error(mine.plan, real) < 0.01) costsWithin1++;
      }
      let [choices, sameChoices, hypoChoices, hypoSame, hypoRefused] = [0, 0, 0, 0, 0];
      const [missed, invented, costErrors, hypoErrors, candidateMs]: [
        string[],
        string[],
        number[],
        number[],
        number[],
      ] = [[], [], [], [], []];
      const sizes: { index: string; estimated: number; real: number; hypopg?: number }[] = [];
      for (const candidate of set.candidates) {
        const { name, ...rest } = parts(candidate);
        const start = performance.now();
        const tried = await clone.add({ ...rest, name });
        if (typeof tried === "string") throw new Error(`${candidate}: ${tried}`);
        const guessed = await clone.explain(asked);
        candidateMs.push(performance.now() - start);
        await clone.show(new Set());
        const truth = await really(client, candidate, name, set.queries);
        const other = hypopg ? await hypothetical(client, candidate, set.queries) : undefined;
        if (hypopg && other === undefined) hypoRefused++;
        sizes.push({
          index: candidate,
          estimated: tried.blocks,
          real: truth.blocks,
          ...(other === undefined ? {} : { hypopg: other.blocks }),
        });
        for (const [i, sql] of set.queries.entries()) {
          const [mine, real, hypo] = [guessed[i], truth.plans[i], other?.plans[i]];
          if (mine?.kind !== "plan" || real === undefined) continue;
          const [own, its] = [indexesIn(mine.plan).has(name), indexesIn(real).has(name)];
          if (own || its) {
            choices++;
            if (own === its) sameChoices++;
            else (its ? missed : invented).push(`${candidate} :: ${sql}`);
            if (own && its) costErrors.push(error(mine.plan, real));
          }
          if (hypo === undefined) continue;
          const used = [...indexesIn(hypo)].some((index) => index.startsWith("<"));
          if (!used && !its) continue;
          hypoChoices++;
          if (used === its) hypoSame++;
          if (used && its) hypoErrors.push(error(hypo, real));
        }
      }
      return {
        set: set.name,
        version,
        queries: set.queries.length,
        samePlans,
        costsWithin1,
        different,
        choices,
        sameChoices,
        missed,
        invented,
        costErrors,
        sizes,
        ...(hypopg
          ? { hypopg: { choices: hypoChoices, same: hypoSame, refused: hypoRefused, costErrors: hypoErrors } }
          : {}),
        cloneMs,
        candidateMs,
      };
    });
  } finally {
    await client.end();
  }
};
