// The runner's world over a real server: connections, the clock, chance, the terminal.
import type { Target } from "../../pg/connection.ts";
import type { World } from "../../pg/migrations/server.ts";
import type { Io } from "../io.ts";
import { connectWriter } from "./writer.ts";

/** Ends early when the run is to end. */
const sleep = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, signal.aborted ? Math.min(ms, 100) : ms);
    signal.addEventListener("abort", done, { once: true });
  });

export const worldOf = (io: Io, target: Target): World => ({
  connect: () => connectWriter(target),
  sleep: (ms) => sleep(ms, io.signal),
  random: () => Math.random(),
  nowMs: () => performance.now(),
  progress: (line) => io.terminal.progress(line),
  note: (line) => io.terminal.note(line),
  signal: io.signal,
});
