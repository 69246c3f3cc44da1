// Reads what is below an output folder before it is generated into again: former files, their bases, and users' own.
import type { Disk } from "../api/regenerate/regeneration.ts";
import { conflictPath } from "../api/regenerate/conflicts.ts";
import type { Manifest } from "../api/regenerate/manifest.ts";
import { basePath, manifestPath, memoryFolder, readManifest } from "../api/regenerate/manifest.ts";
import type { Io } from "../io/io.ts";
import { Fault } from "../kernel/fault.ts";
import { joinPath } from "../kernel/paths.ts";

/** Below these nobody keeps sources of their own. */
const skipped = new Set(["node_modules", "dist", "build", "out", "coverage"]);

/** More files than a service has: the rest is not looked at for names that it uses. */
const maxFiles = 4000;

interface Walk {
  readonly found: string[];
  seen: number;
}

const walk = async (io: Io, root: string, folder: string, state: Walk, depth: number): Promise<void> => {
  const names = await io.files.list(joinPath(root, folder));
  for (const name of names.filter((one) => !one.startsWith(".") && !skipped.has(one))) {
    if (++state.seen > maxFiles) return;
    const path = folder === "" ? name : `${folder}/${name}`;
    if (/\.[cm]?ts$/.test(name)) {
      state.found.push(path);
      continue;
    }
    if (name.includes(".") || depth === 0) continue;
    if ((await io.files.kind(joinPath(root, path))) === "folder") await walk(io, root, path, state, depth - 1);
  }
};

/** Bytes as text, the byte order mark included; nothing when there is no such file. */
const readExact = async (io: Io, path: string): Promise<string | undefined> => {
  if ((await io.files.kind(path)) !== "file") return undefined;
  const content = await io.files.readBytes(path);
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
  } catch (error) {
    throw new Fault("input.unreadable", `cannot merge ${path}: it is not UTF-8 text`, { cause: error });
  }
};

const readAll = async (io: Io, root: string, paths: readonly string[]): Promise<ReadonlyMap<string, string>> => {
  const texts = await Promise.all(
    paths.map(async (path) => [path, await readExact(io, joinPath(root, path))] as const),
  );
  return new Map(texts.flatMap(([path, text]) => (text === undefined ? [] : [[path, text] as const])));
};

/** What was remembered of the last generation. */
export const readPrevious = async (io: Io, root: string): Promise<Manifest | undefined> => {
  const path = joinPath(root, manifestPath);
  const text = await readExact(io, path);
  return text === undefined ? undefined : readManifest(text, path);
};

/** Only relative imports can ask for generated names. */
const importsRelative = (text: string): boolean => /from\s*["']\.|import\s*["']\./.test(text);

export const readDisk = async (
  io: Io,
  root: string,
  previous: Manifest | undefined,
  generated: readonly string[],
): Promise<Disk> => {
  const own = [...new Set([...generated, ...Object.keys(previous?.files ?? {})])];
  const memory = [manifestPath, `${memoryFolder}/.gitattributes`, ...own.map(basePath)];
  const texts = await readAll(io, root, [...own, ...memory, ...own.map(conflictPath)]);
  if (previous === undefined) return { texts, others: new Map() };
  const state: Walk = { found: [], seen: 0 };
  await walk(io, root, "", state, 12);
  const known = new Set(own);
  const others = await readAll(
    io,
    root,
    state.found.filter((path) => !known.has(path)),
  );
  return {
    texts,
    others: new Map([...others].filter(([, text]) => importsRelative(text))),
  };
};
