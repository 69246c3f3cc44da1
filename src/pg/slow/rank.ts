// The statements that cost most: ranked by their share in the time of all, with what each call reads, returns and spills.
import type { Workload, WorkloadStatement } from "../workload/model.ts";

export interface Slow {
  readonly statement: WorkloadStatement;
  readonly totalMs: number;
  readonly meanMs: number;
  /** Of the time of all statements. */
  readonly share: number;
  readonly rowsPerCall?: number;
  /** Blocks that were not in the cache, of those it wanted. */
  readonly missShare?: number;
  /** Bytes read past the cache, and written to temporary files, by one call. */
  readonly readPerCall?: number;
  readonly spillPerCall?: number;
}

const block = 8192;

const slowOf = (statement: WorkloadStatement, all: number): Slow => {
  const { totalMs = 0, calls, rows, sharedHit, sharedRead, tempWritten } = statement;
  const wanted = (sharedHit ?? 0) + (sharedRead ?? 0);
  return {
    statement,
    totalMs,
    meanMs: calls === 0 ? 0 : totalMs / calls,
    share: all === 0 ? 0 : totalMs / all,
    ...(rows === undefined || calls === 0 ? {} : { rowsPerCall: rows / calls }),
    ...(sharedRead === undefined || wanted === 0 ? {} : { missShare: sharedRead / wanted }),
    ...(sharedRead === undefined || calls === 0 ? {} : { readPerCall: (sharedRead * block) / calls }),
    ...(tempWritten === undefined || calls === 0 ? {} : { spillPerCall: (tempWritten * block) / calls }),
  };
};

/** What a monitor or we ourselves ask of the server's own views is nobody's workload. */
const isOwn = ({ text }: WorkloadStatement): boolean =>
  /\bpg_(stat_|catalog\.|class\b|locks\b|settings\b)|\bq\.is_called then q\.last_value\b|^select current_setting\(/i.test(
    text,
  );

/** The costliest first, down to a share of the time; without times there is nothing to rank. */
export const rankSlow = ({ statements }: Workload, most: number, leastShare = 0): readonly Slow[] => {
  const timed = statements.filter(
    (one) => one.totalMs !== undefined && one.topLevel && one.verb !== "other" && !isOwn(one),
  );
  const all = timed.reduce((sum, { totalMs = 0 }) => sum + totalMs, 0);
  return timed
    .map((one) => slowOf(one, all))
    .filter(({ share }) => share >= leastShare)
    .sort((a, b) => b.totalMs - a.totalMs || (a.statement.text < b.statement.text ? -1 : 1))
    .slice(0, most);
};
