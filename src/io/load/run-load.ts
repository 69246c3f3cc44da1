// Runs load plans in a worker thread: watches their tallies from outside, passes on the interrupt, returns what happened.
import { Tally, tallyBytes } from "../../load/tally.ts";
import type { LoadPlan } from "../../load/plan.ts";
import { startWorker } from "../workers.ts";
import type { EngineEnd } from "./socket-engine.ts";
import type { WorkerOrder, WorkerReply } from "./worker.ts";

export interface LoadRun {
  readonly tally: Tally;
  readonly end: EngineEnd;
  /** When the run began and ended, by the wall clock. */
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

/** A worker that runs one plan after the other, until it is disposed of. */
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

const runIn = async (worker: Worker, plan: LoadPlan, watch: Watch): Promise<LoadRun> => {
  const order: WorkerOrder = {
    plan,
    tally: new SharedArrayBuffer(tallyBytes),
    stop: new SharedArrayBuffer(4),
  };
  const tally = new Tally(order.tally);
  const interrupt = (): void => {
    Atomics.store(new Int32Array(order.stop), 0, 1);
  };
  const startedAt = watch.now();
  const timer = setInterval(() => watch.onProgress?.(tally), watch.progressMs ?? 250);
  watch.signal.addEventListener("abort", interrupt);
  if (watch.signal.aborted) interrupt();
  try {
    const end = await replyOf(worker, order);
    return { tally: tally.copy(), end, startedAt };
  } finally {
    clearInterval(timer);
    watch.signal.removeEventListener("abort", interrupt);
  }
};

export const startLoadRunner = (watch: Watch): LoadRunner => {
  const worker = startWorker("load");
  return {
    run: (plan) => runIn(worker, plan, watch),
    [Symbol.dispose]: () => worker.terminate(),
  };
};

export const runLoad = async (plan: LoadPlan, watch: Watch): Promise<LoadRun> => {
  using runner = startLoadRunner(watch);
  return await runner.run(plan);
};
