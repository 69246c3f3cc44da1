// What a load run found out: errors, a rate that was not held, a client that was the bottleneck, a target never reached.
import type { Finding } from "../kernel/finding.ts";
import { listed, milliseconds, plural } from "../kernel/words.ts";
import type { Interval, LoadSummary } from "./summary.ts";
import type { Judged } from "./threshold.ts";
import { limitFindings } from "./rate-limit-findings.ts";
import { valueText } from "./threshold.ts";
import { percentText, placeOf } from "./wording.ts";

/** From this share of errors on, a run has failed; below it, it has a blemish. */
const failingShare = 0.01;

/** Each kind of error with its count, most frequent first. */
/** Answers with a right status that did not hold what was expected of them. */
const notHeld = ({ statuses, requests }: LoadSummary): number =>
  requests.unexpected - statuses.filter(({ expected }) => !expected).reduce((sum, { count }) => sum + count, 0);

const errorParts = (summary: LoadSummary): readonly string[] => {
  const { failures, statuses, requests } = summary;
  const wrongStatuses = statuses.filter(({ expected }) => !expected);
  const parts = [
    ...failures.map(({ count, text }) => ({ count, text })),
    ...wrongStatuses.map(({ status, count }) => ({ count, text: `status ${status}` })),
    { count: requests.unanswered, text: "not answered by the end" },
    { count: notHeld(summary), text: "not what was expected of the answer" },
  ];
  return parts
    .filter(({ count }) => count > 0)
    .toSorted((a, b) => b.count - a.count)
    .map(({ count, text }) => `${count.toLocaleString("en-US")} × ${text}`);
};

/** `load/check`: what answers did not hold, for each expectation that was broken. */
const checks = (summary: LoadSummary): readonly Finding[] =>
  summary.checks
    .filter(({ broken }) => broken > 0)
    .map(({ request, text, held, broken, example }) => ({
      rule: "load/check",
      severity: broken / summary.requests.scheduled >= failingShare ? "error" : "warning",
      at: placeOf(summary),
      message: `${request === "" ? "" : `${request}: `}${text}: not so in ${plural(broken, "answer")} of ${(held + broken).toLocaleString("en-US")}; first: ${example}`,
    }));

/** `load/errors`: an error from 1 % of the scheduled requests on, a warning below. */
const errors = (summary: LoadSummary): readonly Finding[] => {
  const { requests, failures } = summary;
  if (requests.errors === 0) return [];
  const example = failures.find((failure) => failure.example !== "" && failure.example !== failure.text);
  return [
    {
      rule: "load/errors",
      severity: requests.errorRate >= failingShare ? "error" : "warning",
      at: placeOf(summary),
      message: `${plural(requests.errors, "request")} of ${requests.scheduled.toLocaleString("en-US")} went wrong (${percentText(requests.errorRate)}): ${listed(errorParts(summary))}`,
      ...(example === undefined
        ? {}
        : { evidence: { note: `first of its kind (${example.kind}): ${example.example}` } }),
      help: "statuses that are meant to appear are named by --expect-status; --fail-on decides what fails a pipeline",
    },
  ];
};

/** `load/rate-missed`: an open loop whose requests could not all be sent; an error from 1 % on. */
const rateMissed = (summary: LoadSummary): readonly Finding[] => {
  const { asked, requests, throughput } = summary;
  const unsent =
    requests.neverSent - summary.failures.filter(({ sent }) => !sent).reduce((sum, { count }) => sum + count, 0);
  if (asked.ratePerSecond === null || unsent === 0 || summary.ending !== "complete") return [];
  return [
    {
      rule: "load/rate-missed",
      severity: unsent / requests.scheduled >= failingShare ? "error" : "warning",
      at: placeOf(summary),
      message: `asked for ${asked.ratePerSecond}/s, sent ${throughput.sentPerSecond.toFixed(1)}/s: ${plural(unsent, "due request")} found no free connection and ${unsent === 1 ? "was" : "were"} never sent`,
      help: `all ${plural(asked.concurrency, "connection")} were busy: raise --concurrency, and if the rate stays the same, the server is at its limit`,
    },
  ];
};

interface Quiet {
  readonly fromMs: number;
  readonly toMs: number;
}

/** The longest run of slices without a single answer, if there is one. */
const longestQuiet = (intervals: readonly Interval[]): Quiet | undefined => {
  let longest: Quiet | undefined;
  let fromMs: number | undefined;
  for (const { startMs, durationMs, answered } of intervals) {
    fromMs = answered > 0 ? undefined : (fromMs ?? startMs);
    if (fromMs === undefined) continue;
    const quiet = { fromMs, toMs: startMs + durationMs };
    if (longest === undefined || quiet.toMs - quiet.fromMs > longest.toMs - longest.fromMs) longest = quiet;
  }
  return longest;
};

/** What is shorter belongs to the tail of the response times. */
const shortestStallMs = 500;

/**
 * `load/stalled`: a time without answers, far longer than answers take. A closed loop sends little in such a time, so
 * its share of errors stays small however long the server was away. An error when the server never came back.
 */
