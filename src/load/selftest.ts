// The load tester's own test: servers of known behaviour, what a truthful report of each must say, and what was reported.
import type { Block, Check, Report } from "../kernel/report.ts";
import { heading, text } from "../kernel/report.ts";
import type { Finding } from "../kernel/finding.ts";
import { milliseconds, plural } from "../kernel/words.ts";
import type { LoadSummary } from "./summary.ts";

/** What the server did, by its own books. */
export interface Seen {
  readonly requests: number;
  readonly answered: number;
  readonly reset: number;
  readonly failed: number;
}

export type SelftestRow = {
  readonly what: string;
  readonly expected: string;
  readonly reported: string;
  readonly right: boolean;
};

export interface SelftestCase<Conduct> {
  readonly name: string;
  readonly about: string;
  readonly conduct: Conduct;
  /** Flags of `senior load`. */
  readonly flags: readonly string[];
  rows(run: LoadSummary, seen: Seen): readonly SelftestRow[];
}

/** The timers of a server and of a client are a little late, never early; a busy machine makes them later. */
const slackMs = 40;

const exactly = (what: string, expected: number, reported: number): SelftestRow => ({
  what,
  expected: expected.toLocaleString("en-US"),
  reported: reported.toLocaleString("en-US"),
  right: expected === reported,
});

/** Requests come every 10 ms, and the first may come a little late: a percentile may fall one request lower. */
const stepMs = 15;

const about = (what: string, expectedMs: number, reportedMs: number | undefined, slack = slackMs): SelftestRow => ({
  what,
  expected: expectedMs === 0 ? `below ${milliseconds(slack)}` : milliseconds(expectedMs),
  reported: reportedMs === undefined ? "nothing measured" : milliseconds(reportedMs),
  right: reportedMs !== undefined && reportedMs >= expectedMs - stepMs && reportedMs <= expectedMs + slack,
});

const atLeast = (
  run: LoadSummary,
  what: string,
  key: "p50Ms" | "p90Ms" | "p95Ms" | "p99Ms",
  leastMs: number,
): SelftestRow => {
  const { all } = run.latency;
  const bound = all?.atLeast.includes(key) === true;
  return {
    what,
    expected: `>= ${milliseconds(leastMs)}`,
    reported: all === null ? "nothing measured" : `${bound ? ">= " : ""}${milliseconds(all[key])}`,
    right: all !== null && bound && all[key] >= leastMs,
  };
};

const books = ({ requests: r }: LoadSummary): SelftestRow => ({
  what: "every request accounted for",
  expected: "scheduled = sent + never sent, sent = answered + failed + unanswered",
  reported: `${r.scheduled} = ${r.sent} + ${r.neverSent}, ${r.sent} = ${r.answered} + ${r.failed} + ${r.unanswered}`,
  right: r.scheduled === r.sent + r.neverSent && r.sent === r.answered + r.failed + r.unanswered,
});

export type SelftestConduct =
  | { readonly kind: "constant"; readonly ms: number }
  | { readonly kind: "frozen"; readonly fromMs: number; readonly toMs: number }
  | { readonly kind: "resets"; readonly every: number }
  | { readonly kind: "fails"; readonly every: number }
  | { readonly kind: "limited"; readonly perSecond: number };

/**
 * The figures follow from arithmetic. A server that stands still for F of a run of T, at a constant rate: a share of
 * (F − x) / T of the requests waits longer than x. One that answers half of the asked rate: the request due at t is
 * answered at 2 t, so that response times grow in a straight line, to T.
 */
