// Files on disk: bounded reading with clear Faults, and writing a set of files all or nothing.
import { constants } from "node:fs";
import { chmod, lstat, mkdir, open, readdir, realpath, rename, rm, rmdir, stat } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import type { Location } from "../kernel/finding.ts";
import { Fault } from "../kernel/fault.ts";
import type { FaultCode } from "../kernel/fault.ts";
import type { FileSet, PlannedFile, WrittenFile } from "../kernel/fileset.ts";
import { isSafePath } from "../kernel/fileset.ts";
import { bytes, plural } from "../kernel/words.ts";
import type { Files, WriteOptions } from "./io.ts";
import { codeOf, outputFault } from "./output-fault.ts";
import { hold, readOwn } from "./own-file.ts";

/** Nothing larger is read: real specifications and schemas stay below 50 MB. */
const maxBytes = 64 * 1024 * 1024;

const reasons: Readonly<Record<string, readonly [FaultCode, string]>> = {
  ENOENT: ["input.not-found", "no such file"],
  ENOTDIR: ["input.not-found", "no such file"],
  EISDIR: ["input.not-a-file", "this is a folder"],
  EACCES: ["input.unreadable", "permission denied"],
  EPERM: ["input.unreadable", "permission denied"],
  ELOOP: ["input.unreadable", "too many symbolic links"],
  ENAMETOOLONG: ["input.not-found", "the name is too long"],
};

const readFault = (path: string, error: unknown): Fault => {
  const [code, reason] = reasons[codeOf(error)] ?? ["input.unreadable", String(error)];
  return new Fault(code, `cannot read ${path}: ${reason}`, { cause: error });
};

/** Bytes of a regular file; a pipe or device is read too, up to the cap (`<(command)` is a pipe). */
const readBytes = async (path: string, shown: string): Promise<Uint8Array> => {
  const tooLarge = (): Fault => new Fault("input.too-large", `${shown} is larger than ${bytes(maxBytes)}`);
  const info = await stat(path).catch((error: unknown) => {
    throw readFault(shown, error);
  });
  if (info.isDirectory()) throw new Fault("input.not-a-file", `cannot read ${shown}: this is a folder`);
  if (info.size > maxBytes) throw tooLarge();
  try {
    if (info.isFile()) return await Bun.file(path).bytes();
  } catch (error) {
    throw readFault(shown, error);
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of Bun.file(path).stream()) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
};

/** Where a path really leads must be a file inside the folder: neither `..` nor a link leads out, nor to a device. */
const below = async (folder: string, path: string, shown: string): Promise<void> => {
  const refused = (): Fault =>
    new Fault("input.refused", `${shown} lies outside ${folder}, and is not read`, {
      help: "references reach files below the document's own folder; name another folder with --ref-root",
    });
  const inside = (one: string, root: string): boolean => one.startsWith(root.endsWith("/") ? root : `${root}/`);
  if (!inside(path, folder)) throw refused();
  const [root, real] = await Promise.all([realpath(folder), realpath(path)]).catch((error: unknown) => {
    throw readFault(shown, error);
  });
  if (!inside(real, root)) throw refused();
  if (!(await stat(real)).isFile()) throw new Fault("input.not-a-file", `cannot read ${shown}: this is no file`);
};

