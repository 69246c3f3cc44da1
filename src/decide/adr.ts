// A recommendation as an architecture decision record in the MADR 4 format: proposed, with its approvers still to be asked.
import { answerKeys, answerKinds, answerText, percent } from "./answers.ts";
import type { Mark } from "./criteria.ts";
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

/** 1 is everything; less is a share by weight. */
const meets = (score: number): string =>
  score === 1 ? "everything that was asked" : `${percent(Math.round(score * 100) / 100)} of what was asked, by weight`;

const outcome = (best: Recommendation, { runnerUp, overrides }: Decision): string =>
  paragraphs(
    "## Decision Outcome",
    `Chosen option: "${best.profile}", because it meets ${meets(best.score)}. ${inline(best.description)}`,
    runnerUp === null ? "" : `The runner-up, ${runnerUp.profile}, meets ${meets(runnerUp.score)}.`,
    overrides.length === 0
      ? ""
      : `Overridden kill criteria:\n\n${bullets(overrides.map(({ kill, because }) => `${kill}, because ${inline(because)}`))}`,
    "### Consequences",
    rows(
      ["Service level", "Target"],
      levelRows(best).map((cells) => cells.map(inline)),
    ),
    bullets(
      best.antiPatterns.map(
        ({ what, verdict, why }) => `${verdict === "kill" ? "Rules out" : "Warns of"} ${inline(what)}: ${inline(why)}`,
      ),
    ),
    "### Confirmation",
    "A load test against the latency targets, a restore drill against RPO and RTO, and a review by the people below.",
    rows(
      ["Change", "Approvers", "State"],
      best.approvals.map(({ change, approvers, state }) => [inline(change), inline(approvers.join(" + ")), state]),
    ),
  );

const markText = ({ state, answer, given, bound }: Mark): string =>
  `${state === "met" ? "Good" : "Bad"}, because it wants ${inline(bound)} (${answerKinds[answer].label.toLowerCase()}: ${inline(given)})`;

const prosAndCons = ({ profile, marks, description }: Assessment): string =>
  paragraphs(
    `### ${profile}`,
    inline(description),
    bullets(marks.filter(({ state }) => state !== "unbounded").map(markText)),
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
