// The embedded server's files: bundled into the binary by the compiler, read from node_modules when run from source.
import fsBundlePath from "@electric-sql/pglite/pglite.data" with { type: "file" };
import wasmPath from "@electric-sql/pglite/pglite.wasm" with { type: "file" };
import dataDirectoryPath from "./pgdata.tar.zst" with { type: "file" };

/** Compiled once for all servers that are started with it, by far the longest part: what is found out about hot code serves them all. */
export const compileEngine = async (): Promise<WebAssembly.Module> =>
  WebAssembly.compile(await Bun.file(wasmPath).arrayBuffer());

export interface Assets {
  readonly fsBundle: Blob;
  /** A tar archive of a fresh data directory. */
  readonly dataDirectory: Uint8Array;
}

export const readAssets = async (): Promise<Assets> => {
  const [fsBundle, packed] = await Promise.all([
    Bun.file(fsBundlePath).arrayBuffer(),
    Bun.file(dataDirectoryPath).bytes(),
  ]);
  return { fsBundle: new Blob([fsBundle]), dataDirectory: Bun.zstdDecompressSync(packed) };
};
