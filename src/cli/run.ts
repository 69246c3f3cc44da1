// One call of the program: arguments in; text, findings and an exit status out. Nothing is printed here.
import type { Io } from "../io/io.ts";
import type { ExitCode } from "../kernel/fault.ts";
import { Fault } from "../kernel/fault.ts";
import type { Look } from "../kernel/report.ts";
import { drawBlocks } from "../report/human.ts";
import { jsonText } from "../report/json.ts";
import type { LoadRegistry } from "./call.ts";
import { finish, Interrupted, prepare } from "./call.ts";
import type { Command } from "./command.ts";
import { faultReport, faultText } from "./fault-text.ts";
import { globalFlags } from "./global-flags.ts";
import { commandHelp, flagsOf, groupHelp, usageLine } from "./help.ts";
import { lookFor } from "./look.ts";
import { notBuilt } from "./not-built.ts";
import { leadingFlags, parseArgv } from "./parse.ts";
import type { Found } from "./tree.ts";
import { childTable, findCommand, tree } from "./tree.ts";
import { unknownCommand } from "./unknown-command.ts";

export interface Outcome {
  readonly stdout: string;
  readonly stderr: string;
  readonly exit: ExitCode;
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

/** The command first, its flags after it; `senior help db analyze` is `senior db analyze --help`. */
const inOrder = (given: readonly string[]): readonly string[] => {
  const { leading, rest } = leadingFlags(given, globalFlags);
  const argv = rest[0] === "help" ? [...rest.slice(1), "--help"] : rest;
  const { path, rest: after } = findCommand(argv, tree);
  return [...path, ...leading, ...after];
};

/** Runs one command line. Never throws: expected failures and bugs of ours both become an Outcome. */
export const runSenior = async (given: readonly string[], io: Io, loadRegistry: LoadRegistry): Promise<Outcome> => {
  const argv = inOrder(given);
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
    return { stderr: "", ...(await finish(await prepare(found, command, io, loadRegistry), loadRegistry)) };
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
