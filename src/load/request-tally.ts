// What became of each of several requests: counts and durations by the request's place in the run.
import { Histogram, histogramBytes } from "./histogram.ts";

const counters = ["scheduled", "sent", "neverSent", "answered", "failed", "unanswered", "unexpected"] as const;
export type RequestCounter = (typeof counters)[number];

const durations = ["known", "bound", "service", "serviceBound"] as const;
export type RequestDuration = (typeof durations)[number];

/** As it travels between threads. */
export interface RequestRecord {
  readonly counts: Record<RequestCounter, number>;
  /** Histograms that anything was recorded in. */
  readonly histograms: Partial<Record<RequestDuration, ArrayBuffer>>;
}

const emptyRecord = (): RequestRecord => ({
  counts: { scheduled: 0, sent: 0, neverSent: 0, answered: 0, failed: 0, unanswered: 0, unexpected: 0 },
  histograms: {},
});

export class RequestTally {
  readonly record: RequestRecord;
  readonly #histograms: Partial<Record<RequestDuration, Histogram>> = {};

  constructor(record: RequestRecord = emptyRecord()) {
    this.record = record;
    for (const name of durations) {
      const buffer = record.histograms[name];
      if (buffer !== undefined) this.#histograms[name] = new Histogram(buffer);
    }
  }

  count(name: RequestCounter): void {
    this.record.counts[name]++;
  }

  /** Memory is taken for what happens, not for what could. */
  #made(name: RequestDuration): Histogram {
    const buffer = new ArrayBuffer(histogramBytes);
    this.record.histograms[name] = buffer;
    return (this.#histograms[name] = new Histogram(buffer));
  }

  note(name: RequestDuration, ns: number): void {
    (this.#histograms[name] ?? this.#made(name)).record(ns);
  }

  histogram(name: RequestDuration): Histogram {
    return this.#histograms[name] ?? new Histogram();
  }

  /** Adds what another thread or machine recorded of the same request, exactly. */
  add(other: RequestTally): this {
    for (const name of counters) this.record.counts[name] += other.record.counts[name];
    for (const name of durations) {
      const theirs = other.#histograms[name];
      if (theirs !== undefined) (this.#histograms[name] ?? this.#made(name)).add(theirs);
    }
    return this;
  }
}
