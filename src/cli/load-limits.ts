// The limits that a load run is held to: given one by one, or by the name of a profile.
import type { Io } from "../io/io.ts";
import { Fault } from "../kernel/fault.ts";
import { nearest } from "../kernel/words.ts";
import type { Threshold } from "../load/threshold.ts";
import { defaultTargets, readThresholds, targetsOf } from "../load/threshold.ts";
import type { ProfilePlugin } from "../sdk.ts";
import { loadProfiles } from "./organisation-profiles.ts";

/** What `--targets` stands for: the default figures, or those of a profile by its name. */
const targetText = async (io: Io, name: string, plugins: readonly ProfilePlugin[]): Promise<string> => {
  if (name === "default") return defaultTargets;
  const profiles = await loadProfiles(io, plugins);
  const found = profiles.find((profile) => profile.name === name);
  if (found !== undefined) return targetsOf(found.targets);
  const names = ["default", ...profiles.map((profile) => profile.name)];
  const near = nearest(name, names);
  throw new Fault("usage.bad-value", `--targets got "${name}", expected one of ${names.join(", ")}`, {
    ...(near === undefined ? {} : { help: `did you mean ${near}?` }),
  });
};

/** Every limit of the run, those of `--targets` first; a limit given by itself replaces the target on the same metric. */
export const thresholdsOf = async (
  io: Io,
  given: readonly string[],
  targets: string | undefined,
  plugins: readonly ProfilePlugin[],
): Promise<readonly Threshold[]> => {
  const own = given.flatMap((one) => readThresholds(one, "--threshold"));
  if (targets === undefined) return own;
  const named = readThresholds(await targetText(io, targets, plugins), "--targets");
  return [...named.filter(({ metric }) => !own.some((limit) => limit.metric === metric)), ...own];
};
