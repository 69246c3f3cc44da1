// The report of a load run: one readable page.
import type { ExitCode } from "../kernel/fault.ts";
import type { Block, Report } from "../kernel/report.ts";
import { heading, text } from "../kernel/report.ts";
import { bytes, milliseconds, plural } from "../kernel/words.ts";
import { diagnosis } from "./diagnosis.ts";
import { distributionBlock } from "./distribution.ts";
import { loadFindings } from "./findings.ts";
import { percentText } from "./wording.ts";
import { caps } from "./plan.ts";
import type { Ending, Latency, LoadSummary } from "./summary.ts";
import { percentiles } from "./summary.ts";
import { charts, circumstances, headline } from "./page.ts";
import { requestsByName } from "./request-view.ts";
import { rateLimitBlocks } from "./rate-limit-view.ts";
import { recordedOf } from "./recorded.ts";
import { shardBlocks, shardFindings } from "./shard-findings.ts";
import { checksOf, sheetOf } from "./sheet.ts";

const count = (value: number): string => value.toLocaleString("en-US");

const right = (title: string) => ({ title, align: "right" as const });

const rate = (perSecond: number): string =>
  `${perSecond >= 100 ? count(Math.round(perSecond)) : perSecond.toFixed(1)}/s`;

/** The address, when it is not what the URL says already. */
const addressText = ({ target }: LoadSummary): string => {
  if (new URL(target.url).hostname.replace(/^\[|\]$/g, "") === target.address) return "";
  const others = target.addresses.length - 1;
  return ` at ${target.address}${others > 0 ? ` (of ${plural(target.addresses.length, "address", "addresses")})` : ""}`;
};

/** A number of requests alone is bounded by the longest duration allowed, which is not worth saying. */
const spanText = ({ durationMs, requests }: LoadSummary["asked"]): string => {
  if (requests === null) return `for ${milliseconds(durationMs)}`;
  const number = plural(requests, "request");
  return durationMs >= caps.durationMs
    ? `until ${number} were sent`
    : `for ${milliseconds(durationMs)}, at most ${number}`;
};

const loopText = ({ asked }: LoadSummary): string =>
  asked.ratePerSecond === null
    ? `closed loop: ${plural(asked.concurrency, "connection")} ${spanText(asked)}, each sending again as soon as it is answered`
    : `open loop: ${rateText(asked)} ${spanText(asked)}, over at most ${plural(asked.concurrency, "connection")}`;

const rateText = ({ ratePerSecond, stages }: LoadSummary["asked"]): string =>
  stages === null
    ? `${ratePerSecond ?? 0} requests a second`
    : `${[`from ${stages.fromPerSecond}/s`, ...stages.stages.map(({ durationMs, toPerSecond }) => `${durationMs === 0 ? "at once" : `in ${milliseconds(durationMs)}`} to ${toPerSecond}/s`)].join(", ")},`;

const sentText = ({ request, asked }: LoadSummary): string => {
  const body = request.bodyBytes === 0 ? "no body" : `a body of ${bytes(request.bodyBytes)}`;
  const tls = asked.verifyTls === false ? "; certificates not verified" : "";
  const over = `over ${asked.verifyTls === null ? "TCP" : "TLS"}`;
  const engine =
    asked.engine === "socket"
      ? `HTTP/1.1 ${over} (engine socket)`
      : `Bun's client ${over} (engine fetch: ${asked.engineReason})`;
  return `${engine}, ${body}, timeout ${milliseconds(asked.timeoutMs)}${tls}`;
};

const partText = ({ shard }: LoadSummary): string =>
  shard === null ? "" : `shard ${shard.number} of ${shard.of} of: `;

const askedBlock = (summary: LoadSummary): Block =>
  text(`${partText(summary)}${loopText(summary)}\n${sentText(summary)}`, "dim");

const targetBlocks = (summary: LoadSummary): readonly Block[] => [
  heading(`${summary.request.method} ${summary.target.url}${addressText(summary)}`),
  askedBlock(summary),
];

