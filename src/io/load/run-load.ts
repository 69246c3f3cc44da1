// Runs load plans in worker threads: watches their tallies from outside, passes on the interrupt, returns what happened.
import { Control } from "../../load/control.ts";
import { Tally, tallyBytes } from "../../load/tally.ts";
import type { LoadPlan } from "../../load/plan.ts";
import { startWorker } from "../workers.ts";
import { together } from "./ends.ts";
import type { EngineEnd } from "./engine.ts";
import type { WorkerOrder, WorkerReply } from "./worker.ts";

export interface LoadRun {
  readonly tally: Tally;
  readonly end: EngineEnd;
  /** When the run began, by the wall clock. */
  readonly startedAt: Date;
}

export interface Watch {
  /** Aborting it ends the run early, with everything measured until then. */
  readonly signal: AbortSignal;
  now(): Date;
  /** Called a few times a second with the tally as it stands; it goes on changing. */
  onProgress?(tally: Tally): void;
  readonly progressMs?: number;
}

/** Workers that run one plan after the other, until they are disposed of. */
export interface LoadRunner extends Disposable {
  run(plan: LoadPlan): Promise<LoadRun>;
}

const replyOf = (worker: Worker, order: WorkerOrder): Promise<EngineEnd> => {
  const { promise, resolve, reject } = Promise.withResolvers<EngineEnd>();
  // A worker that ends without a word must not leave its host waiting.
  const closed = (): void => reject(new Error("the load worker ended before its run did"));
  worker.onmessage = ({ data }: MessageEvent<WorkerReply>) => {
    if (data.kind === "end") resolve(data.end);
    else reject(new Error(data.message));
  };
  worker.onerror = (event) => reject(new Error(`the load worker failed: ${event.message}`));
  worker.addEventListener("close", closed);
  worker.postMessage(order);
  return promise.finally(() => worker.removeEventListener("close", closed));
};

/** Connections for each thread, as even as they go. */
const connectionsOf = ({ concurrency }: LoadPlan, threads: number): readonly number[] =>
  Array.from({ length: threads }, (_, i) => Math.floor(concurrency / threads) + (i < concurrency % threads ? 1 : 0));

/** More threads than connections would have nothing to do. */
const threadsOf = ({ workers = 1, concurrency }: LoadPlan): number => Math.max(1, Math.min(workers, concurrency));

/** The tallies of all threads as one. */
const sum = (tallies: readonly Tally[]): Tally =>
  tallies.slice(1).reduce((total, tally) => total.add(tally), tallies[0]?.copy() ?? new Tally());

const runIn = async (workers: readonly Worker[], plan: LoadPlan, watch: Watch): Promise<LoadRun> => {
  const control = new Control();
  const orders = connectionsOf(plan, workers.length).map((concurrency): WorkerOrder => ({
    plan: { ...plan, concurrency, workers: workers.length },
    tally: new SharedArrayBuffer(tallyBytes),
    control: control.buffer,
  }));
  const tallies = orders.map(({ tally }) => new Tally(tally));
  const interrupt = (): void => control.stop();
  const startedAt = watch.now();
  const [only] = tallies;
  // What is only looked at need not be copied.
  const progress = (): void => watch.onProgress?.(only !== undefined && tallies.length === 1 ? only : sum(tallies));
  const timer = setInterval(progress, watch.progressMs ?? 250);
  watch.signal.addEventListener("abort", interrupt);
  if (watch.signal.aborted) interrupt();
  try {
    const replies = workers.flatMap((worker, i) => {
      const order = orders[i];
      return order === undefined ? [] : [replyOf(worker, order)];
    });
    const ends = await Promise.all(replies);
    return { tally: sum(tallies), end: together(ends), startedAt };
  } finally {
    clearInterval(timer);
    watch.signal.removeEventListener("abort", interrupt);
  }
};

export const startLoadRunner = (watch: Watch): LoadRunner => {
  const workers: Worker[] = [];
  return {
    run(plan) {
      const threads = threadsOf(plan);
      while (workers.length < threads) workers.push(startWorker("load"));
      return runIn(workers.slice(0, threads), plan, watch);
    },
    [Symbol.dispose]: () => {
      for (const worker of workers) worker.terminate();
    },
  };
};

export const runLoad = async (plan: LoadPlan, watch: Watch): Promise<LoadRun> => {
  using runner = startLoadRunner(watch);
  return await runner.run(plan);
};
