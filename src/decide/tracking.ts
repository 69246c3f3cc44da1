// The tracking file of a grill: Markdown that people may read and edit, and that is read back exactly.
import { Fault } from "../kernel/fault.ts";
import type { AnswerKey, Answers, QuestionNumber } from "./answers.ts";
import { answerKeyOf, answerKinds, valueOf } from "./answers.ts";
import type { Override } from "./decision.ts";
import { emptyReason } from "./evasion.ts";
import type { Given, Grill } from "./grill.ts";
import type { Question } from "./questions.ts";
import { questionAt, questionNumbers, questions } from "./questions.ts";
import { hasProblems, readOne } from "./read-value.ts";
import { stopIds } from "./stops.ts";

const intro = "One question at a time, `senior grill` asks the next. Answers may be changed here by hand.";
const overridden = "## Overridden";

const headingOf = ({ number, title }: Question): string => `## Question ${number}: ${title}`;

const answerLines = (given: Given): readonly string[] => [
  ...(Object.entries(given.values) as [AnswerKey, unknown][]).map(
    ([key, value]) => `- ${answerKinds[key].flag}: ${valueOf(key).write(value)}`,
  ),
  ...(given.because === undefined ? [] : [`- because: ${given.because}`]),
];

const questionLines = (question: Question, given: Given | undefined): readonly string[] => [
  "",
  headingOf(question),
  "",
  `> ${question.asks}`,
  ...(given === undefined ? [] : ["", ...answerLines(given)]),
];

/** The file's text. */
export const trackingText = ({ date, asks, given, overrides }: Grill): string =>
  [
    `# Backend grill of ${date}`,
    "",
    intro,
    ...(asks.length === questionNumbers.length ? [] : ["", `Asked: ${asks.join(", ")}`]),
    ...questions
      .filter(({ number }) => asks.includes(number) || given.has(number))
      .flatMap((question) => questionLines(question, given.get(question.number))),
    ...(overrides.length === 0 ? [] : ["", overridden, ""]),
    ...overrides.map(({ kill, because }) => `- ${kill}: ${because}`),
    "",
  ].join("\n");

/** Question numbers such as `1, 3,5`: ascending, each once; undefined when they are none. */
export const readAsks = (text: string): readonly QuestionNumber[] | undefined => {
  const words = text.split(",").map((word) => word.trim());
  const found = questionNumbers.filter((number) => words.includes(String(number)));
  return found.length === words.length ? found : undefined;
};

interface Line {
  readonly text: string;
  readonly number: number;
}

/** The lines of one section, its heading first. */
type Section = readonly [Line, ...Line[]];

/** Sections of lines that are not blank; the first one is what stands before the first `##`. */
const sectionsOf = (text: string): readonly Section[] => {
  const lines = text
    .split(/\r?\n/)
    .map((line, i) => ({ text: line.trimEnd(), number: i + 1 }))
    .filter((line) => line.text !== "");
  const sections: [Line, ...Line[]][] = [];
  for (const line of lines) {
    const open = sections.at(-1);
    if (open === undefined || line.text.startsWith("##")) sections.push([line]);
    else open.push(line);
  }
  return sections;
};

const item = /^- ([a-z0-9_-]+): *(.+)$/i;

/** Reads a tracking file. Throws a Fault (`input.invalid`) that names the line that is no part of one. */
export const readTracking = (text: string, path: string): Grill => {
  const wrong = ({ number }: Line, message: string): Fault =>
    new Fault("input.invalid", message, {
      at: { kind: "file", path, line: number },
      help: "mend that line, or begin anew in another file with --state FILE",
    });

  const readPreamble = ([title, ...rest]: Section): Pick<Grill, "date" | "asks"> => {
    const date = /^# Backend grill of (\d{4}-\d{2}-\d{2})$/.exec(title.text)?.[1];
    if (date === undefined) throw wrong(title, 'a tracking file begins with "# Backend grill of YYYY-MM-DD"');
    let asks = questionNumbers;
    for (const line of rest) {
      if (line.text === intro) continue;
      const read = readAsks(/^Asked: (.+)$/.exec(line.text)?.[1] ?? "");
      if (read === undefined) throw wrong(line, 'only "Asked: 1, 3" with numbers of questions may stand here');
      asks = read;
    }
    return { date, asks };
  };

  const readItem = (line: Line): readonly [string, string] => {
    const [, name, value] = item.exec(line.text) ?? [];
    if (name === undefined || value === undefined) throw wrong(line, "this is no `- name: value` line");
    return [name, value.trim()];
  };

  const readQuestion = (question: Question, lines: readonly Line[]): Given => {
    let given: { values: Answers; because?: string } = { values: {} };
    for (const line of lines) {
      if (line.text === `> ${question.asks}`) continue;
      const [name, value] = readItem(line);
      if (name === "because") {
        const vague = emptyReason(value) ?? (given.because === undefined ? undefined : "it is given twice");
        if (vague !== undefined) throw wrong(line, `because: ${vague}`);
        given = { ...given, because: value };
        continue;
      }
      const key = answerKeyOf(name);
      const field = question.fields.find((one) => one.key === key);
      if (field === undefined || key === undefined)
        throw wrong(line, `"${name}" is no part of question ${question.number}`);
      if (given.values[key] !== undefined) throw wrong(line, `${name} is given twice`);
      const read = readOne(field, value);
      if (hasProblems(read)) throw wrong(line, read.problems.join("; "));
      given = { ...given, values: { ...given.values, ...read.values } };
    }
    return given;
  };

  const readOverride = (line: Line): Override => {
    const [name, because] = readItem(line);
    const kill = stopIds.find((id) => id === name);
    if (kill === undefined) throw wrong(line, `"${name}" is no kill criterion: known are ${stopIds.join(", ")}`);
    const vague = emptyReason(because);
    if (vague !== undefined) throw wrong(line, `${kill}: ${vague}`);
    return { kill, because };
  };

  const [preamble, ...sections] = sectionsOf(text);
  const { date, asks } = readPreamble(preamble ?? [{ text: "", number: 1 }]);
  const given = new Map<QuestionNumber, Given>();
  const overrides: Override[] = [];
  const seen = new Set<string>();
  for (const [head, ...lines] of sections) {
    if (seen.has(head.text)) throw wrong(head, "this section stands twice");
    seen.add(head.text);
    const question = questions.find((one) => headingOf(one) === head.text);
    if (head.text === overridden) overrides.push(...lines.map(readOverride));
    else if (question === undefined) throw wrong(head, "this is no heading of a question");
    else {
      const read = readQuestion(questionAt(question.number), lines);
      if (lines.some((line) => line.text.startsWith("- "))) given.set(question.number, read);
    }
  }
  return { date, asks, given: new Map([...given].toSorted(([a], [b]) => a - b)), overrides };
};
