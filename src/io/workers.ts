// Worker entry points: compile.ts builds each as an entry of its own, and this starts them from source and compiled alike.
import { isCompiled } from "./build.ts";

/** One line per worker, `src/io/<path>`. Adding a worker is adding a line here. */
export const workerPaths = {
  embedded: "embedded/worker.ts",
  load: "load/worker.ts",
  plugins: "plugins/worker.ts",
} as const;

/**
 * In the binary every chunk lies at the root of the embedded file system and entries keep their path below `src/`,
 * so the way from here to a worker differs from the one on disk.
 */
export const startWorker = (name: keyof typeof workerPaths): Worker => {
  const path = isCompiled ? `./io/${workerPaths[name].replace(/\.ts$/, ".js")}` : `./${workerPaths[name]}`;
  return new Worker(new URL(path, import.meta.url).href);
};
