// The load worker: runs one plan with the socket engine, away from the thread that draws progress, and reports its end.
import { Tally } from "../../load/tally.ts";
import type { LoadPlan } from "../../load/plan.ts";
import type { EngineEnd } from "./socket-engine.ts";
import { runSocketEngine } from "./socket-engine.ts";

declare const self: Worker;

export interface WorkerOrder {
  readonly plan: LoadPlan;
  /** `tallyBytes` long; written by the worker, read by its host at any time. */
  readonly tally: SharedArrayBuffer;
  /** One 32-bit word: anything but 0 asks the run to stop. */
  readonly stop: SharedArrayBuffer;
}

export type WorkerReply =
  { readonly kind: "end"; readonly end: EngineEnd } | { readonly kind: "broken"; readonly message: string };

const run = async ({ plan, tally, stop }: WorkerOrder): Promise<WorkerReply> => {
  try {
    const flag = new Int32Array(stop);
    const end = await runSocketEngine(plan, new Tally(tally), () => Atomics.load(flag, 0) !== 0);
    return { kind: "end", end };
  } catch (error) {
    return { kind: "broken", message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
};

self.onmessage = (event: MessageEvent<WorkerOrder>) => {
  void run(event.data).then((reply) => postMessage(reply));
};
