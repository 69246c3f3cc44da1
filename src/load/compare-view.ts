// The report of a comparison: every metric with its change, its interval and a verdict, and one verdict for all.
import type { ExitCode } from "../kernel/fault.ts";
import type { Finding, Location } from "../kernel/finding.ts";
import type { Block, Check, Report } from "../kernel/report.ts";
import { heading, text } from "../kernel/report.ts";
import { listed, milliseconds, plural } from "../kernel/words.ts";
import type { Compared, CompareVerdict } from "./compare.ts";
import { fewestSlices } from "./compare.ts";
import { loadFindings } from "./findings.ts";
import { percentText } from "./wording.ts";
import type { Environment, LoadSummary } from "./summary.ts";
import { runPage } from "./view.ts";

// Type aliases, not interfaces: these are JSON values, and only an alias is assignable to one.

export type ComparedSide = {
  readonly method: string;
  readonly url: string;
  readonly startedAt: string;
  readonly environment: Environment;
  /** Slices that its values rest on. */
  readonly slices: number;
};

export type LoadComparison = {
  readonly kind: "load-comparison";
  readonly version: 1;
  /** `interleaved`: slices side by side, paired; `baseline`: an earlier run against one of now. */
  readonly method: "interleaved" | "baseline";
  /** Of the order of slices and of the intervals. */
  readonly seed: number;
  readonly minEffect: number;
  readonly sliceMs: number | null;
  readonly first: ComparedSide;
  readonly second: ComparedSide;
  readonly metrics: readonly Compared[];
  readonly verdict: CompareVerdict;
  /** What is not the same about an earlier run and this one; a cause of its own. */
  readonly differences: readonly string[];
  /** The runs that were made: both, or the one that met the baseline. */
  readonly runs: readonly LoadSummary[];
};

const signed = (share: number): string =>
  `${share > 0 ? "+" : ""}${(share * 100).toFixed(Math.abs(share) < 0.1 ? 1 : 0)} %`;
const points = (share: number): string => `${share > 0 ? "+" : ""}${(share * 100).toFixed(2)} points`;
const changeText = ({ unit }: Compared, value: number): string => (unit === "share" ? points(value) : signed(value));

const values: Readonly<Record<Compared["unit"], (value: number) => string>> = {
  ms: milliseconds,
  perSecond: (value) => `${value.toFixed(value >= 100 ? 0 : 1)}/s`,
  share: (value) => `${Number((value * 100).toPrecision(3))} %`,
};

const intervalText = (one: Compared): string => `${changeText(one, one.low)} to ${changeText(one, one.high)}`;
const pText = (p: number): string => (p < 0.001 ? "< 0.001" : p.toFixed(3));

const verdictTexts: Readonly<Record<CompareVerdict, string>> = {
  slower: "slower",
  faster: "faster",
  same: "same within margin",
  inconclusive: "inconclusive",
};

const tableBlock = ({ metrics, method }: LoadComparison): Block => {
  const right = (title: string) => ({ title, align: "right" as const });
  const noisy = method === "interleaved";
  return {
    kind: "table",
    columns: [
      { title: "" },
      right("first"),
      right("second"),
      right("change"),
      right("95 % interval"),
      right("p (Holm)"),
      ...(noisy ? [right("noise")] : []),
      { title: "" },
    ],
    rows: metrics.map((one) => [
      one.metric,
      values[one.unit](one.first),
      values[one.unit](one.second),
      changeText(one, one.change),
      intervalText(one),
      pText(one.adjustedP),
      ...(noisy ? [one.noise === null ? "-" : `±${changeText(one, one.noise).replace("+", "")}`] : []),
      verdictTexts[one.verdict],
    ]),
  };
};

const methodText = (comparison: LoadComparison): string => {
  const { first, second, sliceMs, seed, minEffect } = comparison;
  const rule = `A change counts when it is more than ${(minEffect * 100).toFixed(0)} % (--min-effect), its interval excludes none, and Holm's p is below 0.05`;
  return sliceMs === null
    ? `${plural(first.slices, "slice")} of the baseline against ${second.slices} of now, rank sums, seed ${seed}.\n${rule}. What drifted between the two runs cannot be told from what changed: load both URLs in one run where you can.`
    : `${plural(second.slices, "pair")} of slices of ${milliseconds(sliceMs)}, order drawn for each pair, signed ranks, seed ${seed}.\n${rule},\nand when it exceeds the noise: what further slices of the first, measured in between, differed by. Times count from when\nthe client could send.`;
};

