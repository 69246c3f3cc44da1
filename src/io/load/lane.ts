// A lane carries one request at a time for an engine: a connection over a socket of ours, or a slot of Bun's fetch.
import type { Entry } from "../../load/books.ts";
import type { Answer } from "../../load/kept-answer.ts";
import type { LoadPlan } from "../../load/plan.ts";
import type { KnownHead } from "../../load/response-head.ts";
import type { FailureKind } from "../../load/tally.ts";
import type { Outgoing, Traffic } from "../../load/traffic.ts";

/** The engine writes what a lane is to carry into it and calls `take`; the lane fills in what became of it. */
export interface Lane extends Entry {
  due: number;
  request: number;
  outgoing: Outgoing;
  /** Does the current request count? Those of the warm-up do not. */
  measured: boolean;
  /** Of the answer, once it is complete. */
  readonly status: number;
  readonly bodyBytes: number;
  /** Where the requests come from, when they are not all the same. */
  readonly traffic: Traffic | undefined;
  /** Sent, and not answered yet. */
  readonly busy: boolean;
  /** It has a request that is not sent yet. */
  readonly waiting: boolean;
  /** The first bytes of the current answer, where the plan watches for a rate limit. */
  readonly head: string;
  /** What was kept of the current answer. */
  answer(): Answer;
  /** Makes itself ready ahead of any request. */
  openAhead(now: number): void;
  /** Sends what was written into it, opening what it has to. */
  take(now: number): void;
  /** Ends what has taken too long. */
  expire(now: number): void;
  /** Gives up what is under way, without telling the owner. */
  abandon(): void;
}

/** What a lane tells its engine. Times are nanoseconds of the engine's clock. */
export interface LaneOwner {
  readonly plan: LoadPlan;
  readonly known: KnownHead;
  now(): number;
  /** It is ready, and no request waits for it. */
  opened(lane: Lane): void;
  /** It could not be made ready ahead of any request. */
  notOpened(lane: Lane, kind: FailureKind, message: string): void;
  connectTook(tcpNs: number, tlsNs: number | undefined): void;
  sent(lane: Lane): void;
  /** It turned out that the request never left. */
  recalled(lane: Lane): void;
  answered(lane: Lane, now: number): void;
  failed(lane: Lane, kind: FailureKind, now: number, message: string): void;
  /** The server closed it between requests, or sent what nobody had asked for. */
  lost(): void;
}

/** Before the first request is written into a lane. */
export const nothing: Outgoing = { bytes: new Uint8Array(0), toHead: false, request: 0, keeps: false };
