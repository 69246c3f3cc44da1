// The profiles that a decision chooses among: the four built-in ones, and those of an organisation before them.
import djangoMonolith from "../../profiles/django-monolith.json" with { type: "json" };
import fastapiPython from "../../profiles/fastapi-python.json" with { type: "json" };
import goOrRustMicroservice from "../../profiles/go-or-rust-microservice.json" with { type: "json" };
import nodeExpress from "../../profiles/node-express.json" with { type: "json" };
import { isObject, own } from "../kernel/json.ts";
import type { Profile } from "./profile.ts";
import type { Bases } from "./read-profile.ts";
import { isTooDeep, readProfile } from "./read-profile.ts";
import type { Problem } from "./schema-check.ts";

/** The built-in documents in their declared order, which decides between equal scores. */
export const bases: Bases = Object.fromEntries(
  [nodeExpress, fastapiPython, djangoMonolith, goOrRustMicroservice].map((one) => [one.profile_name, one]),
);

const builtIn = (): readonly Profile[] =>
  Object.values(bases).flatMap((document) => {
    const read = readProfile(document, "built in", {});
    if ("problems" in read) throw new Error(`a built-in profile is broken: ${JSON.stringify(read.problems)}`);
    return [read.profile];
  });

/** A document of an organisation, and where it was found. */
export interface FoundProfile {
  /** Whose it is: `project`, `user` or `plugin`. One owner may use a name once. */
  readonly owner: string;
  /** As people name it: a path, or `plugin acme`. */
  readonly origin: string;
  readonly document: unknown;
}

export interface BrokenProfile {
  readonly found: FoundProfile;
  readonly problems: readonly Problem[];
}

export interface ProfileTable {
  readonly profiles: readonly Profile[];
  readonly broken: readonly BrokenProfile[];
}

const sameContent = (one: object, other: object): boolean =>
  JSON.stringify({ ...one, $schema: "" }) === JSON.stringify({ ...other, $schema: "" });

/** An unchanged copy of a built-in profile says nothing new, and takes nobody's name. */
const isCopy = ({ document }: FoundProfile): boolean =>
  isObject(document) && !isTooDeep(document) && Object.values(bases).some((base) => sameContent(base, document));

const nameOf = ({ document }: FoundProfile): unknown =>
  isObject(document) ? own(document, "profile_name") : undefined;

/** The same name twice in one owner's profiles: neither can be meant. */
const duplicate = (one: FoundProfile, all: readonly FoundProfile[]): readonly Problem[] => {
  const other = all.find((two) => two !== one && two.owner === one.owner && nameOf(two) === nameOf(one));
  const message = `the same name stands in ${other?.origin ?? ""}: choose another for one of them`;
  return other === undefined ? [] : [{ pointer: "/profile_name", message }];
};

/**
 * The table of profiles, in the order that decides ties: `all` as given (nearest first), then the built-in ones.
 * Where two owners use a name, the nearest counts; so does a profile that extends the built-in one of its own name.
 */
export const profileTable = (all: readonly FoundProfile[]): ProfileTable => {
  const found = all.filter((one) => !isCopy(one));
  const read = found.map((one) => {
    const result = readProfile(one.document, one.origin, bases);
    const problems = [...("problems" in result ? result.problems : []), ...duplicate(one, found)];
    return { found: one, problems, profile: "profile" in result ? result.profile : undefined };
  });
  const byName = new Map<string, Profile>();
  for (const profile of [...read.flatMap(({ profile: one }) => one ?? []), ...builtIn()])
    if (!byName.has(profile.name)) byName.set(profile.name, profile);
  return { profiles: [...byName.values()], broken: read.filter(({ problems }) => problems.length > 0) };
};
