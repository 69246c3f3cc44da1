// JSON Schemas (2020-12) of a load run and of a comparison, as `senior load --json` carries them in `data`, and a baseline.
import type { Json, JsonObject } from "../kernel/json.ts";
import { percentiles } from "./summary.ts";
import { failureNames } from "./tally.ts";

const object = (description: string, properties: JsonObject): JsonObject => ({
  type: "object",
  description,
  additionalProperties: false,
  required: Object.keys(properties),
  properties,
});
const list = (description: string, items: Json): JsonObject => ({ type: "array", description, items });
const text = (description: string): JsonObject => ({ type: "string", description });
const number = (description: string): JsonObject => ({ type: "number", minimum: 0, description });
const count = (description: string): JsonObject => ({ type: "integer", minimum: 0, description });
const orNull = (schema: JsonObject): JsonObject => ({ ...schema, type: [schema["type"] ?? "null", "null"] });
const one = (of: readonly string[], description: string): JsonObject => ({ enum: of, description });
const yes = (description: string): JsonObject => ({ type: "boolean", description });

const latency = (description: string): JsonObject =>
  orNull(
    object(`${description}; null when there were none`, {
      count: count("requests measured, lower bounds included"),
      lowerBounds: count("of those: timed out, unanswered or never sent, and counted with the time they had waited"),
      minMs: number("the shortest"),
      meanMs: number("the arithmetic mean"),
      ...Object.fromEntries(
        percentiles.map(({ key, label }) => [key, number(`${label}, nearest rank, at most 0.1 % high`)]),
      ),
      atLeast: list(
        "the percentiles that are lower bounds: the unknown durations could raise them by over 1 %",
        one(
          percentiles.map(({ key }) => key),
          "the name of a value beside this list",
        ),
      ),
      hdr: text("the whole distribution in HdrHistogram's V2 format, uncompressed, base64; values are nanoseconds"),
      boundsHdr: orNull(text("the lower bounds among them, in the same format")),
    }),
  );

const header: JsonObject = {
  type: "array",
  prefixItems: [{ type: "string" }, { type: "string" }],
  minItems: 2,
  maxItems: 2,
};

const environment: JsonObject = object("where the run was made", {
  host: text("its name"),
  platform: text("operating system and processor architecture"),
  kernel: text("release of the operating system"),
  processor: text("model"),
  processors: count("as many as are available"),
  runtime: text("what the load engine runs on"),
});

const judged = (description: string): JsonObject =>
  object(description, {
    text: text("as it was written, without blanks"),
    metric: text("a percentile such as p99.9, mean, max, rate, errors or unanswered"),
    comparison: one(["<", "<=", ">", ">="], "of the value with the limit"),
    limit: number("in the unit"),
    unit: one(["ms", "perSecond", "share", "count"], "of limit and value"),
    value: orNull(number("what was measured; null where nothing was")),
    atLeast: yes("the value is a lower bound: requests without an answer could raise it"),
    verdict: one(["met", "missed", "unproven"], "unproven: it could be missed, or the client may have set it"),
  });

