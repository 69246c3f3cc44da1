// A statement outside of any transaction before and after it runs: what an attempt that was not seen to end has left, and tidying up.
import { Fault } from "../../kernel/fault.ts";
import { placeIn } from "../prepare.ts";
import type { Statement } from "../tree.ts";
import { eventSql } from "./history.ts";
import type { Job } from "./job.ts";
import { statementTitle } from "./job.ts";
import type { Inquiry } from "./recover.ts";
import { leftoversOf, recoveryOf } from "./recover.ts";
import { errorWords } from "./server.ts";
import type { RunnerSession } from "./session.ts";

export interface Lone {
  readonly session: RunnerSession;
  readonly job: Job;
  readonly statement: Statement;
  /** An attempt began, and nobody saw its end. */
  readonly begun: boolean;
  /** What a person says became of it. */
  readonly resume?: "again" | "done";
}

const version = ({ job }: Lone): string => job.claim.version;

const busyFault = ({ job, statement }: Lone): Fault =>
  new Fault("guard.lock", `another session is building this index: ${statementTitle(job.way, statement)}`, {
    help: "wait until it has ended, then run this again",
  });

const decided = ({ job: { way, claim }, statement, resume }: Lone): boolean => {
  if (resume !== undefined) return resume === "done";
  throw new Fault(
    "guard.lock",
    `migration ${claim.version} was interrupted inside a statement that leaves no trace by which to tell whether it ran:\n  ${statementTitle(way, statement, 200)}`,
    {
      at: placeIn(way.file, statement.start),
      help: "look at the database, then say --resume done (it ran) or --resume again (run it once more)",
    },
  );
};

const dropLeftovers = async (lone: Lone): Promise<void> => {
  const { session, statement, begun } = lone;
  if (statement.kind !== "ReindexStmt" || !begun) return;
  const found = (await session.rows(leftoversOf))[0]?.["leftovers"] ?? "";
  for (const index of found.split("\n").filter((one) => one !== "")) {
    session.world.note(`${version(lone)}: dropping ${index}, which an interrupted rebuild left`);
    await session.watched(`drop index concurrently if exists ${index}`, `${version(lone)}: dropping ${index}`);
  }
};

/** False when the connection was lost meanwhile. */
const repaired = async (lone: Lone, { repair }: Inquiry): Promise<boolean> => {
  const { session } = lone;
  for (const sql of repair) {
    session.world.note(`${version(lone)}: finishing what an interrupted attempt left: ${sql}`);
    const { outcome } = await session.watched(sql, `${version(lone)}: ${sql}`);
    if (outcome.kind === "refused") throw new Fault("world.database", errorWords(outcome.error));
    if (outcome.kind === "lost") return false;
  }
  const told = await session.run(eventSql({ event: "recovered", version: version(lone), message: repair.join("; ") }));
  if (told.kind === "lost") throw new Fault("world.database", `the connection was lost: ${told.message}`);
  return true;
};

/** Tidies up what a build left behind. True when the statement's work is there already, from an attempt that was not seen to end. */
export const isIn = async (lone: Lone): Promise<boolean> => {
  const { session, statement, begun } = lone;
  const recovery = recoveryOf(statement);
  if (recovery === "repeat") {
    await dropLeftovers(lone);
    return false;
  }
  if (recovery === "unknown") return begun && decided(lone);
  const state = (await session.rows(recovery.ask))[0]?.["state"];
  if (state === "busy") throw busyFault(lone);
  if (state === "broken") return (await repaired(lone, recovery)) && recovery.then === "done";
  return state === "done" && begun;
};

/** A refused build leaves an INVALID index, which costs every write and serves no read. */
export const dropBroken = async (lone: Lone): Promise<void> => {
  const { session, statement } = lone;
  const recovery = recoveryOf(statement);
  if (typeof recovery === "string" || recovery.then === "done") return;
  const state = await session.run(recovery.ask);
  if (state.kind !== "done" || state.rows[0]?.["state"] !== "broken") return;
  for (const sql of recovery.repair) await session.watched(sql, `${version(lone)}: ${sql}`);
  session.world.note(`${version(lone)}: dropped the INVALID index that the failed build left`);
};
