// Comparing under load: two URLs measured in turns, or one run held against a baseline.
import type { Io } from "../io/io.ts";
import type { LoadRun, LoadRunner } from "../io/load/run-load.ts";
import { startLoadRunner } from "../io/load/run-load.ts";
import type { Baseline } from "../load/baseline.ts";
import { differencesOf } from "../load/baseline.ts";
import type { CompareSettings } from "../load/compare.ts";
import { comparePairs, compareRuns, overall } from "../load/compare.ts";
import type { ComparedSide, LoadComparison } from "../load/compare-view.ts";
import type { Random } from "../load/random.ts";
import { randomFrom } from "../load/random.ts";
import { append, sliceOf } from "../load/slice.ts";
import type { Interval, LoadSummary } from "../load/summary.ts";
import { Tally } from "../load/tally.ts";
import type { Side } from "../load/turns.ts";
import { turnsOf } from "../load/turns.ts";
import type { Reached } from "./load-subject.ts";
import { summaryOf } from "./load-subject.ts";

export interface ComparisonChoice {
  /** A share: 0.05 for 5 %. */
  readonly minEffect: number;
  readonly seed: number;
}

/** Connections, caches and compilers are warm after so long. */
const warmUpMs = 500;
/** New connections answer their first requests a little late. */
const sliceWarmUpMs = 50;

/** Everything measured of one service, slice by slice. */
class Series {
  readonly #tally = new Tally();
  readonly #slices: Interval[] = [];
  #last: LoadRun | undefined;
  #startedAt: Date | undefined;
  #cpuMs = 0;
  readonly #samples: Record<string, string> = {};

  add(run: LoadRun): Interval {
    const slice = sliceOf(run.tally, this.#tally.get("sending") / 1e6);
    append(this.#tally, run.tally);
    this.#slices.push(slice);
    this.#startedAt ??= run.startedAt;
    this.#last = run;
    this.#cpuMs += run.end.cpuMs;
    for (const [kind, text] of Object.entries(run.end.samples)) this.#samples[kind] ??= text;
    return slice;
  }

  get slices(): readonly Interval[] {
    return this.#slices;
  }

  summary(subject: Reached, startedAt: Date): LoadSummary {
    const end = { reason: this.#last?.end.reason ?? "stopped", samples: this.#samples, cpuMs: this.#cpuMs } as const;
    const run = { tally: this.#tally, end, startedAt: this.#startedAt ?? startedAt };
    return summaryOf(subject, { run, intervals: this.#slices });
  }
}

interface Measured {
  readonly series: Readonly<Record<Side, Series>>;
  readonly sliceMs: number;
  /** Whole pairs: slices of the first and the second, and of the first again where it was measured. */
  readonly pairs: readonly Readonly<Partial<Record<Side, Interval>>>[];
}

/** A slice that nobody answered ends the comparison after its pair: the rest would be the same, and each side has had its turn. */
const usable = ({ end, tally }: LoadRun): boolean => end.reason === "complete" && tally.get("answered") > 0;

/** Requests a second that the slower one answered; one that answers nothing will end the comparison at once. */
const warmUp = async (runner: LoadRunner, subjects: Readonly<Record<Side, Reached>>): Promise<number> => {
  const rates: number[] = [];
  for (const side of ["first", "second"] as const) {
    const { plan } = subjects[side];
    const { tally } = await runner.run({ ...plan, durationMs: Math.min(warmUpMs, plan.durationMs / 4) });
    rates.push((tally.get("answered") * 1e9) / Math.max(1, tally.get("sending")));
  }
  return Math.min(...rates.filter((rate) => rate > 0));
};

const measureTurns = async (
  runner: LoadRunner,
  subjects: Readonly<Record<Side, Reached>>,
  random: Random,
  show: (pair: number, of: number) => void,
): Promise<Measured> => {
  const series = { first: new Series(), second: new Series(), again: new Series() };
  const pairs: Partial<Record<Side, Interval>>[] = [];
  const { durationMs } = subjects.first.plan;
  const { sliceMs, pairs: turns } = turnsOf(durationMs, await warmUp(runner, subjects), random);
  const measured = { series, sliceMs, pairs };
  const times = { durationMs: sliceMs, warmupMs: Math.min(sliceWarmUpMs, sliceMs / 5), countFrom: "ready" } as const;
  for (const sides of turns) {
    show(pairs.length + 1, turns.length);
    const pair: Partial<Record<Side, Interval>> = {};
    let whole = true;
    for (const side of sides) {
      const run = await runner.run({ ...subjects[side].plan, ...times });
      pair[side] = series[side].add(run);
      if (run.end.reason === "stopped") return measured;
      whole &&= usable(run);
    }
    if (!whole) return measured;
    pairs.push(pair);
  }
  return measured;
};

const sideOf = ({ request, target, startedAt, environment }: Baseline, slices: number): ComparedSide => ({
  method: request.method,
  url: target.url,
  startedAt,
  environment,
  slices,
});

const settingsOf = ({ minEffect, seed }: ComparisonChoice, runs: readonly LoadSummary[]): CompareSettings => ({
  minEffect,
  closedLoop: runs.every(({ asked }) => asked.loop === "closed"),
  clientBound: runs.some(({ client }) => client.stamp === "client-bound"),
  random: randomFrom(seed),
});

/** Measures two URLs in turns. An interrupt keeps the pairs that are whole. */
export const urlComparison = async (
  io: Io,
  first: Reached,
  second: Reached,
  choice: ComparisonChoice,
): Promise<LoadComparison> => {
  const startedAt = io.now();
  using runner = startLoadRunner({ signal: io.signal, now: () => io.now() });
  const show = (pair: number, of: number): void => io.terminal.progress(`pair ${pair} of ${of}`);
  const { series, sliceMs, pairs } = await measureTurns(
    runner,
    { first, second, again: first },
    randomFrom(choice.seed),
    show,
  );
  const runs = [series.first.summary(first, startedAt), series.second.summary(second, startedAt)] as const;
  const whole = pairs.flatMap((pair) =>
    pair.first === undefined || pair.second === undefined ? [] : [{ ...pair, first: pair.first, second: pair.second }],
  );
  const metrics = comparePairs(whole, settingsOf(choice, runs));
  return {
    kind: "load-comparison",
    version: 1,
    method: "interleaved",
    ...choice,
    sliceMs,
    first: sideOf(runs[0], whole.length),
    second: sideOf(runs[1], whole.length),
    metrics,
    verdict: overall(metrics),
    differences: [],
    runs,
  };
};

/** Holds a run against an earlier one, slice against slice. */
export const baselineComparison = (baseline: Baseline, run: LoadSummary, choice: ComparisonChoice): LoadComparison => {
  const metrics = compareRuns(baseline.intervals, run.intervals, settingsOf(choice, [run]));
  return {
    kind: "load-comparison",
    version: 1,
    method: "baseline",
    ...choice,
    sliceMs: null,
    first: sideOf(baseline, baseline.intervals.length),
    second: sideOf(run, run.intervals.length),
    metrics,
    verdict: overall(metrics),
    differences: differencesOf(baseline, run),
    runs: [run],
  };
};
