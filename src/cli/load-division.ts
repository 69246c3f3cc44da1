// The load that several machines will send: the words after `--`, read as `senior load` itself would.
import { Fault } from "../kernel/fault.ts";
import { integer, many, text } from "./flags.ts";
import { flagsOf } from "./help.ts";
import load from "./load.ts";
import { bindPositionals, parseArgv } from "./parse.ts";

export const divisionPositionals = {
  load: many(
    text("After --: the URL and flags of the load as a whole", { value: "LOAD", required: true, secret: true }),
  ),
} as const;

export const divisionFlags = {
  shards: integer("Machines that share the load", { min: 1, max: 1000, default: 4 }),
  name: text("Name of the job", { value: "NAME", default: "load" }),
} as const;

/** Refuses what `senior load` would refuse, before it is written into a file. */
export const checkDivision = (words: readonly string[], name: string): void => {
  const flags = flagsOf(load);
  const { positionals, flags: given } = parseArgv(words, flags);
  bindPositionals(positionals, load.positionals);
  for (const [key, arg] of Object.entries(flags)) {
    const raw = given.get(key);
    if (raw !== undefined && arg.arity === "one") arg.read(raw, `--${key}`);
  }
  if (given.has("shard") || given.has("startAt")) {
    throw new Fault("usage.bad-value", "--shard and --start-at are added by this command", { help: "leave them out" });
  }
  if (!/^[a-z0-9]([a-z0-9-]{0,50}[a-z0-9])?$/.test(name)) {
    throw new Fault("usage.bad-value", `--name got "${name}", expected lower case letters, digits and hyphens`);
  }
};
