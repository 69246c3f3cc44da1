// senior db backfill: one UPDATE of a large table in small batches, throttled, and gone on with after a kill.
import { loadSqlParser } from "../../io/sql-parser.ts";
import { Fault } from "../../kernel/fault.ts";
import { isObject } from "../../kernel/json.ts";
import type { Report } from "../../kernel/report.ts";
import { listed, milliseconds, plural } from "../../kernel/words.ts";
import { targetText } from "../../pg/connection.ts";
import { bookSql, doneSql, forgetSql, hasBook, readSql, startSql } from "../../pg/backfill/book.ts";
import type { Backfill, Key, KeyColumn } from "../../pg/backfill/statement.ts";
import { batchSql, nextKeySql, readBackfill, tableSql } from "../../pg/backfill/statement.ts";
import { errorWords, jsonRows } from "../../pg/migrations/server.ts";
import type { RunnerSession } from "../../pg/migrations/session.ts";
import { command } from "../command.ts";
import { duration, flag, integer, text } from "../flags.ts";
import { approvalFlags, approvalsFor } from "./approval.ts";
import type { Pace, Plan, Totals } from "./backfill-run.ts";
import { BackfillRun } from "./backfill-run.ts";
import { openSession, runnerFlags, targetFrom } from "./run-migrations.ts";
import { connectionFlags } from "./source-args.ts";

const sha = (value: string): string => new Bun.CryptoHasher("sha256").update(value).digest("hex");

/** A lock of its own: two backfills may run at once, one twice may not. */
const lockOf = (id: string): string => BigInt.asIntN(63, BigInt(`0x${id.slice(0, 15)}`)).toString();

const columnsOf = (list: unknown): readonly (KeyColumn & { readonly nullable: boolean })[] =>
  (Array.isArray(list) ? (list as unknown[]) : []).filter(isObject).map(({ name, type, null: nullable }) => ({
    name: typeof name === "string" ? name : "",
    type: typeof type === "string" ? type : "",
    nullable: nullable === true,
  }));

/** The key to go by: the one that is named, else the primary key, else another that is unique and never null. */
const keyOf = (keys: unknown, wanted: string | undefined, table: string): readonly KeyColumn[] => {
  const usable = (Array.isArray(keys) ? (keys as unknown[]) : [])
    .map(columnsOf)
    .filter((columns) => columns.length > 0 && columns.every(({ nullable }) => !nullable));
  const list = wanted?.split(",").map((name) => name.trim());
  const found =
    list === undefined ? usable[0] : usable.find((columns) => columns.map(({ name }) => name).join() === list.join());
  if (found !== undefined) return found.map(({ name, type }) => ({ name, type }));
  throw new Fault(
    "input.unsupported",
    list === undefined
      ? `${table} has no primary key, nor another that is unique and never null`
      : `${table} has no unique index on exactly ${listed(list)}, all never null`,
    {
      help: "batches go along a unique key: add one, concurrently, or name another with --key",
    },
  );
};

const planFor = async (session: RunnerSession, backfill: Backfill, key: string | undefined): Promise<Plan> => {
  const found = jsonRows(await session.rows(tableSql(backfill.path)))[0];
  if (!isObject(found)) throw new Fault("input.invalid", `there is no table ${backfill.path} on the server`);
  const { name, kind, rows, keys } = found;
  const table = typeof name === "string" ? name : "";
  if (kind !== "r" && kind !== "p") throw new Fault("input.unsupported", `${table} is no table`);
  const columns = keyOf(keys, key, table);
  const moved = columns.find((column) => backfill.columns.includes(column.name));
  if (moved !== undefined)
    throw new Fault("input.unsupported", `the statement changes ${moved.name}, along which it would go`, {
      help: "name another unique key with --key",
    });
  const id = sha(`${table}\n${columns.map((one) => one.name).join()}\n${backfill.sql.replace(/\s+/g, " ")}`).slice(
    0,
    32,
  );
  return { id, backfill, table, key: columns, rows: typeof rows === "number" ? Math.max(0, rows) : 0 };
};

interface Stood {
  readonly state: "new" | "running" | "done";
  readonly reached: Key | undefined;
  readonly scanned: number;
  readonly updated: number;
}

