// The results of a run with several requests, each by its name, and of the checks on their answers.
import type { LoadPlan } from "./plan.ts";
import type { RequestRecord } from "./request-tally.ts";
import { RequestTally } from "./request-tally.ts";
import type { CheckResult, RequestResult } from "./summary.ts";
import { latencyOf } from "./summarize.ts";
import type { CheckCount } from "./traffic.ts";

type Plan = Pick<LoadPlan, "scenario">;

/** In the order of the plan; empty for a run of one. */
export const byRequestOf = ({ scenario }: Plan, records: readonly RequestRecord[] = []): readonly RequestResult[] =>
  (scenario?.requests ?? []).flatMap(({ name, method, shownPath }, i) => {
    const record = records[i];
    if (record === undefined) return [];
    const tally = new RequestTally(record);
    const histogram = (of: Parameters<RequestTally["histogram"]>[0]) => [tally.histogram(of)];
    return [
      {
        name,
        method,
        path: shownPath,
        ...record.counts,
        all: latencyOf(histogram("known"), histogram("bound")),
        service: latencyOf(histogram("service"), histogram("serviceBound")),
      },
    ];
  });

export const checksOf = ({ scenario }: Plan, counts: readonly CheckCount[] = []): readonly CheckResult[] =>
  counts.map(({ request, text, held, broken, example }) => ({
    request: scenario?.requests[request]?.name ?? "",
    text,
    held,
    broken,
    example,
  }));
