// The measuring engine: a schedule, a set of connections over raw sockets, and a tally of what became of each request.
import type { FailureKind, Tally } from "../../load/tally.ts";
import { failureKinds, noCounts } from "../../load/tally.ts";
import type { LoadPlan } from "../../load/plan.ts";
import { graceMs } from "../../load/plan.ts";
import type { LimitRecord } from "../../load/rate-limit.ts";
import { LimitRecorder } from "../../load/rate-limit.ts";
import { Fifo } from "../../load/fifo.ts";
import { KnownHead } from "../../load/response-head.ts";
import type { Schedule } from "../../load/schedule.ts";
import { scheduleOf } from "../../load/schedule.ts";
import type { ConnectionOwner } from "./connection.ts";
import { Connection } from "./connection.ts";

/** `complete`: the schedule ended; `stopped`: it was told to; `nothing-connected`: no connection ever opened. */
export type EndReason = "complete" | "stopped" | "nothing-connected";

export interface EngineEnd {
  readonly reason: EndReason;
  /** The first message of each kind of failure. */
  readonly samples: Readonly<Partial<Record<FailureKind, string>>>;
  /** Processor time of the engine's thread while requests were under way. */
  readonly cpuMs: number;
  /** Of a plan that watches for a rate limit. */
  readonly rateLimit?: LimitRecord;
}

const ms = 1e6;
/** Connections opened at a time ahead of the run: more at once would overflow a server's accept queue. */
const openingAtOnce = 128;
/** How long to wait for connections ahead of the run; by then one has opened, or nothing will. */
const openingNs = 5000 * ms;
/** A closed loop's connection that could not be opened rests so long before it tries again. */
const restNs = 100 * ms;
/** After an interrupt, answers that are about to arrive are still taken. */
const interruptGraceNs = 200 * ms;
/** Requests that came due in the last moments of a run, while all connections were busy, may still be sent so long. */
const lastCallNs = 50 * ms;

type Stage = "opening" | "sending" | "waiting" | "over";

class SocketEngine implements ConnectionOwner {
  readonly plan: LoadPlan;
  readonly known = new KnownHead();
  readonly #tally: Tally;
  readonly #schedule: Schedule;
  readonly #stopped: () => boolean;
  readonly #end = Promise.withResolvers<EngineEnd>();
  readonly #connections: readonly Connection[];
  readonly #samples: Partial<Record<FailureKind, string>> = {};
  readonly #tickMs: number;
  /** Connections without a request, first in first out, so that all are kept warm. */
  readonly #free: Fifo<Connection>;
  #resting: (readonly [Connection, number])[] = [];
  #stage: Stage = "opening";
  #reason: EndReason = "complete";
  #began = 0;
  #next = 0;
  #ahead = 0;
  #settled = 0;
  #stageEnds = 0;
  #expectedTick = 0;
  #lastSweep = 0;
  /** Of this thread: at first when sending began, then since. */
  #cpu: NodeJS.CpuUsage = { user: 0, system: 0 };

  #lastAnswer = 0;
  readonly #counts = noCounts();
  readonly #limit: LimitRecorder | undefined;

  constructor(plan: LoadPlan, tally: Tally, stopped: () => boolean) {
    this.plan = plan;
    this.#tally = tally;
    this.#stopped = stopped;
    this.#schedule = scheduleOf(plan);
    this.#tickMs = this.#schedule.waits ? 1 : 10;
    this.#connections = Array.from({ length: plan.concurrency }, () => new Connection(this));
    this.#free = new Fifo(plan.concurrency);
    this.#limit = plan.watchRateLimit === true ? new LimitRecorder() : undefined;
  }

  run(): Promise<EngineEnd> {
    const now = this.now();
    this.#stageEnds = now + openingNs;
    this.#lastSweep = now;
    while (this.#ahead < Math.min(openingAtOnce, this.#connections.length)) this.#openNext(now);
    this.#arm(now);
    return this.#end.promise;
  }

  now(): number {
    return Bun.nanoseconds();
  }

  // Opening: connections are made before the first request is due, so that no request pays for the client's start.

  #openNext(now: number): void {
    this.#connections[this.#ahead++]?.openAhead(now);
  }

  #settle(): void {
    this.#settled++;
    if (this.#ahead < this.#connections.length) this.#openNext(this.now());
  }

