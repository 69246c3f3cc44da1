// The measuring engine: a schedule, a set of lanes, and the books of what became of each request.
import type { Entry } from "../../load/books.ts";
import { Books } from "../../load/books.ts";
import { Arrivals } from "../../load/arrivals.ts";
import type { Control } from "../../load/control.ts";
import { OwnTickets } from "../../load/control.ts";
import { Fifo } from "../../load/fifo.ts";
import type { LoadPlan } from "../../load/plan.ts";
import { graceMs } from "../../load/plan.ts";
import type { LimitRecord } from "../../load/limit-record.ts";
import type { RequestRecord } from "../../load/request-tally.ts";
import { KnownHead } from "../../load/response-head.ts";
import { scheduleOf, warmupSchedule } from "../../load/schedule.ts";
import { Script } from "../../load/script.ts";
import type { FailureKind, Tally } from "../../load/tally.ts";
import { failureKinds } from "../../load/tally.ts";
import type { CheckCount, Outgoing } from "../../load/traffic.ts";
import { hashText } from "./hash-text.ts";
import { nanoseconds, ownTime, sharedNanoseconds } from "./clock.ts";
import type { Lane, LaneOwner } from "./lane.ts";

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
  /** Of a plan with several requests, in their order. */
  readonly requests?: readonly RequestRecord[];
  readonly checks?: readonly CheckCount[];
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

/** `ready` waits for the other threads of the run; `warming` sends what does not count. */
type Stage = "opening" | "ready" | "warming" | "sending" | "waiting" | "over";

export type MakeLane = (owner: LaneOwner, script: Script | undefined) => Lane;

class Engine implements LaneOwner {
  readonly plan: LoadPlan;
  readonly known = new KnownHead();
  readonly #books: Books;
  readonly #control: Control;
  readonly #script: Script | undefined;
  /** The one request of a run without a script. */
  readonly #only: Outgoing;
  readonly #measured: Arrivals;
  #arrivals: Arrivals;
  readonly #end = Promise.withResolvers<EngineEnd>();
  readonly #lanes: readonly Lane[];
  readonly #tickMs: number;
  /** Does the schedule go on while no lane is free? */
  readonly #waits: boolean;
  readonly #watches: boolean;
  readonly #fromReady: boolean;
  /** Lanes without a request, first in first out, so that all are kept warm. */
  readonly #free: Fifo<Lane>;
  #resting: (readonly [Lane, number])[] = [];
  #stage: Stage = "opening";
  #reason: EndReason = "complete";
  /** When requests began or begin to come due: those of the current stage, and those that count. */
  #origin = 0;
  #began = 0;
  #ahead = 0;
  #settled = 0;
  #opened = 0;
  #stageEnds = 0;
  #expectedTick = 0;
  #lastSweep = 0;
  #lastAnswer = 0;
  /** Of this thread: at first when sending began, then since. */
  #cpu: NodeJS.CpuUsage = { user: 0, system: 0 };

  constructor(plan: LoadPlan, tally: Tally, control: Control, makeLane: MakeLane) {
    this.plan = plan;
    this.#books = new Books(plan, tally);
    this.#control = control;
    this.#script = plan.scenario === undefined ? undefined : new Script(plan.scenario, plan.seed ?? 0, hashText);
    this.#only = { bytes: plan.request, toHead: plan.method === "HEAD", request: 0, keeps: false };
    this.#measured = this.#arrivalsOf("tickets");
    this.#arrivals = this.#measured;
    this.#waits = this.#measured.waits;
    this.#watches = plan.watchRateLimit === true;
    this.#fromReady = plan.countFrom === "ready";
    this.#tickMs = this.#waits ? 1 : 10;
    this.#lanes = Array.from({ length: plan.concurrency }, () => makeLane(this, this.#script));
    this.#free = new Fifo(plan.concurrency);
  }

