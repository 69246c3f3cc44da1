// What a sound run says about its server: how far it scales, and where the time goes. Figures, never guesses.
import type { Finding } from "../kernel/finding.ts";
import { bytes, listed, milliseconds, plural } from "../kernel/words.ts";
import { percentText, placeOf } from "./wording.ts";
import { median } from "./statistics.ts";
import type { Interval, LoadSummary } from "./summary.ts";

/** Fewer answers than this say nothing about a tail, nor about capacity. */
const fewest = 100;
/** Instances are planned to work at this share of what was measured: queues grow without bound close to the limit. */
const headroom = 0.7;
const failingShare = 0.01;

interface Said {
  readonly message: string;
  readonly help: string;
}

/** Only a complete run, whose figures are the server's and whose answers are mostly right. */
const sound = ({ ending, client, requests, statuses }: LoadSummary): boolean =>
  ending === "complete" &&
  client.stamp === "valid" &&
  requests.answered >= fewest &&
  statuses.some(({ expected }) => expected);

const perSecond = (value: number): string =>
  `${value >= 100 ? Math.round(value).toLocaleString("en-US") : value.toFixed(1)}/s`;

const unsent = ({ requests }: LoadSummary): number => requests.neverSent / requests.scheduled;

/** Where limits were set and missed, what was measured is no capacity: it is too much. */
const withinLimits = ({ requests, thresholds }: LoadSummary): boolean =>
  requests.errorRate < failingShare &&
  thresholds.every(({ verdict, metric }) => verdict === "met" || metric === "rate");

/** Little's law: requests under way = rate × time. */
const connectionsFor = (rate: number, ms: number): number => Math.max(1, Math.ceil((rate * ms) / 1000));

const instances = (rate: number, capacity: number): number => Math.max(1, Math.ceil(rate / (capacity * headroom)));

const closedScaling = ({ asked, throughput, latency }: LoadSummary): Said | undefined => {
  const rate = throughput.answersPerSecond;
  if (latency.service === null) return undefined;
  return {
    message: `${plural(asked.concurrency, "connection")} got ${perSecond(rate)} from this instance; with ${percentText(1 - headroom)} kept free, plan ${perSecond(rate * headroom)} for each: 1,000 requests a second need ${plural(instances(1000, rate), "instance")}`,
    help: "a closed loop does not show the limit: repeat with twice the --concurrency; where the rate stays and the latency doubles, this is it",
  };
};

const heldScaling = ({ asked, latency }: LoadSummary): Said | undefined => {
  const rate = asked.ratePerSecond;
  if (rate === null || latency.service === null) return undefined;
  const { meanMs, p99Ms } = latency.service;
  return {
    message: `${perSecond(rate)} was held: ${plural(connectionsFor(rate, meanMs), "connection")} busy on average, ${plural(connectionsFor(rate, p99Ms), "connection")} needed when answers take their p99 of ${milliseconds(p99Ms)}`,
    help: `the instance carries at least this rate; plan ${perSecond(rate * headroom)} for each until a higher --rate has shown its limit`,
  };
};

const missedScaling = ({ asked, throughput, latency }: LoadSummary): Said | undefined => {
  const rate = asked.ratePerSecond;
  if (rate === null || latency.service === null) return undefined;
  const capacity = throughput.answersPerSecond;
  const needed = connectionsFor(rate, latency.service.meanMs);
  return {
    message: `${perSecond(capacity)} of ${perSecond(rate)} were answered over ${plural(asked.concurrency, "connection")}; at ${milliseconds(latency.service.meanMs)} an answer, ${perSecond(rate)} need ${plural(needed, "connection")}`,
    help: `repeat with --concurrency ${needed}; if the rate stays the same, this is the instance's limit, and ${perSecond(rate)} need ${plural(instances(rate, capacity), "instance")} with ${percentText(1 - headroom)} kept free`,
  };
};

const scaling = (summary: LoadSummary): Said | undefined => {
  if (!withinLimits(summary)) return undefined;
  if (summary.asked.loop === "closed") return closedScaling(summary);
  return unsent(summary) < failingShare ? heldScaling(summary) : missedScaling(summary);
};

/** A slope is looked for in so many steps: single slices of a short run go up and down. */
const mostSteps = 8;

const medianSteps = (intervals: readonly Interval[]): readonly number[] => {
  const size = Math.ceil(intervals.length / mostSteps);
  return Array.from({ length: Math.ceil(intervals.length / size) }, (_, i) =>
    median(intervals.slice(i * size, (i + 1) * size).map(({ p50Ms }) => p50Ms)),
  );
};

/** Response time that grows while the rate stays: requests come faster than they are answered. */
const backlog = ({ asked, intervals }: LoadSummary): Said | undefined => {
  if (asked.loop === "closed" || intervals.length < 4) return undefined;
  const [, ...steps] = medianSteps(intervals);
  const [first = 0, last = 0] = [steps[0], steps.at(-1)];
  const rising = steps.every((ms, i) => i === 0 || ms > (steps[i - 1] ?? 0) * 0.95);
  if (!rising || last < 3 * first || last < 10) return undefined;
  return {
    message: `a backlog grew through the run: the median response time went from ${milliseconds(first)} to ${milliseconds(last)} at a constant rate`,
    help: "the rate is above what the server answers; a lower --rate that stays flat is its capacity",
  };
};

