// The embedded server's files: bundled into the binary by the compiler, read from node_modules when run from source.
import fsBundlePath from "@electric-sql/pglite/pglite.data" with { type: "file" };
import wasmPath from "@electric-sql/pglite/pglite.wasm" with { type: "file" };
import dataDirectoryPath from "./pgdata.tar.zst" with { type: "file" };

export interface Assets {
  readonly module: WebAssembly.Module;
  readonly fsBundle: Blob;
  /** A tar archive of a fresh data directory. */
  readonly dataDirectory: Uint8Array;
}

/** Compiles the WebAssembly (by far the longest part) while the rest is read and unpacked. */
export const readAssets = async (): Promise<Assets> => {
  const compiling = Bun.file(wasmPath)
    .arrayBuffer()
    .then((binary) => WebAssembly.compile(binary));
  const [fsBundle, packed] = await Promise.all([
    Bun.file(fsBundlePath).arrayBuffer(),
    Bun.file(dataDirectoryPath).bytes(),
  ]);
  const dataDirectory = Bun.zstdDecompressSync(packed);
  return { module: await compiling, fsBundle: new Blob([fsBundle]), dataDirectory };
};
