// SQL of constraints: made without holding writers up, tied to those of partitioned parents, dropped.
import type { ObjectName } from "../../catalog/object.ts";
import { partKey, sameName } from "../../catalog/object.ts";
import { quoteName, quotePath } from "../../quote.ts";
import { besideName } from "../aside.ts";
import { onAnyKey } from "../same-value.ts";
import { seedRows } from "../seed.ts";
import type { ConstraintPart, Parts } from "../part.ts";
import { indexText } from "./index-text.ts";
import { optionChanges, sameJson, withOptions } from "./text.ts";
import type { Context, Piece, Writer } from "./writer.ts";
import { rebuild } from "./writer.ts";

const alterTable = ({ table, tableKind }: ConstraintPart): string =>
  `ALTER ${tableKind === "foreign" ? "FOREIGN TABLE" : "TABLE"} ${quotePath(table)}`;

/** Of a partitioned table's key the options are said at once: no command changes them there. */
const indexWords = ({ keyIndex, tableKind }: ConstraintPart): string =>
  [
    tableKind === "partitioned" ? withOptions(keyIndex?.options ?? []) : "",
    keyIndex?.tablespace === undefined ? "" : ` USING INDEX TABLESPACE ${quoteName(keyIndex.tablespace)}`,
  ].join("");

/** The server's own text, which holds DEFERRABLE, NOT VALID and the rest, but not what the index of a key is told. */
export const constraintText = (constraint: ConstraintPart): string =>
  indexWords(constraint) === ""
    ? constraint.definition
    : constraint.definition.replace(
        /( WHERE \(.*\))?( DEFERRABLE)?( INITIALLY DEFERRED)?$/s,
        (tail) => `${indexWords(constraint)}${tail}`,
      );

/** Nobody can use the index while it is copied. */
export const moveIndex = (path: string, tablespace = "pg_default"): string =>
  `ALTER INDEX ${path} SET TABLESPACE ${quoteName(tablespace)}`;

const add = (constraint: ConstraintPart, text: string): string =>
  `${alterTable(constraint)} ADD CONSTRAINT ${quoteName(constraint.name)} ${text}`;

/** A key of a partitioned table is made on the parent alone; the keys of its partitions are then attached to it. */
const onlyParent = (constraint: ConstraintPart, text: string): string =>
  `ALTER TABLE ONLY ${quotePath(constraint.table)} ADD CONSTRAINT ${quoteName(constraint.name)} ${text}`;

/** What a table has when it becomes a partition is tied to its parent's by that. */
export const isYetToJoin = (table: ObjectName, { isNew }: Context): boolean =>
  isNew(`table ${quotePath(table)}`) || isNew(`partition ${quotePath(table)}`);

/** A partition that goes over to another parent takes its keys and indexes along: they are let go and tied again with it. */
export const changesParent = (table: ObjectName, { from, to }: Context): boolean => {
  const key = `partition ${quotePath(table)}`;
  const [before, after] = [from.byKey.get(key), to.byKey.get(key)];
  return (
    before?.kind === "partition" && after?.kind === "partition" && !sameName(before.value.parent, after.value.parent)
  );
};

export const attachIndex = (
  parent: { readonly schema: string; readonly name: string },
  schema: string,
  name: string,
): string => `ALTER INDEX ${quotePath(parent)} ATTACH PARTITION ${quotePath({ schema, name })}`;

const isKey = ({ kind }: ConstraintPart): boolean =>
  kind === "primary-key" || kind === "unique" || kind === "exclusion";

export const replicaIdentity = (table: { readonly schema: string; readonly name: string }, index: string): string =>
  `ALTER TABLE ${quotePath(table)} REPLICA IDENTITY USING INDEX ${quoteName(index)}`;

const indexOf = ({ catalog }: Parts, constraint: ConstraintPart) =>
  catalog.tables
    .find((table) => sameName(table, constraint.table))
    ?.indexes.find((index) => index.constraint === constraint.name);

/** What hangs on the index of a key: options that its definition leaves out. */
const keySettings = (
  constraint: ConstraintPart,
  context: Context,
  has: KeyIndex = { ...plainIndex, ...placeOf(constraint) },
): readonly Piece[] => {
  const index = isKey(constraint) ? indexOf(context.to, constraint) : undefined;
  if (index === undefined) return [];
  return [
    ...(constraint.partOf === undefined || isYetToJoin(constraint.table, context)
      ? []
      : [attachIndex(constraint.partOf, constraint.table.schema, index.name)]),
    ...keyIndexChanges({ ...constraint, keyIndex: has }, constraint, index.name, context),
  ];
};

