// Merges the results of one load that several machines sent: histograms exactly, then limits on the whole.
import { Fault } from "../kernel/fault.ts";
import { listed, plural } from "../kernel/words.ts";
import type { Client } from "./client.ts";
import { mergedIntervals } from "./merge-intervals.ts";
import { recordedOf } from "./recorded.ts";
import type { CheckResult, Ending, Latency, LoadSummary, Merged, RequestResult, Shard } from "./summary.ts";
import { countedOf, latencyOf, outcomeOf } from "./summarize.ts";
import { Tally } from "./tally.ts";
import type { Threshold } from "./threshold.ts";
import { judge, readThresholds } from "./threshold.ts";

/** A result that is one part of a divided load. */
export type Part = LoadSummary & { readonly shard: Shard };

const refuse = (message: string, help: string): Fault => new Fault("input.invalid", message, { help });

export const partOf = (run: LoadSummary, path: string): Part => {
  if (run.shard !== null) return { ...run, shard: run.shard };
  throw refuse(
    `${path} is not one part of a divided load`,
    "make each part with senior load … --shard i/n -o part.json",
  );
};

/** What must be the same in all parts; where it is not, they are not parts of one load. */
const conditionsOf = ({ target, request, asked, shard }: Part): Readonly<Record<string, unknown>> => ({
  URL: target.url,
  method: request.method,
  "body bytes": request.bodyBytes,
  loop: asked.loop,
  rate: asked.ratePerSecond,
  stages: JSON.stringify(asked.stages),
  concurrency: asked.concurrency,
  duration: asked.durationMs,
  requests: asked.requests,
  "warm-up": asked.warmupMs,
  timeout: asked.timeoutMs,
  engine: asked.engine,
  "number of shards": shard.of,
  start: shard.startAt,
});

const refuseDifferent = (parts: readonly Part[]): void => {
  const [first, ...others] = parts;
  if (first === undefined) throw new Fault("usage.missing-argument", "no results to merge were given");
  const wanted = conditionsOf(first);
  for (const part of others) {
    const found = conditionsOf(part);
    const different = Object.keys(wanted).filter((name) => wanted[name] !== found[name]);
    if (different.length === 0) continue;
    const words = different.map((name) => `${name} ${String(found[name])} instead of ${String(wanted[name])}`);
    throw refuse(
      `shard ${part.shard.number} is not of the same load as shard ${first.shard.number}: ${listed(words)}`,
      "merge the parts of one load: the same command line, but for --shard",
    );
  }
};

const refuseTwice = (parts: readonly Part[]): void => {
  const numbers = parts.map(({ shard }) => shard.number);
  const twice = numbers.filter((number, i) => numbers.indexOf(number) !== i);
  if (twice.length === 0) return;
  throw refuse(
    `shard ${listed([...new Set(twice)].sort((a, b) => a - b).map(String))} was given more than once`,
    "a machine that ran again sent its requests again: keep one result, or repeat the run",
  );
};

/** The tally that a summary was made of, but for what only its client knows. */
export const tallyOf = ({ requests, throughput, latency, connections, statuses, failures }: LoadSummary): Tally => {
  const tally = new Tally();
  const { histograms: h } = tally;
  const [ok, all, service] = [latency.ok, latency.all, latency.service].map(recordedOf);
  if (ok !== undefined) h.responseRight.add(ok.all);
  if (all !== undefined && ok !== undefined) {
    h.responseWrong.add(all.known.since(ok.all));
    h.responseBound.add(all.bound);
  }
  if (service !== undefined) {
    h.service.add(service.known);
    h.serviceBound.add(service.bound);
  }
  h.firstByte.add(recordedOf(latency.firstByte).all);
  h.download.add(recordedOf(latency.download).all);
  h.connect.add(recordedOf(connections.connect).all);
  h.handshake.add(recordedOf(connections.tls).all);
  for (const { status, count } of statuses) tally.addStatuses(status, count);
  for (const { kind, count } of failures) tally.addFailures(kind, count);
  const notConnected = failures.filter(({ sent }) => !sent).reduce((sum, { count }) => sum + count, 0);
  const counts = {
    scheduled: requests.scheduled,
    sent: requests.sent,
    answered: requests.answered,
    right: requests.answered - requests.unexpected,
    unanswered: requests.unanswered,
    unsent: requests.neverSent - notConnected,
    bytesSent: throughput.bytesSent,
    bytesReceived: throughput.bytesReceived,
    connections: connections.opened,
    idleCloses: connections.idleCloses,
    sending: throughput.sendingMs * 1e6,
  } as const;
  for (const [name, value] of Object.entries(counts)) tally.set(name as keyof typeof counts, value);
  return tally;
};

const most = (values: readonly number[]): number => values.reduce((a, b) => Math.max(a, b), 0);

/** One machine that was a bottleneck makes the whole doubtful. */
const clientOf = (parts: readonly Part[]): Client => {
  const all = parts.map(({ client }) => client);
  return {
    stamp: all.some(({ stamp }) => stamp === "client-bound") ? "client-bound" : "valid",
    cpuShare: most(all.map(({ cpuShare }) => cpuShare)),
    lagMs: most(all.map(({ lagMs }) => lagMs)),
    maxLagMs: most(all.map(({ maxLagMs }) => maxLagMs)),
    sendLagMs: most(all.map(({ sendLagMs }) => sendLagMs)),
    boundBy: parts.flatMap(({ client, shard }) => client.boundBy.map((why) => `shard ${shard.number}: ${why}`)),
  };
};

const endingOf = (parts: readonly Part[]): Ending => {
  const endings = parts.map(({ ending }) => ending);
  if (endings.every((ending) => ending === "unreached")) return "unreached";
  return (["aborted", "interrupted"] as const).find((ending) => endings.includes(ending)) ?? "complete";
};

