// An organisation's own decision profiles: looked for in the project, in the user's folder, and in plugins.
import { profileTable } from "../decide/profiles.ts";
import type { BrokenProfile, FoundProfile } from "../decide/profiles.ts";
import type { Profile } from "../decide/profile.ts";
import type { Io } from "../io/io.ts";
import { Fault } from "../kernel/fault.ts";
import type { Location } from "../kernel/finding.ts";
import { locationText } from "../kernel/finding.ts";
import { isObject } from "../kernel/json.ts";
import { joinPath } from "../kernel/paths.ts";
import { plural } from "../kernel/words.ts";
import type { ProfilePlugin } from "../sdk.ts";
import { searchFolders, userFolder } from "./config.ts";
import { readDocument } from "./document.ts";

interface ProfileFile extends FoundProfile {
  /** The text it was read from; a plugin's profile has none. */
  readonly text?: string;
}

/** A file that cannot be read may be anybody's: it is named, and does not stop a decision. */
const readIfPossible = async (io: Io, path: string): Promise<string | undefined> => {
  if ((await io.files.kind(path)) !== "file") return undefined;
  try {
    return await io.files.readText(path);
  } catch (error) {
    if (!(error instanceof Fault)) throw error;
    io.terminal.note(`left out ${path}: ${error.message}`);
    return undefined;
  }
};

/** Files of other tools in a folder of that name are left alone: only a `profile_name` makes a profile. */
const readProfileFile = async (io: Io, owner: string, path: string): Promise<ProfileFile | undefined> => {
  const text = await readIfPossible(io, path);
  if (text?.includes('"profile_name"') !== true) return undefined;
  try {
    const document: unknown = JSON.parse(text);
    return isObject(document) && Object.hasOwn(document, "profile_name")
      ? { owner, origin: path, document, text }
      : undefined;
  } catch (error) {
    // YAML's reader knows the line where JSON's does not; what only YAML accepts is still no JSON.
    readDocument(text, path);
    throw new Fault("input.syntax", `not valid JSON: ${error instanceof Error ? error.message : ""}`, {
      at: { kind: "file", path },
    });
  }
};

const profilesIn = async (io: Io, owner: string, folder: string): Promise<readonly ProfileFile[]> => {
  if ((await io.files.kind(folder)) !== "folder") return [];
  const names = (await io.files.list(folder)).filter((name) => name.endsWith(".json"));
  const read = await Promise.all(names.map((name) => readProfileFile(io, owner, joinPath(folder, name))));
  return read.flatMap((file) => file ?? []);
};

/** The nearest `profiles` folder that holds a profile, from the working directory up to the repository's root. */
const projectProfiles = async (io: Io): Promise<readonly ProfileFile[]> => {
  for (const folder of await searchFolders(io)) {
    const here = folder === io.cwd ? "" : folder;
    const found = await profilesIn(io, "project", joinPath(here, "profiles"));
    if (found.length > 0) return found;
  }
  return [];
};

const placeOf = (at: Location): number => ("line" in at ? (at.line ?? 0) * 1e6 + (at.column ?? 0) : 0);

/** One line per problem, in the order in which they stand in the file. */
const brokenLines = ({ found, problems }: BrokenProfile): readonly string[] => {
  const text = (found as ProfileFile).text;
  const document = text === undefined ? undefined : readDocument(text, found.origin);
  return problems
    .map(({ pointer, message }) => {
      const at: Location = document?.place(pointer) ?? { kind: "pointer", path: found.origin, pointer };
      return { at, message };
    })
    .toSorted((a, b) => placeOf(a.at) - placeOf(b.at))
    .map(({ at, message }) => `  ${locationText(at)}: ${message}`);
};

const refuse = (broken: readonly BrokenProfile[]): Fault => {
  const lines = broken.flatMap(brokenLines);
  return new Fault(
    "input.invalid",
    [`${plural(lines.length, "problem")} in ${plural(broken.length, "profile")}:`, ...lines].join("\n"),
    { help: "mend the places named above; `senior schema profile` prints what a profile may hold" },
  );
};

/** Every profile to choose among, nearest first. Throws a Fault (`input.invalid`) that lists all problems of all files. */
export const loadProfiles = async (io: Io, plugins: readonly ProfilePlugin[]): Promise<readonly Profile[]> => {
  const found: readonly ProfileFile[] = [
    ...(await projectProfiles(io)),
    ...(await profilesIn(io, "user", joinPath(userFolder(io), "profiles"))),
    ...plugins.map(({ profile }, i) => ({ owner: "plugin", origin: `profile ${i + 1} of plugins`, document: profile })),
  ];
  const table = profileTable(found);
  if (table.broken.length > 0) throw refuse(table.broken);
  return table.profiles;
};
