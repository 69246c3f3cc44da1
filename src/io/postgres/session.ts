// A reading session on a real server: one read-only transaction over one snapshot, with timeouts, and clear Faults.
import postgres from "postgres";
import { Fault } from "../../kernel/fault.ts";
import { milliseconds } from "../../kernel/words.ts";
import type { Target } from "../../pg/connection.ts";
import { targetText } from "../../pg/connection.ts";
import { quoteText } from "../../pg/quote.ts";
import type { Ask } from "../../pg/read-catalog.ts";
import { codeOf, connectAny, helps, systemWords, wordsOf } from "./connect.ts";

export interface SessionOptions {
  /** Of one statement. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
}

/** Waiting for a lock makes others wait behind us: better to give up. */
const lockTimeoutMs = 2000;

const settings = ({ deadlineMs }: SessionOptions): string =>
  [
    `set local statement_timeout = ${Math.max(1, Math.round(deadlineMs))}`,
    `set local lock_timeout = ${lockTimeoutMs}`,
    "set local default_transaction_read_only = on",
    "set local search_path = ''",
    // Compiling the queries takes far longer than running them.
    "set local jit = off",
    "set local standard_conforming_strings = on",
    `set local application_name = ${quoteText("senior")}`,
  ].join("; ");

const queryFault = (target: Target, error: unknown, { deadlineMs }: SessionOptions): unknown => {
  const code = codeOf(error);
  if (!(error instanceof postgres.PostgresError) && systemWords[code] === undefined) return error;
  const words = code === "57014" ? `a query took longer than ${milliseconds(deadlineMs)}` : wordsOf(error);
  const help = code === "57014" ? "raise it with --deadline" : helps[code];
  return new Fault("world.database", `reading ${targetText(target)} failed: ${words}`, {
    ...(help === undefined ? {} : { help }),
    cause: error,
  });
};

/** The driver parses JSON (EXPLAIN's answer): it goes on as text. */
const firstColumn = (rows: readonly Record<string, unknown>[]): readonly string[] =>
  rows.map((row) => {
    const [value] = Object.values(row);
    return typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
  });

/** Asks behind a savepoint and goes back to it: the transaction survives a refusal, and locks are given back at once. */
const attemptIn = async (transaction: postgres.TransactionSql, sql: string): Promise<readonly string[]> => {
  let answer: readonly string[] | undefined;
  try {
    await transaction.savepoint(async (inner) => {
      answer = firstColumn(await inner.unsafe<Record<string, unknown>[]>(sql));
      throw new Error("back to the savepoint");
    });
  } catch (error) {
    if (answer === undefined) throw error;
  }
  return answer ?? [];
};

/**
 * Connects, does `work` inside one read-only transaction with one snapshot, and closes the connection. A query that `ask` runs must
 * succeed; one that `attempt` runs may be refused (no right, no such view, a timeout): the next one is answered all the same.
 */
export const withSession = async <T>(
  target: Target,
  options: SessionOptions,
  work: (ask: Ask, attempt: Ask) => Promise<T>,
): Promise<T> => {
  const client = await connectAny(target);
  const stop = (): void => void client.end({ timeout: 0 });
  options.signal.addEventListener("abort", stop, { once: true });
  try {
    return await (client.begin("isolation level repeatable read read only", async (transaction) => {
      await transaction.unsafe(settings(options));
      return work(
        async (sql) => firstColumn(await transaction.unsafe<Record<string, unknown>[]>(sql)),
        (sql) => attemptIn(transaction, sql),
      );
    }) as Promise<T>);
  } catch (error) {
    throw queryFault(target, error, options);
  } finally {
    options.signal.removeEventListener("abort", stop);
    await client.end({ timeout: 1 });
  }
};
