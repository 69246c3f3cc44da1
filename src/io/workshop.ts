// A temporary folder to work in, taken away afterwards whatever happens.
import { rmSync } from "node:fs";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { noCache } from "./cache.ts";
import { diskFiles } from "./files.ts";
import type { Io } from "./io.ts";

export interface Workshop {
  /** The same world, with the temporary folder as its working directory, and nothing kept for later. */
  readonly io: Io;
  readonly folder: string;
  remove(): Promise<void>;
}

export const openWorkshop = async (io: Io): Promise<Workshop> => {
  const folder = await realpath(await mkdtemp(join(tmpdir(), "senior-")));
  const removeNow = (): void => rmSync(folder, { recursive: true, force: true });
  process.once("exit", removeNow);
  return {
    folder,
    io: { ...io, cwd: folder, files: diskFiles(folder), cache: noCache },
    remove: async () => {
      process.off("exit", removeNow);
      await rm(folder, { recursive: true, force: true });
    },
  };
};
