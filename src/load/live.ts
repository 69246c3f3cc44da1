// The picture of a run while it goes on: rate, percentiles, errors by kind, time left, a heat map. Lines of text, never printed here.
import { milliseconds } from "../kernel/words.ts";
import type { Moment } from "./sampler.ts";
import type { Tally } from "./tally.ts";
import { failureKinds, failureNames } from "./tally.ts";

/** A stretch of the run. Neighbours are put together as the run grows, so that all of it stays in view. */
interface Stretch {
  readonly ms: number;
  readonly answered: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly heat: ReadonlyMap<number, number>;
}

const together = (a: Stretch, b: Stretch): Stretch => {
  const heat = new Map(a.heat);
  for (const [row, count] of b.heat) heat.set(row, (heat.get(row) ?? 0) + count);
  const share = a.answered + b.answered === 0 ? 0 : a.answered / (a.answered + b.answered);
  return {
    ms: a.ms + b.ms,
    answered: a.answered + b.answered,
    p50Ms: a.p50Ms * share + b.p50Ms * (1 - share),
    p99Ms: Math.max(a.p99Ms, b.p99Ms),
    heat,
  };
};

/** Stretches kept: more than the widest window shows. */
const mostStretches = 240;

/** What was seen so far. */
export class LiveHistory {
  #stretches: Stretch[] = [];
  #ticks = 1;
  #open: { readonly stretch: Stretch; readonly ticks: number } | undefined;
  #lastMs = 0;

  add(moment: Moment): void {
    const ms = moment.elapsedMs - this.#lastMs;
    this.#lastMs = moment.elapsedMs;
    if (ms <= 0) return;
    const { answered, p50Ms, p99Ms } = moment;
    const stretch = { ms, answered, p50Ms, p99Ms, heat: new Map(moment.heat) };
    const open = this.#open;
    const grown =
      open === undefined ? { stretch, ticks: 1 } : { stretch: together(open.stretch, stretch), ticks: open.ticks + 1 };
    this.#open = grown.ticks < this.#ticks ? grown : undefined;
    if (this.#open !== undefined) return;
    this.#stretches.push(grown.stretch);
    if (this.#stretches.length >= mostStretches) this.#halve();
  }

  #halve(): void {
    this.#stretches = this.#stretches.flatMap((one, i, all) => {
      const next = all[i + 1];
      return i % 2 === 1 ? [] : [next === undefined ? one : together(one, next)];
    });
    this.#ticks *= 2;
  }

  /** At most so many stretches, the whole run among them. */
  squeezed(columns: number): readonly Stretch[] {
    const all = this.#stretches;
    const size = Math.max(1, Math.ceil(all.length / Math.max(1, columns)));
    return Array.from({ length: Math.ceil(all.length / size) }, (_, i) =>
      all.slice(i * size, (i + 1) * size).reduce(together),
    );
  }
}

export interface LiveFacts {
  /** `GET http://localhost:3000/users`. */
  readonly title: string;
  readonly durationMs: number;
  /** At most so many requests. */
  readonly requests?: number | undefined;
  /** Asked for; undefined in a closed loop. */
  readonly rate?: number | undefined;
  readonly expected: readonly boolean[];
}

export interface LiveLook {
  readonly columns: number;
  readonly rows: number;
  readonly unicode: boolean;
  readonly paint: (style: "bold" | "dim" | "accent" | "good" | "bad" | "warn", text: string) => string;
}

const sparks = "▁▂▃▄▅▆▇█";
const asciiSparks = "_.-~=+*#";
const shades = " ░▒▓█";
const asciiShades = " .:+#";

/** A blank where there is no value: a silence is not a fast answer. */
const spark = (values: readonly (number | undefined)[], unicode: boolean): string => {
  const ramp = unicode ? sparks : asciiSparks;
  const largest = values.reduce<number>((most, value) => Math.max(most, value ?? 0), Number.MIN_VALUE);
  return values
    .map((value) => (value === undefined ? " " : (ramp[Math.min(7, Math.floor((value / largest) * 7.999))] ?? "")))
    .join("");
};

const whole = (value: number): string => Math.round(value).toLocaleString("en-US");

/** Each kind of error with its count, most frequent first. */
const errorKinds = (tally: Tally, expected: readonly boolean[]): readonly string[] =>
  [
    ...failureNames.map((kind) => ({ count: tally.failures(kind), text: failureKinds[kind].text })),
    ...expected.flatMap((right, status) =>
      right ? [] : [{ count: tally.statuses(status), text: `status ${status}` }],
    ),
  ]
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.count - a.count)
    .map(({ count, text }) => `${whole(count)} × ${text}`);

/** How much of the run is over, from 0 to 1: by time, or by requests where those end it sooner. */
export const progressShare = ({ elapsedMs, sent }: Moment, { durationMs, requests }: LiveFacts): number =>
  Math.min(1, Math.max(elapsedMs / durationMs, requests === undefined ? 0 : sent / requests));