const stalled = (summary: LoadSummary): readonly Finding[] => {
  const { intervals, latency, asked, requests } = summary;
  const quiet = longestQuiet(intervals);
  if (quiet === undefined || requests.answered === 0) return [];
  const usualMs = Math.max(latency.ok?.p50Ms ?? 0, asked.ratePerSecond === null ? 0 : 1000 / asked.ratePerSecond);
  const lengthMs = quiet.toMs - quiet.fromMs;
  if (lengthMs < Math.max(shortestStallMs, 3 * usualMs)) return [];
  const last = intervals.at(-1);
  const forGood = last !== undefined && quiet.toMs >= last.startMs + last.durationMs;
  const until = forGood ? "to the end" : `to ${milliseconds(quiet.toMs)}`;
  return [
    {
      rule: "load/stalled",
      severity: forGood ? "error" : "warning",
      at: placeOf(summary),
      message: `nothing was answered for ${milliseconds(lengthMs)} or longer, from ${milliseconds(quiet.fromMs)} after the start ${until}`,
      help: forGood
        ? "look for a crash, or for what the server was waiting for"
        : "look for what the server was waiting for: a lock, a full pool, garbage collection",
    },
  ];
};

/** `load/redirected`: the load reached a signpost, not the service. */
const redirected = (summary: LoadSummary): readonly Finding[] => {
  const moved = summary.statuses.filter(
    ({ status, expected }) => expected && status >= 300 && status < 400 && status !== 304,
  );
  const count = moved.reduce((sum, one) => sum + one.count, 0);
  if (count * 2 <= summary.requests.answered) return [];
  return [
    {
      rule: "load/redirected",
      severity: "info",
      at: placeOf(summary),
      message: `${percentText(count / summary.requests.answered)} of the answers were redirects (${listed(moved.map(({ status }) => String(status)))}), which are not followed`,
      help: "load the URL that they lead to",
    },
  ];
};

/** Why a limit was not met, and what to do, where the run itself says it. */
const missedHelp = ({ metric, comparison }: Judged, { asked }: LoadSummary): string =>
  metric === "rate" && asked.ratePerSecond !== null && comparison.startsWith(">")
    ? `the run asked for ${asked.ratePerSecond}/s and cannot be answered faster: raise --rate`
    : metric === "rate"
      ? "a closed loop sends only as fast as it is answered: more --concurrency may raise it"
      : "the distribution above shows how many requests it takes to get below the limit";

/** `load/threshold`: an error for each limit that the run missed, or could not show to be met. */
const thresholds = (summary: LoadSummary): readonly Finding[] =>
  summary.thresholds
    .filter(
      ({ verdict, atLeast, value }) => verdict === "missed" || (verdict === "unproven" && (atLeast || value === null)),
    )
    .map((judged) => ({
      rule: "load/threshold",
      severity: "error",
      at: placeOf(summary),
      message:
        judged.verdict === "missed"
          ? `${judged.text} was missed: ${valueText(judged)}`
          : `${judged.text} could not be shown: ${valueText(judged)}${judged.atLeast ? ", and requests without an answer may have taken longer" : ""}`,
      help: missedHelp(judged, summary),
    }));

/** Limits that the figures meet, were they the server's. */
const withheld = ({ thresholds: judged }: LoadSummary): readonly string[] =>
  judged
    .filter(({ verdict, atLeast, value }) => verdict === "unproven" && !atLeast && value !== null)
    .map(({ text }) => text);

/** `load/client-bound`: this machine may have set the limit. An error where a threshold would pass for it. */
const clientBound = (summary: LoadSummary): readonly Finding[] =>
  summary.client.boundBy.length === 0
    ? []
    : [
        {
          rule: "load/client-bound",
          severity: summary.thresholds.length > 0 ? "error" : "warning",
          at: placeOf(summary),
          message: `the client was a bottleneck: ${listed(summary.client.boundBy)}${withheld(summary).length === 0 ? "" : `; ${listed(withheld(summary))} cannot pass on such a run`}`,
          help: "the server may be faster than measured here; use a lower --rate or --concurrency, or a machine with nothing else to do",
        },
      ];

/** `load/unreached`: nothing was measured, for no connection was ever opened. */
const unreached = (summary: LoadSummary): readonly Finding[] =>
  summary.ending !== "unreached"
    ? []
    : [
        {
          rule: "load/unreached",
          severity: "error",
          at: placeOf(summary),
          message: `no connection could be opened: ${listed(summary.failures.map(({ text }) => text)) || "nothing answered"}`,
          help: "check the address, and that the server runs and accepts connections",
        },
      ];

/** `load/aborted`: a condition of `--abort-on` came true. */
const aborted = (summary: LoadSummary): readonly Finding[] =>
  summary.abortedBy === null
    ? []
    : [
        {
          rule: "load/aborted",
          severity: "error",
          at: placeOf(summary),
          message: `ended by --abort-on ${summary.abortedBy.text} after ${milliseconds(summary.throughput.sendingMs)}: ${valueText(summary.abortedBy)}`,
          help: "everything until then is in this report",
        },
      ];

/** `load/interrupted`: the figures are those of a shorter run. */
const interrupted = (summary: LoadSummary): readonly Finding[] =>
  summary.ending !== "interrupted"
    ? []
    : [
        {
          rule: "load/interrupted",
          severity: "info",
          at: placeOf(summary),
          message: `stopped after ${milliseconds(summary.throughput.sendingMs)}: everything until then is in this report`,
        },
      ];

export const loadFindings = (summary: LoadSummary): readonly Finding[] =>
  [
    errors,
    checks,
    thresholds,
    stalled,
    rateMissed,
    redirected,
    clientBound,
    limitFindings,
    unreached,
    aborted,
    interrupted,
  ].flatMap((rule) => rule(summary));
