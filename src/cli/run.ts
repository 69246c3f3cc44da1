// One call of the program: arguments in; text, findings and an exit status out. Nothing is printed here.
import type { Io } from "../io/io.ts";
import type { ExitCode } from "../kernel/fault.ts";
import { Fault } from "../kernel/fault.ts";
import { atLeast } from "../kernel/finding.ts";
import type { Severity } from "../kernel/finding.ts";
import type { Look, Report } from "../kernel/report.ts";
import { splitPath } from "../kernel/paths.ts";
import { nearest } from "../kernel/words.ts";
import { drawBlocks } from "../report/human.ts";
import { jsonText } from "../report/json.ts";
import type { Registry } from "../registry.ts";
import type { Command } from "./command.ts";
import { findConfig } from "./config.ts";
import type { Config } from "./config.ts";
import { faultReport, faultText } from "./fault-text.ts";
import { gatherValues } from "./gather.ts";
import { globalFlags } from "./global-flags.ts";
import { commandHelp, flagsOf, groupHelp, usageLine } from "./help.ts";
import { lookFor } from "./look.ts";
import { notBuilt } from "./not-built.ts";
import { bindPositionals, parseArgv } from "./parse.ts";
import type { Found } from "./tree.ts";
import { childTable, commandPaths, findCommand, tree } from "./tree.ts";

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: ExitCode;
}

/** Builds the registry from the bundled plugins, those named by flags, and those of configuration files. */
export type LoadRegistry = (io: Io, named: readonly string[], configs: readonly Config[]) => Promise<Registry>;

interface Globals {
  readonly reporter: string;
  readonly failOn: Severity | "never";
  readonly look: Look;
}

/** The colour asked for, read without knowing the command: a mistake elsewhere must not change how it is shown. */
const earlyColor = (argv: readonly string[]): string => {
  if (argv.includes("--no-color")) return "never";
  const at = argv.findIndex((word) => word === "--color" || word.startsWith("--color="));
  if (at < 0) return "auto";
  const value = argv[at]?.split("=")[1] ?? argv[at + 1] ?? "";
  return value === "auto" || value === "never" ? value : "always";
};

const earlyLook = (argv: readonly string[], io: Io): Look => {
  const color = earlyColor(argv);
  return lookFor({
    color,
    verbose: false,
    tty: io.terminal.output.tty,
    columns: io.terminal.output.columns,
    env: io.env,
  });
};

const unknownCommand = ({ path, rest, node }: Found): Fault => {
  const word = rest.find((one) => !one.startsWith("-")) ?? "";
  const at = path.length === 0 ? "" : ` ${path.join(" ")}`;
  if (word === "")
    return new Fault("usage.unknown-command", `senior${at} needs a command`, { help: `run \`senior${at} --help\`` });
  const near = nearest(word, Object.keys(node.children ?? {}));
  return new Fault(
    "usage.unknown-command",
    `unknown command "${word}"${near === undefined ? "" : `; did you mean "${near}"?`}`,
    {
      help: `run \`senior${at} --help\` for the list of commands`,
    },
  );
};

const asksHelp = (words: readonly string[]): boolean => {
  const first = words[0];
  return first === undefined || first === "--help" || first === "-h" || first === "help";
};

const help = async (found: Found, command: Command | undefined, look: Look): Promise<Outcome> => {
  const children = await childTable(found.node);
  const blocks =
    command === undefined
      ? groupHelp(found.path, found.node.about ?? "", children)
      : commandHelp(found.path, command, children);
  return { stdout: `${drawBlocks(blocks, look)}\n`, stderr: "", exit: 0 };
};

const exitOf = (report: Report, failOn: Severity | "never"): ExitCode => {
  if (report.exit !== undefined) return report.exit;
  return failOn !== "never" && report.findings.some(({ severity }) => atLeast(severity, failOn)) ? 1 : 0;
};

const readGlobals = (values: Readonly<Record<string, unknown>>, io: Io): Globals => {
  const { color, verbose, reporter, json, failOn } = values as {
    readonly color: string;
    readonly verbose: boolean;
    readonly reporter: string;
    readonly json: boolean;
    readonly failOn: Severity | "never";
  };
  const { tty, columns } = io.terminal.output;
  return { reporter: json ? "json" : reporter, failOn, look: lookFor({ color, verbose, tty, columns, env: io.env }) };
};

const write = async (report: Report, values: Readonly<Record<string, unknown>>, io: Io): Promise<Report> => {
  if (report.files === undefined) return report;
  const options = { force: values["force"] === true, dryRun: values["dryRun"] === true };
  return { ...report, written: await io.files.write(report.files, options) };
};

const render = async (report: Report, exit: ExitCode, globals: Globals, registry: Registry): Promise<string> => {
  const reporter = registry.reporters.get(globals.reporter);
  if (reporter === undefined) {
    const known = [...registry.reporters.keys()];
    throw new Fault("usage.bad-value", `unknown reporter "${globals.reporter}", expected one of ${known.join(", ")}`);
  }
  return reporter.render(report, exit, globals.look);
};

/** `--output FILE` of commands whose report is the product: JSON for a `.json` name, else what was printed, uncoloured. */
const saveReport = async (
  report: Report,
  exit: ExitCode,
  globals: Globals,
  path: unknown,
  call: Prepared,
): Promise<void> => {
  if (typeof path !== "string") return;
  const reporter = path.endsWith(".json") ? "json" : globals.reporter;
  const text = await render(
    report,
    exit,
    { ...globals, reporter, look: { ...globals.look, color: false } },
    call.registry,
  );
  const { folder, name } = splitPath(path);
  await call.io.files.write({ root: folder, files: [{ path: name, text }] }, { force: true, dryRun: false });
};

