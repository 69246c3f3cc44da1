// What people see while a run goes on: a live picture on a terminal, a line now and then elsewhere.
import type { Io } from "../io/io.ts";
import { milliseconds, plural } from "../kernel/words.ts";
import type { LiveFacts } from "../load/live.ts";
import { LiveHistory, leftText, liveLines } from "../load/live.ts";
import type { Moment } from "../load/sampler.ts";
import type { Tally } from "../load/tally.ts";
import { painter } from "../report/paint.ts";
import { oneLine } from "../report/plain.ts";
import { lookFor } from "./look.ts";

const lineText = (moment: Moment, facts: LiveFacts): string =>
  [
    `${(moment.elapsedMs / 1000).toFixed(0)} s`,
    `${Math.round(moment.answersPerSecond).toLocaleString("en-US")}/s`,
    `p50 ${milliseconds(moment.p50Ms)}`,
    `p99 ${milliseconds(moment.p99Ms)}`,
    plural(moment.errors, "error"),
    leftText(moment, facts),
  ].join("  ");

/** A log of a pipeline should show that the run is alive, and not be filled by it. */
const noteEveryMs = 10_000;
/** As often as an eye follows. */
const drawEveryMs = 200;

/** Called a few times a second; asks for the last moments of the run, undefined while connections are opened, where it shows them. */
export type ShowMoment = (moment: () => Moment | undefined, tally: Tally) => void;

const onScreen = ({ terminal, env }: Io, facts: LiveFacts): ShowMoment => {
  const history = new LiveHistory();
  let drawn = -drawEveryMs;
  return (last, tally) => {
    const { screen } = terminal;
    const elapsed = tally.get("elapsed") / 1e6;
    if (screen === undefined || elapsed - drawn < drawEveryMs) return;
    drawn = elapsed;
    const moment = last();
    if (moment === undefined) {
      terminal.progress("connecting");
      return;
    }
    history.add(moment);
    const look = lookFor({ color: "auto", verbose: false, tty: true, columns: screen.columns, env });
    const paint = painter(look);
    terminal.draw(liveLines(moment, history, tally, facts, { ...screen, unicode: look.unicode, paint }));
  };
};

const inLog = ({ terminal }: Io, facts: LiveFacts): ShowMoment => {
  let noted = 0;
  return (look, tally) => {
    const elapsed = tally.get("elapsed") / 1e6;
    if (Math.floor(elapsed / noteEveryMs) <= noted) return;
    noted = Math.floor(elapsed / noteEveryMs);
    const moment = elapsed < facts.durationMs ? look() : undefined;
    if (moment !== undefined) terminal.note(lineText(moment, facts));
  };
};

export const progressOn = (io: Io, facts: LiveFacts): ShowMoment => {
  const named = { ...facts, title: oneLine(facts.title) };
  return io.terminal.screen === undefined ? inLog(io, named) : onScreen(io, named);
};
