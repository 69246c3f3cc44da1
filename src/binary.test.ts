// The compiled binary from the outside: hostile folders, slow readers, signals, and every kind of wrong call.
import { describe, expect, test } from "bun:test";
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, symlink } from "node:fs/promises";
import { hono } from "../plugins/hono.ts";
import { defaultOptions } from "./api/emit-options.ts";
import { createKit } from "./api/kit.ts";
import { readDocument } from "./api/read-document.ts";
import { readOpenApi } from "./api/read-openapi.ts";
import { envelopeSchema } from "./report/json.ts";
import { binaryPath, hasBinary, senior } from "./testing/binary.ts";
import { temporaryFolder } from "./testing/temporary.ts";

const marker = "planted-code-ran";

/** Everything a hostile checkout could use to run code or change resolution (attack X1). */
const hostile = {
  "bunfig.toml": 'preload = ["./evil.ts"]\n[run]\nshell = "system"\n[install]\nauto = "force"\n',
  ".env": `SENIOR_REPORTER=${marker}\nNODE_OPTIONS=--require ./evil.js\n`,
  "tsconfig.json": JSON.stringify({
    compilerOptions: { baseUrl: ".", paths: { yaml: ["./evil.ts"], "*": ["./evil.ts"] } },
  }),
  "package.json": JSON.stringify({ name: "evil", type: "module", imports: { "#x": "./evil.ts" }, main: "./evil.ts" }),
  "evil.ts": `console.log("${marker}");`,
  "evil.js": `console.log("${marker}");`,
  "node_modules/yaml/index.js": `console.log("${marker}");`,
  "node_modules/postgres/index.js": `console.log("${marker}");`,
  "senior.config.yaml": "plugins: [./evil.ts]\n",
};

