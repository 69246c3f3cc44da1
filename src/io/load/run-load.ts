// Runs a load plan in a worker thread: watches its tally from outside, passes on the interrupt, returns what happened.
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

const replyOf = (worker: Worker, order: WorkerOrder): Promise<EngineEnd> =>
  new Promise((resolve, reject) => {
    worker.onmessage = ({ data }: MessageEvent<WorkerReply>) => {
      if (data.kind === "end") resolve(data.end);
      else reject(new Error(data.message));
    };
    worker.onerror = (event) => reject(new Error(`the load worker failed: ${event.message}`));
    // A worker that ends without a word must not leave its host waiting.
    worker.addEventListener("close", () => reject(new Error("the load worker ended before its run did")));
    worker.postMessage(order);
  });

export const runLoad = async (plan: LoadPlan, watch: Watch): Promise<LoadRun> => {
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
  const worker = startWorker("load");
  const timer = setInterval(() => watch.onProgress?.(tally), watch.progressMs ?? 250);
  watch.signal.addEventListener("abort", interrupt);
  if (watch.signal.aborted) interrupt();
  try {
    const end = await replyOf(worker, order);
    return { tally: tally.copy(), end, startedAt };
  } finally {
    clearInterval(timer);
    watch.signal.removeEventListener("abort", interrupt);
    worker.terminate();
  }
};
