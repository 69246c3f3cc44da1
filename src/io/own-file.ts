// Files that belong to this user alone: no links, nobody else's, one holder at a time, never half-written.
import { constants } from "node:fs";
import { open, rename, rm } from "node:fs/promises";
import { hostname } from "node:os";
import { Fault } from "../kernel/fault.ts";
import type { HeldFile } from "./io.ts";
import { codeOf, outputFault } from "./output-fault.ts";

// Windows has neither; there a user's temporary folder is the user's own.
const noFollow = constants.O_NOFOLLOW as number | undefined;
const owner = process.getuid?.();

const elsewhere = "name another file with --state FILE";

const refuse = (path: string, why: string): Fault =>
  new Fault("guard.path", `${path} ${why}: it is not used`, { help: elsewhere });

/** Opens an existing file and checks what was opened; without blocking, since a pipe may have been put there. */
const openOwn = async (path: string) => {
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | (noFollow ?? 0)).catch(
    (error: unknown) => {
      if (codeOf(error) === "ENOENT") return undefined;
      if (codeOf(error) === "ELOOP") throw refuse(path, "is a symbolic link");
      if (codeOf(error) === "EACCES") throw refuse(path, "may not be read by you");
      throw outputFault(path, error);
    },
  );
  const info = await handle?.stat();
  const why =
    info === undefined
      ? undefined
      : !info.isFile()
        ? "is no regular file"
        : owner !== undefined && info.uid !== owner
          ? "belongs to somebody else"
          : info.size > 1024 * 1024
            ? "is larger than a megabyte"
            : undefined;
  if (why === undefined) return handle;
  await handle?.close();
  throw refuse(path, why);
};

/** The text of an own file; undefined where there is none. */
export const readOwn = async (path: string): Promise<string | undefined> => {
  const handle = await openOwn(path);
  try {
    return await handle?.readFile("utf8");
  } finally {
    await handle?.close();
  }
};

const create = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (noFollow ?? 0);

/** Writes a new file of mode 0600; false where the name is taken already, by a link that leads nowhere, too. */
const createOwn = async (path: string, text: string): Promise<boolean> => {
  const handle = await open(path, create, 0o600).catch((error: unknown) => {
    if (codeOf(error) === "EEXIST") return undefined;
    throw outputFault(path, error);
  });
  try {
    await handle?.writeFile(text);
    await handle?.sync();
  } finally {
    await handle?.close();
  }
  return handle !== undefined;
};

/** A link that was put there is replaced itself by the rename, and what it points at stays as it is. */
const save = async (path: string, text: string): Promise<void> => {
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  try {
    await createOwn(temporary, text);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error instanceof Fault ? error : outputFault(path, error);
  }
};

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return codeOf(error) === "EPERM";
  }
};

const holderPattern = /^process (\d+) on (.*)\n$/;

/** Whose lock it is; undefined when it is nobody's any more. */
const holderOf = (text: string): string | undefined => {
  const [, pid, host] = holderPattern.exec(text) ?? [];
  return host === hostname() && !isAlive(Number(pid)) ? undefined : text.trim() || "somebody";
};

const claimOn = (lock: string): string => `${lock}.stale`;

/**
 * Removes the lock that a killed holder left. Whoever does so holds a claim meanwhile: without one, a lock that was taken just after it was judged
 * would be removed for the one that was judged.
 */
const clearStale = async (lock: string, judged: string, mine: string): Promise<void> => {
  const claim = claimOn(lock);
  if (!(await createOwn(claim, mine))) return;
  try {
    if ((await readOwn(lock)) === judged) await rm(lock, { force: true });
  } finally {
    await rm(claim, { force: true });
  }
};

const takeLock = async (path: string): Promise<string> => {
  const lock = `${path}.lock`;
  const mine = `process ${process.pid} on ${hostname()}\n`;
  for (let tries = 0; tries < 5; tries++) {
    if (await createOwn(lock, mine)) return lock;
    const found = await readOwn(lock);
    if (found === undefined) continue;
    const holder = holderOf(found);
    if (holder !== undefined) {
      throw new Fault("guard.lock", `${path} is held by ${holder}`, {
        help: `wait for it to end, or ${elsewhere}; if it is gone, remove ${lock}`,
      });
    }
    await clearStale(lock, found, mine);
  }
  throw new Fault("guard.lock", `${path} is held by somebody`, {
    help: `try again, or ${elsewhere}; if nobody is at work, remove ${lock} and ${claimOn(lock)}`,
  });
};

/** Makes this process the only holder of an own file until `release`. */
export const hold = async (path: string): Promise<HeldFile> => {
  // What may not be used is refused before a lock is left beside it.
  await readOwn(path);
  const lock = await takeLock(path);
  const release = (): Promise<void> => rm(lock, { force: true });
  try {
    const text = (await createOwn(path, "")) ? "" : ((await readOwn(path)) ?? "");
    return { text, save: (next) => save(path, next), release };
  } catch (error) {
    await release();
    throw error;
  }
};