  opened(connection: Connection): void {
    if (this.#stage === "opening") this.#settle();
    if (this.#stage !== "opening") this.#continue(connection, this.now());
    else this.#free.push(connection);
  }

  notOpened(connection: Connection, kind: FailureKind, message: string): void {
    this.#samples[kind] ??= message;
    this.#free.push(connection);
    if (this.#stage === "opening") this.#settle();
  }

  connectTook(tcpNs: number, tlsNs: number | undefined): void {
    this.#counts.connections++;
    this.#tally.histograms.connect.record(tcpNs);
    if (tlsNs !== undefined) this.#tally.histograms.handshake.record(tlsNs);
  }

  #beginSending(now: number): void {
    this.#stage = "sending";
    this.#began = now;
    this.#stageEnds = now + this.plan.durationMs * ms;
    this.#cpu = process.threadCpuUsage();
    // Those not reached ahead of the run are opened by their first request.
    for (const connection of this.#connections.slice(this.#ahead)) this.#free.push(connection);
    this.#ahead = this.#connections.length;
    if (!this.#schedule.waits) this.#dispatch(now);
  }

  // Sending.

  /** Gives due requests to free connections. */
  #dispatch(now: number): void {
    while (this.#free.size > 0) {
      const due = this.#schedule.take(this.#next, now - this.#began);
      const connection = due < 0 ? undefined : this.#free.shift();
      if (connection === undefined) return;
      this.#next++;
      this.#tally.histograms.sendLag.record(now - this.#began - due);
      connection.take(this.#began + due, now);
    }
  }

  /** A connection has come free: the next due request is its. */
  #continue(connection: Connection, now: number): void {
    const due = this.#stage === "sending" ? this.#schedule.take(this.#next, now - this.#began) : -1;
    if (due < 0) {
      this.#free.push(connection);
      return;
    }
    this.#next++;
    connection.take(this.#began + due, now);
  }

  sent(): void {
    this.#counts.sent++;
  }

  wrote(bytes: number): void {
    this.#counts.bytesSent += bytes;
  }

  received(bytes: number): void {
    this.#counts.bytesReceived += bytes;
  }

  firstByte(connection: Connection, now: number): void {
    this.#tally.histograms.firstByte.record(now - connection.sentAt);
  }

  answered(connection: Connection, status: number, bodyBytes: number, now: number): void {
    const { histograms } = this.#tally;
    this.#counts.answered++;
    this.#lastAnswer = now;
    this.#counts.bodyBytes += bodyBytes;
    this.#tally.addStatus(status);
    this.#limit?.note(status === 429, connection.sentAt - this.#began, now - this.#began, () => connection.head);
    const right = this.plan.expected[status] === true;
    if (right) this.#counts.right++;
    (right ? histograms.responseRight : histograms.responseWrong).record(now - connection.due);
    histograms.service.record(now - connection.sentAt);
    histograms.download.record(now - connection.firstByteAt);
    this.#continue(connection, now);
    // Looking at the schedule whenever something happens sends requests closer to their time than the timer can.
    if (this.#schedule.waits && this.#stage === "sending") this.#dispatch(now);
  }

  failed(connection: Connection, kind: FailureKind, now: number, message: string): void {
    const { histograms } = this.#tally;
    const { sent } = failureKinds[kind];
    const timedOut = kind.endsWith("timeout");
    this.#samples[kind] ??= message;
    this.#tally.addFailure(kind);
    (timedOut ? histograms.responseBound : histograms.responseWrong).record(now - connection.due);
    if (sent === "after") (timedOut ? histograms.serviceBound : histograms.service).record(now - connection.sentAt);
    if (sent === "before" && !this.#schedule.waits) this.#resting.push([connection, now + restNs]);
    else this.#continue(connection, now);
  }

  lost(): void {
    // It is among the free ones already; its next request opens it again.
    this.#counts.idleCloses++;
  }

  // The timer: late requests, timeouts, and the end.

  #arm(now: number): void {
    this.#expectedTick = now + this.#tickMs * ms;
    setTimeout(() => this.#tick(), this.#tickMs);
  }

  #tick(): void {
    const now = this.now();
    if (this.#stage === "sending") this.#tally.histograms.timerLag.record(now - this.#expectedTick);
    if (now - this.#lastSweep >= 20 * ms) this.#sweep(now);
    this.#advance(now);
    if (this.#stage !== "over") this.#arm(this.now());
  }

  #advance(now: number): void {
    const interrupted = this.#stopped();
    if (this.#stage === "opening") this.#whileOpening(now, interrupted);
    if (this.#stage === "sending") this.#whileSending(now, interrupted);
    if (this.#stage === "waiting") {
      if (interrupted) this.#stageEnds = Math.min(this.#stageEnds, now + interruptGraceNs);
      if (now >= this.#stageEnds || this.#idle()) this.#finish(now);
    }
  }

  #whileOpening(now: number, interrupted: boolean): void {
    const settled = this.#settled === this.#connections.length;
    if (!settled && now < this.#stageEnds && !interrupted) return;
    if (interrupted) this.#reason = "stopped";
    else if (this.#counts.connections === 0) this.#reason = "nothing-connected";
    if (this.#reason === "complete") this.#beginSending(now);
    else this.#close();
  }

  #whileSending(now: number, interrupted: boolean): void {
    this.#dispatch(now);
    const done = this.#next >= this.#schedule.total && this.#idle();
    const over = now >= this.#stageEnds && (now >= this.#stageEnds + lastCallNs || !this.#queued(now));
    if (interrupted) this.#reason = "stopped";
    if (interrupted || done || over) this.#stopSending(now, interrupted);
  }

  /** No connection has a request any more. */
  #idle(): boolean {
    return !this.#connections.some((connection) => connection.busy || connection.waiting);
  }

  #queued(now: number): boolean {
    return this.#schedule.waits && this.#schedule.take(this.#next, now - this.#began) >= 0;
  }

  /** What has no connection by now is never sent; what has one may still be sent and answered. */
  #stopSending(now: number, interrupted: boolean): void {
    const elapsed = now - this.#began;
    while (this.#queued(now)) {
      const due = this.#schedule.take(this.#next++, elapsed);
      this.#neverSent(elapsed - due);
    }
    const slowestMs = this.#tally.histograms.service.max / ms;
    this.#counts.sending = this.#sendingNs(elapsed);
    this.#stage = "waiting";
    this.#stageEnds = now + (interrupted ? interruptGraceNs : graceMs(this.plan.timeoutMs, slowestMs) * ms);
    this.#cpu = process.threadCpuUsage(this.#cpu);
  }

  #neverSent(waited: number): void {
    this.#counts.unsent++;
    this.#tally.histograms.responseBound.record(waited);
  }

  /** What rates are measured over: not the moment when the timer noticed the end, but the end itself. */
  #sendingNs(elapsed: number): number {
    const { total, waits, spanNs } = this.#schedule;
    if (this.#next < total) return Math.min(elapsed, spanNs);
    return waits ? spanNs : this.#lastAnswer - this.#began;
  }

  #finish(now: number): void {
    const { histograms } = this.#tally;
    for (const connection of this.#connections) {
      if (connection.waiting) this.#neverSent(now - connection.due);
      if (!connection.busy) continue;
      this.#counts.unanswered++;
      histograms.responseBound.record(now - connection.due);
      histograms.serviceBound.record(now - connection.sentAt);
    }
    this.#close();
  }

  #close(): void {
    this.#stage = "over";
    this.#publish(this.now());
    for (const connection of this.#connections) connection.abandon();
    const cpuMs = (this.#cpu.user + this.#cpu.system) / 1000;
    const rateLimit = this.#limit?.record(this.#counts.sending);
    const end = { reason: this.#reason, samples: this.#samples, cpuMs };
    this.#end.resolve(rateLimit === undefined ? end : { ...end, rateLimit });
  }

  #sweep(now: number): void {
    this.#lastSweep = now;
    for (const connection of this.#connections) connection.expire(now);
    const rested = this.#resting.filter(([, until]) => until <= now);
    this.#resting = this.#resting.filter(([, until]) => until > now);
    for (const [connection] of rested) this.#continue(connection, now);
    this.#publish(now);
  }

  #publish(now: number): void {
    const counts = this.#counts;
    counts.scheduled = this.#next;
    counts.elapsed = this.#began === 0 ? 0 : now - this.#began;
    if (this.#stage === "sending") counts.sending = counts.elapsed;
    this.#tally.publish(counts);
  }
}

/** Runs a plan to its end, writing to the tally as it goes. `stopped` is asked often: true ends the run early. */
export const runSocketEngine = (plan: LoadPlan, tally: Tally, stopped: () => boolean): Promise<EngineEnd> =>
  new SocketEngine(plan, tally, stopped).run();
