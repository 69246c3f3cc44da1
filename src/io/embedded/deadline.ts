// How long a server may take: for one statement, and for many together, so that a large schema is not taken for an endless one.
import { Fault } from "../../kernel/fault.ts";
import { milliseconds } from "../../kernel/words.ts";

export const lateFault = (afterMs: number, server: string): Fault =>
  new Fault("input.timeout", `${server} did not finish within ${milliseconds(afterMs)} and was ended`, {
    data: { afterMs },
  });

/** How many statements more take no longer together than one of them alone may. */
const statementsInTime = 1000;

/** Calls `late` when a statement is not followed by the next one in time, or when there is no end to all of them. Gives what stops it. */
export const watch = (
  { deadlineMs, statements }: { readonly deadlineMs: number; readonly statements: number },
  begun: () => number,
  late: (afterMs: number) => void,
): (() => void) => {
  const start = performance.now();
  // Twice the time at least: one that never ends is told by its own.
  const allMs = deadlineMs * (2 + statements / statementsInTime);
  let [last, since] = [begun(), start];
  const look = (): void => {
    const now = performance.now();
    if (begun() !== last) [last, since] = [begun(), now];
    if (now - since >= deadlineMs) late(deadlineMs);
    else if (now - start >= allMs) late(allMs);
  };
  const timer = setInterval(look, Math.max(10, deadlineMs / 20));
  return () => clearInterval(timer);
};