const waiting = ({ asked, latency: { all, service } }: LoadSummary): Said | undefined => {
  if (asked.ratePerSecond === null || all === null || service === null) return undefined;
  if (all.p50Ms < 2 * service.p50Ms || all.p50Ms - service.p50Ms < 1) return undefined;
  const busy = connectionsFor(asked.ratePerSecond, service.meanMs);
  // With connections to spare it was the client's timer that they waited for.
  if (busy < asked.concurrency / 2) return undefined;
  return {
    message: `half of the requests waited ${milliseconds(all.p50Ms - service.p50Ms)} or longer for one of ${plural(asked.concurrency, "connection")}: ${asked.ratePerSecond}/s at ${milliseconds(service.meanMs)} an answer keep ${busy} busy`,
    help: `repeat with --concurrency ${Math.max(busy * 2, asked.concurrency * 2)}: if the answers then take longer, the server is the limit, not the connections`,
  };
};

const tail = ({ latency: { service } }: LoadSummary): Said | undefined => {
  if (service === null || service.count < 10 * fewest) return undefined;
  const factor = service.p99Ms / service.p50Ms;
  if (factor < 10 || service.p99Ms < 5) return undefined;
  return {
    message: `1 % of the answers took ${milliseconds(service.p99Ms)} or longer, ${factor.toFixed(0)} times the median of ${milliseconds(service.p50Ms)}`,
    help: "some requests wait where most do not: a lock, a full connection pool, garbage collection, a cold cache",
  };
};

const connecting = ({ connections: { connect, opened }, latency: { firstByte } }: LoadSummary): Said | undefined => {
  if (connect === null || firstByte === null || opened < 20) return undefined;
  if (connect.p99Ms < 3 * firstByte.p99Ms || connect.p99Ms < 5) return undefined;
  return {
    message: `opening a connection took ${milliseconds(connect.p99Ms)} at p99, the first byte of an answer ${milliseconds(firstByte.p99Ms)}`,
    help: "the accept queue is short or the server accepts slowly: raise its listen backlog, or keep connections open",
  };
};

const reopening = ({ asked, connections: { opened, connect, tls }, requests }: LoadSummary): Said | undefined => {
  if (opened < asked.concurrency + requests.answered / 10 || connect === null) return undefined;
  const cost = connect.p50Ms + (tls?.p50Ms ?? 0);
  return {
    message: `${plural(opened, "connection")} for ${plural(requests.sent, "request")}: the server closes them, and each new one took ${milliseconds(cost)} to open${tls === null ? "" : ", TLS included"}`,
    help: "let the server keep connections alive, and longer than its clients do",
  };
};

const transfer = ({ latency: { service, firstByte }, throughput, requests }: LoadSummary): Said | undefined => {
  if (service === null || firstByte === null) return undefined;
  const after = service.p50Ms - firstByte.p50Ms;
  if (after < service.p50Ms / 2 || after < 1) return undefined;
  return {
    message: `most of the median answer's ${milliseconds(service.p50Ms)} passes after its first byte (${milliseconds(after)}); an answer is ${bytes(throughput.bytesReceived / requests.answered)}`,
    help: "send less: pages instead of all rows, fewer fields, compression; or look at the network",
  };
};

const refusing = ({ statuses, requests, latency: { ok } }: LoadSummary): Said | undefined => {
  const fivefold = statuses.filter(({ status, expected }) => status >= 500 && !expected);
  const share = fivefold.reduce((sum, { count }) => sum + count, 0) / requests.answered;
  if (share < failingShare || ok === null || ok.p99Ms > 5 * ok.p50Ms) return undefined;
  return {
    message: `${percentText(share)} of the answers had status ${listed(fivefold.map(({ status }) => String(status)))} while the others stayed fast (p50 ${milliseconds(ok.p50Ms)}, p99 ${milliseconds(ok.p99Ms)})`,
    help: "the server refuses rather than slows down: look for a limit or a full pool, and in its log",
  };
};

/** Nothing stands out: then the server's own work sets the pace, if that is where the time goes. */
const working = ({ latency: { service, firstByte }, client }: LoadSummary): Said | undefined => {
  if (service === null || firstByte === null || firstByte.p50Ms < 0.8 * service.p50Ms || service.p50Ms < 1) {
    return undefined;
  }
  return {
    message: `of the median answer's ${milliseconds(service.p50Ms)}, ${milliseconds(firstByte.p50Ms)} pass before its first byte: the server's own work sets the pace, not the transfer, nor this client (busy ${percentText(client.cpuShare)} of the time)`,
    help: "profile the handler, and count the queries that it makes",
  };
};

const bottlenecks = (summary: LoadSummary): readonly Said[] => {
  const found = [backlog, waiting, tail, connecting, reopening, transfer, refusing].flatMap((of) => of(summary) ?? []);
  return found.length > 0 ? found : [working(summary)].flatMap((one) => one ?? []);
};

/** `load/scaling` and `load/bottleneck`: none for a run too short, too wrong or too client-bound to say anything. */
export const diagnosis = (summary: LoadSummary): readonly Finding[] => {
  if (!sound(summary)) return [];
  const finding =
    (rule: Finding["rule"]) =>
    (said: Said): Finding => ({ rule, severity: "info", at: placeOf(summary), ...said });
  return [
    ...[scaling(summary)].flatMap((said) => said ?? []).map(finding("load/scaling")),
    ...bottlenecks(summary).map(finding("load/bottleneck")),
  ];
};
