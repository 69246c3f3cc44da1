// senior load: sends HTTP load at a URL and reports what became of every request.
import type { ExitCode } from "../kernel/fault.ts";
import { Fault } from "../kernel/fault.ts";
import type { Io } from "../io/io.ts";
import { refuseShortage } from "../io/load/limits.ts";
import { readBaseline } from "../load/baseline.ts";
import { comparisonReport } from "../load/compare-view.ts";
import { readThresholds } from "../load/threshold.ts";
import { maxReport } from "../load/find-max-view.ts";
import { loadReport } from "../load/view.ts";
import { command } from "./command.ts";
import type { Arg } from "./flags.ts";
import { flag, integer, many, maybe, text } from "./flags.ts";
import { baselineComparison, urlComparison } from "./load-comparison.ts";
import { readRoute } from "./load-route.ts";
import { thresholdsOf } from "./load-limits.ts";
import { findMax, maxFlags, refuseSearch } from "./load-max.ts";
import { divide, readShare, shardFlags } from "./load-shard.ts";
import type { LoadArgs } from "./load-flags.ts";
import { engineFlags, paceFlags, requestFlags, routeFlags, scenarioFlags } from "./load-flags.ts";
import { measure, reachSubject, readSubject, summaryOf } from "./load-subject.ts";

const signalExit = (io: Io): ExitCode => (io.signal.reason === 143 ? 143 : 130);

/** `5%` or `5`, as a share. */
const percent = (about: string, usual: number): Arg<number> => ({
  ...text(about, { value: "PERCENT" }),
  read: (raw, name) => {
    const last = raw.at(-1);
    if (last === undefined) return usual;
    const value = /^\d{1,3}(\.\d{1,6})?%?$/.test(last) ? Number(last.replace("%", "")) / 100 : Number.NaN;
    if (value > 0 && value <= 10) return value;
    throw new Fault(
      "usage.bad-value",
      `${name} got "${last}", expected a percentage such as 5%, above 0 and up to 1000`,
    );
  },
});

interface Compare extends LoadArgs {
  readonly url: readonly string[];
  readonly compare: string | true | undefined;
  readonly threshold: readonly string[];
  readonly targets: string | undefined;
  readonly shard: string | undefined;
}

/** What goes with what, told before anything is sent. */
const refuseMixture = ({
  url,
  compare,
  requests,
  threshold,
  targets,
  expectRateLimit,
  abortOn,
  stage,
  shard,
}: Compare): void => {
  const wrong = (message: string, help: string): Fault => new Fault("usage.bad-value", message, { help });
  if (url.length > 2) throw wrong(`${url.length} URLs were given`, "compare two at a time");
  if (url.length === 2 && compare === undefined) {
    throw wrong("two URLs were given without --compare", "add --compare, or load them one by one");
  }
  if (url.length === 2 && typeof compare === "string") {
    throw wrong("--compare got two URLs and a baseline", "compare two URLs, or one of them with the baseline");
  }
  if (url.length === 1 && compare === true) {
    throw wrong("--compare lacks what to compare with", "give a second URL, or the JSON output of an earlier run");
  }
  if (expectRateLimit !== undefined && compare !== undefined) {
    throw wrong("--expect-rate-limit does not go with --compare", "run them one by one");
  }
  if (shard !== undefined && compare !== undefined) {
    throw wrong("--shard does not go with --compare", "a comparison is made by one machine, in turns");
  }
  if (url.length < 2) return;
  if (abortOn.length > 0) throw wrong("--abort-on does not go with two URLs", "watch each URL in a run of its own");
  if (stage.length > 0) throw wrong("--stage does not go with two URLs", "compare them at a constant --rate");
  if (requests !== undefined) throw wrong("--requests does not go with two URLs", "say how long with --duration");
  if (threshold.length > 0 || targets !== undefined) {
    throw wrong("limits do not go with two URLs", "hold each URL against them in a run of its own");
  }
};

/** What a search cannot be mixed with. */
const othersOf = ({ compare, expectRateLimit, shard, threshold, targets, abortOn }: Compare): readonly string[] => [
  ...(compare === undefined ? [] : ["--compare"]),
  ...(expectRateLimit === undefined ? [] : ["--expect-rate-limit"]),
  ...(shard === undefined ? [] : ["--shard"]),
  ...(threshold.length > 0 ? ["--threshold"] : []),
  ...(targets === undefined ? [] : ["--targets"]),
  ...(abortOn.length > 0 ? ["--abort-on"] : []),
];

