// The search for the highest rate that keeps its limits: doubled until they break, halved in between, confirmed at the end.
import type { LoadSummary } from "./summary.ts";

export type Step = {
  readonly phase: "step" | "bisect" | "confirm";
  readonly ratePerSecond: number;
  readonly durationMs: number;
  readonly concurrency: number;
  readonly answersPerSecond: number;
  readonly p50Ms: number | null;
  readonly p99Ms: number | null;
  readonly errorRate: number;
  /** Requests that were due and found no connection, as a share. */
  readonly unsent: number;
  /** `doubtful`: the client may have set the figures. */
  readonly verdict: "kept" | "broken" | "doubtful";
  /** What was broken, or why it is doubtful. */
  readonly why: string;
};

/** What a search does next. */
export type Move =
  | { readonly kind: "try"; readonly phase: Step["phase"]; readonly rate: number }
  | { readonly kind: "done"; readonly best: number; readonly limitedBy: "server" | "client" | "cap" };

export interface SearchSettings {
  readonly startRate: number;
  readonly highestRate: number;
}

/** Rates nearer to each other than this are the same capacity: a server does not hold still more precisely. */
const precision = 1.05;
/** A rate that was not confirmed gives way to a lower one, so often. */
const mostConfirmations = 4;
const afterRefusal = 0.9;
/** At least this share of the requests must have been sent. */
const unsentShare = 0.01;

const rounded = (rate: number): number => Number(rate.toPrecision(3));

/** A client that stumbled once may not stumble again. */
const mostAttempts = 3;

/** The last step, when it is worth a further attempt. */
const stumbled = (steps: readonly Step[]): Step | undefined => {
  const last = steps.at(-1);
  if (last?.verdict !== "doubtful") return undefined;
  const attempts = steps.filter((step) => step.ratePerSecond === last.ratePerSecond && step.phase === last.phase);
  return attempts.length < mostAttempts ? last : undefined;
};

/** What each rate came to in the end. */
const settled = (steps: readonly Step[]): readonly Step[] => [
  ...new Map(steps.map((step) => [`${step.phase === "confirm" ? "confirm" : ""}${step.ratePerSecond}`, step])).values(),
];

const passed = (steps: readonly Step[]): readonly number[] =>
  steps.filter(({ verdict }) => verdict === "kept").map(({ ratePerSecond }) => ratePerSecond);

const confirming = (steps: readonly Step[], best: number, limitedBy: "server" | "client" | "cap"): Move => {
  const tried = steps.filter(({ phase }) => phase === "confirm");
  const last = tried.at(-1);
  if (last === undefined) return { kind: "try", phase: "confirm", rate: best };
  if (last.verdict === "kept") return { kind: "done", best: last.ratePerSecond, limitedBy };
  if (tried.length >= mostConfirmations) return { kind: "done", best: 0, limitedBy };
  return { kind: "try", phase: "confirm", rate: rounded(last.ratePerSecond * afterRefusal) };
};

/** The next move, from everything that was tried: the same steps always lead to the same move. */
export const nextMove = (all: readonly Step[], { startRate, highestRate }: SearchSettings): Move => {
  const again = stumbled(all);
  if (again !== undefined) return { kind: "try", phase: again.phase, rate: again.ratePerSecond };
  const steps = settled(all);
  const searched = steps.filter(({ phase }) => phase !== "confirm");
  const best = passed(searched).reduce((a, b) => Math.max(a, b), 0);
  const failed = searched.filter(({ verdict }) => verdict !== "kept");
  const lowest = failed.reduce((a, { ratePerSecond }) => Math.min(a, ratePerSecond), Infinity);
  const limitedBy =
    failed.find(({ ratePerSecond }) => ratePerSecond === lowest)?.verdict === "doubtful" ? "client" : "server";
  if (searched.length === 0) return { kind: "try", phase: "step", rate: startRate };
  if (failed.length === 0) {
    if (best >= highestRate) return confirming(steps, best, "cap");
    return { kind: "try", phase: "step", rate: Math.min(highestRate, rounded(best * 2)) };
  }
  // Below the first rate: as far down as it makes sense.
  if (best === 0) {
    if (lowest <= Math.max(0.1, startRate / 256)) return { kind: "done", best: 0, limitedBy };
    return { kind: "try", phase: "bisect", rate: rounded(lowest / 2) };
  }
  if (lowest / best <= precision) return confirming(steps, best, limitedBy);
  return { kind: "try", phase: "bisect", rate: rounded(Math.sqrt(best * lowest)) };
};

/** Little's law, twice over: enough that no request waits for a connection of ours. */
export const connectionsFor = (rate: number, last: Step | undefined, fewest: number): number => {
  const seconds = (last?.p99Ms ?? 50) / 1000;
  return Math.min(5000, Math.max(fewest, Math.ceil(2 * rate * seconds) + 10));
};

const brokenBy = ({ thresholds, requests }: LoadSummary): string => {
  const missed = thresholds.filter(({ verdict }) => verdict === "missed").map(({ text }) => text);
  const unproven = thresholds
    .filter(({ verdict, atLeast }) => verdict === "unproven" && atLeast)
    .map(({ text }) => text);
  if (missed.length > 0) return missed.join(", ");
  if (unproven.length > 0) return `${unproven.join(", ")} not shown: some requests never ended`;
  return requests.neverSent / Math.max(1, requests.scheduled) >= unsentShare ? "not all could be sent" : "";
};

/** What one measured rate says. */
export const stepOf = (run: LoadSummary, phase: Step["phase"]): Step => {
  const { asked, throughput, latency, requests, client } = run;
  const broken = brokenBy(run);
  const verdict = broken !== "" ? "broken" : client.stamp === "client-bound" ? "doubtful" : "kept";
  return {
    phase,
    ratePerSecond: asked.ratePerSecond ?? 0,
    durationMs: asked.durationMs,
    concurrency: asked.concurrency,
    answersPerSecond: throughput.answersPerSecond,
    p50Ms: latency.all?.p50Ms ?? null,
    p99Ms: latency.all?.p99Ms ?? null,
    errorRate: requests.errorRate,
    unsent: requests.neverSent / Math.max(1, requests.scheduled),
    // A client that was the bottleneck broke the limits itself, as far as anyone can tell.
    verdict: verdict === "broken" && client.stamp === "client-bound" ? "doubtful" : verdict,
    why: client.stamp === "client-bound" && verdict !== "kept" ? client.boundBy.join("; ") : broken,
  };
};