const placeOf = ({ second }: LoadComparison): Location => ({
  kind: "endpoint",
  method: second.method,
  url: second.url,
});

const evidenceOf = (one: Compared): string =>
  `${one.metric} ${changeText(one, one.change)} (${intervalText(one)}): ${values[one.unit](one.first)} became ${values[one.unit](one.second)}`;

const tooFew = ({ first, second, metrics }: LoadComparison): boolean =>
  metrics.length === 0 || Math.min(first.slices, second.slices) < fewestSlices;

/** The interval narrows with the square root of the time. */
const longer = (comparison: LoadComparison): string => {
  const { metrics, minEffect, runs } = comparison;
  if (tooFew(comparison)) return "run longer: --duration 10s";
  const open = metrics.filter(({ verdict, unit }) => verdict === "inconclusive" && unit !== "share");
  const factor = Math.max(2, ...open.map(({ resolution }) => (resolution / minEffect) ** 2));
  const seconds = Math.ceil(((runs.at(-1)?.asked.durationMs ?? 10_000) / 1000) * Math.min(factor, 100));
  const seen = open.map((one) => `${one.metric} ${signed(one.resolution).replace("+", "")}`);
  return `${seen.length === 0 ? "" : `this run could tell a change of ${listed(seen)}; `}run longer: --duration ${seconds}s`;
};

const names = ({ first, second, method }: LoadComparison): readonly [string, string] =>
  method === "baseline" ? ["this run", `the baseline of ${first.startedAt}`] : [second.url, first.url];

const verdictFinding = (comparison: LoadComparison): Finding => {
  const { metrics, verdict } = comparison;
  const at = placeOf(comparison);
  const [now, before] = names(comparison);
  const parts = metrics.filter((one) => one.verdict === verdict).map(evidenceOf);
  if (verdict === "slower" || verdict === "faster") {
    const severity = verdict === "slower" ? "error" : "info";
    return { rule: `load/${verdict}`, severity, at, message: `${now} is ${verdict} than ${before}: ${listed(parts)}` };
  }
  if (verdict === "same") {
    const message = `${now} and ${before} are the same within ${(comparison.minEffect * 100).toFixed(0)} %`;
    return { rule: "load/same", severity: "info", at, message };
  }
  const bound = comparison.runs.some(({ client }) => client.stamp === "client-bound");
  const why = tooFew(comparison)
    ? `too few slices or requests: at least ${fewestSlices} slices are needed of both`
    : bound
      ? "the client was a bottleneck, so that both may only look alike"
      : "neither a difference nor its absence is shown";
  return {
    rule: "load/inconclusive",
    severity: "warning",
    at,
    message: `${now} against ${before}: ${why}`,
    help: longer(comparison),
  };
};

const differenceFinding = (comparison: LoadComparison): readonly Finding[] =>
  comparison.differences.length === 0
    ? []
    : [
        {
          rule: "load/different-conditions",
          severity: "warning",
          at: placeOf(comparison),
          message: `the baseline was made under other conditions: ${listed(comparison.differences)}`,
          help: "what is slower may be the place and not the service: measure both in one run, or make the baseline here",
        },
      ];

/** Of both runs; a place where nothing can be compared is told by them. */
const runFindings = ({ runs }: LoadComparison): readonly Finding[] => runs.flatMap(loadFindings);

const runText = ({ target, throughput, requests, client }: LoadSummary): string =>
  `${target.url}: ${values.perSecond(throughput.answersPerSecond)} answered, errors ${percentText(requests.errorRate)}, ${
    client.stamp === "valid" ? "VALID" : `CLIENT-BOUND: ${client.boundBy.join("; ")}`
  }`;

const verdictTones = { slower: "bad", faster: "good", same: "good", inconclusive: "warn" } as const;