export const selftestCases: readonly SelftestCase<SelftestConduct>[] = [
  {
    name: "constant",
    about: "every answer takes 50 ms",
    conduct: { kind: "constant", ms: 50 },
    flags: ["--rate", "100", "--duration", "2s", "--concurrency", "20"],
    rows: (run, seen) => [
      exactly("requests", 200, run.requests.scheduled),
      exactly("answered", seen.answered, run.requests.answered),
      about("p50", 50, run.latency.all?.p50Ms),
      about("p99", 50, run.latency.all?.p99Ms, 2 * slackMs),
      books(run),
    ],
  },
  {
    name: "freeze",
    about: "answers at once, but stands still for 1 s of 4 s",
    conduct: { kind: "frozen", fromMs: 1500, toMs: 2500 },
    flags: ["--rate", "100", "--duration", "4s", "--concurrency", "20"],
    rows: (run, seen) => [
      exactly("requests", 400, run.requests.scheduled),
      exactly("answered", seen.answered, run.requests.answered),
      about("p50", 0, run.latency.all?.p50Ms),
      about("p90", 600, run.latency.all?.p90Ms),
      about("p95", 800, run.latency.all?.p95Ms),
      about("p99", 960, run.latency.all?.p99Ms),
      books(run),
    ],
  },
  {
    name: "outage",
    about: "stands still from 1.6 s on, beyond the end of a run of 2 s",
    conduct: { kind: "frozen", fromMs: 1600, toMs: 600_000 },
    flags: ["--rate", "100", "--duration", "2s", "--concurrency", "20", "--timeout", "20s"],
    rows: (run, seen) => [
      exactly("requests", 200, run.requests.scheduled),
      exactly("answered", seen.answered, run.requests.answered),
      exactly("without an answer", 200 - seen.answered, run.requests.unanswered + run.requests.neverSent),
      atLeast(run, "p90", "p90Ms", 200),
      atLeast(run, "p99", "p99Ms", 380),
      books(run),
    ],
  },
  {
    name: "resets",
    about: "resets the connection in place of every tenth answer",
    conduct: { kind: "resets", every: 10 },
    flags: ["--requests", "200", "--concurrency", "10"],
    rows: (run, seen) => [
      exactly("requests", 200, run.requests.scheduled),
      exactly("that the server saw (none is sent twice)", 200, seen.requests),
      exactly("answered", 180, run.requests.answered),
      exactly("failed: reset", seen.reset, run.failures.find(({ kind }) => kind === "reset")?.count ?? 0),
      books(run),
    ],
  },
  {
    name: "errors",
    about: "every fifth answer has status 500",
    conduct: { kind: "fails", every: 5 },
    flags: ["--requests", "200", "--concurrency", "10"],
    rows: (run, seen) => [
      exactly("answered", 200, run.requests.answered),
      exactly("status 500", seen.failed, run.statuses.find(({ status }) => status === 500)?.count ?? 0),
      exactly("errors", 40, run.requests.errors),
      books(run),
    ],
  },
  {
    name: "overload",
    about: "answers 50 a second, and is asked 100",
    conduct: { kind: "limited", perSecond: 50 },
    flags: ["--rate", "100", "--duration", "2s", "--concurrency", "250", "--timeout", "20s"],
    rows: (run, seen) => [
      exactly("requests", 200, run.requests.scheduled),
      exactly("answered", seen.answered, run.requests.answered),
      about("p50", 990, run.latency.all?.p50Ms, 2 * slackMs),
      about("p90", 1790, run.latency.all?.p90Ms, 2 * slackMs),
      about("p50, service alone", 990, run.latency.service?.p50Ms, 2 * slackMs),
      books(run),
    ],
  },
];

export type SelftestResult = {
  readonly name: string;
  readonly about: string;
  readonly stamp: "valid" | "client-bound";
  readonly boundBy: readonly string[];
  readonly rows: readonly SelftestRow[];
};

export type Selftest = {
  readonly kind: "load-selftest";
  readonly version: 1;
  readonly cases: readonly SelftestResult[];
};

const caseBlocks = ({ name, about: what, stamp, boundBy, rows }: SelftestResult): readonly Block[] => [
  heading(`${name}: ${what}`),
  {
    kind: "table",
    columns: [
      { title: "" },
      { title: "expected", align: "right" },
      { title: "reported", align: "right" },
      { title: "" },
    ],
    rows: rows.map(({ what: measure, expected, reported, right }) => [
      measure,
      ...(measure.startsWith("every request") ? ["", reported] : [expected, reported]),
      right ? "right" : "WRONG",
    ]),
    tones: rows.map(({ right }) => (right ? "good" : "bad")),
  },
  ...(stamp === "valid" ? [] : [text(`CLIENT-BOUND: ${boundBy.join("; ")}`, "warn")]),
];

const checks = ({ name, rows }: SelftestResult): readonly Check[] =>
  rows.map(({ what, expected, reported, right }) => ({
    name: `${name}: ${what}`,
    verdict: right ? "passed" : "failed",
    text: `expected ${expected}, reported ${reported}`,
    rule: "load/selftest",
  }));

const findings = (cases: readonly SelftestResult[]): readonly Finding[] =>
  cases.flatMap(({ name, rows, stamp }) => {
    const wrong = rows.filter(({ right }) => !right);
    if (wrong.length === 0) return [];
    return [
      {
        rule: "load/selftest" as const,
        severity: "error" as const,
        at: { kind: "project" } as const,
        message: `${name}: ${wrong.map(({ what, expected, reported }) => `${what} should be ${expected}, was ${reported}`).join("; ")}`,
        help:
          stamp === "client-bound"
            ? "this machine was too busy to measure: repeat when it has nothing else to do"
            : "figures of load tests on this machine cannot be trusted until this is understood",
      },
    ];
  });

export const selftestReport = (cases: readonly SelftestResult[]): Report<Selftest> => {
  const rows = cases.flatMap((one) => one.rows);
  const right = rows.filter((row) => row.right).length;
  const blocks: readonly Block[] = [
    ...cases.flatMap(caseBlocks),
    text(`${right} of ${plural(rows.length, "figure")} right`, right === rows.length ? "good" : "bad"),
  ];
  return {
    command: "load selftest",
    title: "Load tests of servers whose behaviour is known",
    blocks,
    checks: cases.flatMap(checks),
    findings: findings(cases),
    data: { kind: "load-selftest", version: 1, cases },
  };
};
