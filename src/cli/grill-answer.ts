// `senior grill answer`: takes the answer to one question and shows what comes next.
import type { QuestionNumber } from "../decide/answers.ts";
import { reply } from "../decide/grill.ts";
import { againFinding } from "../decide/grill-view.ts";
import { questionNumbers } from "../decide/questions.ts";
import { Fault } from "../kernel/fault.ts";
import { command } from "./command.ts";
import type { Arg } from "./flags.ts";
import { text } from "./flags.ts";
import { gatherProposals, turnFlags, turnReport, withSession } from "./grill-session.ts";

const number: Arg<QuestionNumber> = {
  ...text("Which question, from 1 to 7", { value: "N", required: true }),
  read: (raw, name) => {
    const found = questionNumbers.find((one) => String(one) === raw.at(-1));
    if (found === undefined)
      throw new Fault("usage.bad-value", `${name} got "${raw.at(-1) ?? ""}", expected a question from 1 to 7`);
    return found;
  },
};

/** A flag that may be given once: two answers in one call would be two turns. */
const once = (about: string): Arg<string | undefined> => {
  const one = text(about, { value: "TEXT", scope: "user" });
  return {
    ...one,
    read: (raw, name) => {
      if (raw.length > 1)
        throw new Fault("usage.bad-value", `${name} is given ${raw.length} times: one answer per turn`, {
          help: "answer one question, read the next one, then answer that",
        });
      return one.read(raw, name);
    },
  };
};

export default command({
  name: "answer",
  about: "Answer one question; answering it again replaces what was said",
  more: 'A value is `name=value` pairs, a JSON object, or the bare value of the question\'s first part. What decides nothing ("later", "it depends", a load without a number) is not taken: the question is asked again with what a good answer looks like (exit 2). A kill criterion or a contradiction stops (exit 1) until an answer is changed or it is overridden.',
  examples: [
    {
      run: 'senior grill answer 1 --value "read-write-ratio=20 qps-p99=50" --because "12/s at the peak now, times four"',
      about: "two numbers, and where they come from",
    },
    { run: `senior grill answer 6 --value '{"rpo":"5m","rto":"30m"}' --json`, about: "as a program says it" },
  ],
  positionals: { number },
  flags: {
    ...turnFlags,
    value: { ...once("The answer"), required: true },
    because: once("Where it comes from: the evidence, the reason, the exceptions"),
  },
  output: "files",
  run: ({ args, io, registry }) =>
    withSession(io, args, async ({ path, grill, save }) => {
      const answered = reply(grill, args.number, args.value ?? "", args.because);
      const proposals = await gatherProposals(io, args.evidence);
      if (answered.kind === "taken") {
        await save(answered.grill);
        return turnReport("grill answer", io, { path, grill: answered.grill, registry, proposals, adr: args.adr });
      }
      const again = againFinding(answered.question, answered.problems);
      return turnReport("grill answer", io, { path, grill, registry, proposals, again });
    }),
});
