// One schedule of due times: when each request of a run should start, independent of when the client got around to it.
import type { LoadPlan } from "./plan.ts";

const nsPerMs = 1e6;

/** Times are nanoseconds since the run began. */
export interface Schedule {
  /** Requests in the whole schedule; infinite where only the duration ends it. */
  readonly total: number;
  /** Does the schedule go on while no connection is free, so that due requests wait? */
  readonly waits: boolean;
  /** How long requests come due, unless their number or an interrupt ends it earlier. */
  readonly spanNs: number;
  /** When the request of an index (from 0) is or was due; -1 when it is not due yet, or never. */
  take(index: number, elapsedNs: number): number;
}

const openSchedule = (rate: number, durationNs: number, requests: number): Schedule => {
  // The run's last instant belongs to what follows it: 10 s at 100/s are 1000 requests, not 1001.
  const total = Math.min(requests, Math.max(1, Math.ceil(Number(((durationNs * rate) / 1e9).toPrecision(12)))));
  return {
    total,
    waits: true,
    spanNs: Math.min(durationNs, (total * 1e9) / rate),
    take(index, elapsedNs) {
      const due = (index * 1e9) / rate;
      return index < total && due <= elapsedNs ? due : -1;
    },
  };
};

/** A request is due whenever a connection is free. */
const closedSchedule = (durationNs: number, total: number): Schedule => ({
  total,
  waits: false,
  spanNs: durationNs,
  take: (index, elapsedNs) => (index < total && elapsedNs < durationNs ? elapsedNs : -1),
});

export const scheduleOf = (plan: Pick<LoadPlan, "pace" | "durationMs" | "requests">): Schedule => {
  const durationNs = plan.durationMs * nsPerMs;
  const requests = plan.requests ?? Infinity;
  return plan.pace.kind === "open"
    ? openSchedule(plan.pace.rate, durationNs, requests)
    : closedSchedule(durationNs, requests);
};
