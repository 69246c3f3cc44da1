// A command, as data: what it takes, examples for its help, and one straight line from arguments to a report.
import type { Io } from "../io/io.ts";
import type { Report } from "../kernel/report.ts";
import type { Registry } from "../registry.ts";
import type { Args, Values } from "./flags.ts";

export interface Example {
  /** The command line, without a prompt sign. */
  readonly run: string;
  readonly about: string;
}

export interface Call<P extends Args, F extends Args> {
  /** Positionals and flags by key, parsed and checked. */
  readonly args: Values<P> & Values<F>;
  readonly io: Io;
  /** Built-in and user plugins, profiles and references. */
  readonly registry: Registry;
  /** Runs another command line to its report, files written, in the given world. */
  readonly senior: (argv: readonly string[], io: Io) => Promise<Report>;
}

export interface Command<P extends Args = Args, F extends Args = Args> {
  readonly name: string;
  /** One sentence for the list of commands. */
  readonly about: string;
  /** A paragraph or two for the command's own help. */
  readonly more?: string;
  readonly examples: readonly Example[];
  /** In order; only the last may repeat. */
  readonly positionals: P;
  readonly flags: F;
  /**
   * `files`: the report carries a FileSet; the adapter adds `--dry-run` and `--force` and writes it.
   * `report`: the adapter adds `--output FILE`, which receives the rendered report (JSON for a `.json` name).
   */
  readonly output?: "files" | "report";
  /** The command itself watches `io.signal` and returns what it has; others end at once on Ctrl-C. */
  readonly graceful?: boolean;
  /** Runs without the plugins of configuration files: what approves or inspects them must not need them. */
  readonly bare?: boolean;
  run(call: Call<P, F>): Promise<Report>;
}

/** Declares a command; the types of `run`'s arguments follow from `positionals` and `flags`. */
export const command = <const P extends Args, const F extends Args>(definition: Command<P, F>): Command<P, F> =>
  definition;
