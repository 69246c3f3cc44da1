// What all objects of a catalog share: names, owners, grants, comments, and the keys that stand for them.
import { quoteName, quotePath } from "../quote.ts";

/** Names are as the server stores them, unquoted. */
export interface ObjectName {
  readonly schema: string;
  readonly name: string;
}

export interface Described {
  readonly comment?: string;
}

/** Stands for the role that runs a file, where the file says no other. */
export const runner = "CURRENT_USER";

/** Rights that one role has on an object, from whoever granted them. */
export interface Grant {
  /** A role, or the runner; `public` stands for everybody, and no role can be called so. */
  readonly grantee: string;
  /** As in GRANT: `SELECT`, `EXECUTE`. Sorted. */
  readonly privileges: readonly string[];
  /** Those of them that it may pass on. Sorted. */
  readonly grantable: readonly string[];
  /** The owner's, where it does not have exactly the rights of an owner. */
  readonly owners?: true;
}

export interface Owned extends Described {
  /** Not set for what a schema file leaves to whoever runs it: then the owner is not compared. */
  readonly owner?: string;
  /**
   * The rights in force, those that a new object has by itself included (EXECUTE for `public` on a function). The owner is listed
   * only where it does not have exactly the rights of an owner. Sorted by grantee.
   */
  readonly grants: readonly Grant[];
}

/** An option as in `WITH (fillfactor=70)`, `OPTIONS (host 'x')`: names in the server's spelling. Sorted by name. */
export interface Option {
  readonly name: string;
  readonly value: string;
}

/**
 * What a key can stand for. `table` is every kind of table, `view` materialised views too, `type` enums, domains, composites, ranges
 * and base types, `routine` functions, procedures and aggregates.
 */
export type ObjectKind =
  | "access method"
  | "cast"
  | "collation"
  | "column"
  | "constraint"
  | "conversion"
  | "default"
  | "default privileges"
  | "domain constraint"
  | "event trigger"
  | "extension"
  | "foreign-data wrapper"
  | "index"
  | "language"
  | "operator"
  | "operator class"
  | "operator family"
  | "policy"
  | "publication"
  | "routine"
  | "rule"
  | "schema"
  | "sequence"
  | "server"
  | "statistics"
  | "table"
  | "text search configuration"
  | "text search dictionary"
  | "text search parser"
  | "text search template"
  | "transform"
  | "trigger"
  | "type"
  | "user mapping"
  | "view";

/**
 * An object as text, unique in a catalog and the same in every catalog that holds the object: `table public.t`,
 * `column public.t."Odd name"`, `constraint public.t.t_pkey`, `routine public.f(integer, text[])`, `cast (public.a AS text)`.
 */
export type ObjectKey = `${ObjectKind} ${string}`;

export const keyOf = (kind: ObjectKind, name: ObjectName): ObjectKey => `${kind} ${quotePath(name)}`;

/** The key of what has no schema: `schema app`, `extension hstore`. */
export const globalKey = (kind: ObjectKind, name: string): ObjectKey => `${kind} ${quoteName(name)}`;

/** The key of a part of a table, view, type or sequence: `trigger public.t.audit`. */
export const partKey = (kind: ObjectKind, owner: ObjectName, name: string): ObjectKey =>
  `${kind} ${quotePath(owner)}.${quoteName(name)}`;

/** The key of what is told apart by its argument types: `routine public.f(integer)`. */
export const signatureKey = (kind: ObjectKind, name: ObjectName, types: readonly string[]): ObjectKey =>
  `${kind} ${quotePath(name)}(${types.join(", ")})`;

export const castKey = (source: string, target: string): ObjectKey => `cast (${source} AS ${target})`;

export const transformKey = (type: string, language: string): ObjectKey =>
  `transform FOR ${type} LANGUAGE ${quoteName(language)}`;

export const userMappingKey = (user: string, server: string): ObjectKey =>
  `user mapping FOR ${quoteName(user)} SERVER ${quoteName(server)}`;

export const defaultPrivilegesKey = (
  role: string | undefined,
  schema: string | undefined,
  objects: string,
): ObjectKey =>
  `default privileges ${[
    ...(role === undefined ? [] : [`FOR ROLE ${quoteName(role)}`]),
    ...(schema === undefined ? [] : [`IN SCHEMA ${quoteName(schema)}`]),
    `ON ${objects}`,
  ].join(" ")}`;

export const sameName = (a: ObjectName, b: ObjectName): boolean => a.schema === b.schema && a.name === b.name;

/** A key for maps: no name holds a zero byte. */
export const nameKey = ({ schema, name }: ObjectName): string => `${schema}\0${name}`;

/** By code units, so that the order is the same everywhere. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

export const byPath = (a: ObjectName, b: ObjectName): number =>
  compareText(a.schema, b.schema) || compareText(a.name, b.name);

export const byName = (a: { readonly name: string }, b: { readonly name: string }): number =>
  compareText(a.name, b.name);
