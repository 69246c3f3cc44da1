// Collects the parts of a catalog, with the owner, comment and rights of each.
import type { Grant, ObjectKey, ObjectKind, ObjectName } from "../../catalog/object.ts";
import { globalKey, keyOf } from "../../catalog/object.ts";
import { omit } from "../omit.ts";
import type { Kind, Objects, Part, Plain } from "../part.ts";

/** Leaves out what attributes of their own say. */
export const plain = <T extends object>(value: T): Plain<T> =>
  omit(
    value as T & { readonly comment: unknown; readonly owner: unknown; readonly grants: unknown },
    "comment",
    "owner",
    "grants",
  );

interface Attributed {
  readonly comment?: string;
  readonly owner?: string;
  readonly grants?: readonly Grant[];
}

/** Collects parts; real state while a catalog is taken apart. */
export class Collector {
  readonly byKey = new Map<string, Part>();
  readonly aliases = new Map<string, string>();

  add<K extends Kind>(kind: K, key: string, value: Objects[K], of?: string): string {
    this.byKey.set(key, { kind, key, value, ...(of === undefined ? {} : { of }) } as unknown as Part);
    return key;
  }

  /** Takes over what another one has collected. */
  include({ byKey, aliases }: Collector): void {
    for (const [key, part] of byKey) this.byKey.set(key, part);
    for (const [key, target] of aliases) this.aliases.set(key, target);
  }

  /** A sequence needs a column, and a partition its parent, only for belonging to it: that is a part of its own. */
  linkKey(object: string, on: string): string {
    if (!on.startsWith("column ") && !on.startsWith("table ")) return object;
    const isSequence = object.startsWith("sequence ");
    if (!isSequence && !object.startsWith("table ")) return object;
    const link = isSequence ? `owner column of ${object}` : object.replace("table ", "partition ");
    return this.byKey.has(link) ? link : object;
  }

  /** Adds the owner, comment and rights of an object. `subject` is how SQL names it: `TABLE public.t`. */
  attributes(kind: Kind, key: ObjectKey, subject: string, value: Attributed, schema?: string): void {
    const about = { subject, kind, key };
    if ("grants" in value || value.owner !== undefined)
      this.add(
        "owner",
        `owner of ${key}`,
        { ...about, ...(value.owner === undefined ? {} : { owner: value.owner }) },
        key,
      );
    if (value.comment !== undefined)
      this.add("comment", `comment on ${key}`, { ...about, comment: value.comment }, key);
    if (value.grants !== undefined)
      this.add(
        "grants",
        `grants on ${key}`,
        { ...about, grants: value.grants, ...(schema === undefined ? {} : { schema }) },
        key,
      );
  }
}

export const path = (name: ObjectName): string => keyOf("table", name).slice("table ".length);
export const nameOf = (name: string): string => globalKey("schema", name).slice("schema ".length);

export const pick = ({ schema, name }: ObjectName): ObjectName => ({ schema, name });

/** Kinds whose parts are the object itself, with how SQL names it. */
export const addSimple = <T extends object>(
  into: Collector,
  kind: Kind,
  objects: readonly T[],
  name: (object: T) => { readonly key: ObjectKey; readonly subject: string; readonly schema?: string },
): void => {
  for (const object of objects) {
    const { key, subject, schema } = name(object);
    into.add(kind, key, plain(object) as unknown as Objects[Kind]);
    into.attributes(kind, key, subject, object, schema);
  }
};

/** `TYPE public.mood`: what is told apart by schema and name. */
export const inSchema = (kind: ObjectKind, noun: string) => (object: ObjectName) => ({
  key: keyOf(kind, object),
  subject: `${noun} ${path(object)}`,
  schema: object.schema,
});

export const global = (kind: ObjectKind, noun: string) => (object: { readonly name: string }) => ({
  key: globalKey(kind, object.name),
  subject: `${noun} ${nameOf(object.name)}`,
});
