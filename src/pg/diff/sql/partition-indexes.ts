// How indexes of partitions are tied to those of their parents, and which of those come only when the partitions are there.
import { keyOf } from "../../catalog/object.ts";
import type { IndexPart, Part, Parts } from "../part.ts";
import { attachIndex, isYetToJoin } from "./constraints.ts";
import type { Context } from "./writer.ts";

/** An index of a partitioned table that some partitions lack: it was made when they were there, and made none for them. */
const isPatchy = (part: Part | undefined): boolean =>
  part?.kind === "index" && part.value.on === "partitioned" && !part.value.valid;

const isTiedToPatchy = ({ partOf }: IndexPart, parts: Parts): boolean => {
  const parent = partOf === undefined ? undefined : parts.partKeyOf(keyOf("index", partOf));
  return parent !== undefined && isPatchy(parts.byKey.get(parent));
};

/** Attaching a partition would complete such an index, so that it waits for that, and so does what is tied to it. */
export const isOfPatchy = (part: Part, parts: Parts): boolean =>
  isPatchy(part) || (part.kind === "index" && isTiedToPatchy(part.value, parts));

/** A new partition's indexes are tied by themselves when it is attached to a parent that has its own. */
export const tieIndex = (index: IndexPart, context: Context): readonly string[] => {
  const isAttachedLater = isYetToJoin(index.table, context);
  return index.partOf === undefined || (isAttachedLater && !isTiedToPatchy(index, context.to))
    ? []
    : [attachIndex(index.partOf, index.schema, index.name)];
};