/** Names and counts, so that a reader can add them up. */
const requestBlocks = ({ requests: r, failures, statuses }: LoadSummary): readonly Block[] => [
  heading("Requests"),
  {
    kind: "table",
    columns: [{ title: "" }, right(""), { title: "" }],
    rows: [
      ["scheduled", count(r.scheduled), `= ${count(r.sent)} sent + ${count(r.neverSent)} never sent`],
      [
        "sent",
        count(r.sent),
        `= ${count(r.answered)} answered + ${count(r.failed)} failed + ${count(r.unanswered)} unanswered`,
      ],
      ...statuses.map(({ status, count: n, expected }) => [
        `status ${status}`,
        count(n),
        expected ? "" : "not expected",
      ]),
      ...failures.map(({ kind, count: n, text: what, sent }) => [kind, count(n), sent ? what : `never sent: ${what}`]),
    ],
  },
];

const throughputBlocks = (summary: LoadSummary): readonly Block[] => {
  const { throughput: t, requests } = summary;
  const line = [
    `${rate(t.answersPerSecond)} answered in ${milliseconds(t.sendingMs)}`,
    `${bytes(t.receivedBytesPerSecond)}/s received`,
    `errors ${percentText(requests.errorRate)}`,
  ].join(" · ");
  return [text(line, requests.errors === 0 ? "good" : "bad"), text(connectionText(summary), "dim")];
};

const connectionText = ({ connections: c, latency }: LoadSummary): string =>
  [
    `${plural(c.opened, "connection")} opened`,
    ...(c.idleCloses === 0 ? [] : [`${count(c.idleCloses)} closed by the server while idle`]),
    ...(c.connect === null ? [] : [`connecting took ${milliseconds(c.connect.p50Ms)}`]),
    ...(c.tls === null ? [] : [`TLS ${milliseconds(c.tls.p50Ms)}`]),
    ...(latency.firstByte === null ? [] : [`first byte ${milliseconds(latency.firstByte.p50Ms)} (medians)`]),
  ].join(" · ");

const cell = (latency: Latency | null, key: (typeof percentiles)[number]["key"]): string =>
  latency === null ? "-" : `${latency.atLeast.includes(key) ? ">= " : ""}${milliseconds(latency[key])}`;

/** Is waiting for a connection (or the client's timer) visible in the response times? */
const differs = ({ latency: { all, service } }: LoadSummary): boolean =>
  all !== null &&
  service !== null &&
  percentiles.some(
    ({ key }) => all[key] > service[key] * 1.1 + 0.001 || service.atLeast.includes(key) !== all.atLeast.includes(key),
  );

const latencyBlocks = (summary: LoadSummary): readonly Block[] => {
  const { latency, asked } = summary;
  const columns = [
    { title: "ok", of: latency.ok },
    { title: "all", of: latency.all },
    ...(differs(summary) ? [{ title: "service only", of: latency.service }] : []),
  ];
  return [
    heading(asked.loop === "open" ? "Response time, from when each request was due" : "Response time"),
    {
      kind: "table",
      columns: [{ title: "" }, ...columns.map(({ title }) => right(title))],
      rows: [
        ...percentiles.map(({ key, label }) => [label, ...columns.map(({ of }) => cell(of, key))]),
        ["requests", ...columns.map(({ of }) => count(of?.count ?? 0))],
      ],
    },
    ...noteOf(summary),
  ];
};

const noteOf = ({ asked, latency, client }: LoadSummary): readonly Block[] => {
  const bounds = latency.all?.lowerBounds ?? 0;
  const lines = [
    ...(bounds > 0
      ? [
          `">=": ${plural(bounds, "request")} timed out, ${bounds === 1 ? "was" : "were"} unanswered or never sent, and count with the time they had waited`,
        ]
      : []),
    ...(asked.loop === "closed"
      ? [
          "closed loop: requests that a slow server kept from being sent are missing from these figures; use --rate to see them",
        ]
      : [
          `the client sent 99 % of the requests within ${milliseconds(client.sendLagMs)} of their due time, when a connection was free`,
        ]),
  ];
  return [text(lines.join("\n"), "dim")];
};

