// Limits of this machine that a load run can hit: at the descriptor limit, connecting fails as if the server refused.
import { readFile, readdir } from "node:fs/promises";
import { Fault } from "../../kernel/fault.ts";
import { plural } from "../../kernel/words.ts";

/** What a thread of the run opens for itself, and what the program opens on the way to its report. */
const perThread = 8;
const spare = 8;

/** The soft limit of open files; undefined where it cannot be read. */
const descriptorLimit = async (): Promise<number | undefined> => {
  try {
    const limits = await readFile("/proc/self/limits", "utf8");
    const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
};

const openNow = async (): Promise<number> => {
  try {
    return (await readdir("/proc/self/fd")).length;
  } catch {
    return 16;
  }
};

/** Refuses more connections than can be opened from here. */
export const refuseShortage = async (connections: number, threads: number): Promise<void> => {
  const limit = await descriptorLimit();
  const needed = connections + threads * perThread + (await openNow()) + spare;
  if (limit === undefined || needed <= limit) return;
  throw new Fault(
    "world.missing",
    `${plural(connections, "connection")} need ${needed} open files, and this process may have ${limit}`,
    { help: `raise the limit first (ulimit -n ${needed}), or use fewer connections` },
  );
};
