// One command line at a time through the whole adapter, with the world in memory.
import { describe, expect, test } from "bun:test";
import { mergePlugins } from "../registry.ts";
import { reporters } from "../report/index.ts";
import { memoryIo } from "../testing/memory-io.ts";
import type { LoadRegistry } from "./call.ts";
import type { Outcome } from "./run.ts";
import { runSenior } from "./run.ts";

const registry: LoadRegistry = () =>
  Promise.resolve(mergePlugins([{ sdk: 1, name: "senior", provides: [...reporters] }]));

const run = (argv: readonly string[], setup: Parameters<typeof memoryIo>[0] = {}): Promise<Outcome> =>
  runSenior(argv, memoryIo(setup), registry);

describe("runSenior", () => {
  test("help goes to standard output, for the root and for a command", async () => {
    for (const argv of [[], ["--help"], ["-h"], ["help"]]) {
      const { stdout, stderr, exit } = await run(argv);
      expect({ stderr, exit }).toEqual({ stderr: "", exit: 0 });
      expect(stdout).toContain("senior <command> [flags]");
      expect(stdout).toContain("schema");
    }
    const { stdout } = await run(["schema", "report", "--help"]);
    expect(stdout).toContain("senior schema <NAME> [flags]");
    expect(stdout).toContain("Examples");
  });

  test("common flags may stand before the command, and help too", async () => {
    const plain = await run(["schema", "report", "--json"]);
    expect(await run(["--json", "schema", "report"])).toEqual(plain);
    expect(await run(["--fail-on", "never", "--color", "never", "--json", "schema", "report"])).toEqual(plain);
    expect(await run(["help", "schema"])).toEqual(await run(["schema", "--help"]));
    expect((await run(["--jsom", "schema", "report"])).exit).toBe(2);
  });

  test("mistakes go to standard error with exit 2, the usage line and the nearest spelling", async () => {
    expect(await run(["shema"])).toEqual({
      stdout: "",
      stderr:
        'error: unknown command "shema"; did you mean "schema"?\n  help: run `senior --help` for the list of commands\n',
      exit: 2,
    });
    const flagged = await run(["schema", "report", "--jsom"]);
    expect(flagged.exit).toBe(2);
    expect(flagged.stderr).toContain("did you mean --json?");
    expect(flagged.stderr).toContain("usage: senior schema <NAME> [flags]");
  });

  test.each(["constructor", "__proto__", "toString"])("%s is no command", async (word) => {
    expect((await run([word])).exit).toBe(2);
  });

  test("--json gives one envelope on success and on failure", async () => {
    const good = JSON.parse((await run(["schema", "report", "--json"])).stdout) as Record<string, unknown>;
    expect(Object.keys(good)).toEqual(["schema", "command", "exit", "findings", "data"]);
    const { stdout, stderr, exit } = await run(["schema", "nothing", "--json"]);
    const bad = JSON.parse(stdout) as { findings: { rule: string }[]; exit: number; data: unknown };
    expect(bad.findings[0]?.rule).toBe("fault/usage-bad-value");
    expect({ exit, reported: bad.exit, data: bad.data }).toEqual({ exit: 2, reported: 2, data: null });
    expect(stderr).toContain("error:");
  });

  test("an aborted signal ends a command with its own status", async () => {
    expect((await run(["schema", "report"], { signal: AbortSignal.abort(130) })).exit).toBe(130);
    expect((await run(["schema", "report"], { signal: AbortSignal.abort(143) })).exit).toBe(143);
  });
});

