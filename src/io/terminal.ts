// Standard error as people see it: one progress line on a terminal, and notes.
import { plain } from "../report/plain.ts";
import type { Terminal } from "./io.ts";

// Carriage return, then erase to the end of the line (ECMA-48 EL).
const clearLine = "\r\u001b[K";

/** The real terminal. Progress is shown only when standard error is one. */
export const processTerminal = (): Terminal => {
  const live = process.stderr.isTTY;
  let shown = false;
  const clear = (): void => {
    if (shown) process.stderr.write(clearLine);
    shown = false;
  };
  return {
    progress(line) {
      if (!live) return;
      const width = Math.max(20, process.stderr.columns - 1);
      process.stderr.write(clearLine + Bun.sliceAnsi(plain(line).replaceAll("\n", " "), 0, width));
      shown = true;
    },
    clear,
    note(line) {
      clear();
      process.stderr.write(`${plain(line)}\n`);
    },
    output: { tty: process.stdout.isTTY, columns: process.stdout.columns },
    interactive: process.stdin.isTTY && process.stderr.isTTY,
  };
};
