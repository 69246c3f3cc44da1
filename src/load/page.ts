// What a page shows of a load run and a terminal has no room for: figures first, charts, and where it was measured.
import type { Block } from "../kernel/report.ts";
import { heading } from "../kernel/report.ts";
import { milliseconds, plural } from "../kernel/words.ts";
import { percentText } from "./wording.ts";
import type { Histogram } from "./histogram.ts";
import { rankOf } from "./histogram.ts";
import { recordedOf } from "./recorded.ts";
import type { Interval, Latency, LoadSummary, PercentileKey } from "./summary.ts";

type Figure = Extract<Block, { kind: "figures" }>["figures"][number];

const perSecond = (value: number): string =>
  `${value >= 100 ? Math.round(value).toLocaleString("en-US") : value.toFixed(1)}/s`;

const latencyFigure = (label: string, latency: Latency | null, key: PercentileKey): readonly Figure[] =>
  latency === null
    ? []
    : [{ label, value: `${latency.atLeast.includes(key) ? "≥ " : ""}${milliseconds(latency[key])}` }];

/** The figures that people look for first. */
export const headline = ({ asked, throughput, latency, requests }: LoadSummary): Block => {
  const rateNote =
    asked.ratePerSecond === null
      ? `as fast as ${plural(asked.concurrency, "connection")} were answered`
      : `of ${perSecond(asked.ratePerSecond)} asked for`;
  return {
    kind: "figures",
    figures: [
      { label: "answered", value: perSecond(throughput.answersPerSecond), note: rateNote },
      ...latencyFigure("p50, all requests", latency.all, "p50Ms"),
      ...latencyFigure("p95", latency.all, "p95Ms"),
      ...latencyFigure("p99", latency.all, "p99Ms"),
      {
        label: "errors",
        value: percentText(requests.errorRate),
        note: `${requests.errors.toLocaleString("en-US")} of ${plural(requests.scheduled, "request")}`,
        tone: requests.errors === 0 ? "good" : "bad",
      },
      { label: "measured for", value: milliseconds(throughput.sendingMs) },
    ],
  };
};

const threeDigits = (value: number): number => Number(value.toPrecision(3));

/** The end of an interval, in seconds: what happened until then. */
const endOf = ({ startMs, durationMs }: Interval): number => threeDecimals((startMs + durationMs) / 1000);
const threeDecimals = (value: number): number => Number(value.toFixed(3));

/** Shorter silences are gaps between answers. */
const shortestSilence = 0.5;

/** Times without an answer, neighbours together. */
const silences = (intervals: readonly Interval[]) => {
  const spans: { from: number; to: number; label: string }[] = [];
  for (const interval of intervals) {
    if (interval.answered > 0) continue;
    const [from, to, last] = [threeDecimals(interval.startMs / 1000), endOf(interval), spans.at(-1)];
    if (last !== undefined && last.to >= from) last.to = to;
    else spans.push({ from, to, label: "no answers" });
  }
  return spans.filter(({ from, to }) => to - from >= shortestSilence);
};

/** On an even axis, one outage makes everything else look like zero. */
const isWide = (values: readonly (number | null)[]): boolean => {
  const all = values.filter((value) => value !== null && value > 0).sort((a, b) => (a ?? 0) - (b ?? 0));
  return (all.at(-1) ?? 0) > 20 * (all[Math.floor(all.length / 2)] ?? Infinity);
};

const timeLines = (intervals: readonly Interval[]): readonly Block[] => {
  if (intervals.length < 2) return [];
  const x = intervals.map(endOf);
  const axis = "seconds since the start";
  const latency = (key: "p50Ms" | "p95Ms" | "p99Ms") =>
    intervals.map((interval) => (interval.answered > 0 ? threeDigits(interval[key]) : null));
  const rate = (key: "sent" | "answered" | "errors") =>
    intervals.map((interval) => threeDigits((interval[key] * 1000) / interval.durationMs));
  const spans = silences(intervals);
  return [
    {
      kind: "lines",
      title: "Response time",
      unit: "ms",
      axis,
      logarithmic: isWide(latency("p99Ms")),
      x,
      spans,
      series: [
        { label: "p50", y: latency("p50Ms") },
        { label: "p95", y: latency("p95Ms") },
        { label: "p99", y: latency("p99Ms") },
      ],
    },
    {
      kind: "lines",
      title: "Requests",
      unit: "/s",
      axis,
      x,
      spans,
      series: [
        { label: "answered", y: rate("answered") },
        { label: "sent", y: rate("sent") },
        { label: "errors", y: rate("errors") },
      ],
    },
  ];
};

const nineNames = ["0 %", "90 %", "99 %", "99.9 %", "99.99 %", "99.999 %", "99.9999 %"];
const stepsANine = 20;

/** Nines of a percentile: 1 is 90 %, 2 is 99 %, 3 is 99.9 %. */
const percentAt = (nines: number): number => 100 - 100 / 10 ** nines;