const stoodAt = async (session: RunnerSession, id: string): Promise<Stood> => {
  const [there] = await session.rows(hasBook);
  const row = there?.["there"] === "true" ? jsonRows(await session.rows(readSql(id)))[0] : undefined;
  if (!isObject(row)) return { state: "new", reached: undefined, scanned: 0, updated: 0 };
  const { state, reached, scanned, updated } = row;
  return {
    state: state === "done" ? "done" : "running",
    reached: Array.isArray(reached) ? (reached as unknown[]).map(String) : undefined,
    scanned: Number(scanned),
    updated: Number(updated),
  };
};

const makeBook = async (session: RunnerSession): Promise<void> => {
  const [there] = await session.rows(hasBook);
  if (there?.["there"] === "true") return;
  for (const sql of bookSql) await session.rows(sql);
};

const refusedFault = (message: string): Fault => new Fault("input.invalid", `PostgreSQL refuses a batch: ${message}`);

/** The first batch, run and rolled back: what it would do, and how long it takes. */
const tryOne = async (
  session: RunnerSession,
  plan: Plan,
  size: number,
  after: Key | undefined,
  lockTimeoutMs: number,
) => {
  const next = jsonRows(await session.rows(nextKeySql(plan.table, plan.key, after, size)))[0];
  if (!isObject(next) || !Array.isArray(next["key"])) return undefined;
  const sql = batchSql(plan.backfill, plan.key, after, (next["key"] as unknown[]).map(String));
  await session.rows(`begin; set local lock_timeout = ${lockTimeoutMs}`);
  const begin = session.world.nowMs();
  const outcome = await session.run(sql);
  const ms = session.world.nowMs() - begin;
  await session.run("rollback");
  if (outcome.kind === "refused") throw refusedFault(errorWords(outcome.error));
  if (outcome.kind === "lost") throw new Fault("world.database", `the connection was lost: ${outcome.message}`);
  return { sql, ms, scanned: Number(next["count"]), updated: outcome.count };
};

const dryReport = (source: string, plan: Plan, stood: Stood, one: Awaited<ReturnType<typeof tryOne>>): Report => {
  const left = Math.max(0, plan.rows - stood.scanned);
  const batches = one === undefined || one.scanned === 0 ? 0 : Math.ceil(left / one.scanned);
  return {
    command: "db backfill",
    title: source,
    blocks: [
      {
        kind: "text",
        text:
          one === undefined
            ? `${plan.table}: nothing is left to do`
            : `${plan.table}: one batch of ${plural(one.scanned, "row")} updated ${one.updated.toLocaleString("en-US")} in ${milliseconds(one.ms)} and was rolled back; about ${plural(batches, "batch", "batches")} of this size for about ${plural(left, "row")}`,
        tone: "good",
      },
      ...(one === undefined ? [] : [{ kind: "code" as const, language: "sql", text: one.sql }]),
    ],
    findings: [],
    data: {
      target: source,
      dryRun: true,
      table: plan.table,
      key: plan.key.map(({ name }) => name),
      rows: plan.rows,
      sql: one?.sql ?? null,
      batch: one === undefined ? null : { scanned: one.scanned, updated: one.updated, durationMs: Math.round(one.ms) },
    },
  };
};

const runReport = (
  source: string,
  plan: Plan,
  stood: Stood,
  totals: Totals,
  ms: number,
  signal: AbortSignal,
): Report => {
  const { finished, updated, scanned, batches, slowestMs, retries, restedMs } = totals;
  const all = stood.updated + updated;
  return {
    command: "db backfill",
    title: source,
    blocks: [
      {
        kind: "text",
        text: `${plan.table}: ${finished ? "done" : "stopped"}; ${plural(updated, "row")} updated in ${plural(batches, "batch", "batches")}${stood.updated > 0 ? `, ${all.toLocaleString("en-US")} with the runs before` : ""}${finished ? "" : "; run it again to go on"}`,
        tone: finished ? "good" : "warn",
      },
      {
        kind: "table",
        columns: [{ title: "" }, { title: "", align: "right" }],
        rows: [
          ["rows looked at", scanned.toLocaleString("en-US")],
          ["took", milliseconds(ms)],
          ["slowest batch", milliseconds(slowestMs)],
          ["last batch size", totals.size.toLocaleString("en-US")],
          ["attempts that met a lock", retries.toLocaleString("en-US")],
          ["rested for others", milliseconds(restedMs)],
        ],
      },
    ],
    findings: [],
    data: {
      target: source,
      dryRun: false,
      table: plan.table,
      finished,
      updated,
      scanned,
      batches,
      retries,
      durationMs: Math.round(ms),
      slowestMs: Math.round(slowestMs),
      restedMs: Math.round(restedMs),
    },
    ...(finished ? {} : { exit: signal.reason === 143 ? (143 as const) : (130 as const) }),
  };
};