export default command({
  name: "load",
  about: "Send HTTP load at a URL, and account for every request",
  more: [
    "Without --rate, a closed loop: each connection sends its next request as soon as it is answered. With --rate, an",
    "open loop: requests come due at a constant rate whether or not the server keeps up, and response times count from",
    "when a request was due, so a stall shows in full. --stage changes the rate along a straight line, from 0 or --rate to",
    "its target, within its time; a stage that repeats the target holds it, one of 0s jumps to it. Requests that are never answered stay in the percentiles, as",
    "lower bounds. Redirects are answers and are not followed. When the duration is over, answers may still arrive for",
    "two seconds, or twice the slowest answer so far if that is longer, and never longer than the timeout.",
    "A --scenario file lists requests by weight; one with steps is a flow, whose steps follow each other and may use what",
    "earlier ones found. --rate and --requests then count flows. Paths are below the URL. Each request takes:",
    "name, weight, method, path, headers, one of body | json | form | file | template, expect (status, contains, matches,",
    "json, headers, schema), extract (NAME: $.path, or json | header | regex | cookie); steps in place of these make a flow.",
    "Beside requests: headers and expect for all, data (a file, or file and order), cookies. {{column}}, {{name}},",
    "{{$number}} and {{$uuid}} are filled in to fit where they stand, {{{…}}} as they are.",
    "--compare measures two URLs in short turns, in an order drawn for each pair, and the first a third time in every",
    "second pair to learn the noise of the place; --duration is for each URL. A second URL that is slower by more than",
    "the minimum effect is exit 1; where nothing is shown, exit 0 and how long to run.",
    "Limits (--threshold, --targets) are held against the response time of all requests: failed, unanswered and never",
    "sent ones count. A limit that is not shown to be met fails, and none passes when the client was the bottleneck.",
    "Exit 1 when a limit is missed, when 1 % of the requests or more went wrong or could not be sent, or the server fell silent.",
  ].join("\n"),
  examples: [
    { run: "senior load http://localhost:3000/health", about: "Ten connections for ten seconds" },
    {
      run: "senior load http://localhost:3000/users --rate 200 --duration 30s",
      about: "200 requests a second, on schedule",
    },
    {
      run: `senior load http://localhost:3000/users --body @user.json -H "Authorization: Bearer $TOKEN"`,
      about: "POST a file",
    },
    {
      run: "senior load http://localhost:3000/users --body '{}' --expect-status 400 --json",
      about: "An error status that is right, as JSON",
    },
    {
      run: "senior load http://localhost:3000/users --rate 200 --threshold 'p99<500ms' --threshold 'errors<0.1%'",
      about: "Fail a pipeline (exit 1) when a limit is missed",
    },
    {
      run: "senior load http://localhost:3000/users --rate 200 -o report.html -o run.json",
      about: "Charts for a browser, and a baseline for later; -o junit.xml and -o report.md work as well",
    },
    {
      run: "senior load http://localhost:3000/users -c 50 --targets node-express",
      about: "Hold the run to the targets of a profile",
    },
    {
      run: "senior load http://localhost:3000/login --rate 50 --duration 5s --expect-rate-limit",
      about: "Does the rate limiter work, and do its headers tell the truth?",
    },
    {
      run: "senior load http://localhost:3000/login --expect-rate-limit 20/10s",
      about: "Is it 20 in 10 seconds, and of which kind: fixed or sliding window, token bucket?",
    },
    {
      run: "senior load http://localhost:3000/v1/users http://localhost:3000/v2/users --compare",
      about: "Is v2 slower? Measured in turns, for ten seconds each; exit 1 when it is",
    },
    {
      run: "senior load http://localhost:3000/users --stage 30s:100 --stage 1m:100 --stage 10s:0 --warmup 5s",
      about: "Up to 100 a second in half a minute, a minute at that, and down again",
    },
    {
      run: "senior load https://api.example.com/ --resolve api.example.com:443:127.0.0.1 --cacert ca.pem --cert me.pem",
      about: "A service behind its real name on this machine, with a client certificate",
    },
    {
      run: "senior load http://localhost/info --unix-socket /var/run/app.sock -d 5s --abort-on 'errors>50%'",
      about: "Through a Unix socket; ends early when most requests fail",
    },
    {
      run: "senior load http://localhost:3000 --scenario load.yaml --rate 100 --seed 7",
      about: "Weighted requests and flows (login, then call) from a file, the same each time",
    },
    {
      run: "senior load http://localhost:3000 --openapi openapi.yaml --bearer $TOKEN --operation listUsers=9 --operation addUser",
      about: "Valid requests for the operations of a document",
    },
    {
      run: "senior load 'http://localhost:3000/users/{{id}}' --data users.csv --expect-json '$.status=active'",
      about: "A row of data for each request, and a look into its answer",
    },
    {
      run: "senior load http://localhost:3000/users --rate 4000 --shard 2/4 --start-at 2026-01-31T12:00:00Z -o part-2.json",
      about: "The second of four machines; senior load merge part-*.json gives the whole",
    },
    {
      run: "senior load http://localhost:3000/users --find-max --slo 'p99<500ms,errors<0.1%'",
      about: "The highest rate that keeps these limits, and what to plan for each instance",
    },
    {
      run: "senior load http://localhost:3000/users --compare baseline.json",
      about: "Against an earlier run, saved by --output baseline.json",
    },
  ],
  positionals: {
    url: many(
      text("Where to send requests: http:// or https://; two of them with --compare", {
        value: "URL",
        required: true,
        scope: "user",
      }),
    ),
  },
  flags: {
    ...paceFlags,
    ...requestFlags,
    ...scenarioFlags,
    threshold: many(
      text("A limit over all requests: p99<500ms, mean<80ms, max<2s, rate>1000, errors<0.1%, unanswered<1", {
        value: "LIMIT",
      }),
    ),
    targets: text("Limits by name: default (p50<50ms, p95<200ms, p99<500ms, rate>1000, errors<0.1%) or a profile's", {
      value: "default|PROFILE",
    }),
    compare: maybe("Compare two URLs, or one with the JSON output of an earlier run", {
      value: "BASELINE",
      takes: (word) => !/^https?:\/\//i.test(word),
      scope: "user",
    }),
    minEffect: percent("With --compare: the smallest change that counts, 5% by default", 0.05),
    seed: integer("Draws what is random: data rows, the order of requests and slices; a new one by default", {
      min: 0,
    }),
    expectRateLimit: maybe(
      "Pass when 429s appear: they are no errors, and their absence is one; with a limit such as 100/15m, hold it against that",
      { value: "LIMIT", takes: (word) => /^\d+\s*\//.test(word) },
    ),
    ...maxFlags,
    ...shardFlags,
    ...engineFlags,
    ...routeFlags,
    iKnow: flag("Allow more than 10,000 connections, one hour or 200,000 requests a second", { scope: "user" }),
  },
  output: "report",
  graceful: true,
  async run({ args, io, registry }) {
    refuseMixture(args);
    refuseSearch(args, othersOf(args));
    const [url = "", other] = args.url;
    const seed = args.seed ?? io.now().getTime() % 2 ** 31;
    const thresholds = await thresholdsOf(io, args.threshold, args.targets, registry.profiles);
    const path = typeof args.compare === "string" ? args.compare : undefined;
    const baseline = path === undefined ? undefined : readBaseline(await io.files.readText(path), path);
    const subject = await readSubject(io, url, args, seed);
    const second = other === undefined ? undefined : await readSubject(io, other, args, seed);
    const conditions = args.abortOn.flatMap((one) => readThresholds(one, "--abort-on"));
    const route = await readRoute(io, args);
    const share = readShare(args, io, args.concurrency);
    await refuseShortage(args.concurrency, subject.settings.workers ?? 1);
    const reached = await reachSubject(io, subject, route, args);
    const choice = { minEffect: args.minEffect, seed };
    if (second !== undefined) {
      const rival = await reachSubject(io, second, route, args);
      return comparisonReport(await urlComparison(io, reached, rival, choice), [], signalExit(io));
    }
    const title = `${reached.plan.method} ${reached.target.shown}`;
    if (args.findMax) {
      const max = await findMax(
        io,
        reached,
        args,
        args.slo.flatMap((one) => readThresholds(one, "--slo")),
      );
      return maxReport(max, title, max.limitedBy === "interrupt" ? signalExit(io) : undefined);
    }
    const divided = await divide(io, reached.plan, share, args, thresholds);
    const happened = await measure(io, divided.plan, title, conditions);
    const summary = summaryOf(reached, happened, share === undefined ? thresholds : [], divided);
    const report = loadReport(summary, signalExit(io));
    if (baseline === undefined) return report;
    return comparisonReport(baselineComparison(baseline, summary, choice), report.blocks, signalExit(io));
  },
});
