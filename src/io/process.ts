// The real Io: this process, its disk, its terminal, its signals.
import { homedir } from "node:os";
import { diskFiles } from "./files.ts";
import { outputFault } from "./output-fault.ts";
import type { Io } from "./io.ts";
import { processTerminal } from "./terminal.ts";

/** `signal` aborts with 130 (SIGINT) or 143 (SIGTERM) as its reason. */
export const processIo = (signal: AbortSignal): Io => ({
  cwd: process.cwd(),
  home: homedir(),
  env: process.env,
  files: diskFiles(process.cwd()),
  terminal: processTerminal(),
  signal,
  now: () => new Date(),
});

/** Aborts on the first SIGINT or SIGTERM; a second one ends the process at once. */
export const watchSignals = (): AbortSignal => {
  const controller = new AbortController();
  const stop = (status: 130 | 143) => () => {
    if (controller.signal.aborted) process.exit(status);
    controller.abort(status);
  };
  process.on("SIGINT", stop(130));
  process.on("SIGTERM", stop(143));
  return controller.signal;
};

const isClosedPipe = (error: unknown): boolean =>
  typeof error === "object" && error !== null && "code" in error && error.code === "EPIPE";

/**
 * Writes all of a text, however slowly it is read; a reader that went away is no error. Throws a Fault (`world.output`)
 * when the text cannot be written whole.
 */
export const writeAll = async (stream: "stdout" | "stderr", value: string): Promise<void> => {
  if (value === "") return;
  try {
    await Bun.write(stream === "stdout" ? Bun.stdout : Bun.stderr, value);
  } catch (error) {
    if (!isClosedPipe(error))
      throw outputFault(stream === "stdout" ? "to standard output" : "to standard error", error);
  }
};
