// Looks at a server's statement counters, once or several times some seconds apart; between looks no connection is held.
import type { Target } from "../../pg/connection.ts";
import type { ParseSql } from "../../pg/tree.ts";
import type { Workload } from "../../pg/workload/model.ts";
import { readStatements } from "../../pg/workload/read-statements.ts";
import type { Look } from "../../pg/workload/windows.ts";
import { withWindows } from "../../pg/workload/windows.ts";
import { pause } from "../pause.ts";
import type { SessionOptions } from "./session.ts";
import { withSession } from "./session.ts";

export interface Watch {
  readonly windows: number;
  readonly windowMs: number;
}

/** A workload with a window for every two looks; without `watch`, one look and no windows. */
export const watchStatements = async (
  target: Target,
  options: SessionOptions,
  parse: ParseSql,
  watch: Watch | undefined,
  progress: (line: string) => void,
): Promise<Workload> => {
  const look = async (): Promise<Look> => ({
    workload: await withSession(target, options, (ask) => readStatements(ask, parse)),
    atMs: performance.now(),
  });
  const looks = [await look()];
  const [first] = looks;
  if (watch === undefined || first === undefined || first.workload.statements.length === 0) {
    return first?.workload ?? (await look()).workload;
  }
  for (let n = 1; n <= watch.windows; n++) {
    progress(`watching statements: window ${n} of ${watch.windows}`);
    await pause(watch.windowMs, options.signal);
    if (options.signal.aborted) break;
    looks.push(await look());
  }
  return withWindows(looks) ?? first.workload;
};
