// A real server as a shadow sees it: statements one by one, rows of one text column, an end when a statement takes too long.
import { Fault } from "../../kernel/fault.ts";
import type { Connection } from "../../pg/migrations/server.ts";
import { lateFault, watch } from "../embedded/deadline.ts";
import type { EmbeddedOptions, SqlServer } from "../embedded/server.ts";
import { refusal } from "../embedded/run-schema.ts";

const lostFault = (message: string): Fault =>
  new Fault("world.database", `the shadow's connection was lost: ${message}`, {
    help: "look into the server's log; what it ran was undone with the connection",
  });

/** `end` makes the server end this connection's process, whatever that does. */
export const sqlServerOn = (
  connection: Connection,
  end: () => Promise<void>,
  { deadlineMs, signal }: EmbeddedOptions,
): SqlServer => {
  let begun = 0;
  let reason: Error | undefined;
  const stop = (why: Error): void => {
    if (reason !== undefined) return;
    reason = why;
    void end();
  };
  /** Does something in time; a lost connection is the fault of whoever ended it. */
  const timed = async <T>(statements: number, work: () => Promise<T>): Promise<T> => {
    const interrupt = (): void => stop(new Error("interrupted"));
    if (signal.aborted) interrupt();
    if (reason !== undefined) throw reason;
    signal.addEventListener("abort", interrupt, { once: true });
    begun = 0;
    const unwatch = watch(
      { deadlineMs, statements },
      () => begun,
      (afterMs) => stop(lateFault(afterMs, "the shadow")),
    );
    try {
      return await work();
    } finally {
      unwatch();
      signal.removeEventListener("abort", interrupt);
    }
  };
  const run: SqlServer["run"] = (statements) =>
    timed(statements.length, async () => {
      for (const [at, sql] of statements.entries()) {
        begun = at;
        const outcome = await connection.run(sql);
        if (outcome.kind === "refused") return { done: at, error: outcome.error };
        if (outcome.kind === "lost") throw reason ?? lostFault(outcome.message);
      }
      return { done: statements.length };
    });
  return {
    kind: "server",
    extend: () => Promise.resolve(),
    run,
    trace: async (statement) => {
      const { error } = await run([statement]);
      return { notices: [], ...(error === undefined ? {} : { error }) };
    },
    rows: (sql) =>
      timed(1, async () => {
        const outcome = await connection.run(sql);
        if (outcome.kind === "done") return outcome.rows.map((row) => String(Object.values(row)[0]));
        if (outcome.kind === "lost") throw reason ?? lostFault(outcome.message);
        throw new Fault("world.database", refusal(outcome.error));
      }),
    begun: () => begun,
  };
};
