// The demo from the compiled binary: with a generated service, without its packages, interrupted, and in a locked folder.
import { describe, expect, test } from "bun:test";
import { copyFile, mkdir, readdir } from "node:fs/promises";
import { binaryPath, hasBinary, senior } from "../testing/binary.ts";
import { temporaryFolder } from "../testing/temporary.ts";

/** A place for temporary files of its own, to see that nothing stays behind. */
const room = async (): Promise<{
  readonly cwd: string;
  readonly env: Readonly<Record<string, string>>;
  readonly temporary: string;
}> => {
  const cwd = await temporaryFolder();
  await mkdir(`${cwd}/tmp`);
  return { cwd, env: { TMPDIR: `${cwd}/tmp` }, temporary: `${cwd}/tmp` };
};

const isOpen = async (port: number): Promise<boolean> => {
  try {
    (await Bun.connect({ hostname: "127.0.0.1", port, socket: { data: () => undefined } })).end();
    return true;
  } catch {
    return false;
  }
};

describe.skipIf(!hasBinary)("senior demo", () => {
  test("builds, boots, calls, loads, analyses and decides, and leaves nothing behind", async () => {
    const { cwd, env, temporary } = await room();
    const { stdout, stderr, exit } = await senior(["demo", "--duration", "1s"], { cwd, env });
    expect(stderr).toMatch(/^loading 127\.0\.0\.1 port \d+\n$/);
    expect(exit).toBe(0);
    for (const line of [
      "Generated 6 route handlers, validation middleware, and TypeScript types",
      '"code": "VALIDATION_ERROR"',
      '"name": "Rye bread"',
      "0 never sent",
      "order_lines",
      "CREATE INDEX CONCURRENTLY",
      "Recommended: node-express",
    ]) {
      expect(stdout).toContain(line);
    }
    expect(await readdir(temporary)).toEqual([]);
    expect(await readdir(cwd)).toEqual(["tmp"]);
  });

  test("says so when the service's packages are not there, and loads a sample server", async () => {
    const { cwd, env } = await room();
    await copyFile(binaryPath, `${cwd}/senior`);
    const { stdout, exit } = await senior(["demo", "--duration", "1s"], { cwd, env, program: `${cwd}/senior` });
    expect(stdout).toContain("a built-in sample server is loaded");
    expect(stdout).toContain("Recommended: node-express");
    expect(exit).toBe(0);
  });

  test("Ctrl-C ends it with its service and its folder", async () => {
    const { cwd, env, temporary } = await room();
    const child = Bun.spawn([binaryPath, "demo", "--duration", "50s"], {
      cwd,
      env: { HOME: cwd, PATH: "", ...env },
      stdout: "pipe",
      stderr: "pipe",
    });
    let noted = "";
    for await (const chunk of child.stderr) {
      noted += new TextDecoder().decode(chunk);
      if (noted.includes("port ")) break;
    }
    const port = Number(/port (\d+)/.exec(noted)?.[1]);
    expect(await isOpen(port)).toBe(true);
    child.kill("SIGINT");
    expect(await child.exited).toBe(130);
    expect(await child.stdout.text()).toContain("interrupted");
    expect(await isOpen(port)).toBe(false);
    expect(await readdir(temporary)).toEqual([]);
  });
});
