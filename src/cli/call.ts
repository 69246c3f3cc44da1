// A call of one command: arguments gathered, the command run, its files written, its report rendered.
import type { Io } from "../io/io.ts";
import type { ExitCode } from "../kernel/fault.ts";
import { Fault } from "../kernel/fault.ts";
import { atLeast } from "../kernel/finding.ts";
import type { Severity } from "../kernel/finding.ts";
import { splitPath } from "../kernel/paths.ts";
import type { Look, Report, Reporter } from "../kernel/report.ts";
import type { Registry } from "../registry.ts";
import type { Command } from "./command.ts";
import { findConfig } from "./config.ts";
import type { Config } from "./config.ts";
import { gatherValues } from "./gather.ts";
import { globalFlags } from "./global-flags.ts";
import { flagsOf } from "./help.ts";
import { lookFor } from "./look.ts";
import { bindPositionals, parseArgv } from "./parse.ts";
import { withReferences } from "./rule-references.ts";
import type { Found } from "./tree.ts";
import { commandPaths, findCommand, tree } from "./tree.ts";
import { unknownCommand } from "./unknown-command.ts";

/** Builds the registry from the bundled plugins, those named by flags, and those of configuration files. */
export type LoadRegistry = (io: Io, named: readonly string[], configs: readonly Config[]) => Promise<Registry>;

interface Globals {
  readonly reporter: string;
  readonly failOn: Severity | "never";
  readonly look: Look;
}

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
  const written = await io.files.write(report.files, options);
  return { ...report, written, ...(options.dryRun ? { dryRun: true } : {}) };
};

const render = async (report: Report, exit: ExitCode, globals: Globals, registry: Registry): Promise<string> => {
  const reporter = registry.reporters.get(globals.reporter);
  if (reporter === undefined) {
    const known = [...registry.reporters.keys()];
    throw new Fault("usage.bad-value", `unknown reporter "${globals.reporter}", expected one of ${known.join(", ")}`);
  }
  return reporter.render(report, exit, globals.look);
};

/** `gl-code-quality-report.json` has the end `code-quality-report.json` as well as `json`. */
const isNamed = (name: string, end: string): boolean =>
  name === end || name.endsWith(`.${end}`) || (end.includes(".") && name.endsWith(`-${end}`));

/** The reporter that `--output FILE` means: the chosen one where it writes such files, else the one whose name it has. */
const reporterFor = (path: string, { reporter: chosen }: Globals, { reporters }: Registry): string => {
  const name = splitPath(path).name.toLowerCase();
  const match = (one: Reporter | undefined): number =>
    Math.max(0, ...(one?.extensions ?? []).filter((end) => isNamed(name, end)).map(({ length }) => length));
  if (match(reporters.get(chosen)) > 0) return chosen;
  const [best] = [...reporters.values()].sort((a, b) => match(b) - match(a));
  return match(best) > 0 ? (best?.name ?? chosen) : chosen;
};

/** `--output FILE`, any number of times, of commands whose report is the product. */
const saveReport = async (
  report: Report,
  exit: ExitCode,
  { globals, registry, io, values }: Prepared,
): Promise<void> => {
  const paths = values["output"];
  if (!Array.isArray(paths)) return;
  const look = { ...globals.look, color: false };
  for (const path of paths as readonly string[]) {
    const text = await render(
      report,
      exit,
      { ...globals, look, reporter: reporterFor(path, globals, registry) },
      registry,
    );
    const { folder, name } = splitPath(path);
    await io.files.write({ root: folder, files: [{ path: name, text }] }, { force: true, dryRun: false });
  }
};

export interface Finished {
  readonly stdout: string;
  readonly exit: ExitCode;
}

export interface Prepared {
  readonly command: Command;
  readonly values: Readonly<Record<string, unknown>>;
  readonly globals: Globals;
  readonly registry: Registry;
  readonly io: Io;
}

export const prepare = async (
  found: Found,
  command: Command,
  io: Io,
  loadRegistry: LoadRegistry,
): Promise<Prepared> => {
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

/** The call was ended by a signal. */
export class Interrupted extends Error {
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
  return write({ ...report, findings: withReferences(report.findings) }, values, io);
};

/** Runs a prepared call to its text and exit status. */
export const finish = async (call: Prepared, loadRegistry: LoadRegistry): Promise<Finished> => {
  const { command, globals, registry, io } = call;
  const report = await carryOut(call, loadRegistry);
  const exit = exitOf(report, globals.failOn);
  const stdout = await untilSignal(command, render(report, exit, globals, registry), io);
  if (command.output === "report") await saveReport(report, exit, call);
  return { stdout, exit };
};
