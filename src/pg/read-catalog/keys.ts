// From the server's numbers to keys: which object a class and a number stand for.
import type { ObjectKey, ObjectKind, ObjectName } from "../catalog/object.ts";
import {
  castKey,
  defaultPrivilegesKey,
  globalKey,
  keyOf,
  partKey,
  runner,
  signatureKey,
  transformKey,
  userMappingKey,
} from "../catalog/object.ts";
import type { Class, Context } from "./context.ts";
import { classes } from "./context.ts";
import type { Entry, Numbered } from "./edges.ts";
import type { Row } from "./rows.ts";
import { maybe, text, texts } from "./rows.ts";

export const numbered = (kind: unknown, oid: unknown, part: unknown = 0): Numbered =>
  (part === 0 ? [kind, oid] : [kind, oid, part]).join(" ");

type Entries = readonly (readonly Entry[])[];

const relationKinds: Readonly<Record<string, ObjectKind>> = { v: "view", m: "view", c: "type" };

/** Sections whose objects have a schema. */
const pathed: readonly (readonly [section: string, Class, ObjectKind])[] = [
  ["enums", "pg_type", "type"],
  ["domains", "pg_type", "type"],
  ["composites", "pg_type", "type"],
  ["ranges", "pg_type", "type"],
  ["baseTypes", "pg_type", "type"],
  ["collations", "pg_collation", "collation"],
  ["sequences", "pg_class", "sequence"],
  ["statistics", "pg_statistic_ext", "statistics"],
  ["conversions", "pg_conversion", "conversion"],
  ["textSearchParsers", "pg_ts_parser", "text search parser"],
  ["textSearchTemplates", "pg_ts_template", "text search template"],
  ["textSearchDictionaries", "pg_ts_dict", "text search dictionary"],
  ["textSearchConfigurations", "pg_ts_config", "text search configuration"],
];

/** Sections whose objects have none. */
const global: readonly (readonly [section: string, Class, ObjectKind])[] = [
  ["schemas", "pg_namespace", "schema"],
  ["extensions", "pg_extension", "extension"],
  ["languages", "pg_language", "language"],
  ["accessMethods", "pg_am", "access method"],
  ["eventTriggers", "pg_event_trigger", "event trigger"],
  ["publications", "pg_publication", "publication"],
  ["foreignDataWrappers", "pg_foreign_data_wrapper", "foreign-data wrapper"],
  ["servers", "pg_foreign_server", "server"],
];

/** The mapping of whoever ran a schema file is that of whoever will run the migration. */
export const mappedUser = (row: Row, loader: string | undefined): string =>
  row["user"] === loader ? runner : text(row, "user");

/** Sections whose objects are told apart by more than a name. */
const special: readonly (readonly [
  section: string,
  Class,
  (row: Row, path: ObjectName, role: string | undefined, loader: string | undefined) => ObjectKey,
])[] = [
  [
    "operators",
    "pg_operator",
    (row, path) => signatureKey("operator", path, [maybe(row, "left") ?? "NONE", text(row, "right")]),
  ],
  ["operatorFamilies", "pg_opfamily", (row, path) => `${keyOf("operator family", path)} USING ${text(row, "method")}`],
  ["operatorClasses", "pg_opclass", (row, path) => `${keyOf("operator class", path)} USING ${text(row, "method")}`],
  ["casts", "pg_cast", (row) => castKey(text(row, "source"), text(row, "target"))],
  ["transforms", "pg_transform", (row) => transformKey(text(row, "type"), text(row, "language"))],
  [
    "userMappings",
    "pg_user_mapping",
    (row, _, __, loader) => userMappingKey(mappedUser(row, loader), text(row, "server")),
  ],
  [
    "defaultPrivileges",
    "pg_default_acl",
    (row, _, role) => defaultPrivilegesKey(role, maybe(row, "schema"), text(row, "objects")),
  ],
];

/** Sections whose objects belong to a relation. */
const attached: readonly (readonly [section: string, Class, ObjectKind])[] = [
  ["constraints", "pg_constraint", "constraint"],
  ["triggers", "pg_trigger", "trigger"],
  ["rules", "pg_rewrite", "rule"],
  ["policies", "pg_policy", "policy"],
];

/** Relations and composite types by number: what columns and other parts belong to. */
const ownersOf = ({
  rows,
  path,
}: Context): ReadonlyMap<unknown, { readonly kind: ObjectKind; readonly path: ObjectName }> =>
  new Map([
    ...rows
      .of("relations")
      .map((row) => [row["oid"], { kind: relationKinds[text(row, "kind")] ?? "table", path: path(row) }] as const),
    ...rows.of("composites").map((row) => [row["relation"], { kind: "type", path: path(row) }] as const),
  ]);

/** A generated column needs what its expression needs; a default is a thing of its own, which can be set later. */
const columnEntries = (row: Row, owner: ObjectName): readonly Entry[] => {
  const column = partKey("column", owner, text(row, "name"));
  const isDefault = maybe(row, "generated") === undefined;
  return [
    [numbered(classes.pg_class, row["relation"], row["number"]), column],
    [numbered(classes.pg_attrdef, row["default"]), isDefault ? partKey("default", owner, text(row, "name")) : column],
  ];
};

/** Every modelled object by its numbers. */
export const keysOf = (context: Context): Entries => {
  const { rows, path, kept } = context;
  const owners = ownersOf(context);
  const ownerOf = (row: Row): ObjectName => owners.get(row["relation"])?.path ?? { schema: "", name: "" };
  const signature = (row: Row): ObjectKey => signatureKey("routine", path(row), texts(row, "types"));
  const domains = new Map(rows.of("domains").map((row) => [row["oid"], path(row)]));
  const entries = (section: string, kind: Class, key: (row: Row) => ObjectKey): Entries =>
    rows.of(section).map((row) => kept.entries(row, () => [[numbered(classes[kind], row["oid"]), key(row)]]));
  const members = rows.of("members").map((row): Entry => {
    const [kind, oid, name] = row as unknown as readonly [unknown, unknown, string];
    return [numbered(kind, oid), globalKey("extension", name)];
  });
  return [
    members,
    [...owners].map(([oid, { kind, path: at }]): Entry => [numbered(classes.pg_class, oid), keyOf(kind, at)]),
    ...pathed.flatMap(([section, kind, key]) => entries(section, kind, (row) => keyOf(key, path(row)))),
    ...global.flatMap(([section, kind, key]) => entries(section, kind, (row) => globalKey(key, text(row, "name")))),
    ...special.flatMap(([section, kind, key]) =>
      entries(section, kind, (row) =>
        key(row, path(row), row["role"] === context.loader ? undefined : maybe(row, "role"), context.loader),
      ),
    ),
    ...attached.flatMap(([section, kind, key]) =>
      entries(section, kind, (row) => partKey(key, ownerOf(row), text(row, "name"))),
    ),
    ...entries("indexes", "pg_class", (row) =>
      keyOf("index", { schema: ownerOf(row).schema, name: text(row, "name") }),
    ),
    ...["routines", "aggregates"].flatMap((section) => entries(section, "pg_proc", signature)),
    ...entries("domainConstraints", "pg_constraint", (row) =>
      partKey("domain constraint", domains.get(row["type"]) ?? { schema: "", name: "" }, text(row, "name")),
    ),
    ...rows.of("columns").map((row) => kept.entries(row, () => columnEntries(row, ownerOf(row)))),
  ];
};
