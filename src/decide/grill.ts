// The grill as a state machine: answers in, the next turn out. It remembers nothing itself and asks nobody.
import { Fault } from "../kernel/fault.ts";
import type { AnswerKey, Answers, QuestionNumber } from "./answers.ts";
import { answerKeys, answerKinds, answerText } from "./answers.ts";
import type { Override } from "./decision.ts";
import { emptyReason } from "./evasion.ts";
import { tripped } from "./kills.ts";
import type { Question } from "./questions.ts";
import { questionAt, questionNumbers } from "./questions.ts";
import { hasProblems, readValue } from "./read-value.ts";
import type { Stop, StopId } from "./stops.ts";
import { stops } from "./stops.ts";
import { oneLine } from "./values.ts";

/** What was answered to one question, and where it comes from. */
export interface Given {
  readonly values: Answers;
  readonly because?: string;
}

export interface Grill {
  /** The day it began, `YYYY-MM-DD`. */
  readonly date: string;
  /** The questions to ask, ascending; the caller knows the answers to the others. */
  readonly asks: readonly QuestionNumber[];
  readonly given: ReadonlyMap<QuestionNumber, Given>;
  readonly overrides: readonly Override[];
}

/** What happens next: a question, a stop that must be resolved, or the decision. */
export type Turn =
  | { readonly kind: "ask"; readonly question: Question }
  | { readonly kind: "stopped"; readonly stops: readonly Stop[] }
  | { readonly kind: "done" };

/** An answer was taken, or it was none and the question is asked again. */
export type Reply =
  | { readonly kind: "taken"; readonly grill: Grill }
  | { readonly kind: "again"; readonly question: Question; readonly problems: readonly string[] };

export const newGrill = (date: string, asks: readonly QuestionNumber[] = questionNumbers): Grill => ({
  date,
  asks,
  given: new Map(),
  overrides: [],
});

export const answersOf = ({ given }: Grill): Answers =>
  Object.assign({}, ...[...given.values()].map(({ values }) => values)) as Answers;

/** Is everything known that the question must be answered with? */
export const isAnswered = ({ given }: Grill, number: QuestionNumber): boolean =>
  questionAt(number).fields.every(({ key, needed }) => !needed || given.get(number)?.values[key] !== undefined);

const standing = (grill: Grill): readonly Stop[] =>
  tripped(answersOf(grill), stops).filter(({ id }) => !grill.overrides.some(({ kill }) => kill === id));

export const turnOf = (grill: Grill): Turn => {
  const stopping = standing(grill);
  if (stopping.length > 0) return { kind: "stopped", stops: stopping };
  const next = grill.asks.find((number) => !isAnswered(grill, number));
  return next === undefined ? { kind: "done" } : { kind: "ask", question: questionAt(next) };
};

const withGiven = (grill: Grill, number: QuestionNumber, given: Given): Grill => ({
  ...grill,
  given: new Map([...grill.given, [number, given] as const].toSorted(([a], [b]) => a - b)),
});

/** Only the question whose turn it is, or one that was answered before, takes an answer. */
const checkTurn = (grill: Grill, number: QuestionNumber): void => {
  if (grill.given.has(number)) return;
  const turn = turnOf(grill);
  if (turn.kind === "ask" && turn.question.number === number) return;
  const why =
    turn.kind === "ask"
      ? `question ${turn.question.number} comes first`
      : turn.kind === "stopped"
        ? `${turn.stops.map(({ id }) => id).join(", ")} must be resolved first`
        : "it is not among the questions asked here";
  throw new Fault("usage.bad-value", `question ${number} cannot be answered now: ${why}`, {
    help: "one question per turn: `senior grill next` shows whose turn it is",
  });
};

/** Records values that were read before. */
export const record = (grill: Grill, number: QuestionNumber, values: Answers, because = ""): Grill => {
  const reason = oneLine(because);
  return withGiven(grill, number, { values, ...(reason === "" ? {} : { because: reason }) });
};

/**
 * Answers one question; answering it again replaces what was said. A text that decides nothing is asked again.
 * Throws a Fault (`usage.bad-value`) when it is not that question's turn.
 */
export const reply = (grill: Grill, number: QuestionNumber, text: string, because?: string): Reply => {
  checkTurn(grill, number);
  const question = questionAt(number);
  const read = readValue(question, text);
  const vague = because === undefined ? undefined : emptyReason(because);
  const problems = [...(hasProblems(read) ? read.problems : []), ...(vague === undefined ? [] : [`because: ${vague}`])];
  if (hasProblems(read) || problems.length > 0) return { kind: "again", question, problems };
  return { kind: "taken", grill: record(grill, number, read.values, because) };
};

/** A person's word that a stop does not apply. Only what stands can be overridden, and only with a reason. */
export const override = (grill: Grill, kill: StopId, because: string): Grill => {
  const stands = standing(grill).map(({ id }) => id);
  if (!stands.includes(kill)) {
    throw new Fault("usage.bad-value", `${kill} does not stand: there is nothing to override`, {
      help: stands.length === 0 ? "`senior grill next` shows whose turn it is" : `what stands is ${stands.join(", ")}`,
    });
  }
  const vague = emptyReason(because);
  if (vague !== undefined) throw new Fault("usage.bad-value", `--because for ${kill}: ${vague}`);
  return { ...grill, overrides: [...grill.overrides, { kill, because: oneLine(because) }] };
};

/** Adds what the caller knows already. Throws a Fault (`input.invalid`) where it contradicts what was answered. */
export const learn = (grill: Grill, known: Answers, source: string): Grill => {
  const before = answersOf(grill);
  const keys = answerKeys.filter((key) => known[key] !== undefined && known[key] !== before[key]);
  const clash = keys.find((key) => before[key] !== undefined);
  if (clash !== undefined) {
    throw new Fault(
      "input.invalid",
      `${source} says ${answerKinds[clash].flag} is ${answerText(known, clash)}, but ${answerText(before, clash)} was answered to question ${answerKinds[clash].question}`,
      { help: "change one of the two" },
    );
  }
  return keys.reduce((so, key: AnswerKey) => {
    const { question } = answerKinds[key];
    const old = so.given.get(question);
    return withGiven(so, question, {
      because: old?.because ?? `known before, from ${source}`,
      values: { ...old?.values, [key]: known[key] },
    });
  }, grill);
};
