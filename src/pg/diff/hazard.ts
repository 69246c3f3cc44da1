// What a step may do besides what it is for: lose data, fail on rows, rewrite a table, hold others up.
import { keyOf } from "../catalog/object.ts";
import { column } from "./hazard-column.ts";
import type { Hazard, Judge, Of } from "./hazard-kinds.ts";
import type { Node } from "./node.ts";
import type { Change } from "./change.ts";
import type { Kind, Part } from "./part.ts";
import { isSecretive } from "./secrets.ts";
import { partText } from "./words.ts";
import type { Context } from "./sql/writer.ts";
import { isCarried } from "./sql/position.ts";

const none: Judge = () => [];

/** Where it cannot be done in one transaction. */
export const missingFor = (part: Part): Hazard => ({
  kind: "rebuild",
  message: `${partText(part)} is dropped here and made again by a later migration: code that uses it fails in between`,
});

const rebuilt: Judge = ({ act, change }, part) =>
  change.verb === "rebuild" && act === "drop"
    ? [{ kind: "rebuild", message: `${partText(part)} is dropped and made again in one transaction` }]
    : [];

const breaks =
  (what: string): Judge =>
  (node, part, context, statements) =>
    node.change.verb === "drop"
      ? [{ kind: "breaking", message: `code that still uses this ${what} fails` }]
      : rebuilt(node, part, context, statements);

const table: Judge<Of<"table">> = ({ act, change }, part, _, statements) => {
  if (act === "drop" && part.value.kind !== "foreign")
    return [
      { kind: "data loss", message: `all rows of ${partText(part)} are lost; the way back makes it empty` },
      { kind: "breaking", message: "code that still uses this table fails" },
    ];
  if (change.verb !== "alter" || part.value.kind === "partitioned") return [];
  return statements.some((sql) => / SET (LOGGED|UNLOGGED|ACCESS METHOD|TABLESPACE)\b/.test(sql))
    ? [{ kind: "rewrite", message: `${partText(part)} is written anew while nobody can read it` }]
    : [];
};

/** Another tablespace for an index, of a partitioned table only for what comes, holds everybody up. */
const moved = (
  part: Part,
  kind: "table" | "partitioned" | "view" | "foreign",
  statements: readonly string[],
): readonly Hazard[] =>
  kind !== "partitioned" && statements.some((sql) => / SET TABLESPACE /.test(sql))
    ? [{ kind: "lock", message: `readers and writers wait while ${partText(part)} is copied to another tablespace` }]
    : [];

const constraint: Judge<Of<"constraint">> = (node, part, context, statements) => {
  const { act, change } = node;
  if (act === "drop") return [];
  const copied = moved(part, part.value.tableKind, statements);
  if (copied.length > 0) return copied;
  if (change.verb === "alter" && statements.some((sql) => sql.startsWith("CREATE UNIQUE INDEX ")))
    return [{ kind: "may fail", message: `stops when rows violate the new ${partText(part)}` }];
  const isNew = context.isNew(keyOf("table", part.value.table));
  if (isNew || change.verb === "alter") return [];
  const may = part.value.validated
    ? [{ kind: "may fail" as const, message: `stops when rows violate ${partText(part)}` }]
    : [];
  const isKey = part.value.kind === "primary-key" || part.value.kind === "unique" || part.value.kind === "exclusion";
  const locks =
    (isKey && (!context.online || part.value.tableKind !== "table" || part.value.kind === "exclusion")) ||
    (!context.online && part.value.validated);
  return [
    ...may,
    ...(locks ? [{ kind: "lock" as const, message: `writers wait while ${partText(part)} is checked` }] : []),
  ];
};

const index: Judge<Of<"index">> = ({ act, change }, part, context, statements) => {
  const isNew = context.isNew(keyOf("table", part.value.table)) || context.isNew(keyOf("view", part.value.table));
  const blocks =
    act === "create" && !isNew && statements.some((sql) => sql.startsWith("CREATE") && !sql.includes(" CONCURRENTLY "));
  return [
    ...moved(part, part.value.on, statements),
    ...(blocks && part.value.on !== "partitioned"
      ? [{ kind: "lock" as const, message: `writers wait while ${partText(part)} is built` }]
      : []),
    ...(act === "create" && !isNew && part.value.unique
      ? [{ kind: "may fail" as const, message: `stops when rows are not unique for ${partText(part)}` }]
      : []),
    ...(change.verb === "rebuild" && act === "drop"
      ? [{ kind: "rebuild" as const, message: `${partText(part)} is missing until it is made again` }]
      : []),
  ];
};

