// Fault: an expected failure. A closed table gives each code its exit status and what to do about it.
import type { Location } from "./finding.ts";
import type { Json } from "./json.ts";

/**
 * Exit statuses: 0 fine, 1 a finding at or above `--fail-on` or a failed threshold, 2 wrong usage, 3 invalid input,
 * 4 the world failed (database, network, disk), 5 refused by a guard, 70 a bug of ours, 130 and 143 signals.
 */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5 | 70 | 130 | 143;

interface FaultKind {
  readonly exit: ExitCode;
  /** What to do next, when the place that throws knows nothing more exact. */
  readonly help: string;
}

/** Every expected failure of the product. Adding one is adding a line here. */
export const faultKinds = {
  "usage.unknown-command": { exit: 2, help: "run `senior --help` for the list of commands" },
  "usage.unknown-flag": { exit: 2, help: "run the command with --help for its flags" },
  "usage.missing-value": { exit: 2, help: "give the flag a value" },
  "usage.bad-value": { exit: 2, help: "run the command with --help for what the flag takes" },
  "usage.missing-argument": { exit: 2, help: "run the command with --help for its arguments" },
  "usage.unexpected-argument": { exit: 2, help: "run the command with --help for its arguments" },
  "usage.missing-answers": { exit: 2, help: "answer the questions named above" },
  "usage.not-built": { exit: 2, help: "this version cannot do that yet; CHANGELOG says what each version adds" },
  "input.not-found": { exit: 3, help: "check the path" },
  "input.not-a-file": { exit: 3, help: "name a regular file" },
  "input.unreadable": { exit: 3, help: "check the file's permissions" },
  "input.too-large": { exit: 3, help: "split the input, or leave out what is not needed" },
  "input.syntax": { exit: 3, help: "mend the place named above" },
  "input.invalid": { exit: 3, help: "mend the place named above" },
  "input.refused": { exit: 3, help: "take the statement out, or run it by hand where it is meant to run" },
  "input.unsupported": { exit: 3, help: "run the command with --help for what it reads" },
  "input.timeout": {
    exit: 3,
    help: "the input did not finish within the deadline; raise it with --deadline, or mend the input",
  },
  "input.ambiguous": { exit: 3, help: "say which is meant" },
  "plugin.broken": { exit: 3, help: "mend the plugin script; src/README.md has the recipe" },
  "plugin.deadline": { exit: 3, help: "the plugin did not answer in time and was ended" },
  "world.database": {
    exit: 4,
    help: "check that the server runs and that host, port, user and TLS settings are right",
  },
  "world.network": { exit: 4, help: "check the address, and that the server runs" },
  "world.output": { exit: 4, help: "check the folder's permissions and free space" },
  "world.missing": { exit: 4, help: "install what is named above" },
  "guard.trust": { exit: 5, help: "read the script, then run `senior trust PATH`" },
  "guard.approval": { exit: 5, help: 'name the people who approve with --approved-by "…"' },
  "guard.config": { exit: 5, help: "give it as a flag, or in your own configuration file" },
  "guard.target": { exit: 5, help: "name a server of your own" },
  "guard.data-loss": { exit: 5, help: "accept it with --accept-data-loss, or change what is asked for" },
  "guard.history": {
    exit: 5,
    help: "put the text back and write a new migration; or, where it does the same, take it for applied with --accept-edited",
  },
  "guard.limit": { exit: 5, help: "ask for less" },
  "guard.lock": { exit: 5, help: "wait until the other one has ended" },
  "guard.overwrite": { exit: 5, help: "choose another --output, or replace the files with --force" },
  "guard.path": { exit: 5, help: "choose an output folder that does not lead elsewhere" },
} as const satisfies Record<string, FaultKind>;

export type FaultCode = keyof typeof faultKinds;

interface FaultOptions {
  readonly at?: Location;
  readonly help?: string;
  /** A few source lines around the place, already formatted. */
  readonly frame?: string;
  readonly cause?: unknown;
  /** What programs read beside the message. */
  readonly data?: Json;
}

export class Fault extends Error {
  override readonly name = "Fault";
  readonly code: FaultCode;
  readonly at: Location | undefined;
  readonly help: string;
  readonly frame: string | undefined;
  readonly data: Json;

  constructor(code: FaultCode, message: string, options: FaultOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.at = options.at;
    this.help = options.help ?? faultKinds[code].help;
    this.frame = options.frame;
    this.data = options.data ?? null;
  }

  get exit(): ExitCode {
    return faultKinds[this.code].exit;
  }
}
