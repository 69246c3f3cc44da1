// A decision in at most 200 words, for whoever asked on somebody else's behalf.
import { listed } from "../kernel/words.ts";
import { minutes, percent } from "./answers.ts";
import type { Concern } from "./composition.ts";
import { concerns } from "./composition.ts";
import type { Decision, Recommendation } from "./decision.ts";
import { questionText } from "./questions.ts";
import { flipText, scoreText } from "./view.ts";

// Seven lines of this length stay below 200 words, whatever an organisation's profile says in its own words.
const wordsPerLine = 28;

/** One short line, without characters that could act on a terminal: a digest is printed as it is. */
const clipped = (line: string): string => {
  const words = line.split(/[\s\p{Cc}\p{Cf}]+/u).filter((word) => word !== "");
  return words.length <= wordsPerLine ? words.join(" ") : `${words.slice(0, wordsPerLine - 1).join(" ")} …`;
};

const targets = ({ levels }: Recommendation): readonly string[] => [
  `Targets: p50, p95, p99 ${levels.p50Ms}, ${levels.p95Ms}, ${levels.p99Ms} ms; uptime ${percent(levels.slo.value)}.`,
  `Recovery: RPO ${minutes(levels.rpoMinutes.value)}, RTO ${minutes(levels.rtoMinutes.value)}.`,
];

const pending = ({ approvals }: Recommendation): string =>
  `Approval pending: ${approvals.map(({ change, approvers }) => `${change} by ${approvers.join(" + ")}`).join("; ")}.`;

const open = ({ gaps, overrides }: Decision): readonly string[] => {
  const overridden = overrides.filter(({ tripped }) => tripped).map(({ kill }) => kill);
  return [
    ...(overridden.length === 0 ? [] : [`Overridden: ${listed(overridden)}.`]),
    ...(gaps.length === 0
      ? []
      : [`Open: ${gaps.map(({ id, question }) => `${id} (question ${question})`).join(", ")}.`]),
  ];
};

const handOver = ({ concern, own, specialists, handOver: what }: Concern): string =>
  `Next: ${concern}: ${[...(own === undefined ? [] : [`\`${own}\``]), ...specialists].join(" or ")}, with ${what}.`;

/** One step, and the SLO before anything that scales. */
const next = ({ recommendation, gaps, kills, answers }: Decision): string => {
  const [kill] = kills;
  if (kill !== undefined) return `Next: question ${kill.question}: ${questionText(kill.question)}`;
  if (recommendation === null) return handOver(concerns.answers);
  if (gaps.some(({ question }) => question >= 6)) return handOver(concerns.slo);
  const duties = ["phi", "pci", "regulated"].includes(answers.dataSensitivity ?? "");
  return handOver(duties ? concerns.compliance : concerns.api);
};

const outcomeLines = (decision: Decision): readonly string[] => {
  const { recommendation: best, runnerUp, kills, nearest, flips } = decision;
  if (kills.length > 0) return [`Stopped by ${listed(kills.map(({ id }) => id))}: ${kills[0]?.instead ?? ""}.`];
  if (best === null) {
    const [flip] = flips;
    const fits = flip === undefined ? [] : [`It would fit: ${flipText(flip)}.`];
    return [`No profile fits; nearest is ${nearest?.profile ?? "none"}.`, ...fits];
  }
  const second = runnerUp === null ? "" : `; runner-up ${runnerUp.profile} (${scoreText(runnerUp.score)})`;
  return [
    `Profile: ${best.profile} (score ${scoreText(best.score)})${second}.`,
    ...targets(best),
    pending(best),
    ...open(decision),
  ];
};

/** Profile, targets, recovery, who must approve, what is open, and the one next step. */
export const digestOf = (decision: Decision): string =>
  [...outcomeLines(decision), next(decision)].map(clipped).join("\n");
