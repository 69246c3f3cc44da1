// What a load test will do, as plain data: checked against the guards, and sent as it is to the worker that does it.
import { Fault } from "../kernel/fault.ts";
import { milliseconds, plural } from "../kernel/words.ts";
import type { FetchPlan } from "./fetch-plan.ts";
import type { ExpectedLimit } from "./expected-limit.ts";
import type { ResponseLimits } from "./response-parser.ts";
import { responseLimits } from "./response-parser.ts";
import type { Scenario } from "./scenario.ts";

/** The rate changes evenly over so long, from where the stage before ended, to `rate` a second. */
export interface Stage {
  readonly durationMs: number;
  readonly rate: number;
}

/**
 * When requests come due. `closed`: each connection's next request when its last one is answered. `open`: from one
 * schedule, whether or not the server keeps up: at a constant rate, or from that rate through stages.
 */
export type Pace =
  { readonly kind: "closed" } | { readonly kind: "open"; readonly rate: number; readonly stages?: readonly Stage[] };

/** Of a schedule that is divided among machines: this one takes the arrivals index, index + of, index + 2 of, … */
export interface Share {
  readonly index: number;
  readonly of: number;
}

/** Where connections go, once the name is resolved. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
  /** The path of a Unix socket, in place of address and port. */
  readonly unix?: string;
  readonly tls?: TlsSettings;
}

export interface TlsSettings {
  /** The name for SNI and for checking the certificate; none for an IP address, which is checked as itself. */
  readonly serverName?: string;
  readonly verify: boolean;
  /** PEM: who to believe in place of the system's authorities; who to be. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface LoadPlan {
  readonly endpoint: Endpoint;
  readonly method: string;
  readonly request: Uint8Array;
  readonly pace: Pace;
  /** Connections: as many requests can be under way at once. */
  readonly concurrency: number;
  /** Load at the same pace before the measured time; nothing of it counts. */
  readonly warmupMs?: number;
  /** How long requests come due. Answers may arrive during the grace period after it. */
  readonly durationMs: number;
  /** At most so many requests. */
  readonly requests?: number;
  /** From the moment a connection takes a request (it may have to be opened) to the end of the answer. */
  readonly timeoutMs: number;
  /**
   * What response times count from: `due`, the schedule's time; or `ready`, when a connection was free for it and the
   * client got round to it. The client's own delays are then left out: between two services they are only noise.
   */
  readonly countFrom?: "due" | "ready";
  /** Statuses from 0 to 999 that count as right. */
  readonly expected: readonly boolean[];
  readonly limits: ResponseLimits;
  /** Sent by Bun's client, not over sockets of our own. */
  readonly fetch?: FetchPlan;
  /** Threads that send; one unless said. */
  readonly workers?: number;
  /** Draws what is random. */
  readonly seed?: number;
  /** Of the schedule, where machines divide it. */
  readonly share?: Share;
  /** So much of the schedule was over before this machine began: those arrivals are lost, not made up for. */
  readonly skipMs?: number;
  /** Several requests, or one that changes, instead of `method` and `request`. */
  readonly scenario?: Scenario;
  /** Note when 429s come and go, and what their headers say. */
  readonly watchRateLimit?: true;
  /** The limit that is expected of the server. */
  readonly expectedLimit?: ExpectedLimit;
}

/** How many requests have figures of their own, by their names. */
export const namedRequests = ({ scenario }: Pick<LoadPlan, "scenario">): number =>
  scenario?.requests.some(({ name }) => name !== "") === true ? scenario.requests.length : 0;

/** What only `--i-know` allows to exceed: a slip of the finger should not become an attack. */
export const caps = { concurrency: 10_000, durationMs: 3_600_000, rate: 200_000 } as const;

const peakRate = ({ rate, stages = [] }: Extract<Pace, { readonly kind: "open" }>): number =>
  Math.max(rate, ...stages.map((stage) => stage.rate));

export const refuseExcess = (plan: Pick<LoadPlan, "concurrency" | "durationMs" | "pace">): void => {
  const rate = plan.pace.kind === "open" ? peakRate(plan.pace) : 0;
  const excess = [
    ...(plan.concurrency > caps.concurrency
      ? [`${plural(plan.concurrency, "connection")} (the cap is ${caps.concurrency})`]
      : []),
    ...(plan.durationMs > caps.durationMs ? [`${milliseconds(plan.durationMs)} (the cap is one hour)`] : []),
    ...(rate > caps.rate ? [`${rate} requests a second (the cap is ${caps.rate})`] : []),
  ];
  if (excess.length === 0) return;
  throw new Fault("guard.limit", `this load exceeds a cap: ${excess.join(", ")}`, {
    help: "if you mean it, and the target is yours, repeat with --i-know",
  });
};

/** `200`, `4xx` or `200,3xx` as a table of statuses; none given: everything below 400. */
export const expectedStatuses = (given: readonly string[]): readonly boolean[] => {
  const words = given.flatMap((value) => value.split(",")).map((word) => word.trim().toLowerCase());
  const wrong = words.find((word) => !/^[1-5](\d\d|xx)$/.test(word));
  if (wrong !== undefined) {
    throw new Fault(
      "usage.bad-value",
      `--expect-status got "${wrong}", expected a status such as 404 or a class such as 4xx`,
    );
  }
  return Array.from({ length: 1000 }, (_, status) =>
    words.length === 0
      ? status < 400
      : words.some((word) =>
          word.endsWith("xx") ? word[0] === String(Math.floor(status / 100)) : word === String(status),
        ),
  );
};

/**
 * How long answers may still arrive once no more requests come due: patient with a slow server, brief with a dead one.
 * What is unanswered then counts as unanswered.
 */
export const graceMs = (timeoutMs: number, slowestMs: number): number =>
  Math.min(timeoutMs, Math.max(2000, 2 * slowestMs));

export { responseLimits };
