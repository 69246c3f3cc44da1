// A pooler in transaction mode is told from one process for each session, whichever way it hands its processes out.
import { expect, test } from "bun:test";
import { refusePooled } from "./pooler.ts";
import type { Connection, Outcome, World } from "./server.ts";

type Order = "last" | "first" | "session";

/** Processes of a pool: a transaction takes one and puts it back; a session keeps its own. */
const pool = (order: Order, isDirect = false) => {
  const idle: string[] = [];
  let made = 0;
  const connect = (): Connection => {
    let held = order === "session" ? String(++made) : undefined;
    let inTransaction = false;
    const take = (): string => (held ??= (order === "last" ? idle.pop() : idle.shift()) ?? String(++made));
    const release = (): void => {
      if (held !== undefined && order !== "session") idle.push(held);
      if (order !== "session") held = undefined;
    };
    const run = (sql: string): Promise<Outcome> => {
      const pid = take();
      if (sql === "begin") inTransaction = true;
      if (sql === "commit") inTransaction = false;
      if (!inTransaction) release();
      return Promise.resolve({ kind: "done", rows: [{ pid }], count: 1 });
    };
    return { run, pid: 1, isDirect, close: () => Promise.resolve() };
  };
  const world: World = {
    connect: () => Promise.resolve(connect()),
    sleep: () => new Promise(() => undefined),
    random: () => 0,
    nowMs: () => 0,
    progress: () => undefined,
    note: () => undefined,
    signal: new AbortController().signal,
  };
  return refusePooled(connect(), world);
};

test("a pool that gives the process put back last, or first, is refused; a session of its own is not", async () => {
  const refused = (pooled: Promise<void>): Promise<boolean> =>
    pooled.then(
      () => false,
      (error: unknown) => String(error).includes("a pooler in transaction mode"),
    );
  expect(await refused(pool("last"))).toBe(true);
  expect(await refused(pool("first"))).toBe(true);
  expect(await refused(pool("session"))).toBe(false);
  expect(await refused(pool("last", true))).toBe(false);
});
