// The disk: bounded reading with clear Faults, and sets of files written whole or not at all.
import { describe, expect, test } from "bun:test";
import { chmod, mkdir, readdir, symlink } from "node:fs/promises";
import { Fault } from "../kernel/fault.ts";
import { fileSet } from "../kernel/fileset.ts";
import { temporaryFolder } from "../testing/temporary.ts";
import { diskFiles } from "./files.ts";

const faultOf = async (run: Promise<unknown>): Promise<string> => {
  try {
    await run;
  } catch (error) {
    if (error instanceof Fault) return `${error.code}: ${error.message}`;
    throw error;
  }
  return "no fault";
};

const plain = { force: false, dryRun: false };

/** Every file below a folder, hidden ones included. */
const everything = async (folder: string): Promise<readonly string[]> =>
  (await readdir(folder, { recursive: true })).sort();

describe("reading", () => {
  test("says what is wrong with a path", async () => {
    const cwd = await temporaryFolder({ "folder/a": "" });
    const files = diskFiles(cwd);
    expect(await faultOf(files.readText("missing"))).toBe("input.not-found: cannot read missing: no such file");
    expect(await faultOf(files.readText("folder"))).toBe("input.not-a-file: cannot read folder: this is a folder");
    expect(await faultOf(files.readText("folder/a/b"))).toBe("input.not-found: cannot read folder/a/b: no such file");
    await Bun.write(`${cwd}/binary`, new Uint8Array([0xff, 0xfe, 0x00]));
    expect(await faultOf(files.readText("binary"))).toBe("input.unreadable: cannot read binary: it is not UTF-8 text");
    await Bun.write(`${cwd}/latin.sql`, new Uint8Array([0x2d, 0x2d, 0x0a, 0x2d, 0x2d, 0x20, 0xe9, 0x0a]));
    const latin = await files.readText("latin.sql").catch((error: unknown) => error);
    expect(latin).toMatchObject({ at: { path: "latin.sql", line: 2, column: 4 } });
    expect(await faultOf(files.list("missing"))).toBe("input.not-found: cannot read missing: no such file");
  });

  test("stops at a size that no real input has", async () => {
    const cwd = await temporaryFolder();
    await Bun.spawn(["truncate", "-s", "65M", `${cwd}/large`]).exited;
    expect(await faultOf(diskFiles(cwd).readText("large"))).toBe("input.too-large: large is larger than 64.0 MiB");
  });

  test("reads UTF-16 with its mark, as shells of Windows write it", async () => {
    const cwd = await temporaryFolder();
    await Bun.write(`${cwd}/le`, new Uint8Array([0xff, 0xfe, 0x68, 0x00, 0xe9, 0x00]));
    await Bun.write(`${cwd}/be`, new Uint8Array([0xfe, 0xff, 0x00, 0x68, 0x00, 0xe9]));
    const files = diskFiles(cwd);
    expect(await Promise.all([files.readText("le"), files.readText("be")])).toEqual(["hé", "hé"]);
  });

  test("drops a byte order mark and knows kinds", async () => {
    const cwd = await temporaryFolder({ "a.txt": "\ufeffhello", "b/c": "" });
    const files = diskFiles(cwd);
    expect(await files.readText("a.txt")).toBe("hello");
    expect(await Promise.all(["a.txt", "b", "none"].map((path) => files.kind(path)))).toEqual([
      "file",
      "folder",
      "missing",
    ]);
    expect(await files.list(".")).toEqual(["a.txt", "b"]);
  });
});

describe("writing", () => {
  const set = fileSet("out", [
    { path: "b/two.ts", text: "2\n" },
    { path: "one.ts", text: "1\n" },
  ]);

  test("creates, leaves equal files alone, and is repeatable", async () => {
    const cwd = await temporaryFolder();
    const files = diskFiles(cwd);
    expect(await files.write(set, plain)).toEqual([
      { path: "out/b/two.ts", change: "created" },
      { path: "out/one.ts", change: "created" },
    ]);
    expect((await files.write(set, plain)).map(({ change }) => change)).toEqual(["unchanged", "unchanged"]);
    expect(await everything(cwd)).toEqual(["out", "out/b", "out/b/two.ts", "out/one.ts"]);
  });

  test("refuses the whole set when one file differs, unless forced", async () => {
    const cwd = await temporaryFolder({ "out/one.ts": "mine\n" });
    const files = diskFiles(cwd);
    expect(await faultOf(files.write(set, plain))).toBe("guard.overwrite: 1 file would be overwritten: out/one.ts");
    expect(await everything(cwd)).toEqual(["out", "out/one.ts"]);
    expect(await files.write(set, { force: false, dryRun: true })).toMatchObject([
      { change: "created" },
      { change: "replaced" },
    ]);
    expect(await everything(cwd)).toEqual(["out", "out/one.ts"]);
    await files.write(set, { force: true, dryRun: false });
    expect(await files.readText("out/one.ts")).toBe("1\n");
  });

  test("X4: refuses names that leave the folder or mean something else", () => {
    const names = [
      "../x",
      "/etc/x",
      "a/../../x",
      "a//b",
      "C:\\x",
      "con",
      "NUL.txt",
      "a.",
      "a ",
      "a\u0000b",
      "x".repeat(300),
      ".",
    ];
    for (const path of names) expect(() => fileSet("out", [{ path, text: "" }])).toThrow("is not a safe file name");
    const clash = ["Users.ts", "users.ts"].map((path) => ({ path, text: "" }));
    expect(() => fileSet("out", clash)).toThrow("two generated files share a name");
  });

  test("X5: never writes through a symbolic link inside the output", async () => {
    const cwd = await temporaryFolder({ "elsewhere/keep": "", "out/x": "" });
    await symlink(`${cwd}/elsewhere`, `${cwd}/out/b`);
    expect(await faultOf(diskFiles(cwd).write(set, plain))).toContain("guard.path");
    await symlink(`${cwd}/elsewhere/keep`, `${cwd}/out/one.ts`);
    const single = fileSet("out", [{ path: "one.ts", text: "1\n" }]);
    expect(await faultOf(diskFiles(cwd).write(single, { force: true, dryRun: false }))).toContain("is a symbolic link");
    expect(await everything(`${cwd}/elsewhere`)).toEqual(["keep"]);
  });

  test("an output folder that is itself a link is what the user named", async () => {
    const cwd = await temporaryFolder({ "real/keep": "" });
    await symlink(`${cwd}/real`, `${cwd}/out`);
    await diskFiles(cwd).write(set, plain);
    expect(await everything(`${cwd}/real`)).toEqual(["b", "b/two.ts", "keep", "one.ts"]);
  });

  test("says why nothing can be written, and leaves nothing behind", async () => {
    const cwd = await temporaryFolder({ file: "" });
    const files = diskFiles(cwd);
    expect(await faultOf(files.write({ ...set, root: "file" }, plain))).toContain(
      "world.output: cannot write into file",
    );
    expect(await faultOf(files.write({ ...set, root: "file/below" }, plain))).toContain("a part of the path is a file");
    expect(await everything(cwd)).toEqual(["file"]);
  });

  test.skipIf(process.getuid?.() === 0)("a folder without write permission is said", async () => {
    const cwd = await temporaryFolder();
    await mkdir(`${cwd}/out`);
    await chmod(`${cwd}/out`, 0o555);
    expect(await faultOf(diskFiles(cwd).write(set, plain))).toContain("permission denied");
  });
});
