// The real Io: this process, its disk, its terminal, its signals.
import { homedir } from "node:os";
import { isCompiled } from "./build.ts";
import { cacheFolder, folderCache } from "./cache.ts";
import { diskFiles } from "./files.ts";
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
  // From source the program changes without its version: what it kept would be somebody else's.
  ...(isCompiled ? { cache: folderCache(cacheFolder(process.env, homedir())) } : {}),
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
