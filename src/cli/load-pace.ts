// When requests come due and how many threads send them, from the flags of `senior load`.
import { Fault } from "../kernel/fault.ts";
import type { LoadPlan, Pace } from "../load/plan.ts";
import { caps } from "../load/plan.ts";
import type { LoadArgs } from "./load-flags.ts";

type Asked = Pick<LoadArgs, "rate" | "stage" | "duration" | "requests" | "warmup" | "concurrency" | "workers">;

/** One thread sends so much with room to spare; more is shared out. */
const perThread = { rate: 50_000, connections: 2500 } as const;

const wrong = (message: string, help: string): Fault => new Fault("usage.bad-value", message, { help });

const refuseMixture = ({ stage, duration, rate }: Asked): void => {
  if (stage.length === 0) return;
  if (duration !== undefined) {
    throw wrong("--duration does not go with --stage", "each stage says how long it takes");
  }
  if (stage.every((one) => one.durationMs === 0)) throw wrong("the stages take no time", "give one such as 30s:100");
  if ((rate ?? 0) === 0 && stage.every((one) => one.rate === 0)) {
    throw wrong("nothing would come due: every stage ends at 0", "give a --stage with a rate, such as 30s:100");
  }
};

const paceOf = ({ rate, stage }: Asked): Pace => {
  if (stage.length > 0) return { kind: "open", rate: rate ?? 0, stages: stage };
  return rate === undefined ? { kind: "closed" } : { kind: "open", rate };
};

const durationOf = ({ duration, requests, stage }: Asked): number =>
  stage.length > 0
    ? stage.reduce((sum, { durationMs }) => sum + durationMs, 0)
    : (duration ?? (requests === undefined ? 10_000 : caps.durationMs));

/** As many threads as the load needs, and no more than processors: threads that share one only get in each other's way. */
const workersOf = ({ workers, rate = 0, stage, concurrency }: Asked, processors: number): number => {
  const peak = Math.max(rate, ...stage.map((one) => one.rate));
  const needed = Math.max(Math.ceil(peak / perThread.rate), Math.ceil(concurrency / perThread.connections));
  return Math.min(concurrency, workers ?? Math.max(1, Math.min(needed, processors)));
};

export type PlannedPace = Pick<LoadPlan, "pace" | "durationMs" | "warmupMs" | "requests" | "concurrency" | "workers">;

export const planPace = (asked: Asked, processors: number): PlannedPace => {
  refuseMixture(asked);
  return {
    pace: paceOf(asked),
    concurrency: asked.concurrency,
    durationMs: durationOf(asked),
    warmupMs: asked.warmup,
    workers: workersOf(asked, processors),
    ...(asked.requests === undefined ? {} : { requests: asked.requests }),
  };
};