const mergedLatency = (latencies: readonly (Latency | null)[]): Latency | null => {
  const all = latencies.map(recordedOf);
  return latencyOf(
    all.map(({ known }) => known),
    all.map(({ bound }) => bound),
  );
};

const requestCounts = ["scheduled", "sent", "neverSent", "answered", "failed", "unanswered", "unexpected"] as const;

const byRequestOf = (parts: readonly Part[]): readonly RequestResult[] => {
  const names = [...new Set(parts.flatMap(({ byRequest }) => byRequest.map(({ name }) => name)))];
  return names.flatMap((name) => {
    const same = parts.flatMap(({ byRequest }) => byRequest.filter((one) => one.name === name));
    const [first] = same;
    if (first === undefined) return [];
    const counts = requestCounts.map((key) => [key, same.reduce((sum, one) => sum + one[key], 0)] as const);
    return [
      {
        ...first,
        ...(Object.fromEntries(counts) as Pick<RequestResult, (typeof requestCounts)[number]>),
        all: mergedLatency(same.map(({ all }) => all)),
        service: mergedLatency(same.map(({ service }) => service)),
      },
    ];
  });
};

const checksOf = (parts: readonly Part[]): readonly CheckResult[] => {
  const found = new Map<string, CheckResult>();
  for (const check of parts.flatMap(({ checks }) => checks)) {
    const key = `${check.request}\0${check.text}`;
    const before = found.get(key);
    found.set(key, {
      ...check,
      held: check.held + (before?.held ?? 0),
      broken: check.broken + (before?.broken ?? 0),
      example: before?.example === undefined || before.example === "" ? check.example : before.example,
    });
  }
  return [...found.values()];
};

const mergedOf = (parts: readonly Part[]): Merged => {
  const of = parts[0]?.shard.of ?? 0;
  const present = new Set(parts.map(({ shard }) => shard.number));
  const starts = parts.map(({ startedAt, shard }) => Date.parse(startedAt) - shard.lateMs);
  return {
    of,
    missing: Array.from({ length: of }, (_, i) => i + 1).filter((number) => !present.has(number)),
    skewMs: most(starts) - starts.reduce((a, b) => Math.min(a, b), Infinity),
    parts: parts.map(({ shard, environment, startedAt, requests, client }) => ({
      number: shard.number,
      host: environment.host,
      startedAt,
      sent: requests.sent,
      answered: requests.answered,
      errors: requests.errors,
      missed: shard.missed,
      stamp: client.stamp,
    })),
  };
};

const environmentOf = (parts: readonly Part[]): LoadSummary["environment"] => {
  const all = parts.map(({ environment }) => environment);
  const said = (key: "host" | "platform" | "kernel" | "processor" | "runtime"): string =>
    [...new Set(all.map((one) => one[key]))].sort().join(", ");
  return {
    host: said("host"),
    platform: said("platform"),
    kernel: said("kernel"),
    processor: said("processor"),
    processors: all.reduce((sum, { processors }) => sum + processors, 0),
    runtime: said("runtime"),
  };
};

const examplesOf = (parts: readonly Part[]) =>
  Object.fromEntries(parts.flatMap(({ failures }) => failures.map(({ kind, example }) => [kind, example] as const)));

/** Limits given now, else those that the parts were to be held to. */
const limitsOf = (parts: readonly Part[], given: readonly Threshold[]): readonly Threshold[] => {
  if (given.length > 0) return given;
  return [...new Set(parts.flatMap(({ shard }) => shard.limits))].flatMap((text) =>
    readThresholds(text, "--threshold"),
  );
};

/**
 * One result of all parts, in any order; the same as if one machine had recorded every request. Parts that are not
 * there are named in `merged.missing`, and no limit passes without them. Throws `input.invalid` for parts that are not
 * of one load, or were given twice.
 */
export const mergeParts = (given: readonly Part[], limits: readonly Threshold[] = []): LoadSummary => {
  const parts = given.toSorted((a, b) => a.shard.number - b.shard.number);
  refuseDifferent(parts);
  refuseTwice(parts);
  const [first] = parts;
  if (first === undefined) throw refuse("no results to merge", "name the files");
  const tally = parts.map(tallyOf).reduce((sum, one) => sum.add(one), new Tally());
  const expected = Array.from({ length: 1000 }, (_, status) =>
    parts.some(({ statuses }) => statuses.some((one) => one.status === status && one.expected)),
  );
  const counted = countedOf(tally, expected, examplesOf(parts));
  const merged = mergedOf(parts);
  const client = clientOf(parts);
  return {
    ...first,
    startedAt: parts.map(({ startedAt }) => startedAt).sort()[0] ?? first.startedAt,
    environment: environmentOf(parts),
    ending: endingOf(parts),
    target: { ...first.target, addresses: [...new Set(parts.flatMap(({ target }) => target.addresses))].sort() },
    asked: { ...first.asked, workers: parts.reduce((sum, { asked }) => sum + asked.workers, 0) },
    ...counted,
    intervals: mergedIntervals(parts),
    byRequest: byRequestOf(parts),
    checks: checksOf(parts),
    abortedBy: parts.find(({ abortedBy }) => abortedBy !== null)?.abortedBy ?? null,
    notes: [
      ...new Set(parts.flatMap(({ notes }) => notes)),
      `merged from ${plural(parts.length, "part")}: percentiles of the whole are exact, those of each second are read off classes of a tenth of a power of ten`,
    ],
    client,
    thresholds: judge(
      limitsOf(parts, limits),
      outcomeOf(tally, counted, client.stamp === "client-bound" || merged.missing.length > 0),
    ),
    rateLimit: null,
    shard: null,
    merged,
  };
};
