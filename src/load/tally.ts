// The tally of a run: every request accounted for, in flat memory that one thread writes while another reads.
import { Histogram, histogramBytes } from "./histogram.ts";

/** Why a request got no usable answer. `before`: it never left, for want of a connection; `after`: it was sent. */
export const failureKinds = {
  unfillable: { sent: "before", text: "a value for the request was missing or could not stand in it" },
  refused: { sent: "before", text: "connection refused" },
  unreachable: { sent: "before", text: "host or network unreachable" },
  "no-ports": { sent: "before", text: "this machine ran out of ports or descriptors" },
  "connect-reset": { sent: "before", text: "connection reset while it was opened" },
  "connect-timeout": { sent: "before", text: "connection not opened within the timeout" },
  tls: { sent: "before", text: "TLS handshake failed" },
  "tls-timeout": { sent: "before", text: "TLS handshake not finished within the timeout" },
  timeout: { sent: "after", text: "no complete answer within the timeout" },
  reset: { sent: "after", text: "connection reset before the answer began" },
  "reset-midway": { sent: "after", text: "connection reset in the middle of the answer" },
  "closed-early": { sent: "after", text: "connection closed before the answer was complete" },
  malformed: { sent: "after", text: "not an HTTP/1.x answer" },
  surplus: { sent: "after", text: "more bytes than the answer declared" },
  client: { sent: "after", text: "the HTTP client gave up" },
  "too-large": { sent: "after", text: "headers or body above the limit" },
} as const satisfies Record<string, { readonly sent: "before" | "after"; readonly text: string }>;

export type FailureKind = keyof typeof failureKinds;
export const failureNames = Object.keys(failureKinds) as readonly FailureKind[];

const counterNames = [
  /** Requests that came due. */
  "scheduled",
  "sent",
  /** Complete answers, whatever their status. */
  "answered",
  /** Answers with an expected status. */
  "right",
  /** Sent, and neither answered nor failed when the run was over. */
  "unanswered",
  /** Due, and not sent when sending ended. */
  "unsent",
  "bytesSent",
  "bytesReceived",
  /** Of bodies, as they came. */
  "bodyBytes",
  /** Connections opened, TLS handshake included. */
  "connections",
  /** Connections that the server closed while no request was under way. */
  "idleCloses",
  /** Nanoseconds since requests began to come due. */
  "elapsed",
  /** When the last request had come due or sending was stopped: the time that throughput is measured over. */
  "sending",
] as const;
export type Counter = (typeof counterNames)[number];

/** Counters outside the shared memory, for who counts often and publishes now and then. */
export const noCounts = (): Record<Counter, number> =>
  Object.fromEntries(counterNames.map((name) => [name, 0])) as Record<Counter, number>;

/** Durations in nanoseconds. `response` counts from the due time, `service` from the first byte written. */
const histogramNames = [
  "responseRight",
  /** Unexpected statuses and failures that ended by themselves. */
  "responseWrong",
  /** Timeouts, unanswered and never sent: the true duration is at least this. */
  "responseBound",
  "service",
  "serviceBound",
  "firstByte",
  /** From the first byte of an answer to its end. */
  "download",
  "connect",
  "handshake",
  /** How late a due request left although a connection was free: the client's own delay. */
  "sendLag",
  /** How late the client's timer ran. */
  "timerLag",
] as const;
export type HistogramName = (typeof histogramNames)[number];

const numberedCounters = new Map(counterNames.map((name, index) => [name, index]));
const numberedFailures = new Map(failureNames.map((name, index) => [name, index]));
const statusCount = 1000;

export const tallyBytes =
  (counterNames.length + failureNames.length + statusCount) * 8 + histogramNames.length * histogramBytes;

export class Tally {
  readonly buffer: ArrayBufferLike;
  readonly #counters: Float64Array;
  readonly #failures: Float64Array;
  readonly #statuses: Float64Array;
  readonly histograms: Readonly<Record<HistogramName, Histogram>>;

  constructor(buffer: ArrayBufferLike = new ArrayBuffer(tallyBytes)) {
    this.buffer = buffer;
    let offset = 0;
    const numbers = (length: number): Float64Array => {
      const view = new Float64Array(buffer, offset, length);
      offset += length * 8;
      return view;
    };
    this.#counters = numbers(counterNames.length);
    this.#failures = numbers(failureNames.length);
    this.#statuses = numbers(statusCount);
    const histogram = (name: HistogramName, index: number) =>
      [name, new Histogram(buffer, offset + index * histogramBytes)] as const;
    this.histograms = Object.fromEntries(histogramNames.map(histogram)) as Record<HistogramName, Histogram>;
  }

  get(counter: Counter): number {
    return this.#counters[numberedCounters.get(counter) ?? 0] ?? 0;
  }
  set(counter: Counter, value: number): void {
    this.#counters[numberedCounters.get(counter) ?? 0] = value;
  }

  publish(counts: Readonly<Record<Counter, number>>): void {
    for (const name of counterNames) this.set(name, counts[name]);
  }

  failures(kind: FailureKind): number {
    return this.#failures[numberedFailures.get(kind) ?? 0] ?? 0;
  }
  addFailure(kind: FailureKind): void {
    this.#failures[numberedFailures.get(kind) ?? 0] = this.failures(kind) + 1;
  }

  statuses(status: number): number {
    return this.#statuses[status] ?? 0;
  }
  addStatus(status: number): void {
    this.#statuses[status] = (this.#statuses[status] ?? 0) + 1;
  }

  /** Counts that were read from a result. */
  addStatuses(status: number, count: number): void {
    this.#statuses[status] = this.statuses(status) + count;
  }
  addFailures(kind: FailureKind, count: number): void {
    this.#failures[numberedFailures.get(kind) ?? 0] = this.failures(kind) + count;
  }

  /** Adds another tally of the same run, exactly: parts of one schedule give the whole. */
  add(other: Tally): this {
    for (const name of counterNames) {
      const together = name === "elapsed" || name === "sending";
      const [mine, theirs] = [this.get(name), other.get(name)];
      this.set(name, together ? Math.max(mine, theirs) : mine + theirs);
    }
    for (const [kind, index] of numberedFailures) this.#failures[index] = this.failures(kind) + other.failures(kind);
    for (let status = 0; status < statusCount; status++) {
      this.#statuses[status] = this.statuses(status) + other.statuses(status);
    }
    for (const name of histogramNames) this.histograms[name].add(other.histograms[name]);
    return this;
  }

  /** A copy that no longer changes. */
  copy(): Tally {
    const bytes = new Uint8Array(tallyBytes);
    bytes.set(new Uint8Array(this.buffer));
    return new Tally(bytes.buffer);
  }
}

/** Requests that failed, before or after they were sent. */
export const failed = (tally: Tally, sent: "before" | "after"): number =>
  failureNames.filter((kind) => failureKinds[kind].sent === sent).reduce((sum, kind) => sum + tally.failures(kind), 0);
