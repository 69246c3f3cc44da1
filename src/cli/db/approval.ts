// Who must have agreed before a database that is not on this machine is changed.
import type { Io } from "../../io/io.ts";
import { Fault } from "../../kernel/fault.ts";
import { listed } from "../../kernel/words.ts";
import type { Target } from "../../pg/connection.ts";
import { targetText } from "../../pg/connection.ts";
import type { Registry } from "../../registry.ts";
import { many, text } from "../flags.ts";
import { loadProfiles } from "../organisation-profiles.ts";

export const approvalFlags = {
  approvedBy: many(
    text(
      "Who approved the change, for a server that is not on this machine; with --profile one for each role: role=name",
      {
        value: "NAME",
        scope: "user",
      },
    ),
  ),
  profile: text("The profile whose chain of approvers applies", { value: "NAME" }),
} as const;

/** Loopback addresses and sockets are this machine's own. */
export const isLocal = ({ hosts }: Target): boolean =>
  hosts.every(
    ({ host }) => host.startsWith("/") || host === "localhost" || host === "::1" || /^127(\.\d+){3}$/.test(host),
  );

/** The roles that a profile names for a change of the production schema. */
const chainOf = async (io: Io, registry: Registry, name: string): Promise<readonly string[]> => {
  const profiles = await loadProfiles(io, registry.profiles);
  const profile = profiles.find((one) => one.name === name);
  if (profile === undefined)
    throw new Fault("usage.bad-value", `there is no profile "${name}"`, {
      help: "see `senior decide --list-profiles`",
    });
  return profile.approvals.find(({ change }) => /schema/i.test(change))?.roles ?? [];
};

/** `Tech lead` and `tech-lead` are one role. */
const roleKey = (role: string): string =>
  role
    .trim()
    .toLowerCase()
    .replace(/[\s_-]+/g, " ");

const roleOf = (given: string): string => roleKey(given.split("=")[0] ?? "");

/** The names to record. Nothing stands for an approval that was not given. */
export const approvalsFor = async (
  io: Io,
  registry: Registry,
  target: Target,
  { approvedBy, profile }: { readonly approvedBy: readonly string[]; readonly profile: string | undefined },
): Promise<readonly string[]> => {
  const names = approvedBy.map((one) => one.trim()).filter((one) => one !== "");
  if (isLocal(target)) return names;
  const where = targetText(target);
  if (names.length === 0)
    throw new Fault("guard.approval", `${where} is not on this machine, and nobody has approved the change`, {
      help: 'name the people who approve with --approved-by "…"; it is recorded in the history',
    });
  if (profile === undefined) return names;
  const roles = await chainOf(io, registry, profile);
  const missing = roles.filter((role) => !names.some((name) => name.includes("=") && roleOf(name) === roleKey(role)));
  if (missing.length === 0) return names;
  throw new Fault("guard.approval", `the profile ${profile} asks for the approval of ${listed(missing)} as well`, {
    help: missing.map((role) => `--approved-by "${role}=<name>"`).join(" "),
  });
};