const run: JsonObject = object("Durations are milliseconds where their names end in Ms.", {
  kind: { const: "load" },
  version: { const: 1, description: "of this format" },
  startedAt: { type: "string", format: "date-time", description: "when the run began" },
  environment,
  ending: one(
    ["complete", "interrupted", "aborted", "unreached"],
    "aborted: by --abort-on; unreached: no connection was ever opened",
  ),
  target: object("what was loaded", {
    url: text("user information removed, secret query values masked"),
    address: text("the address that was connected to"),
    addresses: list("every address the name had", { type: "string" }),
  }),
  request: object("what was sent, again and again", {
    method: text("as it was sent"),
    headers: list("name and value, in order; the values of secrets are masked", header),
    bodyBytes: count("bytes of the body"),
    bytes: count("bytes of the whole request"),
  }),
  asked: object("what the run was told to do", {
    engine: one(["socket", "fetch"], "what sent the requests"),
    engineReason: text("why that; empty where there was nothing to choose"),
    workers: count("threads that sent"),
    loop: one(["closed", "open"], "open: requests come due at a rate, whether or not the server keeps up"),
    ratePerSecond: orNull(number("of an open loop; with stages, their mean")),
    stages: orNull(
      object("a rate that changes evenly through each stage", {
        fromPerSecond: number("the rate at the start"),
        stages: list(
          "in order",
          object("one stage", { durationMs: number("how long"), toPerSecond: number("the rate at its end") }),
        ),
      }),
    ),
    warmupMs: number("load before the measured time, of which nothing counts"),
    seed: count("of what is random in the run"),
    concurrency: count("connections"),
    durationMs: number("how long requests came due"),
    requests: orNull(count("at most so many")),
    timeoutMs: number("of one request, opening its connection included"),
    verifyTls: orNull(yes("null without TLS")),
  }),
  requests: object("what became of every request", {
    scheduled: count("= sent + neverSent"),
    sent: count("= answered + failed + unanswered"),
    neverSent: count("due, but without a connection to leave by"),
    answered: count("complete answers, whatever their status"),
    failed: count("sent, and ended without a complete answer"),
    unanswered: count("sent, and neither answered nor failed at the end"),
    unexpected: count("of the answered: with a status that was not expected"),
    errors: count("failed, unanswered, unexpected, and never sent because no connection could be opened"),
    errorRate: number("errors as a share of the scheduled"),
  }),
  throughput: object("measured while requests came due", {
    sendingMs: number("how long that was"),
    sentPerSecond: number("requests"),
    answersPerSecond: number("complete answers"),
    bytesReceived: count("heads and bodies as they came, without TLS"),
    bytesSent: count("likewise"),
    receivedBytesPerSecond: number("bytes received over the same time"),
  }),
  latency: object("durations of requests", {
    ok: latency("from the due time to the end of the answer, of answers with an expected status"),
    all: latency("from the due time, of every scheduled request"),
    service: latency("from the first byte written, of every sent request"),
    firstByte: latency("from the first byte written to the first byte read"),
    download: latency("from the first byte read to the end of the answer"),
  }),
  connections: object("what requests travelled over", {
    opened: count("with their TLS handshake"),
    idleCloses: count("closed by the server while no request was under way"),
    connect: latency("from the start of a connection until TCP was open"),
    tls: latency("from then until the handshake was over"),
  }),
  statuses: list(
    "answers by status",
    object("one status", {
      status: count("100 to 999"),
      count: count("answers"),
      expected: yes("did it count as right?"),
    }),
  ),
  failures: list(
    "requests without a complete answer, by kind",
    object("one kind", {
      kind: one(failureNames, "its name"),
      count: count("requests"),
      sent: yes("false: no connection could be opened for them"),
      text: text("what the kind means"),
      example: text("the first message of the kind"),
    }),
  ),
  intervals: list(
    "the run in slices of about a second",
    object("one slice", {
      startMs: number("since requests began to come due"),
      durationMs: number("of the slice"),
      requests: count("that ended in it, with an answer or without"),
      answered: count("complete answers"),
      errors: count("failures and unexpected statuses"),
      p50Ms: number("response time"),
      p95Ms: number("response time"),
      p99Ms: number("response time"),
      sent: count("requests that left in it"),
      heat: list("how response times spread: a class k, which ends at 10^(k/10) microseconds, and a count", {
        type: "array",
        prefixItems: [{ type: "integer" }, { type: "integer", minimum: 0 }],
        minItems: 2,
        maxItems: 2,
      }),
    }),
  ),
  byRequest: list(
    "each request by its name, where there are several",
    object("one request", {
      name: text("as the file calls it"),
      method: text("as it was sent"),
      path: text("as written: placeholders stay, secret values are masked"),
      scheduled: count("= sent + neverSent"),
      sent: count("= answered + failed + unanswered"),
      neverSent: count("due, but without a connection to leave by"),
      answered: count("complete answers, whatever their status"),
      failed: count("sent, and ended without a complete answer"),
      unanswered: count("sent, and neither answered nor failed at the end"),
      unexpected: count("of the answered: with a status that was not expected, or a check that did not hold"),
      all: latency("from the due time, of every scheduled one"),
      service: latency("from the first byte written, of every sent one"),
    }),
  ),
  checks: list(
    "what was expected of answers beside their status",
    object("one check", {
      request: text("the name of the request; empty for a run of one"),
      text: text("what was expected"),
      held: count("answers that met it"),
      broken: count("answers that did not"),
      example: text("what the first of those held instead"),
    }),
  ),
  abortedBy: orNull(judged("the --abort-on condition that ended the run")),
  notes: list("what a reader must know about how the engine measures", { type: "string" }),
  client: object("how the measuring side fared", {
    stamp: one(["valid", "client-bound"], "client-bound: the figures may be the client's own, not the server's"),
    cpuShare: number("of one processor, used by the measuring thread"),
    lagMs: number("how late its timer ran, at the 99th percentile"),
    maxLagMs: number("and at worst"),
    sendLagMs: number("open loop: how late requests left although a connection was free, at the 99th percentile"),
    boundBy: list("why the client may have set the limit; empty when it did not", { type: "string" }),
  }),
  thresholds: list("the limits that the run was held to, over the response time of all requests", judged("one limit")),
  rateLimit: orNull(
    object("what was seen of a rate limiter, where one was expected", {
      limited: count("answers with 429"),
      accepted: count("other answers"),
      firstNumber: orNull(count("the first 429, counted among all answers from 1")),
      firstMs: orNull(number("and its time since requests began to come due")),
      burst: orNull(count("let through of what was sent before the first 429 came")),
      sustainedPerSecond: orNull(number("let through from the first 429 to the end")),
      acceptedAgainMs: orNull(number("from the first 429 until a request was let through again")),
      headers: list("of the first 429: Retry-After and whatever names a rate limit", header),
      acceptedHeaders: list("of the first answer that was let through", header),
      claims: list(
        "what the headers said, held against what happened",
        object("one header", {
          header: text("its name"),
          value: text("as it came"),
          verdict: one(["true", "false", "untested"], "untested: the run ended before it could show"),
          text: text("what happened"),
        }),
      ),
      expected: orNull(object("what it should be", { limit: count("requests"), windowMs: number("in so long") })),
      window: orNull(
        object("its kind, as far as a probe could tell", {
          type: one(["fixed", "sliding", "sliding-counter", "token-bucket"], "of the limiter"),
          limit: count("let through at once"),
          windowMs: number("in so long"),
          text: text("the same in words"),
        }),
      ),
    }),
  ),
  shard: orNull(
    object("which part of a divided load this was", {
      number: count("from 1"),
      of: count("how many parts there are"),
      concurrency: count("of the connections, those of this part"),
      startAt: orNull(text("when all were to begin")),
      lateMs: number("how late this part began"),
      missed: count("arrivals that were over by then: lost, not made up for"),
      limits: list("what the merged result is to be held to", { type: "string" }),
    }),
  ),
  merged: orNull(
    object("what the result was merged from", {
      of: count("how many parts there are"),
      missing: list("numbers, from 1, of parts that are not there", { type: "integer", minimum: 1 }),
      skewMs: number("how far apart the first and the last one began"),
      parts: list(
        "those that are",
        object("one part", {
          number: count("from 1"),
          host: text("where it was measured"),
          startedAt: { type: "string", format: "date-time", description: "by its own clock" },
          sent: count("requests"),
          answered: count("complete answers"),
          errors: count("as for the whole"),
          missed: count("arrivals lost because it began late"),
          stamp: one(["valid", "client-bound"], "as for the whole"),
        }),
      ),
    }),
  ),
});