describe.skipIf(!hasBinary)("the binary", () => {
  test("X1: runs nothing that the working folder offers", async () => {
    const cwd = await temporaryFolder(hostile);
    for (const args of [["--version"], ["--help"], ["schema", "report"], ["decide", "--list-profiles"]]) {
      const { stdout, stderr, exit } = await senior(args, { cwd });
      expect(stdout + stderr).not.toContain(marker);
      // The project's plugin list is refused until it is trusted; what loads no plugin works.
      expect(exit).toBe(args[0]?.startsWith("--") === true ? 0 : 5);
    }
  });

  test("X3: takes no orders for the runtime from NODE_OPTIONS or its arguments", async () => {
    const cwd = await temporaryFolder({ "evil.js": hostile["evil.js"] });
    const env = { NODE_OPTIONS: "--require ./evil.js --import ./evil.js" };
    for (const args of [
      ["--version"],
      ["--preload", "./evil.js"],
      ["--inspect"],
      ["-e", "console.log(1)"],
      ["--eval=1"],
    ]) {
      const { stdout, stderr, exit } = await senior(args, { cwd, env });
      expect(stdout + stderr).not.toContain(marker);
      expect(exit).toBe(args[0] === "--version" ? 0 : 2);
    }
  });

  test("a project's plugin runs once its content is trusted, and again not when it changed", async () => {
    const cwd = await temporaryFolder({
      ".git/HEAD": "ref: refs/heads/main\n",
      "senior.config.yaml": "plugins: [./tools/loud.ts]\n",
      "tools/loud.ts":
        'export default { sdk: 1, name: "loud", provides: [{ kind: "reporter", name: "loud", about: "x", render: () => "LOUD" }] };',
    });
    const call = () => senior(["schema", "report", "--reporter", "loud"], { cwd });
    const refused = await call();
    expect(refused.exit).toBe(5);
    expect(refused.stderr).toContain("senior.config.yaml:1:");
    expect(refused.stderr).toContain("senior trust");
    const trusted = await senior(["trust", "tools/loud.ts"], { cwd: cwd });
    // The project's own configuration stands in the way of no command that a person needs to approve it.
    expect(trusted.exit).toBe(0);
    expect((await call()).stdout).toBe("LOUD");
    await Bun.write(`${cwd}/tools/loud.ts`, `${await Bun.file(`${cwd}/tools/loud.ts`).text()}\n// changed`);
    expect((await call()).exit).toBe(5);
    const hash = /sha256:[0-9a-f]{64}/.exec((await call()).stderr)?.[0] ?? "";
    const piped = await senior(["schema", "report", "--reporter", "loud"], { cwd, env: { SENIOR_TRUST: hash } });
    expect(piped.stdout).toBe("LOUD");
  });

  test("prints its version, as JSON too", async () => {
    const cwd = await temporaryFolder();
    expect((await senior(["--version"], { cwd })).stdout).toMatch(/^senior \d+\.\d+\.\d+ \(/);
    const parsed = JSON.parse((await senior(["--version", "--json"], { cwd })).stdout) as object;
    expect(Object.keys(parsed)).toEqual(["version", "commit", "bun", "target"]);
  });

  test("prints its schemas", async () => {
    const { stdout } = await senior(["schema", "report"], { cwd: await temporaryFolder() });
    expect(JSON.parse(stdout)).toEqual(envelopeSchema as object);
  });

  const loud =
    'export default { sdk: 1, name: "p", provides: [{ kind: "reporter", name: "big", about: "x", render: () => "x".repeat(3_000_000) + "END" }] };';

  test("X35: three megabytes through a slow pipe arrive whole", async () => {
    const cwd = await temporaryFolder({ "big.ts": loud });
    const script = `"${binaryPath}" schema report --plugin big.ts --reporter big | (sleep 0.5; wc -c)`;
    const { stdout } = await senior(["-c", script], { cwd, program: "/bin/sh" });
    expect(stdout.trim()).toBe("3000003");
  });

  test("a reader that goes away is no error and no noise", async () => {
    const cwd = await temporaryFolder({ "big.ts": loud });
    const script = `"${binaryPath}" schema report --plugin big.ts --reporter big | head -c 10; echo; echo "$?"`;
    const { stdout, stderr } = await senior(["-c", script], { cwd, program: "/bin/sh" });
    expect(stdout).toStartWith("xxxxxxxxxx\n");
    expect(stderr).toBe("");
  });

  test.skipIf(!existsSync("/dev/full"))("X35: a full disk is said, with exit 4", async () => {
    const cwd = await temporaryFolder({ "big.ts": loud });
    const script = `"${binaryPath}" schema report --plugin big.ts --reporter big > /dev/full`;
    const { stderr, exit } = await senior(["-c", script], { cwd, program: "/bin/sh" });
    expect(stderr).toContain("the disk is full");
    expect(exit).toBe(4);
  });

  test.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("%s ends a busy call and its workers", async (signal, status) => {
    const cwd = await temporaryFolder({
      "busy.ts":
        'console.log("started"); export default { sdk: 1, name: "p", provides: [{ kind: "reporter", name: "busy", about: "x", render: () => { console.log("busy"); for (;;) {} } }] };',
    });
    const child = Bun.spawn([binaryPath, "schema", "report", "--plugin", "busy.ts", "--reporter", "busy"], {
      cwd,
      env: { HOME: cwd, PATH: "" },
      stdout: "pipe",
      stderr: "pipe",
    });
    for await (const chunk of child.stderr) if (new TextDecoder().decode(chunk).includes("busy")) break;
    child.kill(signal);
    expect(await child.exited).toBe(status);
  });

  const source = (path: string): Promise<string> => Bun.file(new URL(path, import.meta.url)).text();

  test("a framework script of one's own comes through the same door as the bundled ones, with what the user chose", async () => {
    const cwd = await temporaryFolder({
      "openapi.yaml": await source("./cli/demo/openapi.yaml"),
      "tools/hono.ts": await source("../plugins/hono.ts"),
      "tools/hono/handle.ts.txt": await source("../plugins/hono/handle.ts.txt"),
      "tools/hono/server.ts.txt": await source("../plugins/hono/server.ts.txt"),
    });
    const chosen = ["--layout", "operations", "--validation-status", "422"];
    const { exit, stderr } = await senior(
      ["scaffold", "openapi.yaml", "--plugin", "tools/hono.ts", "--framework", "hono", "--output", "out", ...chosen],
      { cwd },
    );
    expect([exit, stderr]).toEqual([0, ""]);
    const { api } = readOpenApi(readDocument("openapi.yaml", await source("./cli/demo/openapi.yaml")));
    const files = await hono.emit(api, createKit({ ...defaultOptions, layout: "operations", validationStatus: 422 }));
    expect(files.length).toBeGreaterThan(20);
    for (const { path, text } of files) expect(await Bun.file(`${cwd}/out/${path}`).text()).toBe(text);
  });

  test("the README's plugin works as it stands there", async () => {
    const readme = await source("../README.md");
    const script = /```ts\n(import type \{ Plugin \}[^]*?)```/.exec(readme)?.[1] ?? "";
    const cwd = await temporaryFolder({ "acme.ts": script, "schema.sql": "CREATE TABLE t (a int);" });
    const { stdout, exit } = await senior(
      ["db", "analyze", "schema.sql", "--plugin", "./acme.ts", "--reporter", "one-line"],
      { cwd },
    );
    expect(stdout).toBe("warning db/table-without-primary-key table public.t has no primary key\n");
    expect(exit).toBe(0);
  });

  test("a framework script that fails leaves nothing half-written", async () => {
    const cwd = await temporaryFolder({
      "openapi.yaml": await source("./cli/demo/openapi.yaml"),
      "bad.ts": `export default { sdk: 1, name: "bad", provides: [{ kind: "framework", name: "bad", about: "x", packages: {},
  emit: () => [{ path: "fine.ts", text: "export {};" }, { path: "../../escaped.ts", text: "" }] }] };`,
      "throws.ts": `export default { sdk: 1, name: "t", provides: [{ kind: "framework", name: "bad", about: "x", packages: {},
  emit: (api, kit) => {
    throw new Error("no " + kit.version);
  } }] };`,
    });
    const call = (plugin: string) =>
      senior(["scaffold", "openapi.yaml", "--plugin", plugin, "--framework", "bad", "--output", "out"], { cwd });
    const escaping = await call("bad.ts");
    expect(escaping.stderr).toContain("is not a safe file name");
    expect(escaping.exit).toBe(5);
    const throwing = await call("throws.ts");
    expect(throwing.stderr).toMatch(/throws\.ts:3:\d+: no 1/);
    expect(throwing.stderr).toContain('throw new Error("no " + kit.version)');
    expect(throwing.exit).toBe(3);
    expect((await readdir(cwd)).sort()).toEqual(["bad.ts", "openapi.yaml", "throws.ts"]);
  });

  describe("wrong input", () => {
    const calls: readonly (readonly [readonly string[], number, string])[] = [
      [["schema"], 2, "missing NAME"],
      [["schema", "report", "--reporter", "xml"], 2, 'unknown reporter "xml"'],
      [["schema", "report", "--plugin", "missing.ts"], 3, "missing.ts"],
      [["schema", "report", "--config", "missing.yaml"], 3, "cannot read missing.yaml: no such file"],
      [["schema", "report", "--config", "folder"], 3, "this is a folder"],
      [["schema", "report", "--config", "bad.yaml"], 3, "bad.yaml:1:4: Nested mappings"],
      [["schema", "report", "--config", "latin1.yaml"], 3, "not UTF-8"],
      [["schema", "report", "--plugin", "broken.ts"], 3, "broken.ts:2:"],
    ];
    test.each(calls)("%p exits %i", async (args, exit, message) => {
      const cwd = await temporaryFolder({
        "bad.yaml": "a: 1\n b: [\n",
        "broken.ts": "export default {\n  sdk: 1, name: }\n",
        "folder/keep": "",
      });
      await Bun.write(`${cwd}/latin1.yaml`, new Uint8Array([0x61, 0x3a, 0x20, 0xe9]));
      const found = await senior(args, { cwd });
      expect(found.stderr).toContain(message);
      expect(found.stderr).not.toMatch(/\n\s+at /);
      expect(found).toMatchObject({ stdout: "", exit });
    });
  });

  test("works in a folder that it may not write to, and where it is a link", async () => {
    const cwd = await temporaryFolder();
    await mkdir(`${cwd}/locked`);
    await chmod(`${cwd}/locked`, 0o555);
    await symlink(binaryPath, `${cwd}/linked`);
    const { exit } = await senior(["--version"], { cwd: `${cwd}/locked`, program: `${cwd}/linked` });
    expect(exit).toBe(0);
    expect(await readdir(`${cwd}/locked`)).toEqual([]);
  });
});