type KeyIndex = NonNullable<ConstraintPart["keyIndex"]>;
const plainIndex: KeyIndex = { options: [], replicaIdentity: false, clustered: false };

/** It is made where it should be, and on a partitioned table with its options, which no command changes there. */
const placeOf = ({ keyIndex, tableKind }: ConstraintPart): Partial<KeyIndex> => ({
  ...(keyIndex?.tablespace === undefined ? {} : { tablespace: keyIndex.tablespace }),
  ...(keyIndex !== undefined && tableKind === "partitioned" ? { options: keyIndex.options } : {}),
});

/** Settings of the index behind a key. Another replica identity is said by the table, or by the index that takes over. */
const keyIndexChanges = (
  { keyIndex: from = plainIndex }: ConstraintPart,
  { table, keyIndex: to = plainIndex }: ConstraintPart,
  index: string,
  context: Context,
): readonly Piece[] => [
  ...(from.tablespace === to.tablespace
    ? []
    : [moveIndex(quotePath({ schema: table.schema, name: index }), to.tablespace)]),
  ...optionChanges(`ALTER INDEX ${quotePath({ schema: table.schema, name: index })}`, from.options, to.options),
  ...(to.replicaIdentity && !from.replicaIdentity ? [replicaIdentity(table, index)] : []),
  ...(from.clustered === to.clustered ? [] : clusterOn(table, index, to.clustered, context)),
];

/** A table is clustered on one index: where another takes over, that one says so. */
export const clusterOn = (
  table: ObjectName,
  index: string,
  isClustered: boolean,
  { to }: Context,
): readonly Piece[] => {
  if (isClustered) return [`ALTER TABLE ${quotePath(table)} CLUSTER ON ${quoteName(index)}`];
  const later = [...to.catalog.tables, ...to.catalog.views].find((one) => sameName(one, table));
  return later?.indexes.some(({ clustered }) => clustered) === true
    ? []
    : [`ALTER TABLE ${quotePath(table)} SET WITHOUT CLUSTER`];
};

interface Adoption {
  readonly build: Piece;
  readonly use: Piece;
}

/** A key over plain ascending columns can be built beside the table, as an index of this name, and adopted; WITHOUT OVERLAPS cannot. */
const adoption = (constraint: ConstraintPart, { to }: Context, name: string): Adoption | undefined => {
  const { kind, tableKind, definition, deferrable } = constraint;
  const index = indexOf(to, constraint);
  if (index === undefined || (kind !== "primary-key" && kind !== "unique") || tableKind !== "table") return undefined;
  if (/WITHOUT OVERLAPS/i.test(definition)) return undefined;
  const words = kind === "primary-key" ? "PRIMARY KEY" : "UNIQUE";
  const when = { no: "", immediate: " DEFERRABLE", deferred: " DEFERRABLE INITIALLY DEFERRED" }[deferrable];
  return {
    build: { sql: indexText({ ...index, name, unique: true }, constraint.table, "CONCURRENTLY "), stage: "alone" },
    use: { sql: add(constraint, `${words} USING INDEX ${quoteName(name)}${when}`), stage: "late" },
  };
};

/** What hangs on an adopted key. Options came with its index. */
const adoptedSettings = (constraint: ConstraintPart, context: Context): readonly Piece[] =>
  late(
    keySettings(constraint, context, {
      ...plainIndex,
      ...placeOf(constraint),
      options: constraint.keyIndex?.options ?? [],
    }),
  );

/** PostgreSQL takes NOT VALID of a foreign key on a partitioned table from version 18 on. */
const canWait = (constraint: ConstraintPart, { version }: Context): boolean =>
  (constraint.kind === "check" ||
    (constraint.kind === "foreign-key" && (constraint.tableKind === "table" || version >= 180000))) &&
  constraint.validated &&
  constraint.enforced &&
  constraint.tableKind !== "foreign";

const create = (constraint: ConstraintPart, context: Context): readonly Piece[] => [
  ...seedRows(constraint, context),
  ...createConstraint(constraint, context),
];

