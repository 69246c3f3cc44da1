// What an engine sends and what it makes of the answers, behind one face: one request again and again, or a script of many.
import type { Answer } from "./kept-answer.ts";

/** One request, ready for the wire. */
export interface Outgoing {
  readonly bytes: Uint8Array;
  /** Its answer has no body, whatever its headers say. */
  readonly toHead: boolean;
  /** Its place among the run's requests. */
  readonly request: number;
  /** Its answer is looked into: header lines and body are kept. */
  readonly keeps: boolean;
  /** Why it could not be made. */
  readonly problem?: string;
}

/** Whoever sends over one connection: what was extracted for it, its cookies, where it is in a flow. */
export interface Traffic {
  /** The first request of an arrival's flow. */
  begin(arrival: number): Outgoing;
  /** Was the answer to the last request right? It decides how the flow goes on. Checks of a warm-up are not counted. */
  judge(status: number, answer: () => Answer, counts: boolean): boolean;
  /** The last request ended without an answer: its flow is over. */
  fail(): void;
  /** The next request of the flow; undefined when it is over. */
  next(): Outgoing | undefined;
}

export type CheckCount = {
  readonly request: number;
  readonly text: string;
  held: number;
  broken: number;
  example: string;
};
