// What was found out about a rate limit: that there is none, that it is another one, that its headers did not tell the truth.
import type { Finding, Location } from "../kernel/finding.ts";
import { listed, milliseconds, plural } from "../kernel/words.ts";
import type { RateLimit } from "./rate-limit.ts";
import { limitText } from "./rate-limit.ts";
import type { LoadSummary } from "./summary.ts";
import { placeOf } from "./wording.ts";

/** `load/rate-limit-differs`: the limit, or its window, is not what was expected. */
const limitDiffers = (seen: RateLimit, concurrency: number, at: Location): readonly Finding[] => {
  const { expected, window, burst } = seen;
  if (expected === null) return [];
  const limit = window?.limit ?? burst ?? 0;
  const tolerance = Math.max(concurrency, 2, 0.1 * expected.limit);
  const wanted = `${plural(expected.limit, "request")} in ${milliseconds(expected.windowMs)}`;
  const off = [
    ...(Math.abs(limit - expected.limit) > tolerance ? [`${plural(limit, "request")} were let through`] : []),
    ...(window !== null && Math.abs(window.windowMs / expected.windowMs - 1) > 0.25
      ? [`the window was ${milliseconds(window.windowMs)}`]
      : []),
  ];
  if (off.length === 0) return [];
  return [
    {
      rule: "load/rate-limit-differs",
      severity: "error",
      at,
      message: `${wanted} were expected: ${listed(off)}`,
      help: "others may have used some of the limit before; wait for one window and repeat, or look at the limiter's settings",
    },
  ];
};

/** `load/rate-limit…`: an error when none appeared, a warning for each header that did not tell the truth. */
export const limitFindings = (summary: LoadSummary): readonly Finding[] => {
  const { rateLimit: seen, requests } = summary;
  if (seen === null || summary.ending === "unreached") return [];
  const at = placeOf(summary);
  if (seen.limited === 0) {
    return [
      {
        rule: "load/rate-limit-missing",
        severity: "error",
        at,
        message: `no rate limit appeared: none of ${plural(requests.answered, "answer")} in ${milliseconds(summary.throughput.sendingMs)} had status 429`,
        help: "raise --rate or --duration above the limit, or put a rate limiter in front of this route",
      },
    ];
  }
  const silent: readonly Finding[] = seen.headers.some(([name]) => /^retry-after$/i.test(name))
    ? []
    : [
        {
          rule: "load/rate-limit-headers",
          severity: "warning",
          at,
          message: "the first 429 has no Retry-After: clients cannot know when to come back",
          help: "send Retry-After with every 429, in seconds",
        },
      ];
  const wrong = seen.claims
    .filter(({ verdict }) => verdict === "false")
    .map(({ header, value, text }): Finding => ({
      rule: "load/rate-limit-headers",
      severity: "warning",
      at,
      message: `${header}: ${value} was not true: ${text}`,
      help: "clients that obey the header are refused, or wait for nothing",
    }));
  return [
    { rule: "load/rate-limit", severity: "info", at, message: limitText(seen) },
    ...limitDiffers(seen, summary.asked.concurrency, at),
    ...silent,
    ...wrong,
  ];
};
