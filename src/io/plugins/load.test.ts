// Stranger's scripts: what works, and that nothing they do gets past their worker.
import { describe, expect, test } from "bun:test";
import { Fault } from "../../kernel/fault.ts";
import type { Reporter } from "../../kernel/report.ts";
import { memoryIo } from "../../testing/memory-io.ts";
import { temporaryFolder } from "../../testing/temporary.ts";
import { loadPlugin } from "./load.ts";

const reporterScript = (body: string): string => `
import type { Plugin } from "senior/sdk";
import { shout } from "./shout.ts";
export default {
  sdk: 1,
  name: "acme",
  provides: [{ kind: "reporter", name: "acme", about: "loud", render(report, exit, look) { ${body} } }],
} satisfies Plugin;
`;

const write = async (text: string): Promise<string> => {
  const folder = await temporaryFolder({
    "plugin.ts": text,
    "shout.ts": "export const shout = (text: string): string => text.toUpperCase();",
  });
  return `${folder}/plugin.ts`;
};

const look = { color: false, unicode: true, width: 80, verbose: false };
const report = { command: "x", blocks: [], findings: [], data: null };
const short = { loadMs: 2000, callMs: 500 };

const faultOf = async (run: Promise<unknown>): Promise<Fault> => {
  try {
    await run;
  } catch (error) {
    if (error instanceof Fault) return error;
    throw error;
  }
  throw new Error("nothing failed");
};

const script = (body: string): Promise<string> => write(reporterScript(body));

const loadReporter = async (path: string, io = memoryIo()): Promise<Reporter> => {
  const plugin = await loadPlugin(path, io.terminal, short);
  return plugin.provides[0] as Reporter;
};

describe("a plugin script", () => {
  test("works through its worker, with relative imports and erased types", async () => {
    const reporter = await loadReporter(await script("return shout(report.command) + exit + look.width;"));
    expect({ ...reporter, render: undefined }).toMatchObject({ kind: "reporter", name: "acme", about: "loud" });
    expect(await reporter.render({ ...report, command: "abc" }, 0, look)).toBe("ABC080");
  });

  test("prints to standard error only", async () => {
    const io = memoryIo();
    const path = await script('console.log("hello", { a: 1 }); process.stdout.write("raw\\n"); return "fine";');
    const reporter = await loadReporter(path, io);
    expect(await reporter.render(report, 0, look)).toBe("fine");
    expect(io.notes).toEqual(["hello {\n  a: 1,\n}", "raw"]);
  });

  test("that throws is named with file, line and source", async () => {
    const path = await script('\n\n  throw new Error("boom");');
    const fault = await faultOf(Promise.resolve((await loadReporter(path)).render(report, 0, look)));
    expect(fault.code).toBe("plugin.broken");
    expect(fault.message).toBe("boom");
    expect(fault.at).toMatchObject({ kind: "file", path, line: 9 });
    expect(fault.frame).toContain('throw new Error("boom")');
  });

  test("that returns no text is told what it must return", async () => {
    const fault = await faultOf(
      Promise.resolve((await loadReporter(await script("return 5;"))).render(report, 0, look)),
    );
    expect(fault.message).toBe("render must return a text");
  });

  test("that ends the process ends only itself", async () => {
    const fault = await faultOf(
      Promise.resolve((await loadReporter(await script("process.exit(0);"))).render(report, 0, look)),
    );
    expect(fault.code).toBe("plugin.broken");
    expect(fault.message).toContain("ended");
  });

  test("that never answers is ended", async () => {
    const fault = await faultOf(
      Promise.resolve((await loadReporter(await script("for (;;) {}"))).render(report, 0, look)),
    );
    expect(fault.code).toBe("plugin.deadline");
  });

  test.each([
    ["export default {", "plugin.ts", "Expected identifier but found end of file"],
    ['import "no-such-package"; export default {};', "plugin.ts", "no-such-package"],
    ["export default { sdk: 2 };", "plugin.ts", "sdk must be 1; name must be a string; provides must be an array"],
    ["export const a = 1;", "plugin.ts", "the default export must be an object"],
    [
      'export default { sdk: 1, name: "a", provides: [{ kind: "toaster" }] };',
      "plugin.ts",
      "provides[0].kind must be one of",
    ],
    [
      'export default { sdk: 1, name: "a", provides: [{ kind: "framework", name: "No Good", about: "", packages: {} }] };',
      "plugin.ts",
      "provides[0].emit must be a function; provides[0].name must be lower-case",
    ],
  ])("%p is refused with its place", async (text, file, message) => {
    const fault = await faultOf(loadPlugin(await write(text), memoryIo().terminal, short));
    expect(fault.code).toBe("plugin.broken");
    expect(fault.message).toContain(message);
    expect(fault.at?.kind === "file" ? fault.at.path : "").toEndWith(file);
  });

  test("a missing script is a plain Fault", async () => {
    const fault = await faultOf(loadPlugin("/nowhere/plugin.ts", memoryIo().terminal, short));
    expect(fault.exit).toBe(3);
  });
});
