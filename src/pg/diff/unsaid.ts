// What a schema file says nothing of stays as it is on the server: owners, secrets, and the rights of a platform's roles.
import type { Grant } from "../catalog/object.ts";
import { runner } from "../catalog/object.ts";
import type { Part, PartOf, Parts } from "./part.ts";
import type { Platform } from "./platform.ts";
import { noPlatform } from "./platform.ts";
import { isSecretive, withSecrets } from "./secrets.ts";
import { defaultObjects } from "./sql/attributes.ts";
import { sameJson } from "./sql/text.ts";

type GrantsOf = PartOf<"grants">;

/** Rights that the roles have before and the file does not speak of. */
const keptRights = (part: GrantsOf, before: Part | undefined, unsaid: (role: string) => boolean): GrantsOf => {
  const had = before?.kind === "grants" ? before.value.grants : [];
  const kept: readonly Grant[] = had.filter(({ grantee }) => unsaid(grantee));
  if (kept.length === 0) return part;
  const grants = [...part.value.grants, ...kept].sort((a, b) => (a.grantee < b.grantee ? -1 : 1));
  return { ...part, value: { ...part.value, grants } };
};

/** A new object has the rights that the server's default privileges give it. */
const givenRights = (part: GrantsOf, from: Parts, unsaid: (role: string) => boolean): GrantsOf => {
  const { kind, schema, column } = part.value;
  const grants = from.catalog.defaultPrivileges
    .filter(
      (one) =>
        column === undefined &&
        one.role === undefined &&
        one.objects === defaultObjects[kind] &&
        (one.schema === undefined || one.schema === schema),
    )
    .flatMap((one) => one.grants.filter(({ grantee }) => unsaid(grantee)));
  return keptRights(part, { ...part, value: { ...part.value, grants } }, unsaid);
};

/** Roles by what they have rights on: where a file speaks of a role for one kind of object, it means what it leaves out there. */
const namedOn = (to: Parts): ReadonlyMap<string, ReadonlySet<string>> => {
  const rights = [...to.byKey.values()].flatMap((part) =>
    part.kind === "grants"
      ? part.value.grants.map(({ grantee }) => ({ on: part.value.kind, grantee }))
      : part.kind === "default privileges"
        ? part.value.grants.map(({ grantee }) => ({ on: part.kind, grantee }))
        : [],
  );
  return new Map(
    [...Map.groupBy(rights, ({ on }) => on)].map(([on, list]) => [on, new Set(list.map(({ grantee }) => grantee))]),
  );
};

/** Whoever ran the file is whoever has the same rights already: an owner, or a role that the file does not name. */
const withoutRunner = (
  grants: readonly Grant[],
  had: readonly Grant[],
  owner: string | undefined,
): readonly Grant[] => {
  const others = had.filter(({ grantee }) => grants.every((one) => one.grantee !== grantee));
  const roleOf = (grant: Grant): string => {
    if (grant.grantee !== runner) return grant.grantee;
    if (grant.owners === true) return owner ?? others.find(({ owners }) => owners === true)?.grantee ?? runner;
    const same = others.find((one) => sameJson({ ...one, grantee: runner }, grant));
    return same?.grantee ?? runner;
  };
  return grants.map((grant) => ({ ...grant, grantee: roleOf(grant) })).sort((a, b) => (a.grantee < b.grantee ? -1 : 1));
};

const withNamed = (part: GrantsOf, from: Parts, before: Part | undefined): GrantsOf => {
  const owner = from.byKey.get(`owner of ${part.value.key}`);
  const had = before?.kind === "grants" ? before.value.grants : [];
  const grants = withoutRunner(part.value.grants, had, owner?.kind === "owner" ? owner.value.owner : undefined);
  return { ...part, value: { ...part.value, grants } };
};

/** A policy for whoever runs the file stays one for the role that it was made for. */
const forRunner = (part: PartOf<"policy">, before: Part | undefined): PartOf<"policy"> => {
  const { roles } = part.value;
  if (before?.kind !== "policy" || !roles.includes(runner)) return part;
  const [other, ...more] = before.value.roles.filter((role) => !roles.includes(role));
  if (other === undefined || other === "public" || more.length > 0) return part;
  return { ...part, value: { ...part.value, roles: roles.map((role) => (role === runner ? other : role)).sort() } };
};

/** The new side with what it leaves unsaid taken from the old one. */
export const withUnsaid = (from: Parts, to: Parts, platform: Platform = noPlatform): Parts => {
  const byKey = new Map(to.byKey);
  const named = namedOn(to);
  const unsaid =
    (on: string) =>
    (role: string): boolean =>
      platform.role(role) && named.get(on)?.has(role) !== true;
  for (const [key, part] of to.byKey) {
    const before = from.byKey.get(key);
    if (part.kind === "owner" && part.value.owner === undefined && before?.kind === "owner") byKey.set(key, before);
    if (isSecretive(part)) byKey.set(key, withSecrets(part, before));
    if (part.kind === "policy") byKey.set(key, forRunner(part, before));
    if (part.kind === "grants") {
      const isUnsaid = unsaid(part.value.kind);
      const rights = before === undefined ? givenRights(part, from, isUnsaid) : keptRights(part, before, isUnsaid);
      byKey.set(key, withNamed(rights, from, before));
    }
  }
  for (const [key, part] of from.byKey) {
    if (byKey.has(key)) continue;
    const isPlatforms =
      part.kind === "default privileges"
        ? (part.value.role !== undefined && platform.role(part.value.role)) ||
          part.value.grants.every(({ grantee }) => unsaid(part.kind)(grantee))
        : part.kind === "grants" &&
          part.of !== undefined &&
          byKey.has(part.of) &&
          part.value.grants.every(({ grantee }) => unsaid(part.value.kind)(grantee));
    if (isPlatforms) byKey.set(key, part);
  }
  return { ...to, byKey };
};
