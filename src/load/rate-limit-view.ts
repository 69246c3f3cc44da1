// The part of a load report that shows a rate limit: what it let through, and what its headers claimed.
import type { Block } from "../kernel/report.ts";
import { heading, text } from "../kernel/report.ts";
import { milliseconds } from "../kernel/words.ts";
import { limitText } from "./rate-limit.ts";
import { probeMs } from "./rate-limit-window.ts";
import type { LoadSummary } from "./summary.ts";

const claimTexts = { true: "true", false: "not true", untested: "not tested" } as const;

export const rateLimitBlocks = ({ rateLimit: seen }: LoadSummary): readonly Block[] =>
  seen === null
    ? []
    : [
        heading("Rate limit"),
        text(limitText(seen), seen.limited > 0 ? "good" : "bad"),
        ...(seen.window === null ? [] : [text(seen.window.text, "good")]),
        ...(seen.expected === null || seen.window !== null || seen.limited === 0
          ? []
          : [
              text(
                `the kind of window was not seen: that takes ${milliseconds(probeMs(seen.expected))} (--duration)`,
                "dim",
              ),
            ]),
        ...(seen.headers.length === 0
          ? []
          : [
              {
                kind: "table" as const,
                columns: ["On the first 429", "", "", ""].map((title) => ({ title })),
                rows: seen.headers.map(([name, value]) => {
                  const claim = seen.claims.find(({ header }) => header === name);
                  return [name, value, claim === undefined ? "" : claimTexts[claim.verdict], claim?.text ?? ""];
                }),
              },
            ]),
      ];
