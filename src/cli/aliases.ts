// The old command lines: the script names and flags of earlier documents, translated to ours.
import { globalFlags } from "./global-flags.ts";
import { leadingFlags } from "./parse.ts";

type Translation = (argv: readonly string[]) => readonly string[];

/** What the one database script did by flag, strongest first; `moves` takes the flag's value as the argument. */
const databaseActions = [
  { flag: "--migrate", command: "migrate", moves: true },
  { flag: "--compare", command: "diff", keeps: true },
  { flag: "--suggest-indexes", command: "suggest-indexes" },
  { flag: "--analyze", command: "analyze" },
] as const satisfies readonly { flag: string; command: string; moves?: true; keeps?: true }[];

/** Takes a flag and, when `withValue`, the value behind it out of the words. */
const takeOut = (argv: readonly string[], flag: string, withValue: boolean) => {
  const at = argv.findIndex((word) => word === flag || word.startsWith(`${flag}=`));
  const inline = argv[at]?.slice(flag.length + 1);
  const next = argv[at + 1];
  const separate = withValue && inline === "" && next !== undefined && !next.startsWith("--");
  const value = withValue && inline !== "" ? inline : separate ? next : undefined;
  return { value, rest: argv.toSpliced(at, separate ? 2 : 1) };
};

const database: Translation = (argv) => {
  const action = databaseActions.find(({ flag }) => argv.some((word) => word === flag || word.startsWith(`${flag}=`)));
  if (action === undefined) return ["db", ...argv];
  if ("keeps" in action) return ["db", action.command, ...argv];
  const { value, rest } = takeOut(argv, action.flag, "moves" in action);
  return ["db", action.command, ...(value === undefined ? [] : [value]), ...rest];
};

const scripts: Readonly<Record<string, Translation | undefined>> = {
  api_scaffolder: (argv) => ["scaffold", ...argv],
  database_migration_tool: database,
  api_load_tester: (argv) => ["load", ...argv],
  backend_decision_engine: (argv) => ["decide", ...argv],
};

/** `scripts/api_scaffolder.py` and `api_scaffolder` name the same script. */
const translationOf = (word: string): Translation | undefined => {
  const name = word.replace(/^.*[/\\]/, "").replace(/\.(py|exe)$/i, "");
  return Object.hasOwn(scripts, name) ? scripts[name] : undefined;
};

/** The argument vector to run for a program called `name` with `argv`; ours is returned as it is. */
export const translate = (name: string, argv: readonly string[]): readonly string[] => {
  const called = translationOf(name);
  if (called !== undefined) return called(argv);
  const { leading, rest } = leadingFlags(argv, globalFlags);
  const words = /^python[\d.]*$/.test(rest[0] ?? "") ? rest.slice(1) : rest;
  const typed = translationOf(words[0] ?? "");
  return typed === undefined ? argv : [...leading, ...typed(words.slice(1))];
};