/** Every change with its interval on one scale; the shaded band is what does not count. Shares of errors have their own. */
const rangesBlock = ({ metrics, minEffect }: LoadComparison): readonly Block[] => {
  const relative = metrics.filter(({ unit }) => unit !== "share");
  if (relative.length === 0) return [];
  return [
    {
      kind: "ranges",
      title: "Change of the second, with its 95 % interval",
      unit: "%",
      margin: minEffect * 100,
      rows: relative.map((one) => ({
        label: one.metric,
        low: one.low * 100,
        estimate: one.change * 100,
        high: one.high * 100,
        text: `${verdictTexts[one.verdict]}: ${intervalText(one)}`,
        tone: verdictTones[one.verdict],
      })),
    },
  ];
};

/** Slices of both, one after the other as they were measured: drift shows as a slope of both. */
const slicesBlock = ({ runs, method }: LoadComparison): readonly Block[] => {
  const [first, second] = runs;
  if (method !== "interleaved" || first === undefined || second === undefined) return [];
  const count = Math.min(first.intervals.length, second.intervals.length);
  if (count < 2) return [];
  const values = ({ intervals }: LoadSummary) =>
    intervals.slice(0, count).map(({ p50Ms }) => Number(p50Ms.toPrecision(3)));
  return [
    {
      kind: "lines",
      title: "Median response time by pair of slices",
      unit: "ms",
      axis: "pair",
      x: Array.from({ length: count }, (_, i) => i + 1),
      series: [
        { label: "first", y: values(first) },
        { label: "second", y: values(second) },
      ],
    },
  ];
};

/** The verdict first, then what it rests on, then each run by itself. */
const comparisonPage = (comparison: LoadComparison): readonly Block[] => {
  const { first, second, runs, verdict, metrics, method } = comparison;
  return [
    {
      kind: "stamp",
      label: `SECOND IS ${verdictTexts[verdict].toUpperCase()}`,
      text: `first: ${first.method} ${first.url} · second: ${second.method} ${second.url}`,
      tone: verdictTones[verdict],
    },
    text(methodText(comparison), "dim"),
    ...(metrics.length === 0 ? [] : [heading("Changes"), ...rangesBlock(comparison), tableBlock(comparison)]),
    ...slicesBlock(comparison),
    ...runs.flatMap((run, i) => [
      heading(method === "baseline" ? "This run" : i === 0 ? `First: ${run.target.url}` : `Second: ${run.target.url}`),
      ...runPage(run),
    ]),
  ];
};

/** Only a metric that got worse fails: what is inconclusive is said, and fails nothing. */
const metricChecks = ({ metrics, minEffect }: LoadComparison): readonly Check[] =>
  metrics.map((one) => ({
    name:
      one.unit === "share"
        ? `${one.metric} not shown to be more frequent`
        : `${one.metric} not shown to be worse by more than ${(minEffect * 100).toFixed(0)} %`,
    verdict: one.verdict === "slower" ? "failed" : "passed",
    text: `${verdictTexts[one.verdict]}: ${evidenceOf(one)}`,
    rule: "load/slower",
  }));

/** `details` are those of the run that met a baseline; `exit` is the status of an interrupt. */
export const comparisonReport = (
  comparison: LoadComparison,
  details: readonly Block[] = [],
  exit?: ExitCode,
): Report<LoadComparison> => {
  const { first, second, runs, verdict } = comparison;
  const interrupted = runs.some(({ ending }) => ending === "interrupted");
  const unreached = runs.some(({ ending }) => ending === "unreached");
  const status = interrupted ? (exit ?? 130) : unreached ? 4 : undefined;
  return {
    command: "load",
    title: `${second.url} against ${comparison.method === "baseline" ? `the baseline of ${first.startedAt}` : first.url}`,
    checks: metricChecks(comparison),
    blocks: [
      ...details,
      heading(comparison.method === "baseline" ? "Against the baseline" : "Two URLs in turns"),
      text(`first   ${first.method} ${first.url}\nsecond  ${second.method} ${second.url}`),
      text(methodText(comparison), "dim"),
      ...(details.length > 0 ? [] : [text(runs.map(runText).join("\n"))]),
      ...(comparison.metrics.length === 0 ? [] : [tableBlock(comparison)]),
      text(
        `second is ${verdictTexts[verdict]}${verdict === "inconclusive" ? ": run longer" : ""}`,
        verdictTones[verdict],
      ),
    ],
    page: () => comparisonPage(comparison),
    findings: [verdictFinding(comparison), ...differenceFinding(comparison), ...runFindings(comparison)],
    data: comparison,
    ...(status === undefined ? {} : { exit: status }),
  };
};
