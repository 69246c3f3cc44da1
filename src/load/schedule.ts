// One schedule of due times: when each request of a run should start, independent of when the client got around to it.
import type { LoadPlan, Pace, Share } from "./plan.ts";

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

type Open = Extract<Pace, { readonly kind: "open" }>;

/** When the request of an index comes due, and how many do in all. */
interface Arrivals {
  readonly total: number;
  due(index: number): number;
}

/** How many come due in a time that holds so many requests: the first at once, none in the run's last instant. */
const wholeCount = (amount: number): number => Math.max(1, Math.ceil(Number(amount.toPrecision(12))));

const constantArrivals = (rate: number, durationNs: number): Arrivals => ({
  // The run's last instant belongs to what follows it: 10 s at 100/s are 1000 requests, not 1001.
  total: wholeCount((durationNs * rate) / 1e9),
  due: (index) => (index * 1e9) / rate,
});

/** A stage as a piece of the rate over time. Rates are requests a nanosecond. */
interface Piece {
  readonly startNs: number;
  readonly lengthNs: number;
  readonly from: number;
  readonly to: number;
  /** Requests that came due before it. */
  readonly before: number;
}

const piecesOf = ({ rate, stages = [] }: Open): readonly Piece[] => {
  const pieces: Piece[] = [];
  let [startNs, from, before] = [0, rate / 1e9, 0];
  for (const stage of stages) {
    const [lengthNs, to] = [stage.durationMs * nsPerMs, stage.rate / 1e9];
    pieces.push({ startNs, lengthNs, from, to, before });
    startNs += lengthNs;
    before += ((from + to) / 2) * lengthNs;
    from = to;
  }
  return pieces;
};

/** How many come due through all stages: the area under the rate. */
const area = (pieces: readonly Piece[]): number =>
  pieces.reduce((sum, { from, to, lengthNs }) => sum + ((from + to) / 2) * lengthNs, 0);

/** When a piece has let so many requests come due: where the area under its slope reaches that number. */
const timeWithin = ({ from, to, lengthNs }: Piece, count: number): number => {
  if (count <= 0) return 0;
  const slope = (to - from) / lengthNs;
  // The form of the quadratic's root that stays exact when the slope is nearly level.
  return Math.min(lengthNs, (2 * count) / (from + Math.sqrt(Math.max(0, from * from + 2 * slope * count))));
};

const stagedArrivals = (pace: Open): Arrivals => {
  const pieces = piecesOf(pace).filter(({ from, to, lengthNs }) => lengthNs > 0 && from + to > 0);
  return {
    total: wholeCount(area(pieces)),
    due(index) {
      let piece = pieces[0];
      for (const next of pieces) {
        if (next.before > index) break;
        piece = next;
      }
      return piece === undefined ? 0 : piece.startNs + timeWithin(piece, index - piece.before);
    },
  };
};

const openSchedule = (pace: Open, durationNs: number, requests: number): Schedule => {
  const arrivals = pace.stages === undefined ? constantArrivals(pace.rate, durationNs) : stagedArrivals(pace);
  const total = Math.min(requests, arrivals.total);
  return {
    total,
    waits: true,
    spanNs: Math.min(durationNs, total < arrivals.total ? arrivals.due(total) : durationNs),
    take(index, elapsedNs) {
      const due = arrivals.due(index);
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

/** The first number of a share that is due at a time or after it. */
const firstFrom = (schedule: Schedule, { index, of }: Share, ns: number): number => {
  let [low, high] = [0, Math.max(0, Math.ceil((schedule.total - index) / of))];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const due = schedule.take(index + middle * of, Infinity);
    if (due >= 0 && due < ns) low = middle + 1;
    else high = middle;
  }
  return low;
};

/** Arrivals that were due in the first so many milliseconds of one share of a schedule: those that a late machine missed. */
export const missedBefore = (plan: Asked, ms: number): number => {
  const { share = whole, pace } = plan;
  return pace.kind === "closed" || ms <= 0 ? 0 : firstFrom(scheduleOf({ ...plan, skipMs: 0 }), share, ms * nsPerMs);
};

/** The rest of a schedule, for a machine that began late: numbers go on from the first that is not over. */
const restOf = (schedule: Schedule, share: Share, skipNs: number): Schedule => {
  const over = firstFrom(schedule, share, skipNs) * share.of;
  return {
    total: Math.max(0, schedule.total - over),
    waits: schedule.waits,
    spanNs: schedule.spanNs - skipNs,
    take(index, elapsedNs) {
      const due = schedule.take(index + over, elapsedNs + skipNs);
      return due < 0 ? -1 : Math.max(0, due - skipNs);
    },
  };
};

type Asked = Pick<LoadPlan, "pace" | "durationMs" | "requests" | "share" | "skipMs">;

const whole: Share = { index: 0, of: 1 };

/** `durationMs` is what is left of it where some was skipped. */
export const scheduleOf = ({ pace, durationMs, requests = Infinity, share, skipMs = 0 }: Asked): Schedule => {
  if (pace.kind === "closed") return closedSchedule(durationMs * nsPerMs, requests);
  const all = openSchedule(pace, (durationMs + skipMs) * nsPerMs, requests);
  return skipMs > 0 ? restOf(all, share ?? whole, skipMs * nsPerMs) : all;
};

/** Before the measured time: at the rate that it begins with, or where that is none, at the first stage's. */
export const warmupSchedule = ({ pace, warmupMs = 0 }: Pick<LoadPlan, "pace" | "warmupMs">): Schedule => {
  if (pace.kind === "closed") return closedSchedule(warmupMs * nsPerMs, Infinity);
  const rate = pace.rate > 0 ? pace.rate : (pace.stages?.find((stage) => stage.rate > 0)?.rate ?? 1);
  return openSchedule({ kind: "open", rate }, warmupMs * nsPerMs, Infinity);
};

/** Requests a second over the whole time. */
export const meanRate = (pace: Open, durationMs: number): number =>
  pace.stages === undefined ? pace.rate : (area(piecesOf(pace)) * 1000) / durationMs;
