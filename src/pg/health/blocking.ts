// Who waits for whom, as trees: at the root whoever waits for nobody.
import type { Activity, Session, Wait } from "./activity.ts";

export interface Blocker {
  readonly pid: number;
  /** Absent for a prepared transaction (process 0), and for a session that is gone by now. */
  readonly session?: Session;
  /** What it waits for itself; absent at the root. */
  readonly wait?: Wait;
  readonly blocks: readonly Blocker[];
}

/** How many sessions wait below it, each counted once. */
export const blockedCount = ({ blocks }: Blocker): number => {
  const seen = new Set<number>();
  const visit = (one: Blocker): void => {
    seen.add(one.pid);
    one.blocks.forEach(visit);
  };
  blocks.forEach(visit);
  return seen.size;
};

/** Sessions that wait for several stand below each of them. A circle is what the server will break as a deadlock: it begins anywhere. */
export const blockingTrees = ({ sessions, waits }: Pick<Activity, "sessions" | "waits">): readonly Blocker[] => {
  const byPid = new Map(sessions.map((session) => [session.pid, session]));
  const waitOf = new Map(waits.map((wait) => [wait.pid, wait]));
  const waiting = sessions.filter(({ blockedBy }) => blockedBy.length > 0);
  const treeOf = (pid: number, above: ReadonlySet<number>): Blocker => {
    const [session, wait] = [byPid.get(pid), waitOf.get(pid)];
    const below = new Set([...above, pid]);
    return {
      pid,
      ...(session === undefined ? {} : { session }),
      ...(wait === undefined ? {} : { wait }),
      blocks: waiting
        .filter((one) => one.blockedBy.includes(pid) && !below.has(one.pid))
        .map((one) => treeOf(one.pid, below)),
    };
  };
  const blockers = new Set(waiting.flatMap(({ blockedBy }) => blockedBy));
  const isWaiting = (pid: number): boolean => (byPid.get(pid)?.blockedBy.length ?? 0) > 0;
  const roots = [...blockers].filter((pid) => !isWaiting(pid));
  const reached = new Set<number>();
  const visit = (one: Blocker): void => {
    reached.add(one.pid);
    one.blocks.forEach(visit);
  };
  const trees = roots.map((pid) => treeOf(pid, new Set()));
  trees.forEach(visit);
  for (const { pid } of waiting) {
    if (reached.has(pid)) continue;
    const tree = treeOf(pid, new Set());
    visit(tree);
    trees.push(tree);
  }
  return trees.sort((a, b) => blockedCount(b) - blockedCount(a) || a.pid - b.pid);
};