/** UTF-8, or UTF-16 where a byte order mark says so: what shells of Windows write. */
const encodingOf = ([first, second]: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" =>
  first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";

/** Where the first bytes stand that are no text; a file of bytes has no lines. */
const brokenAt = (content: Uint8Array, path: string): { readonly at?: Location } => {
  if (content.includes(0)) return {};
  const before = new TextDecoder().decode(content).split("\ufffd")[0] ?? "";
  const line = before.split("\n").length;
  return { at: { kind: "file", path, line, column: before.length - before.lastIndexOf("\n") } };
};

const decode = (content: Uint8Array, shown: string): string => {
  try {
    return new TextDecoder(encodingOf(content), { fatal: true }).decode(content);
  } catch (error) {
    throw new Fault("input.unreadable", `cannot read ${shown}: it is not UTF-8 text`, {
      ...brokenAt(content, shown),
      help: "save it as UTF-8, for example with: iconv -f latin1 -t utf-8",
      cause: error,
    });
  }
};

const kindOf = async (path: string): ReturnType<Files["kind"]> => {
  const info = await stat(path).catch(() => undefined);
  return info === undefined ? "missing" : info.isFile() ? "file" : info.isDirectory() ? "folder" : "other";
};

/** Walks from the real root to the file's folder and refuses any symbolic link on the way (attack: a link planted in the output). */
const refuseLinks = async (root: string, path: string): Promise<void> => {
  let current = root;
  for (const segment of path.split("/")) {
    current = join(current, segment);
    const info = await lstat(current).catch(() => undefined);
    if (info === undefined) return;
    if (info.isSymbolicLink())
      throw new Fault("guard.path", `${current} is a symbolic link; nothing is written through it`);
  }
};

interface Existing {
  readonly text: string;
  readonly mode: number;
}

const existing = async (path: string): Promise<Existing | undefined> => {
  const info = await lstat(path).catch(() => undefined);
  if (info === undefined) return undefined;
  if (!info.isFile()) throw new Fault("world.output", `cannot write ${path}: it is not a regular file`);
  const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(await Bun.file(path).bytes());
  return { text, mode: info.mode & 0o7777 };
};

interface Planned extends WrittenFile {
  readonly target: string;
  readonly file: PlannedFile;
  readonly before: Existing | undefined;
}

/** A plan was made for one text: another that came in between must not be lost. */
const refuseStale = (path: string, { plan }: PlannedFile, before: Existing | undefined): void => {
  if (plan === undefined || plan.before === before?.text) return;
  throw new Fault("guard.overwrite", `${path} changed while its new text was being made`, {
    help: "run the command again",
  });
};

const changeOf = ({ plan, text }: PlannedFile, before: Existing | undefined): WrittenFile["change"] =>
  plan?.change ?? (before === undefined ? "created" : before.text === text ? "unchanged" : "replaced");

const planWrites = async (root: string, shownRoot: string, set: FileSet): Promise<readonly Planned[]> =>
  Promise.all(
    set.files.map(async (file) => {
      if (!isSafePath(file.path)) throw new Fault("guard.path", `"${file.path}" is not a safe file name`);
      await refuseLinks(root, file.path);
      const target = join(root, file.path);
      const before = await existing(target).catch((error: unknown) => {
        throw outputFault(target, error);
      });
      const path = join(shownRoot, file.path);
      refuseStale(path, file, before);
      return { path, change: changeOf(file, before), target, file, before };
    }),
  );

const refuseOverwrite = (planned: readonly Planned[]): void => {
  const changed = planned.filter(({ change, file }) => change === "replaced" && file.plan === undefined);
  if (changed.length === 0) return;
  const paths = changed.map(({ path }) => path);
  const some = paths.slice(0, 5).join(", ") + (paths.length > 5 ? ", …" : "");
  throw new Fault("guard.overwrite", `${plural(paths.length, "file")} would be overwritten: ${some}`);
};

const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** Writes a temporary neighbour, so that the rename that follows cannot half-write the target. */
const stage = async (target: string, text: string, mode: number | undefined): Promise<string> => {
  await mkdir(dirname(target), { recursive: true });
  const temporary = join(dirname(target), `.${basename(target).slice(0, 100)}.${crypto.randomUUID()}.tmp`);
  const handle = await open(temporary, flags, mode ?? 0o666);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  if (mode !== undefined) await chmod(temporary, mode);
  return temporary;
};

const modeOf = ({ file, before }: Planned): number | undefined =>
  file.secret === true ? 0o600 : file.executable === true ? 0o755 : before?.mode;

/** Puts back what stood there, as far as that is still possible. */
const undo = async ({ target, before }: Planned): Promise<void> => {
  if (before === undefined) return rm(target, { force: true });
  await rename(await stage(target, before.text, before.mode), target);
};

/** Takes a file away, and its folder with it when nothing else is there. */
const remove = async (target: string): Promise<void> => {
  await rm(target, { force: true });
  await rmdir(dirname(target)).catch(() => undefined);
};

const commit = async (planned: readonly Planned[]): Promise<void> => {
  const staged: { readonly temporary: string; readonly item: Planned }[] = [];
  const done: Planned[] = [];
  let current = "";
  try {
    for (const item of planned.filter(({ change }) => change !== "removed")) {
      current = item.path;
      staged.push({ temporary: await stage(item.target, item.file.text, modeOf(item)), item });
    }
    for (const { temporary, item } of staged) {
      current = item.path;
      await rename(temporary, item.target);
      done.push(item);
    }
    for (const item of planned.filter(({ change }) => change === "removed")) {
      current = item.path;
      await remove(item.target);
      done.push(item);
    }
  } catch (error) {
    await Promise.all(staged.map(({ temporary }) => rm(temporary, { force: true })));
    await Promise.allSettled(done.map(undo));
    throw outputFault(current, error);
  }
};

const isWritten = ({ change, file, before }: Planned): boolean =>
  change === "removed" ? before !== undefined : before?.text !== file.text;

const write = async (cwd: string, set: FileSet, { force, dryRun }: WriteOptions): Promise<readonly WrittenFile[]> => {
  const shown = set.root === "" ? "." : set.root;
  const wanted = resolve(cwd, shown);
  // The folder the user named may itself be reached through a link; below it, links are refused.
  const root = await realpath(wanted).catch(() => wanted);
  if ((await kindOf(root)) === "file") throw new Fault("world.output", `cannot write into ${shown}: it is a file`);
  const planned = await planWrites(root, shown, set);
  if (!force && !dryRun) refuseOverwrite(planned);
  if (!dryRun) await commit(planned.filter(isWritten));
  return planned.filter(({ file }) => file.hidden !== true).map(({ path, change }) => ({ path, change }));
};

/** The real file system, with relative paths below `cwd`. */
export const diskFiles = (cwd: string): Files => {
  const full = (path: string): string => (isAbsolute(path) ? path : resolve(cwd, path));
  return {
    readText: async (path) => decode(await readBytes(full(path), path), path),
    readBytes: (path) => readBytes(full(path), path),
    kind: (path) => kindOf(full(path)),
    list: async (folder) => {
      const names = await readdir(full(folder)).catch((error: unknown) => {
        throw readFault(folder, error);
      });
      return names.sort();
    },
    readBelow: async (folder, path) => {
      await below(full(folder), full(path), path);
      return decode(await readBytes(full(path), path), path);
    },
    readOwn: (path) => readOwn(full(path)),
    hold: (path) => hold(full(path)),
    write: (set, options) => write(cwd, set, options),
  };
};