const createConstraint = (constraint: ConstraintPart, context: Context): readonly Piece[] => {
  const online = context.online && !context.isNew(`table ${quotePath(constraint.table)}`);
  const tail = keySettings(constraint, context);
  if (isKey(constraint) && constraint.tableKind === "partitioned")
    return [onlyParent(constraint, constraintText(constraint)), ...tail];
  const name = isMadeAgain(constraint, context) ? besideName(constraint.name) : constraint.name;
  const adopted = online && constraint.partOf === undefined ? adoption(constraint, context, name) : undefined;
  if (adopted !== undefined) return [adopted.build, adopted.use, ...adoptedSettings(constraint, context)];
  if (!online || !canWait(constraint, context)) return [add(constraint, constraintText(constraint)), ...tail];
  return [
    add(constraint, `${constraint.definition} NOT VALID`),
    { sql: `${alterTable(constraint)} VALIDATE CONSTRAINT ${quoteName(constraint.name)}`, stage: "late" },
  ];
};

const isMadeAgain = ({ table, name }: ConstraintPart, { from }: Context): boolean =>
  from.byKey.has(partKey("constraint", table, name));

export const late = (pieces: readonly Piece[]): readonly Piece[] =>
  pieces.map((piece) => (typeof piece === "string" ? { sql: piece, stage: "late" as const } : piece));

const unvalidated = (text: string): string => text.replace(/ NOT VALID$/, "");

/**
 * The old key serves until the new one can take its place in the same moment. Where something relies on the key, or speaks of
 * it, both have to be made anew.
 */
const isReplaceable = (from: ConstraintPart, to: ConstraintPart, context: Context): boolean => {
  const key = partKey("constraint", from.table, from.name);
  const isAlone = (parts: Parts): boolean =>
    !parts.byKey.has(`comment on ${key}`) && ![...parts.needs.values()].some((needs) => needs.has(key));
  return (
    context.online &&
    from.kind !== "exclusion" &&
    isKey(from) &&
    from.tableKind === "table" &&
    from.partOf === undefined &&
    to.partOf === undefined &&
    isAlone(context.from) &&
    isAlone(context.to)
  );
};

const replaceKey = (to: ConstraintPart, { build, use }: Adoption, context: Context): readonly Piece[] => [
  build,
  ...late([`${alterTable(to)} DROP CONSTRAINT ${quoteName(to.name)}`, use]),
  ...adoptedSettings(to, context),
];

/** In place: to be validated, and when a foreign key is checked. */
const alter = (from: ConstraintPart, to: ConstraintPart, context: Context): readonly Piece[] | typeof rebuild => {
  const forms = (part: ConstraintPart): unknown => ({
    ...onAnyKey(part),
    validated: true,
    definition: unvalidated(part.definition),
    partOf: undefined,
    keyIndex: undefined,
    inherited: false,
    local: true,
    partition: false,
    fromParent: false,
  });
  if (sameJson(forms(from), forms(to)) && (from.validated || to.validated)) {
    if (from.validated && !to.validated) return rebuild;
    if (to.tableKind === "partitioned" && !sameJson(from.keyIndex?.options ?? [], to.keyIndex?.options ?? []))
      return rebuild;
    const validate = `${alterTable(to)} VALIDATE CONSTRAINT ${quoteName(to.name)}`;
    // Detached with its partition, a key stays as its own.
    const settings =
      sameJson(from.partOf, to.partOf) || to.partOf === undefined || changesParent(to.table, context)
        ? []
        : from.partOf === undefined
          ? keySettings(to, context)
          : rebuild;
    if (settings === rebuild) return rebuild;
    const ofIndex =
      "index" in to && sameJson(from.partOf, to.partOf) ? keyIndexChanges(from, to, to.index, context) : [];
    return [...(from.validated === to.validated ? [] : [validate]), ...settings, ...ofIndex];
  }
  const timeless = (part: ConstraintPart): unknown => ({
    ...onAnyKey(part),
    deferrable: "no",
    definition: part.definition.replace(/ DEFERRABLE| INITIALLY DEFERRED/g, ""),
  });
  if (to.kind === "foreign-key" && sameJson(timeless(from), timeless(to))) {
    const words = {
      no: "NOT DEFERRABLE",
      immediate: "DEFERRABLE INITIALLY IMMEDIATE",
      deferred: "DEFERRABLE INITIALLY DEFERRED",
    }[to.deferrable];
    return [`${alterTable(to)} ALTER CONSTRAINT ${quoteName(to.name)} ${words}`];
  }
  const beside = isReplaceable(from, to, context) ? adoption(to, context, besideName(to.name)) : undefined;
  return beside === undefined ? rebuild : replaceKey(to, beside, context);
};

export const constraintWriter: Writer<"constraint"> = {
  create,
  drop: (constraint) => [`${alterTable(constraint)} DROP CONSTRAINT ${quoteName(constraint.name)}`],
  alter,
};
