// `--shard` and `--start-at`: this machine's part of a load that several send together, from one moment on.
import { Fault } from "../kernel/fault.ts";
import type { Io } from "../io/io.ts";
import { waitUntil } from "../io/load/wait.ts";
import { milliseconds } from "../kernel/words.ts";
import type { LoadPlan, Share } from "../load/plan.ts";
import { missedBefore } from "../load/schedule.ts";
import { partOf, shardOf } from "../load/shard.ts";
import type { Shard } from "../load/summary.ts";
import type { Threshold } from "../load/threshold.ts";
import { duration, text } from "./flags.ts";

export const shardFlags = {
  shard: text("Send only this machine's part of the load: 2/4, or auto; the parts are put together by load merge", {
    value: "I/N|auto",
  }),
  startAt: text("Begin at this time: 2026-01-31T12:00:00Z, seconds since 1970, or +30s from now", { value: "TIME" }),
} as const;

export interface Divided {
  readonly plan: LoadPlan;
  /** For the result; undefined for a run that is a whole by itself. */
  readonly shard: Shard | undefined;
}

interface Asked {
  readonly shard: string | undefined;
  readonly startAt: string | undefined;
}

const startOf = (given: string, now: Date): Date => {
  if (given.startsWith("+")) {
    return new Date(now.getTime() + (duration("").read([given.slice(1)], "--start-at") ?? 0));
  }
  const time = new Date(/^\d{9,11}$/.test(given) ? Number(given) * 1000 : given);
  if (!Number.isNaN(time.getTime()) && (/^\d{9,11}$/.test(given) || /^\d{4}-\d\d-\d\dT/.test(given))) return time;
  throw new Fault(
    "usage.bad-value",
    `--start-at got "${given}", expected a time such as 2026-01-31T12:00:00Z, seconds since 1970, or +30s`,
  );
};

/** Read before anything is reached: mistakes are told at once. */
export const readShare = ({ shard }: Asked, { env }: Io, concurrency: number): Share | undefined => {
  if (shard === undefined) return undefined;
  const share = shardOf(shard, env);
  if (partOf(concurrency, share) > 0) return share;
  throw new Fault("usage.bad-value", `${concurrency} connections cannot be divided among ${share.of} shards`, {
    help: `--concurrency is that of all shards together: give at least ${share.of}`,
  });
};

/** Less than this is how long it takes to begin. */
const punctualMs = 100;

/** Waits for the start; how much of the time is over when it comes back. */
const lateness = async (io: Io, start: Date | undefined, warmupMs: number): Promise<number> => {
  if (start === undefined) return 0;
  const begin = new Date(start.getTime() - warmupMs);
  await waitUntil(begin, {
    signal: io.signal,
    now: () => io.now(),
    show: (leftMs) => io.terminal.progress(`starts in ${milliseconds(leftMs)}`),
  });
  const lateMs = io.now().getTime() - begin.getTime();
  return lateMs > punctualMs ? lateMs : 0;
};

/** Waits for the common start, and takes this machine's part of the plan from there. */
export const divide = async (
  io: Io,
  plan: LoadPlan,
  share: Share | undefined,
  asked: Asked,
  limits: readonly Threshold[],
): Promise<Divided> => {
  const start = asked.startAt === undefined ? undefined : startOf(asked.startAt, io.now());
  const lateMs = await lateness(io, start, plan.warmupMs ?? 0);
  if (lateMs >= plan.durationMs) {
    throw new Fault("usage.bad-value", `--start-at was ${milliseconds(lateMs)} ago: the load is over`, {
      help: "give a time to come, late enough for every machine to be ready",
    });
  }
  const mine = share ?? { index: 0, of: 1 };
  const concurrency = partOf(plan.concurrency, mine);
  const missed = missedBefore({ ...plan, share: mine }, lateMs);
  const divided = { ...plan, share: mine, concurrency, skipMs: lateMs, durationMs: plan.durationMs - lateMs };
  if (share === undefined) return { plan: divided, shard: undefined };
  return {
    plan: divided,
    shard: {
      number: share.index + 1,
      of: share.of,
      concurrency,
      startAt: start?.toISOString() ?? null,
      lateMs,
      missed,
      limits: limits.map(({ text: limit }) => limit),
    },
  };
};
