// A recommendation as an architecture decision record in the MADR 4 format: proposed, with its approvers still to be asked.
import { listed } from "../kernel/words.ts";
import { answerKeys, answerKinds, answerText } from "./answers.ts";
import type { Assessment, Decision, Recommendation } from "./decision.ts";
import { flipText, levelRows, scoreText } from "./view.ts";

/** Foreign text on one line that Markdown and HTML leave as it is. */
const inline = (value: string): string =>
  value
    .replace(/[\p{Cc}\p{Cf}\s]+/gu, " ")
    .trim()
    .replace(/[\\`*_[\]<>|#]/g, "\\$&");

/** A YAML double-quoted scalar: JSON texts are all of them valid. */
const quoted = (value: string): string => JSON.stringify(value.replace(/[\p{Cc}\p{Cf}]+/gu, " "));

const bullets = (items: readonly string[]): string => items.map((item) => `* ${item}`).join("\n");

const rows = (head: readonly string[], all: readonly (readonly string[])[]): string =>
  [head, head.map(() => "---"), ...all].map((cells) => `| ${cells.join(" | ")} |`).join("\n");

const paragraphs = (...parts: readonly string[]): string => parts.filter((part) => part !== "").join("\n\n");

const roles = ({ approvals }: Recommendation): readonly string[] => [
  ...new Set(approvals.flatMap(({ approvers }) => approvers)),
];

const frontMatter = (best: Recommendation, date: string): string =>
  [
    "---",
    "status: proposed",
    `date: ${date}`,
    "# pending: none of these people has approved anything yet",
    `decision-makers: [${roles(best).map(quoted).join(", ")}]`,
    "---",
  ].join("\n");

const context = ({ answers, assumptions }: Decision): string =>
  paragraphs(
    "## Context and Problem Statement",
    "Which kind of backend do we build, given what is known today?",
    rows(
      ["Answer", "Value"],
      answerKeys
        .filter((key) => answers[key] !== undefined)
        .map((key) => [answerKinds[key].label, inline(answerText(answers, key))]),
    ),
    "The decision rests on four assumptions. When one of them falls, decide again.",
    bullets(
      assumptions.map(
        ({ title, says, known, question }) =>
          `${title}: ${inline(says)}${known ? "" : ` (open, question ${question})`}`,
      ),
    ),
  );

const considered = (decision: Decision): string =>
  paragraphs(
    "## Considered Options",
    bullets(decision.considered.map(({ profile, score }) => `${profile} (score ${scoreText(score)})`)),
  );

const outcome = (best: Recommendation, { runnerUp, overrides }: Decision): string =>
  paragraphs(
    "## Decision Outcome",
    `Chosen option: "${best.profile}", because it meets ${scoreText(best.score)} of what was asked, by weight. ${inline(best.description)}`,
    runnerUp === null ? "" : `The runner-up, ${runnerUp.profile}, scores ${scoreText(runnerUp.score)}.`,
    overrides.length === 0
      ? ""
      : `Overridden kill criteria:\n\n${bullets(overrides.map(({ kill, because }) => `${kill}, because ${inline(because)}`))}`,
    "### Consequences",
    bullets([
      `Good, because the targets are stated: ${listed(levelRows(best).map(([name, target]) => `${name} ${inline(target)}`))}.`,
      ...best.antiPatterns.map(({ what, verdict, why }) =>
        verdict === "kill" ? `Rules out ${inline(what)}: ${inline(why)}.` : `Warns of ${inline(what)}: ${inline(why)}.`,
      ),
    ]),
    "### Confirmation",
    "A load test against the latency targets, a restore drill against RPO and RTO, and a review by the people below.",
    rows(
      ["Change", "Approvers", "State"],
      best.approvals.map(({ change, approvers, state }) => [inline(change), inline(approvers.join(" + ")), state]),
    ),
  );

const prosAndCons = ({ profile, marks, description }: Assessment): string =>
  paragraphs(
    `### ${profile}`,
    inline(description),
    bullets(
      marks
        .filter(({ state }) => state !== "unbounded")
        .map(
          ({ state, answer, given, bound }) =>
            `${state === "met" ? "Good" : "Bad"}, because ${answerKinds[answer].label.toLowerCase()} is ${inline(given)} and it wants ${inline(bound)}`,
        ),
    ),
  );

const moreInformation = (best: Recommendation, { flips, gaps }: Decision): string =>
  paragraphs(
    "## More Information",
    flips.length === 0
      ? ""
      : `What would change the choice:\n\n${bullets(flips.map((flip) => inline(flipText(flip))))}`,
    gaps.length === 0
      ? ""
      : `Still open:\n\n${bullets(gaps.map(({ says, question }) => `${inline(says)} (question ${question})`))}`,
    best.canon.length === 0 ? "" : `Sources:\n\n${bullets(best.canon.map(inline))}`,
  );

/** The record of a recommendation; `date` is `YYYY-MM-DD`. Undefined when nothing is recommended. */
export const decisionRecord = (decision: Decision, date: string): string | undefined => {
  const best = decision.recommendation;
  if (best === null) return undefined;
  return `${paragraphs(
    frontMatter(best, date),
    `# Build on the ${best.profile} profile`,
    context(decision),
    considered(decision),
    outcome(best, decision),
    paragraphs("## Pros and Cons of the Options", ...decision.considered.map(prosAndCons)),
    moreInformation(best, decision),
  )}\n`;
};
