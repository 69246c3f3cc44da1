// `--find-max`: rate after rate is measured until the highest one that keeps the limits is known.
import type { Io } from "../io/io.ts";
import { Fault } from "../kernel/fault.ts";
import type { Step } from "../load/find-max.ts";
import { connectionsFor, nextMove, stepOf } from "../load/find-max.ts";
import type { LoadMax } from "../load/find-max-view.ts";
import { caps } from "../load/plan.ts";
import type { LoadSummary } from "../load/summary.ts";
import type { Threshold } from "../load/threshold.ts";
import { flag, many, text } from "./flags.ts";
import type { LoadArgs } from "./load-flags.ts";
import type { Reached } from "./load-subject.ts";
import { measure, summaryOf } from "./load-subject.ts";

export const maxFlags = {
  findMax: flag(
    "Search the highest rate that keeps the limits of --slo; --duration is that of each step (5s by default)",
  ),
  slo: many(text("With --find-max: limits to keep, such as 'p99<500ms,errors<0.1%'", { value: "LIMITS" })),
} as const;

type Asked = Pick<LoadArgs, "rate" | "duration" | "concurrency" | "requests" | "stage" | "iKnow"> & {
  readonly findMax: boolean;
  readonly slo: readonly string[];
};

const usual = { stepMs: 5000, startRate: 50, confirmTimes: 3 } as const;

/** What goes with what, told before anything is sent. */
export const refuseSearch = ({ findMax, slo, requests, stage }: Asked, others: readonly string[]): void => {
  const wrong = (message: string, help: string): Fault => new Fault("usage.bad-value", message, { help });
  if (!findMax && slo.length > 0)
    throw wrong("--slo was given without --find-max", "hold one run against limits with --threshold");
  if (!findMax) return;
  if (slo.length === 0) throw wrong("--find-max lacks the limits to keep", "add --slo 'p99<500ms,errors<0.1%'");
  if (requests !== undefined || stage.length > 0) {
    throw wrong("--find-max sets the rate itself", "leave out --requests and --stage; --rate is where it begins");
  }
  if (others[0] !== undefined) throw wrong(`--find-max does not go with ${others[0]}`, "run them one by one");
};

/** Measures until the search is over, or interrupted: what was found so far counts. */
export const findMax = async (
  io: Io,
  reached: Reached,
  args: Asked,
  limits: readonly Threshold[],
): Promise<LoadMax> => {
  const stepMs = args.duration ?? usual.stepMs;
  const settings = { startRate: args.rate ?? usual.startRate, highestRate: args.iKnow ? Infinity : caps.rate };
  const steps: Step[] = [];
  let confirmed: LoadSummary | null = null;
  const result = (bestPerSecond: number, limitedBy: LoadMax["limitedBy"]): LoadMax => ({
    kind: "load-max",
    version: 1,
    limits: limits.map((limit) => limit.text),
    bestPerSecond,
    limitedBy,
    steps,
    confirmed,
  });
  for (;;) {
    const move = nextMove(steps, settings);
    if (move.kind === "done") return result(move.best, move.limitedBy);
    const plan = {
      ...reached.plan,
      pace: { kind: "open", rate: move.rate } as const,
      durationMs: move.phase === "confirm" ? stepMs * usual.confirmTimes : stepMs,
      concurrency: connectionsFor(move.rate, steps.at(-1), args.concurrency),
    };
    const named = `${move.phase} ${steps.length + 1}: ${move.rate}/s`;
    const run = summaryOf({ ...reached, plan }, await measure(io, plan, named), limits);
    if (run.ending !== "complete") {
      const kept = steps.filter(({ verdict }) => verdict === "kept").map(({ ratePerSecond }) => ratePerSecond);
      return result(Math.max(0, ...kept), "interrupt");
    }
    const step = stepOf(run, move.phase);
    steps.push(step);
    if (move.phase === "confirm" && step.verdict === "kept") confirmed = run;
    const seen = step.p99Ms === null ? "nothing measured" : `p99 ${step.p99Ms.toFixed(1)} ms`;
    io.terminal.note(`${named}: ${step.verdict}${step.why === "" ? "" : ` (${step.why})`}, ${seen}`);
  }
};
