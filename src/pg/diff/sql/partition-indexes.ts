// How indexes of partitions are tied to those of their parents, and which of those come only when the partitions are there.
import { keyOf } from "../../catalog/object.ts";
import type { IndexPart, Part, Parts } from "../part.ts";
import { attachIndex, isYetToJoin } from "./constraints.ts";
import type { Context } from "./writer.ts";

/** An index of a partitioned table that some partitions lack: it was made when they were there, and made none for them. */
const isPatchy = (part: Part | undefined): boolean =>
  part?.kind === "index" && part.value.on === "partitioned" && !part.value.valid;

/** Such an index, where this is one or is tied to one. */
const patchyOf = (part: Part, parts: Parts): string | undefined => {
  if (part.kind !== "index") return undefined;
  if (isPatchy(part)) return part.key;
  const parent = part.value.partOf === undefined ? undefined : parts.partKeyOf(keyOf("index", part.value.partOf));
  return parent !== undefined && isPatchy(parts.byKey.get(parent)) ? parent : undefined;
};

/** Attaching a partition would complete a new one, so that it waits for that, and so does what is tied to it. */
export const waitsForPartitions = (part: Part, parts: Parts, isNew: (key: string) => boolean): boolean => {
  const patchy = patchyOf(part, parts);
  return patchy !== undefined && isNew(patchy);
};

/** A new partition's indexes are tied by themselves when it is attached to a parent that has its own. */
export const tieIndex = (index: IndexPart, context: Context): readonly string[] => {
  if (index.partOf === undefined) return [];
  const part = context.to.byKey.get(keyOf("index", index));
  const waits = part !== undefined && waitsForPartitions(part, context.to, context.isNew);
  return isYetToJoin(index.table, context) && !waits ? [] : [attachIndex(index.partOf, index.schema, index.name)];
};