/** What is left, in words. */
export const leftText = (moment: Moment, facts: LiveFacts): string => {
  const { elapsedMs, sent, underWay } = moment;
  if (progressShare(moment, facts) >= 1)
    return `waiting for ${whole(underWay)} ${underWay === 1 ? "answer" : "answers"}`;
  const left = `${Math.ceil((facts.durationMs - elapsedMs) / 1000)} s left`;
  return facts.requests === undefined ? left : `${whole(sent)} of ${whole(facts.requests)} requests`;
};

const barLine = (moment: Moment, facts: LiveFacts, { columns, unicode, paint }: LiveLook): string => {
  const words = `${(moment.elapsedMs / 1000).toFixed(1)} s, ${leftText(moment, facts)}`;
  const room = Math.max(5, columns - words.length - 4);
  const done = Math.round(progressShare(moment, facts) * room);
  const [full, rest] = unicode ? (["━", "─"] as const) : (["=", "-"] as const);
  return `${paint("accent", full.repeat(done))}${paint("dim", rest.repeat(room - done))}  ${words}`;
};

const figureLines = (
  moment: Moment,
  history: readonly Stretch[],
  facts: LiveFacts,
  { unicode, paint }: LiveLook,
): readonly string[] => {
  const rate = `${whole(moment.answersPerSecond)}/s`;
  const texts = [rate, milliseconds(moment.p50Ms), milliseconds(moment.p99Ms)];
  const width = Math.max(...texts.map(({ length }) => length), 9);
  const line = (label: string, text: string, values: readonly (number | undefined)[], note = ""): string =>
    `${label.padEnd(9)}${paint("bold", text.padStart(width))}  ${paint("accent", spark(values, unicode))}${paint("dim", note)}`;
  return [
    line(
      "answered",
      rate,
      history.map(({ answered, ms }) => (answered * 1000) / ms),
      facts.rate === undefined ? "" : `  of ${whole(facts.rate)}/s`,
    ),
    line(
      "p50",
      texts[1] ?? "",
      history.map(({ p50Ms, answered }) => (answered === 0 ? undefined : p50Ms)),
    ),
    line(
      "p99",
      texts[2] ?? "",
      history.map(({ p99Ms, answered }) => (answered === 0 ? undefined : p99Ms)),
    ),
  ];
};

/** Rows of the heat map, from slow to fast, as many as there is room for: classes put together where there is not. */
const heatLines = (history: readonly Stretch[], room: number, { unicode, paint }: LiveLook): readonly string[] => {
  const classes = history.flatMap(({ heat }) => [...heat.keys()]);
  if (classes.length === 0 || room < 2) return [];
  const [low, high] = [classes.reduce((a, b) => Math.min(a, b)), classes.reduce((a, b) => Math.max(a, b))];
  const size = [1, 2, 5, 10, 20].find((step) => Math.ceil((high + 1) / step) - Math.floor(low / step) <= room) ?? 40;
  const rowOf = (heatClass: number): number => Math.ceil(heatClass / size);
  const rows = Array.from({ length: rowOf(high) - rowOf(low) + 1 }, (_, i) => rowOf(high) - i);
  const columns = history.map(({ heat }) => {
    const cells = new Map<number, number>();
    for (const [heatClass, count] of heat) cells.set(rowOf(heatClass), (cells.get(rowOf(heatClass)) ?? 0) + count);
    return cells;
  });
  const largest = Math.log1p(columns.flatMap((cells) => [...cells.values()]).reduce((a, b) => Math.max(a, b), 1));
  const ramp = unicode ? shades : asciiShades;
  const cell = (count: number): string =>
    count === 0 ? " " : (ramp[Math.max(1, Math.ceil((Math.log1p(count) / largest) * (ramp.length - 1)))] ?? "");
  const label = (row: number): string => `${unicode ? "≤" : "<="} ${milliseconds(10 ** ((row * size) / 10) / 1000)}`;
  return rows.map(
    (row) =>
      `${paint("dim", label(row).padStart(10))}  ${paint("accent", columns.map((cells) => cell(cells.get(row) ?? 0)).join(""))}`,
  );
};

const errorLine = (moment: Moment, kinds: readonly string[], { paint }: LiveLook): string =>
  moment.errors === 0
    ? `errors   ${paint("good", "none".padStart(9))}`
    : `errors   ${paint("bad", whole(moment.errors).padStart(9))}  ${kinds.join(", ")}`;

/** Lines no wider than the window; styled text is cut by the caller, who knows about widths. */
export const liveLines = (
  moment: Moment,
  history: LiveHistory,
  tally: Tally,
  facts: LiveFacts,
  look: LiveLook,
): readonly string[] => {
  const shown = history.squeezed(Math.max(10, Math.min(100, look.columns - 34)));
  const map = history.squeezed(Math.max(10, Math.min(140, look.columns - 14)));
  const top = [
    `${look.paint("bold", facts.title)}  ${look.paint("dim", `${whole(moment.underWay)} under way`)}`,
    barLine(moment, facts, look),
    ...figureLines(moment, shown, facts, look),
    errorLine(moment, errorKinds(tally, facts.expected), look),
  ];
  const heat = heatLines(map, Math.min(10, look.rows - top.length - 2), look);
  return heat.length === 0 ? top : [...top, "", ...heat];
};
