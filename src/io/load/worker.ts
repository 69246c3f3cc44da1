// The load worker: runs its part of a plan, away from the thread that draws progress, and reports its end.
import { Control } from "../../load/control.ts";
import { Tally } from "../../load/tally.ts";
import type { LoadPlan } from "../../load/plan.ts";
import type { FetchPlan } from "../../load/fetch-plan.ts";
import { FetchLane } from "./fetch-lane.ts";
import { Connection } from "./connection.ts";
import type { EngineEnd, MakeLane } from "./engine.ts";
import { runEngine } from "./engine.ts";

declare const self: Worker;

export interface WorkerOrder {
  /** Its connections are this thread's alone; everything else is the whole run's. */
  readonly plan: LoadPlan;
  /** `tallyBytes` long; written by the worker, read by its host at any time. */
  readonly tally: SharedArrayBuffer;
  /** `controlBytes` long; shared by all threads of the run. */
  readonly control: SharedArrayBuffer;
}

export type WorkerReply =
  { readonly kind: "end"; readonly end: EngineEnd } | { readonly kind: "broken"; readonly message: string };

const fetchLanes =
  (fetching: FetchPlan): MakeLane =>
  (owner, script) =>
    new FetchLane(owner, fetching, script?.traffic());

const run = async ({ plan, tally, control }: WorkerOrder): Promise<WorkerReply> => {
  try {
    const end = await runEngine(
      plan,
      new Tally(tally),
      new Control(control),
      plan.fetch === undefined ? (owner, script) => new Connection(owner, script?.traffic()) : fetchLanes(plan.fetch),
    );
    return { kind: "end", end };
  } catch (error) {
    return { kind: "broken", message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
};

self.onmessage = (event: MessageEvent<WorkerOrder>) => {
  void run(event.data).then((reply) => postMessage(reply));
};
