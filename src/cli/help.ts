// Help texts, made from the same descriptions that parse the arguments.
import type { Block } from "../kernel/report.ts";
import type { Command } from "./command.ts";
import type { Arg, Args } from "./flags.ts";
import { flagName } from "./flags.ts";
import { fileFlags, globalFlags, reportFlags } from "./global-flags.ts";

/** Every flag a command takes, its own first. */
export const flagsOf = (command: Command): Args => ({
  ...command.flags,
  // A command may say more exactly what they mean to it.
  ...(command.output === "files" ? { ...fileFlags, ...command.flags } : {}),
  ...(command.output === "report" ? reportFlags : {}),
  ...globalFlags,
});

const positionalText = (arg: Arg<unknown>): string => {
  const name = `${arg.value}${arg.repeat ? "…" : ""}`;
  return arg.required ? `<${name}>` : `[${name}]`;
};

/** One line: `senior scaffold <SPEC> [flags]`. */
export const usageLine = (path: readonly string[], command: Command): string =>
  ["senior", ...path, ...Object.values(command.positionals).map(positionalText), "[flags]"].join(" ");

/** A list of words longer than this stands in the description; in the flag's column it would push all others aside. */
const longestValue = 44;

const isLong = (arg: Arg<unknown>): boolean => arg.value.length > longestValue && arg.value.includes("|");

const spelling = (key: string, arg: Arg<unknown>): string => {
  const name = arg.shown === "on" ? flagName(key).replace("--", "--no-") : flagName(key);
  const shown = isLong(arg) ? key.toUpperCase() : arg.value;
  const value = arg.arity === "none" ? "" : arg.arity === "maybe" ? ` [${shown}]` : ` ${shown}`;
  return `${arg.short === undefined ? "" : `-${arg.short}, `}${name}${value}`;
};

const described = (arg: Arg<unknown>): string => {
  const extra = [
    ...(isLong(arg) ? [`one of ${arg.value.replaceAll("|", ", ")}`] : []),
    ...(arg.shown === undefined || arg.shown === "on" ? [] : [`default ${arg.shown}`]),
    ...(arg.env === undefined ? [] : [`or ${arg.env}`]),
    ...(arg.repeat && arg.arity !== "none" ? ["repeatable"] : []),
  ];
  const about = arg.off ?? arg.about;
  return extra.length === 0 ? about : `${about} (${extra.join(", ")})`;
};

const table = (rows: readonly (readonly [string, string])[]): Block => ({
  kind: "table",
  columns: [{ title: "" }, { title: "" }],
  rows,
});

const flagTable = (title: string, flags: Args): readonly Block[] =>
  Object.keys(flags).length === 0
    ? []
    : [
        { kind: "heading", text: title },
        table(Object.entries(flags).map(([key, arg]) => [spelling(key, arg), described(arg)])),
      ];

const argumentTable = (positionals: Args): readonly Block[] =>
  Object.keys(positionals).length === 0
    ? []
    : [
        { kind: "heading", text: "Arguments" },
        table(Object.values(positionals).map((arg) => [positionalText(arg), described(arg)])),
      ];

const exampleBlocks = ({ examples }: Command): readonly Block[] => {
  const text = examples.map(({ run, about }) => `# ${about}\n${run}`).join("\n\n");
  return text === ""
    ? []
    : [
        { kind: "heading", text: "Examples" },
        { kind: "code", language: "sh", text },
      ];
};

/** Lines that break within a sentence are joined: where a line ends on the screen is the terminal's business. */
const flowing = (text: string): string => text.replaceAll(/(?<![.:\n])\n(?!\n)/g, " ");

/** The help of one command. `children` are the commands below it, with their one-line descriptions. */
export const commandHelp = (
  path: readonly string[],
  command: Command,
  children: readonly (readonly [string, string])[],
): readonly Block[] => [
  { kind: "text", text: command.about },
  { kind: "code", language: "usage", text: usageLine(path, command) },
  ...(command.more === undefined ? [] : [{ kind: "text", text: flowing(command.more) } as const]),
  ...argumentTable(command.positionals),
  ...(children.length === 0 ? [] : [{ kind: "heading", text: "Commands" } as const, table(children)]),
  ...flagTable("Flags", {
    ...command.flags,
    ...(command.output === "files" ? { ...fileFlags, ...command.flags } : {}),
    ...(command.output === "report" ? reportFlags : {}),
  }),
  ...flagTable("Common flags", globalFlags),
  ...exampleBlocks(command),
];

/** The help of a group of commands, the root included. */
export const groupHelp = (
  path: readonly string[],
  about: string,
  children: readonly (readonly [string, string])[],
): readonly Block[] => [
  { kind: "text", text: about },
  { kind: "code", language: "usage", text: ["senior", ...path, "<command>", "[flags]"].join(" ") },
  { kind: "heading", text: "Commands" },
  table(children),
  ...flagTable("Common flags", globalFlags),
  ...(path.length > 0
    ? []
    : [{ kind: "text", text: "`senior --version` prints the version, with --json as JSON." } as const]),
  { kind: "text", text: `Run \`${["senior", ...path].join(" ")} <command> --help\` for flags and examples.` },
];
