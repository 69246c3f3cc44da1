// Parts that stay what they are under another name, and that PostgreSQL can only rename.
import { keyOf } from "../catalog/object.ts";
import { quoteName, quotePath } from "../quote.ts";
import type { Change } from "./change.ts";
import { omit } from "./omit.ts";
import type { Objects } from "./part.ts";
import { isSamePartition, renamePartition } from "./parentage.ts";
import { sameJson } from "./sql/text.ts";
import type { Context } from "./sql/writer.ts";

type Changes = ReadonlyMap<string, Change>;
type Drop = Extract<Change, { verb: "drop" }>;
type Create = Extract<Change, { verb: "create" }>;

/** The change that takes the place of a drop (its key is `gone`) and of the creation under `key`. */
export type Renamed = Extract<Change, { verb: "alter" }> & { readonly gone: string };

const createdAs = (changes: Changes, isIt: (one: Create) => boolean): Create | undefined =>
  [...changes.values()].find((one): one is Create => one.verb === "create" && isIt(one));

/** The key of a partition comes with its parent's, under a name of PostgreSQL's choice: it can only be renamed. */
const partitionKey = ({ from: parts }: Context, changes: Changes, { key, from }: Drop): Renamed | undefined => {
  if ((from.kind !== "constraint" && from.kind !== "index") || from.value.partOf === undefined) return undefined;
  // Another key of the parent takes that of the partition with it.
  const parent = parts.partKeyOf(keyOf("index", from.value.partOf));
  if (parent === undefined || (changes.get(parent)?.verb ?? "alter") !== "alter") return undefined;
  const next = createdAs(changes, ({ to }) => isSamePartition(from, to));
  if (next === undefined) return undefined;
  return { gone: key, verb: "alter", key: next.key, from, to: next.to, pieces: [renamePartition(from, next.to)] };
};

const bare = (value: Objects["domain constraint"]): unknown => omit(value, "name");

/** A check of a domain: columns that hold the domain within something else let no new one be added. */
const domainCheck = (changes: Changes, { key, from }: Drop): Renamed | undefined => {
  if (from.kind !== "domain constraint") return undefined;
  const { value } = from;
  const next = createdAs(changes, ({ to }) => to.kind === "domain constraint" && sameJson(bare(to.value), bare(value)));
  if (next?.to.kind !== "domain constraint") return undefined;
  const names = `${quoteName(value.name)} TO ${quoteName(next.to.value.name)}`;
  const sql = `ALTER DOMAIN ${quotePath(value.domain)} RENAME CONSTRAINT ${names}`;
  return { gone: key, verb: "alter", key: next.key, from, to: next.to, pieces: [sql] };
};

export const renamedParts = (context: Context, changes: Changes): readonly Renamed[] => {
  const [found, taken] = [[] as Renamed[], new Map(changes)];
  for (const change of changes.values()) {
    if (change.verb !== "drop") continue;
    const renamed = partitionKey(context, taken, change) ?? domainCheck(taken, change);
    if (renamed === undefined) continue;
    found.push(renamed);
    // A partition of a partition follows its own parent, which no longer goes.
    for (const key of [renamed.gone, renamed.key]) taken.delete(key);
  }
  return found;
};