  #arrivalsOf(of: "tickets" | "warmupTickets"): Arrivals {
    const schedule = of === "tickets" ? scheduleOf(this.plan) : warmupSchedule(this.plan);
    const tickets = this.#threads > 1 ? this.#control.tickets(of) : new OwnTickets();
    return new Arrivals(schedule, tickets, this.plan.share);
  }

  get #threads(): number {
    return this.plan.workers ?? 1;
  }

  run(): Promise<EngineEnd> {
    const now = this.now();
    this.#stageEnds = now + openingNs;
    this.#lastSweep = now;
    while (this.#ahead < Math.min(openingAtOnce, this.#lanes.length)) this.#openNext(now);
    this.#arm(now);
    return this.#end.promise;
  }

  now(): number {
    return nanoseconds();
  }

  // Opening: connections are made before the first request is due, so that no request pays for the client's start.

  #openNext(now: number): void {
    this.#lanes[this.#ahead++]?.openAhead(now);
  }

  #settle(): void {
    this.#settled++;
    if (this.#ahead < this.#lanes.length) this.#openNext(this.now());
  }

  opened(lane: Lane): void {
    if (this.#stage === "opening") {
      this.#opened++;
      this.#settle();
    }
    if (this.#sends) this.#continue(lane, this.now());
    else this.#free.push(lane);
  }

  notOpened(lane: Lane, kind: FailureKind, message: string): void {
    this.#books.samples[kind] ??= message;
    this.#free.push(lane);
    if (this.#stage === "opening") this.#settle();
  }

  connectTook(tcpNs: number, tlsNs: number | undefined): void {
    this.#books.connectTook(tcpNs, tlsNs);
  }

  /** Those not reached ahead of the run are opened by their first request. */
  #freeRest(): void {
    for (const lane of this.#lanes.slice(this.#ahead)) this.#free.push(lane);
    this.#ahead = this.#lanes.length;
  }

  #beginWarming(now: number): void {
    this.#stage = "warming";
    this.#arrivals = this.#arrivalsOf("warmupTickets");
    if (!this.#waits) this.#dispatch(now);
  }

  #beginSending(): void {
    this.#stage = "sending";
    this.#arrivals = this.#measured;
    this.#origin = this.#began;
    this.#stageEnds = this.#began + this.plan.durationMs * ms;
    this.#cpu = this.#cpuUsage();
    if (!this.#waits) this.#dispatch(this.now());
  }

  /** Bun's own client works in a thread of its own, which belongs to the cost. */
  #cpuUsage(since?: NodeJS.CpuUsage): NodeJS.CpuUsage {
    return this.plan.fetch === undefined ? process.threadCpuUsage(since) : process.cpuUsage(since);
  }

  // Sending.

  get #sends(): boolean {
    return this.#stage === "sending" || this.#stage === "warming";
  }

  /** Gives due requests to free lanes. */
  #dispatch(now: number): void {
    while (this.#free.size > 0) {
      const due = this.#arrivals.take(now - this.#origin);
      const lane = due < 0 ? undefined : this.#free.shift();
      if (lane === undefined) return;
      if (this.#stage === "sending") this.#books.tally.histograms.sendLag.record(now - this.#origin - due);
      this.#begin(lane, this.#fromReady ? now : this.#origin + due, now);
    }
  }

  /** A lane has come free: the next due request is its. */
  #continue(lane: Lane, now: number): void {
    const due = this.#sends ? this.#arrivals.take(now - this.#origin) : -1;
    if (due < 0) this.#free.push(lane);
    else this.#begin(lane, this.#origin + due, now);
  }

  /** Hands the arrival that was just taken to a lane. */
  #begin(lane: Lane, due: number, now: number): void {
    const outgoing = lane.traffic === undefined ? this.#only : lane.traffic.begin(this.#arrivals.taken);
    this.#give(lane, outgoing, this.#stage === "sending", due, now);
  }

  #give(lane: Lane, outgoing: Outgoing, measured: boolean, due: number, now: number): void {
    lane.measured = measured;
    lane.due = due;
    lane.request = outgoing.request;
    lane.outgoing = outgoing;
    if (measured) this.#books.due(outgoing.request);
    if (outgoing.problem === undefined) lane.take(now);
    else this.failed(lane, "unfillable", now, outgoing.problem);
  }

  sent(lane: Lane): void {
    if (lane.measured) this.#books.sent(lane.request);
  }

  recalled(lane: Lane): void {
    if (lane.measured) this.#books.recalled(lane.request);
  }

  answered(lane: Lane, now: number): void {
    const { traffic, status } = lane;
    const right =
      traffic === undefined
        ? this.plan.expected[status] === true
        : traffic.judge(status, () => lane.answer(), lane.measured);
    if (lane.measured) {
      this.#lastAnswer = now;
      this.#books.answered(lane, status, right, lane.bodyBytes, now);
      if (this.#watches) this.#noteLimit(lane, status, now);
    }
    // The next step of the lane's flow, or another arrival.
    const next = traffic?.next();
    if (next !== undefined && this.#sends) this.#give(lane, next, lane.measured, now, now);
    else this.#continue(lane, now);
    // Looking at the schedule whenever something happens sends requests closer to their time than the timer can.
    if (this.#waits && this.#sends) this.#dispatch(now);
  }

  #noteLimit(lane: Lane, status: number, now: number): void {
    this.#books.noteLimit(status === 429, lane.sentAt - this.#began, now - this.#began, () => lane.head);
  }

  failed(lane: Lane, kind: FailureKind, now: number, message: string): void {
    lane.traffic?.fail();
    if (lane.measured) this.#books.failed(lane, kind, now, message);
    if (failureKinds[kind].sent === "before" && !this.#waits) this.#resting.push([lane, now + restNs]);
    // It was given up without leaving this call: whoever gave it looks at the schedule again.
    else if (kind === "unfillable") this.#free.push(lane);
    else this.#continue(lane, now);
  }

  lost(): void {
    // It is among the free ones already; its next request opens it again.
    this.#books.counts.idleCloses++;
  }

  // The timer: late requests, timeouts, and the end.

  /** Only while a closed loop sends is there little to look after. */
  #arm(now: number): void {
    const tickMs = this.#stage === "sending" ? this.#tickMs : 1;
    this.#expectedTick = now + tickMs * ms;
    setTimeout(() => this.#tick(), tickMs);
  }

  #tick(): void {
    const now = this.now();
    if (this.#stage === "sending") this.#books.tally.histograms.timerLag.record(now - this.#expectedTick);
    if (now - this.#lastSweep >= 20 * ms) this.#sweep(now);
    this.#advance(now);
    if (this.#stage !== "over") this.#arm(this.now());
  }

  #advance(now: number): void {
    const interrupted = this.#control.stopped;
    if (this.#stage === "opening") this.#whileOpening(now, interrupted);
    if (this.#stage === "ready") this.#whileReady(now, interrupted);
    if (this.#stage === "warming") this.#whileWarming(now, interrupted);
    if (this.#stage === "sending") this.#whileSending(now, interrupted);
    if (this.#stage === "waiting") {
      if (interrupted) this.#stageEnds = Math.min(this.#stageEnds, now + interruptGraceNs);
      if (now >= this.#stageEnds || this.#idle()) this.#finish(now);
    }
  }

  #whileOpening(now: number, interrupted: boolean): void {
    const settled = this.#settled === this.#lanes.length;
    if (!settled && now < this.#stageEnds && !interrupted) return;
    this.#control.ready(this.#opened, this.#threads, sharedNanoseconds());
    this.#freeRest();
    this.#stage = "ready";
  }

  #whileReady(now: number, interrupted: boolean): void {
    const { start } = this.#control;
    if (start === undefined && !interrupted) return;
    if (interrupted) this.#reason = "stopped";
    else if (this.#control.connected === 0) this.#reason = "nothing-connected";
    if (this.#reason !== "complete" || start === undefined) {
      this.#close();
      return;
    }
    this.#origin = this.#threads > 1 ? ownTime(start) : now;
    this.#began = this.#origin + (this.plan.warmupMs ?? 0) * ms;
    if (this.#began > this.#origin) this.#beginWarming(now);
    else this.#beginSending();
  }

  #whileWarming(now: number, interrupted: boolean): void {
    if (interrupted) {
      this.#reason = "stopped";
      this.#close();
    } else if (now >= this.#began) this.#beginSending();
    else this.#dispatch(now);
  }

  #whileSending(now: number, interrupted: boolean): void {
    this.#dispatch(now);
    const done = this.#arrivals.exhausted && this.#idle();
    const over = now >= this.#stageEnds && (now >= this.#stageEnds + lastCallNs || !this.#queued(now));
    if (interrupted) this.#reason = "stopped";
    if (interrupted || done || over) this.#stopSending(now, interrupted);
  }

  /** No lane has a request any more. */
  #idle(): boolean {
    return !this.#lanes.some((lane) => lane.busy || lane.waiting);
  }

  #queued(now: number): boolean {
    return this.#waits && this.#arrivals.waiting(now - this.#origin);
  }

  /** What has no lane by now is never sent; what has one may still be sent and answered. */
  #stopSending(now: number, interrupted: boolean): void {
    const elapsed = now - this.#began;
    while (this.#queued(now)) {
      const due = this.#arrivals.take(elapsed);
      if (due < 0) break;
      const request = this.#script?.firstOf(this.#arrivals.taken) ?? 0;
      this.#books.due(request);
      this.#books.neverSent(request, elapsed - due);
    }
    const slowestMs = this.#books.tally.histograms.service.max / ms;
    this.#books.counts.sending = this.#sendingNs(elapsed);
    this.#stage = "waiting";
    this.#stageEnds = now + (interrupted ? interruptGraceNs : graceMs(this.plan.timeoutMs, slowestMs) * ms);
    this.#cpu = this.#cpuUsage(this.#cpu);
  }

  /** What rates are measured over: not the moment when the timer noticed the end, but the end itself. */
  #sendingNs(elapsed: number): number {
    const { exhausted, waits, spanNs } = this.#arrivals;
    if (!exhausted) return Math.min(elapsed, spanNs);
    return waits ? spanNs : Math.max(0, this.#lastAnswer - this.#began);
  }

  #finish(now: number): void {
    for (const lane of this.#lanes.filter(({ measured }) => measured)) {
      if (lane.waiting) this.#books.neverSent(lane.request, now - lane.due);
      else if (lane.busy) this.#books.unanswered(lane satisfies Entry, now);
    }
    this.#close();
  }

  #close(): void {
    this.#stage = "over";
    this.#publish(this.now());
    for (const lane of this.#lanes) lane.abandon();
    const rateLimit = this.#books.rateLimit();
    const { samples, requests } = this.#books;
    this.#end.resolve({
      reason: this.#reason,
      samples,
      cpuMs: (this.#cpu.user + this.#cpu.system) / 1000,
      ...(rateLimit === undefined ? {} : { rateLimit }),
      ...(requests === undefined ? {} : { requests }),
      ...(this.#script === undefined ? {} : { checks: this.#script.checks }),
    });
  }

  #sweep(now: number): void {
    this.#lastSweep = now;
    for (const lane of this.#lanes) lane.expire(now);
    const rested = this.#resting.filter(([, until]) => until <= now);
    this.#resting = this.#resting.filter(([, until]) => until > now);
    for (const [lane] of rested) this.#continue(lane, now);
    this.#publish(now);
  }

  #publish(now: number): void {
    const { counts } = this.#books;
    const counting = this.#began > 0 && now > this.#began;
    counts.elapsed = counting ? now - this.#began : 0;
    if (this.#stage === "sending") counts.sending = counts.elapsed;
    this.#books.publish();
  }
}

/** Runs a plan to its end over lanes of a kind, writing to the tally as it goes. */
export const runEngine = (plan: LoadPlan, tally: Tally, control: Control, makeLane: MakeLane): Promise<EngineEnd> =>
  new Engine(plan, tally, control, makeLane).run();
