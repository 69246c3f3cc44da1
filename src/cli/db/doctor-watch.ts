// db doctor --watch: look after look on the terminal, until the span is over or somebody ends it.
import type { Io } from "../../io/io.ts";
import { pause } from "../../io/pause.ts";
import { Fault } from "../../kernel/fault.ts";
import type { Json } from "../../kernel/json.ts";
import type { Block, Report } from "../../kernel/report.ts";
import type { DoctorLook } from "../../pg/doctor-watch.ts";
import { watchedBlocks, watchedData } from "../../pg/doctor-watch.ts";
import { drawBlocks } from "../../report/human.ts";
import { lookFor } from "../look.ts";

/** As much of the page as the window holds. */
const draw = ({ terminal, env }: Io, blocks: readonly Block[]): void => {
  const { screen } = terminal;
  if (screen === undefined || blocks.length === 0) return;
  const look = lookFor({ color: "auto", verbose: false, tty: true, columns: screen.columns, env });
  terminal.draw(
    drawBlocks(blocks, look)
      .split("\n")
      .slice(0, screen.rows - 1),
  );
};

/** Asked anew each time: it changes while others are waited for. */
const isEnded = ({ signal }: Io): boolean => signal.aborted;

/** A server in trouble may refuse a look: the watch goes on, and gives up only when it never saw anything. */
export const watchServer = async <L extends DoctorLook>(
  io: Io,
  { spanMs, everyMs }: { readonly spanMs: number; readonly everyMs: number },
  look: () => Promise<L>,
  page: (look: L) => readonly Block[],
): Promise<readonly L[]> => {
  const looks: L[] = [];
  for (let left = Math.floor(spanMs / everyMs); !isEnded(io); left--) {
    try {
      const found = await look();
      looks.push(found);
      draw(io, page(found));
    } catch (error) {
      if (isEnded(io)) break;
      if (!(error instanceof Fault) || looks.length === 0) throw error;
      io.terminal.note(`no look: ${error.message}`);
    }
    if (left <= 0) break;
    await pause(everyMs, io.signal);
  }
  io.terminal.clear();
  return looks;
};

const exitOf = ({ signal }: Io): { readonly exit?: 130 | 143 } =>
  signal.aborted ? { exit: signal.reason === 143 ? 143 : 130 } : {};

/** Somebody ended it before the first look was done. */
export const stopped = (io: Io): Report => ({
  command: "db doctor",
  blocks: [],
  findings: [],
  data: null,
  ...exitOf(io),
});

export const withWatch = (io: Io, report: Report, looks: readonly DoctorLook[]): Report => ({
  ...report,
  ...exitOf(io),
  blocks: [...report.blocks, ...watchedBlocks(looks)],
  data: { ...(report.data as Readonly<Record<string, Json>>), watch: watchedData(looks) },
});
