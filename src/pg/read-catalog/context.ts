// What the builders of all kinds of objects need: types, comments, owners and rights by number.
import type { Described, Grant, ObjectName, Owned } from "../catalog/object.ts";
import { compareText, runner } from "../catalog/object.ts";
import type { ColumnType } from "../catalog/tables.ts";
import type { AclKind } from "./grants.ts";
import { grantsOf } from "./grants.ts";
import { Kept } from "./kept.ts";
import type { Names } from "./names.ts";
import { namesOf } from "./names.ts";
import type { Row, Rows } from "./rows.ts";
import { columnType, optional, text } from "./rows.ts";

/** Numbers of the server's own catalogs, the same in every version (src/include/catalog of PostgreSQL). */
export const classes = {
  pg_type: 1247,
  pg_proc: 1255,
  pg_class: 1259,
  pg_foreign_server: 1417,
  pg_user_mapping: 1418,
  pg_foreign_data_wrapper: 2328,
  pg_am: 2601,
  pg_attrdef: 2604,
  pg_cast: 2605,
  pg_constraint: 2606,
  pg_conversion: 2607,
  pg_language: 2612,
  pg_namespace: 2615,
  pg_opclass: 2616,
  pg_operator: 2617,
  pg_rewrite: 2618,
  pg_trigger: 2620,
  pg_opfamily: 2753,
  pg_default_acl: 826,
  pg_extension: 3079,
  pg_policy: 3256,
  pg_statistic_ext: 3381,
  pg_collation: 3456,
  pg_event_trigger: 3466,
  pg_transform: 3576,
  pg_ts_config: 3602,
  pg_ts_dict: 3600,
  pg_ts_parser: 3601,
  pg_ts_template: 3764,
  pg_publication: 6104,
} as const;

export type Class = keyof typeof classes;

export interface Context {
  readonly rows: Rows;
  /** Of the readings before this one. */
  readonly kept: Kept;
  /** The role that ran a schema file. */
  readonly loader: string | undefined;
  /** The runner for the one that ran a schema file: what it owns or may do is whoever's will run the migration. */
  role(name: string): string;
  /** The rights in `acl`; without an owner for what has no rights of its own. */
  grants(row: Row, kind: AclKind, owner?: string): readonly Grant[];
  /** Of the server, as in `server_version_num`. */
  readonly version: number;
  readonly type: (reference: unknown) => ColumnType;
  readonly names: Names;
  /** Foreign keys, by number, that refer to what is not read. */
  readonly outerTargets: ReadonlyMap<unknown, Row>;
  readonly described: (kind: Class, row: Row, part?: unknown) => Described;
  /** Owner, grants and comment of an object. */
  readonly owned: (kind: Class, acl: AclKind, row: Row) => Owned;
  /** Owner and comment of what has no grants. */
  readonly ownedOnly: (kind: Class, row: Row) => Described & { readonly owner?: string };
  readonly path: (row: Row) => ObjectName;
}

const unknownType: ColumnType = {
  schema: "pg_catalog",
  name: "unknown",
  kind: "pseudo",
  array: false,
  text: "unknown",
};

/** `loader` is the role that ran a schema file: what it owns is nobody's in particular. */
export const contextOf = (
  rows: Rows,
  version: number,
  loader: string | undefined,
  kept: Kept = new Kept(),
): Context => {
  const types = new Map(rows.of("types").map((row) => [row["id"], columnType(row)]));
  const key = (kind: unknown, oid: unknown, part: unknown): string => [kind, oid, part].join(" ");
  const comments = new Map(
    rows.of("comments").map((row) => [key(row["class"], row["oid"], row["part"]), text(row, "text")]),
  );
  const described = (kind: Class, row: Row, part: unknown = 0): Described =>
    optional("comment", comments.get(key(classes[kind], part === 0 ? row["oid"] : row["relation"], part)));
  const ownerOf = (row: Row): { readonly owner?: string } =>
    row["owner"] === loader ? {} : { owner: text(row, "owner") };
  const role = (name: string): string => (name === loader ? runner : name);
  const grants = (row: Row, kind: AclKind, owner?: string): readonly Grant[] =>
    grantsOf((row["acl"] ?? undefined) as readonly string[] | undefined, kind, owner, version)
      .map((grant) => ({ ...grant, grantee: role(grant.grantee) }))
      .sort((a, b) => compareText(a.grantee, b.grantee));
  return {
    rows,
    kept,
    loader,
    role,
    grants,
    version,
    type: (reference) => types.get(reference) ?? unknownType,
    names: namesOf(rows),
    outerTargets: new Map(rows.of("outerTargets").map((row) => [row["oid"], row])),
    described,
    owned: (kind, acl, row) => ({
      ...ownerOf(row),
      grants: grants(row, acl, text(row, "owner")),
      ...described(kind, row),
    }),
    ownedOnly: (kind, row) => ({ ...ownerOf(row), ...described(kind, row) }),
    path: (row) => ({ schema: text(row, "schema"), name: text(row, "name") }),
  };
};
