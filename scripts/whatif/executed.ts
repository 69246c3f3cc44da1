// What advice is worth when it is followed: the queries' times on a real server before and after, beside what was predicted.
import postgres from "postgres";
import { withEmbeddedServer } from "../../src/io/embedded/server.ts";
import { loadSqlParser } from "../../src/io/sql-parser.ts";
import { Clone } from "../../src/pg/whatif/clone.ts";
import { knownOf } from "../../src/pg/whatif/index-shape.ts";
import { plannedStatements } from "../../src/pg/whatif/planned.ts";
import { searchIndexes } from "../../src/pg/whatif/search.ts";
import { workloadOfFile } from "../../src/pg/workload/read-file.ts";
import { readSource, serial } from "./compare.ts";
import type { WorkloadSet } from "./workload-set.ts";

export interface Executed {
  readonly indexes: readonly string[];
  readonly searchMs: number;
  readonly queries: readonly {
    readonly sql: string;
    readonly costBefore: number;
    readonly costAfter: number;
    readonly msBefore: number;
    readonly msAfter: number;
  }[];
}

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1] ?? 0;

/** A query that takes longer is ended, and counts as this long. */
const limitMs = 60_000;

const isEnded = (error: unknown): boolean => error instanceof postgres.PostgresError && error.code === "57014";

/** The execution time that the server measured; what writes is rolled back. */
const timed = async (client: postgres.Sql, sql: string, runs: number): Promise<number> => {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    await client.unsafe("begin");
    try {
      const [row] = await client.unsafe<Record<string, unknown>[]>(`explain (analyze, timing off, format json) ${sql}`);
      const [plan] = row?.["QUERY PLAN"] as readonly { readonly "Execution Time": number }[];
      times.push(plan?.["Execution Time"] ?? 0);
    } catch (error) {
      if (!isEnded(error)) throw error;
      times.push(limitMs);
    } finally {
      await client.unsafe("rollback");
    }
  }
  return median(times);
};

/** Advises, builds what was advised, and leaves the database as it was. */
export const executed = async (url: string, set: WorkloadSet, runs: number): Promise<Executed> => {
  const source = serial(await readSource(url));
  const parse = await loadSqlParser();
  const known = knownOf(source.statistics);
  const workload = workloadOfFile("queries.sql", set.queries.join(";\n"), parse);
  const statements = plannedStatements(workload, { catalog: source.reading.catalog, known, parse });
  const client = postgres(url, { max: 1, ssl: false, onnotice: () => undefined, prepare: false });
  await client.unsafe(`set jit = off; set max_parallel_workers_per_gather = 0; set statement_timeout = ${limitMs}`);
  const { signal } = new AbortController();
  const begun = performance.now();
  const advice = await withEmbeddedServer({ deadlineMs: 120_000, signal }, async (server) =>
    searchIndexes(await Clone.of(server, source, parse), statements, {
      catalog: source.reading.catalog,
      known,
      plainCollation: true,
      parse,
      activity: source.statistics.activity,
      mostIndexes: 20,
      mostCandidates: 200,
      budget: Number.MAX_SAFE_INTEGER,
      least: 0.002,
      progress: () => undefined,
    }),
  );
  const searchMs = performance.now() - begun;
  const sql = statements.map(({ statement }) => statement.examples[0] ?? "");
  const before: number[] = [];
  for (const one of sql) before.push(await timed(client, one, runs));
  const indexes = advice.chosen.map(({ candidate }) => candidate.definition);
  const after: number[] = [];
  try {
    for (const [at, definition] of indexes.entries())
      await client.unsafe(`create index senior_bench_${at} ${definition}`);
    await client.unsafe("vacuum analyze");
    for (const one of sql) after.push(await timed(client, one, runs));
  } finally {
    for (const at of indexes.keys()) await client.unsafe(`drop index if exists senior_bench_${at}`);
    await client.end();
  }
  return {
    indexes,
    searchMs,
    queries: sql.map((one, i) => ({
      sql: one,
      costBefore: advice.before[i]?.cost ?? 0,
      costAfter: advice.after[i]?.cost ?? 0,
      msBefore: before[i] ?? 0,
      msAfter: after[i] ?? 0,
    })),
  };
};
