// Is it me or the server? How the measuring side fared, and whether its own limits may have set the figures.
import type { LoadPlan } from "./plan.ts";
import type { Tally } from "./tally.ts";

export type Client = {
  /** Whether the figures are the server's, or may be the client's own. */
  readonly stamp: "valid" | "client-bound";
  /** Share of one processor that the measuring thread used while requests came due. */
  readonly cpuShare: number;
  /** How late the thread's timer ran, at the 99th percentile and at worst. */
  readonly lagMs: number;
  readonly maxLagMs: number;
  /** Open loop: how late due requests left although a connection was free, at the 99th percentile. */
  readonly sendLagMs: number;
  /** Why the client, not the server, may have set the limit; empty when it did not. */
  readonly boundBy: readonly string[];
};

const nsPerMs = 1e6;

// A thread that is busy nine tenths of the time has no room left: what it measures is also its own queue.
const busyShare = 0.9;
const lateMs = 100;
const lateSendMs = 20;

export const clientOf = (tally: Tally, plan: LoadPlan, cpuMs: number): Client => {
  const { timerLag, sendLag } = tally.histograms;
  const sendingMs = tally.get("sending") / nsPerMs;
  const cpuShare = sendingMs === 0 ? 0 : cpuMs / sendingMs;
  const sendLagMs = plan.pace.kind === "open" ? sendLag.percentile(99) / nsPerMs : 0;
  const maxLagMs = timerLag.max / nsPerMs;
  const boundBy = [
    ...(cpuShare > busyShare ? [`its thread was busy ${(cpuShare * 100).toFixed(0)} % of the time`] : []),
    ...(sendLagMs > lateSendMs
      ? [`1 % of the requests left ${sendLagMs.toFixed(0)} ms late or later although a connection was free`]
      : []),
    ...(maxLagMs > lateMs ? [`it stood still for ${maxLagMs.toFixed(0)} ms`] : []),
  ];
  return {
    stamp: boundBy.length === 0 ? "valid" : "client-bound",
    cpuShare,
    lagMs: timerLag.percentile(99) / nsPerMs,
    maxLagMs,
    sendLagMs,
    boundBy,
  };
};