describe("configuration", () => {
  const repository = { "/project/.git/HEAD": "ref: x" };
  const config = "/project/senior.config.yaml";

  test("flag beats environment beats project beats user", async () => {
    const user = { "/home/user/.config/senior/senior.config.yaml": "reporter: nonsense-user" };
    const project = { ...repository, ...user, [config]: "reporter: nonsense-project" };
    expect((await run(["schema", "report"], { files: user })).stderr).toContain("nonsense-user");
    expect((await run(["schema", "report"], { files: project })).stderr).toContain("nonsense-project");
    const env = { SENIOR_REPORTER: "nonsense-env" };
    expect((await run(["schema", "report"], { files: project, env })).stderr).toContain("nonsense-env");
    expect((await run(["schema", "report", "--reporter", "json"], { files: project, env })).exit).toBe(0);
  });

  test("is found upwards to the repository root, and no further", async () => {
    const below = { cwd: "/project/a/b", files: { ...repository, [config]: "reporter: found" } };
    expect((await run(["schema", "report"], below)).stderr).toContain("found");
    const outside = { cwd: "/tmp/x", files: { "/tmp/senior.config.yaml": "reporter: planted" } };
    expect((await run(["schema", "report"], outside)).exit).toBe(0);
    const above = { cwd: "/project", files: { "/senior.config.yaml": "reporter: planted", ...repository } };
    expect((await run(["schema", "report"], above)).exit).toBe(0);
  });

  test.each([
    ["reporte: json", 3, 'senior.config.yaml:1:1: unknown setting "reporte"; did you mean "reporter"?'],
    ["a: [", 3, "senior.config.yaml:1:5"],
    ["reporter: json\nreporter: human", 3, "Map keys must be unique"],
    ["- 1", 3, "must be a mapping"],
    ["commands:\n  shema: {}", 3, 'senior.config.yaml:2:3: no command "shema"; did you mean "schema"?'],
    ["commands:\n  schema:\n    nope: 1", 3, 'unknown setting "nope"'],
    ["plugin: [x.ts]", 5, 'a project\'s configuration may not set "plugin"'],
    ["config: other.yaml", 5, 'a project\'s configuration may not set "config"'],
    ["verbose: maybe", 2, "expected true or false"],
    ["fail-on: later", 2, '"fail-on" (/project/senior.config.yaml:1:1) got "later", expected one of error'],
  ])("%p exits %i", async (text, exit, message) => {
    const outcome = await run(["schema", "report"], { files: { ...repository, [config]: text } });
    expect(outcome.stderr).toContain(message);
    expect(outcome.exit).toBe(exit as Outcome["exit"]);
  });

  test("JSON works too, two files in one folder do not, and --config replaces the search", async () => {
    const json = { "/project/senior.config.json": '{"reporter": "json"}' };
    expect((await run(["schema", "report"], { files: json })).stdout).toStartWith('{\n  "schema"');
    const both = await run(["schema", "report"], { files: { ...json, [config]: "" } });
    expect(both.stderr).toContain("two configuration files");
    const named = await run(["schema", "report", "--config", "mine.yaml"], {
      files: { ...json, "/project/mine.yaml": "reporter: mine" },
    });
    expect(named.stderr).toContain("mine");
  });
});

describe("colour", () => {
  const colored = async (argv: readonly string[], setup: Parameters<typeof memoryIo>[0]): Promise<boolean> =>
    (await run(["schema", "nope", ...argv], setup)).stderr.includes("\u001b[");
  test.each([
    [[], { tty: true }, true],
    [[], { tty: false }, false],
    [[], { tty: true, env: { NO_COLOR: "1" } }, false],
    [[], { tty: false, env: { FORCE_COLOR: "1" } }, true],
    [[], { tty: true, env: { FORCE_COLOR: "0" } }, false],
    [["--no-color"], { tty: true, env: { FORCE_COLOR: "1" } }, false],
    [["--color"], { tty: false, env: { NO_COLOR: "1" } }, true],
    [["--color=always"], { tty: false }, true],
    [[], { tty: true, env: { TERM: "dumb" } }, false],
  ])("%p with %p: %p", async (argv, setup, expected) => {
    expect(await colored(argv, setup)).toBe(expected);
  });
});
