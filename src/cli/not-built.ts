// What the product promises and does not do yet: one table that shrinks to nothing.
import { Fault } from "../kernel/fault.ts";
import { globalFlags } from "./global-flags.ts";
import { leadingFlags } from "./parse.ts";

export interface Planned {
  /** The command's path: `db diff`. */
  readonly command: string;
  /** Only with this flag; without it, the whole command is still to come. */
  readonly flag?: string;
  readonly will: string;
  readonly meanwhile: string;
}

/** One line each; the line goes when the thing comes. */
export const planned: readonly Planned[] = [
  {
    command: "scaffold",
    flag: "--from-db",
    will: "read a database and generate a CRUD API that queries it",
    meanwhile: "describe the API in an OpenAPI document and run `senior scaffold SPEC`",
  },
  {
    command: "scaffold",
    flag: "--from-schema",
    will: "read a schema file and generate a CRUD API that queries it",
    meanwhile: "describe the API in an OpenAPI document and run `senior scaffold SPEC`",
  },
  {
    command: "scaffold",
    flag: "--generate-spec",
    will: "recover an OpenAPI document from route code",
    meanwhile: "keep the document that the routes were generated from as the source",
  },
  {
    command: "scaffold",
    flag: "--project",
    will: "generate a whole service with tests, container and pipeline files",
    meanwhile: "generate routes, validators and types without --project and put them into your own service",
  },
  {
    command: "db prove",
    will: "prove a migration against the queries of the running release",
    meanwhile: "expand first, deploy, contract later",
  },
  {
    command: "codemap",
    will: "map stories to modules, files and interfaces",
    meanwhile: "keep the map by hand, in the repository",
  },
  {
    command: "review",
    will: "hold a project against the ten-point checklist",
    meanwhile: "read `senior reference backend_security_practices --section checklist`",
  },
  { command: "skill", will: "install the agent skill", meanwhile: "let the agent call the commands directly" },
  { command: "mcp", will: "serve the tools over MCP", meanwhile: "let the agent call the commands with --json" },
  {
    command: "check",
    will: "give one verdict on a pull request",
    meanwhile: "run the single commands in the pipeline",
  },
  {
    command: "api",
    will: "compare, test and mock APIs",
    meanwhile: "generate validators with `senior scaffold` and test through them",
  },
];

const takes = (words: readonly string[], flag: string): boolean =>
  words.some((word) => word === flag || word.startsWith(`${flag}=`));

const applies = ({ command, flag }: Planned, path: readonly string[], words: readonly string[]): boolean => {
  const { rest } = leadingFlags(words, globalFlags);
  const firstFlag = rest.findIndex((word) => word.startsWith("-"));
  const leading = [...path, ...(firstFlag < 0 ? rest : rest.slice(0, firstFlag))];
  const named = command.split(" ").every((word, i) => leading[i] === word);
  return named && (flag === undefined || takes(words, flag));
};

/**
 * The Fault for a command or flag that is promised but not built yet; undefined for everything else.
 * `path` is as much of the command as exists, `words` everything after it.
 */
export const notBuilt = (path: readonly string[], words: readonly string[]): Fault | undefined => {
  const end = words.indexOf("--");
  const found = planned.find((one) => applies(one, path, end < 0 ? words : words.slice(0, end)));
  if (found === undefined) return undefined;
  const typed = ["senior", found.command, found.flag].filter((part) => part !== undefined).join(" ");
  return new Fault("usage.not-built", `${typed} is not built yet: it will ${found.will}`, {
    help: `until then, ${found.meanwhile}`,
  });
};
