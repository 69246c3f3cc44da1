// The ends of a run's threads as one end of the run.
import { RequestTally } from "../../load/request-tally.ts";
import type { RequestRecord } from "../../load/request-tally.ts";
import type { CheckCount } from "../../load/traffic.ts";
import type { EndReason, EngineEnd } from "./engine.ts";

/** The first that any thread gives. */
const reasons: readonly EndReason[] = ["stopped", "complete", "nothing-connected"];

const addRequests = (ends: readonly EngineEnd[]): readonly RequestRecord[] | undefined => {
  const [first, ...others] = ends.flatMap(({ requests }) => (requests === undefined ? [] : [requests]));
  return first?.map((record, i) => {
    const total = new RequestTally(record);
    for (const other of others) total.add(new RequestTally(other[i]));
    return total.record;
  });
};

const addChecks = (ends: readonly EngineEnd[]): readonly CheckCount[] | undefined => {
  const [first, ...others] = ends.flatMap(({ checks }) => (checks === undefined ? [] : [checks]));
  return first?.map((check, i) =>
    others.reduce<CheckCount>((total, other) => {
      const { held = 0, broken = 0, example = "" } = other[i] ?? {};
      return {
        ...total,
        held: total.held + held,
        broken: total.broken + broken,
        example: total.broken > 0 ? total.example : example,
      };
    }, check),
  );
};

/** The processor time is that of the busiest thread: it is the one that had the least room. */
export const together = (ends: readonly EngineEnd[]): EngineEnd => {
  const [requests, checks] = [addRequests(ends), addChecks(ends)];
  const rateLimit = ends.find((end) => end.rateLimit !== undefined)?.rateLimit;
  return {
    reason: reasons.find((reason) => ends.some((end) => end.reason === reason)) ?? "complete",
    samples: ends.reduce<EngineEnd["samples"]>((all, { samples }) => ({ ...samples, ...all }), {}),
    cpuMs: Math.max(0, ...ends.map(({ cpuMs }) => cpuMs)),
    ...(rateLimit === undefined ? {} : { rateLimit }),
    ...(requests === undefined ? {} : { requests }),
    ...(checks === undefined ? {} : { checks }),
  };
};
