// A decision as people read it: blocks and findings. It adds no judgement of its own.
import type { Finding } from "../kernel/finding.ts";
import type { Block } from "../kernel/report.ts";
import { heading, list, text } from "../kernel/report.ts";
import { listed } from "../kernel/words.ts";
import type { AnswerKey, Answers } from "./answers.ts";
import { answerKeys, answerKinds, answerText, minutes, percent } from "./answers.ts";
import { criteria } from "./criteria.ts";
import type { Assessment, Decision, Flip, Recommendation } from "./decision.ts";
import type { Level } from "./levels.ts";

const table = (
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): Block => ({
  kind: "table",
  columns: titles.map((title, i) => ({ title, align: right.includes(i) ? "right" : "left" })),
  rows,
});

/** Nothing stands under a heading: then the heading goes, too. */
const section = (title: string, rows: readonly unknown[], ...blocks: readonly Block[]): readonly Block[] =>
  rows.length === 0 ? [] : [heading(title), ...blocks];

export const scoreText = (score: number): string => score.toFixed(2);

const assumed: readonly AnswerKey[] = ["readWriteRatio", "qpsP99", "tenancy", "dataSensitivity", "slo", "sloConsumer"];

/** What was answered beside the four assumptions, on one line. */
const alsoGiven = (answers: Answers): string =>
  answerKeys
    .filter((key) => answers[key] !== undefined && !assumed.includes(key))
    .map((key) => `${answerKinds[key].label.toLowerCase()} ${answerText(answers, key)}`)
    .join(", ");

const assumptionBlocks = ({ assumptions, answers }: Decision): readonly Block[] => [
  heading("Assumptions"),
  table(
    ["Assumption", "Taken as", "Question"],
    assumptions.map(({ title, says, question, known }) => [title, says, known ? `${question}` : `${question} (open)`]),
  ),
  text(`Also given: ${alsoGiven(answers)}.`),
];

const levelText = (level: Level, words: (value: number) => string, limit: string): string =>
  level.from === "answer" ? `${words(level.value)} (your answer)` : `${words(level.value)} (the profile's ${limit})`;

/** Name and figure of every service level, in the order reports state them. */
export const levelRows = ({ levels }: Recommendation): readonly (readonly [string, string])[] => [
  ["Latency p50, p95, p99", `${levels.p50Ms}, ${levels.p95Ms}, ${levels.p99Ms} ms at most`],
  [
    "SLO (uptime)",
    levels.slo.from === "answer"
      ? `${percent(levels.slo.value)} (your answer; the profile's floor is ${percent(levels.sloFloor)})`
      : levelText(levels.slo, percent, "floor"),
  ],
  ["Error-budget consumer", levels.sloConsumer ?? "nobody yet (question 7)"],
  ["RPO", levelText(levels.rpoMinutes, minutes, "maximum")],
  ["RTO", levelText(levels.rtoMinutes, minutes, "maximum")],
  ...(levels.throughputMinRps === null
    ? []
    : [["Throughput", `at least ${levels.throughputMinRps} requests/s`] as const]),
  ["Test coverage", `at least ${percent(levels.coverageMin)}`],
  ["Security scan", `nothing open above ${levels.scanSeverityMax}`],
];

/** `language typescript → python` for each changed answer. */
export const flipText = ({ profile, score, changes }: Flip): string => {
  const parts = changes.map(
    ({ answer, from, to }) => `${answerKinds[answer].label.toLowerCase()} ${to} instead of ${from}`,
  );
  return `${profile} (${scoreText(score)}) with ${listed(parts.map((part) => part.replace(" instead of not given", "")))}`;
};

const stackBlocks = ({ stacks }: Recommendation): readonly Block[] =>
  stacks.flatMap(({ name, picks }) => [
    heading(name === "" ? "Stack" : `Stack: ${name}`),
    table(
      ["Part", "Pick, best first"],
      picks.map(({ part, options }) => [part.replaceAll("_", " "), options.join(", ")]),
    ),
  ]);

const violated = ({ marks }: Assessment): readonly string[] =>
  marks.flatMap(({ state, answer, given, bound, decisive }) =>
    state === "violated"
      ? [
          `${answerKinds[answer].label.toLowerCase()} is ${given}, it wants ${bound}${decisive ? "" : " (not decisive)"}`,
        ]
      : [],
  );

const recommendationBlocks = (best: Recommendation): readonly Block[] => [
  heading(`Recommended: ${best.profile} (score ${scoreText(best.score)})`),
  text(best.description),
  ...violated(best).map((miss) => text(`It does not meet everything: ${miss}.`, "warn")),
  heading("Service levels"),
  table(["Level", "Target"], levelRows(best)),
  ...stackBlocks(best),
  ...section(
    "Avoid",
    best.antiPatterns,
    table(
      ["", "What", "Why"],
      best.antiPatterns.map(({ what, verdict, why }) => [verdict, what, why]),
    ),
  ),
  heading("Approvals, all pending"),
  table(
    ["Change", "Approved by"],
    best.approvals.map(({ change, approvers }) => [change, approvers.join(" + ")]),
  ),
];

