// The embedded server's data directory as a build input: where it lies, and the hash that it must have.
import { join } from "node:path";

const folder = join(import.meta.dirname, "../src/io/embedded");
export const dataDirectoryFile = join(folder, "pgdata.tar.zst");
export const dataDirectoryHash = join(folder, "pgdata.sha256");

export const hashOf = (content: Uint8Array): string => new Bun.CryptoHasher("sha256").update(content).digest("hex");

/** Throws when the committed data directory is not the one whose hash is pinned. */
export const verifyDataDirectory = async (): Promise<void> => {
  const [content, pinned] = await Promise.all([
    Bun.file(dataDirectoryFile).bytes(),
    Bun.file(dataDirectoryHash).text(),
  ]);
  if (hashOf(content) === pinned.trim()) return;
  throw new Error(`${dataDirectoryFile} does not have the hash pinned in ${dataDirectoryHash}`);
};
