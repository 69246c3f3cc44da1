// A grill as people and programs see it: the question whose turn it is, what stops it, and how far it has come.
import type { Finding } from "../kernel/finding.ts";
import type { Json, JsonObject } from "../kernel/json.ts";
import type { Block } from "../kernel/report.ts";
import { heading, list, text } from "../kernel/report.ts";
import type { Answers, QuestionNumber } from "./answers.ts";
import { answerKinds, answerText, valueOf } from "./answers.ts";
import type { Proposal } from "./evidence.ts";
import type { Grill, Turn } from "./grill.ts";
import { answersOf, isAnswered } from "./grill.ts";
import type { Field, Question } from "./questions.ts";
import { questionAt, questions, valueSchema } from "./questions.ts";
import type { Stop } from "./stops.ts";

export const grillVersion = "senior/grill/1";

const fieldText = ({ key, needed, when }: Field): string => {
  const { flag, about, value } = answerKinds[key];
  const choices = "choices" in value ? `: ${value.choices.join(", ")}` : "";
  const condition = needed ? "" : ` (${when === undefined ? "optional" : when.says})`;
  return `${flag}: ${about.toLowerCase()}${choices}${condition}`;
};

export const proposalText = ({ answer, value, from }: Proposal): string =>
  `${answerKinds[answer].flag} ${value}? ${from}`;

export const proposalsFor = ({ fields }: Question, proposals: readonly Proposal[]): readonly Proposal[] =>
  proposals.filter(({ answer }) => fields.some(({ key }) => key === answer));

/** A question with all that helps to answer it. */
export const questionBlocks = (question: Question, proposals: readonly Proposal[] = []): readonly Block[] => {
  const { number, asks, rule, recommended, good, kill, canon, fields } = question;
  const proposed = proposalsFor(question, proposals);
  return [
    heading(`Question ${number} of ${questions.length}: ${asks}`),
    text(`Rule: ${rule}`),
    text(`Recommended: ${recommended.value}, because ${recommended.because}.`),
    text(`A good answer: ${good}`),
    text(`Kill: ${kill}`),
    text(`Canon: ${canon}.`, "dim"),
    list(fields.map(fieldText)),
    ...(proposed.length === 0
      ? []
      : [heading("Proposed from evidence, not taken unless you say so"), list(proposed.map(proposalText))]),
  ];
};

const givenText = (answers: Answers, number: QuestionNumber): string =>
  questionAt(number)
    .fields.filter(({ key }) => answers[key] !== undefined)
    .map(({ key }) => `${answerKinds[key].label.toLowerCase()} ${answerText(answers, key)}`)
    .join(", ");

/** The answers that a stop rests on, by question. */
const groundsOf = ({ question, contradicts }: Stop, answers: Answers): readonly string[] =>
  [question, ...(contradicts === undefined ? [] : [contradicts])].map(
    (number) => `question ${number}: ${givenText(answers, number)}`,
  );

/** Kills and contradictions that stand, and the two ways on. */
export const stopBlocks = (stops: readonly Stop[], grill: Grill, path: string): readonly Block[] =>
  stops.flatMap((stop) => [
    heading(`${stop.contradicts === undefined ? "Killed" : "Contradicted"}: ${stop.id}`),
    text(stop.why, "bad"),
    list(groundsOf(stop, answersOf(grill))),
    text(`Instead: ${stop.instead}.`),
    text(`Canon: ${stop.canon}.`, "dim"),
    text(
      `Answer question ${stop.question}${stop.contradicts === undefined ? "" : ` or ${stop.contradicts}`} again, or go on all the same: senior grill next --state ${path} --override-kill ${stop.id} --because "…"`,
    ),
  ]);

/** What was answered so far, and what is still to come. */
export const progressBlocks = (grill: Grill): readonly Block[] => [
  {
    kind: "table",
    columns: [{ title: "", align: "right" }, { title: "Question" }, { title: "Answer" }, { title: "Because" }],
    rows: questions
      .filter(({ number }) => grill.asks.includes(number) || grill.given.has(number))
      .map(({ number, title }) => [
        String(number),
        title,
        givenText(answersOf(grill), number) || "open",
        grill.given.get(number)?.because ?? "",
      ]),
  },
];

const questionData = (question: Question, proposals: readonly Proposal[]): JsonObject => ({
  number: question.number,
  asks: question.asks,
  rule: question.rule,
  recommended: question.recommended,
  goodAnswer: question.good,
  kill: question.kill,
  canon: question.canon,
  valueSchema: valueSchema(question),
  proposals: proposalsFor(question, proposals).map(({ answer, value, from }) => ({
    name: answerKinds[answer].flag,
    value,
    from,
  })),
});

const stopData = ({ id, question, contradicts, why, instead, canon }: Stop): JsonObject => ({
  id,
  kind: contradicts === undefined ? "kill" : "contradiction",
  questions: contradicts === undefined ? [question] : [question, contradicts],
  why,
  instead,
  canon,
});

const givenData = ({ given }: Grill): Json =>
  [...given].map(([question, { values, because = null }]) => ({
    question,
    values: Object.fromEntries(
      questionAt(question)
        .fields.filter(({ key }) => values[key] !== undefined)
        .map(({ key }) => [answerKinds[key].flag, valueOf(key).write(values[key])]),
    ),
    because,
  }));

/** What programs read of a turn; `decision` comes with the last one. */
export const turnData = (grill: Grill, turn: Turn, proposals: readonly Proposal[] = []): JsonObject => ({
  schema: grillVersion,
  turn: turn.kind,
  question: turn.kind === "ask" ? questionData(turn.question, proposals) : null,
  stops: turn.kind === "stopped" ? turn.stops.map(stopData) : [],
  left: grill.asks.filter((number) => !isAnswered(grill, number)),
  answered: givenData(grill),
  overrides: grill.overrides.map(({ kill, because }) => ({ kill, because })),
});

export const stopFindings = (stops: readonly Stop[]): readonly Finding[] =>
  stops.map(({ id, why, instead, canon }) => ({
    rule: `grill/${id}`,
    severity: "error",
    message: why,
    at: { kind: "project" },
    help: instead,
    evidence: { note: canon },
  }));

/** Why an answer was none, and what a good one looks like. */
export const againFinding = ({ number, good }: Question, problems: readonly string[]): Finding => ({
  rule: "grill/no-answer",
  severity: "error",
  message: `question ${number} is asked again: ${problems.join("; ")}`,
  at: { kind: "project" },
  help: `a good answer: ${good}`,
});
