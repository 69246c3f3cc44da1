// `senior grill status`: what was answered so far. It takes no lock and changes nothing.
import { turnOf } from "../decide/grill.ts";
import { progressBlocks, stopBlocks, stopFindings, turnData } from "../decide/grill-view.ts";
import { readTracking } from "../decide/tracking.ts";
import { Fault } from "../kernel/fault.ts";
import { heading, text } from "../kernel/report.ts";
import { plural } from "../kernel/words.ts";
import { command } from "./command.ts";
import { stateFlag, statePath } from "./grill-session.ts";

export default command({
  name: "status",
  about: "Show what was answered, what is open and what stops; exit 1 while something stops",
  examples: [{ run: "senior grill status --json", about: "for a program" }],
  positionals: {},
  flags: stateFlag,
  async run({ args, io }) {
    const path = statePath(io, args.state);
    const tracked = await io.files.readOwn(path);
    if (tracked === undefined || tracked.trim() === "")
      throw new Fault("input.not-found", `no grill is kept in ${path}`, {
        help: "begin one with `senior grill`, or name its file with --state FILE",
      });
    const grill = readTracking(tracked, path);
    const turn = turnOf(grill);
    const data = turnData(grill, turn);
    const left = Array.isArray(data["left"]) ? data["left"].length : 0;
    return {
      command: "grill status",
      blocks: [
        heading(left === 0 ? "All questions are answered" : `${plural(left, "question")} left`),
        ...progressBlocks(grill),
        ...(turn.kind === "stopped" ? stopBlocks(turn.stops, grill, path) : []),
        text(`Kept in ${path}`, "dim"),
      ],
      findings: turn.kind === "stopped" ? stopFindings(turn.stops) : [],
      data: { ...data, state: path, decision: null },
    };
  },
});
