// Takes domains, composite types and sequences apart.
import { keyOf, partKey } from "../../catalog/object.ts";
import type * as Tables from "../../catalog/tables.ts";
import type * as Types from "../../catalog/types.ts";
import { omit } from "../omit.ts";
import type { Collector } from "./collector.ts";
import { addSimple, inSchema, nameOf, path, pick, plain } from "./collector.ts";

export const addDomain = (into: Collector, domain: Types.DomainType): void => {
  const { constraints, ...rest } = domain;
  const key = keyOf("type", domain);
  into.add("domain", key, plain(rest));
  into.attributes("domain", key, `DOMAIN ${path(domain)}`, domain, domain.schema);
  for (const constraint of constraints) {
    const own = partKey("domain constraint", domain, constraint.name);
    into.add("domain constraint", own, { ...plain(constraint), domain: pick(domain) }, key);
    into.attributes(
      "domain constraint",
      own,
      `CONSTRAINT ${nameOf(constraint.name)} ON DOMAIN ${path(domain)}`,
      constraint,
    );
  }
};

const shellPrefix = "type shell ";

/** `type public.box` of `type shell public.box`. */
export const typeOfShell = (shell: string): string => `type ${shell.slice(shellPrefix.length)}`;

export const isShell = (key: string): boolean => key.startsWith(shellPrefix);

export const addShell = (into: Collector, type: Types.BaseType): void => {
  into.add("type shell", `${shellPrefix}${path(type)}`, pick(type));
};

export const addComposite = (into: Collector, type: Types.CompositeType): void => {
  const key = keyOf("type", type);
  const attributes = type.attributes.map((one) => omit(one, "comment"));
  into.add("composite", key, { ...plain(type), attributes });
  into.attributes("composite", key, `TYPE ${path(type)}`, type, type.schema);
  for (const { name, comment } of type.attributes) {
    const own = partKey("column", type, name);
    into.aliases.set(own, key);
    if (comment === undefined) continue;
    const subject = `COLUMN ${path(type)}.${nameOf(name)}`;
    into.add("comment", `comment on ${own}`, { subject, kind: "column", key: own, comment }, key);
  }
};

/** That a sequence is dropped with its column is a part of its own: the column's default needs the sequence first. */
export const addSequence = (into: Collector, { ownedBy, ...sequence }: Tables.Sequence): void => {
  addSimple(into, "sequence", [sequence], inSchema("sequence", "SEQUENCE"));
  if (ownedBy === undefined) return;
  const key = keyOf("sequence", sequence);
  // It belongs to whom its table belongs.
  into.byKey.delete(`owner of ${key}`);
  into.add("owned by", `owner column of ${key}`, { sequence: pick(sequence), ...ownedBy }, key);
};
