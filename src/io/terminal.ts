// Standard error as people see it: one progress line on a terminal, and notes.
import { createInterface } from "node:readline";
import { plain } from "../report/plain.ts";
import type { Terminal } from "./io.ts";

// Carriage return, then erase to the end of the line (ECMA-48 EL).
const clearLine = "\r\u001b[K";

/** Lines of standard input, one for each call; undefined at the end of input or when the signal aborts. */
const lineReader = (): ((signal: AbortSignal) => Promise<string | undefined>) => {
  let lines: AsyncIterator<string> | undefined;
  return async (signal) => {
    lines ??= createInterface({ input: process.stdin, terminal: false })[Symbol.asyncIterator]();
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const stop = (): void => resolve(undefined);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    const next = await Promise.race([lines.next(), promise]).finally(() => signal.removeEventListener("abort", stop));
    return next === undefined || next.done === true ? undefined : next.value;
  };
};

/** The real terminal. Progress is shown only when standard error is one. */
export const processTerminal = (): Terminal => {
  const live = process.stderr.isTTY;
  let shown = false;
  const readLine = lineReader();
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
    ask(prompt, signal) {
      clear();
      process.stderr.write(plain(prompt));
      return readLine(signal);
    },
    output: { tty: process.stdout.isTTY, columns: process.stdout.columns },
    interactive: process.stdin.isTTY && process.stderr.isTTY,
  };
};
