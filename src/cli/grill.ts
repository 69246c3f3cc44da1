// `senior grill`: the seven forcing questions at a terminal, one at a time; prompts go to standard error.
import type { Answers } from "../decide/answers.ts";
import { answerKinds } from "../decide/answers.ts";
import type { Proposal } from "../decide/evidence.ts";
import { emptyReason } from "../decide/evasion.ts";
import type { Grill } from "../decide/grill.ts";
import { record, turnOf } from "../decide/grill.ts";
import { progressBlocks, questionBlocks, stopBlocks } from "../decide/grill-view.ts";
import type { Field, Question } from "../decide/questions.ts";
import { questionAt } from "../decide/questions.ts";
import { hasProblems, readOne } from "../decide/read-value.ts";
import type { Stop } from "../decide/stops.ts";
import type { Io } from "../io/io.ts";
import { Fault } from "../kernel/fault.ts";
import type { Block } from "../kernel/report.ts";
import { text } from "../kernel/report.ts";
import { drawBlocks } from "../report/human.ts";
import { command } from "./command.ts";
import { gatherProposals, started, startFlags, turnReport, withSession } from "./grill-session.ts";

/** The person ended the input; what was answered is kept. */
const left = Symbol("left");

interface Desk {
  readonly path: string;
  readonly io: Io;
  readonly proposals: readonly Proposal[];
  show(...blocks: readonly Block[]): void;
}

const ask = async ({ io }: Desk, prompt: string): Promise<string | typeof left> =>
  (await io.terminal.ask(prompt, io.signal)) ?? left;

/** Asks for one value until it is one. A proposal is taken only by a word for it. */
const askField = async (desk: Desk, field: Field, good: string): Promise<Answers | typeof left> => {
  const { label } = answerKinds[field.key];
  const proposal = desk.proposals.find(({ answer }) => answer === field.key);
  const hint = proposal === undefined ? "" : ` (type "take" for ${proposal.value})`;
  for (;;) {
    const typed = await ask(desk, `${label}${hint}${field.needed ? "" : ", Enter for none"}: `);
    if (typed === left) return left;
    const read = readOne(field, typed.trim() === "take" && proposal !== undefined ? proposal.value : typed);
    if (!hasProblems(read)) return read.values;
    for (const problem of read.problems) desk.io.terminal.note(`  ${problem}`);
    desk.io.terminal.note(`  A good answer: ${good}`);
  }
};

const askReason = async (desk: Desk): Promise<string | typeof left> => {
  for (;;) {
    const typed = await ask(desk, "Because (where it comes from), Enter for none: ");
    const vague = typed === left || typed.trim() === "" ? undefined : emptyReason(typed);
    if (vague === undefined) return typed;
    desk.io.terminal.note(`  ${vague}`);
  }
};

const askQuestion = async (desk: Desk, question: Question, grill: Grill): Promise<Grill | typeof left> => {
  desk.show(...questionBlocks(question, desk.proposals));
  let values: Answers = {};
  for (const field of question.fields) {
    if (field.when?.holds(values) === false) continue;
    const read = await askField(desk, field, question.good);
    if (read === left) return left;
    values = { ...values, ...read };
  }
  const because = await askReason(desk);
  return because === left ? left : record(grill, question.number, values, because);
};

/** A stop is resolved by another answer to a question that it rests on, or the grill ends here. */
const askStopped = async (desk: Desk, stops: readonly Stop[], grill: Grill): Promise<Grill | typeof left> => {
  desk.show(...stopBlocks(stops, grill, desk.path));
  const numbers = [...grill.given.keys()];
  for (;;) {
    const typed = await ask(desk, `Which answer changes (${numbers.join(", ")}), Enter to stop here: `);
    if (typed === left || typed.trim() === "") return left;
    const number = numbers.find((one) => String(one) === typed.trim());
    if (number !== undefined) return askQuestion(desk, questionAt(number), grill);
  }
};

const step = (desk: Desk, grill: Grill): Promise<Grill | typeof left> | undefined => {
  const turn = turnOf(grill);
  if (turn.kind === "done") return undefined;
  return turn.kind === "ask" ? askQuestion(desk, turn.question, grill) : askStopped(desk, turn.stops, grill);
};

export default command({
  name: "grill",
  about: "Answer the seven forcing questions one at a time, then see what to build on",
  more: "At a terminal it asks; scripts and agents use `senior grill next`, `answer` and `status`. Every question comes with its rule, a recommended answer with its canon, and what kills. Answers are kept in a tracking file and survive an interruption. After the last one the decision engine recommends a profile; it never approves one.",
  examples: [
    { run: "senior grill", about: "begin, or go on where it was left" },
    {
      run: "senior grill --evidence result.json --adr docs/adr/0001-backend.md",
      about: "with a load result to propose from, and a record at the end",
    },
    { run: "senior grill next --json", about: "the same for a program: one question per call" },
  ],
  positionals: {},
  flags: startFlags,
  output: "files",
  graceful: true,
  run({ args, io, registry }) {
    if (!io.terminal.interactive) {
      throw new Fault("usage.missing-argument", "there is nobody at a terminal to ask", {
        help: "use `senior grill next --json`, then `senior grill answer N --value …`",
      });
    }
    return withSession(io, args, async ({ path, grill: before, save }) => {
      const look = {
        color: false,
        unicode: true,
        width: Math.min(io.terminal.output.columns || 80, 100),
        verbose: false,
      };
      const show = (...blocks: readonly Block[]): void => io.terminal.note(`\n${drawBlocks(blocks, look)}\n`);
      const desk: Desk = { path, io, proposals: await gatherProposals(io, args.evidence), show };
      let grill = await started(io, before, args);
      let ended = false;
      if (grill !== before) await save(grill);
      for (let next = step(desk, grill); next !== undefined && !ended; next = step(desk, grill)) {
        const answered = await next;
        ended = answered === left;
        if (answered === left) break;
        grill = answered;
        await save(grill);
      }
      const report = await turnReport("grill", io, { path, grill, registry, proposals: desk.proposals, adr: args.adr });
      if (!ended) return report;
      const kept = text(`Kept in ${path}; \`senior grill --state ${path}\` goes on.`, "dim");
      const status = io.signal.aborted ? { exit: io.signal.reason === 143 ? (143 as const) : (130 as const) } : {};
      return { ...report, blocks: [...progressBlocks(grill), kept], ...status };
    });
  },
});
