// SQL of what every object may have: an owner, a comment, rights; and of the rights that new objects will have.
import type { Grant } from "../../catalog/object.ts";
import { quoteName } from "../../quote.ts";
import type { GrantsPart, Kind, Objects, Parts } from "../part.ts";
import { literal, role } from "./text.ts";
import type { Context, Piece, Writer } from "./writer.ts";

export const commentWriter: Writer<"comment"> = {
  create: ({ subject, comment }) => [`COMMENT ON ${subject} IS ${literal(comment)}`],
  drop: ({ subject }) => [`COMMENT ON ${subject} IS NULL`],
  alter: (_, { subject, comment }) => [`COMMENT ON ${subject} IS ${literal(comment)}`],
};

/** Objects belong to whoever runs the migration where nothing is said. */
const setOwner = ({ subject, owner }: Objects["owner"]): string =>
  `ALTER ${subject} OWNER TO ${owner === undefined ? "CURRENT_USER" : quoteName(owner)}`;

export const ownerWriter: Writer<"owner"> = {
  create: (part) => (part.owner === undefined ? [] : [setOwner(part)]),
  drop: () => [],
  alter: (_, to) => [setOwner(to)],
};

/** All rights that exist on a kind of object: written as ALL, since they differ between versions. */
const allRights: Partial<Readonly<Record<Kind, readonly string[]>>> = {
  table: ["DELETE", "INSERT", "MAINTAIN", "REFERENCES", "SELECT", "TRIGGER", "TRUNCATE", "UPDATE"],
  view: ["DELETE", "INSERT", "MAINTAIN", "REFERENCES", "SELECT", "TRIGGER", "TRUNCATE", "UPDATE"],
  sequence: ["SELECT", "UPDATE", "USAGE"],
  schema: ["CREATE", "USAGE"],
};

/** What an owner may do with its own. */
const ownersRights = (kind: Kind): readonly string[] => allRights[kind] ?? [everybody[kind] ?? "USAGE"];

/** How GRANT names an object: tables, views and foreign tables alike are TABLE, a materialised view too. */
const grantSubject = ({ subject }: GrantsPart): string =>
  subject
    .replace(/^(FOREIGN TABLE|MATERIALIZED VIEW|VIEW) /, "TABLE ")
    .replace(/^SERVER /, "FOREIGN SERVER ")
    .replace(/^AGGREGATE /, "FUNCTION ");

const aggregateTypes = (part: GrantsPart): string =>
  part.kind === "aggregate" ? `FUNCTION ${part.key.slice("routine ".length)}` : grantSubject(part);

/** MAINTAIN came with PostgreSQL 17. */
const rightsText = (part: GrantsPart, privileges: readonly string[], { version }: Context): string => {
  const all = allRights[part.kind];
  const known = privileges.filter((one) => version >= 170000 || one !== "MAINTAIN");
  if (
    all !== undefined &&
    all.every((one) => one === "MAINTAIN" || privileges.includes(one)) &&
    (version < 170000 || privileges.length === all.length)
  )
    return "ALL";
  return known.map((one) => (part.column === undefined ? one : `${one} (${quoteName(part.column)})`)).join(", ");
};

interface Entry {
  readonly privileges: readonly string[];
  readonly grantable: readonly string[];
}

const nothing: Entry = { privileges: [], grantable: [] };
const without = (list: readonly string[], other: readonly string[]): readonly string[] =>
  list.filter((one) => !other.includes(one));

/** GRANT and REVOKE that lead from one set of rights to another. */
const changes = (
  part: GrantsPart,
  from: readonly Grant[],
  to: readonly Grant[],
  context: Context,
): readonly Piece[] => {
  const roles = [...new Set([...from, ...to].map(({ grantee }) => grantee))].sort();
  // Where the owner is not listed it has all rights of an owner.
  const unlisted = (grantee: string): Entry =>
    [...from, ...to].some((one) => one.grantee === grantee && one.owners === true)
      ? { privileges: ownersRights(part.kind), grantable: [] }
      : nothing;
  const entry = (grants: readonly Grant[], grantee: string): Entry =>
    grants.find((one) => one.grantee === grantee) ?? unlisted(grantee);
  const on = aggregateTypes(part);
  const text = (list: readonly string[]): string => rightsText(part, list, context);
  const some = (list: readonly string[], sql: (words: string) => string): readonly string[] => {
    const words = text(list);
    return list.length === 0 || words === "" ? [] : [sql(words)];
  };
  return roles.flatMap((grantee) => {
    const [before, after] = [entry(from, grantee), entry(to, grantee)];
    const passed = without(before.grantable, after.grantable).filter((one) => after.privileges.includes(one));
    const plain = without(without(after.privileges, before.privileges), after.grantable);
    const options = without(after.grantable, before.grantable);
    return [
      ...some(
        without(before.privileges, after.privileges),
        (words) => `REVOKE ${words} ON ${on} FROM ${role(grantee)}`,
      ),
      ...some(passed, (words) => `REVOKE GRANT OPTION FOR ${words} ON ${on} FROM ${role(grantee)}`),
      ...some(plain, (words) => `GRANT ${words} ON ${on} TO ${role(grantee)}`),
      ...some(options, (words) => `GRANT ${words} ON ${on} TO ${role(grantee)} WITH GRANT OPTION`),
    ];
  });
};