const stampBlock = ({ client }: LoadSummary): Block =>
  client.stamp === "valid"
    ? {
        kind: "stamp",
        label: "VALID",
        text: `the client had room (its thread was busy ${percentText(client.cpuShare)} of the time, its timer late by ${milliseconds(client.maxLagMs)} at worst)`,
        tone: "good",
      }
    : { kind: "stamp", label: "CLIENT-BOUND", text: client.boundBy.join("; "), tone: "bad" };

const thresholdBlocks = ({ thresholds }: LoadSummary): readonly Block[] =>
  thresholds.length === 0
    ? []
    : [{ kind: "checks", title: "Thresholds, over all requests", checks: checksOf(thresholds) }];

const threeDigits = (value: number): number => Number(value.toPrecision(3));

const intervalBlocks = ({ intervals }: LoadSummary): readonly Block[] =>
  intervals.length < 3
    ? []
    : [
        {
          kind: "lines",
          title: "Response times over time",
          unit: "ms",
          x: intervals.map(({ startMs }) => startMs / 1000),
          series: [
            { label: "p50", y: intervals.map(({ p50Ms }) => threeDigits(p50Ms)) },
            { label: "p99", y: intervals.map(({ p99Ms }) => threeDigits(p99Ms)) },
          ],
        },
      ];

const exits: Readonly<Record<Ending, ExitCode | undefined>> = {
  complete: undefined,
  interrupted: 130,
  aborted: 1,
  unreached: 4,
};

/** With charts, in the order in which people ask: is it good, can I trust it, when, how often, what, where. */
const pageBlocks = (summary: LoadSummary, distribution: Block): readonly Block[] => [
  askedBlock(summary),
  headline(summary),
  stampBlock(summary),
  ...shardBlocks(summary),
  ...rateLimitBlocks(summary),
  ...charts(summary, distribution),
  ...latencyBlocks(summary),
  ...requestBlocks(summary),
  ...requestsByName(summary),
  ...circumstances(summary),
];

const terminalBlocks = (summary: LoadSummary, distribution: Block): readonly Block[] => [
  ...targetBlocks(summary),
  ...throughputBlocks(summary),
  stampBlock(summary),
  ...shardBlocks(summary),
  ...thresholdBlocks(summary),
  ...rateLimitBlocks(summary),
  ...requestBlocks(summary),
  ...requestsByName(summary),
  ...latencyBlocks(summary),
  distribution,
  ...intervalBlocks(summary),
];

/** Everything that a page shows of a run, for pages that show more than one. */
export const runPage = (summary: LoadSummary): readonly Block[] => {
  if (summary.requests.scheduled === 0) return [askedBlock(summary)];
  const { known, bound } = recordedOf(summary.latency.all);
  return pageBlocks(summary, distributionBlock(known, bound));
};

const blocksOf = (summary: LoadSummary): readonly Block[] => {
  if (summary.requests.scheduled === 0) return targetBlocks(summary);
  const { known, bound } = recordedOf(summary.latency.all);
  return terminalBlocks(summary, distributionBlock(known, bound));
};

/**
 * `exit` overrides the status of an interrupted run: which signal it was is known outside.
 */
export const loadReport = (summary: LoadSummary, exit?: ExitCode): Report<LoadSummary> => {
  const status = summary.ending === "interrupted" ? (exit ?? 130) : exits[summary.ending];
  return {
    command: "load",
    title: `${summary.request.method} ${summary.target.url}`,
    checks: checksOf(summary.thresholds),
    sheet: sheetOf(summary),
    blocks: blocksOf(summary),
    page: () => runPage(summary),
    findings: [
      ...shardFindings(summary),
      ...loadFindings(summary),
      // What one part saw says little about the server: the whole does.
      ...(summary.shard === null ? diagnosis(summary) : []),
    ],
    data: summary,
    ...(status === undefined ? {} : { exit: status }),
  };
};
