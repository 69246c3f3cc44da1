// From answers to a decision: kills first, then the fit, then what is still open.
import { Fault } from "../kernel/fault.ts";
import type { AnswerKey, Answers } from "./answers.ts";
import { answerKinds, answerText, missingAnswers, percent } from "./answers.ts";
import type { Choice } from "./choose.ts";
import { choose, flips } from "./choose.ts";
import type { Fit } from "./criteria.ts";
import { scoreOf } from "./criteria.ts";
import type { Assessment, Assumption, Decision, Override, Recommendation } from "./decision.ts";
import { decisionVersion } from "./decision.ts";
import type { Kill } from "./kills.ts";
import { kills, tripped } from "./kills.ts";
import { gapsOf, levelsOf } from "./levels.ts";
import type { Profile } from "./profile.ts";
import { questionText } from "./questions.ts";

const known = (answers: Answers, keys: readonly AnswerKey[]): boolean =>
  keys.every((key) => answers[key] !== undefined);

const sloText = ({ slo, sloConsumer }: Answers): string =>
  `${slo === undefined ? "no SLO given: the profile's floor applies" : percent(slo)}, error budget: ${sloConsumer ?? "no consumer named"}`;

/** The four assumptions that every recommendation rests on, whether they are answered or not. */
export const assumptionsOf = (answers: Answers): readonly Assumption[] => [
  {
    title: "Load",
    question: 1,
    says: `reads to writes ${answerText(answers, "readWriteRatio")}, ${answerText(answers, "qpsP99")} at p99 in one year`,
    known: known(answers, ["readWriteRatio", "qpsP99"]),
  },
  { title: "Tenancy", question: 2, says: answerText(answers, "tenancy"), known: known(answers, ["tenancy"]) },
  {
    title: "Data sensitivity",
    question: 4,
    says: answerText(answers, "dataSensitivity"),
    known: known(answers, ["dataSensitivity"]),
  },
  { title: "SLO", question: 7, says: sloText(answers), known: known(answers, ["slo", "sloConsumer"]) },
];

const askFor = (keys: readonly AnswerKey[]): readonly string[] =>
  keys.map((key) => {
    const { flag, question } = answerKinds[key];
    return `  --${flag} (question ${question}: ${questionText(question)})`;
  });

/** Without the missing answers any recommendation would be a guess; what would only stay open is asked for as well. */
const refuse = (missing: readonly AnswerKey[], answers: Answers): Fault => {
  const open = (["slo", "sloConsumer"] as const).filter((key) => answers[key] === undefined);
  return new Fault(
    "usage.missing-answers",
    [
      `no recommendation without ${missing.length === 1 ? "this answer" : `these ${missing.length} answers`}:`,
      ...askFor(missing),
      ...(open.length === 0 ? [] : ["and, as the fourth assumption, these should be known:", ...askFor(open)]),
    ].join("\n"),
    { help: "answer the questions above; `senior reference forcing_questions` says what a good answer is" },
  );
};

const assess = (fit: Fit): Assessment => {
  const { name, description, version, origin } = fit.profile;
  return { profile: name, description, version, origin, score: scoreOf(fit), marks: fit.marks };
};

const recommend = (answers: Answers, fit: Fit): Recommendation => ({
  ...assess(fit),
  levels: levelsOf(answers, fit.profile.targets),
  stacks: fit.profile.stacks,
  antiPatterns: fit.profile.antiPatterns,
  approvals: fit.profile.approvals.map(({ change, roles }) => ({ change, approvers: roles, state: "pending" })),
  canon: fit.profile.canon,
});

const verdict = (answers: Answers, profiles: readonly Profile[], choice: Choice) => {
  const { best, runnerUp, fits } = choice;
  const nearest = fits[0];
  return {
    outcome: best === undefined ? ("no-profile-fits" as const) : ("recommended" as const),
    recommendation: best === undefined ? null : recommend(answers, best),
    runnerUp: runnerUp === undefined ? null : assess(runnerUp),
    nearest: best !== undefined || nearest === undefined ? null : assess(nearest),
    flips: flips(answers, profiles, choice),
    gaps: best === undefined ? [] : gapsOf(answers, best.profile.targets),
    considered: fits.map(assess),
  };
};

const stopped = {
  outcome: "killed" as const,
  recommendation: null,
  runnerUp: null,
  nearest: null,
  flips: [],
  gaps: [],
  considered: [],
};

/**
 * Decides among `profiles`, given in the order in which they win ties. The same answers give the same decision.
 * `criteria` are what stops it: the kill criteria, or more of them after a conversation that could check more.
 * Throws a Fault (`usage.missing-answers`) when an answer is missing that no recommendation can do without.
 */
export const decide = (
  answers: Answers,
  profiles: readonly Profile[],
  overrides: readonly Override[] = [],
  criteria: readonly Kill[] = kills,
): Decision => {
  const missing = missingAnswers(answers);
  if (missing.length > 0) throw refuse(missing, answers);
  const all = tripped(answers, criteria);
  const standing = all.filter(({ id }) => !overrides.some(({ kill }) => kill === id));
  return {
    schema: decisionVersion,
    approved: false,
    assumptions: assumptionsOf(answers),
    answers: Object.fromEntries(Object.entries(answers).filter(([, value]) => value !== undefined)),
    kills: standing.map(({ id, question, why, instead, canon }) => ({ id, question, why, instead, canon })),
    overrides: overrides.map((one) => ({ ...one, tripped: all.some(({ id }) => id === one.kill) })),
    ...(standing.length > 0 ? stopped : verdict(answers, profiles, choose(answers, profiles))),
  };
};
