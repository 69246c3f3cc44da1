// An organisation's own decision profiles: looked for in the project, in the user's folder, and in plugins.
import { bases, profileTable } from "../decide/profiles.ts";
import type { BrokenProfile, FoundProfile } from "../decide/profiles.ts";
import type { Profile } from "../decide/profile.ts";
import type { Io } from "../io/io.ts";
import { Fault } from "../kernel/fault.ts";
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

/** Files of other tools in a folder of that name are left alone: only a `profile_name` makes a profile. */
const readProfileFile = async (io: Io, owner: string, path: string): Promise<ProfileFile | undefined> => {
  if ((await io.files.kind(path)) !== "file") return undefined;
  const text = await io.files.readText(path);
  if (!text.includes('"profile_name"')) return undefined;
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

const brokenLines = ({ found, problems }: BrokenProfile): readonly string[] => {
  const text = (found as ProfileFile).text;
  const document = text === undefined ? undefined : readDocument(text, found.origin);
  return problems.map(({ pointer, message }) => {
    const at = document?.place(pointer) ?? { kind: "pointer", path: found.origin, pointer };
    return `  ${locationText(at)}: ${message}`;
  });
};

const refuse = (broken: readonly BrokenProfile[]): Fault => {
  const lines = broken.flatMap(brokenLines);
  return new Fault(
    "input.invalid",
    [`${plural(lines.length, "problem")} in ${plural(broken.length, "profile")}:`, ...lines].join("\n"),
    { help: "mend the places named above; `senior schema profile` prints what a profile may hold" },
  );
};

const sameText = (one: object, other: object): boolean =>
  JSON.stringify({ ...one, $schema: "" }) === JSON.stringify({ ...other, $schema: "" });

/** An unchanged copy of a built-in profile says nothing new, and takes nobody's name. */
const isBuiltIn = ({ document }: FoundProfile): boolean =>
  isObject(document) && Object.values(bases).some((base) => sameText(base, document));

/** Every profile to choose among, nearest first. Throws a Fault (`input.invalid`) that lists all problems of all files. */
export const loadProfiles = async (io: Io, plugins: readonly ProfilePlugin[]): Promise<readonly Profile[]> => {
  const found: readonly ProfileFile[] = [
    ...(await projectProfiles(io)),
    ...(await profilesIn(io, "user", joinPath(userFolder(io), "profiles"))),
    ...plugins.map(({ profile }) => ({ owner: "plugin", origin: "plugin", document: profile })),
  ];
  const table = profileTable(found.filter((one) => !isBuiltIn(one)));
  if (table.broken.length > 0) throw refuse(table.broken);
  return table.profiles;
};
