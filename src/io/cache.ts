// What was worked out before, kept in the user's cache folder: only for this user's eyes, bounded in size, and nothing is lost with it.
import { constants } from "node:fs";
import { lstat, mkdir, open, readdir, rename, rm, utimes } from "node:fs/promises";
import { join } from "node:path";

/** Texts by key. A cache that cannot be used answers nothing and keeps nothing: it never fails. */
export interface Cache {
  /** `key` is a hash in hex. */
  read(key: string): Promise<string | undefined>;
  write(key: string, text: string): Promise<void>;
}

const mebibyte = 1024 * 1024;

export interface CacheLimits {
  /** Of all entries together, as they lie on the disk. The ones used longest ago go first. */
  readonly totalBytes: number;
  /** Of one entry, unpacked. */
  readonly entryBytes: number;
}

const usual: CacheLimits = { totalBytes: 64 * mebibyte, entryBytes: 64 * mebibyte };

const owner = process.getuid?.();
const noFollow = (constants.O_NOFOLLOW as number | undefined) ?? 0;

const hashOf = (text: string): string => new Bun.CryptoHasher("sha256").update(text).digest("hex");

/** A folder that only its owner may write to; made where there is none. */
const ownFolder = async (folder: string): Promise<boolean> => {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const info = await lstat(folder);
  return info.isDirectory() && (owner === undefined || (info.uid === owner && (info.mode & 0o022) === 0));
};

/** The content of an entry, unless somebody else wrote it, or it is a link, or cut short. */
const readEntry = async (path: string, key: string, { entryBytes }: CacheLimits): Promise<string | undefined> => {
  const handle = await open(path, constants.O_RDONLY | noFollow);
  try {
    const info = await handle.stat();
    if (!info.isFile() || (owner !== undefined && (info.uid !== owner || (info.mode & 0o077) !== 0))) return undefined;
    if (info.size > entryBytes) return undefined;
    const text = new TextDecoder().decode(Bun.zstdDecompressSync(await handle.readFile()));
    const end = text.indexOf("\n");
    const content = text.slice(end + 1);
    return text.slice(0, end) === `${key} ${hashOf(content)}` ? content : undefined;
  } finally {
    await handle.close();
  }
};

const writeEntry = async (path: string, key: string, text: string): Promise<void> => {
  const temporary = `${path}.${crypto.randomUUID()}.tmp`;
  const handle = await open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | noFollow, 0o600);
  try {
    await handle.writeFile(Bun.zstdCompressSync(`${key} ${hashOf(text)}\n${text}`, { level: 3 }));
    await handle.close();
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
};

const extension = ".json.zst";

/** Takes away what was used longest ago, and what a killed process left half-written. */
const makeRoom = async (folder: string, { totalBytes }: CacheLimits): Promise<void> => {
  const names = (await readdir(folder)).filter((name) => name.includes(extension));
  const entries = await Promise.all(names.map(async (name) => ({ name, info: await lstat(join(folder, name)) })));
  let total = 0;
  for (const { name, info } of entries.sort((a, b) => b.info.mtimeMs - a.info.mtimeMs)) {
    total += info.size;
    const isStale = name.endsWith(".tmp") && Date.now() - info.mtimeMs > 60_000;
    if (total > totalBytes || isStale) await rm(join(folder, name), { force: true });
  }
};

/** Keeps nothing, for work that is to leave no trace. */
export const noCache: Cache = { read: () => Promise.resolve(undefined), write: () => Promise.resolve() };

/** A cache in a folder. It is a help and no more: whatever goes wrong with it, work goes on without. */
export const folderCache = (folder: string, limits = usual): Cache => {
  const pathOf = (key: string): string | undefined =>
    /^[0-9a-f]{64}$/.test(key) ? join(folder, `${key}${extension}`) : undefined;
  return {
    async read(key) {
      const path = pathOf(key);
      if (path === undefined) return undefined;
      try {
        const text = (await ownFolder(folder)) ? await readEntry(path, key, limits) : undefined;
        if (text !== undefined) await utimes(path, new Date(), new Date());
        return text;
      } catch {
        return undefined;
      }
    },
    async write(key, text) {
      const path = pathOf(key);
      if (path === undefined || text.length > limits.entryBytes) return;
      try {
        if (!(await ownFolder(folder))) return;
        await writeEntry(path, key, text);
        await makeRoom(folder, limits);
      } catch {
        // Kept or not, the result is the same.
      }
    },
  };
};

/** Where caches belong on this system: XDG's folder, or what stands for it. */
export const cacheFolder = (env: Readonly<Record<string, string | undefined>>, home: string): string =>
  join(env["XDG_CACHE_HOME"] ?? env["LOCALAPPDATA"] ?? join(home, ".cache"), "senior");