/** What everybody may do with a new object. */
const everybody: Partial<Readonly<Record<Kind, string>>> = {
  routine: "EXECUTE",
  aggregate: "EXECUTE",
  enum: "USAGE",
  domain: "USAGE",
  composite: "USAGE",
  range: "USAGE",
  "base type": "USAGE",
  language: "USAGE",
};

/** What ALTER DEFAULT PRIVILEGES calls it. */
export const defaultObjects: Partial<Readonly<Record<Kind, string>>> = {
  table: "tables",
  view: "tables",
  sequence: "sequences",
  routine: "functions",
  aggregate: "functions",
  enum: "types",
  domain: "types",
  composite: "types",
  range: "types",
  "base type": "types",
  schema: "schemas",
};

const merged = (grants: readonly Grant[]): readonly Grant[] => {
  const unique = (list: readonly string[]): readonly string[] => [...new Set(list)].sort();
  return [...Map.groupBy(grants, ({ grantee }) => grantee)].map(([grantee, entries]) => ({
    grantee,
    privileges: unique(entries.flatMap(({ privileges }) => privileges)),
    grantable: unique(entries.flatMap(({ grantable }) => grantable)),
    ...(entries.some(({ owners }) => owners === true) ? { owners: true as const } : {}),
  }));
};

/** The rights of an object that was just made: PostgreSQL's own, or what ALTER DEFAULT PRIVILEGES settled before. */
const initial = (part: GrantsPart, { from }: Context): readonly Grant[] => {
  if (part.column !== undefined) return [];
  const objects = defaultObjects[part.kind];
  const settled = from.catalog.defaultPrivileges.filter((one) => one.role === undefined && one.objects === objects);
  const everywhere = settled.find(({ schema }) => schema === undefined)?.grants;
  const right = everybody[part.kind];
  const own = right === undefined ? [] : [{ grantee: "public", privileges: [right], grantable: [] }];
  const here = part.schema === undefined ? undefined : settled.find(({ schema }) => schema === part.schema)?.grants;
  return merged([...(everywhere ?? own), ...(here ?? [])]);
};

const ownerOf = (parts: Parts, { key }: GrantsPart): string | undefined => {
  const part = parts.byKey.get(`owner of ${key}`);
  return part?.kind === "owner" ? part.value.owner : undefined;
};

/** A new owner takes over the rights of the one before, and has its own besides. */
const passedOn = (grants: readonly Grant[], owner: string | undefined): readonly Grant[] => {
  if (owner === undefined) return grants;
  const old = grants.find(({ owners }) => owners === true);
  const others = grants.filter((one) => one.grantee !== owner && one !== old);
  if (old === undefined) return others;
  const own = grants.filter((one) => one === old || one.grantee === owner).map((one) => ({ ...one, grantee: owner }));
  return [...others, ...merged(own)];
};

const begin = (part: GrantsPart, grants: readonly Grant[], before: string | undefined, { to }: Context) => {
  const owner = ownerOf(to, part);
  return part.column !== undefined || owner === before ? grants : passedOn(grants, owner);
};

export const grantsWriter: Writer<"grants"> = {
  create: (part, context) =>
    changes(
      part,
      context.isNew(part.key) ? begin(part, initial(part, context), undefined, context) : [],
      part.grants,
      context,
    ),
  drop: (part, context) => changes(part, part.grants, [], context),
  alter: (from, to, context) =>
    changes(to, begin(to, from.grants, ownerOf(context.from, from), context), to.grants, context),
};

type DefaultPrivileges = Objects["default privileges"];

const plainDefaults = ({ schema, objects }: DefaultPrivileges): readonly Grant[] => {
  const right = { functions: "EXECUTE", types: "USAGE" }[objects as string];
  return schema === undefined && right !== undefined ? [{ grantee: "public", privileges: [right], grantable: [] }] : [];
};

const defaultChanges = (
  one: DefaultPrivileges,
  from: readonly Grant[],
  to: readonly Grant[],
  context: Context,
): readonly Piece[] => {
  const kind: Kind =
    one.objects === "tables"
      ? "table"
      : one.objects === "sequences"
        ? "sequence"
        : one.objects === "schemas"
          ? "schema"
          : "routine";
  const part: GrantsPart = { subject: one.objects.toUpperCase(), kind, key: "default privileges x", grants: to };
  const head = `ALTER DEFAULT PRIVILEGES${one.role === undefined ? "" : ` FOR ROLE ${quoteName(one.role)}`}${one.schema === undefined ? "" : ` IN SCHEMA ${quoteName(one.schema)}`}`;
  return changes(part, from, to, context).map((piece) => `${head} ${typeof piece === "string" ? piece : piece.sql}`);
};

export const defaultPrivilegesWriter: Writer<"default privileges"> = {
  create: (one, context) => defaultChanges(one, plainDefaults(one), one.grants, context),
  drop: (one, context) => defaultChanges(one, one.grants, plainDefaults(one), context),
  alter: (from, to, context) => defaultChanges(to, from.grants, to.grants, context),
};
