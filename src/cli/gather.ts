// Where each flag's value comes from: the command line, then the environment, the project's file, the user's file.
import { Fault } from "../kernel/fault.ts";
import { locationText } from "../kernel/finding.ts";
import { joinPath } from "../kernel/paths.ts";
import { nearest } from "../kernel/words.ts";
import type { Config, Setting } from "./config.ts";
import type { Arg, Args } from "./flags.ts";
import { flagName } from "./flags.ts";

interface Raw {
  readonly values: readonly string[];
  /** How an error names it: `--concurrency`, `DATABASE_URL`, `concurrency in senior.config.yaml:3`. */
  readonly name: string;
}

interface Sources {
  readonly given: ReadonlyMap<string, readonly string[]>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Weakest first. */
  readonly configs: readonly Config[];
  /** The command's path: `["db", "analyze"]`. */
  readonly path: readonly string[];
  readonly globals: Args;
}

const shout = (words: readonly string[]): string => words.join("_").replaceAll("-", "_").toUpperCase();

/** Variables that set a flag: its own first, then `SENIOR_DB_ANALYZE_SCHEMA`, or `SENIOR_COLOR` for a common one. */
const variables = (key: string, arg: Arg<unknown>, { path, globals }: Sources): readonly string[] => {
  const name = flagName(key).slice(2);
  return [
    shout(Object.hasOwn(globals, key) ? ["senior", name] : ["senior", ...path, name]),
    ...(arg.env === undefined ? [] : [arg.env]),
  ];
};

const switchWords: Readonly<Record<string, string>> = {
  "1": "true",
  yes: "true",
  on: "true",
  "0": "false",
  no: "false",
  off: "false",
};

const fromEnvironment = (key: string, arg: Arg<unknown>, sources: Sources): Raw | undefined => {
  for (const name of variables(key, arg, sources)) {
    const value = sources.env[name];
    if (value === undefined || value === "") continue;
    return { values: [arg.arity === "none" ? (switchWords[value.toLowerCase()] ?? value) : value], name };
  }
  return undefined;
};

const guard = (config: Config, name: string, arg: Arg<unknown>, found: Setting): void => {
  if (config.owner === "user") return;
  const leaves =
    name === "output" && found.values.some((value) => /^([/\\~]|[A-Za-z]:)|(^|[/\\])\.\.([/\\]|$)/.test(value));
  if (arg.scope !== "user" && !leaves) return;
  throw new Fault(
    "guard.config",
    `a project's configuration may not set "${name}"${leaves ? " outside the project" : ""}`,
    {
      at: found.at,
    },
  );
};

const fromConfigs = (key: string, arg: Arg<unknown>, { configs, path }: Sources): Raw | undefined => {
  const name = flagName(key).slice(2);
  for (const config of configs.toReversed()) {
    const found = config.sections.get(path.join(" "))?.get(name) ?? config.sections.get("")?.get(name);
    if (found === undefined) continue;
    guard(config, name, arg, found);
    const values = name === "output" ? found.values.map((value) => joinPath(config.folder, value)) : found.values;
    return { values, name: `"${name}" (${locationText(found.at)})` };
  }
  return undefined;
};

/** Settings that name no flag of this command are mistakes, not wishes. */
export const checkSettings = (flags: Args, { configs, path, globals }: Sources): void => {
  const names = (args: Args): readonly string[] => Object.keys(args).map((key) => flagName(key).slice(2));
  for (const config of configs) {
    for (const section of path.length === 0 ? [""] : ["", path.join(" ")]) {
      const known = section === "" ? names(globals) : names(flags);
      for (const [name, { at }] of config.sections.get(section) ?? []) {
        if (known.includes(name)) continue;
        const near = nearest(name, known);
        throw new Fault(
          "input.invalid",
          `unknown setting "${name}"${near === undefined ? "" : `; did you mean "${near}"?`}`,
          { at },
        );
      }
    }
  }
};

/** The value of every flag, parsed. */
export const gatherValues = (flags: Args, sources: Sources): Readonly<Record<string, unknown>> => {
  checkSettings(flags, sources);
  const valueOf = (key: string, arg: Arg<unknown>): unknown => {
    const given = sources.given.get(key);
    const raw =
      given === undefined
        ? (fromEnvironment(key, arg, sources) ?? fromConfigs(key, arg, sources))
        : { values: given, name: flagName(key) };
    if (raw === undefined && arg.required)
      throw new Fault("usage.missing-value", `missing ${flagName(key)} ${arg.value}: ${arg.about}`);
    if (
      arg.arity === "none" &&
      raw !== undefined &&
      !raw.values.every((value) => value === "true" || value === "false")
    ) {
      throw new Fault("usage.bad-value", `${raw.name} got "${raw.values.join(", ")}", expected true or false`);
    }
    return arg.read(raw?.values ?? [], raw?.name ?? flagName(key));
  };
  return Object.fromEntries(Object.entries(flags).map(([key, arg]) => [key, valueOf(key, arg)]));
};
