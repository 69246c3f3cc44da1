// The cache: what was written is read again, by its owner alone; whatever is wrong with an entry, it is not there.
import { expect, test } from "bun:test";
import { chmodSync, mkdirSync, readdirSync, rmSync, statSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "../testing/temporary.ts";
import { cacheFolder, folderCache } from "./cache.ts";

const key = (n: number): string => String(n).padStart(64, "0");
const entry = (folder: string, n: number): string => join(folder, `${key(n)}.json.zst`);

test("gives back what was written, under a mode that nobody else reads", async () => {
  const folder = join(await temporaryFolder(), "senior");
  const cache = folderCache(folder);
  expect(await cache.read(key(1))).toBeUndefined();
  await cache.write(key(1), "ü".repeat(1000));
  expect(await cache.read(key(1))).toBe("ü".repeat(1000));
  expect(statSync(entry(folder, 1)).mode & 0o777).toBe(0o600);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(await cache.read("../../etc/passwd")).toBeUndefined();
});

test("an entry that is cut short, renamed, linked or open to others is not there", async () => {
  const folder = join(await temporaryFolder(), "senior");
  const cache = folderCache(folder);
  for (const n of [1, 2, 3, 4]) await cache.write(key(n), `content ${n}`);
  truncateSync(entry(folder, 1), 20);
  rmSync(entry(folder, 2));
  symlinkSync(entry(folder, 3), entry(folder, 2));
  chmodSync(entry(folder, 4), 0o644);
  writeFileSync(entry(folder, 5), await Bun.file(entry(folder, 3)).bytes(), { mode: 0o600 });
  for (const n of [1, 2, 4, 5]) expect(await cache.read(key(n))).toBeUndefined();
  expect(await cache.read(key(3))).toBe("content 3");
});

test("a folder that others may write to is left alone", async () => {
  const folder = join(await temporaryFolder(), "open");
  mkdirSync(folder);
  chmodSync(folder, 0o777);
  await folderCache(folder).write(key(1), "x");
  expect(readdirSync(folder)).toEqual([]);
});

test("stays within its size: what was used longest ago goes", async () => {
  const folder = join(await temporaryFolder(), "senior");
  const cache = folderCache(folder, { totalBytes: 3000, entryBytes: 1_000_000 });
  for (let n = 0; n < 6; n++) await cache.write(key(n), Array.from({ length: 60 }, () => crypto.randomUUID()).join(""));
  const total = readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
  expect(total).toBeLessThanOrEqual(3000);
  expect(await cache.read(key(5))).toBeDefined();
});

test("lies where the system keeps such things", () => {
  expect(cacheFolder({}, "/home/u")).toBe("/home/u/.cache/senior");
  expect(cacheFolder({ XDG_CACHE_HOME: "/c" }, "/home/u")).toBe("/c/senior");
});