export default command({
  name: "backfill",
  about: "Run one UPDATE of a large table in small batches, throttled and resumable",
  more: [
    "Goes along the primary key (or --key), so that no batch holds locks for longer than --batch-time; the size of batches follows.",
    "Rests while replicas lag or sessions queue for locks. Each batch commits with its progress in the schema senior: killed at any point,",
    "the same command goes on where it was. Every row is looked at once; the statement's own WHERE decides which are changed.",
    "A server that is not on this machine needs --approved-by, which is recorded.",
  ].join("\n"),
  examples: [
    {
      run: 'senior db backfill "UPDATE orders SET total_cents = round(total * 100) WHERE total_cents IS NULL" --dry-run',
      about: "Run one batch on the server of DATABASE_URL, and roll it back",
    },
    {
      run: "senior db backfill backfills/total_cents.sql --batch-time 100ms --max-lag 2s",
      about: "From a file, gently",
    },
  ],
  positionals: {
    statement: text("The UPDATE statement, or a file that holds it", { value: "UPDATE|FILE", required: true }),
  },
  flags: {
    ...connectionFlags,
    key: text("The columns to go along, those of a unique index", { value: "COLUMN,…" }),
    batch: integer("How many rows the first batch looks at", { min: 1, max: 1_000_000, default: 1000 }),
    maxBatch: integer("How many a batch may look at at most", { min: 1, max: 10_000_000, default: 50_000 }),
    batchTime: duration("How long a batch should take", { min: 1, default: 200 }),
    pause: duration("How long to rest after each batch", { min: 0, default: 20 }),
    maxLag: duration("Rest while a replica is further behind", { min: 0, default: 5000 }),
    maxWaiting: integer("Rest while more sessions wait for locks", { min: 0, default: 5 }),
    lockTimeout: duration("How long a batch waits for a row that others hold; then it is tried again, smaller", {
      min: 1,
      default: 1000,
    }),
    dryRun: flag("Run one batch and roll it back"),
    restart: flag("Begin anew, though it is done or was begun before"),
    ...approvalFlags,
    reconnect: runnerFlags.reconnect,
  },
  graceful: true,
  async run({ args, io, registry }) {
    const isFile = (await io.files.kind(args.statement)) === "file";
    const file = isFile
      ? { path: args.statement, text: await io.files.readText(args.statement) }
      : { path: "the statement", text: args.statement };
    const backfill = readBackfill(file, await loadSqlParser());
    const target = await targetFrom(io, args, "backfill");
    const approvedBy = await approvalsFor(io, registry, target, args);
    const source = targetText(target);
    io.terminal.progress(`connecting to ${source}`);
    const session = await openSession(io, target, { wait: 0, reconnect: args.reconnect }, lockOf(sha(backfill.sql)));
    try {
      const plan = await planFor(session, backfill, args.key);
      const begun = await stoodAt(session, plan.id);
      const stood: Stood = args.restart ? { state: "new", reached: undefined, scanned: 0, updated: 0 } : begun;
      if (args.dryRun)
        return dryReport(source, plan, stood, await tryOne(session, plan, args.batch, stood.reached, args.lockTimeout));
      if (stood.state === "done")
        throw new Fault(
          "guard.history",
          `this backfill of ${plan.table} is done already: ${plural(stood.updated, "row")} updated`,
          { help: "run it once more with --restart" },
        );
      await makeBook(session);
      if (args.restart) await session.rows(forgetSql(plan.id));
      await session.rows(startSql(plan.id, backfill.sql, plan.table, approvedBy));
      const pace: Pace = {
        targetMs: args.batchTime,
        least: Math.min(50, args.maxBatch),
        most: args.maxBatch,
        lockTimeoutMs: args.lockTimeout,
        pauseMs: args.pause,
        maxLagMs: args.maxLag,
        maxWaiting: args.maxWaiting,
      };
      const begin = session.world.nowMs();
      const totals = await new BackfillRun(session, plan, pace, Math.min(args.batch, args.maxBatch), stood).run();
      if (totals.finished) await session.rows(doneSql(plan.id));
      return runReport(source, plan, stood, totals, session.world.nowMs() - begin, io.signal);
    } finally {
      await session.close();
      io.terminal.clear();
    }
  },
});
