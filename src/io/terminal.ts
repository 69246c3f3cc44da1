// Standard error as people see it: progress on a terminal, as a line or a picture, and notes.
import { createInterface } from "node:readline";
import { plain } from "../report/plain.ts";
import type { Terminal } from "./io.ts";
import { Picture } from "./picture.ts";

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
  const { stderr } = process;
  const live = stderr.isTTY;
  const readLine = lineReader();
  const picture = new Picture(stderr);
  const clear = (): void => picture.clear();
  return {
    progress(line) {
      if (live) picture.draw([plain(line).replaceAll("\n", " ")]);
    },
    draw(lines) {
      if (live) picture.draw(lines);
    },
    get screen() {
      return live && process.env["TERM"] !== "dumb" ? { columns: stderr.columns, rows: stderr.rows } : undefined;
    },
    clear,
    note(line) {
      clear();
      stderr.write(`${plain(line)}\n`);
    },
    ask(prompt, signal) {
      clear();
      stderr.write(plain(prompt));
      return readLine(signal);
    },
    output: { tty: process.stdout.isTTY, columns: process.stdout.columns },
    interactive: process.stdin.isTTY && live,
  };
};