const view: Judge<Of<"view">> = (node, part, context, statements) => {
  if (node.change.verb === "drop") return breaks("view")(node, part, context, statements);
  if (node.change.verb === "alter") return moved(part, "view", statements);
  if (!part.value.materialized || node.act !== "create" || node.change.verb !== "rebuild")
    return rebuilt(node, part, context, statements);
  return [{ kind: "lock", message: `${partText(part)} is filled anew; readers wait` }];
};

const swapped: Judge = ({ act, change }, part) =>
  change.verb === "swap" && act === "create"
    ? [
        { kind: "rewrite", message: `every table that uses ${partText(part)} is written anew` },
        { kind: "may fail", message: `stops at the first value that the new ${partText(part)} does not have` },
      ]
    : change.verb === "drop"
      ? [{ kind: "breaking", message: `code that still uses ${partText(part)} fails` }]
      : [];

const sequence: Judge<Of<"sequence">> = ({ act }, part, context) =>
  act === "drop" && !isCarried(part.key, context)
    ? [{ kind: "breaking", message: `where ${partText(part)} stands is lost; the way back starts it anew` }]
    : [];

const check: Judge<Of<"domain constraint">> = ({ act }, part) =>
  act === "drop" || !part.value.validated
    ? []
    : [{ kind: "may fail", message: `stops when values violate ${partText(part)}` }];

const composite: Judge<Of<"composite">> = (node, part, context, statements) =>
  statements.some((sql) => sql.includes("DROP ATTRIBUTE"))
    ? [{ kind: "data loss", message: `values of the dropped attributes of ${partText(part)} are lost` }]
    : statements.some((sql) => sql.includes("RENAME ATTRIBUTE"))
      ? [{ kind: "breaking", message: `code that still uses the old names of attributes of ${partText(part)} fails` }]
      : swapped(node, part, context, statements);

const forgotten = (change: Change, part: Part): readonly Hazard[] => {
  const before = change.verb === "alter" && isSecretive(change.from) ? change.from.value.secrets : [];
  const names = before.filter((name) => !(isSecretive(part) && part.value.secrets.includes(name)));
  const what = `${names.join(", ")} of ${partText(part)}`;
  return names.length === 0 ? [] : [{ kind: "data loss", message: `${what} is lost; the way back leaves it unset` }];
};

/** What is made with a secret is made without it, and what goes takes it along. */
const secretive: Judge<Of<"foreign-data wrapper" | "server" | "user mapping">> = ({ act, change }, part) => {
  const { secrets } = part.value;
  if (act === "alter") return forgotten(change, part);
  if (secrets.length === 0 || (act === "drop" && change.verb === "rebuild")) return [];
  const names = `${secrets.join(", ")} of ${partText(part)}`;
  return act === "drop"
    ? [{ kind: "breaking", message: `secrets are never read: the way back makes it without ${names}` }]
    : [
        {
          kind: "breaking",
          message: `secrets are never read or written: set ${names} by hand, with OPTIONS (SET … or ADD …)`,
        },
      ];
};

const judges: { readonly [K in Kind]: Judge<Of<K>> } = {
  schema: breaks("schema"),
  extension: breaks("extension"),
  language: breaks("language"),
  "access method": none,
  collation: none,
  enum: swapped,
  domain: swapped,
  "domain constraint": check,
  composite,
  range: swapped,
  "base type": swapped,
  "type shell": none,
  sequence,
  "owned by": none,
  table,
  partition: ({ act, change }, part, context) =>
    act === "drop" && change.verb === "drop"
      ? [{ kind: "breaking", message: "rows of the partition are no longer found through its parent" }]
      : act === "drop" || context.isNew(keyOf("table", part.value.table))
        ? []
        : [{ kind: "may fail", message: `stops when rows are outside of the bounds of ${partText(part)}` }],
  inheritance: ({ act }) =>
    act === "drop" ? [{ kind: "breaking", message: "rows of the table are no longer found through its parent" }] : [],
  column,
  default: none,
  constraint,
  index,
  view,
  routine: breaks("function"),
  aggregate: breaks("aggregate"),
  operator: none,
  "operator family": none,
  "operator class": none,
  cast: none,
  transform: none,
  conversion: none,
  trigger: rebuilt,
  rule: rebuilt,
  policy: rebuilt,
  statistics: none,
  "text search parser": none,
  "text search template": none,
  "text search dictionary": none,
  "text search configuration": none,
  "foreign-data wrapper": secretive,
  server: secretive,
  "user mapping": secretive,
  publication: rebuilt,
  "event trigger": none,
  "default privileges": none,
  owner: none,
  comment: none,
  grants: none,
};

export const hazardsOf = (node: Node, context: Context, statements: readonly string[]): readonly Hazard[] => {
  const { act, change } = node;
  const part = "to" in change && act !== "drop" ? change.to : "from" in change ? change.from : change.to;
  return (judges[part.kind] as unknown as Judge)(node, part, context, statements);
};