const dialect = "https://json-schema.org/draft/2020-12/schema";

export const loadSchema: JsonObject = { $schema: dialect, title: "A load run", ...run };

const side = (description: string): JsonObject =>
  object(description, {
    method: text("of its requests"),
    url: text("user information removed, secret query values masked"),
    startedAt: { type: "string", format: "date-time", description: "when it began" },
    environment,
    slices: count("that its values rest on"),
  });

const signed = (description: string): JsonObject => ({ type: "number", description });

export const comparisonSchema: JsonObject = {
  $schema: dialect,
  title: "A load comparison",
  ...object("Two services under load, or one now and earlier. Changes are of the second against the first.", {
    kind: { const: "load-comparison" },
    version: { const: 1, description: "of this format" },
    method: one(["interleaved", "baseline"], "slices side by side, in pairs; or an earlier run's against this one's"),
    seed: count("of the order of slices and of the intervals"),
    minEffect: number("the smallest change that counts, as a share"),
    sliceMs: orNull(number("of a slice, where they are interleaved")),
    first: side("the one compared with"),
    second: side("the one that is judged"),
    metrics: list(
      "everything compared",
      object("one metric", {
        metric: one(["p50", "p95", "p99", "rate", "errors"], "those that slices hold enough requests for"),
        unit: one(["ms", "perSecond", "share"], "of its values"),
        first: number("median over the slices; of errors, the mean"),
        second: number("likewise"),
        change: signed("as a share of the first: the median over pairs, or of the medians; of errors, the difference"),
        low: signed("of its 95 % interval"),
        high: signed("of its 95 % interval"),
        p: number("Wilcoxon's signed ranks, or Mann and Whitney's rank sum; two-sided"),
        adjustedP: number("Holm's, over the metrics"),
        noise: orNull(number("how far identical slices of the first differed; null where that was not measured")),
        resolution: number("half the interval: the smallest change that could be told"),
        verdict: one(["slower", "faster", "same", "inconclusive"], "of the second"),
      }),
    ),
    verdict: one(["slower", "faster", "same", "inconclusive"], "over all metrics; a slower one outweighs the others"),
    differences: list("conditions that were not the same for the baseline", { type: "string" }),
    runs: list("the runs that were made, their slices as intervals; the last one serves as a baseline", run),
  }),
};
