// What to say when the words name no command.
import { Fault } from "../kernel/fault.ts";
import { nearest } from "../kernel/words.ts";
import { globalFlags } from "./global-flags.ts";
import { parseArgv } from "./parse.ts";
import type { Found } from "./tree.ts";

/** The Fault for words that lead to no command: none given, an unknown flag instead of one, or a misspelt one. */
export const unknownCommand = ({ path, rest, node }: Found): Fault => {
  const group = ["senior", ...path].join(" ");
  const first = rest[0] ?? "";
  // Flags of a command that was never named: an unknown one is the better thing to say.
  const word = first.startsWith("-") ? (parseArgv(rest, globalFlags).positionals[0] ?? "") : first;
  const help = `run \`${group} --help\` for the list of commands`;
  if (word === "") return new Fault("usage.unknown-command", `${group} needs a command`, { help });
  const near = nearest(word, Object.keys(node.children ?? {}));
  const guess = near === undefined ? "" : `; did you mean "${near}"?`;
  return new Fault("usage.unknown-command", `unknown command "${word}"${guess}`, { help });
};
