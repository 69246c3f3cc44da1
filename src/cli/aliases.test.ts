// Every documented command line of old: translated, and either runnable or honestly not built yet.
import { describe, expect, test } from "bun:test";
import { Fault } from "../kernel/fault.ts";
import { translate } from "./aliases.ts";
import documented from "./fixtures/documented-commands/commands.json" with { type: "json" };
import { flagName } from "./flags.ts";
import { flagsOf } from "./help.ts";
import { notBuilt, planned } from "./not-built.ts";
import { bindPositionals, parseArgv } from "./parse.ts";
import { findCommand, tree } from "./tree.ts";

/** Words as a shell splits them: quotes group, nothing else is special here. */
const words = (line: string): readonly string[] =>
  [...line.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? match[3] ?? "");

/** What happens to a translated line: it parses, it is not built yet, or it fails. */
const fate = async (argv: readonly string[]): Promise<string> => {
  const found = findCommand(argv, tree);
  try {
    if (found.node.load === undefined) throw new Fault("usage.unknown-command", argv.join(" "));
    const command = (await found.node.load()).default;
    bindPositionals(parseArgv(found.rest, flagsOf(command)).positionals, command.positionals);
    return "parses";
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    return notBuilt(found.path, found.rest) === undefined ? error.message : "not built";
  }
};

describe("the documented command lines", () => {
  test.each(documented)("$old", async ({ old, new: wanted }) => {
    const argv = translate("senior", words(old));
    expect(argv).toEqual(words(wanted));
    expect(["parses", "not built"]).toContain(await fate(argv));
  });

  test("the names work with and without folder, ending and interpreter, and as the program's own name", () => {
    const rest = ["openapi.yaml", "--framework", "express"];
    for (const name of [
      "api_scaffolder",
      "api_scaffolder.py",
      "scripts/api_scaffolder.py",
      "./scripts/api_scaffolder",
    ]) {
      expect(translate("senior", [name, ...rest])).toEqual(["scaffold", ...rest]);
      expect(translate("senior", ["python3", name, ...rest])).toEqual(["scaffold", ...rest]);
      expect(translate(name, rest)).toEqual(["scaffold", ...rest]);
    }
    expect(translate("senior", ["--json", "python", "api_scaffolder.py", ...rest])).toEqual([
      "--json",
      "scaffold",
      ...rest,
    ]);
    expect(translate("database_migration_tool.exe", ["--analyze", "a.sql"])).toEqual(["db", "analyze", "a.sql"]);
  });

  test("our own command lines stay as they are", () => {
    for (const argv of [
      ["db", "analyze", "--connection", "x"],
      ["python"],
      [],
      ["constructor"],
      ["load", "api_load_tester"],
    ])
      expect(translate("senior", argv)).toEqual(argv);
  });

  test("inline and absent values of the old database flags", () => {
    const old = (...argv: string[]): readonly string[] => translate("database_migration_tool", argv);
    expect(old("--migrate=m.sql", "--dry-run")).toEqual(["db", "migrate", "m.sql", "--dry-run"]);
    expect(old("--migrate", "--dry-run")).toEqual(["db", "migrate", "--dry-run"]);
    expect(old("--compare=v2.sql", "v1.sql")).toEqual(["db", "diff", "--compare=v2.sql", "v1.sql"]);
    expect(old("schema.sql", "--analyze")).toEqual(["db", "analyze", "schema.sql"]);
    expect(old("--help")).toEqual(["db", "--help"]);
  });
});

describe("what is not built yet", () => {
  const promised = planned.map((one) => {
    const { command, flag } = one;
    return [[command, flag].filter((part) => part !== undefined).join(" "), one] as const;
  });

  test.each(promised)("%s: a Fault says what it will do and what to use meanwhile", (words) => {
    const fault = notBuilt([], words.split(" "));
    expect([fault?.code, fault?.exit]).toEqual(["usage.not-built", 2]);
    expect(fault?.message).toStartWith(`senior ${words} is not built yet: it will `);
    expect(fault?.help).toStartWith("until then, ");
    expect(notBuilt([], ["--json", "--color", "always", ...words.split(" ")])?.message).toBe(fault?.message ?? "");
  });

  test.each(promised)("%s: nothing that only looks like it", (words, { flag }) => {
    expect(notBuilt([], [`${words.replaceAll(" ", "")}x`])).toBeUndefined();
    if (flag !== undefined) expect(notBuilt([], words.replace(flag, `-- ${flag}`).split(" "))).toBeUndefined();
  });

  test.each(planned.map((one) => [Object.values(one).slice(0, -2).join(" "), one] as const))(
    "the line for %s goes when the thing comes",
    async (_, one) => {
      const { node, path } = findCommand(one.command.split(" "), tree);
      const command = path.join(" ") === one.command ? (await node.load?.())?.default : undefined;
      if (one.flag === undefined) expect(command).toBeUndefined();
      else if (command !== undefined) expect(Object.keys(flagsOf(command)).map(flagName)).not.toContain(one.flag);
    },
  );
});
