// `senior grill next`: shows whose turn it is, and begins the grill where there is none.
import { command } from "./command.ts";
import { gatherProposals, started, startFlags, turnReport, withSession } from "./grill-session.ts";

export default command({
  name: "next",
  about: "Show the next question, what stops the grill, or the decision; begin where nothing has begun",
  examples: [
    { run: "senior grill next --json", about: "the question, its value schema, and proposals, for a program" },
    { run: "senior grill next --ask 1,6,7 --answers known.yaml", about: "ask three, the others are known" },
    {
      run: 'senior grill next --override-kill event-driven-small-team --because "the broker is run by the platform team"',
      about: "go on although a kill criterion stands",
    },
  ],
  positionals: {},
  flags: startFlags,
  output: "files",
  run: ({ args, io, registry }) =>
    withSession(io, args, async ({ path, grill: before, save }) => {
      const grill = await started(io, before, args);
      const proposals = await gatherProposals(io, args.evidence);
      if (grill !== before) await save(grill);
      return turnReport("grill next", io, { path, grill, registry, proposals, adr: args.adr });
    }),
});
