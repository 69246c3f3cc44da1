// Files of one user: created exclusively, held by one, never through a link, and free again after a kill.
import { describe, expect, test } from "bun:test";
import { execFileSync } from "node:child_process";
import { chown, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from "node:fs/promises";
import type { Fault } from "../kernel/fault.ts";
import { temporaryFolder } from "../testing/temporary.ts";
import { hold, readOwn } from "./own-file.ts";

const refusal = async (work: Promise<unknown>): Promise<Fault> =>
  work.then(
    () => {
      throw new Error("it was not refused");
    },
    (fault: unknown) => fault as Fault,
  );

describe("a held file", () => {
  test("is created for its owner alone, saved whole, and leaves nothing beside it", async () => {
    const folder = await temporaryFolder();
    const path = `${folder}/g.md`;
    expect(await readOwn(path)).toBeUndefined();
    const file = await hold(path);
    expect(file.text).toBe("");
    await file.save("one\n");
    await file.save("two\n");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    await file.release();
    expect(await readOwn(path)).toBe("two\n");
    expect(await readdir(folder)).toEqual(["g.md"]);
  });

  test("is held by one: the second is told who holds it, and gets it afterwards", async () => {
    const path = `${await temporaryFolder()}/g.md`;
    const first = await hold(path);
    const fault = await refusal(hold(path));
    expect(fault).toMatchObject({ code: "guard.lock", exit: 5 });
    expect(fault.message).toContain(`held by process ${process.pid} on `);
    expect(fault.help).toContain("--state FILE");
    await first.release();
    await (await hold(path)).release();
  });

  test("a lock whose holder was killed is nobody's; one of another machine stays", async () => {
    const path = `${await temporaryFolder()}/g.md`;
    const dead = Bun.spawnSync(["true"]).pid;
    const { hostname } = await import("node:os");
    await writeFile(`${path}.lock`, `process ${dead} on ${hostname()}\n`);
    const file = await hold(path);
    await file.release();
    await writeFile(`${path}.lock`, `process ${dead} on elsewhere\n`);
    expect((await refusal(hold(path))).message).toContain(`held by process ${dead} on elsewhere`);
  });

  test("of many who find a killed holder's lock, one gets it", async () => {
    const folder = await temporaryFolder();
    const { hostname } = await import("node:os");
    const dead = Bun.spawnSync(["true"]).pid;
    for (let round = 0; round < 40; round++) {
      const path = `${folder}/${round}.md`;
      await writeFile(`${path}.lock`, `process ${dead} on ${hostname()}\n`);
      const all = await Promise.allSettled(Array.from({ length: 8 }, () => hold(path)));
      expect(all.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    }
  });
});

describe("what was put there by others", () => {
  test("a symbolic link is refused, and what it leads to stays as it is", async () => {
    const folder = await temporaryFolder({ "victim.txt": "precious" });
    const path = `${folder}/g.md`;
    await symlink(`${folder}/victim.txt`, path);
    for (const attempt of [hold, readOwn])
      expect((await refusal(attempt(path))).message).toBe(`${path} is a symbolic link: it is not used`);
    expect(await readFile(`${folder}/victim.txt`, "utf8")).toBe("precious");
    expect((await readdir(folder)).sort()).toEqual(["g.md", "victim.txt"]);
  });

  test("a link that leads nowhere is refused, and nothing is made at its end", async () => {
    const folder = await temporaryFolder();
    await symlink(`${folder}/new.txt`, `${folder}/g.md`);
    expect(await refusal(hold(`${folder}/g.md`))).toMatchObject({ code: "guard.path" });
    expect(await readdir(folder)).toEqual(["g.md"]);
  });

  test("a link that is planted while the file is held is replaced, not followed", async () => {
    const folder = await temporaryFolder({ "victim.txt": "precious" });
    const file = await hold(`${folder}/g.md`);
    await Bun.file(`${folder}/g.md`).delete();
    await symlink(`${folder}/victim.txt`, `${folder}/g.md`);
    await file.save("mine\n");
    expect((await lstat(`${folder}/g.md`)).isFile()).toBeTrue();
    expect(await readFile(`${folder}/victim.txt`, "utf8")).toBe("precious");
  });

  test("a link in the place of the lock is no lock of ours", async () => {
    const folder = await temporaryFolder({ "victim.txt": "precious" });
    await symlink(`${folder}/victim.txt`, `${folder}/g.md.lock`);
    expect(await refusal(hold(`${folder}/g.md`))).toMatchObject({ code: "guard.path" });
    expect(await readFile(`${folder}/victim.txt`, "utf8")).toBe("precious");
  });

  test("a folder and a pipe are refused at once", async () => {
    const folder = await temporaryFolder();
    await mkdir(`${folder}/a.md`);
    execFileSync("mkfifo", [`${folder}/b.md`]);
    for (const name of ["a.md", "b.md"])
      expect((await refusal(hold(`${folder}/${name}`))).message).toContain("is no regular file");
  });

  test.skipIf(process.getuid?.() !== 0)("somebody else's file is refused", async () => {
    const folder = await temporaryFolder({ "g.md": "theirs" });
    await chown(`${folder}/g.md`, 12_345, 12_345);
    expect((await refusal(hold(`${folder}/g.md`))).message).toContain("belongs to somebody else");
    expect(await readdir(folder)).toEqual(["g.md"]);
  });
});
