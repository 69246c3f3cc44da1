// Names that objects share: a schema holds each of them once.
import type { ObjectName } from "../catalog/object.ts";
import type { Part } from "./part.ts";

/** A table has one primary key. */
const primaryOf = ({ schema, name }: ObjectName): string => `primary key ${schema}.${name}`;

/** Names that the schema holds once: of relations, and of types. */
export const namesOf = (part: Part): readonly string[] => {
  const { value } = part;
  if (part.kind === "column") {
    const sequence = part.value.identity?.sequence;
    return sequence === undefined ? [] : [`relation ${sequence.schema}.${sequence.name}`];
  }
  if (part.kind === "index") return [`relation ${part.value.schema}.${part.value.name}`];
  if (part.kind === "constraint") {
    const own = [`constraint ${part.value.table.schema}.${part.value.table.name}.${part.value.name}`];
    if (!("index" in part.value)) return own;
    const primary = part.value.kind === "primary-key" ? [primaryOf(part.value.table)] : [];
    return [...own, ...primary, `relation ${part.value.table.schema}.${part.value.index}`];
  }
  if (!("schema" in value) || !("name" in value)) return [];
  const name = `${value.schema}.${value.name}`;
  if (part.kind === "table" || part.kind === "view" || part.kind === "composite")
    return [`relation ${name}`, `type ${name}`];
  if (part.kind === "sequence") return [`relation ${name}`];
  return ["enum", "domain", "range", "base type"].includes(part.kind) ? [`type ${name}`] : [];
};
