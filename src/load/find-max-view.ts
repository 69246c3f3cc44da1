// The report of a search for the highest rate: every step, the answer, and how far it can be believed.
import type { ExitCode } from "../kernel/fault.ts";
import type { Block, Report } from "../kernel/report.ts";
import { heading, text } from "../kernel/report.ts";
import type { Finding } from "../kernel/finding.ts";
import { milliseconds, plural } from "../kernel/words.ts";
import type { Step } from "./find-max.ts";
import { percentText, placeOf } from "./wording.ts";
import type { LoadSummary } from "./summary.ts";
import { runPage } from "./view.ts";

export type LoadMax = {
  readonly kind: "load-max";
  readonly version: 1;
  readonly limits: readonly string[];
  /** The highest confirmed rate; 0 when there is none. */
  readonly bestPerSecond: number;
  readonly limitedBy: "server" | "client" | "cap" | "interrupt";
  readonly steps: readonly Step[];
  /** The last run at the best rate; null when no rate was confirmed. */
  readonly confirmed: LoadSummary | null;
};

/** Instances are planned to work at this share of what was measured. */
const headroom = 0.7;

const rate = (value: number): string =>
  `${value >= 100 ? Math.round(value).toLocaleString("en-US") : Number(value.toPrecision(3))}/s`;

const ms = (value: number | null): string => (value === null ? "-" : milliseconds(value));

const verdicts = { kept: "kept", broken: "broken", doubtful: "client-bound" } as const;

const stepsTable = (steps: readonly Step[]): Block => {
  const right = (title: string) => ({ title, align: "right" as const });
  return {
    kind: "table",
    columns: [
      { title: "" },
      right("asked"),
      right("answered"),
      right("p50"),
      right("p99"),
      right("errors"),
      { title: "limits" },
    ],
    rows: steps.map((step) => [
      step.phase,
      rate(step.ratePerSecond),
      rate(step.answersPerSecond),
      ms(step.p50Ms),
      ms(step.p99Ms),
      percentText(step.errorRate),
      step.why === "" ? verdicts[step.verdict] : `${verdicts[step.verdict]}: ${step.why}`,
    ]),
    tones: steps.map(({ verdict }) => (verdict === "kept" ? "good" : verdict === "broken" ? "bad" : "warn")),
  };
};

const answerText = ({ bestPerSecond, limitedBy, limits }: LoadMax): string => {
  const kept = limits.join(", ");
  if (bestPerSecond === 0) return `no rate kept ${kept}`;
  if (limitedBy === "server") return `${rate(bestPerSecond)} is the highest rate that kept ${kept}`;
  const why =
    limitedBy === "client"
      ? "beyond that this client was the bottleneck, not the server"
      : limitedBy === "cap"
        ? "the search ended at the cap, not at the server's limit"
        : "the search was interrupted";
  return `at least ${rate(bestPerSecond)} keeps ${kept}: ${why}`;
};

const scaling = ({ bestPerSecond, limitedBy, confirmed }: LoadMax): readonly Finding[] => {
  if (bestPerSecond === 0 || confirmed === null) return [];
  const capacity = bestPerSecond * headroom;
  const { service } = confirmed.latency;
  const busy = service === null ? 0 : Math.max(1, Math.ceil((bestPerSecond * service.meanMs) / 1000));
  const needed = service === null ? 0 : Math.max(1, Math.ceil((bestPerSecond * service.p99Ms) / 1000));
  return [
    {
      rule: "load/scaling",
      severity: "info",
      at: placeOf(confirmed),
      message: `plan ${rate(capacity)} for each instance (${percentText(headroom)} of ${rate(bestPerSecond)}): 1,000 requests a second need ${plural(Math.ceil(1000 / capacity), "instance")}, and one more to lose; at the limit ${plural(busy, "connection")} ${busy === 1 ? "is" : "are"} busy on average, ${plural(needed, "connection")} when answers take their p99`,
      help:
        limitedBy === "server"
          ? "queues grow without bound close to the limit: the rest is kept free for that"
          : "the true capacity may be higher: measure from a machine with more room, or from several with --shard",
    },
  ];
};

const broken = (max: LoadMax): readonly Finding[] => {
  const at = max.confirmed === null ? ({ kind: "project" } as const) : placeOf(max.confirmed);
  const first = max.steps
    .filter(({ verdict }) => verdict !== "kept")
    .toSorted((a, b) => a.ratePerSecond - b.ratePerSecond)[0];
  return [
    ...(max.bestPerSecond === 0
      ? [
          {
            rule: "load/no-capacity" as const,
            severity: "error" as const,
            at,
            message: `${answerText(max)}: at ${rate(first?.ratePerSecond ?? 0)}, ${first?.why === "" ? "it was not kept" : (first?.why ?? "nothing was measured")}`,
            help: "look at one low rate by itself with senior load URL --rate N, or ask for less",
          },
        ]
      : []),
    ...(max.limitedBy === "client"
      ? [
          {
            rule: "load/client-bound" as const,
            severity: "warning" as const,
            at,
            message: `the search ended at this client's own limit: ${first?.why ?? ""}`,
            help: "use a machine with nothing else to do, or several with --shard",
          },
        ]
      : []),
  ];
};

const chart = (steps: readonly Step[]): readonly Block[] => {
  const sorted = steps.toSorted((a, b) => a.ratePerSecond - b.ratePerSecond);
  const distinct = sorted.filter(({ ratePerSecond }, i) => sorted[i - 1]?.ratePerSecond !== ratePerSecond);
  if (distinct.length < 3) return [];
  return [
    {
      kind: "lines",
      title: "Response time by rate",
      unit: "ms",
      axis: "requests a second asked for",
      logarithmic: true,
      x: distinct.map(({ ratePerSecond }) => ratePerSecond),
      series: [
        { label: "p50", y: distinct.map(({ p50Ms }) => p50Ms) },
        { label: "p99", y: distinct.map(({ p99Ms }) => p99Ms) },
      ],
    },
  ];
};

export const maxReport = (max: LoadMax, title: string, exit?: ExitCode): Report<LoadMax> => {
  const { steps, confirmed, bestPerSecond, limitedBy } = max;
  const tone = bestPerSecond === 0 ? "bad" : limitedBy === "server" ? "good" : "warn";
  const said = text(answerText(max), tone);
  const page = (): readonly Block[] => [
    {
      kind: "figures",
      figures: [
        {
          label: limitedBy === "server" ? "highest rate" : "at least",
          value: rate(bestPerSecond),
          note: max.limits.join(", "),
          tone,
        },
        ...(confirmed === null ? [] : [{ label: "p99 there", value: ms(confirmed.latency.all?.p99Ms ?? null) }]),
        {
          label: "to plan for each instance",
          value: rate(bestPerSecond * headroom),
          note: `${percentText(headroom)} of it`,
        },
      ],
    },
    said,
    heading("Steps"),
    ...chart(steps),
    stepsTable(steps),
    ...(confirmed === null ? [] : [heading("The confirming run"), ...runPage(confirmed)]),
  ];
  return {
    command: "load",
    title: `The highest rate of ${title}`,
    blocks: [heading(`The highest rate of ${title}`), stepsTable(steps), said],
    page,
    checks: [
      {
        name: `a rate that keeps ${max.limits.join(", ")}`,
        verdict: bestPerSecond > 0 ? "passed" : "failed",
        text: answerText(max),
        rule: "load/no-capacity",
      },
    ],
    findings: [...broken(max), ...scaling(max)],
    data: max,
    ...(exit === undefined ? {} : { exit }),
  };
};