interface Prepared {
  readonly command: Command;
  readonly values: Readonly<Record<string, unknown>>;
  readonly globals: Globals;
  readonly registry: Registry;
  readonly io: Io;
}

const prepare = async (found: Found, command: Command, io: Io, loadRegistry: LoadRegistry): Promise<Prepared> => {
  const flags = flagsOf(command);
  const parsed = parseArgv(found.rest, flags);
  const words = bindPositionals(parsed.positionals, command.positionals);
  const named = parsed.flags.get("config")?.at(-1);
  const configs = await findConfig(io, named, commandPaths());
  const sources = { given: parsed.flags, env: io.env, configs, path: found.path, globals: globalFlags };
  const values = gatherValues(flags, sources);
  const positionals = Object.entries(command.positionals).map(
    ([key, arg]) => [key, arg.read(words.get(key) ?? [], arg.value)] as const,
  );
  const registry = await loadRegistry(io, values["plugin"] as readonly string[], command.bare === true ? [] : configs);
  return {
    command,
    values: { ...values, ...Object.fromEntries(positionals) },
    globals: readGlobals(values, io),
    registry,
    io,
  };
};

/** Ends when the work does, or at once on a signal unless the command handles signals itself. */
const untilSignal = async <T>(command: Command, work: T | Promise<T>, { signal }: Io): Promise<T> => {
  if (command.graceful === true) return work;
  const { promise, reject } = Promise.withResolvers<never>();
  const stop = (): void => reject(new Interrupted(signal.reason === 143 ? 143 : 130));
  signal.addEventListener("abort", stop, { once: true });
  if (signal.aborted) stop();
  return Promise.race([promise, work]).finally(() => signal.removeEventListener("abort", stop));
};

class Interrupted extends Error {
  readonly exit: 130 | 143;
  constructor(exit: 130 | 143) {
    super("interrupted");
    this.exit = exit;
  }
}

/** Runs a prepared call and writes its files. */
const carryOut = async (call: Prepared, loadRegistry: LoadRegistry): Promise<Report> => {
  const { command, values, registry, io } = call;
  const senior = async (argv: readonly string[], world: Io): Promise<Report> => {
    const found = findCommand(argv, tree);
    if (found.node.load === undefined) throw unknownCommand(found);
    return carryOut(await prepare(found, (await found.node.load()).default, world, loadRegistry), loadRegistry);
  };
  const report = await untilSignal(command, command.run({ args: values, io, registry, senior }), io);
  io.terminal.clear();
  return write(report, values, io);
};

const runPrepared = async (call: Prepared, loadRegistry: LoadRegistry): Promise<Outcome> => {
  const { command, values, globals, registry, io } = call;
  const report = await carryOut(call, loadRegistry);
  const exit = exitOf(report, globals.failOn);
  const stdout = await untilSignal(command, render(report, exit, globals, registry), io);
  if (command.output === "report") await saveReport(report, exit, globals, values["output"], call);
  return { stdout, stderr: "", exit };
};

const wantsJson = (argv: readonly string[]): boolean => {
  const end = argv.indexOf("--");
  const words = end < 0 ? argv : argv.slice(0, end);
  return (
    words.includes("--json") || words.includes("--reporter=json") || words[words.indexOf("--reporter") + 1] === "json"
  );
};

const failed = (
  error: unknown,
  argv: readonly string[],
  found: Found,
  command: Command | undefined,
  io: Io,
): Outcome => {
  io.terminal.clear();
  if (error instanceof Interrupted) return { stdout: "", stderr: "", exit: error.exit };
  const look = earlyLook(argv, io);
  const usage = command === undefined ? undefined : usageLine(found.path, command);
  const report = faultReport(error, found.path.join(" "));
  const stdout = wantsJson(argv) ? jsonText(report) : "";
  return { stdout, stderr: faultText(error, usage, look), exit: report.exit };
};

/** Runs one command line. Never throws: expected failures and bugs of ours both become an Outcome. */
export const runSenior = async (argv: readonly string[], io: Io, loadRegistry: LoadRegistry): Promise<Outcome> => {
  const found = findCommand(argv, tree);
  let command: Command | undefined;
  try {
    if (found.node.load === undefined) {
      if (asksHelp(found.rest)) return await help(found, undefined, earlyLook(argv, io));
      throw notBuilt(found.path, found.rest) ?? unknownCommand(found);
    }
    command = (await found.node.load()).default;
    const words = parseHelp(found.rest, command);
    if (words) return await help(found, command, earlyLook(argv, io));
    return await runPrepared(await prepare(found, command, io, loadRegistry), loadRegistry);
  } catch (error) {
    const planned =
      command === undefined || !(error instanceof Fault) || !error.code.startsWith("usage.")
        ? undefined
        : notBuilt(found.path, found.rest);
    return failed(planned ?? error, argv, found, command, io);
  }
};

/** True when the words ask for help as a flag, and not as the value of another flag. */
const parseHelp = (words: readonly string[], command: Command): boolean => {
  if (!words.includes("--help") && !words.includes("-h")) return false;
  try {
    return parseArgv(words, flagsOf(command)).flags.has("help");
  } catch {
    return true;
  }
};
