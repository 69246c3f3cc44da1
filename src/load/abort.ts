// `--abort-on`: has a run come to a condition that ends it?
import { merged } from "./histogram.ts";
import type { Tally } from "./tally.ts";
import { failed } from "./tally.ts";
import type { Judged, Threshold } from "./threshold.ts";
import { judge } from "./threshold.ts";

/** Before this, a first answer or two would decide. */
const earliestNs = 1e9;
const fewest = 10;

/** The first condition that holds for what has happened so far, once a second has passed and ten requests have ended. */
export const abortedBy = (conditions: readonly Threshold[], tally: Tally): Judged | undefined => {
  const elapsed = tally.get("elapsed");
  const [before, after] = [failed(tally, "before"), failed(tally, "after")];
  const answered = tally.get("answered");
  const ended = answered + before + after;
  if (conditions.length === 0 || elapsed < earliestNs || ended < fewest) return undefined;
  const { responseRight, responseWrong, responseBound } = tally.histograms;
  const judged = judge(conditions, {
    known: merged(responseRight, responseWrong),
    bound: responseBound,
    // A share is that of the requests that have ended: those under way are neither right nor wrong yet.
    scheduled: ended,
    errors: before + after + answered - tally.get("right"),
    unanswered: 0,
    answersPerSecond: (answered * 1e9) / elapsed,
    clientBound: false,
  });
  return judged.find(({ verdict }) => verdict === "met");
};