const curve = (histogram: Histogram, nines: readonly number[]): readonly (number | null)[] =>
  nines.map((at) => (histogram.count === 0 ? null : threeDigits(histogram.percentile(percentAt(at)) / 1e6)));

/** Every percentile at once: even steps of the axis are tenfold rarer requests. */
const percentileCurve = ({ latency, asked }: LoadSummary): readonly Block[] => {
  const { all, known } = recordedOf(latency.all);
  if (all.count < 10) return [];
  const most = Math.min(6, Math.log10(all.count));
  const nines = Array.from({ length: Math.floor(most * stepsANine) + 1 }, (_, i) => threeDecimals(i / stepsANine));
  const unsure = (at: number): boolean => {
    const percent = percentAt(at);
    return known.at(rankOf(percent, all.count)) > all.percentile(percent) * 1.01;
  };
  const values = curve(all, nines);
  const open = nines.map(unsure);
  const service = recordedOf(latency.service).all;
  return [
    {
      kind: "lines",
      title: "Response time by percentile",
      unit: "ms",
      axis: "share of requests, from the fastest",
      logarithmic: true,
      x: nines,
      ticks: nineNames.slice(0, Math.floor(most) + 1).map((label, at) => ({ at, label })),
      series: [
        { label: "all requests", y: values.map((value, i) => (open[i] === true ? null : value)) },
        ...(open.includes(true)
          ? [{ label: "at least (some never ended)", y: values.map((value, i) => (open[i] === true ? value : null)) }]
          : []),
        ...(asked.loop === "open" ? [{ label: "service time alone", y: curve(service, nines) }] : []),
      ],
    },
  ];
};

/** The upper edge of a class of ten to a power of ten, in milliseconds. */
const edgeText = (heatClass: number): string => `≤ ${milliseconds(10 ** (heatClass / 10) / 1000)}`;

const heat = (intervals: readonly Interval[]): readonly Block[] => {
  const classes = intervals.flatMap((interval) => interval.heat.map(([heatClass]) => heatClass));
  if (intervals.length < 2 || classes.length === 0) return [];
  const [low, high] = [classes.reduce((a, b) => Math.min(a, b)), classes.reduce((a, b) => Math.max(a, b))];
  const rows = Array.from({ length: high - low + 1 }, (_, i) => high - i);
  return [
    {
      kind: "heatmap",
      title: "How response times spread, over time",
      rows: rows.map(edgeText),
      columns: intervals.map(({ startMs }) => `${threeDigits(startMs / 1000)} s`),
      counts: rows.map((row) =>
        intervals.map((interval) => interval.heat.find(([heatClass]) => heatClass === row)?.[1] ?? 0),
      ),
    },
  ];
};

/** Where the time of the median request goes. */
const phases = ({ latency: { all, service, firstByte, download }, connections }: LoadSummary): readonly Block[] => {
  if (all === null || service === null || firstByte === null) return [];
  const waited = Math.max(0, all.p50Ms - service.p50Ms);
  const bar = (label: string, ms: number) => ({ label, value: ms, text: milliseconds(ms) });
  return [
    {
      kind: "bars",
      title: "Phases of a request (medians)",
      bars: [
        bar("waited for a connection", waited),
        bar("until the first byte", firstByte.p50Ms),
        ...(download === null ? [] : [bar("first to last byte", download.p50Ms)]),
        ...(connections.connect === null ? [] : [bar("a new connection", connections.connect.p50Ms)]),
        ...(connections.tls === null ? [] : [bar("its TLS handshake", connections.tls.p50Ms)]),
      ],
    },
  ];
};

/** `distribution` is drawn on a terminal as well. */
export const charts = (summary: LoadSummary, distribution: Block): readonly Block[] => [
  heading("Over time"),
  ...timeLines(summary.intervals),
  ...heat(summary.intervals),
  heading("Distribution"),
  ...percentileCurve(summary),
  distribution,
  ...phases(summary),
];

/** Where and how the run was made: what a reader needs to repeat it. */
export const circumstances = (summary: LoadSummary): readonly Block[] => {
  const { environment: e, asked, target, request, startedAt } = summary;
  const rows: readonly (readonly [string, string])[] = [
    ["started", startedAt],
    ["address", target.address],
    ["engine", asked.engineReason === "" ? asked.engine : `${asked.engine}: ${asked.engineReason}`],
    ["threads", String(asked.workers)],
    ["warm-up", asked.warmupMs === 0 ? "none" : milliseconds(asked.warmupMs)],
    ["timeout", milliseconds(asked.timeoutMs)],
    ...request.headers.map(([name, value]) => [`header ${name}`, value] as const),
    ["client host", e.host],
    ["platform", `${e.platform}, kernel ${e.kernel}`],
    ["processor", `${plural(e.processors, "processor")}, ${e.processor}`],
    ["runtime", e.runtime],
  ];
  return [heading("Circumstances"), { kind: "table", columns: [{ title: "" }, { title: "" }], rows }];
};