const runnerUpBlocks = ({ runnerUp }: Decision): readonly Block[] =>
  runnerUp === null
    ? []
    : [
        heading(`Runner-up: ${runnerUp.profile} (score ${scoreText(runnerUp.score)})`),
        text(runnerUp.description),
        list(violated(runnerUp).length === 0 ? ["an equal fit; the declared order decided"] : violated(runnerUp)),
      ];

const nearestBlocks = ({ nearest }: Decision): readonly Block[] =>
  nearest === null
    ? []
    : [
        heading("No profile fits"),
        text(`Nearest is ${nearest.profile} (score ${scoreText(nearest.score)}), and it is not recommended:`),
        list(violated(nearest)),
      ];

const flipBlocks = ({ flips, outcome }: Decision): readonly Block[] =>
  section(
    outcome === "recommended" ? "What would change the choice" : "What would make a profile fit",
    flips,
    list(flips.map(flipText)),
  );

const killBlocks = ({ kills }: Decision): readonly Block[] =>
  section(
    "Stopped",
    kills,
    text("No profile is recommended while these stand:", "bad"),
    table(
      ["Kill criterion", "Question", "Instead"],
      kills.map(({ id, question, instead }) => [id, `${question}`, instead]),
    ),
    text('To go on all the same: --override-kill ID --because "…"; the reason becomes part of the decision.', "dim"),
  );

const overrideBlocks = ({ overrides }: Decision): readonly Block[] =>
  section(
    "Overridden",
    overrides,
    table(
      ["Kill criterion", "Because"],
      overrides.map(({ kill, because, tripped }) => [kill, tripped ? because : `${because} (it did not trip)`]),
    ),
  );

const scored = new Set(criteria.map(({ answer }) => answer));

/** What was answered and weighs nothing in the score. */
const unusedRows = (answers: Answers): readonly (readonly string[])[] =>
  answerKeys
    .filter((key) => answers[key] !== undefined && !scored.has(key))
    .map((key) => [answerKinds[key].label, answerText(answers, key), "", "unused", "0"]);

const markRows = ({ marks }: Assessment): readonly (readonly string[])[] =>
  marks.map(({ answer, given, bound, state, decisive, weight }) => [
    answerKinds[answer].label,
    given,
    bound,
    state === "violated" && decisive ? "violated, decisive" : state === "unbounded" ? "met, no bound" : state,
    String(weight),
  ]);

/** Every answer against every bound of every profile, with its weight. */
export const explainBlocks = ({ considered, answers }: Decision): readonly Block[] =>
  considered.flatMap((one) => [
    heading(`${one.profile} (score ${scoreText(one.score)})`),
    table(["Answer", "Given", "Wants", "State", "Weight"], [...markRows(one), ...unusedRows(answers)], [4]),
  ]);

export const decisionBlocks = (decision: Decision, explain = false): readonly Block[] => [
  ...assumptionBlocks(decision),
  ...overrideBlocks(decision),
  ...killBlocks(decision),
  ...(decision.recommendation === null ? [] : recommendationBlocks(decision.recommendation)),
  ...runnerUpBlocks(decision),
  ...nearestBlocks(decision),
  ...flipBlocks(decision),
  ...(explain ? explainBlocks(decision) : []),
  text("A recommendation, not an approval: it is for the named people to approve.", "dim"),
];

const noFit = ({ outcome, nearest }: Decision): readonly Finding[] =>
  outcome === "no-profile-fits"
    ? [
        {
          rule: "decide/no-profile-fits",
          severity: "error",
          message:
            nearest === null
              ? "no profile fits"
              : `no profile fits; nearest is ${nearest.profile}: ${listed(violated(nearest))}`,
          at: { kind: "project" },
          help: "change an answer as shown above, or describe your own kind of backend in profiles/<org>.json",
        },
      ]
    : [];

/** What stops, what was overridden, and what stays open. */
export const decisionFindings = (decision: Decision): readonly Finding[] => [
  ...decision.kills.map(({ id, why, instead, canon }): Finding => ({
    rule: `decide/${id}`,
    severity: "error",
    message: why,
    at: { kind: "project" },
    help: instead,
    evidence: { note: canon },
  })),
  ...noFit(decision),
  ...decision.overrides.map(({ kill, because, tripped }): Finding => ({
    rule: tripped ? "decide/kill-overridden" : "decide/override-without-kill",
    severity: tripped ? "warning" : "info",
    message: tripped
      ? `${kill} was overridden because ${because}`
      : `${kill} did not trip; there was nothing to override`,
    at: { kind: "project" },
  })),
  ...decision.gaps.map(({ id, question, severity, says, next }): Finding => ({
    rule: `decide/${id}`,
    severity,
    message: `${says} (question ${question})`,
    at: { kind: "project" },
    help: next,
  })),
];
