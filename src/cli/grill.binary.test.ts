// The grill from the compiled binary: a whole one by JSON, and a tracking file that others hold or planted.
import { describe, expect, test } from "bun:test";
import { readdir, stat, symlink } from "node:fs/promises";
import { hold } from "../io/own-file.ts";
import { hasBinary, senior } from "../testing/binary.ts";
import { temporaryFolder } from "../testing/temporary.ts";

describe.skipIf(!hasBinary)("senior grill", () => {
  test("asks seven questions in seven calls and decides; its file is its owner's alone", async () => {
    const cwd = await temporaryFolder();
    const values = [
      "read-write-ratio=20 qps-p99=50",
      "shared",
      "sync",
      "pii",
      "modular-monolith team-size=8 language-preference=typescript",
      "rpo=5m rto=1h",
      'slo=99.5 slo-consumer="payments team"',
    ];
    let last = "";
    for (const [i, value] of values.entries()) {
      const argv = ["grill", "answer", String(i + 1), "--value", value, "--state", "g.md", "--json"];
      const { stdout, stderr, exit } = await senior(argv, { cwd });
      expect([stderr, exit]).toEqual(["", 0]);
      last = stdout;
    }
    expect(JSON.parse(last)).toMatchObject({
      data: { turn: "done", decision: { approved: false, recommendation: { profile: "node-express", score: 1 } } },
    });
    expect((await stat(`${cwd}/g.md`)).mode & 0o777).toBe(0o600);
    expect(await readdir(cwd)).toEqual(["g.md"]);
  });

  test("the second of two is told who holds the file; a planted link is refused", async () => {
    const cwd = await temporaryFolder({ "victim.txt": "precious" });
    const file = await hold(`${cwd}/g.md`);
    const held = await senior(["grill", "next", "--state", "g.md"], { cwd });
    expect(held.exit).toBe(5);
    expect(held.stderr).toContain(`g.md is held by process ${process.pid} on `);
    await file.release();
    await symlink(`${cwd}/victim.txt`, `${cwd}/link.md`);
    const linked = await senior(["grill", "next", "--state", "link.md"], { cwd });
    expect([linked.exit, linked.stdout]).toEqual([5, ""]);
    expect(linked.stderr).toContain("is a symbolic link: it is not used");
    expect(await Bun.file(`${cwd}/victim.txt`).text()).toBe("precious");
  });

  test("without a terminal it asks nobody", async () => {
    const { exit, stderr } = await senior(["grill"], { cwd: await temporaryFolder(), stdin: "20\n" });
    expect(exit).toBe(2);
    expect(stderr).toContain("senior grill next --json");
  });
});
